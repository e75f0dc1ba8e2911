from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clients.actions import add_client
from goals import actions
from goals.errors import NotTheirDecision
from goals.models import Goal, GoalPlan, StepTick, Win
from tests.goals.conftest import set_published

PAGES = ["goal_detail", "goal_edit", "goal_cancel", "goal_rate"]


def url(name: str, row) -> str:
    return reverse(f"goals:{name}", args=[row.pk])


# --- plans --------------------------------------------------------------------


def test_plan_detail_shows_both_sides_to_client_and_coach(
    ben_browser, alma_browser, ben_plan, ben_goal, ben_step, proposal
):
    for browser in (ben_browser, alma_browser):
        page = browser.get(url("plan_detail", ben_plan)).content.decode()

        assert "Mornings without a knot." in page
        assert "Sleep before midnight" in page
        assert "Put the phone in the kitchen" in page
        assert "Cook with the neighbours" in page
        assert "<svg viewBox" in page
        assert "style=" not in page


def test_plan_detail_offers_the_answers_to_the_client_only(ben_browser, alma_browser, ben_plan, proposal):
    accept = url("goal_accept", proposal)

    assert accept in ben_browser.get(url("plan_detail", ben_plan)).content.decode()
    page = alma_browser.get(url("plan_detail", ben_plan)).content.decode()
    assert accept not in page
    assert "Ben decides" in page


def test_plan_detail_empty_community_side_is_fine(ben_browser, ben_plan, ben_goal):
    ben_plan.choose_share(by=ben_plan.client.user, percent=0)

    page = ben_browser.get(url("plan_detail", ben_plan)).content.decode()

    assert "Nothing here is fine too." in page
    assert "Wanted: 0 % with and for others" in page


def test_plan_detail_closed_offers_no_change(ben_browser, ben, ben_plan, ben_goal, ben_step, proposal):
    ben_plan.close(by=ben)

    page = ben_browser.get(url("plan_detail", ben_plan)).content.decode()

    assert "This plan was closed on" in page
    for name, row in (("goal_create", ben_plan), ("step_tick", ben_step), ("plan_edit", ben_plan)):
        assert url(name, row) not in page


@pytest.mark.parametrize("name", ["plan_detail", "plan_edit", "plan_close", "plan_history", "goal_create"])
def test_plan_pages_are_absent_for_others(name, ben_plan, browser_of, cora, dan, esra, olga, finn, gita):
    for person in (cora, dan, esra, olga, finn, gita):
        assert browser_of(person).get(url(name, ben_plan)).status_code == 404
    assert browser_of(None).get(url(name, ben_plan)).status_code == 302


def test_plan_create_by_client(ben_browser, ben, ben_client):
    response = ben_browser.post(
        reverse("goals:plan_create"),
        {"title": " My  winter ", "vision": "Rest.", "starts_on": "2026-12-01", "community_share": "0"},
    )

    plan = GoalPlan.objects.get()
    assert response["Location"] == plan.get_absolute_url()
    assert (plan.client, plan.title, plan.vision) == (ben_client, "My winter", "Rest.")
    assert (plan.starts_on, plan.ends_on, plan.community_share) == (date(2026, 12, 1), None, 0)


def test_plan_create_by_coach_leaves_the_share_to_the_client(alma_browser, ben_client):
    address = f"{reverse('goals:plan_create')}?client={ben_client.pk}"
    assert "community_share" not in alma_browser.get(address).content.decode()

    alma_browser.post(address, {"title": "Begin", "starts_on": "2026-12-01", "community_share": "90"})

    assert GoalPlan.objects.get().community_share is None


def test_plan_create_undecided(ben_browser, ben_client):
    ben_browser.post(reverse("goals:plan_create"), {"title": "Begin", "starts_on": "2026-12-01"})

    assert GoalPlan.objects.get().community_share is None


@pytest.mark.parametrize("client", ["", "no-id", "0193d5a2-7b1c-7000-8000-000000000000"])
def test_plan_create_for_nobody_is_absent(alma_browser, ben_client, client):
    assert alma_browser.get(f"{reverse('goals:plan_create')}?client={client}").status_code == 404
    assert alma_browser.get(reverse("goals:plan_create")).status_code == 404


def test_plan_create_for_somebody_elses_client_is_absent(cora_browser, ben_client):
    address = f"{reverse('goals:plan_create')}?client={ben_client.pk}"

    assert cora_browser.post(address, {"title": "X", "starts_on": "2026-12-01"}).status_code == 404
    assert GoalPlan.objects.count() == 0


def test_plan_create_refuses_an_end_before_the_start(ben_browser, ben_client):
    response = ben_browser.post(
        reverse("goals:plan_create"), {"title": "X", "starts_on": "2026-12-01", "ends_on": "2026-11-01"}
    )

    assert response.status_code == 422
    assert "The last day must be the first day or later." in response.content.decode()
    assert GoalPlan.objects.count() == 0


def test_plan_edit(ben_browser, alma_browser, ben_plan):
    assert "My autumn" in ben_browser.get(url("plan_edit", ben_plan)).content.decode()

    ben_browser.post(
        url("plan_edit", ben_plan),
        {"title": "My winter", "vision": "Snow.", "starts_on": "2026-12-01", "community_share": "40"},
    )
    alma_browser.post(
        url("plan_edit", ben_plan), {"title": "Winter", "starts_on": "2026-12-01", "ends_on": "2027-03-01"}
    )

    ben_plan.refresh_from_db()
    assert (ben_plan.title, ben_plan.ends_on, ben_plan.community_share) == ("Winter", date(2027, 3, 1), 40)


def test_an_old_tab_does_not_undo_what_the_other_saved(ben_browser, alma_browser, ben_plan):
    seen = ben_browser.get(url("plan_edit", ben_plan)).content.decode()
    assert ben_plan.fingerprint in seen
    old_tab = {"title": "My spring", "starts_on": "2026-12-01", "seen": ben_plan.fingerprint}
    alma_browser.post(url("plan_edit", ben_plan), {**old_tab, "title": "Winter"})

    answer = ben_browser.post(url("plan_edit", ben_plan), old_tab)

    page = answer.content.decode()
    ben_plan.refresh_from_db()
    assert (answer.status_code, ben_plan.title) == (422, "Winter")
    assert "This plan has been changed since you opened it." in page
    assert "My spring" in page
    again = {**old_tab, "seen": ben_plan.fingerprint}
    assert ben_browser.post(url("plan_edit", ben_plan), again).status_code == 302


def test_plan_vision_and_end_are_the_clients(alma, alma_browser, ben_plan):
    form = alma_browser.get(url("plan_edit", ben_plan)).context["form"]
    typed = {"title": "Winter", "vision": "Alma's words", "starts_on": "2026-12-01"}
    alma_browser.post(url("plan_edit", ben_plan), typed)
    page = alma_browser.get(ben_plan.get_absolute_url()).content.decode()

    assert "vision" not in form.fields
    ben_plan.refresh_from_db()
    assert (ben_plan.title, ben_plan.vision) == ("Winter", "Mornings without a knot.")
    assert "Close this plan" not in page
    assert alma_browser.post(url("plan_close", ben_plan)).status_code == 403
    with pytest.raises(NotTheirDecision):
        ben_plan.edit(by=alma, title="X", vision="Alma's", starts_on=ben_plan.starts_on, ends_on=None)
    with pytest.raises(NotTheirDecision):
        ben_plan.close(by=alma)
    with pytest.raises(NotTheirDecision):
        actions.start_plan(by=alma, client=ben_plan.client, title="X", vision="Alma's words")


def test_plan_is_worded_by_the_coach_until_the_client_has_joined(alma, alma_browser):
    client = add_client(by=alma, name="New", email="new@example.org")
    plan = actions.start_plan(by=alma, client=client, title="First", vision="As told by phone.")

    plan.close(by=alma)
    plan.reopen(by=alma)

    assert "vision" in alma_browser.get(url("plan_edit", plan)).context["form"].fields


def test_plan_edit_shows_what_is_wrong(ben_browser, ben_plan):
    response = ben_browser.post(url("plan_edit", ben_plan), {"title": "", "community_share": "101"})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"title", "starts_on", "community_share"}


def test_plan_close_and_reopen(ben_browser, ben_plan):
    assert ben_browser.get(url("plan_close", ben_plan)).status_code == 200
    ben_browser.post(url("plan_close", ben_plan))
    assert GoalPlan.objects.get().is_closed
    assert ben_browser.get(url("plan_edit", ben_plan)).status_code == 404

    ben_browser.post(url("plan_reopen", ben_plan))

    assert not GoalPlan.objects.get().is_closed


def test_plan_history_tells_who_and_what(ben_browser, alma_browser, ben_plan):
    values = {"title": "My winter", "vision": "Mornings without a knot.", "starts_on": ben_plan.starts_on}
    alma_browser.post(url("plan_edit", ben_plan), values)

    page = ben_browser.get(url("plan_history", ben_plan)).content.decode()

    assert "<strong>Alma</strong> changed the title." in page
    assert "<strong>Ben</strong> began this plan." in page


# --- goals --------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_goal_pages_for_client_and_coach_only(
    name, ben_goal, browser_of, alma, ben, cora, dan, esra, olga, finn, gita
):
    for person in (alma, ben):
        assert browser_of(person).get(url(name, ben_goal)).status_code == 200
    for person in (cora, dan, esra, olga, finn, gita):
        assert browser_of(person).get(url(name, ben_goal)).status_code == 404
    assert browser_of(None).get(url(name, ben_goal)).status_code == 302


def test_goal_create_by_client_is_active_at_once(ben_browser, ben, ben_plan):
    address = f"{url('goal_create', ben_plan)}?side=community"
    assert 'value="community"' in ben_browser.get(address).content.decode()

    ben_browser.post(address, {"side": "community", "title": "Sing in the choir", "target_on": "2027-01-01"})

    goal = Goal.objects.get()
    assert (goal.lifecycle, goal.decision, goal.decided_by) == ("active", "accepted", ben)


def test_goal_create_by_coach_waits(alma_browser, alma, ben_plan):
    response = alma_browser.post(
        url("goal_create", ben_plan),
        {"side": "personal", "title": "Walk daily", "lifecycle": "active"},
        follow=True,
    )

    goal = Goal.objects.get()
    assert (goal.lifecycle, goal.decision, goal.proposed_by) == ("proposed", "", alma)
    assert "Proposed. Ben decides about it." in response.content.decode()


def test_goal_create_shows_what_is_wrong(ben_browser, ben_plan):
    response = ben_browser.post(url("goal_create", ben_plan), {"side": "both", "title": " "})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"side", "title"}


def test_goal_accept(ben_browser, ben, proposal):
    response = ben_browser.post(url("goal_accept", proposal), {"seen": proposal.fingerprint}, follow=True)

    proposal.refresh_from_db()
    assert proposal.lifecycle == "active"
    assert "This is your goal now." in response.content.decode()


def test_goal_accept_of_words_that_changed_meanwhile(ben_browser, alma, proposal):
    seen = proposal.fingerprint
    proposal.propose_wording(by=alma, wording="Cook for the whole street")

    response = ben_browser.post(url("goal_accept", proposal), {"seen": seen}, follow=True)

    proposal.refresh_from_db()
    assert proposal.lifecycle == "proposed"
    assert "This has changed since you read it." in response.content.decode()


def test_goal_accept_without_saying_which_words(ben_browser, proposal):
    ben_browser.post(url("goal_accept", proposal))

    proposal.refresh_from_db()
    assert proposal.lifecycle == "proposed"


def test_goal_reword(ben_browser, ben, proposal):
    assert "Cook with the neighbours" in ben_browser.get(url("goal_reword", proposal)).content.decode()

    ben_browser.post(url("goal_reword", proposal), {"title": "Eat with the  neighbours"})

    proposal.refresh_from_db()
    assert (proposal.title, proposal.lifecycle, proposal.decision) == (
        "Eat with the neighbours",
        "active",
        "reworded",
    )


def test_goal_reword_shows_what_is_wrong(ben_browser, ben, proposal, ben_goal):
    assert ben_browser.post(url("goal_reword", proposal), {"title": ""}).status_code == 422
    ben_goal.complete(by=ben)

    response = ben_browser.post(url("goal_reword", ben_goal), {"title": "Other"})

    assert response.status_code == 422
    assert "This goal is finished." in response.content.decode()


def test_goal_reword_keeps_the_agreed_words(ben_browser, alma, ben_goal, ben_plan):
    ben_goal.propose_wording(by=alma, wording="Sleep before ten")
    page = ben_browser.get(url("plan_detail", ben_plan)).content.decode()
    assert "Keep my words" in page
    assert "Alma proposed other words:" in page
    assert "Sleep before ten" in page
    assert "Sleep before ten" in ben_browser.get(url("goal_reword", ben_goal)).content.decode()

    answer = ben_browser.post(url("goal_decline", ben_goal), follow=True)

    assert "Your words stay as they are." in answer.text
    ben_goal.refresh_from_db()
    assert (ben_goal.title, ben_goal.lifecycle, ben_goal.asked_title) == (
        "Sleep before midnight",
        "active",
        "",
    )


def test_goal_edit_by_the_coach_asks_beside_the_agreed_words_and_goal_withdraw_ends_it(
    alma_browser, ben_browser, ben_goal, ben_plan
):
    sent = {"title": "Sleep before ten", "target_on": "", "seen": ben_goal.fingerprint}
    answer = alma_browser.post(url("goal_edit", ben_goal), sent, follow=True)
    assert "Ben decides about the new words." in answer.text
    ben_goal.refresh_from_db()
    assert (ben_goal.title, ben_goal.asked_title, ben_goal.lifecycle) == (
        "Sleep before midnight",
        "Sleep before ten",
        "active",
    )
    assert "Sleep before ten" in alma_browser.get("/home/").text
    assert alma_browser.get(url("goal_edit", ben_goal)).context["form"].initial["title"] == "Sleep before ten"
    for address in (ben_plan.get_absolute_url(), "/home/"):
        page = ben_browser.get(address).text
        assert "Take the new words" in page
        assert page.count(f'id="goal-{ben_goal.pk}"') <= 1
    assert "Take the other words back" not in ben_browser.get(ben_goal.get_absolute_url()).text
    assert "Take the other words back" in alma_browser.get(ben_goal.get_absolute_url()).text

    alma_browser.post(url("goal_withdraw", ben_goal))

    ben_goal.refresh_from_db()
    assert not ben_goal.is_rewording
    stale = ben_browser.post(url("goal_accept", ben_goal), {"seen": "x"}, follow=True)
    assert "There is no open question about this goal." in stale.text


def test_goal_decline(ben_browser, ben_plan, proposal):
    response = ben_browser.post(url("goal_decline", proposal), follow=True)

    proposal.refresh_from_db()
    assert (proposal.lifecycle, proposal.decision) == ("rejected", "declined")
    assert "Declined and stopped" in response.content.decode()
    assert "Accept it after all" in ben_browser.get(url("goal_detail", proposal)).content.decode()


def test_goal_edit_by_client_keeps_the_goal_active(ben_browser, ben_goal):
    ben_browser.get(url("goal_edit", ben_goal))
    ben_browser.post(url("goal_edit", ben_goal), {"title": "Sleep at eleven", "why": "I want to sing."})

    ben_goal.refresh_from_db()
    assert (ben_goal.title, ben_goal.why, ben_goal.lifecycle) == (
        "Sleep at eleven",
        "I want to sing.",
        "active",
    )


def test_goal_edit_by_coach_opens_the_question_again(alma_browser, ben_goal):
    assert (
        "Ben agreed to the words as they are."
        in alma_browser.get(url("goal_edit", ben_goal)).content.decode()
    )

    response = alma_browser.post(url("goal_edit", ben_goal), {"title": "Sleep at ten"}, follow=True)

    ben_goal.refresh_from_db()
    assert (ben_goal.asked_title, ben_goal.lifecycle, ben_goal.decision) == (
        "Sleep at ten",
        "active",
        "accepted",
    )
    assert "Saved. Ben decides about the new words." in response.content.decode()


def test_goal_edit_by_coach_leaves_the_date_of_an_agreed_goal_alone(alma_browser, ben_goal):
    alma_browser.post(url("goal_edit", ben_goal), {"title": ben_goal.title, "target_on": "2027-01-01"})

    ben_goal.refresh_from_db()
    assert (ben_goal.lifecycle, ben_goal.target_on, ben_goal.asked_title) == ("active", None, "")


def test_goal_edit_of_a_finished_goal_says_why_not(ben_browser, ben, ben_goal):
    ben_goal.complete(by=ben)

    response = ben_browser.post(url("goal_edit", ben_goal), {"title": "Other"})

    assert response.status_code == 422
    assert "This goal is finished." in response.content.decode()


def test_goal_hold_resume_complete(ben_browser, alma_browser, ben_goal):
    def after(name: str) -> str:
        ben_browser.post(url(name, ben_goal))
        ben_goal.refresh_from_db()
        return ben_goal.lifecycle

    assert after("goal_hold") == "on-hold"
    assert (
        "It rests until Ben takes it up again."
        in alma_browser.get(url("goal_detail", ben_goal)).content.decode()
    )
    assert after("goal_resume") == "active"
    assert after("goal_complete") == "completed"
    assert "Take it up again" in ben_browser.get(url("goal_detail", ben_goal)).content.decode()
    assert after("goal_resume") == "active"


def test_goal_detail_for_the_coach_leaves_the_end_to_the_client(alma_browser, ben_client, ben_goal):
    page = alma_browser.get(url("goal_detail", ben_goal)).content.decode()

    assert "It is done" not in page
    assert "Let it rest" not in page
    assert "Ben says when it is done, rests or stops." in page
    assert reverse("scheduling:message_thread", args=[ben_client.pk]) in page


def test_goal_complete_of_a_proposal_says_why_not(ben_browser, proposal):
    response = ben_browser.post(url("goal_complete", proposal), follow=True)

    assert "Only an agreed goal can be completed." in response.content.decode()


def test_goal_cancel_by_client(ben_browser, ben_goal):
    assert "Stop this goal?" in ben_browser.get(url("goal_cancel", ben_goal)).content.decode()

    ben_browser.post(url("goal_cancel", ben_goal))

    ben_goal.refresh_from_db()
    assert ben_goal.lifecycle == "cancelled"


def test_goal_cancel_by_coach_own_proposal_only(alma_browser, ben_goal, proposal):
    assert "Take the proposal back?" in alma_browser.get(url("goal_cancel", proposal)).content.decode()

    assert alma_browser.post(url("goal_cancel", proposal)).status_code == 302
    assert alma_browser.post(url("goal_cancel", ben_goal)).status_code == 403

    assert list(Goal.objects.order_by("title").values_list("lifecycle", flat=True)) == ["cancelled", "active"]


def test_goal_rate(ben_browser, alma_browser, ben_goal, ben_plan):
    ben_browser.post(url("goal_rate", ben_goal), {"level": "1", "note": "Four nights."})
    alma_browser.post(url("goal_rate", ben_goal), {"level": "-1"})

    page = ben_browser.get(url("goal_detail", ben_goal)).content.decode()
    assert "Four nights." in page
    assert "Somewhat less than hoped" in page
    table = ben_browser.get(url("plan_detail", ben_plan)).content.decode()
    assert "Somewhat more than hoped" in table  # the client's own view counts first
    assert "Somewhat less than hoped" not in table


def test_goal_rate_refuses_other_levels_and_proposals(ben_browser, ben_goal, proposal):
    assert ben_browser.post(url("goal_rate", ben_goal), {"level": "3"}).status_code == 422
    assert ben_browser.get(url("goal_rate", proposal)).status_code == 404


def test_goal_history_tells_who_and_what(ben_browser, alma, ben, proposal, ben_goal):
    proposal.reword(by=ben, wording="Eat with the neighbours")
    ben_goal.propose_wording(by=alma, wording="Sleep at ten")

    page = ben_browser.get(url("goal_history", proposal)).content.decode()
    assert "<strong>Alma</strong> proposed this goal." in page
    assert "<strong>Ben</strong> agreed to it in these words." in page
    page = ben_browser.get(url("goal_history", ben_goal)).content.decode()
    assert "<strong>Alma</strong> proposed other words." in page
    page = ben_browser.get(url("goal_detail", proposal)).content.decode()
    assert "You agreed to it in these words on" in page
    page = ben_browser.get(url("goal_detail", ben_goal)).content.decode()
    assert "You set this goal on" in page
    assert "said yes" not in page


# --- steps --------------------------------------------------------------------


def test_step_create(ben_browser, ben_goal):
    assert ben_browser.get(url("step_create", ben_goal)).status_code == 200

    ben_browser.post(url("step_create", ben_goal), {"title": "Buy a lamp", "due_on": "2026-12-01"})

    step = ben_goal.steps.get()
    assert (step.title, step.due_on, step.is_done) == ("Buy a lamp", date(2026, 12, 1), False)


def test_step_create_shows_what_is_wrong(ben_browser, ben, ben_goal):
    assert ben_browser.post(url("step_create", ben_goal), {"title": ""}).status_code == 422
    ben_goal.cancel(by=ben)

    response = ben_browser.post(url("step_create", ben_goal), {"title": "Late"})

    assert response.status_code == 422
    assert "Take it up again to plan steps." in response.content.decode()
    assert ben_goal.steps.count() == 0


def test_step_edit(ben_browser, ben_step):
    assert "Put the phone" in ben_browser.get(url("step_edit", ben_step)).content.decode()

    ben_browser.post(url("step_edit", ben_step), {"title": "Phone away", "due_on": ""})

    ben_step.refresh_from_db()
    assert ben_step.title == "Phone away"
    assert ben_browser.post(url("step_edit", ben_step), {"title": ""}).status_code == 422


def test_step_tick_and_untick(ben_browser, ben, ben_step, ben_plan):
    response = ben_browser.post(url("step_tick", ben_step))

    ben_step.refresh_from_db()
    assert response["Location"] == f"{ben_plan.get_absolute_url()}#goal-{ben_step.goal_id}"
    assert ben_step.done_by == ben
    assert "1 of 1 step done" in ben_browser.get(ben_plan.get_absolute_url()).content.decode()

    ben_browser.post(url("step_untick", ben_step), {"next": "/home/"})

    ben_step.refresh_from_db()
    assert not ben_step.is_done


@pytest.mark.parametrize(
    ("wanted", "back"),
    [("/home/", "/home/"), ("https://elsewhere.example/", None), ("//elsewhere.example", None)],
)
def test_step_tick_goes_back_within_the_site_only(ben_browser, ben_step, ben_plan, wanted, back):
    response = ben_browser.post(url("step_tick", ben_step), {"next": wanted})

    assert response["Location"] == back or response["Location"].startswith(ben_plan.get_absolute_url())
    assert "elsewhere" not in response["Location"]


def test_step_tick_of_a_proposal_says_why_not(ben_browser, alma, proposal):
    step = actions.add_step(by=alma, goal=proposal, title="Ask Mia")

    response = ben_browser.post(url("step_tick", step), follow=True)

    assert "This step belongs to a goal that is not active." in response.content.decode()


def test_step_past_its_date_asks_kindly(ben_browser, ben, ben_goal, ben_plan):
    actions.add_step(by=ben, goal=ben_goal, title="Call", due_on=timezone.localdate() - timedelta(days=9))

    page = ben_browser.get(ben_plan.get_absolute_url()).content.decode()

    assert "Still open." in page
    assert "Change the date?" in page
    assert "overdue" not in page.lower()


def test_step_resource_search_and_attach(ben_browser, ben_step, kitchen, draft):
    page = ben_browser.get(url("step_resource", ben_step), {"q": "open"}).content.decode()
    assert "Open kitchen" in page
    assert "Open draft" not in page

    ben_browser.post(url("step_resource", ben_step), {"resource": kitchen.pk})

    ben_step.refresh_from_db()
    assert ben_step.resource == kitchen
    assert "Open kitchen" in ben_browser.get(url("goal_detail", ben_step.goal)).content.decode()
    assert "Open kitchen" in ben_browser.get(url("step_edit", ben_step)).content.decode()


def test_step_resource_nothing_found(ben_browser, ben_step, kitchen):
    page = ben_browser.get(url("step_resource", ben_step), {"q": "<zebra>"}).content.decode()

    assert "Nothing was found for “&lt;zebra&gt;”" in page
    assert "Open kitchen" not in ben_browser.get(url("step_resource", ben_step)).content.decode()


@pytest.mark.parametrize("resource", ["draft", "", "no-id"])
def test_step_resource_refuses_what_is_not_published(ben_browser, alma_browser, ben_step, draft, resource):
    for browser in (ben_browser, alma_browser):
        chosen = draft.pk if resource == "draft" else resource
        response = browser.post(url("step_resource", ben_step), {"resource": chosen})
        assert response.status_code == 422
        assert "not in the published directory" in response.content.decode()

    ben_step.refresh_from_db()
    assert ben_step.resource is None


def test_step_resource_that_left_the_directory_is_no_link(ben_browser, ben, ben_step, ben_plan, kitchen):
    ben_step.attach(by=ben, service=kitchen)
    set_published(kitchen, False)

    page = ben_browser.get(ben_plan.get_absolute_url()).content.decode()

    assert "(no longer in the directory)" in page
    assert kitchen.get_absolute_url() not in page


def test_step_detach(ben_browser, ben, ben_step, kitchen):
    ben_step.attach(by=ben, service=kitchen)

    ben_browser.post(url("step_detach", ben_step))

    ben_step.refresh_from_db()
    assert ben_step.resource is None


# --- whose --------------------------------------------------------------------


STEP_ROUTES = ["step_edit", "step_tick", "step_untick", "step_resource", "step_detach"]


@pytest.mark.parametrize("name", STEP_ROUTES)
def test_steps_of_somebody_else_are_absent(
    name, ben_step, kitchen, browser_of, cora, dan, dan_step, esra, olga
):
    for person in (cora, dan, esra, olga):
        response = browser_of(person).post(url(name, ben_step), {"title": "X", "resource": kitchen.pk})
        assert response.status_code == 404

    ben_step.refresh_from_db()
    assert (ben_step.title, ben_step.is_done, ben_step.resource) == (
        "Put the phone in the kitchen",
        False,
        None,
    )


def test_dan_cannot_add_steps_to_bens_goal(dan_browser, dan_goal, ben_goal):
    assert dan_browser.post(url("step_create", ben_goal), {"title": "X"}).status_code == 404
    assert ben_goal.steps.count() == 0


def test_nothing_of_dan_on_bens_pages(ben_browser, ben_plan, ben_goal, ben_step, dan_step):
    for name, row in (("plan_detail", ben_plan), ("goal_detail", ben_goal), ("plan_history", ben_plan)):
        assert "secret" not in ben_browser.get(url(name, row)).content.decode()


# --- queries ------------------------------------------------------------------


@pytest.mark.parametrize("count", [3, 60])
def test_plan_page_asks_the_same_for_few_goals_and_many(
    ben_browser, ben, alma, ben_plan, kitchen, count, django_assert_num_queries
):
    fill(ben_plan, ben, alma, kitchen, count)
    fill_a_year(ben_plan, ben, alma)

    with django_assert_num_queries(7):
        page = ben_browser.get(ben_plan.get_absolute_url()).content.decode()

    assert page.count('class="trellis-key') >= count // 2


@pytest.mark.parametrize("count", [3, 60])
def test_goal_page_asks_the_same_for_few_steps_and_many(
    alma_browser, ben, alma, ben_goal, kitchen, count, django_assert_num_queries
):
    for number in range(count):
        step = actions.add_step(by=(ben, alma)[number % 2], goal=ben_goal, title=f"Step {number}")
        step.attach(by=alma, service=kitchen)
        step.tick(by=ben)
        actions.rate_goal(
            by=(ben, alma)[number % 2],
            goal=ben_goal,
            level=0,
            rated_on=timezone.localdate() - timedelta(days=number),
        )

    with django_assert_num_queries(6):
        alma_browser.get(ben_goal.get_absolute_url())


def fill_a_year(plan, ben, alma) -> None:
    """Levels, weekly ratings by both, and a mix that has been other than wanted for long."""
    ago = timezone.now() - timedelta(days=365)
    plan.choose_share(by=ben, percent=0, tolerance=10, at=ago)
    agreed = plan.goals.agreed()
    extra = [
        actions.propose_goal(by=ben, plan=plan, side="community", title="Long ago", at=ago)
        for _goal in range(2)
    ]
    for goal in [*agreed[:3], *extra]:
        actions.describe_scale(
            by=ben,
            goal=goal,
            descriptions=list("abcde"),
            importance=1,
            difficulty=2,
            baseline=-1,
            baseline_on=ago.date(),
        )
    goal = extra[0]
    walk = actions.add_step(by=ben, goal=goal, title="Walk", rhythm=(3, "day"))
    StepTick.objects.bulk_create(
        StepTick(step=walk, on=timezone.localdate() - timedelta(days=day), number=number, ticked_by=ben)
        for day in range(365)
        for number in (1, 2, 3)
    )
    Win.objects.bulk_create(Win(goal=goal, author=ben, words="Yes", audience="both") for _win in range(52))
    for week in range(52):
        day = timezone.localdate() - timedelta(weeks=week)
        for by in (ben, alma):
            actions.rate_goal(by=by, goal=goal, level=week % 5 - 2, rated_on=day)
        goal.edit(by=ben, wording=f"Long ago {week}", why="", target_on=day)


def fill(plan, ben, alma, kitchen, count: int) -> None:
    for number in range(count):
        by = (ben, alma)[number % 2]
        side = ("personal", "community")[number % 2]
        goal = actions.propose_goal(by=by, plan=plan, side=side, title=f"Goal {number}")
        for _step in range(2):
            actions.add_step(by=by, goal=goal, title="Step").attach(by=by, service=kitchen)
        if number % 4 == 1:
            goal.accept(by=ben)
        if goal.lifecycle == "active":
            actions.rate_goal(by=ben, goal=goal, level=1)


def test_plan_detail_of_a_plan_that_begins_on_the_last_day_there_is(ben_browser, ben_goal):
    plan = ben_goal.plan
    plan.starts_on = date.max
    plan.save(update_fields=["starts_on"])

    assert ben_browser.get(plan.get_absolute_url()).status_code == 200
