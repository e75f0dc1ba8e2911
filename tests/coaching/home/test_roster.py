"""A coach's list of clients, and who of them may need something."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clients.actions import change_status
from clients.models import CheckIn, Client, JournalEntry, RosterView
from coaching.scheduling.actions import schedule_session
from goals import actions as plans
from tests.clients.rows import a_check_in, a_circumstance, an_area, an_entry

REASONS = ["has_urgent_need", "is_waited_for", "is_unbooked", "is_quiet"]


def reasons(browser) -> list[str]:
    """What stands beside the only client of this list."""
    (client,) = browser.get(reverse("home:client_list"), {"show": "all"}).context["page"]
    return [name for name in REASONS if getattr(client, name)]


@pytest.fixture
def booked(alma, ben_client):
    """A session of Ben's, five days ahead."""
    start = timezone.now().astimezone(alma.timezone) + timedelta(days=5)
    return schedule_session(
        by=alma,
        client=ben_client,
        local_start=start.replace(tzinfo=None, second=0, microsecond=0),
        timezone=alma.timezone,
        minutes=50,
    )


def long_ago(row, field: str = "created_at", days: int = 30) -> None:
    type(row)._base_manager.filter(pk=row.pk).update(**{field: timezone.now() - timedelta(days=days)})


def test_client_list_shows_own_clients_only(alma_browser, ben_client, dan_client):
    page = alma_browser.get(reverse("home:client_list")).content.decode()

    assert ben_client.name in page
    assert dan_client.name not in page


def test_client_list_is_for_coaches(ben_browser, ben_client):
    assert ben_browser.get(reverse("home:client_list")).status_code == 403


def test_client_list_finds_by_every_word(alma_browser, ben_client, alma):
    Client.objects.create(coach=alma.coach, practice=alma.coach.practice, name="Bo", email="bo@example.org")

    found = alma_browser.get(reverse("home:client_list"), {"q": "example be"}).context["page"]

    assert list(found) == [ben_client]


def test_client_list_says_when_nothing_is_found(alma_browser, ben_client):
    page = alma_browser.get(reverse("home:client_list"), {"q": "zzz"}).content.decode()

    assert "No client found here has “zzz”" in page


@pytest.mark.parametrize("count", [3, 30])
def test_client_list_takes_the_same_queries_with_any_number(
    alma, alma_browser, count, django_assert_num_queries
):
    for number in range(count):
        Client.objects.create(
            coach=alma.coach,
            practice=alma.coach.practice,
            name=f"C{number:02}",
            email=f"c{number}@example.org",
        )

    with django_assert_num_queries(5):
        alma_browser.get(reverse("home:client_list"))


def test_client_list_pages_by_keyset_without_gap_or_double(alma, alma_browser):
    for number in range(60):
        name = "Same name" if number % 2 else f"Name {number:02}"
        Client.objects.create(
            coach=alma.coach, practice=alma.coach.practice, name=name, email=f"c{number}@example.org"
        )

    seen, url = [], reverse("home:client_list")
    for _page in range(4):
        page = alma_browser.get(url).context["page"]
        seen += [client.pk for client in page]
        if (url := page.next_url) is None:
            break

    assert seen == list(Client.objects.order_by("name", "pk").values_list("pk", flat=True))
    assert alma_browser.get(reverse("home:client_list"), {"after": "made-up"}).status_code == 200


def test_client_list_takes_any_search(alma_browser, ben_client):
    assert alma_browser.get(reverse("home:client_list"), {"q": "B\0en"}).status_code == 200


def test_no_reason_where_nothing_is_needed(alma_browser, booked):
    assert reasons(alma_browser) == []


def test_urgent_need_is_a_reason_until_it_is_resolved(alma_browser, ben, ben_client, booked):
    circumstance = a_circumstance(ben_client, ben, urgency="urgent")
    during = reasons(alma_browser)
    circumstance.state = "resolved"
    circumstance.write(by=ben)

    assert during == ["has_urgent_need"]
    assert reasons(alma_browser) == []


def test_an_open_proposal_is_a_reason_until_it_is_answered(alma, alma_browser, ben, ben_client, booked):
    plan = plans.start_plan(by=ben, client=ben_client, title="Autumn")
    goal = plans.propose_goal(by=alma, plan=plan, side="personal", title="Sleep before midnight")
    during = reasons(alma_browser)
    goal.decline(by=ben)

    assert during == ["is_waited_for"]
    assert reasons(alma_browser) == []


def test_nothing_booked_is_a_reason_while_work_goes_on(alma, alma_browser, ben_client):
    during = reasons(alma_browser)
    change_status(by=alma, client=ben_client, status="paused")

    assert during == ["is_unbooked"]
    assert reasons(alma_browser) == []


def test_quiet_counts_from_what_the_coach_can_see(alma_browser, ben, ben_client, booked):
    long_ago(ben_client)
    an_entry(ben_client, ben, audience="me")
    before = reasons(alma_browser)
    an_area(ben_client, ben)
    a_check_in(ben_client, ben, Sleep=4)

    assert before == ["is_quiet"]
    assert reasons(alma_browser) == []


def test_quiet_begins_after_three_weeks(alma_browser, ben, ben_client, booked):
    long_ago(ben_client, days=90)
    an_area(ben_client, ben)
    a_check_in(ben_client, ben, Sleep=4)
    long_ago(CheckIn.objects.get(), days=20)
    before = reasons(alma_browser)
    long_ago(CheckIn.objects.get(), days=22)

    assert before == []
    assert reasons(alma_browser) == ["is_quiet"]


@pytest.mark.parametrize("kind", ["tick", "win", "entry", "circumstance"])
def test_whatever_the_coach_can_see_breaks_the_quiet(kind, alma_browser, ben, ben_client, booked):
    plan = plans.start_plan(by=ben, client=ben_client, title="Autumn")
    goal = plans.propose_goal(by=ben, plan=plan, side="personal", title="Sleep before midnight")
    step = plans.add_step(by=ben, goal=goal, title="Put the phone away", rhythm=(2, "week"))
    long_ago(ben_client)
    long_ago(goal, "decided_at")
    before = reasons(alma_browser)

    match kind:
        case "tick":
            step.tick_on(by=ben)
        case "win":
            plans.note_win(by=ben, goal=goal, words="Slept seven hours.", audience="both")
        case "entry":
            JournalEntry(client=ben_client, audience="coach").keep_draft("Half a thought")
            an_entry(ben_client, ben, audience="coach")
        case _:
            a_circumstance(ben_client, ben)

    assert before == ["is_quiet"]
    assert reasons(alma_browser) == []


def test_a_win_for_oneself_is_no_sign(alma_browser, ben, ben_client, booked):
    plan = plans.start_plan(by=ben, client=ben_client, title="Autumn")
    goal = plans.propose_goal(by=ben, plan=plan, side="personal", title="Sleep before midnight")
    long_ago(ben_client)
    long_ago(goal, "decided_at")
    plans.note_win(by=ben, goal=goal, words="Slept seven hours.", audience="me")

    assert reasons(alma_browser) == ["is_quiet"]


def test_lists_hold_those_they_name(alma, alma_browser, ben_client, booked):
    def add(name: str, **fields) -> Client:
        email = f"{name.lower()}@example.org"
        return Client.objects.create(
            coach=alma.coach, practice=alma.coach.practice, name=name, email=email, **fields
        )

    add("Gil")
    add("Hua", status="ended")

    found = {
        show: [client.name for client in alma_browser.get("/clients/", {"show": show}).context["page"]]
        for show in ("", "attention", "unbooked", "urgent", "ended", "all", "nonsense")
    }

    assert found == {
        "": ["Ben", "Gil"],
        "attention": ["Gil"],
        "unbooked": ["Gil"],
        "urgent": [],
        "ended": ["Hua"],
        "all": ["Ben", "Gil", "Hua"],
        "nonsense": ["Ben", "Gil"],
    }


def test_tags_are_the_coachs_own_and_found(alma_browser, cora_browser, ben_client, dan_client):
    Client.objects.filter(pk=ben_client.pk).update(tags=["evening", "Spring group"])
    Client.objects.filter(pk=dan_client.pk).update(tags=["secret word"])

    response = alma_browser.get("/clients/", {"tag": "Spring group"})

    assert [client.name for client in response.context["page"]] == ["Ben"]
    assert response.context["tags"] == ["evening", "Spring group"]
    assert "secret word" not in response.content.decode()


def test_view_is_kept_found_again_and_removed(alma, alma_browser, cora_browser, ben_client):
    query = "show=unbooked&tag=evening"
    alma_browser.post(reverse("home:roster_view_create"), {"name": "Evenings", "query": f"x=1&{query}"})
    kept = RosterView.objects.get()
    page = alma_browser.get("/clients/").content.decode()
    theirs = cora_browser.get("/clients/").content.decode()

    assert (kept.coach, kept.query) == (alma.coach, query)
    assert "?show=unbooked&amp;tag=evening" in page
    assert "Evenings" not in theirs

    alma_browser.post(reverse("home:roster_view_remove", args=[kept.pk]))

    assert not RosterView.objects.exists()


@pytest.mark.parametrize(("name", "query"), [("", "show=quiet"), ("\u200b", "show=quiet"), ("All", "show=x")])
def test_view_is_not_kept_without_a_name_or_a_wish(alma_browser, name, query):
    response = alma_browser.post(
        reverse("home:roster_view_create"), {"name": name, "query": query}, follow=True
    )

    assert not RosterView.objects.exists()
    assert response.context["messages"]


def test_view_of_the_same_name_takes_its_place(alma_browser):
    for query in ("show=quiet", "show=urgent"):
        alma_browser.post(reverse("home:roster_view_create"), {"name": "Mine", "query": query})

    assert list(RosterView.objects.values_list("query", flat=True)) == ["show=urgent"]
