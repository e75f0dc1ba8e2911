"""Writing, publishing and signing the practice's texts."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from clients.models import Agreement, Client, Signature, Trace
from coaching.accounts.models import Practice, User


class NothingToPublish(Exception):
    """There is no draft, or it says the same as the version that is in force."""


class NotTheSame(Exception):
    """A newer version was published while the client was reading."""


@transaction.atomic
def write_draft(*, by: User, practice: Practice, kind: str, text: str) -> Agreement:
    """Keep the words of the next version. Nobody but the practice's owner sees them until it is published."""
    draft, _is_new = Agreement.objects.update_or_create(
        practice=practice, kind=kind, published_at=None, defaults={"text": text, "written_by": by}
    )
    return draft


@transaction.atomic
def publish(*, practice: Practice, kind: str, at: datetime | None = None) -> Agreement:
    """Put the draft in force: from now on clients are asked to sign it. Raises NothingToPublish."""
    Practice.objects.select_for_update().get(
        pk=practice.pk
    )  # two who publish at once count one after the other
    versions = Agreement.objects.filter(practice=practice, kind=kind)
    draft = versions.filter(published_at=None).first()
    in_force = versions.in_force().first()
    if draft is None or (in_force and in_force.text == draft.text):
        raise NothingToPublish
    draft.number = (versions.aggregate(last=Max("number"))["last"] or 0) + 1
    draft.text_hash = Agreement.hash_of(draft.text)
    draft.published_at = at or timezone.now()
    draft.save()
    return draft


@transaction.atomic
def withdraw(*, practice: Practice, kind: str) -> None:
    """Ask nobody any more. What was signed stays, and can be read."""
    Agreement.objects.filter(practice=practice, kind=kind).in_force().update(withdrawn_at=timezone.now())


@transaction.atomic
def sign(*, by: User, agreement: Agreement, name: str, at: datetime | None = None) -> list[Signature]:
    """The client signs, for each of their records in this practice that has no signature of theirs yet.

    Raises NotTheSame where the version they read is no longer in force.
    """
    Practice.objects.select_for_update().get(pk=agreement.practice_id)
    if not Agreement.objects.in_force().filter(pk=agreement.pk).exists():
        raise NotTheSame
    clients = Client.objects.filter(user=by, practice=agreement.practice_id)
    signatures = [
        Signature(
            client=client,
            agreement=agreement,
            signed_by=by,
            name=name,
            text_hash=Agreement.hash_of(agreement.text),
            **({"signed_at": at} if at else {}),
        )
        for client in clients.exclude(signatures__agreement=agreement)
    ]
    for signature in signatures:
        signature.save(force_insert=True)
        Trace.objects.leave(client=signature.client, by=by, act=Trace.Act.ADDED, part=Trace.Part.AGREEMENTS)
    return signatures
