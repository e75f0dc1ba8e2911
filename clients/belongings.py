"""Everything in the database that concerns one client, found by walking the models.

No app has to say what belongs to a client: whatever refers to the record,
directly or through others, does. So a model added tomorrow is exported and
erased like the others.
"""

import os
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from pghistory.models import Context

from clients.models import Client, Erasure, FormerSignature, Signature, Trace
from clients.outcomes import tell_directory
from coaching.accounts.models import Invitation, ReturnedMail, User

type Belongings = dict[type[models.Model], set[Any]]


def belongings_of(client: Client) -> Belongings:
    """The primary keys of all that concerns `client`, by model, nearest first; the history included."""
    found: Belongings = {Client: {client.pk}}
    if invitations := set(invitations_of(client).values_list("pk", flat=True)):
        found[Invitation] = invitations
    _follow(found)
    return found


def invitations_of(client: Client) -> models.QuerySet[Invitation]:
    """All that were ever sent to this client, the ones that were taken back too."""
    return Invitation.objects.filter(practice=client.practice, role="client", email=client.email)


def is_history(model: type[models.Model]) -> bool:
    """Whether its rows are the history's events of another model."""
    return hasattr(model, "pgh_tracked_model")


def _follow(found: Belongings) -> None:
    """Add whatever refers to what was found, until nothing new is."""
    waiting = list(found)
    while waiting:
        target = waiting.pop(0)
        for model, name in _referring_to(target):
            rows = model._base_manager.filter(**{f"{name}__in": found[target]})
            if new := set(rows.values_list("pk", flat=True)) - found.get(model, set()):
                found.setdefault(model, set()).update(new)
                waiting.append(model)


def untouched(clients: models.QuerySet[Client]) -> models.QuerySet[Client]:
    """Those who have not joined and of whom nothing else stands here, so that removing them loses nothing.

    That somebody looked at them or took a copy is nothing of theirs.
    """
    worked_on = Trace.objects.exclude(act__in=[Trace.Act.READ, Trace.Act.TOOK_OUT])
    rows = clients.filter(user=None).exclude(pk__in=worked_on.values("client"))
    for model, name in _referring_to(Client):
        if model is Trace:
            continue
        rows = rows.exclude(pk__in=model._base_manager.filter(**{f"{name}__isnull": False}).values(name))
    return rows


def _referring_to(target: type[models.Model]) -> list[tuple[type[models.Model], str]]:
    return [
        (model, field.name)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is target and not _points_forward(model, field)
    ]


def _points_forward(model: type[models.Model], field: models.Field) -> bool:
    """A client refers to the invitation that brought them; that does not make another client theirs."""
    return model is Client and field.related_model is Invitation


@transaction.atomic
def erase(client: Client) -> dict[str, int]:
    """Delete all that concerns `client` for good, and return how many rows of which kind.

    The account goes too where it is nothing but this client's. What is left
    is one Erasure without a name, and for the practice the days on which
    somebody signed its texts.
    """
    account, record = client.user, client.pk
    found = belongings_of(client)
    kept = list(client.connections.exclude(service=None).values_list("service", flat=True))
    contexts = _contexts_of(found)
    _keep_that_it_was_signed(client)
    counts = {model._meta.label: len(pks) for model, pks in found.items()}
    for model in reversed(found):
        if not is_history(model):
            model._base_manager.filter(pk__in=found[model]).delete()
    for model in apps.get_models():
        if is_history(model):
            tracked = found.get(model.pgh_tracked_model, set())  # type: ignore[attr-defined]
            rows = model._base_manager
            rows.filter(models.Q(pk__in=found.get(model, ())) | models.Q(pgh_obj_id__in=tracked)).delete()
    _forget_contexts(contexts)
    tell_directory(kept)
    addresses = {client.email, account.email} if account else {client.email}
    if account and _erase_account(account):
        counts[User._meta.label] = 1
    _forget_reports(addresses)
    Erasure.objects.open().filter(record=record).update(done_at=timezone.now())
    if not Erasure.objects.filter(record=record).exclude(done_at=None).exists():
        Erasure.objects.create(record=record, due_at=timezone.now(), done_at=timezone.now())
    note_erasure(record)
    return counts


def note_erasure(record: UUID) -> None:
    """One line in a file beside the database, so that a restored backup can be erased again.

    It is on the disk before the erasure is committed: where it cannot be
    written, nothing is erased. See `clients.retention.erase_again`.
    """
    path = Path(settings.ERASURES_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, f"{timezone.now().isoformat(timespec='seconds')} {record}\n".encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _keep_that_it_was_signed(client: Client) -> None:
    """The practice can still show that it asked and that somebody signed, and not who."""
    signatures = Signature.objects.filter(client=client)
    FormerSignature.objects.bulk_create(
        FormerSignature(agreement_id=agreement, signed_on=at.date())
        for agreement, at in signatures.values_list("agreement", "signed_at")
    )


def _contexts_of(found: Belongings) -> set[Any]:
    """Who did it, and on which page: the history keeps that beside its events."""
    return {
        context
        for model, pks in found.items()
        if is_history(model)
        for context in model._base_manager.filter(pk__in=pks).values_list("pgh_context_id", flat=True)
        if context is not None
    }


def _forget_contexts(contexts: set[Any]) -> None:
    """Delete those that no event of anybody else needs."""
    needed: set[Any] = set()
    for model in apps.get_models():
        if is_history(model):
            rows = model._base_manager.filter(pgh_context_id__in=contexts)
            needed.update(rows.values_list("pgh_context_id", flat=True))
    Context.objects.filter(pk__in=contexts - needed).delete()


def _erase_account(account: User) -> bool:
    """Delete the account of somebody who is nothing else here; where a row holds on to it, its name goes."""
    is_more = account.coach_or_none or account.is_curator or account.is_staff
    if is_more or Client.objects.filter(user=account).exists():
        return False
    try:
        with transaction.atomic():
            account.delete()
    except ProtectedError:
        account.email, account.name = f"erased-{account.pk}@invalid", ""
        account.is_active = False
        account.set_unusable_password()
        account.save()
    return True


def _forget_reports(addresses: set[str]) -> None:
    """Delete what a mail provider reported of addresses that nobody here has any more."""
    for address in addresses:
        people = Client.objects.filter(email__iexact=address), User.objects.filter(email__iexact=address)
        if not any(rows.exists() for rows in people):
            ReturnedMail.objects.filter(email=address.lower()).delete()
