"""How long records are kept: told, warned of, carried out; and a restored backup is erased again."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import call_command
from django.core.serializers import deserialize, serialize
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from clients import actions
from clients.belongings import erase
from clients.models import Client, Erasure, ErasureWarning
from clients.retention import erase_again, erased_before, keep_to_retention
from clients.tasks import erase_due_records
from coaching.accounts import outbox
from coaching.home.roster import Wish

DAY = timedelta(days=1)


@pytest.fixture
def ended(alma, ben_client, practice) -> Client:
    """Ben's work with Alma ended 11 months and a bit ago; the practice keeps records for a year."""
    practice.keep_records_for(12)
    actions.change_status(by=alma, client=ben_client, status="ended")
    Client.objects.filter(pk=ben_client.pk).update(ended_at=timezone.now() - 340 * DAY)
    ben_client.refresh_from_db()
    return ben_client


def make_due(client: Client) -> Erasure:
    """The days go by: the erasure's and the warning's."""
    Client.objects.filter(pk=client.pk).update(ended_at=timezone.now() - 380 * DAY)
    Erasure.objects.update(due_at=timezone.now() - DAY)
    return Erasure.objects.get()


def test_owner_says_how_long_and_the_client_reads_it(olga_browser, practice, ben_browser, ben_client):
    before = ben_browser.get(reverse("home:me")).content.decode()
    refused = olga_browser.post(reverse("clients:practice_retention"), {"months": "0"})
    olga_browser.post(reverse("clients:practice_retention"), {"months": "24"})
    after = ben_browser.get(reverse("home:me")).content.decode()
    olga_browser.post(reverse("clients:practice_retention"), {"months": ""})

    practice.refresh_from_db()
    assert "Until you have it erased." in before
    assert refused.status_code == 422
    assert "24 months after your work together has ended" in after
    assert practice.retention_months is None


@pytest.mark.parametrize("months", [0, 241])
def test_database_refuses_other_times(practice, months):
    with pytest.raises(IntegrityError), transaction.atomic():
        practice.keep_records_for(months)


def test_end_is_dated_once_and_forgotten_when_work_goes_on(alma, ben_client):
    actions.change_status(by=alma, client=ben_client, status="ended")
    first = ben_client.ended_at
    actions.change_status(by=alma, client=ben_client, status="ended")
    again = ben_client.ended_at
    actions.change_status(by=alma, client=ben_client, status="paused")

    assert first == again
    assert first is not None
    assert ben_client.ended_at is None


def test_client_is_warned_and_coach_sees_it_before_anything_goes(ended, alma, alma_browser, ben, ben_browser):
    keep_to_retention()
    keep_to_retention()
    outbox.send_due()

    erasure, (sent,) = Erasure.objects.get(), mail.outbox
    assert erasure.reason == "retention"
    assert timedelta(days=29) < erasure.due_at - timezone.now() <= timedelta(days=31)
    assert (sent.to, reverse("clients:export") in sent.body) == ([ben.email], True)
    assert not any(word in f"{sent.subject} {sent.body}" for word in ("Alma", "Common Ground", "coach"))
    assert list(Wish(show="attention").rows_for(alma)) == [ended]
    assert "Their record is erased on" in alma_browser.get(reverse("home:home")).content.decode()
    assert "keeps records no longer" in alma_browser.get(ended.get_absolute_url()).content.decode()
    assert "keeps records no longer" in ben_browser.get(reverse("home:me")).content.decode()
    erase_due_records()
    assert Client.objects.count() == 1


def test_record_is_erased_when_its_time_is_over(ended):
    keep_to_retention()
    outbox.send_due()
    make_due(ended)

    erase_due_records()

    assert (Client.objects.count(), ErasureWarning.objects.count()) == (0, 0)
    assert Erasure.objects.get().done_at is not None


@pytest.mark.parametrize("ago", [10, 330])
def test_nothing_happens_before(ended, ago):
    Client.objects.update(ended_at=timezone.now() - ago * DAY)

    keep_to_retention()

    assert Erasure.objects.count() == 0


def test_practice_without_a_limit_erases_nobody(ended, practice):
    practice.keep_records_for(None)
    Client.objects.update(ended_at=timezone.now() - 9999 * DAY)

    keep_to_retention()

    assert Erasure.objects.count() == 0


def test_limit_that_is_set_late_still_gives_a_whole_warning(ended):
    Client.objects.update(ended_at=timezone.now() - 9999 * DAY)

    keep_to_retention()

    assert Erasure.objects.get().due_at > timezone.now() + 29 * DAY


@pytest.mark.parametrize("how", ["work goes on", "longer", "no limit"])
def test_it_is_called_off(how, ended, alma, practice):
    keep_to_retention()
    make_due(ended)
    if how == "work goes on":
        actions.change_status(by=alma, client=ended, status="active")
    else:
        practice.keep_records_for(60 if how == "longer" else None)

    assert actions.erase_due() == 0  # even before the next look at retention
    erase_due_records()
    outbox.send_due()

    assert (Client.objects.count(), Erasure.objects.open().count(), len(mail.outbox)) == (1, 0, 0)


def test_record_waits_for_a_warning_that_has_not_gone_out(ended):
    keep_to_retention()
    make_due(ended)

    assert actions.erase_due() == 0

    assert Erasure.objects.get().due_at > timezone.now() + 29 * DAY
    assert ErasureWarning.objects.get().state == "pending"


@pytest.mark.parametrize("state", ["failed", "returned"])
def test_record_goes_where_nobody_can_be_reached(ended, state):
    keep_to_retention()
    make_due(ended)
    ErasureWarning.objects.update(state=state)

    assert actions.erase_due() == 1


def test_record_of_somebody_who_never_joined_goes_without_a_mail(ended):
    Client.objects.update(user=None)
    keep_to_retention()
    make_due(ended)

    assert (ErasureWarning.objects.count(), actions.erase_due()) == (0, 1)


def test_end_without_a_date_counts_from_when_it_is_seen(ended):
    Client.objects.update(ended_at=None)

    keep_to_retention()

    ended.refresh_from_db()
    assert (Erasure.objects.count(), ended.ended_at is not None) == (0, True)


def test_client_cannot_take_it_back_but_have_it_sooner(ended, ben_browser):
    keep_to_retention()
    ben_browser.post(reverse("clients:erasure_withdraw", args=[ended.pk]))
    page = ben_browser.get(reverse("clients:erasure_request", args=[ended.pk])).content.decode()
    ben_browser.post(reverse("clients:erasure_request", args=[ended.pk]))

    erasure = Erasure.objects.open().get()
    assert "Ask to have it erased sooner" in page
    assert erasure.due_at < timezone.now() + 15 * DAY


# --- after a restore --------------------------------------------------------


def backup(client: Client) -> str:
    return serialize("json", [client.user, client])


def restore(copy: str) -> None:
    for row in deserialize("json", copy):
        row.save()
    Erasure.objects.all().delete()  # the backup is older than the erasure


def test_restored_backup_is_erased_again(ben_client, dan_client, settings, capsys):
    copy = backup(ben_client)
    erase(ben_client)
    restore(copy)
    assert Client.objects.count() == 2

    erase_due_records()

    assert list(Client.objects.all()) == [dan_client]
    call_command("erase_again")
    assert capsys.readouterr().out == "Nothing had come back.\n"
    assert Path(settings.ERASURES_FILE).stat().st_mode & 0o077 == 0


def test_file_holds_numbers_and_no_names(ben_client, settings):
    erase(ben_client)

    (line,) = Path(settings.ERASURES_FILE).read_text().splitlines()
    assert line.split()[1] == str(ben_client.pk)
    assert "Ben" not in line


def test_half_a_line_is_passed_over(ben_client, settings):
    Path(settings.ERASURES_FILE).write_text("2026-11-01T10:00:00+00:00 01a2\n2026-11-01")

    assert erased_before() == set()
    assert erase_again() == 0


def test_file_that_was_lost_is_written_anew_from_the_database(ben_client, settings):
    erase(ben_client)
    Path(settings.ERASURES_FILE).unlink()

    erase_again()

    assert erased_before() == {ben_client.pk}


def test_nothing_is_erased_where_it_cannot_be_written_down(ben_client, settings, tmp_path):
    settings.ERASURES_FILE = str(tmp_path)

    with pytest.raises(OSError, match="directory"):
        erase(ben_client)

    assert Client.objects.count() == 1
