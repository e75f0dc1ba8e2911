"""What fits a client, what they keep of it, and who hears of it: nobody, unless they say so."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.html import strip_tags

from clients.belongings import erase
from clients.fitting import Looking
from clients.models import Client, Connection, LookingFor, Trace
from clients.outcomes import tell_directory
from coaching.accounts.models import User
from community import actions as directory
from community import merging
from community.models import GapRecord, Outcome, Service
from tests.clients.rows import a_circumstance, a_connection, a_wish

LIST = reverse("clients:connection_list")
ALL = reverse("clients:connection_all")
SAY = reverse("clients:looking_for")
HOME = reverse("home:home")


def url(name: str, row) -> str:
    return reverse(f"clients:{name}", args=[row.pk])


@pytest.fixture
def listed(finn):
    """A published listing that was checked today: `listed("Name", ["housing"], kind="activity")`."""
    organization = directory.create_organization(by=finn, name="Mill Lane")

    def make(name: str = "Rent advice", categories=("housing",), *, kind="get_help", **more) -> Service:
        service = directory.create_listing(
            by=finn,
            organization=organization,
            service={"name": name, "description": "Letters."},
            listing={"kind": kind, "affiliation": "none"},
            categories=categories,
            phones=[{"number": "01632 960123"}],
            **more,
        )
        directory.submit_for_review(by=finn, service=service)
        directory.publish(by=finn, service=service, how="phone")
        return service

    return make


def suggested(response) -> dict[str, str]:
    return {match.service.name: match.reason for match, *_more in response.context["matches"]}


# --- what fits ----------------------------------------------------------------


def test_connection_list_suggests_for_what_the_client_named(ben_browser, ben, ben_client, listed):
    listed("Rent advice", ["housing"])
    listed("Food bank", ["food"])
    a_circumstance(ben_client, ben, domain="housing")

    response = ben_browser.get(LIST)

    assert list(suggested(response)) == ["Rent advice"]
    assert "Because you named housing." in response.text
    assert response.context["unmet"] == []


def test_what_a_coach_wrote_and_nobody_confirmed_finds_nothing(ben_browser, alma, ben_client, listed):
    listed()
    circumstance = a_circumstance(ben_client, alma)

    assert ben_browser.get(LIST).context["has_said"] is False

    circumstance.confirm(by=ben_client.user)
    assert list(suggested(ben_browser.get(LIST))) == ["Rent advice"]


def test_what_is_resolved_finds_nothing(ben_browser, ben, ben_client, listed):
    listed()
    a_circumstance(ben_client, ben, state="resolved")

    assert ben_browser.get(LIST).context["has_said"] is False


def test_nothing_is_suggested_to_give_while_something_is_urgent(ben_browser, ben, ben_client, listed):
    listed("River day", ["nature"], kind="contribute")
    listed("Rent advice", ["housing"])
    a_wish(ben_client, ben, near="", interests=["nature"])
    circumstance = a_circumstance(ben_client, ben, urgency="urgent")

    urgent = suggested(ben_browser.get(LIST))
    circumstance.urgency = "pressing"
    circumstance.write(by=ben)

    assert list(urgent) == ["Rent advice"]
    assert list(suggested(ben_browser.get(LIST))) == ["Rent advice", "River day"]


def test_a_need_that_finds_nothing_is_a_gap_that_says_nothing_of_ben(ben_browser, ben, ben_client):
    a_circumstance(ben_client, ben, domain="food")

    response = ben_browser.get(LIST)
    ben_browser.get(LIST)

    assert "nothing that was lately checked is in the directory yet: Food" in response.text
    gap = GapRecord.objects.get()
    assert (gap.need, gap.days) == ("food", 1)
    assert str(ben_client.pk) not in str(vars(gap))


def test_what_cannot_wait_and_finds_nothing_is_said_first_with_the_way_to_the_coach(
    ben_browser, ben, ben_client, listed
):
    listed()
    a_circumstance(ben_client, ben, domain="housing")
    a_circumstance(ben_client, ben, domain="safety", urgency="urgent")
    a_circumstance(ben_client, ben, domain="food")
    a_connection(ben_client, ben, service=listed("Kept"))

    response = ben_browser.get(LIST)

    assert (response.context["unmet_urgent"], response.context["unmet"]) == (["Safety"], ["Food"])
    page = response.text
    assert page.index("This cannot wait, and nothing") < page.index("Kept")
    assert page.index(reverse("scheduling:thread_list")) < page.index("Kept")
    assert "Write to Alma about it" in page


def test_looking_for_starts_empty_and_narrows(ben_browser, ben, ben_client, listed):
    there = {"name": "Mill", "latitude": 52.0, "longitude": -1.0}
    town = {
        "address_1": "1",
        "city": "Harwick Bridge",
        "state_province": "N",
        "postal_code": "H1",
        "country": "GB",
    }
    listed("Here", place=there, address=town)
    listed("Far", place={**there, "latitude": 53.0})
    a_circumstance(ben_client, ben)

    form = ben_browser.get(SAY).context["form"]
    saved = ben_browser.post(SAY, {"near": "Harwick Bridge", "within": 5, "interests": ["arts"], "age": "30"})

    assert (form.initial["interests"], form.initial["vetoed"], form.initial["near"]) == ([], [], "")
    assert saved.url == LIST
    assert list(suggested(ben_browser.get(LIST))) == ["Here"]
    said = LookingFor.objects.get()
    assert (said.near, said.interests, said.age) == ("Harwick Bridge", ["arts"], 30)


def test_what_is_looked_for_alone_finds_help_and_the_coach_sees_nothing_of_it(
    ben_browser, alma_browser, ben_client, listed
):
    record = reverse("home:client_detail", args=[ben_client.pk])
    listed("Refuge", ["safety"])
    before = {page: alma_browser.get(page).text for page in [record, HOME]}

    saved = ben_browser.post(SAY, {"within": 5, "needs": ["safety"]})

    assert saved.url == LIST
    assert "Because you named safety." in suggested(ben_browser.get(LIST))["Refuge"]
    assert ben_browser.get(SAY).context["form"].initial["needs"] == ["safety"]
    for page, text in before.items():
        assert strip_tags(alma_browser.get(page).text) == strip_tags(text)


def test_a_place_nobody_knows_is_said_and_does_not_narrow(ben_browser, ben, ben_client, listed):
    listed()
    a_circumstance(ben_client, ben)
    a_wish(ben_client, ben, near="Nowhere")

    response = ben_browser.get(LIST)

    assert "knows no place called “Nowhere”" in response.text
    assert list(suggested(response)) == ["Rent advice"]


def as_shown(page) -> dict[str, object]:
    """What the browser would send of a form as it stands on the page."""
    form = page.context["form"]
    return {name: form[name].value() for name in form.fields if form[name].value() is not None}


def test_an_old_page_takes_no_veto_and_no_left_out_listing_away(ben_browser, ben_client, listed):
    bad = listed()
    old = as_shown(ben_browser.get(SAY)) | {"age": "34"}
    ben_browser.post(reverse("clients:looking_for_veto", args=["food"]))
    ben_browser.post(url("looking_for_leave_out", bad))

    told = ben_browser.post(SAY, old)
    said = LookingFor.objects.get()
    again = as_shown(told) | {"vetoed": ["food"], "unwanted": [str(bad.pk)]}

    assert told.status_code == 409
    assert "It says “Food” now." in told.text
    assert (said.vetoed, said.unwanted, said.age) == (["food"], [bad.pk], None)
    assert ben_browser.post(SAY, again).status_code == 302
    said.refresh_from_db()
    assert (said.vetoed, said.unwanted, said.age) == (["food"], [bad.pk], 34)


def test_a_listing_that_was_merged_stays_left_out_until_that_is_taken_back(
    ben_browser, ben, ben_client, listed, finn
):
    bad, middle, kept = listed("Rent help"), listed("Rent advice"), listed("Advice on rent")
    a_circumstance(ben_client, ben)
    ben_browser.post(url("looking_for_leave_out", bad))
    merging.merge(by=finn, kept=middle, gone=bad, choices={})
    merging.merge(by=finn, kept=kept, gone=middle, choices={})

    page = ben_browser.get(SAY)
    still = as_shown(page)
    ben_browser.post(SAY, still)

    assert "Advice on rent" in page.text
    assert still["unwanted"] == [kept.pk]
    assert LookingFor.objects.get().unwanted == [bad.pk]
    assert suggested(ben_browser.get(LIST)) == {}
    ben_browser.post(SAY, still | {"unwanted": []})
    assert list(suggested(ben_browser.get(LIST))) == ["Advice on rent"]


def test_looking_for_refuses_what_makes_no_sense(ben_browser, ben_client):
    response = ben_browser.post(SAY, {"within": 5, "interests": ["x"], "age": "300"})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"interests", "age"}


def test_a_veto_is_for_good_until_it_is_taken_back(ben_browser, ben, ben_client, listed):
    listed("Prayer and rent", ["housing", "isolation"])
    listed("Rent advice", ["housing"])
    a_circumstance(ben_client, ben)

    for _time in range(2):
        said = ben_browser.post(reverse("clients:looking_for_veto", args=["isolation"]), follow=True)
    ben_browser.post(reverse("clients:looking_for_veto", args=["no-such"]))
    vetoed = list(suggested(ben_browser.get(LIST)))
    everything = [service.name for service in ben_browser.get(ALL).context["page"]]
    ben_browser.post(SAY, {"within": 10, "vetoed": []})

    assert f'<a href="{SAY}#div_id_vetoed">Take it back</a>' in said.text
    assert 'id="div_id_vetoed"' in ben_browser.get(SAY).text
    assert vetoed == everything == ["Rent advice"]
    assert len(suggested(ben_browser.get(LIST))) == 2


def test_a_single_listing_is_left_out_until_that_is_taken_back(ben_browser, ben, ben_client, listed):
    bad, _good = listed("Rent advice", ["housing"]), listed("Rent circle", ["housing"])
    a_circumstance(ben_client, ben)

    for _time in range(2):
        said = ben_browser.post(url("looking_for_leave_out", bad), follow=True)
    left = suggested(ben_browser.get(LIST))
    everything = [service.name for service in ben_browser.get(ALL).context["page"]]
    kept = ben_browser.post(SAY, {"within": 10, "unwanted": [str(bad.pk)]})
    still = suggested(ben_browser.get(LIST))
    ben_browser.post(SAY, {"within": 10})

    assert "“Rent advice” will not be suggested any more." in said.text
    assert f'<a href="{SAY}#div_id_unwanted">Take it back</a>' in said.text
    assert LookingFor.objects.get().unwanted == []
    assert list(left) == everything == list(still) == ["Rent circle"]
    assert kept.status_code == 302
    assert len(suggested(ben_browser.get(LIST))) == 2


def test_what_is_left_out_is_named_where_it_can_be_taken_back(ben_browser, ben_client, listed):
    bad = listed("Rent advice", ["housing"])
    ben_browser.post(url("looking_for_leave_out", bad))

    text = ben_browser.get(SAY).text

    assert "Leave out these" in text
    assert "Rent advice" in text
    assert ben_browser.post(SAY, {"within": 10, "unwanted": ["x"]}).status_code == 422


def test_the_only_help_that_is_left_out_is_no_gap(ben_browser, ben, ben_client, listed):
    bad = listed("Food bank", ["food"])
    a_circumstance(ben_client, ben, domain="food")
    ben_browser.post(url("looking_for_leave_out", bad))

    response = ben_browser.get(LIST)

    assert suggested(response) == {}
    assert response.context["unmet"] == []
    assert not GapRecord.objects.exists()


def test_what_is_kept_leaves_its_place_to_the_next(ben_browser, ben, ben_client, listed):
    made = [listed(f"Rent advice {number:02}") for number in range(15)]
    a_circumstance(ben_client, ben)
    first = list(suggested(ben_browser.get(LIST)))

    for service in made[:12]:
        ben_browser.post(url("connection_keep", service))

    assert first == [service.name for service in made[:12]]
    assert list(suggested(ben_browser.get(LIST))) == [service.name for service in made[12:]]


def test_what_is_not_published_cannot_be_left_out(ben_browser, ben_client, listed, finn):
    service = listed()
    directory.archive(by=finn, service=service)

    assert ben_browser.post(url("looking_for_leave_out", service)).status_code == 404


def test_all_unranked_is_by_name_with_what_nobody_checked(ben_browser, ben, ben_client, listed, finn):
    listed("B", ["housing"])
    old = listed("A", ["housing"])
    directory.verify(by=finn, service=old, how="phone", on=date(2020, 1, 1))
    a_circumstance(ben_client, ben)

    assert [service.name for service in ben_browser.get(ALL).context["page"]] == ["A", "B"]
    assert list(suggested(ben_browser.get(LIST))) == ["B"]


# --- what they keep -----------------------------------------------------------


def test_ben_keeps_a_listing_from_its_page_in_one_tap(ben_browser, ben_client, listed):
    service = listed()

    page = ben_browser.get(service.get_absolute_url()).text
    ben_browser.post(url("connection_keep", service), {"client": ben_client.pk})
    ben_browser.post(url("connection_keep", service))

    assert url("connection_keep", service) in page
    connection = Connection.objects.get()
    assert (connection.client, connection.name, connection.state) == (ben_client, "Rent advice", "saved")
    assert connection.is_shared is False
    assert "You keep this." in ben_browser.get(service.get_absolute_url()).text


def test_who_keeps_one_goes_on_with_the_next(ben_browser, ben, ben_client, listed):
    first, second, third = (listed(f"Rent advice {number}") for number in range(3))
    a_circumstance(ben_client, ben)

    following = [each for *_match, each in ben_browser.get(LIST).context["matches"]]
    kept = ben_browser.post(url("connection_keep", second), {"next": str(third.pk)})
    elsewhere = ben_browser.post(url("connection_keep", second), {"next": "//evil.example\n"})

    assert following == [second.pk, third.pk, second.pk]
    assert kept.url == f"{LIST}#fit-{third.pk}"
    assert f'id="fit-{third.pk}"' in ben_browser.get(LIST).text
    assert elsewhere.url == LIST
    assert [each for *_match, each in ben_browser.get(LIST).context["matches"]] == [third.pk, first.pk]


def test_a_visitor_and_a_coach_are_not_asked_to_keep(client, alma_browser, alma, listed):
    service = listed()

    for browser in (client, alma_browser):
        assert "Keep it" not in browser.get(service.get_absolute_url()).text
    assert alma_browser.post(url("connection_keep", service)).status_code == 404


def test_what_is_not_published_cannot_be_kept(ben_browser, ben_client, listed, finn):
    service = listed()
    directory.archive(by=finn, service=service)

    assert ben_browser.post(url("connection_keep", service)).status_code == 404


def test_somebody_with_two_coaches_chooses_the_record(ben_browser, ben, ben_client, cora, listed):
    second = Client.objects.create(
        practice=cora.coach.practice, coach=cora.coach, user=ben, name="Ben", email="b@x.y"
    )
    service = listed()

    page = ben_browser.get(service.get_absolute_url()).text
    ben_browser.post(url("connection_keep", service), {"client": second.pk})

    assert "Keep it in your record with Cora" in page
    assert Connection.objects.get().client == second


def test_from_kept_to_a_fit_and_back(ben_browser, ben, ben_client):
    connection = a_connection(ben_client, ben)

    def go(*, to: str) -> str:
        ben_browser.post(url("connection_go_on", connection), {"to": to})
        return Connection.objects.get().state

    def undo() -> str:
        ben_browser.post(url("connection_undo", connection))
        return Connection.objects.get().state

    assert go(to="fits") == "saved"  # not yet
    assert go(to="contacted") == "contacted"
    assert go(to="contacted") == "contacted"  # a second tap
    assert go(to="attended") == "attended"
    assert go(to="fits") == "fits"
    assert [undo() for _each in range(4)] == ["attended", "contacted", "saved", "saved"]
    assert go(to="no such") == "saved"


def test_words_are_optional_and_a_listing_can_be_let_go(ben_browser, ben, ben_client):
    connection = a_connection(ben_client, ben)

    ben_browser.post(url("connection_edit", connection), {"words": ""})
    emptied = Connection.objects.get()
    asked = ben_browser.get(url("connection_remove", connection)).text
    ben_browser.post(url("connection_remove", connection))

    assert (emptied.words, emptied.is_shared) == ("", False)
    assert "“Rent advice” leaves your list" in asked
    assert not Connection.objects.exists()


def test_what_is_kept_is_not_suggested_again_and_stays_when_the_listing_goes(
    ben_browser, ben, ben_client, listed, finn
):
    service = listed()
    a_circumstance(ben_client, ben)
    a_connection(ben_client, ben, service=service)

    kept = ben_browser.get(LIST)
    service.delete()
    gone = ben_browser.get(LIST)

    assert (suggested(kept), "You know all that fits" in kept.text) == ({}, True)
    assert "It is not in the directory at the moment." in gone.text
    assert [connection.name for connection in gone.context["kept"]] == ["Rent advice"]


def test_a_listing_is_kept_once(ben, ben_client, listed):
    service = listed()
    a_connection(ben_client, ben, service=service)

    with pytest.raises(IntegrityError), transaction.atomic():
        a_connection(ben_client, ben, service=service)


# --- who sees it ----------------------------------------------------------------


def test_the_coach_sees_a_row_while_it_is_shared(alma_browser, ben_browser, alma, ben, ben_client):
    secret = a_connection(ben_client, ben, words="Only for me", name="Hidden group")
    shared = a_connection(ben_client, ben, words="Ask for Jo", name="Food bank")
    page = ben_client.get_absolute_url()

    before = alma_browser.get(page).text
    ben_browser.post(url("connection_share", shared), {"share": "1"})
    during = alma_browser.get(page).text
    traces = Trace.objects.filter(person=alma, part="connections").count()
    ben_browser.post(url("connection_share", shared))
    after = alma_browser.get(page).text

    assert ("Food bank" in before, "Food bank" in during, "Food bank" in after) == (False, True, False)
    assert "Ask for Jo" in during
    assert not any(words in during for words in (secret.name, "Only for me"))
    assert traces == 1


@pytest.mark.parametrize("who", ["alma", "cora", "dan", "olga", "finn"])
def test_connections_are_changed_by_nobody_else(request, browser_of, who, ben, ben_client, dan_client):
    connection = a_connection(ben_client, ben, is_shared=True)
    browser = browser_of(request.getfixturevalue(who))

    names = [
        "connection_edit",
        "connection_remove",
        "connection_go_on",
        "connection_undo",
        "connection_share",
    ]
    found = {browser.post(url(name, connection), {"to": "contacted"}).status_code for name in names}

    assert found == {404}
    assert Connection.objects.get().state == "saved"


def test_a_colleague_sees_nothing_even_of_what_is_shared(ben, cora, ben_client):
    a_connection(ben_client, ben, is_shared=True)

    assert not Connection.objects.visible_to(cora).exists()


# --- what the directory learns ----------------------------------------------------


@pytest.fixture
def people(alma) -> list[Client]:
    """Four clients of Alma's."""
    made = []
    for number in range(4):
        user = User.objects.create_user(f"p{number}@example.org", "x", name=f"P{number}")
        made.append(
            Client.objects.create(
                practice=alma.coach.practice, coach=alma.coach, user=user, name=user.name, email=user.email
            )
        )
    return made


def test_outcomes_are_numbers_of_three_people_or_more(people, browser_of, finn_browser, listed):
    service = listed()
    page = reverse("community:listing_detail", args=[service.pk])
    told = []

    for client, to in zip(people, ["fits", "no_fit", "fits", "fits"], strict=True):
        connection = a_connection(client, client.user, service=service, state="attended")
        browser_of(client.user).post(url("connection_go_on", connection), {"to": to})
        told.append(list(Outcome.objects.values_list("fits", "no_fit")))

    assert told == [[], [], [(2, 1)], [(3, 1)]]
    assert "It fitted 3 of 4 people who said how it went." in finn_browser.get(page).text
    assert "people who said" not in finn_browser.get(service.get_absolute_url()).text
    assert {field.name for field in Outcome._meta.fields} == {"id", "created_at", "service", "fits", "no_fit"}


def test_outcomes_go_back_with_an_undo_a_removal_and_an_erasure(people, browser_of, listed):
    service = listed()
    rows = [
        a_connection(client, client.user, service=service, state="attended", before=["saved"])
        for client in people
    ]
    for client, row in zip(people, rows, strict=True):
        browser_of(client.user).post(url("connection_go_on", row), {"to": "fits"})

    def after(act) -> list[int]:
        act()
        return list(Outcome.objects.values_list("fits", flat=True))

    assert after(lambda: browser_of(people[0].user).post(url("connection_undo", rows[0]))) == [3]
    assert after(
        lambda: browser_of(people[0].user).post(url("connection_go_on", rows[0]), {"to": "no_fit"})
    ) == [3]
    assert after(lambda: browser_of(people[1].user).post(url("connection_remove", rows[1]))) == [2]
    assert after(lambda: erase(people[2])) == []


def test_a_person_with_two_coaches_counts_once_with_their_last_word(people, cora, listed):
    service = listed()
    twice = Client.objects.create(
        practice=cora.coach.practice, coach=cora.coach, user=people[0].user, name="P", email="p@x.y"
    )
    rows = [a_connection(each, each.user, service=service, state="attended") for each in [*people[:2], twice]]

    for row, to in zip(rows, ["fits", "fits", "no_fit"], strict=True):
        row.go_on(to)
    tell_directory([service.pk])
    of_two = Outcome.objects.count()
    a_connection(people[2], people[2].user, service=service, state="fits")
    tell_directory([service.pk])

    assert of_two == 0
    assert Outcome.objects.values_list("fits", "no_fit").get() == (2, 1)


def test_outcomes_follow_a_merge_and_its_undo(people, listed, finn):
    kept, gone = listed("Rent advice"), listed("Rent help")
    for client in people[:3]:
        a_connection(client, client.user, service=gone, state="fits")
    a_connection(people[0], people[0].user, service=kept)
    a_connection(people[3], people[3].user, service=kept, state="no_fit")
    tell_directory([kept.pk, gone.pk])

    def counted() -> dict[str, tuple[int, int]]:
        return {each.service.name: (each.fits, each.no_fit) for each in Outcome.objects.all()}

    before = counted()
    edit = merging.merge(by=finn, kept=kept, gone=gone, choices={}).edit
    merged = counted()
    merging.take_back_merge(by=finn, edit=edit)

    assert before == counted() == {"Rent help": (3, 0)}
    assert merged == {"Rent advice": (2, 1)}


# --- what it costs ----------------------------------------------------------------


@pytest.mark.parametrize("rows", [3, 30])
def test_connection_list_asks_as_often_for_3_as_for_30(
    rows, ben_browser, ben, ben_client, listed, django_assert_num_queries
):
    for number in range(rows):
        service = listed(f"Advice {number:02}", ["housing"], kind="get_help")
        if number % 2:
            a_connection(ben_client, ben, service=service)
    a_circumstance(ben_client, ben, domain="housing")
    a_circumstance(ben_client, ben, domain="food")
    a_wish(ben_client, ben, near="52, -1", interests=["arts"])
    ben_browser.get(LIST)  # the gap is noted once a day

    with django_assert_num_queries(8):
        ben_browser.get(LIST)


def test_looking_asks_once(ben, ben_client, django_assert_num_queries):
    a_circumstance(ben_client, ben, domain="food")
    a_circumstance(ben_client, ben, domain="housing", urgency="urgent")

    with django_assert_num_queries(1):
        looking = Looking.of(ben)

        assert (looking.needs, looking.is_urgent, looking.wish().vetoed) == (
            ("housing", "food"), True, frozenset(),
        )  # fmt: skip
        assert looking.wish().urgent == {"housing"}
