"""The people of the run and what they do: coaches plan, move and call off; addresses change; records go."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from clients.belongings import erase
from clients.models import Client
from coaching.accounts.models import Coach, Practice, User
from coaching.scheduling import actions
from coaching.scheduling.models import CoachingSession, MailChoices, Reminder

SESSIONS_PER_COACH = 4
SHORT_LIVED = timedelta(seconds=6)
"""Some coaches remind twice, so shortly after each other that the first may come to be of no use."""
MOST_MOVES = 3
UTC_ZONE = ZoneInfo("UTC")


@dataclass
class Act:
    """What somebody did about a session, and when (seconds since the epoch)."""

    name: str
    began_at: float
    committed_at: float
    version: int = 0
    address: str = ""
    """The one that counted until then."""


@dataclass
class Meeting:
    """One session of the run, as its people know it."""

    number: int
    coach: User
    leads: list[timedelta]
    client: Client
    lead: timedelta
    """The one of the coach's leads that falls into the run."""
    pk: object = None
    acts: list[Act] = field(default_factory=list)
    starts_at: dict[int, datetime] = field(default_factory=dict)
    """By version."""
    is_over: bool = False

    @property
    def version(self) -> int:
        return max(self.starts_at)


class People:
    """`calm` is held by whoever acts, and by whoever restarts the database: people do not see that happen."""

    def __init__(self, *, sessions: int, seed: int) -> None:
        self.seed = seed
        self.calm = threading.RLock()
        self.meetings: list[Meeting] = []
        self.practice = Practice.objects.create(name="Faults", slug="faults")
        while len(self.meetings) < sessions:
            self._add_coach(most=sessions - len(self.meetings))

    def _add_coach(self, *, most: int = SESSIONS_PER_COACH) -> None:
        """One more coach, with sessions to book."""
        first = len(self.meetings)
        number = -(-first // SESSIONS_PER_COACH)
        coach = self._coach(self.practice, number)
        leads = [timedelta(hours=4 + 24 * nth) for nth in range(SESSIONS_PER_COACH)]
        extra = [leads[0] + SHORT_LIVED] if number % 5 == 0 else []
        MailChoices.objects.create(user=coach, client_leads=leads + extra, coach_leads=leads + extra)
        for nth in range(min(SESSIONS_PER_COACH, most)):
            client = self._client(coach, first + nth)
            self.meetings.append(Meeting(first + nth, coach, leads + extra, client, leads[nth]))

    def _coach(self, practice: Practice, number: int) -> User:
        user = User.objects.create(email=f"coach-{number}@faults.example", name=f"Coach {number}")
        Coach.objects.create(user=user, practice=practice, slug=f"coach-{number}")
        return user

    def _client(self, coach: User, number: int) -> Client:
        """Every second one has an account."""
        email = f"client-{number}@faults.example"
        user = User.objects.create(email=email, name=f"Client {number}") if number % 2 else None
        return Client.objects.create(
            practice=coach.coach.practice,
            coach=coach.coach,
            user=user,
            name=f"Client {number}",
            email=email,
            timezone="America/New_York",
        )

    @contextmanager
    def _acting(self, meeting: Meeting, name: str) -> Iterator[Act]:
        """Hold still what everything stands on, and note when the act was begun and committed."""
        with self.calm:
            act = Act(name, time.time(), 0)
            try:
                with transaction.atomic():
                    yield act
            finally:
                connection.close()  # the next one may find the database restarted
            act.committed_at = time.time()
            meeting.acts.append(act)

    def book(self, number: int, due_at: datetime) -> None:
        """Plan the session whose first reminder is due then."""
        meeting = self.meetings[number]
        with self._acting(meeting, "book") as act:
            session = actions.schedule_session(
                by=meeting.coach,
                client=meeting.client,
                local_start=(due_at + meeting.lead).replace(tzinfo=None),
                timezone=UTC_ZONE,
                minutes=25,
                place_detail=f"Room {number}.1",
            )
            meeting.pk, act.version = session.pk, 1
            meeting.starts_at[1] = session.starts_at

    def book_one_more(self, due_at: datetime) -> None:
        """Plan a session that was not of the plan."""
        with self.calm:
            number = sum(1 for meeting in self.meetings if meeting.starts_at)
            if number == len(self.meetings):
                with transaction.atomic():
                    self._add_coach()
            self.book(number, due_at)

    def act(self, name: str, number: int) -> bool:
        """Do something about this session; False where there is nothing left to do it with."""
        with self.calm:
            meeting = self.meetings[number]
            has_moved_enough = name == "move" and len(meeting.starts_at) > MOST_MOVES
            if meeting.is_over or not meeting.starts_at or has_moved_enough:
                return False
            dice = random.Random(f"{self.seed} {number} {len(meeting.acts)}")
            {"cancel": self._cancel, "move": self._move, "address": self._address, "erase": self._erase}[
                name
            ](meeting, dice)
            return True

    def _session(self, meeting: Meeting) -> CoachingSession:
        return CoachingSession.objects.get(pk=meeting.pk)

    def _cancel(self, meeting: Meeting, dice: random.Random) -> None:
        by = dice.choice([meeting.coach, meeting.client.user or meeting.coach])
        with self._acting(meeting, "cancel"):
            actions.cancel_session(by=by, session=self._session(meeting))
        meeting.is_over = True

    def _move(self, meeting: Meeting, dice: random.Random) -> None:
        """To a time whose reminder is due in a few seconds."""
        version = meeting.version + 1
        start = datetime.now(UTC) + meeting.lead + timedelta(seconds=dice.uniform(3, 10))
        with self._acting(meeting, "move") as act:
            session = actions.reschedule_session(
                by=meeting.coach,
                session=self._session(meeting),
                local_start=start.replace(tzinfo=None),
                timezone=UTC_ZONE,
                minutes=25,
                place_detail=f"Room {meeting.number}.{version}",
            )
            act.version = version
            meeting.starts_at[version] = session.starts_at

    def _address(self, meeting: Meeting, _dice: random.Random) -> None:
        client = meeting.client
        with self._acting(meeting, "address") as act:
            act.address = client.user.email if client.user else client.email
            new = f"new-{len(meeting.acts)}-client-{meeting.number}@faults.example"
            client.email = new
            client.save(update_fields=["email"])
            if client.user:
                client.user.email = new
                client.user.save(update_fields=["email"])

    def _erase(self, meeting: Meeting, _dice: random.Random) -> None:
        with self._acting(meeting, "erase"):
            erase(Client.objects.get(pk=meeting.client.pk))
        meeting.is_over = True

    def act_beside_a_reminder(self, name: str) -> bool:
        """Do it about a session whose reminder is due this very moment."""
        with self.calm:
            try:
                now = datetime.now(UTC)
                near = Reminder.objects.filter(
                    kind="upcoming", state="pending", due_at__gt=now - timedelta(seconds=1)
                ).order_by("due_at")[:5]
                places = list(near.values_list("session__place_detail", flat=True))
            finally:
                connection.close()
            return any(self.act(name, int(place.split(" ")[1].split(".")[0])) for place in places)
