"""Another coach goes on with a client: asked by the practice, decided by the client.

The record, plans and goals go along as they are. What one coach wrote for
themself, and the messages of two, stay closed to the next.
"""

from contextlib import suppress
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.models import Client, Handover, JournalEntry, RecordFile, Trace
from coaching.accounts.deliveries import wake_worker
from coaching.accounts.models import Coach, User
from coaching.scheduling.actions import cancel_session
from coaching.scheduling.models import CoachingSession, MailChoices, Nudge

TOLD_FOR = timedelta(days=14)
"""So long a mail about it is of use."""


@transaction.atomic
def ask_to_go_on(*, by: User, client: Client, coach: Coach) -> Handover:
    """Ask the client whether they would like to go on with this coach of the practice.

    The client's coach may, and who runs the practice. Of a client without an
    account only their coach may, who answers for having asked them: for them
    it happens at once.

    Raises ValidationError: `already` where they work with that coach, `asked`
    where a question is open; RecordEnded.
    """
    if not client.user:
        _call_off_planned(Handover(client=client, from_coach=client.coach))
    client = Client.objects.held_with_people().get(pk=client.pk)
    if not Client.objects.handed_over_by(by).filter(pk=client.pk).exists():
        raise PermissionDenied
    client.check_goes_on()
    if Handover.objects.open().filter(client=client).exists():
        raise ValidationError(_("This question is open already."), code="asked")
    _check_may_go_to(client, coach)
    handover = Handover.objects.create(client=client, from_coach=client.coach, to_coach=coach, asked_by=by)
    if client.user:
        _tell(client.user, client)
    else:
        _hand_over(handover, by=by)
    return handover


@transaction.atomic
def answer_handover(
    *, by: User, handover: Handover, is_agreed: bool, is_closed_first: bool = False
) -> Handover:
    """The client's answer. A no needs no reason, and changes nothing.

    A yes calls off what is planned with the earlier coach. `is_closed_first`:
    what they shared from the journal, and their files, are for them alone again.

    Raises ValidationError: `closed` where the question is not open any more,
    `already` where they work with that coach by now, `stale` where a session
    was planned at this very moment; RecordEnded.
    """
    if is_agreed:
        _call_off_planned(handover)
    client, handover = _held(handover)
    if client.user_id != by.pk:
        raise PermissionDenied
    if not is_agreed:
        handover.settle(Handover.Answer.DECLINED)
    else:
        client.check_goes_on()
        _check_may_go_to(client, handover.to_coach)
        if is_closed_first:
            JournalEntry.objects.filter(client=client).update(audience=JournalEntry.Audience.ME)
            own = RecordFile.objects.filter(client=client, added_by=by)
            own.update(audience=RecordFile.Audience.ME)
        _hand_over(handover, by=by)
    _tell(handover.from_coach.user, client)
    return handover


@transaction.atomic
def withdraw_handover(*, by: User, handover: Handover) -> None:
    """The question is not asked any more. Raises ValidationError (code `closed`)."""
    _client, handover = _held(handover)
    if not Handover.objects.withdrawable_by(by).filter(pk=handover.pk).exists():
        raise PermissionDenied
    handover.settle(Handover.Answer.WITHDRAWN)


def colleagues_for(client: Client, user: User) -> QuerySet[Coach]:
    """With whom this client could go on: this person's colleagues with whom they have no record yet."""
    people = Coach.objects.colleagues_of(user).filter(user__is_active=True)
    known = people.filter(clients__in=Client.objects.of_one_person(client))
    return people.exclude(pk__in=known).exclude(user=client.user_id).select_related("user")


def planned_with(client: Client) -> list[CoachingSession]:
    """The sessions to come, of this record: a yes calls them off."""
    planned = CoachingSession.objects.filter(client=client, status=CoachingSession.Status.SCHEDULED)
    return list(planned.upcoming().with_people().order_by("starts_at", "pk"))


def _call_off_planned(handover: Handover) -> None:
    """First the sessions, then the client's row: so do bookings, and nobody waits for each other.

    What another click has called off is off; if this one may not go on, all of it is undone.
    """
    for session in planned_with(handover.client):
        with suppress(ValidationError, PermissionDenied):
            cancel_session(by=handover.from_coach.user, session=session)


def _hand_over(handover: Handover, *, by: User) -> None:
    """The client's row is locked: whoever plans a session at this moment finds out when they write it."""
    client = handover.client
    if planned_with(client):
        raise ValidationError(
            _("A session has been planned at this very moment. Please look once more."), code="stale"
        )
    client.coach = handover.to_coach
    client.log_consent_at = None  # they agreed to the log of the earlier coach
    client.roster_import = None  # and that one cannot take them back any more
    client.save(update_fields=["coach", "log_consent_at", "roster_import"])
    handover.settle(Handover.Answer.AGREED)
    Trace.objects.leave(client=client, by=by, act=Trace.Act.CHANGED, part=Trace.Part.COACH)
    _tell(handover.to_coach.user, client)


def _held(handover: Handover) -> tuple[Client, Handover]:
    client = Client.objects.held_with_people().get(pk=handover.client_id)
    rows = Handover.objects.with_people().select_for_update(of=("self",))
    handover = rows.get(pk=handover.pk)
    if not handover.is_open:
        raise ValidationError(_("This question is not open any more."), code="closed")
    handover.client = client
    return client, handover


def _check_may_go_to(client: Client, coach: Coach) -> None:
    """Of the same practice, not the client themself, and nobody with whom they have a record already."""
    if coach.practice_id != client.practice_id or coach.user_id == client.user_id:
        raise PermissionDenied
    if Client.objects.of_one_person(client).filter(coach=coach).exists():
        raise ValidationError(_("They work with this coach already."), code="already")


def _tell(user: User, client: Client) -> None:
    """By mail, as soon as they are awake: that there is a question, or news of it."""
    now = timezone.now()
    due_at = MailChoices.of(user).awake_at(now)
    row = Nudge(
        user=user,
        kind=Nudge.Kind.HANDOVER,
        client=client,
        day=due_at.astimezone(user.timezone).date(),
        due_at=due_at,
        useful_until=due_at + TOLD_FOR,
    )
    Nudge.objects.bulk_create([row], ignore_conflicts=True)
    wake_worker()
