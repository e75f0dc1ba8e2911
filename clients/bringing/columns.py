"""Which column of a table holds what. Headings are known as other coaching software writes them."""

import re
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from clients.bringing.tables import Table

FIELDS = {
    "name": _("Name"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "email": _("E-mail address"),
    "phone": _("Phone"),
    "pronouns": _("Pronouns"),
    "reach": _("How and when to be reached"),
    "languages": _("Languages"),
    "timezone": _("Time zone"),
    "tags": _("Tags"),
    "status": _("State"),
    "fee_words": _("Fee"),
}
"""What can be brought in, by the name that a mapping uses."""

KNOWN = {
    "name": "name fullname clientname client displayname preferredname nickname contactname athletename",
    "first_name": "firstname givenname forename first clientfirstname athletefirstname",
    "last_name": "lastname surname familyname last clientlastname athletelastname",
    "email": "email emailaddress mail clientemail primaryemail athleteemail loginemail",
    "phone": "phone phonenumber mobile mobilephone cell cellphone telephone tel smsphone sms",
    "pronouns": "pronouns pronoun",
    "reach": "reach howandwhentobereached preferredcontact preferredcontactmethod contactpreference"
    " besttimetocall",
    "languages": "language languages preferredlanguage",
    "timezone": "timezone tz timezonename",
    "tags": "tag tags label labels group groups groupname groupnames segment segments company",
    "status": "status state clientstatus",
    "fee_words": "fee rate price sessionrate sessionfee",
}
"""Headings in small letters without anything between: those of CoachAccountable (`firstName`, `Group`),
Everfit (`Phone Number`, `Groups`), CoachIQ (`First Name`, `Tags`) and of address books.
"""
FIELD_OF = {heading: field for field, headings in KNOWN.items() for heading in headings.split()}

type Columns = dict[int, str]
"""The number of a column, and what it holds."""


def guess(header: list[str]) -> Columns:
    """Column → field, for the headings that are known; each field once but for tags."""
    mapping: Columns = {}
    for column, heading in enumerate(header):
        key = re.sub(r"[\W_]+|\d+$", "", heading.casefold())
        field = FIELD_OF.get(key)
        if field and (field == "tags" or field not in mapping.values()):
            mapping[column] = field
    return mapping


def values_of(cells: list[str], mapping: Mapping[int, str]) -> dict[str, str]:
    """What a line says of each field; tags of several columns are put together, a name from its parts."""
    values: dict[str, str] = {}
    for column, field in mapping.items():
        if cells[column]:
            values[field] = f"{values[field]}, {cells[column]}" if field in values else cells[column]
    parts = [values.pop(part, "") for part in ("first_name", "last_name")]
    values.setdefault("name", " ".join(part for part in parts if part))
    return values


def samples(table: Table, column: int, count: int = 3) -> list[str]:
    """The first few cells of a column in which something stands."""
    found: list[str] = []
    for _line, cells in table.rows:
        if cells[column] and cells[column] not in found:
            found.append(cells[column])
        if len(found) == count:
            break
    return found
