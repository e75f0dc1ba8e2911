"""Which listings a person may see, how they are found, and how a long list is cut."""

from community.querysets.curated import (
    AddressQuerySet,
    GapQuerySet,
    ImportRunQuerySet,
    ListingQuerySet,
    LocationQuerySet,
    OrganizationQuerySet,
    ServiceAtLocationQuerySet,
    TaxonomyTermQuerySet,
    VoiceQuerySet,
)
from community.querysets.edits import EditQuerySet
from community.querysets.interests import InterestQuerySet
from community.querysets.links import WebLinkQuerySet
from community.querysets.merges import LikePairQuerySet
from community.querysets.services import ServiceQuerySet

__all__ = [
    "AddressQuerySet",
    "EditQuerySet",
    "GapQuerySet",
    "ImportRunQuerySet",
    "InterestQuerySet",
    "LikePairQuerySet",
    "ListingQuerySet",
    "LocationQuerySet",
    "OrganizationQuerySet",
    "ServiceAtLocationQuerySet",
    "ServiceQuerySet",
    "TaxonomyTermQuerySet",
    "VoiceQuerySet",
    "WebLinkQuerySet",
]
