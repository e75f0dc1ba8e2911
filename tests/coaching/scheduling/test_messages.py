"""Messages between a client and their coach: who reads what, that nothing is lost, who is told of what."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from clients.agreements import acts
from clients.export import record_of
from clients.models import Client, Message, Trace
from coaching.accounts import outbox
from coaching.accounts.models import User
from coaching.accounts.records import uuid7
from coaching.scheduling.messages import ThreadClosed, send_message
from coaching.scheduling.models import MailChoices, MessageMail
from coaching.scheduling.nudges import follow_moved_people
from tests.clients.rows import a_message, an_agreement

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def thread(client: Client) -> str:
    return reverse("scheduling:message_thread", args=[client.pk])


def send(browser, client: Client, words: str = "On Thursday, then.", key=None, **more):
    return browser.post(thread(client), {"words": words, "key": str(key or uuid7()), **more})


def text(response) -> str:
    return response.content.decode()


@pytest.fixture
def esra_client(esra, ben) -> Client:
    """Ben works with Esra, too, in another practice."""
    return Client.objects.create(
        practice=esra.coach.practice, coach=esra.coach, user=ben, name="Ben", email=ben.email
    )


# --- who reads what ---


def test_two_write_to_each_other(alma, alma_browser, ben, ben_browser, ben_client):
    send(ben_browser, ben_client, "Can we talk about Tuesday?")
    send(alma_browser, ben_client, "Yes, at ten.")

    rows = list(Message.objects.order_by("saved_at").values_list("author", "reader"))

    assert rows == [(ben.pk, alma.pk), (alma.pk, ben.pk)]
    for browser in (alma_browser, ben_browser):
        page = text(browser.get(thread(ben_client)))
        assert page.index("Yes, at ten.") < page.index("Can we talk about Tuesday?")


def test_nobody_else_reads_them(request, ben_client, esra_client, dan_client, alma, ben, cora_browser):
    a_message(ben_client, ben, "Private words")
    people = {name: request.getfixturevalue(name) for name in ("cora", "dan", "esra", "finn", "olga", "gita")}

    seen = {name for name, user in people.items() if Message.objects.visible_to(user).exists()}

    assert seen == set()
    assert list(Message.objects.visible_to(AnonymousUser())) == []
    assert Message.objects.visible_to(alma).count() == Message.objects.visible_to(ben).count() == 1
    assert cora_browser.get(thread(ben_client)).status_code == 404


def test_coach_who_takes_over_reads_what_is_written_from_then_on(
    alma, alma_browser, cora, cora_browser, ben, ben_browser, ben_client
):
    a_message(ben_client, ben, "For Alma alone")
    ben_client.coach = cora.coach
    ben_client.save()
    a_message(ben_client, ben, "Good morning, Cora")

    page = text(cora_browser.get(thread(ben_client)))

    assert ("Good morning, Cora" in page, "For Alma alone" in page) == (True, False)
    assert alma_browser.get(thread(ben_client)).status_code == 404
    assert "For Alma alone" in text(ben_browser.get(thread(ben_client)))
    assert User.objects.for_pages().get(pk=alma.pk).unread is None


def test_somebody_else_cannot_send(cora, cora_browser, ben_client):
    assert send(cora_browser, ben_client).status_code == 404
    with pytest.raises(PermissionDenied):
        send_message(by=cora, writing=Message(client=ben_client, author=cora), text="Hello")
    assert Message.objects.count() == 0


def test_key_of_somebody_elses_message_opens_nothing(
    alma_browser, ben, ben_client, ben_browser, dan, dan_client
):
    foreign = a_message(dan_client, dan, "Dan's")
    of_other = a_message(ben_client, ben, "Ben's")

    statuses = [
        send(ben_browser, ben_client, "Mine", key=foreign.pk).status_code,
        send(alma_browser, ben_client, "Mine", key=of_other.pk).status_code,
        ben_browser.post(thread(ben_client), {"words": "Mine", "key": "nonsense"}).status_code,
    ]

    assert statuses == [404, 404, 400]
    assert {message.words for message in Message.objects.all()} == {"Dan's", "Ben's"}


def test_database_refuses_a_message_to_nobody(ben, ben_client):
    message = Message(client=ben_client, author=ben, saved_at=timezone.now(), words="x")

    with pytest.raises(IntegrityError), transaction.atomic():
        message.save()


# --- nothing is lost, nothing twice ---


def test_typing_is_kept_and_found_again(alma_browser, ben_browser, ben_client):
    key = str(uuid7())
    kept = ben_browser.post(thread(ben_client), {"words": "Half", "key": key, "keep": "1"}, headers=HTMX)

    own, others = text(ben_browser.get(thread(ben_client))), text(alma_browser.get(thread(ben_client)))

    assert (kept.status_code, kept["X-Kept"]) == (200, "yes")
    assert (">\nHalf</textarea>" in own, "Half" in others) == (True, False)
    assert f'value="{key}"' in own
    send(ben_browser, ben_client, "Half a thought", key=key)
    assert [message.words for message in Message.objects.sent()] == ["Half a thought"]
    assert Message.objects.count() == 1


def test_sent_twice_is_one_message(ben_browser, ben_client):
    key = uuid7()

    answers = [send(ben_browser, ben_client, "Once", key=key).status_code for _time in range(2)]

    assert answers == [302, 302]
    assert Message.objects.count() == MessageMail.objects.count() == 1


def test_draft_that_comes_late_changes_nothing(ben_browser, ben_client):
    key = uuid7()
    send(ben_browser, ben_client, "As sent", key=key)

    late = ben_browser.post(
        thread(ben_client), {"words": "As typed", "key": str(key), "keep": "1"}, headers=HTMX
    )

    message = Message.objects.get()
    assert (late.status_code, late["X-Kept"]) == (204, "yes")
    assert (message.words, message.draft, message.has_draft) == ("As sent", "", False)


def test_empty_message_is_not_sent(ben_browser, ben_client):
    response = send(ben_browser, ben_client, " ")

    assert response.status_code == 422
    assert Message.objects.count() == 0


# --- paused, ended, not joined ---


def test_pause_does_not_stop_them(ben_browser, ben_client):
    ben_client.change_status(Client.Status.PAUSED)

    page = text(ben_browser.get(thread(ben_client)))
    send(ben_browser, ben_client)

    assert "is paused. You can still write" in page
    assert Message.objects.sent().count() == 1


def test_after_the_end_they_are_read_and_not_sent(alma, alma_browser, ben_browser, ben_client):
    a_message(ben_client, alma, "A last word")
    ben_client.change_status(Client.Status.ENDED)

    for browser in (alma_browser, ben_browser):
        page = text(browser.get(thread(ben_client)))
        assert "has ended, so nothing new is sent here" in page
        assert "A last word" in page
        assert "<textarea" not in page
    late = send(ben_browser, ben_client, "Typed before the end")

    assert late.status_code == 302
    assert Message.objects.sent().count() == 1
    assert "Typed before the end" in text(ben_browser.get(thread(ben_client)))


def test_before_the_agreement_is_signed_they_are_read_and_not_written(
    alma, alma_browser, ben, ben_browser, ben_client, olga
):
    a_message(ben_client, alma, "From before there was a text")
    agreement = an_agreement(olga, "confidentiality")

    for browser in (alma_browser, ben_browser):
        page = text(browser.get(thread(ben_client)))
        assert "confidentiality" in page
        assert "From before there was a text" in page
        assert "<textarea" not in page
    assert send(ben_browser, ben_client, "Too early").status_code == 409
    assert Message.objects.sent().count() == 1

    acts.sign(by=ben, agreement=agreement, name="Ben")
    assert "<textarea" in text(ben_browser.get(thread(ben_client)))


def test_message_to_somebody_who_has_not_joined_would_reach_nobody(alma, alma_browser, practice):
    gil = Client.objects.create(practice=practice, coach=alma.coach, name="Gil", email="gil@example.org")

    assert "would reach nobody" in text(alma_browser.get(thread(gil)))
    with pytest.raises(ThreadClosed):
        send_message(by=alma, writing=Message(client=gil, author=alma), text="Hello")


# --- what is new ---


def test_new_is_counted_until_it_is_opened(alma, alma_browser, ben_browser, ben_client):
    for words in ("One", "Two"):
        a_message(ben_client, alma, words)

    home = text(ben_browser.get(reverse("home:home")))
    first = text(ben_browser.get(thread(ben_client)))
    after = text(ben_browser.get(reverse("home:home")))

    assert "2 new messages are here for you." in home
    assert home.count('<span class="nav-count">2') == 2  # in the wide navigation and in the menu
    assert first.count('<span class="nav-count">new') == 2
    assert "nav-count" not in after
    assert "nav-count" not in text(alma_browser.get(reverse("home:home")))


def test_client_sees_when_it_was_opened_and_the_coach_does_not(
    alma, alma_browser, ben, ben_browser, ben_client
):
    a_message(ben_client, alma)
    a_message(ben_client, ben)
    before = text(ben_browser.get(thread(ben_client)))
    coachs = text(alma_browser.get(thread(ben_client)))

    after = text(ben_browser.get(thread(ben_client)))

    assert ("Not opened yet" in before, "Opened on" in after) == (True, True)
    assert "Opened on" not in coachs


def test_reading_and_writing_leave_traces(alma_browser, ben, ben_browser, ben_client):
    alma_browser.get(thread(ben_client))
    assert Trace.objects.count() == 0

    a_message(ben_client, ben)
    ben_browser.get(thread(ben_client))
    alma_browser.get(thread(ben_client))

    rows = Trace.objects.filter(part="messages").order_by("at").values_list("person__name", "act")
    assert list(rows) == [("Ben", "added"), ("Alma", "read")]


# --- the list ---


def test_client_of_one_coach_is_led_to_the_thread(ben_browser, ben_client):
    assert ben_browser.get(reverse("scheduling:thread_list")).url == thread(ben_client)


def test_client_of_two_coaches_chooses(ben_browser, ben_client, esra, esra_client):
    a_message(esra_client, esra)

    page = text(ben_browser.get(reverse("scheduling:thread_list")))

    assert page.index("Esra") < page.index("Alma")
    assert "1 new" in page


def test_coach_finds_those_they_write_with(alma, alma_browser, ben_client, practice, dan):
    Client.objects.create(practice=practice, coach=alma.coach, user=dan, name="Dan", email=dan.email)
    a_message(ben_client, alma)

    page = alma_browser.get(reverse("scheduling:thread_list"))

    assert [client.name for client in page.context["page"]] == ["Ben"]


# --- the mail ---


def mails() -> list[MessageMail]:
    return list(MessageMail.objects.order_by("created_at"))


def test_mail_reveals_nothing(ben, ben_client, alma):
    a_message(ben_client, ben, "canary words")
    MessageMail.objects.update(due_at=timezone.now())

    outbox.send_due()

    (sent,) = mail.outbox
    whole = str(sent.message())
    assert sent.to == ["alma@example.org"]
    assert sent.subject == "There is something new for you on Trellis"
    assert not any(words in whole for words in ("Ben", "canary", "message", str(ben_client.pk)))


def test_mail_can_be_discreet(alma, ben, ben_client):
    MailChoices.objects.create(user=ben, is_discreet=True)
    a_message(ben_client, alma)
    MessageMail.objects.update(due_at=timezone.now())

    outbox.send_due()

    (sent,) = mail.outbox
    assert (sent.subject, sent.from_email.split(" <")[0]) == (
        "There is something new for you",
        "Appointments",
    )
    assert "Trellis" not in sent.body.split("--")[0]


def test_one_mail_waits_until_the_thread_was_opened(alma, ben_browser, ben_client):
    for number in range(3):
        a_message(ben_client, alma, str(number))
    MessageMail.objects.update(due_at=timezone.now())
    outbox.send_due()
    a_message(ben_client, alma, "One more")
    assert len(mails()) == 1

    ben_browser.get(thread(ben_client))
    a_message(ben_client, alma, "After they looked")

    assert len(mails()) == 2


def test_nobody_is_told_of_what_they_have_seen(alma, ben_browser, ben_client):
    a_message(ben_client, alma)
    ben_browser.get(thread(ben_client))
    MessageMail.objects.update(due_at=timezone.now())

    outbox.send_due()

    assert mail.outbox == []
    assert MessageMail.objects.get().state == "cancelled"


def test_mail_that_was_refused_does_not_stop_the_next(alma, ben_client):
    a_message(ben_client, alma)
    MessageMail.objects.update(state="failed")

    a_message(ben_client, alma)

    assert [row.state for row in mails()] == ["failed", "pending"]


def test_who_wants_no_such_mail_gets_none(alma, ben, ben_client):
    waiting = a_message(ben_client, alma)
    waiting.mail.stop_kind()
    MessageMail.objects.update(due_at=timezone.now())
    outbox.send_due()

    a_message(ben_client, alma)

    assert mail.outbox == []
    assert [row.state for row in mails()] == ["cancelled"]


@time_machine.travel(datetime(2027, 6, 1, 3, 0, tzinfo=UTC), tick=False)  # 23:00 on Monday in New York
def test_mail_waits_for_the_end_of_the_quiet_hours(alma, ben, ben_client, ben_browser):
    MailChoices.objects.create(user=ben, quiet_from=time(22), quiet_until=time(7), quiet_zone=ben.timezone)
    message = a_message(ben_client, alma)
    assert message.mail.due_at == datetime(2027, 6, 1, 11, 0, tzinfo=UTC)

    User.objects.filter(pk=ben.pk).update(timezone="Europe/Berlin")  # where it is five in the morning
    follow_moved_people()

    message.mail.refresh_from_db()
    assert message.mail.due_at == datetime(2027, 6, 1, 5, 0, tzinfo=UTC)
    assert message.mail.useful_until - message.mail.due_at == timedelta(days=7)


def test_choice_is_on_the_page(ben, ben_browser, ben_client):
    page = ben_browser.get(reverse("scheduling:mail_settings"))
    ben_browser.post(reverse("scheduling:mail_settings"), {"way": "email"})

    assert "Somebody wrote me a message" in text(page)
    assert MailChoices.objects.get(user=ben).wants_message is False


# --- taking it out ---


def test_export_holds_what_was_sent_and_own_drafts(alma, ben, ben_client):
    for writer in (alma, ben):
        a_message(ben_client, writer, f"Sent by {writer}")
        Message(client=ben_client, author=writer).keep_draft(f"Half of {writer}'s")

    words = str(record_of(ben_client))

    found = {said for said in ("Sent by Alma", "Sent by Ben", "Half of Ben's") if said in words}
    assert found == {"Sent by Alma", "Sent by Ben", "Half of Ben's"}
    assert "Half of Alma's" not in words


@pytest.mark.parametrize("count", [3, 60])
def test_thread_takes_the_same_queries_with_any_number(
    alma, alma_browser, ben, ben_client, count, django_assert_num_queries
):
    start = timezone.now()
    for number in range(count):
        message = Message(client=ben_client, author=ben, reader=alma)
        message.publish(str(number), at=start + timedelta(seconds=number))

    with django_assert_num_queries(12):
        page = alma_browser.get(thread(ben_client))

    assert (page.context["page"].next_url is not None) == (count == 60)


@pytest.mark.parametrize("count", [3, 30])
def test_list_takes_the_same_queries_with_any_number(
    alma, alma_browser, practice, count, django_assert_num_queries
):
    for number in range(count):
        user = User.objects.create_user(f"p{number}@example.org", "x", name=f"P{number}")
        client = Client.objects.create(
            practice=practice, coach=alma.coach, user=user, name=user.name, email=user.email
        )
        message = Message(client=client, author=user, reader=alma)
        message.publish("Hello")

    with django_assert_num_queries(3):
        alma_browser.get(reverse("scheduling:thread_list"))
