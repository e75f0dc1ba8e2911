"""What the client reads before they answer, and what they say yes to."""

from datetime import date

from django.urls import reverse

from goals import actions
from goals.history import history_of
from tests.clients.rows import a_value


def url(name: str, row) -> str:
    return reverse(f"goals:{name}", args=[row.pk])


def test_goal_reword_takes_why_and_when_in_the_clients_words(alma, ben, ben_browser, ben_client, proposal):
    value = a_value(ben_client, ben)
    proposal.edit(
        by=alma, wording=proposal.title, why="So that you are not alone", target_on=date(2027, 1, 4)
    )
    form = ben_browser.get(url("goal_reword", proposal))
    assert (form.context["form"].initial["why"], form.context["form"].initial["target_on"]) == (
        "So that you are not alone",
        date(2027, 1, 4),
    )
    assert "Alma put it like this." in form.text

    sent = {"title": proposal.title, "why": "I like soup", "values": [value.pk], "seen": proposal.fingerprint}
    ben_browser.post(url("goal_reword", proposal), sent)

    proposal.refresh_from_db()
    assert (proposal.lifecycle, proposal.decision, proposal.why) == ("active", "reworded", "I like soup")
    assert (proposal.target_on, list(proposal.values.all())) == (None, [value])
    assert proposal.was_agreed
    told = {(change.who, change.what, change.after) for change in history_of(proposal)}
    assert ("Ben", "agreed to it in these words", proposal.title) in told
    assert ("Ben", "changed why it matters", "I like soup") in told


def test_goal_reword_of_what_has_changed_since_says_so(alma, ben_browser, proposal):
    seen = proposal.fingerprint
    proposal.edit(by=alma, wording=proposal.title, why="Because", target_on=None)

    answer = ben_browser.post(url("goal_reword", proposal), {"title": "Soup", "seen": seen})

    proposal.refresh_from_db()
    assert (answer.status_code, proposal.lifecycle, proposal.why) == (422, "proposed", "Because")


def test_a_proposals_page_shows_all_that_is_accepted_before_the_rest(
    alma, alma_browser, ben_browser, ben_plan, proposal
):
    proposal.edit(by=alma, wording=proposal.title, why="So that you eat", target_on=None)
    actions.describe_scale(
        by=alma, goal=proposal, descriptions=list("abcde"), importance=1, difficulty=1, baseline=0
    )

    page = ben_browser.get(proposal.get_absolute_url()).text

    assert "Why it could matter, in the words of Alma" in page
    assert page.index('id="levels"') < page.index('id="steps"') < page.index('id="add-step"')
    assert '<summary id="add-step">' in page
    assert '<summary id="add-step">' not in alma_browser.get(proposal.get_absolute_url()).text
    assert f'href="{url("goal_edit", proposal)}"' not in page  # its one door is “Change the words”
    assert f'href="{url("goal_reword", proposal)}"' in page
    for address in ("/home/", ben_plan.get_absolute_url()):
        assert "Five levels are described with it" in ben_browser.get(address).text
