"""A list of clients in its steps: handed in, its columns chosen, brought in piece by piece, taken back."""

import json
from dataclasses import asdict
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clients.actions import invite_client
from clients.belongings import untouched
from clients.bringing.columns import FIELDS, guess
from clients.bringing.judging import Judge, Line, Verdict
from clients.bringing.tables import BadTable, Table, read_table
from clients.models import Client, RosterImport
from coaching.accounts.deliveries import wake_worker
from coaching.accounts.models import Invitation, User

PIECE = 500
"""So many lines are brought in by one transaction: what was done stays done if the worker is killed."""
FORGOTTEN_AFTER = timedelta(days=7)


class NotNow(Exception):
    """The list is not at this step any more."""


def hand_in(*, by: User, file_name: str, content: bytes) -> RosterImport:
    """Read the file and guess its columns; nobody is added. Raises BadTable.

    Where no heading is known, such as in another language, the coach says what each column holds.
    """
    table = read_table(file_name, content)
    mapping = guess(table.header)
    if len(table.header) < 2 and not mapping:
        raise BadTable(
            _("None of the columns is known. The first line must name them, such as: name, e-mail, phone.")
        )
    return RosterImport.objects.create(
        coach=by.coach,
        file_name=file_name.replace("\0", "")[-200:],
        content=json.dumps(asdict(table)),
        mapping=mapping,
        lines=len(table.rows),
    )


def table_of(run: RosterImport) -> Table:
    return Table(**json.loads(run.content))


def judged(run: RosterImport, first: int = 0, last: int | None = None) -> list[Line]:
    """The lines from `first` to `last` with what would become of them now."""
    table = table_of(run)
    mapping = {int(column): field for column, field in run.mapping.items()}
    return list(Judge(run.coach).lines(Table(table.header, table.rows[first:last]), mapping))


@transaction.atomic
def choose_columns(*, run: RosterImport, mapping: dict[int, str]) -> None:
    """What each column holds; unknown fields and columns count as left out.

    Raises NotNow where it is being brought in already.
    """
    run = _held(run, RosterImport.State.LOOKED_AT)
    columns = range(len(table_of(run).header))
    run.mapping = {
        column: field for column, field in mapping.items() if field in FIELDS and column in columns
    }
    run.save(update_fields=["mapping"])


@transaction.atomic
def begin(*, run: RosterImport, invites: bool) -> None:
    """Let a worker bring it in. Raises NotNow where that has been said before."""
    run = _held(run, RosterImport.State.LOOKED_AT)
    run.state, run.invites = RosterImport.State.UNDER_WAY, invites
    run.save(update_fields=["state", "invites"])
    wake_worker("clients.bring_in")


def bring_in() -> None:
    """Go on with every list until its end. Another worker that does the same is passed over."""
    for pk in RosterImport.objects.under_way().values_list("pk", flat=True):
        while _bring_in_a_piece(pk):
            pass


@transaction.atomic
def _bring_in_a_piece(pk: UUID) -> bool:
    """Whether there is more to do."""
    runs = RosterImport.objects.under_way().select_for_update(skip_locked=True, of=("self",))
    run = runs.select_related("coach__user", "coach__practice").filter(pk=pk).first()
    if run is None:
        return False
    lines = judged(run, run.lines_done, run.lines_done + PIECE)
    _add(run, [line for line in lines if line.verdict == Verdict.NEW])
    run.refused += [[line.number, " ".join(line.said)] for line in lines if line.verdict == Verdict.REFUSED]
    run.lines_done = min(run.lines_done + PIECE, run.lines)
    if run.lines_done == run.lines:
        run.state, run.content = RosterImport.State.DONE, ""
    run.save()
    return run.state == RosterImport.State.UNDER_WAY


def _add(run: RosterImport, lines: list[Line]) -> None:
    """Somebody may have been added by hand in this very moment; then that one stays."""
    clients = [
        Client(coach=run.coach, practice=run.coach.practice, roster_import=run, **line.values)
        for line in lines
    ]
    Client.objects.bulk_create(clients, ignore_conflicts=True)
    if run.invites:
        emails = [line.values["email"] for line in lines]
        added = Client.objects.filter(roster_import=run, email__in=emails, status__in=Client.WORKING)
        for client in added.order_by("pk"):
            invite_client(by=run.coach.user, client=client)


@transaction.atomic
def take_back(*, run: RosterImport) -> tuple[int, int]:
    """Remove whom it added, as far as nobody has worked with them since: how many went, how many stay.

    Raises NotNow where it has not been brought in.
    """
    run = _held(run, RosterImport.State.DONE)
    added = Client.objects.filter(roster_import=run)
    going = untouched(added).select_for_update(of=("self",))
    invitations = list(going.exclude(invitation=None).values_list("invitation", flat=True))
    ids = list(going.values_list("pk", flat=True))
    stay = added.count() - len(ids)
    Client.objects.filter(pk__in=ids).delete()
    Invitation.objects.filter(pk__in=invitations).delete()
    run.state = RosterImport.State.UNDONE
    run.save(update_fields=["state"])
    return len(ids), stay


def forget_old() -> None:
    """What was handed in and never brought in does not lie about."""
    RosterImport.objects.forgotten(FORGOTTEN_AFTER).delete()


def _held(run: RosterImport, state: str) -> RosterImport:
    rows = RosterImport.objects.select_for_update(of=("self",)).select_related("coach__user")
    held = rows.filter(pk=run.pk, state=state).first()
    if held is None:
        raise NotNow
    return held
