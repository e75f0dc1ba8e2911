"""The people of the demo practice, and their sessions around today."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models.functions import Now
from django.utils import timezone

from clients.actions import accept_invitation, add_client
from clients.models import Client
from coaching.accounts.actions import add_person, agree_to_sms, confirm_sms
from coaching.accounts.forms import SMS_CONSENT
from coaching.accounts.models import Coach, Practice, User
from coaching.home.demo.agreements import seed_agreements, seed_new_version, sign_agreements
from coaching.home.demo.followup import seed_follow_up
from coaching.home.demo.messages import seed_messages
from coaching.home.demo.plans import CLIENTS, ClientOf, seed_plan
from coaching.home.demo.records import seed_record
from coaching.scheduling.actions import cancel_session, record_session, save_new, say_agenda, schedule_session
from coaching.scheduling.groups import add_people, note_attendance, schedule_group
from coaching.scheduling.models import (
    BookingPolicy,
    BookingRules,
    CoachingSession,
    MailChoices,
    Nudge,
    Reminder,
    SessionType,
    SummaryMail,
)
from coaching.scheduling.models.mail_choices import Way
from coaching.scheduling.models.nudge import monday_of
from coaching.scheduling.series import schedule_series

PASSWORD = "trellis-demo"  # noqa: S105 - the demo's, printed at its start
ZONE = "Europe/London"

STAFF = {
    "coach": ("coach@trellis.example", "Mara Lindqvist"),
    "owner": ("owner@trellis.example", "Joseph Adeyemi"),
    "curator": ("curator@trellis.example", "Ines Carvalho"),
    "admin": ("admin@trellis.example", "Site administrator"),
}
NOT_JOINED = {"Tomasz": "tomasz@clients.example"}
"""Somebody who was invited and has not come yet."""

DETAILS: list[dict[str, Any]] = [
    {
        "pronouns": "she/her",
        "fee": "standard",
        "fee_words": "£70 a session",
        "tags": ["evenings"],
        "log_consent_at": Now(),
    },
    {"reach": "A message first, never before 10.", "fee": "sliding", "fee_words": "£25 a session"},
    {"languages": "English, Polish", "fee": "pro_bono", "tags": ["library group"]},
]
"""What else coaches have noted about how they work with somebody."""

HOURS = [time(9, 0), time(10, 30), time(13, 0), time(14, 30), time(16, 0)]
LENGTH = 60
WEEKEND = (5, 6)
WEDNESDAY = 2
IN_SERIES = 2
"""The client whose coming sessions were planned as one series."""
PLACES = [
    ("video", "https://meet.example/harwick-bridge"),
    ("in_person", "12 Mill Lane, Harwick Bridge, first floor"),
    ("phone", ""),
]
SESSION_TYPES: list[dict[str, Any]] = [
    {"name": "Session", "minutes": 60, "place_detail": "https://meet.example/harwick-bridge"},
    {"name": "Short check-in", "minutes": 25, "place": "phone", "buffer_after": 5},
    {
        "name": "Walk and talk",
        "minutes": 90,
        "place": "in_person",
        "place_detail": "The bandstand, Harwick Park",
        "buffer_before": 15,
        "buffer_after": 15,
        "is_bookable": False,
    },
    {
        "name": "Evening circle",
        "minutes": 90,
        "seats": 6,
        "place": "in_person",
        "place_detail": "12 Mill Lane, Harwick Bridge, the big room",
        "buffer_after": 15,
    },
]
"""What Mara offers. Sessions that stand in her calendar need not be one of these."""
AGENDAS = {
    "client@trellis.example": "The landlord's answer, and what comes after it",
    "priya.raman@clients.example": "Looking back with Helen after four weeks",
    "yusuf.haddad@clients.example": "What goes into the folder",
    "client2@trellis.example": "Who could take a Wednesday",
}
"""What the next session of some clients is about, in their own words."""
TERMS = (
    "Things happen. Call off when you have to, and tell us if it is often: "
    "we look for a better hour together. Nobody pays for a session that was called off."
)
CAME = ["completed", "completed", "no_show", "late_cancellation"]
"""What became of those who were to come to the evening two weeks before the next one."""


def is_seeded() -> bool:
    return Practice.objects.filter(slug="harwick-bridge").exists()


def seed_staff() -> dict[str, User]:
    """The practice, its two coaches, a curator and an administrator; keys as in STAFF."""
    practice = Practice.objects.create(
        name="Harwick Bridge Coaching", slug="harwick-bridge", timezone=ZoneInfo(ZONE)
    )
    people = {
        key: add_person(email=email, password=PASSWORD, name=name, timezone=ZoneInfo(ZONE))
        for key, (email, name) in STAFF.items()
    }
    mara = Coach.objects.create(user=people["coach"], practice=practice, slug="mara-lindqvist")
    usual = [(10 * 60, 13 * 60), (14 * 60, 17 * 60)]
    BookingRules.keep(mara, week={**dict.fromkeys(range(4), usual), 4: usual[:1]}, is_open=True)
    BookingPolicy.objects.create(practice=practice, change_notice_hours=12, words=TERMS)
    for values in SESSION_TYPES:
        SessionType.objects.create(coach=mara, **values)
    Coach.objects.create(user=people["owner"], practice=practice, slug="joseph-adeyemi", is_owner=True)
    User.objects.filter(pk=people["curator"].pk).update(is_curator=True)
    User.objects.filter(pk=people["admin"].pk).update(is_staff=True, is_superuser=True)
    return {key: User.objects.get(pk=person.pk) for key, person in people.items()}


def seed_clients(staff: dict[str, User]) -> list[Client]:
    """The eight clients: invited, joined, with three months of plan and of sessions."""
    today = timezone.localdate(timezone=ZoneInfo(ZONE))
    seed_agreements(staff["owner"])
    clients = []
    for number, data in enumerate(CLIENTS):
        coach = staff[data["coach"]]
        client = _joined_client(coach, data)
        sign_agreements(client)
        seed_plan(client=client, coach_user=coach, data=data["plan"], today=today)
        seed_record(client, coach)
        _seed_sessions(client, coach, number)
        seed_follow_up(client, coach)
        seed_messages(client, coach)
        clients.append(client)
        Client.objects.filter(pk=client.pk).update(**DETAILS[number % len(DETAILS)])
    seed_new_version(staff["owner"], clients)
    for name, email in NOT_JOINED.items():
        add_client(
            by=staff["coach"],
            name=name,
            email=email,
            timezone=ZoneInfo(ZONE),
            status=Client.Status.PROSPECT,
            invite=True,
        )
    return clients


def seed_groups(coach: User, clients: list[Client]) -> None:
    """An evening for several people, once a fortnight; clients may join. The last one has been held."""
    kind = SessionType.objects.get(coach=coach.coach, seats__gt=1)
    people = [client for client in clients if client.coach_id == coach.coach.pk]
    zone = ZoneInfo(ZONE)
    today = timezone.localdate(timezone=zone)
    first = today + timedelta(days=7 - (today.weekday() - WEDNESDAY) % 7)
    details: dict[str, Any] = {
        "coach": coach.coach,
        "seats": kind.seats,
        "name": kind.name,
        "timezone": zone,
        "place": kind.place,
        "place_detail": kind.place_detail,
    }
    evening = time(18, 30)
    for weeks, agenda, some in ((0, "Asking for help", people[1:4]), (2, "", people[2:4])):
        schedule_group(
            by=coach,
            clients=some,
            local_start=datetime.combine(first + timedelta(weeks=weeks), evening),
            minutes=kind.minutes,
            session_type=kind,
            agenda=agenda,
            **details,
        )
    # A group is planned ahead on the pages; this one was, as far as the demo goes.
    wall = datetime.combine(first - timedelta(weeks=2), evening)
    begun = wall.replace(tzinfo=zone)
    held = CoachingSession(
        starts_at=begun,
        ends_at=begun + timedelta(minutes=kind.minutes),
        local_start=wall,
        agenda="Saying no, and staying friends",
        **details,
    )
    save_new(held, by=coach, session_type=kind)
    rows = add_people(by=coach, group=held, clients=people[:4])
    note_attendance(by=coach, group=held, came={row.pk: came for row, came in zip(rows, CAME, strict=True)})


def seed_agendas(clients: list[Client]) -> None:
    """What some have said their next session is about."""
    for client in clients:
        coming = CoachingSession.objects.filter(client=client, group=None).upcoming().order_by("starts_at")
        session = coming.with_people().first()
        if session and client.user and client.email in AGENDAS:
            say_agenda(by=client.user, session=session, agenda=AGENDAS[client.email])


def seed_mails() -> None:
    """The demo's bookings were told long ago, as far as it goes; one mail was refused."""
    told = Reminder.objects.filter(kind=Reminder.Kind.BOOKED)
    told.update(state=Reminder.State.SENT, sent_at=Now(), due_at=Now(), server_answer="250 OK")
    SummaryMail.objects.update(
        state=SummaryMail.State.SENT, sent_at=Now(), due_at=Now(), server_answer="250 OK"
    )
    refused = told.filter(session__client__email="client@trellis.example").order_by("session__starts_at")[:1]
    Reminder.objects.filter(pk__in=refused.values("pk")).update(
        state=Reminder.State.FAILED, sent_at=None, server_answer="552 5.2.2 The mailbox is full"
    )


def seed_nudges(staff: dict[str, User]) -> None:
    """One client gets SMS beside mails; a nudge to them and one to their coach went out lately."""
    own = User.objects.get(email="client@trellis.example")
    number = agree_to_sms(by=own, number="+447700900123", words=str(SMS_CONSENT))
    confirm_sms(by=own, code=number.code)
    MailChoices.objects.create(user=own, way=Way.BOTH)
    today = timezone.localdate(timezone=ZoneInfo(ZONE))
    for user, kind, day in (
        (own, Nudge.Kind.STEP_DUE, today - timedelta(days=1)),
        (staff["coach"], Nudge.Kind.COACH_WEEK, monday_of(today)),
    ):
        nine = MailChoices.of(user).civil_moment(day)
        Nudge.objects.create(
            user=user, kind=kind, day=day, due_at=nine, useful_until=nine,
            state=Nudge.State.SENT, sent_at=nine, server_answer="250 OK",
        )  # fmt: skip


def _joined_client(coach: User, data: ClientOf) -> Client:
    client = add_client(
        by=coach,
        name=data["name"],
        email=data["email"],
        phone=data["phone"],
        timezone=ZoneInfo(data["timezone"]),
        invite=True,
    )
    assert client.invitation is not None  # noqa: S101 - it was asked for
    accept_invitation(
        invitation=client.invitation,
        name=data["name"],
        password=PASSWORD,
        timezone=ZoneInfo(data["timezone"]),
    )
    client.refresh_from_db()
    return client


def _seed_sessions(client: Client, coach: User, number: int) -> None:
    """Every two weeks for three months and two to come, each client on their own day and hour.

    One client has called the second one off, and the last one has none booked.
    """
    zone = ZoneInfo(ZONE)
    first = timezone.localdate(timezone=zone) - timedelta(days=84 - number)
    hour = HOURS[number % len(HOURS)]
    place, detail = PLACES[number % len(PLACES)]

    def at(days: int) -> datetime:
        day = first + timedelta(days=days)
        return datetime.combine(day + timedelta(days=2 if day.weekday() in WEEKEND else 0), hour)

    details: dict[str, Any] = {
        "by": coach,
        "client": client,
        "timezone": zone,
        "minutes": LENGTH,
        "place": place,
        "place_detail": detail,
    }
    for weeks in range(0, 12, 2):
        record_session(local_start=at(7 * weeks), **details)
    if number == IN_SERIES:
        schedule_series(local_start=at(85), repeat="fortnightly", times=4, **details)
    elif number < len(CLIENTS) - 1:
        schedule_session(local_start=at(85), **details)
        later = schedule_session(local_start=at(99), **details)
        if number == 1:
            cancel_session(by=client.user or coach, session=later)
