import re
from http import HTTPStatus
from uuid import uuid4

import pytest
from django.urls import reverse

from community import actions
from community.models import Listing, Location, Organization, Service
from community.vocabulary import term_id

CURATE = reverse("community:curate")
NEW = reverse("community:listing_new")


def url(name: str, *args) -> str:
    return reverse(f"community:{name}", args=args)


def every_page(service: Service) -> list[str]:
    link, phone = service.service_at_locations.get(), service.phones.get()
    of_listing = ["detail", "edit", "submit", "publish", "check", "draft", "archive", "verify"]
    return [
        CURATE,
        NEW,
        *[url(f"listing_{name}", service.pk) for name in of_listing],
        url("place_new", service.pk),
        url("place_edit", service.pk, link.pk),
        url("place_remove", service.pk, link.pk),
        url("part_new", service.pk, "phone"),
        url("part_edit", service.pk, "phone", phone.pk),
        url("part_remove", service.pk, "phone", phone.pk),
        url("organization_detail", service.organization_id),
        url("organization_edit", service.organization_id),
    ]


@pytest.mark.parametrize("name", ["ben", "alma", "olga", "gita"])
def test_nobody_but_curators_curates(request, name, draft_of):
    browser = request.getfixturevalue(f"{name}_browser")
    service = draft_of()

    for page in every_page(service):
        assert browser.post(page).status_code == HTTPStatus.FORBIDDEN, page

    assert Listing.objects.get(service=service).state == "draft"
    assert service.phones.count() == 1


def test_visitors_are_asked_to_sign_in(browser_of, draft_of):
    visitor = browser_of(None)

    for page in every_page(draft_of()):
        response = visitor.post(page)
        assert response.status_code == HTTPStatus.FOUND, page
        assert response.url.startswith("/accounts/login/"), page


def test_every_page_of_nothing_is_not_found(finn_browser, draft_of):
    service = draft_of()
    nothing = uuid4()
    pages = [
        url("listing_detail", nothing),
        url("place_edit", nothing, nothing),
        url("part_edit", nothing, "phone", nothing),
        url("part_edit", service.pk, "nonsense", nothing),
        url("part_new", service.pk, "nonsense"),
        url("organization_detail", nothing),
        f"{NEW}?organization={nothing}",
        f"{NEW}?organization=nonsense",
    ]

    assert [finn_browser.get(page).status_code for page in pages] == [HTTPStatus.NOT_FOUND] * len(pages)


# --- the curators' home -----------------------------------------------------


def test_languages_are_offered_while_one_is_typed(finn_browser, draft_of):
    page = finn_browser.get(url("part_new", draft_of().pk, "language")).text

    assert 'list="languages"' in page
    assert '<datalist id="languages"><option value="Afrikaans">' in page


@pytest.mark.parametrize(
    ("is_published", "who"), [(True, "Everybody, as soon as you save."), (False, "Curators now")]
)
def test_a_form_says_who_will_read_it(finn_browser, draft_of, published_of, is_published, who):
    service = published_of() if is_published else draft_of()

    for page in [url("listing_edit", service.pk), url("part_new", service.pk, "phone")]:
        assert who in finn_browser.get(page).text


@pytest.mark.parametrize(
    "asked", ["+44 1632 960123", "01632/960123", "HELP@Mill-Lane.example", "help@mill-lane.example "]
)
def test_curate_finds_a_phone_number_or_an_e_mail_address(finn_browser, draft_of, asked):
    mine, other = draft_of("Mine"), draft_of("Other")
    mine.email = "help@mill-lane.example"
    mine.save()
    mine.phones.update(number="(01632) 960 123")
    other.phones.update(number="01632 960124")

    assert [each.name for each in finn_browser.get(CURATE, {"q": asked}).context["page"]] == ["Mine"]
    assert [each.name for each in finn_browser.get(CURATE, {"q": "01632 960999"}).context["page"]] == []


def test_curate_counts_and_narrows_by_state(finn, finn_browser, draft_of, published_of):
    draft_of("A draft")
    published_of("Published")

    response = finn_browser.get(CURATE, {"state": "published"})

    assert [service.name for service in response.context["page"]] == ["Published"]
    assert response.context["total"] == 2
    assert {value: number for value, _label, number in response.context["states"]} == {
        "draft": 1,
        "in_review": 0,
        "published": 1,
        "needs_check": 0,
        "archived": 0,
    }


def test_curate_searches_drafts_too(finn_browser, draft_of):
    draft_of("Rent draft")
    draft_of("Bicycle draft")

    response = finn_browser.get(CURATE, {"q": "bicycle"})

    assert [service.name for service in response.context["page"]] == ["Bicycle draft"]


def test_curate_without_a_hit_offers_a_new_listing(finn_browser):
    assert f'href="{NEW}"' in finn_browser.get(CURATE, {"state": "archived"}).text


@pytest.mark.parametrize("rows", [3, 30])
def test_curate_asks_the_database_as_often_for_3_rows_as_for_30(
    finn_browser, draft_of, django_assert_max_num_queries, rows
):
    for number in range(rows):
        draft_of(f"Advice {number}")

    with django_assert_max_num_queries(8):
        finn_browser.get(CURATE)


# --- a new listing ----------------------------------------------------------

TYPED = {
    "organization_name": "Mill Lane Advice",
    "organization_website": "mill-lane.example",
    "name": "Rent advice",
    "kind": "get_help",
    "summary": "Free advice on rent.",
    "affiliation": "none",
    "categories": [str(term_id("housing"))],
    "status": "active",
    "phone": "01632 960123",
    "byday": ["MO", "TH"],
    "opens_at": "10:00",
    "closes_at": "12:00",
    "languages": "English, Polish,",
}


def test_a_curator_takes_a_listing_from_nothing_to_the_public(finn_browser, browser_of):
    response = finn_browser.post(NEW, TYPED)
    service = Service.objects.get()
    assert response.url == url("listing_detail", service.pk)

    finn_browser.post(
        url("place_new", service.pk),
        {
            "location_type": "physical",
            "name": "Mill House",
            "address_1": "4 Mill Lane",
            "city": "Harwick Bridge",
            "state_province": "Northshire",
            "postal_code": "HB1 2AB",
            "country": "GB",
            "accessibility": "No steps.",
        },
    )
    finn_browser.post(url("listing_submit", service.pk))
    finn_browser.post(url("listing_publish", service.pk), {"how": "visit"})

    public = browser_of(None).get("/resources/", {"q": "rent", "category": "housing"})
    assert [found.name for found in public.context["page"]] == ["Rent advice"]
    text = browser_of(None).get(service.get_absolute_url()).text
    for words in [
        "4 Mill Lane",
        "01632 960123",
        "Mondays and Thursdays, from 10:00 to 12:00",
        "English, Polish",
    ]:
        assert words in text, words
    assert service.organization.website == "https://mill-lane.example"


def made_as(browser) -> str:
    """The hidden field of the page."""
    return re.search(r'name="made_as" value="([^"]+)"', browser.get(NEW).text)[1]


def test_listing_new_sent_twice_is_made_once(finn_browser):
    sent = TYPED | {"made_as": made_as(finn_browser)}

    first, second = (finn_browser.post(NEW, sent, follow=True) for _time in range(2))

    assert "The draft is saved." in first.text
    assert "It was saved already." in second.text
    assert first.redirect_chain == second.redirect_chain
    assert (Service.objects.count(), Organization.objects.count()) == (1, 1)


def test_listing_new_sent_again_with_other_words_loses_nothing(finn_browser):
    sent = TYPED | {"made_as": made_as(finn_browser)}
    finn_browser.post(NEW, sent)

    back = finn_browser.post(NEW, sent | {"name": "Debt advice", "organization_name": "Choir"})
    again = {"name": "Debt advice", "organization_name": "Choir"}
    again["made_as"] = str(back.context["form"]["made_as"].value())
    finn_browser.post(NEW, sent | again)

    assert back.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "was saved from this page already" in back.text
    assert 'value="Debt advice"' in back.text
    assert sorted(service.name for service in Service.objects.all()) == ["Debt advice", "Rent advice"]
    assert Organization.objects.count() == 2


@pytest.mark.parametrize("other", [{"summary": "Other words."}, {"phone": "01632 960777"}, {"byday": ["FR"]}])
def test_listing_new_sent_again_with_any_other_word_loses_nothing(finn_browser, other):
    sent = TYPED | {"made_as": made_as(finn_browser)}
    finn_browser.post(NEW, sent)

    back = finn_browser.post(NEW, sent | other)

    name, typed = next(iter(other.items()))
    assert back.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert back.context["form"][name].value() == typed


def test_two_new_listings_of_the_same_name_are_two(finn_browser):
    for _time in range(2):
        finn_browser.post(NEW, TYPED | {"made_as": made_as(finn_browser)})

    assert Service.objects.count() == 2


def test_a_new_listing_begins_with_what_was_suggested(finn_browser):
    suggestion = actions.suggest_place(
        name="Choir", words="They sing on Mondays.", link="https://choir.example", reach="01632 960321"
    )
    page = f"{NEW}?suggestion={suggestion.pk}"

    shown = finn_browser.get(page)
    finn_browser.post(page, TYPED | {"name": "Choir"})
    suggestion.refresh_from_db()

    form = shown.context["form"]
    assert [form[name].value() for name in ["name", "description", "url"]] == [
        "Choir",
        "They sing on Mondays.",
        "https://choir.example",
    ]
    assert "01632 960321" in shown.text
    assert suggestion.closed_at is not None
    later = finn_browser.get(page).text
    assert "01632 960321" not in later
    assert "That suggestion is put away by now" in later


@pytest.mark.parametrize("suggestion", ["x", "0", "01a2267a-0caa-7a73-a03f-490345ab1784"])
def test_a_suggestion_that_is_not_there_is_left_out(finn_browser, suggestion):
    assert finn_browser.get(NEW, {"suggestion": suggestion}).status_code == HTTPStatus.OK


def test_listing_new_joins_the_organization_of_that_name(finn_browser, organization):
    finn_browser.post(NEW, {**TYPED, "organization_name": "mill lane advice"})

    assert Service.objects.get().organization == organization


def test_listing_new_asks_which_of_two_organizations(finn, finn_browser, organization):
    actions.create_organization(by=finn, name=organization.name)

    response = finn_browser.post(NEW, TYPED)

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "The directory has several of this name." in response.text
    assert not Service.objects.exists()


def test_listing_new_for_an_organization_does_not_ask_its_name(finn_browser, organization):
    page = f"{NEW}?organization={organization.pk}"

    assert "organization_name" not in finn_browser.get(page).text
    finn_browser.post(page, {"name": "Debt advice", "status": "active"})

    service = Service.objects.get()
    assert (service.organization, service.phones.count(), service.schedules.count()) == (organization, 0, 0)


def test_listing_new_keeps_what_was_typed_where_something_is_wrong(finn_browser):
    response = finn_browser.post(NEW, {**TYPED, "name": "", "minimum_age": "-1"})

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert set(response.context["form"].errors) == {"name", "minimum_age"}
    assert "Free advice on rent." in response.text
    assert not Organization.objects.exists()


@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://mill-lane.example"])
def test_a_listing_links_only_to_the_web(finn_browser, address):
    response = finn_browser.post(NEW, {**TYPED, "url": address})

    assert set(response.context["form"].errors) == {"url"}


@pytest.mark.parametrize(
    ("typed", "wrong", "said"),
    [
        ({"languages": f"English, {'x' * 300}"}, "languages", "put commas between them"),
        ({"minimum_age": "50", "maximum_age": "20"}, "maximum_age", "The oldest age is below the youngest."),
        ({"opens_at": "12:00", "closes_at": "10:00"}, "closes_at", "It would close before it opens."),
        ({"opens_at": "12:00", "closes_at": "12:00"}, "closes_at", "It would close before it opens."),
        ({"byday": []}, "byday", "Tick the days of these hours"),
        ({"phone": "not a phone"}, "phone", "This is not a phone number."),
        ({"phone": "12"}, "phone", "This is not a phone number."),
        ({"phone": "01632 960123 call me"}, "phone", "This is not a phone number."),
    ],
)
def test_listing_new_says_what_cannot_be(finn_browser, typed, wrong, said):
    response = finn_browser.post(NEW, {**TYPED, **typed})

    errors = response.context["form"].errors
    assert set(errors) == {wrong}
    assert said in errors[wrong][0]
    assert not Service.objects.exists()


@pytest.mark.parametrize(
    "typed",
    [
        {"opens_at": "20:00", "closes_at": "08:00"},
        {"opens_at": "00:00", "closes_at": "00:00"},
        {"byday": [], "schedule_description": "Every first Tuesday"},
        {"phone": "+44 (0)1632/960-123 ext. 4"},
        {"minimum_age": "18", "maximum_age": "18"},
    ],
)
def test_listing_new_takes_what_can_be(finn_browser, typed):
    finn_browser.post(NEW, {**TYPED, **typed})

    assert Service.objects.exists()


# --- one listing ------------------------------------------------------------


def test_listing_detail_names_what_is_missing(finn, finn_browser, organization):
    service = actions.create_listing(by=finn, organization=organization, service={"name": "Bare"})

    text = finn_browser.get(url("listing_detail", service.pk)).text

    assert "<li>a category</li>" in text
    assert "<li>its kind</li>" in text


def test_listing_publish_refuses_and_says_why(finn, finn_browser, organization):
    service = actions.create_listing(by=finn, organization=organization, service={"name": "Bare"})
    Listing.objects.update(state="in_review")

    response = finn_browser.post(url("listing_publish", service.pk), {"how": "phone"}, follow=True)

    assert "Before everybody may find it, it still needs:" in response.text
    assert Listing.objects.get(service=service).state == "in_review"


def test_listing_edit_rewrites_the_words(finn_browser, draft_of):
    service = draft_of()
    page = url("listing_edit", service.pk)
    assert "Free advice on rent." in finn_browser.get(page).text

    response = finn_browser.post(
        page,
        {
            "name": "Homes advice",
            "status": "active",
            "kind": "activity",
            "summary": "New words",
            "affiliation": "the town",
            "categories": [str(term_id("food"))],
        },
    )

    assert response.url == url("listing_detail", service.pk)
    service = Service.objects.select_related("listing").get(pk=service.pk)
    assert (service.name, service.listing.kind, service.listing.affiliation) == (
        "Homes advice",
        "activity",
        "the town",
    )
    assert [str(term) for term in service.categories] == ["Food"]


def test_listing_edit_refuses_to_empty_a_published_one(finn_browser, published_of):
    service = published_of()

    response = finn_browser.post(
        url("listing_edit", service.pk), {"name": "Changed", "status": "active", "kind": "get_help"}
    )

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "it still needs" in response.text
    assert Service.objects.get(pk=service.pk).name == "Rent advice"


def test_listing_verify_writes_down_the_check(finn, finn_browser, published_of):
    service = published_of()

    finn_browser.post(url("listing_verify", service.pk), {"how": "visit"})

    assert Listing.objects.get(service=service).verified_by == finn


def test_listing_publish_says_who_checked_it(finn, finn_browser, browser_of, draft_of):
    service = draft_of()
    actions.submit_for_review(by=finn, service=service)

    refused = finn_browser.post(url("listing_publish", service.pk), follow=True)
    state = Listing.objects.get(service=service).state
    finn_browser.post(url("listing_publish", service.pk), {"how": "visit"})

    assert "Say how you checked it." in refused.text
    assert state == "in_review"
    listing = Listing.objects.get(service=service)
    assert (listing.state, listing.verified_by, listing.verified_how) == ("published", finn, "visit")
    assert "Not checked yet" not in browser_of(None).get(service.get_absolute_url()).text


def test_listing_submit_names_what_is_missing_and_refuses(finn, finn_browser, organization):
    service = actions.create_listing(by=finn, organization=organization, service={"name": "Bare"})

    shown = finn_browser.get(url("listing_detail", service.pk)).text
    response = finn_browser.post(url("listing_submit", service.pk), follow=True)

    assert 'aria-describedby="missing">Send to review' in shown
    assert "it still needs: its kind; a category" in response.text
    assert Listing.objects.get(service=service).state == "draft"


def test_curate_shows_what_was_rewritten_among_what_needs_a_check(finn, finn_browser, draft_of, published_of):
    rewritten, shut = published_of("Rewritten"), published_of("Shut")
    published_of("Fine")
    draft_of("Draft")
    actions.ask_to_read_again(by=None, service=rewritten, note="New words")
    actions.ask_for_check(by=finn, service=shut)

    response = finn_browser.get(CURATE, {"state": "needs_check"})

    assert [service.name for service in response.context["page"]] == ["Rewritten", "Shut"]
    assert response.context["total"] == 4
    assert ("needs_check", "Needs a check", 2) in response.context["states"]


def test_listing_verify_wants_to_know_how(finn_browser, published_of):
    service = published_of()

    response = finn_browser.post(url("listing_verify", service.pk), {"how": "magic"}, follow=True)

    assert "Say how you checked it." in response.text
    assert Listing.objects.get(service=service).verified_how == "phone"


def test_listing_check_takes_it_out_of_the_public(finn_browser, published_of):
    service = published_of()

    finn_browser.post(url("listing_check", service.pk), {"note": "phone is dead\0"})

    assert not Service.objects.published().exists()
    assert "phone is dead" in finn_browser.get(url("listing_detail", service.pk)).text


def test_listing_archive_asks_first(finn_browser, published_of):
    service = published_of()
    page = url("listing_archive", service.pk)

    asked = finn_browser.get(page)
    state = Listing.objects.get(service=service).state
    finn_browser.post(page)

    assert "Archive this listing?" in asked.text
    assert (state, Listing.objects.get(service=service).state) == ("published", "archived")


def test_listing_draft_brings_it_back(finn_browser, finn, draft_of):
    service = draft_of()
    actions.archive(by=finn, service=service)

    finn_browser.post(url("listing_draft", service.pk))

    assert Listing.objects.get(service=service).state == "draft"


# --- organizations, places, parts -------------------------------------------


def test_organization_edit_rewrites_it(finn_browser, published_of):
    service = published_of()

    response = finn_browser.post(
        url("organization_edit", service.organization_id), {"name": "Kestrel House", "description": "New"}
    )

    assert response.url == url("organization_detail", service.organization_id)
    text = finn_browser.get(response.url).text
    assert "Kestrel House" in text
    assert "Rent advice" in text


def test_organization_edit_keeps_the_last_way_to_a_published_listing(finn_browser, published_of):
    service = published_of(place=None, address=None, phones=[])

    response = finn_browser.post(
        url("organization_edit", service.organization_id), {"name": "Kestrel House", "website": ""}
    )

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "a way to reach it" in response.text


def test_organization_edit_wants_a_name(finn_browser, organization):
    response = finn_browser.post(url("organization_edit", organization.pk), {"name": ""})

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_organization_detail_may_be_empty(finn_browser, organization):
    assert "It has no listing yet." in finn_browser.get(organization.get_absolute_url()).text


def test_place_new_wants_an_address_whole(finn_browser, draft_of):
    response = finn_browser.post(
        url("place_new", draft_of().pk), {"location_type": "physical", "address_1": "4 Mill Lane"}
    )

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert set(response.context["form"].errors) == {"city", "state_province", "postal_code", "country"}


@pytest.mark.parametrize("typed", [{}, {"address_2": ""}, {"country": "GB"}, {"accessibility": "A ramp."}])
def test_place_new_refuses_a_place_that_says_nothing(finn_browser, draft_of, typed):
    service = draft_of()

    response = finn_browser.post(url("place_new", service.pk), {"location_type": "physical", **typed})

    assert set(response.context["form"].errors) == {"name"}
    assert service.service_at_locations.count() == 1


@pytest.mark.parametrize(
    "typed", [{"name": "Hut"}, {"description": "By the weir"}, {"is_confidential": "on"}]
)
def test_place_new_takes_a_place_without_an_address(finn_browser, draft_of, typed):
    service = draft_of(place=None, address=None)

    finn_browser.post(url("place_new", service.pk), {"location_type": "physical", "country": "", **typed})

    assert not service.service_at_locations.get().location.addresses.exists()


def test_place_new_begins_with_the_country_most_places_are_in(finn_browser, draft_of):
    for country in ["DE", "GB", "GB"]:
        service = draft_of(address={"address_1": "1", "city": "A", "country": country})

    page = finn_browser.get(url("place_new", service.pk))
    finn_browser.post(
        url("place_new", service.pk), {"location_type": "physical", "name": "Hut", "country": "GB"}
    )

    assert page.context["form"].initial["country"] == "GB"
    assert "Leave all of it empty, or fill in all but the second line." in page.text
    assert not service.service_at_locations.get(location__name="Hut").location.addresses.exists()


def test_place_edit_shows_and_rewrites_the_place(finn_browser, draft_of):
    service = draft_of(accessibility="A ramp.")
    link = service.service_at_locations.get()
    page = url("place_edit", service.pk, link.pk)
    shown = finn_browser.get(page)

    finn_browser.post(page, {**shown.context["form"].initial, "name": "Old Mill", "is_confidential": ""})

    assert "4 Mill Lane" in shown.text
    link.location.refresh_from_db()
    assert link.location.name == "Old Mill"
    assert link.location.addresses.get().address_1 == "4 Mill Lane"


def test_place_edit_of_a_secret_place_neither_shows_nor_loses_the_address(finn_browser, draft_of):
    service = draft_of(place={"is_confidential": True}, accessibility="A ramp.")
    link = service.service_at_locations.get()
    page = url("place_edit", service.pk, link.pk)
    shown = finn_browser.get(page).text

    finn_browser.post(page, {"location_type": "physical", "is_confidential": "on"})

    assert "4 Mill Lane" not in shown
    assert "The stored address is kept secret" in shown
    assert link.location.addresses.get().address_1 == "4 Mill Lane"


def test_place_edit_of_a_secret_place_shows_nothing_of_it_and_keeps_it(finn_browser, draft_of):
    secret = {"name": "Larkspur House", "description": "Behind the mill", "transportation": "Bus 9"}
    service = draft_of(place={**secret, "is_confidential": True}, accessibility="A ramp.")
    link = service.service_at_locations.get()
    page = url("place_edit", service.pk, link.pk)
    shown = finn_browser.get(page).text

    finn_browser.post(page, {"location_type": "physical", "is_confidential": "on", "transportation": "Bus 7"})

    assert [each for each in [*secret.values(), "A ramp."] if each in shown] == []
    assert "Nobody, while the address is kept secret" in shown
    place = Location.objects.get(pk=link.location_id)
    assert (place.name, place.description, place.transportation) == (
        "Larkspur House", "Behind the mill", "Bus 7",
    )  # fmt: skip
    assert place.accessibility.get().description == "A ramp."


def test_a_secret_place_without_its_tick_asks_for_the_address_anew(finn_browser, draft_of):
    service = draft_of(place={"name": "Larkspur House", "is_confidential": True})
    link = service.service_at_locations.get()

    response = finn_browser.post(url("place_edit", service.pk, link.pk), {"location_type": "physical"})

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Type the address anew" in response.text
    assert "Larkspur" not in response.text
    assert Location.objects.get(pk=link.location_id).is_confidential


def test_a_secret_place_that_opens_says_only_what_was_typed_for_it(finn_browser, published_of):
    secret = {"name": "Larkspur House", "description": "Behind the mill", "latitude": 52.0, "longitude": -1.0}
    service = published_of(place={**secret, "is_confidential": True}, accessibility="A ramp.")
    link = service.service_at_locations.get()
    address = {
        "address_1": "1 High Street", "city": "Elmwick", "state_province": "Northshire",
        "postal_code": "EL1 1AA", "country": "GB",
    }  # fmt: skip

    finn_browser.post(url("place_edit", service.pk, link.pk), {"location_type": "physical", **address})

    text = finn_browser.get(service.get_absolute_url()).text
    place = Location.objects.get(pk=link.location_id)
    assert "1 High Street, Elmwick" in text
    assert [each for each in ["Larkspur", "Behind the mill", "A ramp.", "4 Mill Lane"] if each in text] == []
    assert (place.is_confidential, place.name, place.latitude) == (False, "", None)
    assert [each.city for each in place.addresses.all()] == ["Elmwick"]


def test_place_remove_asks_first(finn_browser, draft_of):
    service = draft_of()
    page = url("place_remove", service.pk, service.service_at_locations.get().pk)

    asked = finn_browser.get(page).text
    finn_browser.post(page)

    assert "Mill House" in asked
    assert not service.service_at_locations.exists()


@pytest.mark.parametrize(
    ("part", "typed", "shown"),
    [
        ("phone", {"number": "01632 960777"}, "01632 960777"),
        ("schedule", {"byday": ["TU"], "freq": "WEEKLY", "opens_at": "09:30"}, "Tuesdays, from 09:30"),
        ("schedule", {"description": "When the river is low"}, "When the river is low"),
        ("cost", {"option": "Members", "amount": "3", "currency": "GBP"}, "Members"),
        ("language", {"name": "Welsh"}, "Welsh"),
        ("document", {"document": "A photo"}, "A photo"),
    ],
)
def test_parts_are_added_changed_and_removed(finn_browser, draft_of, part, typed, shown):
    service = draft_of(phones=[])
    new = url("part_new", service.pk, part)
    assert finn_browser.get(new).status_code == HTTPStatus.OK

    finn_browser.post(new, typed)
    page = finn_browser.get(url("listing_detail", service.pk))
    row = next(rows for name, _title, rows in page.context["parts"] if name == part).get()
    edit, remove = url("part_edit", service.pk, part, row.pk), url("part_remove", service.pk, part, row.pk)
    edited = finn_browser.get(edit).text
    asked = finn_browser.get(remove).text
    finn_browser.post(edit, typed)
    finn_browser.post(remove)

    assert shown in page.text
    assert remove in edited
    assert shown in asked
    assert not type(row).objects.exists()


@pytest.mark.parametrize(
    ("part", "typed", "wrong"),
    [
        ("phone", {"number": ""}, "number"),
        ("schedule", {}, "__all__"),
        ("schedule", {"opens_at": "25:00"}, "opens_at"),
        ("schedule", {"opens_at": "10:00"}, "byday"),
        ("schedule", {"byday": ["MO"], "opens_at": "12:00", "closes_at": "10:00"}, "closes_at"),
        ("phone", {"number": "not a phone"}, "number"),
        ("cost", {"amount": "3"}, "currency"),
        ("cost", {"amount": "-3", "currency": "GBP"}, "amount"),
        ("language", {"name": ""}, "name"),
        ("document", {"document": ""}, "document"),
    ],
)
def test_parts_that_say_nothing_are_refused(finn_browser, draft_of, part, typed, wrong):
    service = draft_of(phones=[])

    response = finn_browser.post(url("part_new", service.pk, part), typed)

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert set(response.context["form"].errors) == {wrong}


def test_a_part_of_another_listing_is_not_removed(finn_browser, draft_of):
    mine, other = draft_of(), draft_of("Debt advice")

    response = finn_browser.post(url("part_remove", mine.pk, "phone", other.phones.get().pk))

    assert response.url == url("listing_detail", mine.pk)
    assert other.phones.exists()


@pytest.mark.parametrize("name", ["submit", "publish", "check", "draft", "verify"])
def test_steps_are_posts(finn_browser, draft_of, name):
    response = finn_browser.get(url(f"listing_{name}", draft_of().pk))

    assert response.status_code == HTTPStatus.METHOD_NOT_ALLOWED
