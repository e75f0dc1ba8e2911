"""A client's record to take away: everything as JSON for programs, and what a person reads as one page.

What other floors add to it, such as a calendar, they say by `also_pack`.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _

from clients.agreements.texts import blocks_of
from clients.belongings import Belongings, belongings_of, is_history
from clients.models import Client, Erasure, FileContent, RecordFile, Signature, Trace
from clients.models.writing import Writing
from coaching.accounts.deliveries import Delivery

SECRET = {"password", "nonce", "token_hash"}
"""What opens a door is nobody's to take out."""


type Packing = Callable[[Client], dict[str, bytes]]
_MORE: list[Packing] = []


def also_pack(packing: Packing) -> None:
    """Put these files (by name, with their content) beside every record that is taken out."""
    if packing not in _MORE:
        _MORE.append(packing)


def export_of(clients: Iterable[Client], *, with_private_notes: bool = False) -> bytes:
    """A zip with `record.json`, `record.html`, what was signed, the files and more for each of these records.

    A coach's notes and files that are not shared with the client, and drafts of
    notes, are left out and counted, unless `with_private_notes`.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for client in clients:
            taken = _Taken(client, with_private_notes=with_private_notes)
            folder = f"{slugify(str(client.coach)) or 'coach'}-{str(client.pk)[-6:]}"
            words = json.dumps(taken.record(), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
            archive.writestr(f"{folder}/record.json", words)
            archive.writestr(f"{folder}/record.html", render_to_string("clients/export.html", taken.page()))
            for packing in _MORE:
                for name, content in packing(client).items():
                    archive.writestr(f"{folder}/{name}", content)
            for file in _files_of(client, with_private_notes=with_private_notes):
                path = f"{folder}/files/{str(file.pk)[-6:]}-{file.name}"
                archive.writestr(zipfile.ZipInfo(path), file.stored.content, zipfile.ZIP_STORED)
            for signature in Signature.objects.filter(client=client).select_related("agreement__practice"):
                name = slugify(str(signature.agreement))
                archive.writestr(f"{folder}/agreements/{name}.html", _signed(signature))
    return packed.getvalue()


def record_of(client: Client, *, with_private_notes: bool = False) -> dict[str, Any]:
    """All that concerns the client: `parts`, each with its kind and rows, and the `history` of them."""
    return _Taken(client, with_private_notes=with_private_notes).record()


def _leaving(client: Client, *, with_private_notes: bool) -> models.QuerySet[RecordFile]:
    files = RecordFile.objects.filter(client=client)
    return files if with_private_notes else files.leaving_with_client()


def _files_of(client: Client, *, with_private_notes: bool) -> Iterable[RecordFile]:
    """One after the other: each is read when it is its turn."""
    for pk in _leaving(client, with_private_notes=with_private_notes).values_list("pk", flat=True):
        yield RecordFile.objects.select_related("stored").get(pk=pk)


def _signed(signature: Signature) -> str:
    """A page that needs nothing but itself: the text as it was signed, and the signature."""
    agreement = signature.agreement
    context = {"signature": signature, "agreement": agreement, "blocks": blocks_of(agreement.text)}
    return render_to_string("clients/export_signature.html", context)


@dataclass
class _Part:
    """The rows of one kind, and which of their fields are nobody's to take, or speak of something outside."""

    model: type[models.Model]
    rows: list[models.Model]
    hidden: set[str]
    outside: set[str]

    @property
    def kind(self) -> str:
        return capfirst(str(self.model._meta.verbose_name_plural))


class _Taken:
    """What one person takes out: for programs all of it, for people what they wrote and were told."""

    def __init__(self, client: Client, *, with_private_notes: bool) -> None:
        self.client, self.with_private_notes = client, with_private_notes
        self.kept_back = 0
        found = belongings_of(client)
        self.parts = [self._part(model, pks, found) for model, pks in found.items()]

    def _part(self, model: type[models.Model], pks: set[Any], found: Belongings) -> _Part:
        rows = model._base_manager.filter(pk__in=pks).order_by("pk")
        hidden = SECRET
        if issubclass(model, Writing) and model.IS_COACHS and not self.with_private_notes:
            shared = rows.filter(pk__in=model.objects.shared_with_client())  # type: ignore[attr-defined]
            self.kept_back, rows = self.kept_back + rows.count() - shared.count(), shared
            hidden = SECRET | {"draft"}
        files = _leaving(self.client, with_private_notes=self.with_private_notes)
        if model is RecordFile and not self.with_private_notes:
            shared = rows.filter(pk__in=files)
            self.kept_back, rows = self.kept_back + rows.count() - shared.count(), shared
        if model is FileContent:  # what it holds lies beside the page, under files/
            hidden = SECRET | {"content"}
            rows = rows.filter(file__in=files).defer("content")
        outside = {
            field.name
            for field in model._meta.concrete_fields
            if field.is_relation and field.related_model not in found and not is_history(model)
        }
        return _Part(model, list(rows.select_related(*outside) if outside else rows), hidden, outside)

    def record(self) -> dict[str, Any]:
        """For programs, and for whoever wants to see everything."""
        own = [part for part in self.parts if not is_history(part.model)]
        return {
            **self._head(),
            "account": _account(self.client),
            "parts": [
                {
                    "model": part.model._meta.label,
                    "kind": part.kind,
                    "rows": [
                        _plain(row, _hidden_in(row, self.client, part.hidden), part.outside)
                        for row in part.rows
                    ],
                }
                for part in own
            ],
            "history": {
                part.model._meta.label: [_plain(row, part.hidden) for row in part.rows]
                for part in self.parts
                if is_history(part.model)
            },
        }

    def page(self) -> dict[str, Any]:
        """For people: what is about their life first, days on their own wall, nothing of how it is kept."""
        shown = [part for part in self.parts if part.rows and not _is_of_the_house(part.model)]
        place = {label: number for number, label in enumerate(FIRST)}
        shown.sort(key=lambda part: place.get(part.model._meta.label_lower, len(FIRST)))
        with timezone.override(self.client.own_timezone):
            parts = [
                {
                    "kind": part.kind,
                    "rows": [row for row in map(self._lines(part), part.rows) if row["lines"]],
                }
                for part in shown
            ]
        return {
            **self._head(),
            "parts": [part for part in parts if part["rows"]],
            "zone": self.client.own_timezone,
        }

    def _lines(self, part: _Part) -> Callable[[models.Model], dict[str, Any]]:
        def lines(row: models.Model) -> dict[str, Any]:
            hidden = _hidden_in(row, self.client, part.hidden)
            fields = [field for field in row._meta.concrete_fields if field.name not in hidden]
            said = [(capfirst(str(field.verbose_name)), _said(row, field, part.outside)) for field in fields]
            return {"at": getattr(row, "created_at", None), "lines": [each for each in said if each[1]]}

        return lines

    def _head(self) -> dict[str, Any]:
        return {
            "name": self.client.name,
            "coach": str(self.client.coach),
            "practice": str(self.client.practice),
            "made_at": timezone.now(),
            "notes_kept_back": self.kept_back,
        }


FIRST = [
    "clients.client", "clients.circumstance", "clients.value", "goals.goalplan", "goals.goal", "goals.step",
    "goals.win", "clients.journalentry", "clients.message", "clients.note", "scheduling.sessionsummary",
    "clients.checkin", "clients.lifearea", "clients.score", "clients.measure", "clients.measureentry",
    "clients.connection", "clients.lookingfor", "clients.recordfile", "scheduling.coachingsession",
]  # fmt: skip
"""The order of the page that is read; what is not here comes after."""


NOT_READ = {
    "other_words", "decided_wording_hash", "text_hash", "position", "buffer_before", "buffer_after",
    "schedule_version", "local_start",
}  # fmt: skip
"""Fields by which a row is kept; the file for programs has them."""


def _is_of_the_house(model: type[models.Model]) -> bool:
    """Mails that were sent, traces and the history stand in the file for programs."""
    return is_history(model) or issubclass(model, Delivery | FileContent | Trace | Erasure)


def _said(row: models.Model, field: models.Field, outside: set[str]) -> str:
    """One field as a person reads it; empty where it says nothing, or only how the row is kept."""
    value = getattr(row, field.attname)
    if (
        field.primary_key
        or field.name in NOT_READ
        or value in (None, "", [], {})
        or (not field.editable and not isinstance(value, str))
    ):
        return ""
    if field.is_relation:
        return str(getattr(row, field.name)) if field.name in outside else ""
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, datetime):
        aware = timezone.is_aware(value)  # a wall time stays on its wall
        return date_format(timezone.localtime(value) if aware else value, "DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _hidden_in(row: models.Model, client: Client, hidden: set[str]) -> set[str]:
    """Of what a coach writes no drafts leave; the client's own, in their messages, do."""
    is_own = client.user_id is not None and getattr(row, "author_id", None) == client.user_id
    return SECRET if is_own else hidden


def _account(client: Client) -> dict[str, Any] | None:
    user = client.user
    if user is None:
        return None
    return {"id": user.pk, "name": user.name, "email": user.email, "timezone": str(user.timezone)}


def _plain(row: models.Model, hidden: set[str], outside: set[str] = frozenset()) -> dict[str, Any]:  # type: ignore[assignment]
    """One row by the names of its fields; people and places outside the record by their names, too."""
    plain: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if field.name in hidden:
            continue
        value = getattr(row, field.attname)
        if field.choices:
            value = getattr(row, f"get_{field.name}_display")()
        elif field.name in outside and value is not None:
            value = {"id": value, "name": str(getattr(row, field.name))}
        plain[field.name] = value if _is_json(value) else str(value)
    return plain


def _is_json(value: object) -> bool:
    try:
        json.dumps(value, cls=DjangoJSONEncoder)
    except TypeError:
        return False
    return True
