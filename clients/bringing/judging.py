"""What would become of each line: a new client, somebody who is there already, or a line to be mended."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, cast
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from clients.bringing.columns import values_of
from clients.bringing.tables import Table
from clients.forms.roster import TagsField
from clients.models import Client
from coaching.accounts.forms import AddressField, NameField, phone_number
from coaching.accounts.models import Coach, User

STATES = {
    "": Client.Status.ACTIVE,
    "active": Client.Status.ACTIVE,
    "current": Client.Status.ACTIVE,
    "prospect": Client.Status.PROSPECT,
    "lead": Client.Status.PROSPECT,
    "pending": Client.Status.PROSPECT,
    "paused": Client.Status.PAUSED,
    "on hold": Client.Status.PAUSED,
    "inactive": Client.Status.PAUSED,
    "ended": Client.Status.ENDED,
    "archived": Client.Status.ENDED,
    "completed": Client.Status.ENDED,
    "former": Client.Status.ENDED,
}
STATES |= {str(status.label).casefold(): status for status in Client.Status}


class Verdict(StrEnum):
    NEW = "new"
    KNOWN = "known"
    REFUSED = "refused"


@dataclass
class Line:
    """One line of the file. `said`: why it is refused, or what was left out of it."""

    number: int
    verdict: Verdict
    values: dict[str, Any]
    said: list[str] = field(default_factory=list)


class Judge:
    """Knows who is on the coach's list. `taken` grows with the lines: a file cannot say somebody twice."""

    def __init__(self, coach: Coach) -> None:
        self.coach = coach
        self.known = set(Client.objects.coached_by(coach.user).values_list("email", flat=True))
        self.taken: dict[str, int] = {}
        self.zones = {zone.casefold(): zone for zone in available_timezones()}
        missing = {"required": _("There is none in this line.")}
        self._name = NameField(max_length=120, error_messages=missing)
        self._address = AddressField(max_length=254, error_messages=missing)
        self._tags = TagsField(forms.CharField(max_length=30), max_length=10, required=False)

    def lines(self, table: Table, mapping: Mapping[int, str]) -> Iterable[Line]:
        for number, cells in table.rows:
            yield self._judge(number, values_of(cells, mapping))

    def _judge(self, number: int, said: dict[str, str]) -> Line:
        line = Line(number, Verdict.NEW, {})
        for name, clean in self._cleaners().items():
            try:
                line.values[name] = clean(said.get(name, ""))
            except ValidationError as error:
                line.said.append(f"{_words_for(name)}: {' '.join(error.messages)}")
                if name in {"name", "email"}:
                    line.verdict = Verdict.REFUSED
        email = line.values.get("email")
        if line.verdict == Verdict.NEW and email:
            self._find(line, email)
        line.values.setdefault("timezone", self.coach.user.timezone)
        return line

    def _find(self, line: Line, email: str) -> None:
        if email in self.known:
            line.verdict = Verdict.KNOWN
        elif email == self.coach.user.email:
            line.verdict = Verdict.REFUSED
            line.said.append(_("This is your own e-mail address."))
        elif email in self.taken:
            line.verdict = Verdict.REFUSED
            line.said.append(_("Line %d has the same e-mail address.") % self.taken[email])
        else:
            self.taken[email] = line.number

    def _cleaners(self) -> dict[str, Any]:
        return {
            "name": self._name.clean,
            "email": lambda words: User.objects.normalize_email(self._address.clean(words)),
            "phone": _phone,
            "pronouns": _short("pronouns"),
            "reach": _short("reach"),
            "languages": _short("languages"),
            "fee_words": _short("fee_words"),
            "tags": lambda words: self._tags.clean(words.replace(";", ",")),
            "status": _status,
            "timezone": self._zone,
        }

    def _zone(self, words: str) -> ZoneInfo:
        if not words:
            return self.coach.user.timezone
        zone = self.zones.get(words.replace(" ", "_").casefold())
        if zone is None:
            raise ValidationError(
                _("“%s” is no time zone we know, such as Europe/London. Yours is taken.") % words[:40]
            )
        return ZoneInfo(zone)


def _column(name: str) -> models.Field:
    return cast(models.Field, Client._meta.get_field(name))


def _words_for(name: str) -> str:
    return str(_column(name).verbose_name).capitalize()


def _phone(words: str) -> str:
    if words:
        phone_number(words)
    return _short("phone")(words)


def _short(name: str) -> Any:
    longest = _column(name).max_length or 0

    def clean(words: str) -> str:
        if len(words) > longest:
            raise ValidationError(_("Longer than %d letters, so it is left out.") % longest)
        return words

    return clean


def _status(words: str) -> str:
    try:
        return STATES[words.casefold()]
    except KeyError as error:
        raise ValidationError(
            _("“%s” is no state we know: active, prospect, paused or ended. Active is taken.") % words[:40]
        ) from error
