"""The directory of community resources: HSDS 3.1's objects under their own names, and Trellis's layer.

Everything with an HSDS name holds what HSDS says and nothing else, except
`created_at`, `source_id` and `Location.is_confidential`. What only Trellis
knows about a service stands in `Listing`, one to one beside it.
"""

from community.models.contacts import Contact, Language, Phone, Schedule, Weekday
from community.models.edits import Edit
from community.models.found_by import SearchWord, Spot
from community.models.gaps import GapRecord
from community.models.imports import ImportRun
from community.models.interests import Interest
from community.models.links import WebLink
from community.models.listings import Listing, StateChange
from community.models.merges import LikePair, Merge
from community.models.metadata import Metadata
from community.models.organizations import Funding, Organization, OrganizationIdentifier, Program, Url
from community.models.outcomes import Outcome
from community.models.places import Accessibility, Address, Location
from community.models.services import (
    CostOption,
    RequiredDocument,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceCapacity,
    Unit,
)
from community.models.taxonomies import Attribute, Taxonomy, TaxonomyTerm
from community.models.voices import ProblemReport, Suggestion

__all__ = [
    "Accessibility",
    "Address",
    "Attribute",
    "Contact",
    "CostOption",
    "Edit",
    "Funding",
    "GapRecord",
    "ImportRun",
    "Interest",
    "Language",
    "LikePair",
    "Listing",
    "Location",
    "Merge",
    "Metadata",
    "Organization",
    "OrganizationIdentifier",
    "Outcome",
    "Phone",
    "ProblemReport",
    "Program",
    "RequiredDocument",
    "Schedule",
    "SearchWord",
    "Service",
    "ServiceArea",
    "ServiceAtLocation",
    "ServiceCapacity",
    "Spot",
    "StateChange",
    "Suggestion",
    "Taxonomy",
    "TaxonomyTerm",
    "Unit",
    "Url",
    "WebLink",
    "Weekday",
]
