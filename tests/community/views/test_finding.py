"""A visitor's search by age, hours, place and day of the last check; its order, numbers and addresses."""

import re
from datetime import date, time, timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from community import actions
from community.finding import find_place
from community.models import Language, Listing, Location, Service
from community.places import Place, chord, how_far, metres
from community.querysets.words import configurations

LIST = reverse("community:resource_list")
MIDDLE = (52.0, -1.0)
KILOMETRE = 0.008993
"""Degrees of latitude."""


@pytest.fixture
def visitor(db) -> Browser:
    return Browser()


def names(response) -> list[str]:
    return [service.name for service in response.context["page"]]


@pytest.fixture
def place_at(published_of):
    """A published listing so many kilometres north of the middle of Harwick Bridge."""

    def make(name: str, kilometres: float | None, *, is_confidential: bool = False, **more) -> Service:
        place = {"name": f"House of {name}", "is_confidential": is_confidential}
        if kilometres is not None:
            place |= {"latitude": MIDDLE[0] + kilometres * KILOMETRE, "longitude": MIDDLE[1]}
        return published_of(name, **{"place": place, **more})

    return make


# --- how far ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        # One degree of a great circle of the mean earth is 111,195 m.
        ((0, 0), (0, 1), 111_195),
        ((0, 0), (1, 0), 111_195),
        ((0, 179.5), (0, -179.5), 111_195),  # across the date line
        ((51.5007, -0.1246), (48.8584, 2.2945), 340_900),  # Westminster to the Eiffel Tower
        ((52, -1), (52, -1), 0),
    ],
)
def test_distance_is_that_over_the_ground(published_of, begin, end, expected):
    service = published_of(place={"name": "There", "latitude": end[0], "longitude": end[1]})

    found = Service.objects.nearest_first(Place(*begin), 500_000).get(pk=service.pk)

    assert metres(found.away) == pytest.approx(expected, rel=0.002, abs=0.01)
    assert metres(chord(expected)) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(
    ("over_ground", "words"),
    [(3, "50 m"), (420, "400 m"), (949, "950 m"), (1_000, "1.0 km"), (2_449, "2.4 km"), (31_200, "31 km")],
)
def test_how_far_does_not_pretend_to_know_the_way(over_ground, words):
    assert how_far(over_ground) == words


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("harwick bridge", MIDDLE),
        (" HB1 2ab ", MIDDLE),
        ("hb1", MIDDLE),
        ("52.5, -1.25", (52.5, -1.25)),
        ("52.5 13", (52.5, 13)),
        ("-33.9;151.2", (-33.9, 151.2)),
        ("91, 0", None),
        ("52, 181", None),
        ("Nowhere", None),
        ("%", None),
        ("\0", None),
        ("", None),
    ],
)
def test_a_place_is_found_among_the_directorys_own(place_at, typed, found):
    place_at("Here", 0)

    place = find_place(typed)

    assert (place and (place.latitude, place.longitude)) == found


def test_secret_and_unpublished_places_make_no_town_known(place_at, draft_of, published_of):
    draft_of("Draft", place={"name": "D", "latitude": 1.0, "longitude": 1.0})
    place_at("Safe nights", 0, is_confidential=True)
    published_of("No coordinates")

    assert find_place("Harwick Bridge") is None
    assert find_place("HB1 2AB") is None


def test_a_town_is_known_while_a_place_in_it_is_published_and_open(finn, place_at):
    before = find_place("Harwick Bridge")
    service = place_at("Here", 0)
    published = find_place("Harwick Bridge")
    actions.ask_for_check(by=finn, service=service)
    unpublished = find_place("Harwick Bridge")
    actions.publish(by=finn, service=service)
    again = find_place("Harwick Bridge")
    location = service.service_at_locations.get().location
    actions.change_place(
        by=finn, location=location, place={"is_confidential": True}, address=None, accessibility=""
    )

    assert (before, published, unpublished, again) == (None, Place(*MIDDLE), None, Place(*MIDDLE))
    assert find_place("Harwick Bridge") is None


def test_near_shows_the_nearest_first_and_says_how_far(visitor, place_at):
    for name, kilometres in [("Far", 9), ("Here", 0.1), ("Middle", 4.2), ("Beyond", 11)]:
        place_at(name, kilometres)

    response = visitor.get(LIST, {"near": "52.0, -1.0"})

    assert names(response) == ["Here", "Middle", "Far"]
    assert re.findall(r"[\d.]+ k?m away", response.text) == ["100 m away", "4.2 km away", "9.0 km away"]
    assert "3 entries found, the nearest first" in response.text
    assert names(visitor.get(LIST, {"near": "52.0, -1.0", "within": "5"})) == ["Here", "Middle"]
    assert names(visitor.get(LIST, {"near": "52.0, -1.0", "sort": "name"})) == ["Far", "Here", "Middle"]


def test_near_counts_a_service_with_several_places_once_at_its_nearest(visitor, finn, place_at):
    service = place_at("Two places", 5)
    actions.add_place(
        by=finn, service=service, place={"name": "Second", "latitude": MIDDLE[0], "longitude": MIDDLE[1]}
    )
    place_at("Between", 2)

    response = visitor.get(LIST, {"near": "52.0, -1.0"})

    assert names(response) == ["Two places", "Between"]


def test_a_confidential_place_is_near_to_nothing(visitor, finn, place_at):
    place_at("Safe nights", 0, is_confidential=True)
    open_one = place_at("Moved", 0)
    link = open_one.service_at_locations.get()
    actions.change_place(
        by=finn, location=link.location, place={"is_confidential": True}, address=None, accessibility=""
    )

    response = visitor.get(LIST, {"near": "52.0, -1.0", "within": "50"})

    assert Location.objects.filter(latitude__isnull=False).count() == 2
    assert names(response) == []
    assert names(visitor.get(LIST, {"remote": "on"})) == ["Moved", "Safe nights"]


def test_near_or_remote(visitor, place_at, published_of):
    place_at("Here", 0)
    place_at("Far", 30)
    published_of("On the phone", place=None, address=None)
    published_of("Online", place={"name": "Web", "location_type": "virtual"}, address=None)

    assert names(visitor.get(LIST, {"near": "52, -1", "remote": "on"})) == ["Here", "On the phone", "Online"]
    assert names(visitor.get(LIST, {"remote": "on"})) == ["On the phone", "Online"]


def test_what_helps_from_anywhere_stands_beside_what_is_near(visitor, finn, place_at, published_of):
    place_at("Advice here", 0)
    place_at("Advice far away", 90)
    published_of("Advice on the phone", place=None, address=None)
    secret = place_at("Advice in a safe house", 1).service_at_locations.get().location
    actions.change_place(
        by=finn, location=secret, place={"is_confidential": True}, address=None, accessibility=""
    )
    anywhere = {"Advice in a safe house", "Advice on the phone"}

    for asked in [{}, {"q": "advice"}, {"q": "advice", "sort": "name"}]:
        response = visitor.get(LIST, {"near": "52, -1", **asked})
        assert names(response) == ["Advice here"]
        assert {each.name for each in response.context["from_anywhere"]} == anywhere
        assert "remote=on" in response.text

    nothing = visitor.get(LIST, {"near": "10, 10", "q": "advice"})
    assert (names(nothing), len(nothing.context["from_anywhere"])) == ([], 2)
    assert visitor.get(LIST, {"q": "advice"}).context["from_anywhere"] == []


def test_how_far_it_is_stands_beside_words_too(visitor, place_at):
    place_at("Advice", 3)

    for asked in [{"q": "advice"}, {"q": "advice", "sort": "checked"}, {"sort": "name"}]:
        assert "3.0 km away" in visitor.get(LIST, {"near": "52, -1", **asked}).text, asked


def test_an_unknown_place_is_said_so_and_a_town_like_it_is_offered(visitor, place_at):
    place_at("Here", 0)

    response = visitor.get(LIST, {"near": "Harwik Brigde", "category": "housing"})

    assert "The directory knows no place of this name." in response.text
    assert [town for town, _url in response.context["towns"]] == ["Harwick Bridge"]
    assert names(visitor.get(response.context["towns"][0][1])) == ["Here"]
    assert names(visitor.get(response.context["everywhere"])) == ["Here"]
    for nowhere in ["Atlantis", "\0", "\0Harwick", "é" * 90, "%"]:
        response = visitor.get(LIST, {"near": nowhere})
        assert (response.status_code, "Look everywhere" in response.text) == (200, True), nowhere
        assert bool(response.context["towns"]) == ("Harwick" in nowhere)


def test_what_was_chosen_can_be_taken_away_one_by_one(visitor, place_at):
    place_at("Here", 0)

    response = visitor.get(
        LIST, {"category": "housing", "near": "52, -1", "within": "5", "free": "on", "open_on": "MO",
               "open_time": "10:30", "kind": ""}
    )  # fmt: skip

    chosen = {(label, words): url for label, words, url in response.context["chosen"]}
    assert set(chosen) == {
        ("About", "Housing"), ("Near", "52, -1, 5 km"), ("Costs nothing", ""), ("Open on", "Mondays, 10:30"),
    }  # fmt: skip
    assert (
        chosen["Near", "52, -1, 5 km"] == "/resources/?category=housing&free=on&open_on=MO&open_time=10%3A30"
    )
    assert "open_" not in chosen["Open on", "Mondays, 10:30"]


def test_pages_of_the_nearest_miss_and_repeat_nobody(visitor, place_at):
    made = [place_at(f"Number {number:02}", number / 10).name for number in range(30)]

    first = visitor.get(LIST, {"near": "52, -1"})
    second = visitor.get(first.context["page"].next_url)

    assert names(first) + names(second) == made


# --- age, hours, checks -----------------------------------------------------


@pytest.mark.parametrize(
    ("age", "found"),
    [
        ("15", ["For all"]),
        ("16", ["From 16", "For all", "16 to 25"]),
        ("26", ["From 16", "For all"]),
        ("0", ["For all"]),
    ],
)
def test_age(visitor, published_of, age, found):
    published_of("For all")
    published_of("From 16", service={"name": "From 16", "minimum_age": 16})
    published_of("16 to 25", service={"name": "16 to 25", "minimum_age": 16, "maximum_age": 25})

    assert sorted(names(visitor.get(LIST, {"age": age}))) == sorted(found)


def weekly(byday: str, opens: str, closes: str, **more) -> dict:
    return {"byday": byday, "freq": "WEEKLY", "opens_at": opens, "closes_at": closes, **more}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"open_on": "TU", "open_time": "18:30"}, ["Evenings"]),
        ({"open_on": "TU", "open_time": "20:00"}, []),
        ({"open_on": "TU"}, ["Evenings"]),
        ({"open_on": "MO", "open_time": "01:00"}, ["Sunday night"]),
        ({"open_on": "MO"}, ["Sunday night"]),
        ({"open_on": "SU", "open_time": "23:00"}, ["Sunday night"]),
        ({"open_on": "TH"}, ["Still held"]),
        ({"open_on": "TH", "open_time": "09:30"}, ["Still held"]),
        ({"open_on": "FR"}, []),
    ],
)
def test_open_on_a_day_at_a_time(visitor, practice, published_of, time_machine, query, found):
    time_machine.move_to("2026-03-18T09:00:00Z")  # a Wednesday
    published_of("Evenings", schedules=[weekly("TU", "18:00", "20:00")])
    published_of("Sunday night", schedules=[weekly("SU", "22:00", "04:00")])
    published_of("Still held", schedules=[weekly("TH", "09:00", "10:00", valid_to="2026-03-19")])
    published_of("Ended", schedules=[weekly("TH", "09:00", "10:00", valid_to="2026-03-18")])
    published_of("Once a month", schedules=[{"byday": "FR", "freq": "MONTHLY", "opens_at": "00:00"}])
    published_of("Says nothing")

    assert names(visitor.get(LIST, query)) == found


def test_a_time_without_a_day_asks_for_the_day(visitor, published_of):
    published_of("Rent advice")

    response = visitor.get(LIST, {"open_time": "18:30"})

    assert "Choose the day of this time too." in response.text
    assert names(response) == ["Rent advice"]


def test_hours_changed_by_a_curator_are_found_at_once(finn_browser, visitor, practice, published_of):
    service = published_of("Evenings")
    add = reverse("community:part_new", args=[service.pk, "schedule"])

    finn_browser.post(add, {"freq": "WEEKLY", "byday": ["TU"], "opens_at": "18:00", "closes_at": "20:00"})
    found = names(visitor.get(LIST, {"open_on": "TU"}))
    row = service.schedules.get()
    finn_browser.post(reverse("community:part_remove", args=[service.pk, "schedule", row.pk]))

    assert found == ["Evenings"]
    assert names(visitor.get(LIST, {"open_on": "TU"})) == []


def test_checked_since_and_checked_last(visitor, published_of):
    for name, days in [("Fresh", 3), ("Older", 60), ("Old", 300)]:
        service = published_of(name)
        Listing.objects.filter(service=service).update(verified_on=timezone.localdate() - timedelta(days))
    published_of("Never", is_checked=False)

    assert names(visitor.get(LIST, {"checked": "31"})) == ["Fresh"]
    assert names(visitor.get(LIST, {"checked": "92"})) == ["Fresh", "Older"]
    assert names(visitor.get(LIST, {"sort": "checked"})) == ["Fresh", "Older", "Old", "Never"]


def test_pages_of_those_checked_last_miss_and_repeat_nobody(visitor, published_of):
    made = [published_of(f"Number {number:02}", is_checked=number % 3 > 0).name for number in range(30)]
    for number, name in enumerate(made):
        day = date(2026, 1, 1) + timedelta(number // 5)
        Listing.objects.filter(service__name=name, verified_on__isnull=False).update(verified_on=day)

    first = visitor.get(LIST, {"sort": "checked"})
    second = visitor.get(first.context["page"].next_url)

    assert sorted(names(first) + names(second)) == made


# --- numbers ----------------------------------------------------------------


def test_choices_say_how_many_there_are(visitor, published_of):
    published_of("Rent advice", languages=["Polish"])
    published_of("Debt advice", categories=["income"])

    everything = visitor.get(LIST).text
    housing = visitor.get(LIST, {"category": "housing"}).text

    assert "Housing (1)" in everything
    assert "Get help (2)" in everything
    assert "Food (0)" in everything
    assert "Polish (1)" in housing
    assert "Get help (1)" in housing
    assert "Food (0)" not in housing  # another category would be instead of this one


def test_counts_leave_out_what_is_not_published(visitor, published_of, draft_of):
    published_of("Rent advice")
    draft_of("Draft")

    assert "Housing (1)" in visitor.get(LIST).text


def test_of_very_many_it_says_more_than(visitor, published_of, monkeypatch):
    monkeypatch.setattr("community.querysets.services.MOST_COUNTED", 2)
    monkeypatch.setattr("community.views.directory.MOST_COUNTED", 2)
    for number in range(4):
        published_of(f"Rent advice {number}")

    text = visitor.get(LIST).text

    assert "More than 2 entries found" in text
    assert "Housing (" not in text


def test_a_very_common_word_shows_those_checked_last(visitor, published_of, monkeypatch):
    monkeypatch.setattr("community.finding.MOST_COUNTED", 2)
    monkeypatch.setattr("community.views.directory.MOST_COUNTED", 2)
    for name, days in [("Rent one", 30), ("Rent two", 1), ("Rent three", 2)]:
        service = published_of(name)
        Listing.objects.filter(service=service).update(verified_on=timezone.localdate() - timedelta(days))

    response = visitor.get(LIST, {"q": "rent"})

    assert sorted(names(response)) == ["Rent three", "Rent two"]
    assert "More than 2 entries found" in response.text
    assert "the 2 of them that were checked last" in response.text
    assert names(visitor.get(LIST, {"q": "rent", "sort": "name"})) == ["Rent one", "Rent three", "Rent two"]


def test_where_nothing_fits_each_choice_says_what_it_takes_away(visitor, published_of):
    published_of("Rent advice")
    published_of("Rent circle", listing={"kind": "support_group", "affiliation": "none", "summary": "Us."})
    published_of(
        "Soup",
        service={"name": "Soup"},
        listing={"kind": "get_help", "affiliation": "none", "summary": "Warm."},
        categories=["food"],
    )

    response = visitor.get(LIST, {"q": "rent", "category": "food", "kind": "activity"})
    looser = {each["label"]: each["count"] for each in response.context["looser"]}
    response = visitor.get(LIST, {"q": "rent", "category": "food"})

    assert looser == {}
    assert [(str(each["label"]), each["count"], each["url"]) for each in response.context["looser"]] == [
        ("About", 2, "/resources/?q=rent"),
        ("", 1, "/resources/?category=food"),
    ]
    assert names(visitor.get("/resources/?q=rent")) == ["Rent advice", "Rent circle"]


@pytest.mark.parametrize(
    "query",
    [
        {"near": "52, -1", "q": "rent", "age": "30", "open_now": "on", "checked": "366", "free": "on"},
        {"near": "Harwick Bridge", "q": "rnet", "category": "housing"},
    ],
)
def test_no_search_asks_the_database_more_than_8_times(
    visitor, place_at, django_assert_max_num_queries, query
):
    for number in range(3):
        place_at(f"Rent advice {number}", number)

    with django_assert_max_num_queries(8):
        visitor.get(LIST, query)


def test_open_all_day_and_all_night_is_open_at_any_hour(visitor, practice, published_of, time_machine):
    day = {"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR,SA,SU", "opens_at": time(0), "closes_at": time(0)}
    service = published_of("Crisis line", schedules=[day])
    published_of("Closed for now", schedules=[day], service={"name": "Shut", "status": "temporarily closed"})

    for moment in ["2026-03-15T00:00:00Z", "2026-03-15T23:59:30Z", "2026-03-18T12:00:00Z"]:
        time_machine.move_to(moment)
        assert names(visitor.get(LIST, {"open_now": "on"})) == ["Crisis line"], moment
    assert names(visitor.get(LIST, {"open_on": "SU"})) == ["Crisis line"]
    assert names(visitor.get(LIST, {"open_on": "MO", "open_time": "03:00"})) == ["Crisis line"]
    assert str(service.schedules.get()) == "Every day, at any hour"


@pytest.mark.parametrize(
    "query",
    ["age=-1", "age=x", "open_on=XX", "open_time=25:99", "within=7", "checked=1", "sort=best"],
)
def test_what_makes_no_sense_narrows_nothing(visitor, published_of, query):
    published_of("Rent advice")

    response = visitor.get(f"{LIST}?{query}")

    assert (response.status_code, names(response)) == (200, ["Rent advice"])


# --- in other languages ------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "name", "asked"),
    [
        ("German", "Beratung für Wohnungen", "Wohnung"),
        ("Deutsch (leichte Sprache)", "Hilfe bei Schulden", "Schuld"),
        ("Spanish", "Ayuda con la vivienda", "viviendas"),
        ("Español", "Canciones para niños", "cancion"),
        ("French", "Aide au logement", "logements"),
        ("Arabic", "مساعدة في السكن", "المساعدة"),
    ],
)
def test_a_listing_is_found_by_another_inflection_of_its_language(
    visitor, published_of, language, name, asked
):
    published_of(name, languages=[language])
    published_of("Something else", languages=["English"])

    page = visitor.get(LIST, {"q": asked})

    assert (names(page), page.context["search"].near_words) == ([name], {})


def test_the_code_of_a_language_is_enough(visitor, published_of):
    service = published_of("Beratung für Wohnungen")
    Language.objects.create(service=service, code="de-AT")
    Service.objects.filter(pk=service.pk).reindex()

    assert names(visitor.get(LIST, {"q": "Wohnung"})) == ["Beratung für Wohnungen"]


def test_a_language_that_postgresql_does_not_know_is_read_as_it_is_written(visitor, published_of):
    published_of("Nocleg do rana", languages=["Polish"])  # "do" says nothing in English

    assert names(visitor.get(LIST, {"q": "do"})) == ["Nocleg do rana"]
    assert "text:simple" in Listing.objects.get().tags


def test_words_are_looked_for_in_the_languages_that_published_listings_are_indexed_in(published_of, draft_of):
    published_of("Rent advice", languages=["Polish", "German", "Russian", "English"])
    draft_of("Draft", languages=["French"])

    assert (configurations("advice"), configurations("совет")) == (
        ["english", "german"],
        ["english", "german", "russian"],
    )


def test_english_is_looked_for_beside_every_other_language(visitor, published_of):
    published_of("Hilfe und tenants advice", languages=["German", "English"])

    assert len(names(visitor.get(LIST, {"q": "tenant"}))) == 1


def test_what_is_left_out_by_a_minus_is_left_out_in_every_language(visitor, published_of):
    published_of("Beratung für Wohnungen", languages=["German"])

    assert names(visitor.get(LIST, {"q": "Beratung -Wohnungen"})) == []


# --- the words people use -----------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("eviction", ["Home"]),
        ("homeless", ["Home"]),
        ("can't pay rent", ["Home"]),
        ("food-bank", ["Table"]),
        ("foodbank", ["Table"]),
        ("food pantry", ["Table"]),
        ("free food", ["Table"]),
        ("food for my kids", ["Table"]),
        ("dentist", ["Clinic"]),
        ("counselling", ["Clinic"]),
        ("alcohol", ["Clinic"]),
        ("drugs", ["Clinic"]),
        ("volunteer", ["Hands"]),
        ("shelter", ["Door", "Home"]),
        ("women's refuge", ["Door"]),
        ("domestic violence", ["Door"]),
        ("abuse", ["Door"]),
        ("suicide", ["Door", "Clinic"]),
        ("sleep rough", ["Home"]),
        ("gas bill", ["Purse"]),
        ("my landlord wants to evict me", ["Home"]),
        ("food near me tonight", ["Table"]),
        ("bread for my landlord", ["Home"]),
        ("food and rent", ["Table", "Home"]),
        ("suicide trombone", ["Door", "Clinic"]),
        ("trombone", []),
        ("free bank", []),
        ("food -table", []),
    ],
)
def test_the_words_people_use_find_what_a_category_holds(visitor, published_of, typed, found):
    plain = {"kind": "get_help", "affiliation": "none", "summary": "Ask us."}
    for name, category in {
        "Home": "housing",
        "Table": "food",
        "Clinic": "health_care",
        "Door": "safety",
        "Purse": "income",
    }.items():
        published_of(name, service={"name": name}, listing=plain, categories=[category])
    hands = plain | {"kind": "contribute"}
    published_of("Hands", service={"name": "Hands"}, listing=hands, categories=["visiting"])

    assert names(visitor.get(LIST, {"q": typed})) == found


@pytest.mark.parametrize(
    "typed", ["eviction", "shelter", "gas bill", "mental health", "sleep rough", "bus", "visit"]
)
def test_no_word_of_another_meaning_is_taken_instead(visitor, published_of, typed):
    """Each of them was read as one of these: they share many letters."""
    published_of("Education, shelves, games, meal, see, bun, music", categories=["work"])

    page = visitor.get(LIST, {"q": typed})

    assert page.context["search"].near_words == {}
    assert names(page) == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("housng", "housing"),
        ("fod", "food"),
        ("bnak", "bank"),
        ("libary", "library"),
        ("depretion", "depression"),
        ("wheelchare", "wheelchair"),
        ("kitch", "kitchen"),
    ],
)
def test_a_slip_of_the_hand_is_forgiven(visitor, published_of, typed, meant):
    published_of(f"The {meant} place")

    page = visitor.get(LIST, {"q": typed})

    assert page.context["search"].near_words == {typed: [meant]}
    assert names(page) == [f"The {meant} place"]


def test_a_slip_in_a_word_that_no_listing_says_finds_what_it_means(visitor, published_of):
    published_of("Clinic", categories=["health_care"])
    published_of("Choir", categories=["arts"])

    page = visitor.get(LIST, {"q": "depretion"})

    assert names(page) == ["Clinic"]
    assert page.context["search"].near_words == {"depretion": ["depression"]}


def test_languages_and_access_are_words_too(visitor, published_of):
    published_of("Letters", languages=["Polish"], accessibility="No steps.")
    published_of("Music", languages=["English"])

    for typed in ["Polish", "polski", "rent advice in Polish", "wheelchair", "housing wheelchair polish"]:
        assert names(visitor.get(LIST, {"q": typed})) == ["Letters"], typed


def test_where_nothing_says_all_words_those_that_say_some_are_shown_and_it_says_so(visitor, published_of):
    published_of("Pottery for beginners")
    published_of("Bread for beginners")
    published_of("Weaving")

    page = visitor.get(LIST, {"q": "pottery trombone beginners"})
    all_of_them = visitor.get(LIST, {"q": "pottery beginners"})

    assert names(page) == ["Pottery for beginners", "Bread for beginners"]
    assert "No entry speaks of all these words." in page.text
    assert names(all_of_them) == ["Pottery for beginners"]
    assert "No entry speaks of all these words." not in all_of_them.text
    assert names(visitor.get(LIST, {"q": '"pottery trombone"'})) == []
    assert names(visitor.get(LIST, {"q": "pottery -beginners"})) == []


def test_pages_of_what_says_some_of_the_words_miss_and_repeat_nobody(visitor, published_of):
    made = sorted(published_of(f"Pottery {number:02}").name for number in range(25))

    first = visitor.get(LIST, {"q": "pottery trombone"})
    second = visitor.get(first.context["page"].next_url)

    assert sorted(names(first) + names(second)) == made
