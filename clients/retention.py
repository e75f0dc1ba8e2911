"""How long records are kept after the work has ended, and that what was erased stays so after a restore.

Everything is counted by the database's clock, and every step can be run twice.
"""

import uuid
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import models, transaction
from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, Func, OuterRef
from django.db.models.functions import Greatest, Now

from clients.belongings import erase, note_erasure
from clients.models import Client, Erasure, ErasureWarning
from clients.models.erasure import WARNED_BEFORE
from coaching.accounts.deliveries import DeliveryState, wake_worker

logger = structlog.get_logger("trellis.retention")

UNSENT = [DeliveryState.PENDING, DeliveryState.SUBMITTING, DeliveryState.ON_HOLD, DeliveryState.MISSED]
"""A warning in one of these has not left the house."""


def keep_to_retention() -> None:
    """Plan what is to be erased because its time is over, and call off what is to be kept after all."""
    Client.objects.filter(status=Client.Status.ENDED, ended_at=None).update(ended_at=Now())
    over = _whose_time_is_nearly_over()
    _call_off(kept=over)
    asked = Erasure.objects.open().filter(record=OuterRef("pk"))
    for client in over.filter(~Exists(asked)):
        with transaction.atomic():
            still: Any = over.select_for_update(of=("self",), skip_locked=True).filter(pk=client.pk).first()
            if still and not Erasure.objects.open().filter(record=client.pk).exists():
                _plan(still)


def _whose_time_is_nearly_over() -> models.QuerySet[Client]:
    """Ended records, from a warning's time before the end of retention on.

    With `over_at`, when they are to go: never sooner than a whole warning from now.
    """
    months = Func(
        F("practice__retention_months"),
        template="make_interval(months => %(expressions)s::int)",
        output_field=models.DurationField(),
    )
    ends = ExpressionWrapper(F("ended_at") + months, output_field=DateTimeField())
    rows = Client.objects.filter(status=Client.Status.ENDED, practice__retention_months__isnull=False)
    rows = rows.annotate(ends=ends).filter(ends__lte=Now() + WARNED_BEFORE)
    return rows.annotate(over_at=Greatest("ends", Now() + WARNED_BEFORE))


def _plan(client: Any) -> None:
    Erasure.objects.create(record=client.pk, reason=Erasure.Reason.RETENTION, due_at=client.over_at)
    if client.has_joined:
        ErasureWarning.objects.filter(client=client).delete()  # of an earlier end of the work
        ErasureWarning.objects.create(client=client, due_at=Now(), useful_until=client.over_at)
        wake_worker()


def _call_off(*, kept: models.QuerySet[Client]) -> None:
    """The work goes on, or the practice keeps records longer by now."""
    planned = Erasure.objects.open().filter(reason=Erasure.Reason.RETENTION)
    stale = planned.filter(~Exists(kept.filter(pk=OuterRef("record"))))
    for record in list(stale.values_list("record", flat=True)):
        with transaction.atomic():
            Erasure.objects.open().filter(record=record, reason="retention").update(withdrawn_at=Now())
            ErasureWarning.objects.filter(client=record).call_off()


def may_be_erased(erasure: Erasure, client: Client) -> bool:
    """Whether a due one is still to be carried out. Nobody's record goes before its warning has gone out.

    Where the mail server has refused it for good, or it came back, it goes all
    the same: there is no other way to reach the person.
    """
    if erasure.reason != Erasure.Reason.RETENTION:
        return True
    if not _whose_time_is_nearly_over().filter(pk=client.pk).exists():
        return False
    warning = ErasureWarning.objects.filter(client=client).first()
    if warning is None or warning.state not in UNSENT:
        return True
    later = Now() + WARNED_BEFORE
    Erasure.objects.filter(pk=erasure.pk).update(due_at=later)
    ErasureWarning.objects.filter(pk=warning.pk).delete()
    ErasureWarning.objects.create(client=client, due_at=Now(), useful_until=later)
    return False


# --- after a restore --------------------------------------------------------


def erased_before() -> set[uuid.UUID]:
    """The numbers of all records that were erased here, whatever the database knows."""
    try:
        lines = Path(settings.ERASURES_FILE).read_text().splitlines()
    except FileNotFoundError:
        return set()
    return {uuid.UUID(line.split()[1]) for line in lines if _is_whole(line)}


def _is_whole(line: str) -> bool:
    """The last line may be half a line: the machine went down while it was written."""
    parts = line.split()
    try:
        return len(parts) == 2 and bool(uuid.UUID(parts[1]))
    except ValueError:
        return False


def erase_again() -> int:
    """Erase what a restored backup has brought back, and write down what the file does not have yet.

    Returns how many records were erased once more.
    """
    noted = erased_before()
    done = Erasure.objects.exclude(done_at=None).values_list("record", flat=True)
    for record in set(done) - noted:
        note_erasure(record)
    count = 0
    for pk in Client.objects.filter(pk__in=noted).values_list("pk", flat=True):
        with transaction.atomic():
            client = Client.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
            if client:
                erase(client)
                count += 1
    if count:
        logger.warning("erased_again", records=count)
    return count
