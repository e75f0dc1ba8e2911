"""A coach's log of hours: what counts as what, who is named, and how far it goes."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from clients.actions import choose_log_consent
from clients.models import Client, Trace
from coaching.accounts.models import User
from coaching.scheduling import groups
from coaching.scheduling.icf import HEADER, log_of
from coaching.scheduling.models import CoachingSession, Series

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def held(client: Client, minutes: int = 60, *, on: int = 1, month: int = 5, **fields) -> CoachingSession:
    starts_at = datetime(2026, month, on, 10, tzinfo=UTC)
    return CoachingSession.objects.create(
        client=client,
        coach=client.coach,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        timezone="UTC",
        local_start=starts_at.replace(tzinfo=None),
        **{"status": "completed", **fields},
    )


def held_group(
    coach: User, clients: list[Client], minutes: int = 90, *, on: int = 2, **fields
) -> CoachingSession:
    starts_at = datetime(2026, 5, on, 15, tzinfo=UTC)
    own = {
        "coach": coach.coach, "starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=minutes),
        "timezone": "UTC", "local_start": starts_at.replace(tzinfo=None), "status": "completed",
    }  # fmt: skip
    group = CoachingSession.objects.create(seats=max(2, len(clients)), **own, **fields)
    for client in clients:
        CoachingSession.objects.create(client=client, group=group, **own)
    return group


def agree(client: Client, fee: str = "standard", *, named: bool = True) -> Client:
    client.fee = fee
    client.log_consent_at = timezone.now() if named else None
    client.save()
    return client


@pytest.fixture
def anna(alma, practice) -> Client:
    return Client.objects.create(practice=practice, coach=alma.coach, name="Anna", email="anna@example.org")


def rows(user: User) -> list[tuple]:
    return [
        (row.name, row.is_group, row.people, row.paid, row.pro_bono) for row in log_of(user, now=NOW).rows
    ]


# --- hours ---


def test_hours_are_those_of_the_clock(alma, ben_client):
    agree(ben_client)
    held(ben_client, 45, on=1)
    held(ben_client, 50, on=2)

    (row,) = log_of(alma, now=NOW).rows

    assert row.paid == Decimal(45 + 50) / 60
    assert (row.first_on, row.last_on) == (date(2026, 5, 1), date(2026, 5, 2))


@pytest.mark.parametrize(
    ("fee", "expected"),
    [("standard", (1, 0, 0)), ("sliding", (1, 0, 0)), ("pro_bono", (0, 1, 0)), ("", (0, 0, 1))],
)
def test_fee_says_what_kind_of_hour_it_was(alma, ben_client, fee, expected):
    agree(ben_client, fee)
    held(ben_client)

    (row,) = log_of(alma, now=NOW).rows

    assert (row.paid, row.pro_bono, row.unsaid) == expected


def test_fee_counts_as_it_was_when_the_session_was_held(alma, ben_client, make_past):
    agree(ben_client, "pro_bono")
    session = make_past()
    session.complete(by=alma)
    agree(ben_client, "standard")
    session.miss(by=alma)
    session.complete(by=alma)  # put right: what was kept stays

    session.refresh_from_db()
    (row,) = log_of(alma).rows

    assert session.fee == "pro_bono"
    assert (row.paid, row.pro_bono) == (0, Decimal(50) / 60)


@pytest.mark.parametrize("status", ["scheduled", "no_show", "late_cancellation", "cancelled_by_client"])
def test_only_what_was_held_counts(alma, ben_client, status):
    agree(ben_client)
    held(ben_client, status=status)

    assert log_of(alma, now=NOW).rows == []


# --- groups ---


def test_hour_with_a_group_is_one_hour_and_each_person_a_client(alma, ben_client, anna):
    agree(ben_client, "pro_bono", named=False)
    agree(anna, "sliding")
    held_group(alma, [ben_client, anna])

    log = log_of(alma, now=NOW)

    assert rows(alma) == [("Anna", True, 2, Decimal("1.5"), 0)]
    assert log.clients == 2


def test_groups_of_one_series_are_one_row(alma, ben_client, anna):
    agree(ben_client, "standard")
    agree(anna, "standard")
    first = held_group(alma, [ben_client, anna], on=2)
    second = held_group(alma, [ben_client], on=9)
    series = Series.objects.create(repeat="weekly", rule="FREQ=WEEKLY;COUNT=2")
    CoachingSession.objects.filter(pk__in=[first.pk, second.pk]).update(series=series)

    assert rows(alma) == [("Ben", True, 2, Decimal(3), 0)]


def test_group_that_is_too_large_is_left_out(alma, ben_client, anna, settings):
    settings.ICF_LARGEST_GROUP = 1
    agree(ben_client)
    agree(anna)
    held_group(alma, [ben_client, anna])

    log = log_of(alma, now=NOW)

    assert (log.rows, log.too_large, log.clients) == ([], Decimal("1.5"), 0)


def test_attendance_keeps_each_persons_fee(alma, ben_client):
    agree(ben_client, "sliding")
    group = held_group(alma, [ben_client])
    CoachingSession.objects.update(status="scheduled")
    member = group.members.get()

    groups.note_attendance(by=alma, group=group, came={member.pk: "completed"})

    member.refresh_from_db()
    assert member.fee == "sliding"


# --- who is named ---


def test_hours_count_without_consent_and_the_row_has_no_name(alma, alma_browser, ben_client):
    agree(ben_client, named=False)
    held(ben_client)

    log = log_of(alma, now=NOW)
    page = alma_browser.get(reverse("scheduling:icf_log")).content.decode()
    file = alma_browser.get(reverse("scheduling:icf_log_file", args=["csv"])).content.decode()

    assert (log.paid, log.unnamed) == (1, 1)
    assert not any("Ben" in text or "ben@" in text for text in (page, file))
    assert "not named" in page


def test_consent_is_the_clients_to_give_and_to_take_back(alma, ben, ben_browser, alma_browser, ben_client):
    agree(ben_client, named=False)
    held(ben_client)
    address = reverse("clients:log_consent", args=[ben_client.pk])
    assert alma_browser.post(address, {"given": "yes"}).status_code == 404
    named = []
    for given in ("yes", "no"):
        ben_browser.post(address, {"given": given})
        named.append(log_of(alma, now=NOW).rows[0].name)

    assert named == ["Ben", ""]
    assert Trace.objects.get(part="log").times == 2


def test_consent_is_to_the_coach_of_the_record_alone(alma, cora, ben, ben_client):
    agree(ben_client)
    held(ben_client)
    choose_log_consent(by=ben, client=ben_client, given=True)
    ben_client.coach = cora.coach
    ben_client.save()

    assert rows(alma) == [("", False, 1, Decimal(1), 0)]  # the hours stay Alma's
    assert rows(cora) == []


def test_only_own_hours(alma, cora, dan_client, ben_client):
    for client in (ben_client, dan_client):
        agree(client)
        held(client)

    assert [row[0] for row in rows(alma)] == ["Ben"]
    assert [row[0] for row in rows(cora)] == ["Dan"]


# --- how far it goes, and the file ---


def test_progress_to_each_credential(alma, ben_client, anna, settings):
    settings.ICF_CREDENTIALS = {"ACC": {"hours": 4, "paid": 1, "clients": 2, "recent": 1}}
    agree(ben_client)
    agree(anna, "pro_bono")
    held(ben_client, 60)
    held(anna, 120, on=3)

    (asked,) = log_of(alma, now=NOW).progress.values()

    assert [(part.so_far, part.needed, part.is_there, part.share) for part in asked] == [
        (3, 4, False, 75), (1, 1, True, 100), (2, 2, True, 100), (3, 1, True, 100),
    ]  # fmt: skip


def test_what_is_older_than_18_months_is_not_recent(alma, ben_client):
    agree(ben_client)
    held(ben_client)

    later = log_of(alma, now=datetime(2027, 11, 2, tzinfo=UTC))

    assert (later.paid, later.recent) == (1, 0)


def test_file_has_icfs_columns(alma_browser, ben_client):
    agree(ben_client)
    Client.objects.update(name="=cmd()")
    held(ben_client, 45)

    content = alma_browser.get(reverse("scheduling:icf_log_file", args=["csv"])).content.decode("utf-8-sig")

    header, row = csv.reader(io.StringIO(content))
    assert header == HEADER
    assert row == ["'=cmd()", "ben@example.org", "Individual", "", "2026-05-01", "2026-05-01", "0.75", "0"]


def test_other_forms_are_not_there(alma_browser):
    assert alma_browser.get(reverse("scheduling:icf_log_file", args=["pdf"])).status_code == 404


@pytest.mark.parametrize("count", [3, 30])
def test_log_takes_the_same_queries_with_any_number(
    alma, alma_browser, practice, count, django_assert_num_queries
):
    for number in range(count):
        client = Client.objects.create(
            practice=practice,
            coach=alma.coach,
            name=f"P{number}",
            email=f"p{number}@example.org",
            fee="standard",
        )
        held(client)

    with django_assert_num_queries(3):
        alma_browser.get(reverse("scheduling:icf_log"))
