"""Which listings a person may see, how they are found, and how a long list is cut."""

from community.querysets.curated import (
    AddressQuerySet,
    GapQuerySet,
    ImportRunQuerySet,
    ListingQuerySet,
    LocationQuerySet,
    OrganizationQuerySet,
    ServiceAtLocationQuerySet,
    SpotQuerySet,
    TaxonomyTermQuerySet,
    VoiceQuerySet,
)
from community.querysets.links import WebLinkQuerySet
from community.querysets.services import ServiceQuerySet

__all__ = [
    "AddressQuerySet",
    "GapQuerySet",
    "ImportRunQuerySet",
    "ListingQuerySet",
    "LocationQuerySet",
    "OrganizationQuerySet",
    "ServiceAtLocationQuerySet",
    "ServiceQuerySet",
    "SpotQuerySet",
    "TaxonomyTermQuerySet",
    "VoiceQuerySet",
    "WebLinkQuerySet",
]
