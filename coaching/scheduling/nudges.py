"""Writing nudges ahead: who is to hear what, today and tomorrow on their own wall.

Nothing calls this with a change: goals and clients are on lower floors and
know no mails. So it asks the truth again every few minutes, and writes only
what is not there yet. What it wrote is asked again when it is sent.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.db import transaction
from django.db.models import DateTimeField, Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from clients.models import CheckInRhythm, Client
from coaching.accounts.deliveries import Channel
from coaching.accounts.models import User
from coaching.scheduling.models import CoachingSession, MailChoices, MessageMail, Nudge, Reminder
from coaching.scheduling.models.nudge import monday_of
from goals.models import Step
from goals.models.rhythm import Per

Kind = Nudge.Kind
CAUGHT_UP = timedelta(days=6)
"""Whose chosen days were over earlier than that stands in the week's mail only."""
BY_SMS = {Kind.STEP_DUE, Kind.CHECK_IN_DUE}
"""Short enough for it; the others are lists, or for a desk."""


def plan_nudges(*, now: datetime | None = None) -> int:
    """Write what is to come and not written yet, and move what waits with its reader's day; says how many.

    Safe to run any number of times, at once and in several places.
    """
    now = now or timezone.now()
    rows = [*_steps(now), *_check_ins(now), *_nothing_booked(now), *_weeks(now)]
    before = Nudge.objects.count()
    Nudge.objects.bulk_create(rows, ignore_conflicts=True)
    moved = _move_with_the_day(now)
    follow_moved_people()
    return Nudge.objects.count() - before + moved


def _with_choices(users: QuerySet[User]) -> QuerySet[User]:
    active = users.filter(is_active=True)
    return active.select_related("mail_choices", "coach").prefetch_related("sms_numbers")


def _days(user: User, now: datetime) -> tuple[date, date]:
    today = now.astimezone(user.timezone).date()
    return today, today + timedelta(days=1)


def _rows(user: User, kind: str, day: date, *, now: datetime, **about: Client) -> Iterator[Nudge]:
    """One row for each channel, unless the person does not want it or its moment has passed."""
    choices = MailChoices.of(user)
    due_at = choices.civil_moment(day)
    if not choices.wants_nudge(kind) or due_at <= now:
        return
    last = monday_of(day) + timedelta(days=6) if kind in {Kind.OWN_WEEK, Kind.COACH_WEEK} else day
    for channel in choices.channels if kind in BY_SMS else [Channel.EMAIL]:
        yield Nudge(
            user=user, kind=kind, day=day, channel=channel,
            due_at=due_at, useful_until=choices.end_of(last), **about,
        )  # fmt: skip


def steps_of(user: User, first: date, last: date) -> QuerySet[Step]:
    """Open steps of their own with a date in these days, as far as they may be asked about.

    None of a goal that rests, of a work that is paused or over, and nothing
    for others while something urgent is open.
    """
    steps = Step.objects.belonging_to(user).open().filter(due_on__range=(first, last))
    return _askable(steps).select_related("goal").order_by("due_on", "goal__position", "position", "pk")


def steps_again_of(user: User) -> list[Step]:
    """Steps of their own by the week or month that still have room, as far as they may be asked about."""
    steps = _askable(Step.objects.belonging_to(user).coming_again().exclude(per=Per.DAY).with_ticks())
    read = steps.select_related("goal__plan__client__user").order_by("goal__position", "position", "pk")
    return [step for step in read if step.has_room]


def _askable(steps: QuerySet[Step]) -> QuerySet[Step]:
    urgent = Q(goal__side="community", goal__plan__client__in=Client.objects.in_urgent_need())
    return steps.filter(goal__plan__client__status=Client.Status.ACTIVE).exclude(urgent)


def _steps(now: datetime) -> Iterator[Nudge]:
    around = (now.date() - timedelta(days=1), now.date() + timedelta(days=2))
    steps = _askable(Step.objects.open().filter(due_on__range=around))
    pairs = set(
        steps.exclude(goal__plan__client__user=None).values_list("goal__plan__client__user", "due_on")
    )
    again = _askable(Step.objects.coming_again().exclude(per=Per.DAY)).filter(
        goal__plan__client__user__mail_choices__rhythm_weekday__isnull=False
    )
    with_rhythm = set(again.values_list("goal__plan__client__user", flat=True))
    for user in _with_choices(User.objects.filter(pk__in={pk for pk, _day in pairs} | with_rhythm)):
        choices = MailChoices.of(user)
        for day in _days(user, now):
            is_dated = choices.wants_step_due and (user.pk, day) in pairs
            if is_dated or (user.pk in with_rhythm and choices.rhythm_weekday == day.weekday()):
                yield from _rows(user, Kind.STEP_DUE, day, now=now)


def _check_ins(now: datetime) -> Iterator[Nudge]:
    rhythms = CheckInRhythm.objects.asking().select_related("client__user__mail_choices")
    for rhythm in rhythms.prefetch_related("client__user__sms_numbers"):
        user = cast(User, rhythm.client.user)
        for day in _days(user, now):
            if rhythm.falls_on(day, last_on=rhythm.last_on):
                yield from _rows(user, Kind.CHECK_IN_DUE, day, now=now, client=rhythm.client)


def without_session() -> Any:
    """Clients who work with a coach now and have no session to come; `quiet_since` is the last one's end."""
    to_come = CoachingSession.objects.upcoming().filter(client=OuterRef("pk"))
    took_place = Q(sessions__status__in=["scheduled", "completed"])
    active = Client.objects.filter(status=Client.Status.ACTIVE, user__is_active=True)
    last = Coalesce(
        Max("sessions__ends_at", filter=took_place), F("created_at"), output_field=DateTimeField()
    )
    return active.filter(~Exists(to_come)).annotate(quiet_since=last)


def _nothing_booked(now: datetime) -> Iterator[Nudge]:
    by_coach: dict[Any, list[Any]] = {}
    for client in without_session().order_by("pk"):
        by_coach.setdefault(client.coach_id, []).append(client)
    for user in _with_choices(User.objects.filter(coach__in=list(by_coach))):
        days = MailChoices.of(user).nothing_booked_days
        if days is None:
            continue
        today, tomorrow = _days(user, now)
        for client in by_coach[user.coach.pk]:
            reached = client.quiet_since.astimezone(user.timezone).date() + timedelta(days=days)
            if not today - CAUGHT_UP <= reached <= tomorrow:
                continue
            send_on = max(reached, today)
            if MailChoices.of(user).civil_moment(send_on) <= now:
                send_on += timedelta(days=1)
            for row in _rows(user, Kind.NOTHING_BOOKED, send_on, now=now, client=client):
                row.day = reached
                yield row


def _weeks(now: datetime) -> Iterator[Nudge]:
    active_clients = Client.objects.filter(user=OuterRef("pk"), status=Client.Status.ACTIVE)
    wanting = User.objects.filter(Exists(active_clients), mail_choices__wants_own_week=True)
    coaches = User.objects.filter(coach__isnull=False)
    for kind, users in ((Kind.OWN_WEEK, wanting), (Kind.COACH_WEEK, coaches)):
        for user in _with_choices(users):
            for day in _days(user, now):
                if day.weekday() == 0:
                    yield from _rows(user, kind, day, now=now)


def _move_with_the_day(now: datetime) -> int:
    """Somebody moved to another zone or chose other quiet hours: what waits for them moves along."""
    moved = 0
    waiting = Nudge.objects.untouched().exclude(kind=Kind.HANDOVER).select_related("user__mail_choices")
    for row in waiting:
        choices = MailChoices.of(row.user)
        day = row.day
        if row.kind == Kind.NOTHING_BOOKED:
            day = row.due_at.astimezone(row.user.timezone).date()
        due_at = choices.civil_moment(day)
        if due_at != row.due_at and due_at > now:
            last = day + timedelta(days=6 if row.kind in {Kind.OWN_WEEK, Kind.COACH_WEEK} else 0)
            changed = Nudge.objects.untouched().filter(pk=row.pk)
            moved += changed.update(due_at=due_at, useful_until=choices.end_of(last))
    return moved


def follow_moved_people() -> int:
    """Reckon the quiet hours anew for those who live in another zone by now; says how many.

    A person's zone is theirs to change on a lower floor, or an administrator's:
    so it is compared, and no page has to remember it.
    """
    moved = MailChoices.objects.exclude(quiet_from=None).exclude(
        quiet_zone__isnull=False, quiet_zone=F("user__timezone")
    )
    people = [choices.user for choices in moved.select_related("user__mail_choices")]
    for user in people:
        with transaction.atomic():
            MailChoices.objects.filter(user=user).update(quiet_zone=user.timezone)
            Reminder.rewrite_for(user)
            MessageMail.rewrite_for(user)
    return len(people)
