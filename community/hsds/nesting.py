"""How HSDS 3.1 nests its objects in JSON: what stands in what, and which table it is a row of."""

from typing import NamedTuple


class Inside(NamedTuple):
    """What stands under a key: rows of `table`. `reference` is the column that joins the two.

    In a list, the inner row's column names the outer one; an object alone is
    named by the outer row's column.
    """

    table: str
    reference: str


LISTS: dict[str, dict[str, Inside]] = {
    "organization": {
        "additional_websites": Inside("url", "organization_id"),
        "funding": Inside("funding", "organization_id"),
        "contacts": Inside("contact", "organization_id"),
        "phones": Inside("phone", "organization_id"),
        "locations": Inside("location", "organization_id"),
        "programs": Inside("program", "organization_id"),
        "organization_identifiers": Inside("organization_identifier", "organization_id"),
        "services": Inside("service", "organization_id"),
    },
    "service": {
        "additional_urls": Inside("url", "service_id"),
        "phones": Inside("phone", "service_id"),
        "schedules": Inside("schedule", "service_id"),
        "service_areas": Inside("service_area", "service_id"),
        "service_at_locations": Inside("service_at_location", "service_id"),
        "languages": Inside("language", "service_id"),
        "funding": Inside("funding", "service_id"),
        "cost_options": Inside("cost_option", "service_id"),
        "required_documents": Inside("required_document", "service_id"),
        "contacts": Inside("contact", "service_id"),
        "capacities": Inside("service_capacity", "service_id"),
    },
    "service_at_location": {
        "service_areas": Inside("service_area", "service_at_location_id"),
        "contacts": Inside("contact", "service_at_location_id"),
        "phones": Inside("phone", "service_at_location_id"),
        "schedules": Inside("schedule", "service_at_location_id"),
    },
    "location": {
        "languages": Inside("language", "location_id"),
        "addresses": Inside("address", "location_id"),
        "contacts": Inside("contact", "location_id"),
        "accessibility": Inside("accessibility", "location_id"),
        "phones": Inside("phone", "location_id"),
        "schedules": Inside("schedule", "location_id"),
    },
    "contact": {"phones": Inside("phone", "contact_id")},
    "phone": {"languages": Inside("language", "phone_id")},
}
OBJECTS: dict[str, dict[str, Inside]] = {
    "service": {
        "organization": Inside("organization", "organization_id"),
        "program": Inside("program", "program_id"),
    },
    "service_at_location": {
        "location": Inside("location", "location_id"),
        "service": Inside("service", "service_id"),
    },
    "service_capacity": {"unit": Inside("unit", "unit_id")},
    "attribute": {"taxonomy_term": Inside("taxonomy_term", "taxonomy_term_id")},
    "taxonomy_term": {"taxonomy_detail": Inside("taxonomy", "taxonomy_id")},
}
