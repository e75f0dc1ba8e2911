from datetime import UTC, date, datetime

import pghistory

from goals import actions, history
from goals.history import history_of, history_of_plan
from goals.models import Goal, GoalPlan


def told(changes) -> list[tuple[str, str, str, str]]:
    """Oldest first."""
    return [(each.who, each.what, each.before, each.after) for each in reversed(changes)]


def test_history_of_a_proposal_from_first_words_to_the_end(alma, ben, proposal):
    proposal.reword(by=ben, wording="Eat with the neighbours")
    proposal.edit(by=ben, wording="Eat with the neighbours", why="Joy", target_on=date(2026, 12, 1))
    proposal.propose_wording(by=alma, wording="Eat all together")
    proposal.withdraw_wording(by=alma)
    proposal.propose_wording(by=alma, wording="Eat together")
    proposal.accept(by=ben)
    proposal.hold(by=ben)
    proposal.resume(by=ben)
    proposal.complete(by=ben)

    assert told(history_of(proposal)) == [
        ("Alma", "proposed this goal", "", "Cook with the neighbours"),
        ("Ben", "changed the words", "Cook with the neighbours", "Eat with the neighbours"),
        ("Ben", "agreed to it in these words", "", "Eat with the neighbours"),
        ("Ben", "changed why it matters", "", "Joy"),
        ("Ben", "changed the target date", "no date", "1 December 2026"),
        ("Alma", "proposed other words", "Eat with the neighbours", "Eat all together"),
        ("Alma", "let the other words go", "Eat all together", ""),
        ("Alma", "proposed other words", "Eat with the neighbours", "Eat together"),
        ("Ben", "changed the words", "Eat with the neighbours", "Eat together"),
        ("Ben", "said yes to it", "", ""),
        ("Ben", "put the goal on hold", "", ""),
        ("Ben", "took the goal up again", "", ""),
        ("Ben", "marked the goal as completed", "", ""),
    ]


def test_history_of_an_own_goal_needs_no_yes(ben, ben_goal):
    ben_goal.cancel(by=ben)

    assert told(history_of(ben_goal)) == [
        ("Ben", "set this goal", "", "Sleep before midnight"),
        ("Ben", "stopped the goal", "", ""),
    ]


def test_history_of_a_declined_goal(ben, proposal):
    proposal.decline(by=ben)

    assert told(history_of(proposal))[-1] == ("Ben", "said “No thanks”", "", "")


def test_history_of_steps(alma, ben, ben_goal, ben_step, kitchen):
    ben_step.edit(by=alma, wording="Phone away", due_on=date(2026, 12, 1))
    ben_step.attach(by=ben, service=kitchen)
    ben_step.detach(by=alma)
    ben_step.tick(by=ben)
    ben_step.tick(by=alma)
    ben_step.untick(by=ben)

    assert told(history_of(ben_goal))[1:] == [
        ("Ben", "added a step", "", "Put the phone in the kitchen"),
        ("Alma", "changed a step", "Put the phone in the kitchen", "Phone away"),
        ("Alma", "changed the date of “Phone away”", "no date", "1 December 2026"),
        ("Ben", "attached a resource to “Phone away”", "", ""),
        ("Alma", "took the resource off “Phone away”", "", ""),
        ("Ben", "ticked off “Phone away”", "", ""),
        ("Ben", "opened “Phone away” again", "", ""),
    ]


def test_history_of_a_plan(alma, ben, ben_plan):
    ben_plan.edit(
        by=ben, title="Winter", vision="Snow", starts_on=date(2026, 12, 1), ends_on=date(2027, 1, 1)
    )
    ben_plan.choose_share(by=ben, percent=0)
    ben_plan.close(by=ben)
    ben_plan.reopen(by=ben)

    changes = told(history_of_plan(ben_plan))
    assert changes[0] == ("Ben", "began this plan", "", "My autumn")
    assert {each[1] for each in changes[1:6]} == {
        "changed the title",
        "changed the vision",
        "changed the first day",
        "changed the last day",
        "chose how much of the plan is with and for others",
    }
    assert ("Ben", "chose how much of the plan is with and for others", "undecided", "0 %") in changes
    assert [each[1] for each in changes[-2:]] == ["closed the plan", "opened the plan again"]


def test_history_takes_the_time_that_was_meant(ben, ben_client):
    meant = datetime(2026, 9, 1, 8, tzinfo=UTC)

    plan = actions.start_plan(by=ben, client=ben_client, title="Then", at=meant)

    assert history_of_plan(plan)[0].at == meant


def test_history_of_a_change_without_an_author(ben_plan):
    with pghistory.context(user=None):
        GoalPlan.objects.filter(pk=ben_plan.pk).update(title="By a command")

    assert told(history_of_plan(ben_plan))[-1] == (
        "Somebody",
        "changed the title",
        "My autumn",
        "By a command",
    )


def test_history_in_other_states(ben_goal):
    Goal.objects.filter(pk=ben_goal.pk).update(lifecycle="entered-in-error")

    assert told(history_of(ben_goal))[-1][1] == "changed the goal to “Entered by mistake”"


def test_history_reads_the_latest_only(monkeypatch, ben, ben_step, ben_goal):
    monkeypatch.setattr(history, "MOST_EVENTS", 2)
    for _time in range(3):
        ben_step.tick(by=ben)
        ben_step.untick(by=ben)

    assert len(history_of(ben_goal)) <= 3
