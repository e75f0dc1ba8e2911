"""A client's record to take away: everything as JSON for programs, and as one page to read."""

import io
import json
import zipfile
from collections.abc import Iterable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.text import capfirst, slugify

from clients.agreements.texts import blocks_of
from clients.belongings import belongings_of, is_history
from clients.models import Client, FileContent, RecordFile, Signature
from clients.models.writing import Writing

SECRET = {"password", "nonce", "token_hash"}
"""What opens a door is nobody's to take out."""


def export_of(clients: Iterable[Client], *, with_private_notes: bool = False) -> bytes:
    """A zip with `record.json`, `record.html`, what was signed and the files for each of these records.

    A coach's notes and files that are not shared with the client, and drafts of
    notes, are left out and counted, unless `with_private_notes`.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for client in clients:
            record = record_of(client, with_private_notes=with_private_notes)
            folder = f"{slugify(str(client.coach)) or 'coach'}-{str(client.pk)[-6:]}"
            words = json.dumps(record, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
            archive.writestr(f"{folder}/record.json", words)
            archive.writestr(f"{folder}/record.html", render_to_string("clients/export.html", record))
            for file in _files_of(client, with_private_notes=with_private_notes):
                path = f"{folder}/files/{str(file.pk)[-6:]}-{file.name}"
                archive.writestr(zipfile.ZipInfo(path), file.stored.content, zipfile.ZIP_STORED)
            for signature in Signature.objects.filter(client=client).select_related("agreement__practice"):
                name = slugify(str(signature.agreement))
                archive.writestr(f"{folder}/agreements/{name}.html", _signed(signature))
    return packed.getvalue()


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


def record_of(client: Client, *, with_private_notes: bool = False) -> dict[str, Any]:
    """All that concerns the client: `parts`, each with its kind and rows, and the `history` of them."""
    found = belongings_of(client)
    parts, history, kept_back = [], {}, 0
    for model, pks in found.items():
        rows = model._base_manager.filter(pk__in=pks).order_by("pk")
        hidden = SECRET
        if issubclass(model, Writing) and model.IS_COACHS and not with_private_notes:
            shared = rows.filter(pk__in=model.objects.shared_with_client())  # type: ignore[attr-defined]
            kept_back, rows = kept_back + rows.count() - shared.count(), shared
            hidden = SECRET | {"draft"}
        if model is RecordFile and not with_private_notes:
            shared = rows.filter(pk__in=_leaving(client, with_private_notes=False))
            kept_back, rows = kept_back + rows.count() - shared.count(), shared
        if model is FileContent:  # what it holds lies beside the page, under files/
            hidden = SECRET | {"content"}
            files = _leaving(client, with_private_notes=with_private_notes)
            rows = rows.filter(file__in=files).defer("content")
        if is_history(model):
            history[model._meta.label] = [_plain(row, hidden) for row in rows]
            continue
        outside = [
            field.name
            for field in model._meta.concrete_fields
            if field.is_relation and field.related_model not in found
        ]
        if outside:
            rows = rows.select_related(*outside)
        parts.append(
            {
                "model": model._meta.label,
                "kind": capfirst(str(model._meta.verbose_name_plural)),
                "rows": [_plain(row, _hidden_in(row, client, hidden), set(outside)) for row in rows],
            }
        )
    return {
        "name": client.name,
        "coach": str(client.coach),
        "practice": str(client.practice),
        "account": _account(client),
        "made_at": timezone.now(),
        "notes_kept_back": kept_back,
        "parts": parts,
        "history": history,
    }


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
