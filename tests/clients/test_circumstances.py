"""What surrounds a client's life."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from clients.actions import write_circumstance
from clients.circumstances import with_changes
from clients.models import Circumstance, Client, Trace
from tests.clients.rows import a_circumstance, a_question_about

NEW = {
    "domain": "housing",
    "words": "The rent is half of what comes in.",
    "would_help": "Somebody who reads the letters with me.",
    "urgency": "urgent",
}
OWN = "clients:circumstance_list"


def test_circumstance_create_by_the_client_is_theirs_at_once(ben_browser, ben, ben_client):
    response = ben_browser.post(reverse("clients:circumstance_create"), NEW)

    row = Circumstance.objects.get()
    assert response.url == reverse(OWN)
    assert (row.client, row.recorded_by, row.is_confirmed) == (ben_client, ben, True)
    assert (row.words, row.would_help, row.state) == (NEW["words"], NEW["would_help"], "present")


def test_who_says_that_it_cannot_wait_reads_who_learns_of_it(ben_browser, ben_client):
    page = ben_browser.post(reverse("clients:circumstance_create"), NEW, follow=True).content.decode()

    assert "on the page of Alma when they next sign in. No mail goes out" in page
    assert reverse("clients:connection_list") in page


def test_places_that_help_are_looked_for_by_what_the_client_said_once_it_is_theirs(
    ben_browser, alma, ben, ben_client
):
    circumstance = a_circumstance(ben_client, alma)
    before = ben_browser.get(reverse(OWN)).text
    circumstance.confirm(by=ben)

    assert "/resources/?category=housing" in before
    assert "/resources/?category=housing" not in ben_browser.get(reverse(OWN)).text


def test_circumstance_record_by_the_coach_waits_for_the_clients_yes(
    alma_browser, ben_browser, alma, ben_client
):
    response = alma_browser.post(reverse("clients:circumstance_record", args=[ben_client.pk]), NEW)

    row = Circumstance.objects.get()
    assert response.url == ben_client.get_absolute_url()
    assert (row.recorded_by, row.is_confirmed) == (alma, False)

    ben_browser.post(reverse("clients:circumstance_confirm", args=[row.pk]), {"edition": row.edition})

    row.refresh_from_db()
    assert row.is_confirmed


def test_a_yes_is_to_the_words_that_were_on_the_page(alma, ben_browser, ben_client):
    row = a_circumstance(ben_client, alma)
    confirm = reverse("clients:circumstance_confirm", args=[row.pk])
    read = row.edition
    assert f'name="edition" value="{read}"' in ben_browser.get(reverse(OWN)).text
    row.words = "I cannot deal with money."
    row.write(by=alma)

    answers = [ben_browser.post(confirm, said, follow=True).text for said in ({}, {"edition": read})]

    assert all("This has changed since you read it." in text for text in answers)
    assert not Circumstance.objects.get().is_confirmed
    ben_browser.post(confirm, {"edition": Circumstance.objects.get().edition})
    assert Circumstance.objects.get().is_confirmed


def test_change_by_the_coach_stands_beside_what_the_client_said(alma_browser, ben, ben_browser, ben_client):
    row = a_circumstance(ben_client, ben, urgency="urgent")

    alma_browser.post(
        reverse("clients:circumstance_edit", args=[row.pk]),
        {**NEW, "words": "It is less now.", "urgency": "background", "state": "resolved"},
    )

    row = Circumstance.objects.get()
    assert (row.words, row.state, row.recorded_by, row.is_confirmed) == (
        "The rent is half of what comes in.",
        "present",
        ben,
        True,
    )
    assert row.is_urgent
    home = ben_browser.get("/home/").content.decode()
    assert "First: what cannot wait" in home
    assert "Alma wrote something down of what is around you" in home
    page = ben_browser.get(reverse(OWN)).content.decode()
    assert page.index("The rent is half") < page.index("It is less now.")


def test_client_says_yes_to_the_other_words(alma, ben, ben_browser, ben_client):
    row = a_question_about(a_circumstance(ben_client, ben), alma, state="easing")

    ben_browser.post(reverse("clients:circumstance_confirm", args=[row.pk]), {"edition": row.edition})

    row = Circumstance.objects.get()
    assert (row.words, row.state, row.recorded_by) == ("The rent was less this month.", "easing", alma)
    assert (row.is_confirmed, row.asked, row.has_question) == (True, None, False)
    assert "Alma wrote this down with you." in ben_browser.get(reverse(OWN)).content.decode()


def test_client_stays_with_their_own(alma, alma_browser, ben, ben_browser, ben_client):
    row = a_question_about(a_circumstance(ben_client, ben), alma)

    ben_browser.post(reverse("clients:circumstance_keep", args=[row.pk]), {"edition": row.edition})

    row = Circumstance.objects.get()
    assert (row.words, row.is_confirmed, row.asked) == ("The rent is half of what comes in.", True, None)
    assert "The rent was less" not in alma_browser.get(ben_client.get_absolute_url()).content.decode()


def test_yes_counts_for_the_words_that_were_read(alma, ben, ben_browser, ben_client):
    row = a_question_about(a_circumstance(ben_client, ben), alma)
    read = row.edition
    a_question_about(row, alma, words="There is no rent any more.")

    for act in ("confirm", "keep"):
        page = ben_browser.post(
            reverse(f"clients:circumstance_{act}", args=[row.pk]), {"edition": read}, follow=True
        )
        assert "has changed since you read it" in page.content.decode()

    row = Circumstance.objects.get()
    assert (row.words, row.asked.words) == (
        "The rent is half of what comes in.",
        "There is no rent any more.",
    )


def test_coach_takes_their_question_back_and_a_colleague_does_not(
    alma, alma_browser, cora_browser, ben, ben_client
):
    row = a_question_about(a_circumstance(ben_client, ben), alma)
    address = reverse("clients:circumstance_keep", args=[row.pk])

    assert cora_browser.post(address).status_code == 404
    assert alma_browser.post(address).status_code == 302

    assert Circumstance.objects.get().asked is None


def test_coach_goes_on_writing_what_they_asked(alma, alma_browser, ben, ben_client):
    row = a_question_about(a_circumstance(ben_client, ben), alma)
    page = alma_browser.get(reverse("clients:circumstance_edit", args=[row.pk])).content.decode()
    assert "The rent was less this month." in page
    assert "holds with the yes of Ben" in page


def test_the_same_words_again_are_no_question(alma, ben, ben_client):
    row = a_circumstance(ben_client, ben)
    assert not a_question_about(row, alma, words=row.words).has_question


def test_clients_own_change_settles_the_question(alma, ben, ben_client):
    row = a_question_about(a_circumstance(ben_client, ben), alma)
    row.words = "I found a cheaper room."
    write_circumstance(by=ben, circumstance=row)
    row = Circumstance.objects.get()
    assert (row.words, row.asked, row.other_words) == ("I found a cheaper room.", None, None)


def test_of_a_client_without_an_account_the_coach_writes(alma, practice):
    gil = Client.objects.create(practice=practice, coach=alma.coach, name="Gil", email="gil@example.org")
    row = a_question_about(a_circumstance(gil, alma), alma)
    assert (row.words, row.asked) == ("The rent was less this month.", None)


@pytest.mark.parametrize("field", ["domain", "words", "urgency"])
def test_circumstance_create_says_what_is_missing_and_keeps_the_rest(ben_browser, ben_client, field):
    response = ben_browser.post(reverse("clients:circumstance_create"), {**NEW, field: ""})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert NEW["would_help"] in response.content.decode()
    assert Circumstance.objects.count() == 0


def test_client_of_two_coaches_is_asked_which_one(ben, ben_browser, ben_client, esra):
    other = Client.objects.create(
        practice=esra.coach.practice, coach=esra.coach, user=ben, name="Ben", email=ben.email
    )

    unanswered = ben_browser.post(reverse("clients:circumstance_create"), NEW)
    ben_browser.post(reverse("clients:circumstance_create"), {**NEW, "client": str(other.pk)})

    assert list(unanswered.context["form"].errors) == ["client"]
    assert Circumstance.objects.get().client == other


def test_client_cannot_write_into_another_record(ben_browser, ben_client, dan_client, esra, ben):
    Client.objects.create(
        practice=esra.coach.practice, coach=esra.coach, user=ben, name="Ben", email=ben.email
    )

    response = ben_browser.post(reverse("clients:circumstance_create"), {**NEW, "client": str(dan_client.pk)})

    assert response.status_code == 422
    assert Circumstance.objects.count() == 0


def test_pages_show_own_and_not_others(alma_browser, ben_browser, ben, dan, ben_client, dan_client):
    a_circumstance(ben_client, ben, words="Ben's own words")
    a_circumstance(dan_client, dan, words="Dan's secret")

    pages = [
        ben_browser.get(reverse(OWN)).content.decode(),
        alma_browser.get(ben_client.get_absolute_url()).content.decode(),
    ]

    assert all("Ben&#x27;s own words" in page and "secret" not in page for page in pages)


def test_owner_and_curator_see_nothing_of_it(olga_browser, ben, ben_client):
    a_circumstance(ben_client, ben, words="Ben's own words")

    assert "own words" not in olga_browser.get(reverse("home:practice")).content.decode()


def test_coach_removes_only_what_they_wrote_and_nobody_confirmed(alma, alma_browser, ben, ben_client):
    mine, confirmed = a_circumstance(ben_client, alma), a_circumstance(ben_client, alma)
    confirmed.confirm(by=ben)
    of_ben = a_circumstance(ben_client, ben)

    statuses = [
        alma_browser.post(reverse("clients:circumstance_remove", args=[row.pk])).status_code
        for row in (mine, confirmed, of_ben)
    ]

    assert statuses == [302, 404, 404]
    assert set(Circumstance.objects.all()) == {confirmed, of_ben}


def test_removal_leaves_nothing_in_the_history(ben_browser, ben, ben_client):
    row = a_circumstance(ben_client, ben)

    ben_browser.post(reverse("clients:circumstance_remove", args=[row.pk]))

    assert Circumstance.objects.count() == 0
    assert Circumstance.pgh_event_model.objects.count() == 0


def test_history_keeps_how_it_went_and_not_the_words(ben, ben_client):
    row = a_circumstance(ben_client, ben, urgency="urgent")
    row.words = "Other words"
    row.write(by=ben)
    row.state = "resolved"
    row.write(by=ben)

    moments = with_changes([row])[0].moments
    columns = {field.name for field in Circumstance.pgh_event_model._meta.get_fields()}

    assert [moment.words for moment in moments] == [
        "Urgent: it cannot wait · It is there",
        "It is resolved",
    ]
    assert columns & {"words", "would_help"} == set()


def test_with_urgent_need(alma, ben, dan, ben_client, dan_client):
    a_circumstance(ben_client, ben, urgency="pressing")
    a_circumstance(dan_client, dan, urgency="urgent")
    resolved = a_circumstance(ben_client, ben, urgency="urgent", state="resolved")

    needs = dict(Client.objects.with_urgent_need().values_list("name", "has_urgent_need"))

    assert needs == {"Ben": False, "Dan": True}
    assert list(Client.objects.in_urgent_need()) == [dan_client]

    resolved.state = "easing"
    resolved.write(by=ben)

    assert set(Client.objects.in_urgent_need()) == {ben_client, dan_client}


def test_most_pressing_comes_first(ben, ben_client):
    rows = [
        a_circumstance(ben_client, ben, urgency=urgency, state=state)
        for urgency, state in [
            ("urgent", "resolved"),
            ("background", "present"),
            ("urgent", "easing"),
            ("pressing", "present"),
        ]
    ]

    assert list(Circumstance.objects.most_pressing_first()) == [rows[2], rows[3], rows[1], rows[0]]


@pytest.mark.parametrize("column", ["domain", "urgency", "state"])
def test_database_refuses_what_is_no_value(ben, ben_client, column):
    row = a_circumstance(ben_client, ben)

    with pytest.raises(IntegrityError), transaction.atomic():
        Circumstance.objects.filter(pk=row.pk).update(**{column: "else"})


def test_coach_reading_is_noted_once_a_day_and_counted(alma_browser, ben_browser, alma, ben, ben_client):
    a_circumstance(ben_client, ben)

    for _time in range(3):
        alma_browser.get(ben_client.get_absolute_url())
        ben_browser.get(reverse(OWN))

    trace = Trace.objects.get(act="read", part="circumstances")
    assert (trace.person, trace.client, trace.times) == (alma, ben_client, 3)


@pytest.mark.parametrize("count", [3, 30])
def test_circumstance_list_takes_the_same_queries_with_any_number(
    ben, ben_browser, ben_client, count, django_assert_num_queries
):
    for _number in range(count):
        a_circumstance(ben_client, ben)

    with django_assert_num_queries(5):
        ben_browser.get(reverse(OWN))
