"""Two curators at one listing: nobody's words are lost without a word. And a place's point on the map."""

import re
from datetime import time

import pytest
from django.urls import reverse

from coaching.accounts.models import User
from community import actions, merging
from community.models import Address, Phone, Service
from tests.at_once import meanwhile


def url(name: str, *args) -> str:
    return reverse(f"community:{name}", args=args)


def opened(browser, page: str) -> dict[str, str | list[str]]:
    """What a browser would send back of the page as it was opened."""
    response = browser.get(page)
    form = response.context["form"]
    mark(response)
    return {name: value for name in form.fields if (value := form[name].value()) not in (None, "", False)}


def mark(response) -> str:
    """The hidden field of the page."""
    value = response.context["form"]["seen"].value()
    assert f'<input type="hidden" name="seen" value="{value}"' in response.text
    return value


@pytest.fixture
def gwen_browser(db, browser_of):
    gwen = User.objects.create_user("gwen@example.org", "trellis-demo", name="Gwen", is_curator=True)
    return browser_of(gwen)


def test_a_merge_of_two_that_were_changed_meanwhile_is_looked_at_again(finn, finn_browser, published_of):
    kept, gone = published_of("Rent advice"), published_of("Rent help")
    page = url("merge_confirm", kept.pk, gone.pk)
    sent = opened(finn_browser, page) | {"name": "gone"}
    actions.change_listing(
        by=finn, service=Service.objects.get(pk=kept.pk), columns={"name": "Eviction advice"}, listing={},
        categories=["housing"],
    )  # fmt: skip

    first = finn_browser.post(page, sent)
    name = Service.objects.get(pk=kept.pk).name
    second = finn_browser.post(page, sent | {"seen": mark(first)})

    assert (first.status_code, name) == (409, "Eviction advice")
    assert "Somebody changed one of them since you opened this." in first.text
    assert (second.status_code, Service.objects.get(pk=kept.pk).name) == (302, "Rent help")


def test_words_that_somebody_else_wrote_meanwhile_are_shown_before_they_are_replaced(
    finn_browser, gwen_browser, draft_of
):
    service = draft_of()
    page = url("listing_edit", service.pk)
    mine, theirs = opened(finn_browser, page), opened(gwen_browser, page)
    gwen_browser.post(page, theirs | {"summary": "Words of Gwen.", "kind": "support_group", "age": "1"})

    first = finn_browser.post(page, mine | {"summary": "Words of Finn."})
    kept = Service.objects.get(pk=service.pk).listing.summary
    again = {
        "summary": "Words of Finn.",
        "kind": "support_group",
        "seen": first.context["form"]["seen"].value(),
    }
    second = finn_browser.post(page, mine | again)

    assert first.status_code == 409
    assert "Somebody else changed this since you opened it." in first.text
    assert "It says “Words of Gwen.” now." in first.text
    assert "It says “Support group” now." in first.text
    assert "Words of Finn." in first.text
    assert kept == "Words of Gwen."
    assert second.status_code == 302
    entry = Service.objects.get(pk=service.pk).listing
    assert (entry.summary, entry.kind) == ("Words of Finn.", "support_group")


def test_who_saves_again_without_looking_anew_is_told_again_where_a_third_wrote(
    finn_browser, gwen_browser, draft_of
):
    service = draft_of()
    page = url("listing_edit", service.pk)
    mine = opened(finn_browser, page)
    gwen_browser.post(page, opened(gwen_browser, page) | {"summary": "One."})
    first = finn_browser.post(page, mine | {"summary": "Mine."})
    gwen_browser.post(page, opened(gwen_browser, page) | {"summary": "Two."})

    second = finn_browser.post(
        page, mine | {"summary": "Mine.", "seen": first.context["form"]["seen"].value()}
    )

    assert (first.status_code, second.status_code) == (409, 409)
    assert "It says “Two.” now." in second.text


@pytest.mark.parametrize("what", ["place", "phone", "organization"])
def test_each_form_of_what_is_stored_notices_it(finn_browser, gwen_browser, draft_of, what):
    service = draft_of()
    link, phone = service.service_at_locations.get(), service.phones.get()
    page, changed = {
        "place": (url("place_edit", service.pk, link.pk), {"city": "Elsewhere"}),
        "phone": (url("part_edit", service.pk, "phone", phone.pk), {"number": "01632 960777"}),
        "organization": (url("organization_edit", service.organization_id), {"name": "Elsewhere"}),
    }[what]
    mine, theirs = opened(finn_browser, page), opened(gwen_browser, page)
    assert gwen_browser.post(page, theirs | changed).status_code == 302

    response = finn_browser.post(page, mine)

    assert response.status_code == 409
    assert f"It says “{next(iter(changed.values()))}” now." in response.text


def test_nobody_else_meanwhile_saves_at_once(finn_browser, draft_of):
    service = draft_of()
    page = url("listing_edit", service.pk)

    response = finn_browser.post(page, opened(finn_browser, page) | {"summary": "Other words."})

    assert response.status_code == 302


def test_a_new_row_carries_no_mark(finn_browser, draft_of):
    service = draft_of()

    for page in [url("listing_new"), url("place_new", service.pk), url("part_new", service.pk, "phone")]:
        assert 'name="seen"' not in finn_browser.get(page).text


@pytest.mark.django_db(transaction=True)
def test_of_two_saved_in_the_same_moment_one_is_told(finn_browser, gwen_browser, draft_of):
    service = draft_of()
    page = url("listing_edit", service.pk)
    mine, theirs = opened(finn_browser, page), opened(gwen_browser, page)

    second = meanwhile(
        lambda: finn_browser.post(page, mine | {"summary": "Words of Finn."}),
        lambda: gwen_browser.post(page, theirs | {"summary": "Words of Gwen."}),
    )

    assert second.status_code == 409
    assert Service.objects.get(pk=service.pk).listing.summary == "Words of Finn."


# --- the point on the map -----------------------------------------------------


@pytest.fixture
def visitor(browser_of):
    return browser_of(None)


@pytest.fixture
def place(finn_browser, draft_of):
    """The page of a listing's place, and what it shows."""
    service = draft_of()
    link = service.service_at_locations.get()
    page = url("place_edit", service.pk, link.pk)

    def send(**changed):
        response = finn_browser.post(page, opened(finn_browser, page) | changed)
        link.location.refresh_from_db()
        return response

    send.location = link.location
    send.page = page
    return send


def test_a_place_with_a_point_on_the_map_is_found_near_by(finn, finn_browser, place, visitor):
    service = place.location.service_at_locations.get().service
    assert "It has no point on the map" in finn_browser.get(url("listing_detail", service.pk)).text
    place(position="52.0406, -0.7594")
    actions.submit_for_review(by=finn, service=service)
    actions.publish(by=finn, service=service, how="visit")

    found = visitor.get(url("resource_list"), {"near": "52.04,-0.76", "within": "1"})

    assert [each.pk for each in found.context["page"]] == [service.pk]
    assert "It has no point on the map" not in finn_browser.get(url("listing_detail", service.pk)).text


@pytest.mark.parametrize("typed", ["52.04", "52,04", "north", "91, 0", "0, 181", "52,0406, -0,7594"])
def test_what_is_no_point_is_refused(place, typed):
    response = place(position=typed)

    assert response.status_code == 422
    assert "Write two numbers" in response.text
    assert place.location.latitude is None


def test_where_the_address_changes_it_asks_whether_the_point_is_still_right(place):
    place(position="52.0406, -0.7594")

    asked = place(city="Elsewhere")
    stored = place.location.latitude
    stays = place(city="Elsewhere", is_still_there="on")
    moves = place(city="Far away", position="53.5, -1.25")
    goes = place(city="Nowhere", position="")

    assert asked.status_code == 422
    assert "The address is another one now." in asked.text
    assert re.search(r'<input[^>]* name="is_still_there"', asked.text)
    assert stored == pytest.approx(52.0406)
    assert [stays.status_code, moves.status_code, goes.status_code] == [302, 302, 302]
    assert (place.location.latitude, place.location.longitude) == (None, None)
    assert place.location.addresses.get().city == "Nowhere"


def test_a_point_that_is_not_touched_keeps_all_its_digits(place):
    place.location.latitude, place.location.longitude = 52.040612345678, 1e-05
    place.location.save()

    assert place(description="Round the back").status_code == 302

    assert (place.location.latitude, place.location.longitude) == (52.040612345678, 1e-05)


def test_the_point_of_a_secret_place_is_not_shown_and_is_kept(finn_browser, place):
    place(position="52.0406, -0.7594", is_confidential="on")

    shown = finn_browser.get(place.page).text
    response = place(location_type="physical", is_confidential="on")

    assert "52.0406" not in re.sub(r'<div id="[^"]*helptext".*?</div>', "", shown)
    assert response.status_code == 302
    assert place.location.latitude == pytest.approx(52.0406)


def test_the_mark_of_a_secret_place_tells_nothing_of_it(finn_browser, place):
    place(position="52.0406, -0.7594", is_confidential="on")
    before = opened(finn_browser, place.page)["seen"]
    place.location.latitude = 10
    place.location.save()

    assert opened(finn_browser, place.page)["seen"] == before


def test_a_part_that_was_removed_meanwhile_can_be_added_anew(finn, finn_browser, draft_of):
    service = draft_of()
    phone = service.phones.get()
    page = url("part_edit", service.pk, "phone", phone.pk)
    mine = opened(finn_browser, page) | {"description": "Ask for Ada."}
    actions.remove_part(by=finn, service=service, part=phone)

    first = finn_browser.post(page, mine)
    were_there = Phone.objects.count()
    second = finn_browser.post(page, mine | {"seen": mark(first)})

    assert (first.status_code, were_there) == (409, 0)
    assert "Somebody removed this since you opened it. Save again to add it anew." in first.text
    assert "It is empty now." not in first.text
    assert second.status_code == 302
    assert service.phones.get().description == "Ask for Ada."


def test_a_place_that_was_removed_meanwhile_can_be_added_anew(finn, finn_browser, place):
    mine = opened(finn_browser, place.page) | {"description": "Round the back."}
    link = place.location.service_at_locations.get()
    service = link.service
    actions.remove_place(by=finn, link=link)

    first = finn_browser.post(place.page, mine)
    second = finn_browser.post(place.page, mine | {"seen": mark(first)})

    assert first.status_code == 409
    assert "Somebody removed this since you opened it." in first.text
    assert second.status_code == 302
    assert service.service_at_locations.get().location.description == "Round the back."


@pytest.mark.parametrize("name", ["part_edit", "part_remove"])
def test_an_old_link_to_a_part_that_is_gone_leads_to_its_listing(finn, finn_browser, draft_of, name):
    service = draft_of()
    phone = service.phones.get()
    page = url(name, service.pk, "phone", phone.pk)
    actions.remove_part(by=finn, service=service, part=phone)

    response = finn_browser.get(page, follow=True)

    assert response.redirect_chain == [(url("listing_detail", service.pk), 302)]
    assert "It is not part of the listing any more." in response.text


def test_a_part_of_another_listing_is_not_written_through_this_one(finn_browser, draft_of):
    mine, other = draft_of("Mine"), draft_of("Other")
    phone = other.phones.get()

    finn_browser.post(
        url("part_edit", mine.pk, "phone", phone.pk), {"number": "01632 960999", "seen": "guessed"}
    )

    assert other.phones.get().number != "01632 960999"
    assert mine.phones.count() == 1


def to_be_merged(finn, published_of):
    """A listing, and what makes it one with another."""
    kept, gone = published_of("Kept"), published_of("Gone")
    return gone, lambda: merging.merge(by=finn, kept=kept, gone=gone, choices={})


@pytest.mark.parametrize("what", ["listing_edit", "place_new", "place_edit", "part_new", "part_edit"])
def test_what_is_typed_for_a_listing_that_was_merged_meanwhile_is_kept_on_the_page(
    finn, finn_browser, published_of, what
):
    gone, merge = to_be_merged(finn, published_of)
    phone, link = gone.phones.get(), gone.service_at_locations.get()
    arguments = {
        "place_edit": [link.pk],
        "part_new": ["phone"],
        "part_edit": ["phone", phone.pk],
    }
    page = url(what, gone.pk, *arguments.get(what, []))
    form = finn_browser.get(page).context["form"]
    mine = {name: value for name in form.fields if (value := form[name].value()) not in (None, "", False)}
    merge()

    typed = {"description": "Ask for Ada.", "number": "01632 960123", "name": "Typed"}
    response = finn_browser.post(page, mine | typed)

    assert response.status_code == 422
    assert "It was merged into “Kept”. Write it there" in response.text
    assert "Ask for Ada." in response.text
    assert (gone.phones.count(), gone.service_at_locations.count()) == (1, 1)
    assert "Typed" not in {*Service.objects.values_list("name", flat=True)}


@pytest.mark.parametrize("what", ["place_remove", "part_remove"])
def test_nothing_is_removed_of_a_listing_that_was_merged(finn, finn_browser, published_of, what):
    gone, merge = to_be_merged(finn, published_of)
    arguments = (
        [gone.service_at_locations.get().pk] if what == "place_remove" else ["phone", gone.phones.get().pk]
    )
    merge()

    response = finn_browser.post(url(what, gone.pk, *arguments), follow=True)

    assert "It was merged into “Kept”." in response.text
    assert (gone.phones.count(), gone.service_at_locations.count()) == (1, 1)


def test_of_two_addresses_the_one_to_go_to_is_shown_and_changed(finn_browser, place):
    by_post = place.location.addresses.get()
    by_post.address_type = "postal"
    by_post.save()
    columns = {name: getattr(by_post, name) for name in ["city", "state_province", "postal_code", "country"]}
    there = Address.objects.create(location=place.location, address_1="9 Mill Lane", **columns)

    mine = opened(finn_browser, place.page)
    response = finn_browser.post(place.page, mine | {"address_1": "10 Mill Lane"})

    assert mine["address_1"] == "9 Mill Lane"
    assert response.status_code == 302
    assert Address.objects.get(pk=there.pk).address_1 == "10 Mill Lane"
    assert Address.objects.get(pk=by_post.pk).address_1 == by_post.address_1


def test_a_place_that_became_secret_meanwhile_stays_so(finn, finn_browser, place):
    mine = opened(finn_browser, place.page) | {"description": "Round the back."}
    actions.change_place(
        by=finn, location=place.location, place={"is_confidential": True}, address=None, accessibility=None
    )

    first = finn_browser.post(place.page, mine)
    again = mine | {"seen": mark(first), "is_confidential": first.context["form"]["is_confidential"].value()}
    second = finn_browser.post(place.page, again)

    assert first.status_code == 409
    assert "Somebody else has made it secret since you opened this." in first.text
    assert "It is empty now." not in first.text
    assert second.status_code == 302
    place.location.refresh_from_db()
    assert (place.location.is_confidential, place.location.description) == (True, "Round the back.")


@pytest.mark.parametrize(
    ("byday", "ticked", "kept"), [("mo, th", ["MO", "TH"], "MO,TH"), ("1MO,3MO", ["1MO", "3MO"], "1MO,3MO")]
)
def test_days_as_a_source_wrote_them_are_shown_and_kept(finn_browser, draft_of, byday, ticked, kept):
    service = draft_of(schedules=[{"freq": "MONTHLY", "byday": byday}])
    row = service.schedules.get()
    page = url("part_edit", service.pk, "schedule", row.pk)
    shown = opened(finn_browser, page)

    response = finn_browser.post(page, shown | {"description": "Upstairs."})

    row.refresh_from_db()
    assert sorted(shown["byday"]) == ticked
    assert response.status_code == 302
    assert (row.byday, row.description) == (kept, "Upstairs.")


def test_what_others_wrote_reads_as_the_fields_show_it(finn, finn_browser, draft_of):
    service = draft_of(
        schedules=[{"freq": "WEEKLY", "byday": "MO", "opens_at": time(9), "closes_at": time(12)}]
    )
    row = service.schedules.get()
    page = url("part_edit", service.pk, "schedule", row.pk)
    mine = opened(finn_browser, page) | {"opens_at": "08:30"}
    row.opens_at = time(11)
    actions.keep_part(by=finn, service=service, part=row)

    response = finn_browser.post(page, mine)

    assert "It says “11:00” now." in response.text
    assert "Mondays” now" not in response.text
    assert "Monday” now" not in response.text


@pytest.mark.parametrize(
    "typed", ["(53.9, -1.08)", "53.9° -1.08°", "53.9, \N{MINUS SIGN}1.08", "+53.9,-1.08"]
)
def test_a_point_as_maps_write_it(place, typed):
    assert place(position=typed).status_code == 302
    assert (place.location.latitude, place.location.longitude) == (53.9, -1.08)
