"""The words that a file and Trellis share.

Element names, codes and constraints are those of HL7 FHIR R4 (4.0.1),
https://hl7.org/fhir/R4/goal.html and https://hl7.org/fhir/R4/careplan.html.
What FHIR has no element for stands in extensions and codes of our own, whose
addresses begin with the installation's.
"""

from django.conf import settings

ACHIEVEMENT = "http://terminology.hl7.org/CodeSystem/goal-achievement"
URI = "urn:ietf:rfc:3986"
"""The system of identifiers that are addresses themselves, such as `urn:uuid:…`."""
CLIENT, COACH = "client", "coach"
"""The ids of the two people within a resource. Who they are stays here."""

SIDE = "goal-side"
SCALE = "goal-scale"
MEASURE = "goal-attainment-scaling"
REVIEW = "review-weeks"
MIX = "community-mix"

UNITS = {"day": "d", "week": "wk", "month": "mo"}
"""UCUM's units of time (`Timing.repeat.periodUnit`) for the rhythms of steps."""

type Identity = tuple[str, str]
"""System and value of a FHIR `Identifier`."""


def own(name: str) -> str:
    """The address of a code system or extension of ours."""
    return f"{settings.SITE_URL}/fhir/trellis-{name}"


def is_own(url: object, name: str) -> bool:
    """Whether this is that address, of whichever installation of Trellis."""
    return isinstance(url, str) and url.endswith(f"/fhir/trellis-{name}")
