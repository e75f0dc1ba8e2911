"""A long walk through bookings, moves, cancellations, series, groups and hours, and what stays true.

In short some hundreds of steps; with `--whole` at least 5,000.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from clients.models import Client
from coaching.accounts.models import User
from coaching.scheduling import actions, groups, series
from coaching.scheduling.bookings import book_session, move_booking
from coaching.scheduling.models import (
    BookingRules,
    CoachingSession,
    MailChoices,
    Reminder,
    SessionType,
)

NOW = datetime(2027, 3, 22, 9, tzinfo=UTC)
"""The Monday before Berlin's clocks go forward."""
Status = CoachingSession.Status

hours = st.integers(0, 24 * 14)
"""Hours from tomorrow's midnight on the coach's wall: two weeks, with a change of the clocks within."""
which = st.integers(0, 1000)
lengths = st.sampled_from([25, 50, 90])


class Walk(RuleBasedStateMachine):
    """One coach with four clients, who do what people do. Steps that are refused politely change nothing."""

    coach: User
    clients: list[Client]
    kinds: list[SessionType]
    steps: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.versions: dict[object, tuple[int, object]] = {}
        self.is_changed = False
        self.transaction = transaction.atomic()
        self.transaction.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    # --- what people do ---

    @rule(at=hours, who=which, minutes=lengths)
    def coach_plans(self, at, who, minutes):
        self.tried(
            "plan", actions.schedule_session, client=self.client(who), minutes=minutes, **self.by_coach(at)
        )

    @rule(at=hours, who=which, times=st.integers(2, 4), repeat=st.sampled_from(["weekly", "fortnightly"]))
    def coach_plans_a_series(self, at, who, times, repeat):
        self.tried(
            "series",
            series.schedule_series,
            client=self.client(who),
            minutes=50,
            repeat=repeat,
            times=times,
            **self.by_coach(at),
        )

    @rule(at=hours, people=st.sets(st.integers(0, 3)), seats=st.integers(2, 4))
    def coach_plans_a_group(self, at, people, seats):
        self.tried(
            "group",
            groups.schedule_group,
            coach=User.objects.get(pk=self.coach.pk).coach,
            clients=[self.client(number) for number in people],
            seats=seats,
            minutes=60,
            session_type=self.kinds[1],
            **self.by_coach(at),
        )

    @rule(at=which, who=which)
    def coach_adds_to_a_group(self, at, who):
        if group := self.pick(at, client=None, status="scheduled"):
            self.tried("add", groups.add_people, by=self.coach, group=group, clients=[self.client(who)])

    @rule(at=which, day=st.integers(0, 13), hour=st.integers(0, 23))
    def client_books(self, at, day, hour):
        self.books(self.kinds[0], at, NOW.replace(hour=hour) + timedelta(days=day + 1))

    @rule(at=which, who=which)
    def client_joins(self, at, who):
        if group := self.pick(at, client=None, status="scheduled"):
            self.books(self.kinds[1], who, group.starts_at)

    @rule(at=which, to=hours, minutes=lengths)
    def coach_moves(self, at, to, minutes):
        if session := self.pick(at, status="scheduled"):
            self.tried(
                "move", actions.reschedule_session, session=session, minutes=minutes, **self.by_coach(to)
            )

    @rule(at=which, to=hours)
    def coach_moves_a_series(self, at, to):
        if session := self.pick(at, status="scheduled", series__isnull=False):
            self.tried(
                "move series", series.reschedule_following, session=session, minutes=50, **self.by_coach(to)
            )

    @rule(at=which, day=st.integers(0, 13), hour=st.integers(0, 23))
    def client_moves(self, at, day, hour):
        if session := self.pick(at, status="scheduled", client__isnull=False):
            starts_at = NOW.replace(hour=hour) + timedelta(days=day + 1)
            self.tried(
                "client moves", move_booking, by=session.client.user, session=session, starts_at=starts_at
            )

    @rule(at=which, is_coach=st.booleans())
    def somebody_calls_off(self, at, is_coach):
        if session := self.pick(at, status="scheduled"):
            by = self.coach if is_coach or session.is_group else session.client.user
            self.tried("call off", actions.cancel_session, by=by, session=session)

    @rule(at=which)
    def coach_calls_off_a_series(self, at):
        if session := self.pick(at, status="scheduled", series__isnull=False):
            self.tried("call off series", series.cancel_following, by=self.coach, session=session)

    @rule(days=st.sets(st.integers(0, 6)), begins=st.integers(0, 12), length=st.integers(1, 11))
    def coach_changes_hours(self, days, begins, length):
        week = {day: [(begins * 60, (begins + length) * 60)] for day in days}
        self.tried("hours", BookingRules.keep, self.coach.coach, week=week, is_open=True, notice_hours=1)

    @rule(lead=st.integers(1, 72), is_coach=st.booleans())
    def coach_chooses_reminders(self, lead, is_coach):
        leads = {"coach_leads" if is_coach else "client_leads": [timedelta(hours=lead)]}
        MailChoices.objects.update_or_create(user=self.coach, defaults=leads)
        self.coach = User.objects.get(pk=self.coach.pk)
        self.tried("reminders", Reminder.rewrite_for, self.coach)

    # --- what stays true ---

    @invariant()
    def all_is_as_it_must_be(self):
        """Looked at after each step that changed something; a step that was refused was rolled back."""
        if not self.is_changed:
            return
        self.is_changed = False
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        sessions = CoachingSession.objects.with_people().with_choices().prefetch_related("reminders")
        rows = list(sessions.order_by("starts_at"))
        self.nobody_is_in_two_places([row for row in rows if row.is_scheduled])
        self.groups_hold_together(rows)
        for row in rows:
            self.what_waits_is_what_is_wanted(row)
            self.version_rises(row)

    def nobody_is_in_two_places(self, planned: list[CoachingSession]) -> None:
        of_coach = [row for row in planned if row.group_id is None]
        for earlier, later in pairwise(of_coach):
            assert earlier.busy_until <= later.busy_from
        for client in self.clients:
            for earlier, later in pairwise(row for row in planned if row.client_id == client.pk):
                assert earlier.ends_at <= later.starts_at

    def groups_hold_together(self, rows: list[CoachingSession]) -> None:
        for group in (row for row in rows if row.is_group):
            members = [row for row in rows if row.group_id == group.pk and row.is_scheduled]
            assert len(members) <= group.seats
            assert {(row.starts_at, row.ends_at) for row in members} <= {(group.starts_at, group.ends_at)}
            assert group.is_scheduled or not members

    def what_waits_is_what_is_wanted(self, session: CoachingSession) -> None:
        def facts(row: Reminder) -> tuple:
            return row.recipient, row.lead, row.due_at, row.schedule_version, row.channel

        waiting = [row for row in session.reminders.all() if row.state == "pending"]
        have = [facts(row) for row in waiting if row.kind == "upcoming"]
        want = [facts(row) for row in Reminder.of(session, now=NOW)] if session.is_scheduled else []
        assert sorted(have) == sorted(want)
        if not session.is_scheduled:
            assert {row.kind for row in waiting} <= {"cancelled"}

    def version_rises(self, session: CoachingSession) -> None:
        time = (session.starts_at, session.ends_at)
        version, before = self.versions.get(session.pk, (0, None))
        is_same = session.schedule_version == version and time == before
        assert is_same or session.schedule_version > version
        self.versions[session.pk] = (session.schedule_version, time)

    # --- how ---

    def tried(self, name, act, *args, **values) -> None:
        """Do it; what is refused in words for people leaves everything as it was."""
        try:
            with transaction.atomic():
                act(*args, **values)
        except ValidationError as error:
            Walk.steps[f"{name}: {error.code}"] += 1
        else:
            Walk.steps[f"{name}: done"] += 1
            self.is_changed = True

    def by_coach(self, at: int) -> dict:
        zone = ZoneInfo("Europe/Berlin")
        local = datetime(2027, 3, 23) + timedelta(hours=at)  # noqa: DTZ001 - a wall time
        return {"by": self.coach, "timezone": zone, "local_start": local, "which": 0}

    def client(self, number: int) -> Client:
        """Read anew, as each request does: nothing that was read before is known any more."""
        pk = self.clients[number % len(self.clients)].pk
        return Client.objects.select_related("coach__user", "user").get(pk=pk)

    def pick(self, number: int, **which) -> CoachingSession | None:
        rows = list(CoachingSession.objects.filter(**which).with_people().order_by("pk"))
        return rows[number % len(rows)] if rows else None

    def books(self, kind: SessionType, number: int, starts_at: datetime) -> None:
        client = self.client(number)
        self.tried(
            "book", book_session, by=client.user, client=client, session_type=kind, starts_at=starts_at
        )


@pytest.mark.django_db
def test_what_is_always_true_stays_true(alma, is_whole, tell):
    with time_machine.travel(NOW, tick=False):
        BookingRules.keep(
            alma.coach,
            week={day: [(0, 1440)] for day in range(7)},
            is_open=True,
            notice_hours=1,
            increment=60,
        )
        Walk.coach = User.objects.get(pk=alma.pk)
        Walk.clients = [_client_of(alma, number) for number in range(4)]
        Walk.kinds = [
            SessionType.objects.create(coach=alma.coach, name="Usual", minutes=50, buffer_after=10),
            SessionType.objects.create(coach=alma.coach, name="Circle", minutes=60, seats=3),
        ]
        Walk.steps = Counter()
        run_state_machine_as_test(
            Walk,
            settings=settings(
                max_examples=190 if is_whole else 10,
                stateful_step_count=60 if is_whole else 30,
                # A walk that fails is told as it was: making it shorter takes longer than reading it.
                phases=[Phase.generate],
                deadline=None,
                database=None,
                derandomize=not is_whole,
                suppress_health_check=list(HealthCheck),
            ),
        )
    tell(f"the walk: {sum(Walk.steps.values())} steps, {dict(sorted(Walk.steps.items()))}")
    assert sum(Walk.steps.values()) >= (5000 if is_whole else 100)


def _client_of(coach: User, number: int) -> Client:
    user = User.objects.create_user(f"p{number}@example.org", "x", name=f"P{number}")
    return Client.objects.create(
        practice=coach.coach.practice, coach=coach.coach, user=user, name=user.name, email=user.email
    )
