from datetime import datetime
from http import HTTPStatus

import pytest
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from community import actions
from community.hours import open_at
from community.models import Contact, Location, Phone, Service, Url

LIST = reverse("community:resource_list")

SECRET = "17 Hidden Row"


def names(response) -> list[str]:
    return [service.name for service in response.context["page"]]


@pytest.fixture
def visitor(db) -> Browser:
    return Browser()


@pytest.fixture
def shelter(published_of) -> Service:
    service = published_of(
        "Safe nights",
        place={
            "name": "Hidden House",
            "is_confidential": True,
            "description": "Behind the bakery",
            "transportation": "Bus 99",
        },
        address={
            "address_1": SECRET,
            "city": "Quietford",
            "state_province": "Northshire",
            "postal_code": "HB9 9ZZ",
            "country": "GB",
        },
        accessibility="Red side door",
    )
    Service.objects.filter(pk=service.pk).reindex()
    return service


SECRETS = [SECRET, "Quietford", "HB9 9ZZ", "Hidden House", "Behind the bakery", "Bus 99", "Red side door"]


# --- the list ---------------------------------------------------------------


def test_the_number_of_entries_is_no_news_in_the_navigation(visitor, published_of):
    published_of("Rent advice")

    response = visitor.get(LIST)

    assert "1 entry found" in response.text
    assert "nav-count" not in response.text


def test_near_by_is_ten_kilometres_and_says_so(visitor, published_of):
    published_of("Rent advice", address={"city": "Harwick", "postal_code": "HB1 2AB"})

    response = visitor.get(LIST)

    assert '<option value="10" selected>10 km</option>' in response.text
    assert '<option value="25" selected>25 km</option>' in visitor.get(LIST + "?within=25").text


def test_a_place_that_nobody_knows_is_said_once_in_the_title(visitor, db):
    response = visitor.get(LIST + "?near=Atlantis")

    title = response.text.split("<title>")[1].split("</title>")[0]
    assert title == "Error: Help, groups and ways to contribute · Trellis"


@pytest.mark.parametrize("has_two", [False, True])
def test_rules_are_there_for_everybody(visitor, settings, has_two):
    settings.SECOND_PAIR_OF_EYES = has_two

    response = visitor.get(reverse("community:rules"))

    assert "Nobody pays to be here" in response.text
    assert ("another curator reads it first" in response.text) is has_two
    assert reverse("community:rules") in visitor.get(LIST).text


def test_resource_list_shows_published_listings_to_visitors(visitor, published_of):
    published_of("Rent advice")
    published_of("Debt advice")

    response = visitor.get(LIST)

    assert names(response) == ["Debt advice", "Rent advice"]
    assert "2 entries found" in response.text


@pytest.mark.parametrize("browser", ["visitor", "ben_browser", "finn_browser"])
@pytest.mark.parametrize("query", ["", "?q=rent", "?category=housing", "?kind=get_help"])
def test_resource_list_never_shows_what_is_not_published(request, browser, query, finn, draft_of):
    draft, in_review, gone = draft_of("Rent draft"), draft_of("Rent review"), draft_of("Rent gone")
    actions.submit_for_review(by=finn, service=in_review)
    actions.archive(by=finn, service=gone)

    response = request.getfixturevalue(browser).get(LIST + query)

    assert names(response) == []
    assert draft.name not in response.text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("rent", ["Rent advice", "Food bank"]),
        ("RENT", ["Rent advice", "Food bank"]),
        ("food bnak", ["Food bank"]),
        ("housng", ["Rent advice", "Food bank", "Café Zoë"]),  # they are in Mill House
        ("grocries", ["Food bank"]),
        ("Café Zoë", ["Café Zoë"]),
        ("cafe zoe", ["Café Zoë"]),
        ("Harwick", ["Café Zoë", "Food bank", "Rent advice"]),
        ("zebra", []),
        ("'; DROP TABLE", []),
        ("%00%", []),
    ],
)
def test_resource_list_searches(visitor, published_of, text, found):
    published_of("Rent advice")
    published_of(
        "Food bank",
        service={"name": "Food bank", "description": "Also when the rent took all of it."},
        listing={"kind": "get_help", "affiliation": "none", "summary": "A bag of groceries."},
        categories=["food"],
    )
    published_of(
        "Café Zoë",
        service={"name": "Café Zoë"},
        listing={"kind": "activity", "affiliation": "none", "summary": "Tea together."},
        categories=["isolation"],
    )

    response = visitor.get(LIST, {"q": text})

    assert sorted(names(response)) == sorted(found)


def test_resource_list_puts_the_name_before_the_text(visitor, published_of):
    published_of("Advice", service={"name": "Advice", "description": "On rent, and much else."})
    published_of("Rent", listing={"kind": "get_help", "affiliation": "none", "summary": "Advice."})

    assert names(visitor.get(LIST, {"q": "rent"})) == ["Rent", "Advice"]


def test_resource_list_answers_a_null_byte_calmly(visitor, published_of):
    published_of()

    response = visitor.get(LIST + "?q=%00")

    assert response.status_code == HTTPStatus.OK


def test_resource_list_filters_by_category_and_kind(visitor, published_of):
    published_of("Rent advice")
    published_of("Repair café", categories=["repairing"])
    published_of(
        "Tenants together",
        listing={"kind": "contribute", "affiliation": "none", "summary": "Act together."},
        categories=["housing", "speaking_up"],
    )

    assert names(visitor.get(LIST, {"category": "repairing"})) == ["Repair café"]
    assert names(visitor.get(LIST, {"category": "housing", "kind": "contribute"})) == ["Tenants together"]
    assert names(visitor.get(LIST, {"kind": "nonsense", "category": "nonsense"})) == [
        "Rent advice",
        "Repair café",
        "Tenants together",
    ]


def test_resource_list_without_a_hit_offers_a_wider_search(visitor, published_of):
    published_of("Rent advice")

    response = visitor.get(LIST, {"q": "rent", "category": "food"})

    assert names(response) == []
    assert 'href="/resources/?q=rent"' in response.text
    assert "Show everything" in visitor.get(LIST, {"q": "zebra"}).text
    assert "Show everything" in visitor.get(LIST, {"kind": "activity"}).text


def test_resource_list_filters_by_cost_language_and_access(visitor, published_of):
    published_of(
        "Rent advice",
        service={"name": "Rent advice", "fees_description": "Free of charge"},
        languages=["Polish", "English"],
        accessibility="Step-free, hearing loop at the desk",
    )
    published_of(
        "Pottery", costs=[{"option": "All", "amount": "4", "currency": "GBP"}], languages=["English"]
    )
    published_of("Tea", costs=[{"option": "All", "amount": "0", "currency": "GBP"}])
    published_of("Safe nights", place={"name": "Hidden", "is_confidential": True}, accessibility="Step-free")

    assert names(visitor.get(LIST, {"free": "on"})) == ["Rent advice", "Tea"]
    assert names(visitor.get(LIST, {"language": "Polish"})) == ["Rent advice"]
    assert names(visitor.get(LIST, {"access": "steps"})) == ["Rent advice"]
    assert names(visitor.get(LIST, {"access": "hearing", "language": "English", "free": "on"})) == [
        "Rent advice"
    ]
    assert names(visitor.get(LIST, {"access": "toilet"})) == []


def test_resource_list_offers_only_languages_somebody_speaks_at_a_published_listing(
    visitor, published_of, draft_of
):
    published_of(languages=["Polish"])
    draft_of("Draft", languages=["Welsh"])

    text = visitor.get(LIST).text

    assert '<option value="Polish">' in text
    assert "Welsh" not in text


@pytest.mark.parametrize(
    ("now", "found"),
    [
        ("2026-03-16T09:30:00Z", ["By day"]),  # Monday, 10:30 in Berlin
        ("2026-03-16T11:00:00Z", []),
        ("2026-03-17T09:30:00Z", []),
        ("2026-03-20T22:30:00Z", ["By night"]),  # Friday, 23:30
        ("2026-03-21T02:00:00Z", ["By night"]),  # the morning after
        ("2026-03-21T05:00:00Z", []),
        ("2027-03-15T09:30:00Z", []),  # a Monday, but the hours do not hold any more
    ],
)
def test_resource_list_knows_what_is_open_now(visitor, practice, published_of, time_machine, now, found):
    def weekly(byday: str, opens: str, closes: str, **more) -> dict:
        return {"byday": byday, "freq": "WEEKLY", "opens_at": opens, "closes_at": closes, **more}

    published_of("By day", schedules=[weekly("MO,WE", "10:00", "12:00", valid_to="2026-12-31")])
    published_of("By night", schedules=[weekly("FR", "20:00", "04:00")])
    published_of("Once a month", schedules=[{"byday": "3MO", "freq": "MONTHLY", "opens_at": "00:00"}])
    published_of("Every second week", schedules=[weekly("MO", "00:00", "23:59", interval=2)])
    time_machine.move_to(now)

    assert names(visitor.get(LIST, {"open_now": "on"})) == found


MISTYPED = ["potttery", "weavvingg", "larkspurr"]


def test_resource_list_says_which_words_it_took_instead(visitor, published_of):
    published_of("Rent advice")
    published_of("Pottery")

    response = visitor.get(LIST, {"q": "potttery"})

    assert names(response) == ["Pottery"]
    assert "No entry says “potttery”. It was read as: pottery." in response.text
    assert "No entry says" not in visitor.get(LIST, {"q": "pottery"}).text


def test_words_of_what_is_not_published_are_offered_to_nobody(visitor, finn, published_of, draft_of):
    published_of("Rent advice")
    draft_of("Pottery")
    weaving = published_of("Weaving")
    hidden = published_of("Shelter", place={"name": "Larkspur"}).service_at_locations.get().location
    offered = [visitor.get(LIST, {"q": typed}).context["search"].near_words for typed in MISTYPED]

    actions.archive(by=finn, service=weaving)
    actions.change_place(
        by=finn, location=hidden, place={"is_confidential": True}, address=None, accessibility=""
    )

    assert offered == [{}, {"weavvingg": ["weaving"]}, {"larkspurr": ["larkspur"]}]
    for typed in MISTYPED:
        page = visitor.get(LIST, {"q": typed})
        assert page.context["search"].near_words == {}
        assert "It was read as" not in page.text


def test_a_word_that_only_a_draft_says_is_read_like_one_that_nobody_says(visitor, published_of, draft_of):
    published_of("Pottery")
    draft_of("Potterby")

    page = visitor.get(LIST, {"q": "potterby"})

    assert page.context["search"].near_words == {"potterby": ["pottery"]}
    assert names(page) == ["Pottery"]


def test_resource_list_offers_categories_near_by(visitor, published_of):
    published_of("Rent advice", categories=["housing"])
    published_of("Nothing to eat", categories=["income"])

    by_word = visitor.get(LIST, {"q": "affordable"})
    by_category = visitor.get(LIST, {"category": "food"})

    assert [str(term) for term in by_word.context["related"]] == ["Housing"]
    assert sorted(str(term) for term in by_category.context["related"]) == ["Housing", "Money and income"]


@pytest.mark.parametrize("query", [{"q": "zzzz"}, {"q": "zzzz", "free": "on"}, {"category": "food"}])
def test_resource_list_that_finds_nothing_stays_cheap(
    visitor, published_of, django_assert_max_num_queries, query
):
    published_of()

    with django_assert_max_num_queries(8):
        visitor.get(LIST, query)


def test_a_search_uses_the_indexes(published_of):
    for number in range(3):
        published_of(f"Advice {number}")
    with connection.cursor() as cursor:
        # With three rows any other way is cheaper; what counts is that these indexes can answer.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        cursor.execute("DROP INDEX listing_state")
    published = Service.objects.published()

    assert "listing_search_vector" in published.search("advise").explain()
    assert "listing_tags" in published.tagged("free").explain()
    assert "listing_hours" in published.filter(open_at(datetime(2026, 3, 17, 9, 30))).explain()  # noqa: DTZ001


def test_resource_list_says_what_will_be_here(visitor):
    assert "Nothing here yet" in visitor.get(LIST).text


@pytest.mark.parametrize("query", [{}, {"q": "advice"}])
def test_resource_list_is_cut_into_pages_that_miss_and_repeat_nobody(visitor, published_of, query):
    made = {published_of(f"Advice {number:02}").name for number in range(30)}

    first = visitor.get(LIST, query)
    second = visitor.get(first.context["page"].next_url)

    assert (len(names(first)), len(names(second))) == (20, 10)
    assert {*names(first), *names(second)} == made
    assert second.context["page"].next_url is None
    assert "30 entries found" in second.text


def test_a_card_dials_as_the_page_of_the_listing_does(visitor, published_of):
    service = published_of(phones=[{"number": "'01632/960-123'", "extension": 4}])
    link = '<a href="tel:01632960123;ext=4">01632/960-123'

    assert link in visitor.get(LIST).text
    assert link in visitor.get(service.get_absolute_url()).text


@pytest.mark.parametrize("step", [actions.archive, actions.ask_for_check])
def test_what_was_listed_once_says_that_it_is_not_any_more(finn, visitor, published_of, draft_of, step):
    service, draft = published_of("Rent advice"), draft_of("Never published")
    step(by=finn, service=service)

    response = visitor.get(service.get_absolute_url())

    assert response.status_code == 410
    assert "Not listed any more" in response.text
    assert "Rent advice" not in response.text
    assert visitor.get(draft.get_absolute_url()).status_code == 404


def test_a_listing_leads_back_to_the_search_it_was_found_by(visitor, published_of):
    page = published_of("Rent advice").get_absolute_url()

    came = {
        before: visitor.get(page, headers={"referer": before}).context["back"]
        for before in [
            f"http://testserver{LIST}?q=rent",
            f"https://elsewhere.example{LIST}?q=rent",
            "nonsense",
            "",
        ]
    }

    assert [*came.values()] == [f"{LIST}?q=rent#found", LIST, LIST, LIST]


@pytest.mark.parametrize("query", [{}, {"q": "advice"}])
def test_a_page_of_a_list_that_was_longer_once_leads_to_its_beginning(visitor, published_of, query):
    made = [published_of(f"Advice {number:02}") for number in range(21)]
    old = visitor.get(LIST, query).context["page"].next_url
    Service.objects.filter(pk__in=[service.pk for service in made[1:]]).delete()

    response = visitor.get(old)

    begin = response.context["page"].begin_url
    assert "The list ends here" in response.text
    assert "Nothing found" not in response.text
    assert f'href="{begin}"' in response.text
    assert len(names(visitor.get(begin))) == 1


@pytest.mark.parametrize("after", ["nonsense", "%00", "019a0000-0000-7000-8000-000000000000"])
def test_resource_list_begins_again_where_the_page_makes_no_sense(visitor, published_of, after):
    published_of("Rent advice")

    assert names(visitor.get(f"{LIST}?after={after}")) == ["Rent advice"]


@pytest.mark.parametrize("rows", [3, 30])
def test_resource_list_asks_the_database_as_often_for_3_rows_as_for_30(
    visitor, published_of, django_assert_num_queries, rows
):
    for number in range(rows):
        published_of(f"Advice {number}")

    with django_assert_num_queries(3):
        visitor.get(LIST)


# --- one listing ------------------------------------------------------------


def test_resource_detail_says_everything_about_a_listing(visitor, finn, published_of):
    service = published_of(
        service={
            "name": "Rent advice",
            "description": "Somebody reads the letter with you.",
            "eligibility_description": "Tenants of any home",
            "minimum_age": 16,
            "maximum_age": "25.50",
            "application_process": "Come by or ring first.",
            "fees_description": "Free of charge",
            "interpretation_services": "Interpreters on request",
            "wait_time": "About a week",
            "alert": "Closed on 24 December",
            "status": "temporarily closed",
            "email": "rent@mill-lane.example",
            "url": "https://mill-lane.example/rent",
        },
        phones=[
            {
                "number": '"+44 1632 960123"',
                "extension": 7,
                "description": "mornings",
            }
        ],
        schedules=[
            {
                "byday": "MO",
                "freq": "WEEKLY",
                "opens_at": "10:00",
                "closes_at": "12:00",
                "description": "Ring twice",
            }
        ],
        costs=[{"option": "Everybody", "amount": "2.50", "currency": "gbp", "amount_description": "for tea"}],
        languages=["English", "Polish"],
        documents=["The letter"],
        accessibility="No steps.",
    )
    actions.verify(by=finn, service=service, how="phone")
    Contact.objects.create(service=service, name="Rosa Lind", email="rosa@mill-lane.example")
    Url.objects.create(service=service, url="https://mill-lane.example/more", label="More")
    link = service.service_at_locations.get()
    Phone.objects.create(location=link.location, number="01632 960999")
    Location.objects.filter(pk=link.location_id).update(
        url="https://mill-lane.example/map", transportation="Bus 4", description="Second door"
    )

    text = visitor.get(service.get_absolute_url()).text

    for words in [
        "Rent advice",
        "Mill Lane Advice",
        "Free advice on rent.",
        "Somebody reads the letter with you.",
        "Tenants of any home",
        "From 16 years",
        "Up to 25.50 years",
        "Come by or ring first.",
        'href="tel:+441632960123;ext=7"',
        "+44 1632 960123 extension 7",
        "mornings",
        "01632 960999",
        "mailto:rent@mill-lane.example",
        "https://mill-lane.example/rent",
        "https://mill-lane.example/more",
        "Rosa Lind",
        "4 Mill Lane, Harwick Bridge, HB1 2AB",
        "https://mill-lane.example/map",
        "Bus 4",
        "Second door",
        "No steps.",
        "Mondays, from 10:00 to 12:00",
        "Ring twice",
        "About a week",
        "Free of charge",
        "Everybody: 2.50 GBP for tea",
        "English, Polish",
        "Interpreters on request",
        "Bring: The letter",
        "Closed on 24 December",
        "Closed for now",
        "Asked by phone",
        "Get help",
    ]:
        assert words in text, words


def test_resource_detail_says_what_is_not_known(visitor, published_of):
    service = published_of(phones=[])
    actions.ask_to_read_again(by=None, service=service, note="New words")

    text = visitor.get(service.get_absolute_url()).text

    assert "They have not said. Ask before you go." in text
    assert "Not checked yet" in text
    assert "https://mill-lane.example" in text


@pytest.mark.parametrize("browser", ["visitor", "ben_browser", "alma_browser"])
def test_resource_detail_hides_what_is_not_published(request, browser, draft_of):
    draft = draft_of()

    response = request.getfixturevalue(browser).get(draft.get_absolute_url())

    assert response.status_code == HTTPStatus.NOT_FOUND


def test_resource_detail_shows_a_draft_to_a_curator_and_says_so(finn_browser, draft_of):
    text = finn_browser.get(draft_of().get_absolute_url()).text

    assert "Only curators see this page: the listing is not published. State: Draft." in text


def test_a_confidential_address_is_on_no_page(visitor, finn_browser, shelter):
    link = shelter.service_at_locations.get()
    pages = [
        (visitor, LIST),
        (visitor, shelter.get_absolute_url()),
        (finn_browser, shelter.get_absolute_url()),
        (finn_browser, reverse("community:curate")),
        (finn_browser, reverse("community:listing_detail", args=[shelter.pk])),
        (finn_browser, reverse("community:listing_edit", args=[shelter.pk])),
        (finn_browser, reverse("community:place_remove", args=[shelter.pk, link.pk])),
        (finn_browser, shelter.organization.get_absolute_url()),
    ]

    shown = [(url, secret) for browser, url in pages for secret in SECRETS if secret in browser.get(url).text]

    assert shown == []


@pytest.mark.parametrize("secret", ["Hidden", "Quietford", "HB9"])
def test_a_confidential_address_is_not_found_by_search(visitor, shelter, secret):
    assert names(visitor.get(LIST, {"q": secret})) == []


@pytest.mark.parametrize("more", [0, 10])
def test_resource_detail_asks_as_often_whatever_there_is(
    visitor, finn, published_of, django_assert_max_num_queries, more
):
    service = published_of()
    for number in range(more):
        Phone.objects.create(service=service, number=f"01632 9601{number:02}")
        actions.add_place(by=finn, service=service, place={"name": f"Place {number}"})

    with django_assert_max_num_queries(20):
        visitor.get(service.get_absolute_url())
