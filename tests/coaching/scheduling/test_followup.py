"""From one session to the next: what is urgent, what was agreed and what became of it, and the summary."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from clients.actions import write_circumstance
from clients.export import record_of
from clients.models import Client, Trace
from coaching.accounts import outbox
from coaching.accounts.models import User
from coaching.scheduling import followup
from coaching.scheduling.followup import FollowUp
from coaching.scheduling.groups import schedule_group
from coaching.scheduling.models import CoachingSession, MailChoices, SessionStep, SessionSummary, SummaryMail
from goals import actions as plans
from goals.errors import NotPossible
from goals.models import Goal, Step
from tests.clients.rows import a_circumstance, a_summary


@pytest.fixture
def ben_goal(ben, ben_client) -> Goal:
    plan = plans.start_plan(by=ben, client=ben_client, title="My autumn")
    return plans.propose_goal(by=ben, plan=plan, side="personal", title="Sleep before midnight")


@pytest.fixture
def dan_goal(dan, dan_client) -> Goal:
    plan = plans.start_plan(by=dan, client=dan_client, title="Dan's year")
    return plans.propose_goal(by=dan, plan=plan, side="personal", title="Dan's secret goal")


@pytest.fixture
def past(make_past) -> CoachingSession:
    return make_past(timedelta(days=14))


def read(session: CoachingSession, reader) -> FollowUp:
    return FollowUp(CoachingSession.objects.with_people().get(pk=session.pk), reader)


def titles(steps: list[Step]) -> list[str]:
    return [step.title for step in steps]


# --- what was agreed ----------------------------------------------------------


def test_agreed_line_becomes_a_step_of_an_agreed_goal(alma_browser, alma, ben_goal, past):
    url = reverse("scheduling:step_agree", args=[past.pk])

    response = alma_browser.post(url, {"title": "Ring the landlord", "goal": ben_goal.pk, "rhythm": ""})

    step = Step.objects.get()
    assert (response.status_code, response.url) == (302, f"{past.get_absolute_url()}#agreed")
    assert (step.title, step.goal, step.is_done) == ("Ring the landlord", ben_goal, False)
    assert [(link.session, link.role) for link in step.session_links.all()] == [(past, "agreed")]


@pytest.mark.parametrize("state", ["proposed", "completed", "closed"])
def test_no_step_where_the_goal_is_not_agreed_and_going_on(alma, ben, ben_goal, alma_browser, past, state):
    goal = ben_goal
    if state == "proposed":
        goal = plans.propose_goal(by=alma, plan=ben_goal.plan, side="personal", title="Alma's idea")
    elif state == "completed":
        goal.complete(by=ben)
    else:
        goal.plan.close(by=ben)
    url = reverse("scheduling:step_agree", args=[past.pk])

    response = alma_browser.post(url, {"title": "Ring the landlord", "goal": goal.pk})

    assert (response.status_code, Step.objects.count()) == (422, 0)
    assert "Ring the landlord" in response.content.decode()
    with pytest.raises(NotPossible):
        followup.agree_step(by=alma, session=past, goal=Goal.objects.get(pk=goal.pk), title="Ring")
    assert not SessionStep.objects.exists()


def test_goal_of_another_client_is_refused(alma, alma_browser, cora, dan_goal, past):
    url = reverse("scheduling:step_agree", args=[past.pk])

    page = alma_browser.post(url, {"title": "Ring", "goal": dan_goal.pk})

    assert (page.status_code, Step.objects.count()) == (422, 0)
    assert "secret" not in page.content.decode()
    with pytest.raises(PermissionDenied):
        followup.agree_step(by=cora, session=past, goal=dan_goal, title="Ring")


def test_what_is_open_comes_along_to_the_next_session_by_itself(alma, ben, ben_goal, make_past, book):
    first, second, coming = make_past(timedelta(days=28)), make_past(timedelta(days=14)), book()
    for session, title in (
        (first, "Open since the first"),
        (first, "Done long ago"),
        (second, "Open since the second"),
        (second, "Done since the second"),
    ):
        step = followup.agree_step(by=alma, session=session, goal=ben_goal, title=title)
        if title.startswith("Done"):
            step.tick(by=ben)

    page = read(coming, ben)

    assert page.last_time == second
    assert titles(page.agreed_last_time) == ["Open since the second", "Done since the second"]
    assert titles(page.carried) == ["Open since the first"]
    assert (page.agreed, titles(read(second, ben).agreed_last_time)) == (
        [],
        ["Open since the first", "Done long ago"],
    )


def test_stopped_goals_and_other_clients_bring_nothing_along(
    alma, ben, cora, dan_client, dan_goal, ben_goal, make_past, book
):
    first, second = make_past(timedelta(days=28)), make_past(timedelta(days=14))
    other = plans.propose_goal(by=ben, plan=ben_goal.plan, side="personal", title="Run")
    followup.agree_step(by=alma, session=first, goal=other, title="Buy shoes")
    followup.agree_step(by=alma, session=second, goal=ben_goal, title="Ring")
    dans = make_past(timedelta(days=20), client=dan_client)
    followup.agree_step(by=cora, session=dans, goal=dan_goal, title="Dan's secret step")
    other.cancel(by=ben)

    page = read(book(), ben)

    assert (titles(page.carried), titles(page.agreed_last_time)) == ([], ["Ring"])
    assert read(dans, ben).agreed == []


def test_session_page_shows_the_plan_in_short_and_ticks_in_place(
    ben, ben_browser, alma, ben_goal, past, book
):
    step = followup.agree_step(by=alma, session=past, goal=ben_goal, title="Ring the landlord")
    walk = followup.agree_step(by=alma, session=past, goal=ben_goal, title="Walk", rhythm=(2, "week"))
    coming = book()
    address = coming.get_absolute_url()

    page = ben_browser.get(address).content.decode()
    ticked = ben_browser.post(reverse("goals:step_tick", args=[step.pk]), {"next": address}, follow=True)
    ben_browser.post(reverse("goals:step_tick", args=[walk.pk]), {"next": address, "number": "1"})

    assert "Agreed last time" in page
    assert "Tick off: Ring the landlord" in page
    assert "0 of 2 this week" in page
    assert ben_goal.title in page
    assert ticked.redirect_chain[-1][0] == address
    assert "Done: Ring the landlord" in ticked.content.decode()
    assert "1 of 2 this week" in ben_browser.get(address).content.decode()


@pytest.mark.parametrize("count", [3, 30])
def test_session_page_asks_the_same_for_few_steps_and_many(
    alma, ben, ben_browser, ben_goal, make_past, book, count, django_assert_num_queries
):
    earlier = [make_past(timedelta(days=day)) for day in (30, 20, 10)]
    coming = book()
    for number in range(count):
        goal = plans.propose_goal(by=ben, plan=ben_goal.plan, side="personal", title=f"Goal {number}")
        step = followup.agree_step(by=alma, session=earlier[number % 3], goal=goal, title=f"Step {number}")
        followup.do_before(by=ben, step=step, session=coming)
    a_summary(ben_goal.plan.client, alma, session=coming)

    with django_assert_num_queries(8):
        ben_browser.get(coming.get_absolute_url())


# --- a step before a session --------------------------------------------------


def test_step_is_put_before_a_session_moved_and_freed(ben_browser, ben, ben_goal, book):
    step = plans.add_step(by=ben, goal=ben_goal, title="Read the letter")
    coming, later = book(), book(ahead=timedelta(days=21))
    url = reverse("scheduling:step_session", args=[step.pk])

    for session in (coming, later):
        ben_browser.post(url, {"session": session.pk})
    moved = titles(read(later, ben).before), titles(read(coming, ben).before)
    page = ben_browser.get(later.get_absolute_url()).content.decode()
    ben_browser.post(url, {"session": ""})

    assert moved == (["Read the letter"], [])
    assert "To do until then" in page
    assert not SessionStep.objects.exists()


def test_step_stands_once_on_a_page(alma, ben, ben_browser, ben_goal, past, book):
    step = followup.agree_step(by=alma, session=past, goal=ben_goal, title="Read the letter")
    coming = book()
    followup.do_before(by=ben, step=step, session=coming)

    page = ben_browser.get(coming.get_absolute_url()).content.decode()

    assert page.count(f'id="tick-{step.pk}"') == 1


def test_step_cannot_be_put_before_another_clients_session(ben, ben_browser, ben_goal, dan_client, book):
    step = plans.add_step(by=ben, goal=ben_goal, title="Read the letter")
    dans = book(client=dan_client)

    response = ben_browser.post(reverse("scheduling:step_session", args=[step.pk]), {"session": dans.pk})

    assert (response.status_code, SessionStep.objects.count()) == (422, 0)
    with pytest.raises(PermissionDenied):
        followup.do_before(by=ben, step=step, session=dans)


def test_database_holds_one_session_for_each_role(alma, ben_goal, past, make_past):
    step = followup.agree_step(by=alma, session=past, goal=ben_goal, title="Ring")

    with pytest.raises(IntegrityError, match="one_session_for_each_role"), transaction.atomic():
        SessionStep.objects.create(step=step, session=make_past(), role="agreed")
    with pytest.raises(IntegrityError, match="role_is_known"), transaction.atomic():
        SessionStep.objects.update(role="some")


# --- what cannot wait ---------------------------------------------------------

URGENT = "First this time"


def test_urgent_need_stands_first_in_the_next_session_and_in_no_other(
    ben, alma_browser, ben_client, book, past
):
    coming, later = book(), book(ahead=timedelta(days=21))
    a_circumstance(ben_client, ben, urgency="urgent", words="The landlord gave notice.")

    pages = [
        alma_browser.get(session.get_absolute_url()).content.decode() for session in (coming, later, past)
    ]

    assert [URGENT in page for page in pages] == [True, False, False]
    assert ["gave notice" in page for page in pages] == [True, False, False]
    assert pages[0].index(URGENT) < pages[0].index("Who can see this")


@pytest.mark.parametrize(
    "change", [{"state": "resolved"}, {"urgency": "pressing"}, {"urgency": "background"}]
)
def test_urgent_need_leaves_when_it_is_over_or_can_wait_and_comes_back(ben, ben_client, book, change):
    coming = book()
    need = a_circumstance(ben_client, ben, urgency="urgent")
    seen = [len(read(coming, ben).urgent)]

    for name, value in [*change.items(), *{name: getattr(need, name) for name in change}.items()]:
        setattr(need, name, value)
        write_circumstance(by=ben, circumstance=need)
        seen.append(len(read(coming, ben).urgent))
    need.state = "easing"  # easing and urgent is urgent still
    write_circumstance(by=ben, circumstance=need)

    assert seen == [1, 0, 1]
    assert len(read(coming, ben).urgent) == 1


def test_urgent_need_moves_on_when_the_next_session_is_called_off(alma, ben, ben_client, book):
    from coaching.scheduling.actions import cancel_session  # noqa: PLC0415

    coming, later = book(), book(ahead=timedelta(days=21))
    a_circumstance(ben_client, ben, urgency="urgent")
    before = [len(read(session, alma).urgent) for session in (coming, later)]

    cancel_session(by=alma, session=coming)

    assert (before, [len(read(session, alma).urgent) for session in (coming, later)]) == ([1, 0], [0, 1])


def test_urgent_need_of_another_client_is_not_shown(ben, dan, dan_client, ben_browser, book):
    a_circumstance(dan_client, dan, urgency="urgent", words="Dan's secret")

    page = ben_browser.get(book().get_absolute_url()).content.decode()

    assert URGENT not in page
    assert "secret" not in page


def test_urgent_need_of_one_in_a_group_is_for_them_and_the_coach(
    alma, ben, ben_client, alma_browser, browser_of
):
    other = User.objects.create_user("kim@example.org", name="Kim")
    kim = Client.objects.create(
        practice=alma.coach.practice, coach=alma.coach, user=other, name="Kim", email=other.email
    )
    a_circumstance(ben_client, ben, urgency="urgent", words="The landlord gave notice.")
    whole = schedule_group(
        by=alma,
        coach=alma.coach,
        seats=4,
        name="Evening circle",
        clients=[ben_client, kim],
        local_start=(timezone.now() + timedelta(days=3)).replace(tzinfo=None),
        timezone=ZoneInfo("UTC"),
        minutes=60,
    )
    rows = {row.client_id: row for row in whole.members.all()}

    bens = [
        browser.get(rows[ben_client.pk].get_absolute_url()) for browser in (browser_of(ben), alma_browser)
    ]
    kims = browser_of(other).get(rows[kim.pk].get_absolute_url())
    group = alma_browser.get(whole.get_absolute_url())

    assert ["gave notice" in page.content.decode() for page in (*bens, kims, group)] == [
        True,
        True,
        False,
        False,
    ]
    assert browser_of(other).get(rows[ben_client.pk].get_absolute_url()).status_code == 404


def test_nothing_is_written_about_a_whole_group(alma, alma_browser, ben_client):
    whole = schedule_group(
        by=alma,
        coach=alma.coach,
        seats=4,
        name="Evening circle",
        clients=[ben_client],
        local_start=(timezone.now() + timedelta(days=3)).replace(tzinfo=None),
        timezone=ZoneInfo("UTC"),
        minutes=60,
    )

    for name in ("summary_write", "step_agree"):
        assert alma_browser.get(reverse(f"scheduling:{name}", args=[whole.pk])).status_code == 404


def test_urgent_need_is_in_no_mail_and_no_calendar(ben, ben_client, ben_browser, book):
    a_circumstance(ben_client, ben, urgency="urgent", words="The landlord gave notice.")
    coming = book(ahead=timedelta(hours=3))
    coming.reminders.update(due_at=coming.created_at)

    outbox.send_due()
    calendar = ben_browser.get(reverse("scheduling:session_calendar", args=[coming.pk])).content.decode()

    sent = "\n".join(str(each.message()) for each in mail.outbox)
    assert mail.outbox
    assert not any(word in text for text in (sent, calendar) for word in ("notice", "Housing", URGENT))


def test_coachs_reading_of_it_leaves_a_trace_and_the_clients_none(
    ben, ben_client, ben_browser, alma_browser, book
):
    coming = book()
    a_circumstance(ben_client, ben, urgency="urgent")
    Trace.objects.all().delete()

    ben_browser.get(coming.get_absolute_url())
    alma_browser.get(coming.get_absolute_url())

    assert [(trace.person.name, trace.act, trace.part) for trace in Trace.objects.all()] == [
        ("Alma", "read", "circumstances")
    ]


# --- the summary --------------------------------------------------------------


def test_summary_is_a_draft_until_it_is_sent(alma_browser, ben_browser, past):
    url, list_url = reverse("scheduling:summary_write", args=[past.pk]), reverse("scheduling:summary_list")

    alma_browser.post(url, {"words": "Half a thought", "keep": "1"}, headers={"HX-Request": "true"})
    drafted = [ben_browser.get(address).content.decode() for address in (past.get_absolute_url(), list_url)]
    opened = alma_browser.get(url).content.decode()
    alma_browser.post(url, {"words": "A whole one"})
    sent = [ben_browser.get(address).content.decode() for address in (past.get_absolute_url(), list_url)]

    assert not any("Half a thought" in page for page in drafted)
    assert "Half a thought" in opened
    assert all("A whole one" in page for page in sent)


def test_change_of_a_sent_summary_is_a_draft_first_and_makes_no_second_mail(alma_browser, ben_browser, past):
    url = reverse("scheduling:summary_write", args=[past.pk])
    alma_browser.post(url, {"words": "A whole one"})

    alma_browser.post(url, {"words": "Another half", "keep": "1"}, headers={"HX-Request": "true"})
    kept = ben_browser.get(past.get_absolute_url()).content.decode()
    alma_browser.post(url, {"words": "Another whole"})

    assert "A whole one" in kept
    assert "Another half" not in kept
    assert "Another whole" in ben_browser.get(past.get_absolute_url()).content.decode()
    assert SummaryMail.objects.count() == 1


def test_empty_summary_is_not_sent(alma_browser, past):
    response = alma_browser.post(reverse("scheduling:summary_write", args=[past.pk]), {"words": " "})

    assert (response.status_code, SessionSummary.objects.count()) == (422, 0)


@pytest.mark.parametrize("is_discreet", [False, True])
def test_client_is_told_by_a_mail_without_a_word_of_it(alma, ben, ben_client, is_discreet):
    MailChoices.objects.create(user=ben, is_discreet=is_discreet)
    summary = a_summary(ben_client, alma, "Rent and the letters.")
    SummaryMail.objects.update(due_at=summary.created_at)

    outbox.send_due()

    [told] = [sent for sent in mail.outbox if "read" in sent.subject]
    text = str(told.message())
    assert (told.to, told.subject) == ([ben.email], "Something new for you to read")
    assert summary.session.get_absolute_url() in text
    assert not any(word in text for word in ("Rent", "letters"))
    assert ("Alma" in text, "Appointments" in told.from_email) == (not is_discreet, is_discreet)
    assert SummaryMail.objects.get().state == "sent"


def test_client_who_wants_no_mail_finds_it_on_their_first_page(alma, ben, ben_browser, ben_client):
    summary = a_summary(ben_client, alma)
    assert summary.mail.stop_kind()
    SummaryMail.objects.update(due_at=summary.created_at)

    outbox.send_due()

    assert SummaryMail.objects.get().state == "cancelled"
    assert "A summary of a session is there" in ben_browser.get("/settings/mails/").content.decode()
    address = f'href="{summary.session.get_absolute_url()}"'
    assert address in ben_browser.get("/home/").content.decode()


def test_nobody_is_told_who_has_not_joined_or_has_left(alma, ben_client):
    Client.objects.update(user=None)
    ben_client.refresh_from_db()
    a_summary(ben_client, alma)
    untold = SummaryMail.objects.count()
    Client.objects.update(user=alma)
    ben_client.refresh_from_db()
    news = a_summary(ben_client, alma).mail
    Client.objects.update(status="ended")
    SummaryMail.objects.update(due_at=news.created_at)

    outbox.send_due()

    assert (untold, SummaryMail.objects.get().state) == (0, "cancelled")


def test_summary_is_read_by_the_two_and_by_nobody_else(
    alma, ben, ben_client, cora, dan, dan_client, esra, olga, gita, finn
):
    ours, theirs = a_summary(ben_client, alma), a_summary(dan_client, cora)

    seen = {
        person.name: list(SessionSummary.objects.visible_to(person))
        for person in (alma, ben, cora, dan, esra, olga, gita, finn)
    }

    ours_and_theirs = {"Alma": [ours], "Ben": [ours], "Cora": [theirs], "Dan": [theirs]}
    assert {name: rows for name, rows in seen.items() if rows} == ours_and_theirs


def test_new_coach_reads_what_was_sent_and_neither_drafts_nor_changes(
    alma, cora, cora_browser, ben_client, past
):
    a_summary(ben_client, alma, "A whole one", draft="A new half", session=past)
    Client.objects.filter(pk=ben_client.pk).update(coach=cora.coach)

    page = cora_browser.get(past.get_absolute_url()).content.decode()

    assert "A whole one" in page
    assert "A new half" not in page
    assert cora_browser.get(reverse("scheduling:summary_write", args=[past.pk])).status_code == 404


def test_summary_leaves_traces(alma, ben_client, alma_browser, ben_browser, past):
    a_summary(ben_client, alma, session=past)

    ben_browser.get(past.get_absolute_url())
    alma_browser.get(past.get_absolute_url())

    traces = {(trace.person.name, trace.act) for trace in Trace.objects.filter(part="summaries")}
    assert traces == {("Alma", "added"), ("Alma", "read")}


def test_export_holds_what_was_sent_and_counts_drafts(alma, ben_client, past, make_past):
    a_summary(ben_client, alma, "A whole one", draft="A new half", session=past)
    SessionSummary(session=make_past(), author=alma).keep_draft("Half a thought")

    record = record_of(ben_client)
    text = str(record)

    assert ("A whole one" in text, record["notes_kept_back"]) == (True, 1)
    assert not any(words in text for words in ("A new half", "Half a thought"))
    assert "A new half" in str(record_of(ben_client, with_private_notes=True))


@pytest.mark.parametrize("count", [3, 30])
def test_list_of_summaries_asks_the_same_for_few_and_many(
    alma, ben_browser, ben_client, make_past, count, django_assert_num_queries
):
    for number in range(count):
        a_summary(ben_client, alma, session=make_past(timedelta(days=1 + number)))

    with django_assert_num_queries(4):
        page = ben_browser.get(reverse("scheduling:summary_list")).content.decode()

    assert page.count("<article") == min(count, 25)
