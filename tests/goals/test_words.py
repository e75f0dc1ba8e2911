"""What the pages of a plan say, to the person who reads them."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from goals import actions
from goals.history import history_of_plan
from goals.printing import USUAL

YESTERDAY = timedelta(days=1)


def url(name: str, row) -> str:
    return reverse(f"goals:{name}", args=[row.pk])


def test_who_set_a_goal_and_who_said_yes(alma_browser, ben, ben_browser, ben_goal, proposal):
    proposal.accept(by=ben)

    def said(browser, goal) -> str:
        return " ".join(browser.get(goal.get_absolute_url()).text.split())

    assert "You set this goal on" in said(ben_browser, ben_goal)
    assert "Ben set this goal on" in said(alma_browser, ben_goal)
    assert "said yes" not in said(ben_browser, ben_goal)
    assert "Proposed by Alma on" in said(ben_browser, proposal)
    assert "You said yes on" in said(ben_browser, proposal)
    assert "You proposed it on" in said(alma_browser, proposal)
    assert "Ben said yes on" in said(alma_browser, proposal)

    ben_goal.reword(by=ben, wording="Sleep")

    assert "You put it into these words on" in said(ben_browser, ben_goal)
    assert "Ben put it into these words on" in said(alma_browser, ben_goal)


def test_the_sides_are_named_from_where_the_person_stands(alma_browser, ben_browser, ben_plan):
    address = url("goal_create", ben_plan)

    assert "For Ben" in alma_browser.get(address).text
    assert "For me" not in alma_browser.get(address).text
    assert "For me" in ben_browser.get(address).text


def test_history_speaks_of_the_mix_as_the_pages_do(ben, ben_plan):
    ben_plan.choose_share(by=ben, percent=30)

    assert history_of_plan(ben_plan)[0].what == "chose how much of the plan is with and for others"


def test_what_weighs_a_goal_is_named(ben, ben_browser, ben_goal):
    actions.describe_scale(
        by=ben, goal=ben_goal, descriptions=list("abcde"), importance=1, difficulty=1, baseline=0
    )

    page = ben_browser.get(ben_goal.get_absolute_url()).text

    assert "<dt>How much it matters</dt><dd>It matters</dd>" in page
    assert "<dt>How big a stretch it is from the start</dt><dd>A small stretch</dd>" in page


# --- a date that is over --------------------------------------------------------


def test_a_date_that_is_over_is_met_kindly(alma_browser, ben, ben_browser, ben_plan, ben_goal):
    today = timezone.localdate()
    ben_goal.edit(by=ben, wording=ben_goal.title, target_on=today)
    assert not ben_goal.is_past_its_date

    over = timezone.localdate(timezone=ben.timezone) - YESTERDAY  # on every wall, in the night as well
    ben_goal.edit(by=ben, wording=ben_goal.title, target_on=over)

    for address in (ben_plan.get_absolute_url(), ben_goal.get_absolute_url()):
        assert "Still open." in ben_browser.get(address).text
        assert "Change the date?" in ben_browser.get(address).text
        assert "Still open." in alma_browser.get(address).text
        assert "Change the date?" not in alma_browser.get(address).text


@pytest.mark.parametrize("name", ["hold", "complete", "cancel"])
def test_what_rests_or_is_over_has_no_date_to_keep(name, ben, ben_goal):
    ben_goal.edit(by=ben, wording=ben_goal.title, target_on=date(2026, 1, 1))

    getattr(ben_goal, name)(by=ben)

    assert not ben_goal.is_past_its_date


def test_in_a_closed_plan_no_date_is_kept(ben, ben_plan, ben_goal):
    ben_goal.edit(by=ben, wording=ben_goal.title, target_on=date(2026, 1, 1))
    ben_plan.close(by=ben)
    ben_goal.refresh_from_db()

    assert not ben_goal.is_past_its_date


# --- paper and library ----------------------------------------------------------


def test_with_every_part_unticked_nothing_is_on_the_paper(ben_browser, ben_plan):
    usual = ben_browser.get(url("plan_print", ben_plan))
    nothing = ben_browser.get(url("plan_print", ben_plan), {"asked": "yes"})

    assert (usual.context["sections"], nothing.context["sections"]) == (list(USUAL), [])
    assert "Nothing is chosen yet." in nothing.text
    assert 'class="sheet"' not in nothing.text
    pdf = ben_browser.get(url("plan_pdf", ben_plan), {"asked": "yes"})
    assert pdf.url == f"{url('plan_print', ben_plan)}?asked=yes"


def test_the_library_says_for_whom(alma, alma_browser, ben_browser, ben_plan, dan_plan):
    address = reverse("goals:library")

    def opened(browser, plan: object) -> str:
        return browser.get(address, {"plan": plan}).text

    assert "For Ben:" in opened(alma_browser, ben_plan.pk)
    assert "For your plan:" in opened(ben_browser, ben_plan.pk)
    for nothing in (dan_plan.pk, "my-autumn", ""):
        assert "For " not in opened(alma_browser, nothing).split("<main")[1].split("</header>")[0]
