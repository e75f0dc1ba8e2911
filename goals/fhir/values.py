"""Reading single values of a file; what is wrong with one is noted with its path, and reading goes on."""

import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.utils import timezone
from django.utils.translation import gettext as _

from goals.fhir.drafts import Finding, Reading
from goals.fhir.terms import URI, Identity

LONGEST_TEXT = 5000
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)
TAG = re.compile(r"<[/!?]?[a-zA-Z]")

type Json = dict[str, Any]


class Values:
    """What is read ends up in `reading`, and so does what cannot be."""

    def __init__(self) -> None:
        self.reading = Reading()

    def problem(self, path: str, words: str) -> None:
        self.reading.problems.append(Finding(path, words))

    def leave(self, path: str, words: str) -> None:
        self.reading.left_out.append(Finding(path, words))

    def identity(self, path: str, resource: Json) -> Identity:
        """Its identifier; one without gets a name that follows from all its words."""
        for place, identifier in self.dicts(resource, "identifier", path):
            system, value = identifier.get("system") or "", identifier.get("value")
            if not value or not isinstance(value, str) or not isinstance(system, str):
                continue
            if len(system) > 200 or len(value) > 200:
                self.problem(place, _("Please use at most %(most)s characters.") % {"most": 200})
            return system, value
        return URI, f"urn:uuid:{uuid5(NAMESPACE_URL, json.dumps(resource, sort_keys=True))}"

    def code(self, path: str, code: object, known: Any) -> bool:
        if isinstance(code, str) and code in known:
            return True
        self.problem(path, _("This code is not known here."))
        return False

    def number(self, extension: Json, path: str, known: Any) -> int | None:
        number = extension.get("valueInteger")
        if type(number) is int and number in known:
            return number
        self.problem(f"{path}.valueInteger", _("This number is not known here."))
        return None

    def text(self, words: object, path: str, most: int = LONGEST_TEXT) -> str:
        """A text as people write it: no HTML, not too long."""
        if words is None:
            return ""
        if not isinstance(words, str):
            self.problem(path, _("This must be text."))
            return ""
        words = words.strip()
        if TAG.search(words):
            self.problem(path, _("Write it without HTML."))
        if len(words) > most:
            self.problem(path, _("Please use at most %(most)s characters.") % {"most": most})
        return words

    def line(self, words: object, path: str, most: int) -> str:
        """The same on one line, with something to be seen in it."""
        line = " ".join(self.text(words, path, most).split())
        if line and not any(unicodedata.category(letter)[0] in "LNPS" for letter in line):
            self.problem(path, _("Nothing of this can be seen."))
        return line

    def day(self, value: object, path: str) -> date | None:
        """The day of a FHIR `date` or `dateTime`."""
        if value is None:
            return None
        try:
            day = date.fromisoformat(str(value)[:10])
        except ValueError:
            day = None
        if day is None or not EARLIEST <= day <= LATEST or not isinstance(value, str):
            self.problem(path, _("Write the whole day, such as 2026-12-31."))
            return None
        return day

    def moment(self, value: object, path: str) -> datetime | None:
        day = self.day(value, path)
        if day is None:
            return None
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.problem(path, _("Write day and time, such as 2026-12-31T10:00:00Z."))
            return None
        if timezone.is_naive(moment):
            moment = moment.replace(tzinfo=UTC)
        if moment > timezone.now():
            self.problem(path, _("This lies in the future."))
        return moment

    def dicts(self, node: Json, name: str, path: str) -> Iterator[tuple[str, Json]]:
        """Each object of a list, with its path; the check of the resource has refused what is none."""
        rows = node.get(name)
        for place, row in enumerate(rows if isinstance(rows, list) else []):
            if isinstance(row, dict):
                yield f"{path}.{name}[{place}]", row

    def parts(self, extension: Json, path: str) -> dict[str, tuple[Json, str]]:
        """The extensions within an extension, by their names."""
        return {
            str(part.get("url")): (part, place) for place, part in self.dicts(extension, "extension", path)
        }

    def leave_others(self, path: str, resource: Json, known: set[str]) -> None:
        for name in resource:
            if name not in known and not name.startswith("_"):
                self.leave(f"{path}.{name}", not_carried())


def not_carried() -> str:
    return _("A plan here has no place for it.")
