"""Taking a record out, and having it erased: all of it, and nothing of anybody else's."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from clients import actions
from clients.belongings import belongings_of, erase
from clients.export import export_of, record_of
from clients.models import Client, Erasure, Note, Trace
from clients.tasks import erase_due_records
from coaching.accounts.models import Invitation, ReturnedMail, User
from coaching.home.demo import practice as demo
from coaching.scheduling.models import CoachingSession, Reminder
from tests.clients.rows import MAKERS, a_note


@pytest.fixture
def demo_clients(db) -> list[Client]:
    """The demo's practice: every kind of row, of eight clients."""
    return demo.seed_clients(demo.seed_staff())


def tables() -> list[str]:
    with connection.cursor() as cursor:
        return connection.introspection.table_names(cursor)


def rows_with(*texts: str) -> Iterator[tuple[str, str]]:
    """Every row of every table that holds one of the texts in any column, as the database writes it."""
    pattern = "|".join(re.escape(text) for text in texts)
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(
                f'SELECT to_jsonb(t)::text FROM "{table}" t WHERE to_jsonb(t)::text ~ %s', [pattern]
            )
            for (row,) in cursor.fetchall():
                yield table, row


def test_export_holds_every_row_that_names_the_client(demo_clients):
    client = demo_clients[0]
    record = json.loads(zipfile.ZipFile(io.BytesIO(export_of([client], with_private_notes=True))).read(
        f"mara-lindqvist-{str(client.pk)[-6:]}/record.json"
    ))  # fmt: skip
    exported = {row["id"] for part in record["parts"] for row in part["rows"]}
    events = {
        (apps.get_model(label)._meta.db_table, event["pgh_id"])
        for label, events in record["history"].items()
        for event in events
    }
    ids = {str(client.pk), *(str(pk) for model, pks in belongings_of(client).items() for pk in pks)}

    rows = [(table, json.loads(row)) for table, row in rows_with(*(i for i in ids if len(i) == 36))]

    missing = [
        table
        for table, row in rows
        if row.get("id") not in exported and (table, row.get("pgh_id")) not in events
    ]
    assert missing == []
    assert len(exported) > 40
    assert len(events) > 40


def test_export_holds_the_words_and_no_key_to_a_door(demo_clients):
    packed = export_of(demo_clients[:1])

    text = "".join(
        zipfile.ZipFile(io.BytesIO(packed)).read(name).decode()
        for name in zipfile.ZipFile(io.BytesIO(packed)).namelist()
    )

    assert "Keeping my word" in text
    assert "the letters are open" in text
    assert not re.search(r"token_hash|nonce|password|scrypt", text)


def test_page_of_the_export_is_for_people_and_the_calendar_for_programs(demo_clients):
    packed = zipfile.ZipFile(io.BytesIO(export_of(demo_clients[:1])))
    page = next(packed.read(name).decode() for name in packed.namelist() if name.endswith("record.html"))
    calendar = next(packed.read(name) for name in packed.namelist() if name.endswith("sessions.ics"))

    assert "Keeping my word" in page
    assert page.index(">Circumstances</h2>") < page.index(">Coaching sessions</h2>")
    assert not re.search(
        r"[0-9a-f]{8}-[0-9a-f]{4}-7|schedule.version|buffer|server_answer|lease| hash|Position",
        page,
        re.IGNORECASE,
    )
    sessions = CoachingSession.objects.filter(client=demo_clients[0])
    assert len(Calendar.from_ical(calendar).walk("VEVENT")) == sessions.count()


def test_export_counts_the_notes_it_keeps_back(alma, ben_client):
    a_note(ben_client, alma, "For Alma alone", audience="author")
    a_note(ben_client, alma, "For colleagues", audience="coaches")
    a_note(ben_client, alma, "For Ben", audience="client", draft="Half a thought")

    packed = zipfile.ZipFile(io.BytesIO(export_of([ben_client])))
    text = "".join(packed.read(name).decode() for name in packed.namelist())
    whole = json.dumps(record_of(ben_client, with_private_notes=True), default=str)

    assert "For Ben" in text
    assert "keeps 2 notes or files that are not shared" in text
    assert not any(words in text for words in ("For Alma alone", "For colleagues", "Half a thought"))
    assert all(words in whole for words in ("For Alma alone", "For colleagues", "Half a thought"))


def test_export_button_gives_all_own_records_and_nobody_elses(
    ben, ben_browser, ben_client, dan, dan_client, esra
):
    Client.objects.create(
        practice=esra.coach.practice, coach=esra.coach, user=ben, name="Ben", email=ben.email
    )
    MAKERS[type(dan_client.values.model())](dan_client, dan, "Dan's secret")

    response = ben_browser.post(reverse("clients:export"))

    packed = zipfile.ZipFile(io.BytesIO(response.content))
    assert [name.split("-")[0] for name in packed.namelist()] == ["alma", "alma", "esra", "esra"]
    assert not any(b"secret" in packed.read(name) for name in packed.namelist())
    assert (response["Cache-Control"], Trace.objects.filter(act="took_out").count()) == (
        "private, no-store",
        2,
    )


def test_erasure_leaves_no_row_and_touches_nobody_else(demo_clients):
    client, *others = demo_clients
    account, email = client.user, client.email
    ids = {str(pk) for pks in belongings_of(client).values() for pk in pks if len(str(pk)) == 36}
    others_before = [{model: len(pks) for model, pks in belongings_of(other).items()} for other in others]

    erase(client)

    left = [(table, row) for table, row in rows_with(email, str(account.pk), *ids)]
    assert [table for table, _row in left] == ["clients_erasure"]
    assert [
        {model: len(pks) for model, pks in belongings_of(Client.objects.get(pk=other.pk)).items()}
        for other in others
    ] == others_before


def test_erasure_takes_reminders_that_wait(demo_clients):
    client = demo_clients[0]
    assert Reminder.objects.filter(session__client=client, state="pending").exists()
    rest = Reminder.objects.exclude(session__client=client).count()

    erase(client)

    assert Reminder.objects.count() == rest


def test_account_stays_where_the_person_is_more(ben, ben_client, esra, finn, practice, alma):
    other = Client.objects.create(
        practice=esra.coach.practice, coach=esra.coach, user=ben, name="Ben", email=ben.email
    )
    curator = Client.objects.create(
        practice=practice, coach=alma.coach, user=finn, name="Finn", email=finn.email
    )

    erase(ben_client)
    erase(curator)

    assert {ben, finn} <= set(User.objects.all())
    erase(other)
    assert not User.objects.filter(pk=ben.pk).exists()


def test_account_that_something_holds_on_to_loses_its_name(ben, ben_client, alma, practice):
    Invitation.objects.create(
        practice=practice, invited_by=ben, role="coach", name="X", email="x@example.org", token_hash="0" * 64,
        due_at=timezone.now(), useful_until=timezone.now(), expires_at=timezone.now(),
    )  # fmt: skip

    erase(ben_client)

    ben.refresh_from_db()
    assert (ben.name, ben.is_active, ben.has_usable_password()) == ("", False, False)
    assert ben.email == f"erased-{ben.pk}@invalid"


def test_erasure_forgets_what_was_reported_of_an_address_that_is_nobodys_now(ben, ben_client, alma, esra):
    for number, email in enumerate((ben.email, alma.email)):
        ReturnedMail.objects.create(provider="mailgun", event_id=number, kind="bounced", email=email)
    other = Client.objects.create(
        practice=esra.coach.practice, coach=esra.coach, user=ben, name="Ben", email=ben.email
    )

    erase(ben_client)
    kept = set(ReturnedMail.objects.values_list("email", flat=True))
    erase(other)

    assert kept == {ben.email, alma.email}
    assert list(ReturnedMail.objects.values_list("email", flat=True)) == [alma.email]


def test_erasure_is_asked_for_waits_and_is_carried_out(ben_browser, ben_client, alma_browser):
    with time_machine.travel("2026-11-02 10:00+00:00", tick=False):
        page = ben_browser.get(reverse("clients:erasure_request", args=[ben_client.pk]))
        ben_browser.post(reverse("clients:erasure_request", args=[ben_client.pk]))
        ben_browser.post(reverse("clients:erasure_request", args=[ben_client.pk]))

    erasure = Erasure.objects.get()
    assert "What goes, for good" in page.content.decode()
    assert erasure.due_at.isoformat() == "2026-11-16T10:00:00+00:00"
    assert (
        "has asked to have this record erased"
        in alma_browser.get(ben_client.get_absolute_url()).content.decode()
    )

    Erasure.objects.update(due_at=timezone.now() + timedelta(minutes=1))
    erase_due_records()
    assert Client.objects.count() == 1

    Erasure.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    erase_due_records()
    erase_due_records()

    erasure.refresh_from_db()
    assert Client.objects.count() == 0
    assert (erasure.done_at is not None, erasure.requested_by) == (True, None)


def test_erasure_can_be_taken_back(ben_browser, ben_client):
    ben_browser.post(reverse("clients:erasure_request", args=[ben_client.pk]))
    Erasure.objects.update(due_at=timezone.now() - timedelta(minutes=1))

    ben_browser.post(reverse("clients:erasure_withdraw", args=[ben_client.pk]))

    assert actions.erase_due() == 0
    assert Client.objects.count() == 1


def test_request_for_a_record_that_is_gone_is_done(ben, ben_client):
    actions.request_erasure(by=ben, client=ben_client)
    Erasure.objects.update(due_at=timezone.now())
    Client.objects.all().delete()

    actions.erase_due()

    assert Erasure.objects.open().count() == 0


def test_coach_cannot_ask_for_it(alma_browser, ben_client):
    assert alma_browser.post(reverse("clients:erasure_request", args=[ben_client.pk])).status_code == 404
    assert Erasure.objects.count() == 0


def test_commands(alma, ben_client, tmp_path, capsys):
    a_note(ben_client, alma)
    file = tmp_path / "ben.zip"

    call_command("export_client", str(ben_client.pk), "--output", str(file))
    call_command("erase_client", str(ben_client.pk), "--dry-run")
    assert Note.objects.count() == 1
    call_command("erase_client", str(ben_client.pk))

    assert sorted(name.split("/")[1] for name in zipfile.ZipFile(file).namelist()) == [
        "record.html",
        "record.json",
    ]
    assert file.stat().st_mode & 0o077 == 0
    assert capsys.readouterr().out.splitlines()[-1] == "All of it is gone."
    assert (Client.objects.count(), Note.objects.count(), Erasure.objects.count()) == (0, 0, 1)


@pytest.mark.parametrize("command", ["export_client", "erase_client"])
@pytest.mark.parametrize("pk", ["nonsense", "01a00000-0000-7000-8000-000000000000"])
def test_commands_say_when_there_is_no_such_client(db, command, pk):
    with pytest.raises(CommandError, match="There is no client"):
        call_command(command, pk)
