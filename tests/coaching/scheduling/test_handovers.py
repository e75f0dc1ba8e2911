"""Another coach goes on with a client: asked by the practice, decided by the client."""

from datetime import datetime, time, timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from clients.actions import change_status
from clients.belongings import erase
from clients.bringing.runs import hand_in
from clients.models import Circumstance, Client, Handover, JournalEntry, Message, Note, RecordFile, Trace
from clients.models.client import RecordEnded
from coaching.accounts import outbox
from coaching.accounts.models import User
from coaching.scheduling.actions import record_session, schedule_session
from coaching.scheduling.groups import schedule_group
from coaching.scheduling.handovers import answer_handover, ask_to_go_on, withdraw_handover
from coaching.scheduling.models import CoachingSession, MailChoices, Nudge
from coaching.scheduling.nudges import plan_nudges
from goals import actions as plans
from goals.models import Goal, GoalPlan
from tests.clients.rows import a_circumstance, a_file, a_message, a_note, an_entry

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")


def page(client: Client) -> str:
    return reverse("scheduling:handover_ask", args=[client.pk])


def answer_page(handover: Handover) -> str:
    return reverse("scheduling:handover_answer", args=[handover.pk])


def in_days(days: int, hour: int = 10) -> datetime:
    day = timezone.localdate(timezone=BERLIN) + timedelta(days=days)
    return datetime.combine(day, time(hour))


def planned(alma: User, client: Client, days: int = 3) -> CoachingSession:
    return schedule_session(by=alma, client=client, local_start=in_days(days), timezone=BERLIN, minutes=60)


@pytest.fixture
def question(alma, cora, ben_client) -> Handover:
    return ask_to_go_on(by=alma, client=ben_client, coach=cora.coach)


def yes(handover: Handover, **more) -> Handover:
    return answer_handover(by=handover.client.user, handover=handover, is_agreed=True, **more)


# --- who decides ------------------------------------------------------------


def test_coach_asks_and_client_says_yes(alma_browser, ben_browser, cora_browser, alma, cora, ben_client):
    alma_browser.post(page(ben_client), {"coach": cora.coach.pk})
    handover = Handover.objects.get()
    assert handover.is_open
    assert cora_browser.get(ben_client.get_absolute_url()).status_code == 404

    home = ben_browser.get("/home/").content.decode()
    assert answer_page(handover) in home
    ben_browser.post(answer_page(handover), {"answer": "yes"})

    ben_client.refresh_from_db()
    assert ben_client.coach == cora.coach
    assert alma_browser.get(ben_client.get_absolute_url()).status_code == 404
    assert "Alma, until" in cora_browser.get(ben_client.get_absolute_url()).content.decode()
    assert "Alma, until" in ben_browser.get("/me/").content.decode()
    assert "Ben goes on with Cora" in alma_browser.get("/home/").content.decode()
    assert "Ben works with you now" in cora_browser.get("/home/").content.decode()
    assert answer_page(handover) not in ben_browser.get("/home/").content.decode()


def test_until_the_yes_nothing_changes(question, alma, cora, ben_client):
    assert Client.objects.get().coach == alma.coach
    assert not Client.objects.visible_to(cora).exists()
    assert not Handover.objects.visible_to(cora).exists()


def test_a_no_needs_no_reason_and_changes_nothing(question, alma, alma_browser, ben_browser, ben_client):
    planned(alma, ben_client)

    ben_browser.post(answer_page(question), {"answer": "no"})

    question.refresh_from_db()
    assert (question.answer, Client.objects.get().coach) == ("declined", alma.coach)
    assert CoachingSession.objects.get().is_scheduled
    assert "Ben stays with Alma" in alma_browser.get("/home/").content.decode()


def test_neither_yes_nor_no_is_asked_again(question, ben_browser):
    response = ben_browser.post(answer_page(question), {"answer": "perhaps"})
    assert response.status_code == 422
    assert Handover.objects.get().is_open


def test_client_alone_answers(question, alma, cora, olga, dan, esra):
    for person in (alma, cora, olga, dan, esra):
        with pytest.raises(PermissionDenied):
            answer_handover(by=person, handover=question, is_agreed=True)
    assert Client.objects.get().coach == alma.coach


def test_owner_asks_where_a_coach_is_gone(olga, olga_browser, alma, cora, ben_browser, ben_client):
    assert page(ben_client) in olga_browser.get("/practice/").content.decode()
    olga_browser.post(page(ben_client), {"coach": cora.coach.pk})
    handover = Handover.objects.get()

    read = ben_browser.get(answer_page(handover)).content.decode()
    assert "Olga, who runs the practice, asks" in read
    yes(handover)

    assert Client.objects.get().coach == cora.coach
    assert not Client.objects.visible_to(olga).exists()


def test_owner_learns_nothing_of_what_is_planned(olga_browser, alma, ben_client):
    planned(alma, ben_client)
    assert "1 planned session" not in olga_browser.get(page(ben_client)).content.decode()


def test_without_an_account_the_coach_answers_for_having_asked(alma, olga, cora, alma_browser, practice):
    gil = Client.objects.create(practice=practice, coach=alma.coach, name="Gil", email="gil@example.org")
    session = planned(alma, gil)

    with pytest.raises(PermissionDenied):
        ask_to_go_on(by=olga, client=gil, coach=olga.coach)
    assert alma_browser.post(page(gil), {"coach": cora.coach.pk}).status_code == 422
    alma_browser.post(page(gil), {"coach": cora.coach.pk, "has_agreed": "on"})

    gil.refresh_from_db()
    session.refresh_from_db()
    assert (gil.coach, session.status) == (cora.coach, "cancelled_by_coach")


@pytest.mark.parametrize("who", ["cora", "dan", "esra", "ben"])
def test_nobody_else_asks(request, who, cora, ben_client):
    with pytest.raises(PermissionDenied):
        ask_to_go_on(by=request.getfixturevalue(who), client=ben_client, coach=cora.coach)


def test_only_colleagues_go_on(alma, esra, esra_browser, alma_browser, ben_client):
    with pytest.raises(PermissionDenied):
        ask_to_go_on(by=alma, client=ben_client, coach=esra.coach)
    for value in (esra.coach.pk, alma.coach.pk, "nonsense", ""):
        assert alma_browser.post(page(ben_client), {"coach": value}).status_code == 422
    assert not Handover.objects.exists()


def test_coach_who_is_the_client_is_not_their_own_coach(alma, cora):
    own = Client.objects.create(
        practice=alma.coach.practice, coach=alma.coach, user=cora, name="Cora", email=cora.email
    )
    with pytest.raises(PermissionDenied):
        ask_to_go_on(by=alma, client=own, coach=cora.coach)


def test_nobody_works_twice_with_one_coach(alma, cora, ben, ben_client):
    Client.objects.create(
        practice=ben_client.practice, coach=cora.coach, user=ben, name="B.", email="other@example.org"
    )
    with pytest.raises(ValidationError) as refused:
        ask_to_go_on(by=alma, client=ben_client, coach=cora.coach)
    assert refused.value.code == "already"


def test_one_question_at_a_time(question, alma, olga, ben_client):
    with pytest.raises(ValidationError) as refused:
        ask_to_go_on(by=olga, client=ben_client, coach=olga.coach)
    assert refused.value.code == "asked"
    with pytest.raises(IntegrityError), transaction.atomic():
        Handover.objects.create(client=ben_client, from_coach=alma.coach, to_coach=olga.coach, asked_by=olga)


def test_question_can_be_taken_back(question, alma_browser, ben_browser, cora_browser):
    address = reverse("scheduling:handover_withdraw", args=[question.pk])
    assert cora_browser.post(address).status_code == 404
    assert address in alma_browser.get(page(question.client)).content.decode()
    alma_browser.post(address)

    ben_browser.post(answer_page(question), {"answer": "yes"})

    assert Handover.objects.get().answer == "withdrawn"
    assert "taken back" in ben_browser.get(answer_page(question)).content.decode()
    with pytest.raises(ValidationError):
        withdraw_handover(by=question.asked_by, handover=question)


def test_ended_work_is_not_handed_over(question, alma, alma_browser, cora, ben_client):
    change_status(by=alma, client=ben_client, status="ended")

    with pytest.raises(RecordEnded):
        yes(question)
    assert alma_browser.get(page(ben_client)).status_code == 409
    answer_handover(by=ben_client.user, handover=question, is_agreed=False)
    assert Client.objects.get().coach == alma.coach


def test_second_click_changes_nothing_more(question, ben_browser, cora):
    for _click in range(2):
        ben_browser.post(answer_page(question), {"answer": "yes"})
    assert Handover.objects.get().is_agreed
    assert Client.objects.get().coach == cora.coach


# --- what goes along, and what does not --------------------------------------


def test_record_and_plans_go_along(question, alma, cora, ben, ben_client):
    circumstance = a_circumstance(ben_client, ben)
    plan = plans.start_plan(by=ben, client=ben_client, title="Autumn")
    proposal = plans.propose_goal(by=alma, plan=plan, side="personal", title="Sleep")

    yes(question)

    assert circumstance in Circumstance.objects.visible_to(cora)
    assert plan in GoalPlan.objects.visible_to(cora)
    assert not GoalPlan.objects.visible_to(alma).exists()
    assert Goal.objects.get(pk=proposal.pk).lifecycle == "proposed"


def test_private_notes_and_messages_stay_closed(question, alma, cora, ben, ben_client):
    a_note(ben_client, alma)
    shared = a_note(ben_client, alma, audience="coaches")
    a_message(ben_client, ben, "For Alma alone")

    yes(question)

    assert list(Note.objects.visible_to(cora)) == [shared]
    assert not Note.objects.visible_to(alma).exists()
    assert not Message.objects.visible_to(cora).exists()
    assert Message.objects.visible_to(ben).count() == 1


def test_shared_words_can_be_closed_first(question, cora, ben, ben_client):
    an_entry(ben_client, ben, audience="coach")
    a_file(ben_client, ben, audience="both")

    yes(question, is_closed_first=True)

    assert not JournalEntry.objects.visible_to(cora).exists()
    assert not RecordFile.objects.visible_to(cora).exists()
    assert JournalEntry.objects.belonging_to(ben).count() == 1


def test_shared_words_go_along_otherwise(question, cora, ben, ben_client):
    an_entry(ben_client, ben, audience="coach")
    yes(question)
    assert JournalEntry.objects.visible_to(cora).count() == 1


def test_what_is_planned_is_called_off_and_told(question, alma, ben, ben_browser, ben_client):
    session = planned(alma, ben_client)
    session.reminders.update(state="sent")
    group = schedule_group(
        by=alma, coach=alma.coach, clients=[ben_client], seats=2,
        local_start=in_days(4), timezone=BERLIN, minutes=60,
    )  # fmt: skip
    assert in_days(3).strftime("%A") in ben_browser.get(answer_page(question)).content.decode()

    yes(question)

    session.refresh_from_db()
    group.refresh_from_db()
    assert (session.status, session.cancelled_by) == ("cancelled_by_coach", alma)
    assert group.is_scheduled
    assert not group.members.filter(status="scheduled").exists()
    assert session.reminders.filter(kind="cancelled", recipient="client").exists()
    assert not session.can_be_booked_instead_by_client


def test_called_off_is_told_though_the_mail_about_the_booking_failed(question, alma, ben_client):
    session = planned(alma, ben_client)
    session.reminders.update(state="failed")

    yes(question)

    assert session.reminders.filter(kind="cancelled", recipient="client").exists()


def test_thread_says_that_the_next_coach_cannot_read_it(question, alma, ben, ben_browser, ben_client):
    a_message(ben_client, ben, "For Alma alone")
    yes(question)

    page = ben_browser.get(reverse("scheduling:message_thread", args=[ben_client.pk])).content.decode()

    assert "Cora cannot read it" in page
    assert "For Alma alone" in page


def test_home_names_whose_words_wait_for_a_yes(question, alma, ben, ben_browser, ben_client):
    a_circumstance(ben_client, alma)
    yes(question)
    assert "Alma wrote something down" in ben_browser.get("/home/").content.decode()


def test_hours_stay_with_the_coach_without_the_name(question, alma, cora, ben_client):
    ben_client.log_consent_at = timezone.now()
    ben_client.save()
    record_session(by=alma, client=ben_client, local_start=in_days(-3), timezone=BERLIN, minutes=60)

    yes(question)

    assert CoachingSession.objects.held_by(alma).count() == 1
    assert CoachingSession.objects.held_by(cora).count() == 0
    assert Client.objects.get().log_consent_at is None


def test_client_reads_who_changed_their_coach(question, ben, ben_browser):
    yes(question)
    assert Trace.objects.filter(person=ben, part="coach").count() == 1
    assert "who your coach is" in ben_browser.get(reverse("clients:trace_list")).content.decode()


def test_import_cannot_take_back_whom_a_colleague_coaches(alma, cora, practice):
    run = hand_in(by=alma, file_name="a.csv", content=b"name,email\nGil,g@example.org\n")
    gil = Client.objects.create(
        practice=practice, coach=alma.coach, name="Gil", email="g@example.org", roster_import=run
    )
    ask_to_go_on(by=alma, client=gil, coach=cora.coach)
    gil.refresh_from_db()
    assert gil.roster_import is None


def test_it_goes_with_the_record(question, ben_client):
    erase(ben_client)
    assert not Handover.objects.exists()


# --- who is told ------------------------------------------------------------


def sent() -> dict[str, str]:
    """By reader, the subject and text of what goes out now."""
    Nudge.objects.update(due_at=timezone.now())
    mail.outbox.clear()
    while outbox.send_due():
        pass
    return {each.to[0]: f"{each.subject}\n{each.body}" for each in mail.outbox}


def test_client_is_told_that_there_is_a_question(question, ben):
    read = sent()[ben.email]
    assert "A question for you" in read
    assert answer_page(question) in read
    assert "Cora" not in read


def test_discreet_mail_names_nobody(question, ben):
    MailChoices.objects.update_or_create(user=ben, defaults={"is_discreet": True})
    read = sent()[ben.email]
    assert "Alma" not in read
    assert "handovers" not in read
    assert "coach" not in read.lower()


def test_nobody_is_asked_of_what_was_taken_back(question, alma, ben):
    withdraw_handover(by=alma, handover=question)
    assert ben.email not in sent()


def test_both_coaches_are_told_of_a_yes(question, alma, cora, ben):
    yes(question)
    read = sent()
    assert set(read) == {alma.email, cora.email}
    assert all("Ben goes on with Cora" in words for words in read.values())


def test_the_colleague_never_hears_of_a_no(question, alma, cora, ben):
    answer_handover(by=ben, handover=question, is_agreed=False)
    assert set(sent()) == {alma.email}
    assert not Handover.objects.visible_to(cora).exists()
    assert not Handover.objects.news_for(AnonymousUser()).exists()


def test_mail_about_it_stays_at_its_moment(question):
    before = Nudge.objects.get().due_at
    plan_nudges()
    assert Nudge.objects.get(kind="handover").due_at == before


# --- at the same moment -------------------------------------------------------


def at_once(*acts) -> list[object]:
    """What each of these came to, begun at one moment in threads of their own."""
    barrier, results = Barrier(len(acts)), [None] * len(acts)

    def run(number: int) -> None:
        try:
            barrier.wait(10)
            results[number] = acts[number]()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results[number] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=[number]) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_number", range(8))
def test_session_planned_at_the_moment_of_a_yes_is_never_left_behind(
    question, alma, ben_client, round_number
):
    came = at_once(lambda: yes(question), lambda: planned(alma, Client.objects.get(), days=5))

    client = Client.objects.get()
    left = CoachingSession.objects.filter(client=client, status="scheduled").exclude(coach=client.coach)
    assert not left.exists()
    assert all(
        not isinstance(each, Exception) or isinstance(each, ValidationError | PermissionDenied)
        for each in came
    ), came


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_number", range(4))
def test_yes_and_taking_back_at_once_come_to_one_thing(question, alma, cora, round_number):
    at_once(lambda: yes(question), lambda: withdraw_handover(by=alma, handover=question))

    question.refresh_from_db()
    assert (question.answer, Client.objects.get().coach) in {
        ("agreed", cora.coach),
        ("withdrawn", alma.coach),
    }
