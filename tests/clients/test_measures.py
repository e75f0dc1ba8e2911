"""A client's own figures, and a check-in that is answered from its mail."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.db.models.functions import Now
from django.test import Client as Browser
from django.urls import reverse

from clients.actions import answer_from_mail, choose_rhythm, note_figure
from clients.curves import figures_of
from clients.links import address_for
from clients.models import CheckIn, CheckInRhythm, Client, Measure, MeasureEntry, Trace
from coaching.accounts import outbox, signed_links
from coaching.accounts.models import User
from coaching.scheduling.models import MailChoices, Nudge
from coaching.scheduling.nudges import plan_nudges
from tests.clients.rows import a_check_in, a_measure, an_area

pytestmark = pytest.mark.django_db
LIST = "clients:checkin_list"
TUESDAY = date(2027, 6, 1)
NOON = datetime(2027, 6, 1, 16, tzinfo=UTC)
"""Noon in New York, where Ben is."""


def figure(measure: Measure, by: User, day: int, value: str) -> None:
    note_figure(by=by, measure=measure, on=date(2026, 11, day), figure=Decimal(value))


def text(response) -> str:
    return response.content.decode()


@pytest.fixture
def walks(ben, ben_client) -> Measure:
    return a_measure(ben_client, ben, "Walks", unit="a week", wish="more", target=Decimal(4))


# --- figures ---


def test_client_names_what_they_count(ben_browser, ben_client):
    typed = {"name": "Sleep", "unit": "hours", "wish": "more", "target": "7.5"}

    response = ben_browser.post(reverse("clients:measure_create", args=[ben_client.pk]), typed)

    measure = Measure.objects.get()
    assert response.status_code == 302
    assert (measure.name, measure.unit, measure.target) == ("Sleep", "hours", Decimal("7.50"))


def test_figure_of_a_day_is_replaced_and_taken_out(ben_browser, walks):
    address = reverse("clients:measure_note", args=[walks.pk])
    for said in ("3", "2.5"):
        ben_browser.post(address, {"on": "2026-11-01", "figure": said})
    assert [(entry.on, entry.figure) for entry in MeasureEntry.objects.all()] == [
        (date(2026, 11, 1), Decimal("2.50"))
    ]

    ben_browser.post(address, {"on": "2026-11-01", "figure": ""})

    assert MeasureEntry.objects.count() == 0


@pytest.mark.parametrize("wrong", [{"figure": "many"}, {"figure": "1e20"}, {"on": "2999-01-01"}, {"on": ""}])
def test_what_is_no_figure_of_a_day_is_refused(ben_browser, walks, wrong):
    typed = {"on": "2026-11-01", "figure": "3", **wrong}

    assert ben_browser.post(reverse("clients:measure_note", args=[walks.pk]), typed).status_code == 422
    assert MeasureEntry.objects.count() == 0


def test_check_in_asks_for_figures_and_leaves_alone_what_is_left_empty(ben, ben_browser, ben_client, walks):
    figure(walks, ben, 1, "3")
    calls = a_measure(ben_client, ben, "Calls")
    address = reverse("clients:checkin_say", args=[ben_client.pk])

    ben_browser.post(address, {"on": "2026-11-01", f"measure-{calls.pk.hex}": "2"})

    assert {entry.measure: entry.figure for entry in MeasureEntry.objects.all()} == {walks: 3, calls: 2}
    assert CheckIn.objects.count() == 1


def test_curve_fills_its_picture_and_holds_the_target(ben, walks):
    for day, value in [(11, "3"), (1, "1"), (6, "2")]:
        figure(walks, ben, day, value)

    (curve,) = figures_of([walks], MeasureEntry.objects.latest_days(12))

    assert [(point.shown, point.x, point.y) for point in curve.points] == [
        ("1", 10, 86), ("2", 130, 60.7), ("3", 250, 35.3),
    ]  # fmt: skip
    assert (curve.target_y, curve.target, curve.amount, curve.has_reached_target) == (10, "4", "2", False)


@pytest.mark.parametrize(
    ("wish", "value", "is_reached"),
    [
        ("more", "5", True),
        ("more", "4", True),
        ("more", "3", False),
        ("less", "3", True),
        ("less", "5", False),
        ("look", "5", False),
        ("look", "4", True),
    ],
)
def test_target_is_reached_on_the_side_that_was_wished_for(ben, walks, wish, value, is_reached):
    walks.wish = wish
    figure(walks, ben, 1, value)

    (curve,) = figures_of([walks], MeasureEntry.objects.latest_days(12))

    assert curve.has_reached_target is is_reached


def test_figure_that_never_changes_is_a_line_in_the_middle(ben, ben_client):
    steady = a_measure(ben_client, ben, "Coffee")
    for day in (1, 3):
        figure(steady, ben, day, "2.50")

    (curve,) = figures_of([steady], MeasureEntry.objects.latest_days(12))

    assert ({point.y for point in curve.points}, curve.last.shown, curve.change) == ({48}, "2.5", 0)


def test_coach_sees_them_and_it_is_noted(alma_browser, ben, ben_client, walks, dan, dan_client):
    figure(walks, ben, 1, "3")
    figure(a_measure(dan_client, dan, "Dan's secret"), dan, 1, "9")

    page = text(alma_browser.get(ben_client.get_absolute_url()))

    assert "Walks" in page
    assert "secret" not in page
    assert Trace.objects.filter(act="read", part="measures", client=ben_client).count() == 1


def test_put_away_it_keeps_its_figures(ben, ben_browser, ben_client, walks):
    unused = a_measure(ben_client, ben, "Never counted")
    figure(walks, ben, 1, "3")

    for measure in (walks, unused):
        ben_browser.post(reverse("clients:measure_put_away", args=[measure.pk]))

    assert list(Measure.objects.all()) == [walks]
    assert list(Measure.objects.in_use()) == []
    assert ben_browser.get(reverse("clients:measure_note", args=[walks.pk])).status_code == 404
    assert "Walks" in text(ben_browser.get(reverse(LIST)))


@pytest.mark.parametrize("count", [3, 28])
def test_list_takes_the_same_queries_with_any_number(
    ben, ben_browser, walks, count, django_assert_num_queries
):
    for day in range(1, count + 1):
        figure(walks, ben, day, "3")

    with django_assert_num_queries(10):
        ben_browser.get(reverse(LIST))


# --- answered from the mail ---


@pytest.fixture
def rhythm(ben, ben_client, walks) -> CheckInRhythm:
    with time_machine.travel(NOON - timedelta(days=7), tick=False):
        an_area(ben_client, ben, "Sleep")
        choose_rhythm(by=ben, client=ben_client, every="week", by_mail=True)
    return CheckInRhythm.objects.get()


@pytest.fixture
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def path_of(rhythm: CheckInRhythm, user: User, day: date = TUESDAY) -> str:
    return "/answer/" + address_for(rhythm, user, day).rsplit("/answer/", 1)[1]


def answer(browser: Browser, path: str, words: str = "Better"):
    return browser.post(path, {"words": words})


def is_dead(response) -> bool:
    return response.status_code == 404 and "This link no longer works" in text(response)


@pytest.mark.usefixtures("_at_noon")
def test_looking_asks_and_answering_works_once(client, ben, ben_client, rhythm, walks):
    path = path_of(rhythm, ben)
    asked = client.get(path)
    assert client.head(path).status_code == 200
    assert CheckIn.objects.count() == 0

    done = client.post(path, {"words": "Better", f"measure-{walks.pk.hex}": "3"})

    check_in = CheckIn.objects.get()
    assert "Tuesday 1 June 2027" in text(asked)
    assert (done.status_code, check_in.on, check_in.words) == (200, TUESDAY, "Better")
    assert MeasureEntry.objects.get().on == TUESDAY
    assert Trace.objects.filter(person=ben, part="check_ins", act="added").exists()
    assert is_dead(client.get(path))
    assert is_dead(answer(client, path, "Worse"))


@pytest.mark.usefixtures("_at_noon")
def test_page_holds_what_is_asked_and_nothing_else(client, alma_browser, ben, ben_client, rhythm, walks):
    a_check_in(ben_client, ben, "What I said before", Sleep=2)
    figure(walks, ben, 1, "7.25")

    for browser in (client, alma_browser):
        response = browser.get(path_of(rhythm, ben))
        page = text(response)
        assert "Walks" in page
        assert not any(words in page for words in ("Ben", "Alma", "7.25", "What I said"))
        assert "What you said before is not shown here." in page
        assert (response["Cache-Control"], response["Referrer-Policy"]) == (
            "private, no-store",
            "strict-origin",
        )


@pytest.mark.usefixtures("_at_noon")
def test_empty_answer_is_asked_again(client, ben, rhythm):
    assert client.post(path_of(rhythm, ben), {"words": ""}).status_code == 422
    assert CheckIn.objects.count() == 0


@pytest.mark.parametrize(("days", "opens"), [(-1, False), (0, True), (2, True), (3, False)])
def test_it_opens_for_three_days_on_the_clients_wall(client, ben, rhythm, days, opens):
    with time_machine.travel(NOON + timedelta(days=days), tick=False):
        response = client.get(path_of(rhythm, ben))

    assert (response.status_code == 200) is opens


@pytest.mark.usefixtures("_at_noon")
@pytest.mark.parametrize(
    "change",
    [
        lambda ben, client: CheckInRhythm.objects.update(by_mail=False),
        lambda ben, client: CheckInRhythm.objects.all().delete(),
        lambda ben, client: User.objects.filter(pk=ben.pk).update(email="new@example.org"),
        lambda ben, client: User.objects.filter(pk=ben.pk).update(is_active=False),
        lambda ben, client: Client.objects.update(status="paused"),
        lambda ben, client: a_check_in(client, ben, "Said on the page", on=TUESDAY),
    ],
)
def test_it_dies_with_what_it_speaks_of(client, ben, ben_client, rhythm, change):
    path = path_of(rhythm, ben)
    change(ben, ben_client)

    assert is_dead(client.get(path))
    assert is_dead(answer(client, path))


@pytest.mark.usefixtures("_at_noon")
def test_token_of_another_kind_or_changed_opens_nothing(client, ben, rhythm):
    path = path_of(rhythm, ben)
    other = signed_links.sign(
        salt="trellis.mail-link", act="say", pk=rhythm.pk, version=TUESDAY.toordinal(), address=ben.email
    )

    for wrong in (path[:-3] + "xy/", "/answer/nonsense/", f"/answer/{other}/"):
        assert is_dead(client.get(wrong))
    assert client.get(path.replace("/answer/", "/link/")).status_code == 404


@pytest.mark.usefixtures("_at_noon")
def test_second_of_two_at_once_changes_nothing(ben, rhythm):
    rhythm = CheckInRhythm.objects.asking().select_related("client__user").get()
    first = answer_from_mail(rhythm=rhythm, on=TUESDAY, scores={}, words="First")
    second = answer_from_mail(rhythm=rhythm, on=TUESDAY, scores={}, words="Second")

    assert (first is not None, second) == (True, None)
    assert CheckIn.objects.get().words == "First"


@pytest.mark.usefixtures("_at_noon")
def test_forged_request_is_refused(ben, rhythm):
    browser = Browser(enforce_csrf_checks=True)

    assert answer(browser, path_of(rhythm, ben)).status_code == 403
    assert CheckIn.objects.count() == 0


@pytest.mark.usefixtures("_at_noon")
def test_too_often_is_told_to_wait(client, ben, rhythm):
    with time_machine.travel(datetime.now(UTC), tick=False):  # all within one of the limit's minutes
        statuses = [client.get(path_of(rhythm, ben)).status_code for _time in range(61)]
    cache.clear()

    assert (statuses[0], statuses[-1]) == (200, 429)


@pytest.mark.parametrize("is_discreet", [False, True])
def test_mail_leads_there_only_where_the_client_chose_so(ben, ben_client, rhythm, is_discreet):
    MailChoices.objects.create(user=ben, is_discreet=is_discreet)
    sent = []
    for by_mail in (True, False):
        CheckInRhythm.objects.update(by_mail=by_mail)
        Nudge.objects.all().delete()
        plan_nudges(now=datetime(2027, 6, 1, 5, tzinfo=UTC))
        Nudge.objects.exclude(kind="check_in_due").delete()
        Nudge.objects.update(due_at=Now())
        mail.outbox.clear()
        outbox.send_due()
        sent.append(mail.outbox[0].body)

    assert ["/answer/" in body for body in sent] == [True, False]
    assert ["without signing in, for three days" in body for body in sent] == [True, False]


def test_choice_is_made_and_taken_back_on_the_page(ben_browser, ben_client, walks):
    address = reverse("clients:checkin_rhythm", args=[ben_client.pk])
    chosen = []
    for typed in ({"every": "week"}, {"every": "week", "by_mail": "on"}, {"every": "week"}):
        ben_browser.post(address, typed)
        chosen.append(CheckInRhythm.objects.get().by_mail)

    assert chosen == [False, True, False]
