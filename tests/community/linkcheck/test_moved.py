"""A link that moved for good: the new address stands wherever the old one stood, and can be taken back."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from community import actions, edits
from community.errors import NotPossible
from community.eyes import declare_interest
from community.linkcheck.asking import Answer
from community.models import Edit, Listing, Location, Organization, Service, ServiceAtLocation, Url, WebLink

pytestmark = pytest.mark.django_db

OLD, NEW = "https://mill-lane.example", "https://millhouse.example/advice"
QUEUE = reverse("community:queue")


def moved(url: str = OLD, to: str = NEW) -> WebLink:
    link, _made = WebLink.objects.get_or_create(url=url, host=url.split("/")[2])
    link.note(Answer("redirect", "It moved for good.", to), on=timezone.localdate())
    return WebLink.objects.get(pk=link.pk)


def take(finn, link: WebLink) -> int:
    return actions.take_new_address(by=finn, link=link, address=link.new_address)


def said() -> list[str]:
    """Every address the directory says, in the columns that links come from."""
    columns = [(Service, "url"), (Organization, "website"), (Url, "url"), (Location, "url")]
    return sorted(url for model, name in columns for url in model.objects.values_list(name, flat=True) if url)


@pytest.fixture
def everywhere(finn, published_of) -> list[Service]:
    """The old address in each of the columns, of three listings, and once in a place nobody is told of."""
    first = published_of("One")
    second = published_of("Two", organization={"name": "Choir"}, service={"name": "Two", "url": OLD})
    third = published_of("Three", organization={"name": "Kitchen"})
    Url.objects.create(service=third, url=OLD)
    Url.objects.create(service=third, url=f"{OLD}/other")
    for place in (Location.objects.create(url=OLD), Location.objects.create(url=OLD, is_confidential=True)):
        ServiceAtLocation.objects.create(service=third, location=place)
    return [first, second, third]


def test_the_new_address_stands_everywhere_the_old_one_stood(finn, everywhere):
    assert take(finn, moved()) == 3

    assert said() == [OLD, f"{OLD}/other", NEW, NEW, NEW, NEW]
    assert Location.objects.get(is_confidential=True).url == OLD


def test_it_is_one_edit_of_all_of_them_and_is_taken_back_as_one(finn, everywhere):
    before = said()
    take(finn, moved())
    edit = Edit.objects.get(kind="bulk")

    edits.take_back(by=finn, edit=edit)

    assert (str(edit), set(edit.services.all())) == (f"{OLD} moved to {NEW}", set(everywhere))
    assert said() == before


def test_the_new_link_is_asked_again_and_the_old_one_soon_forgotten(finn, everywhere):
    known = WebLink.objects.create(url=NEW, host="millhouse.example")
    known.note(Answer("ok", "It answers (200)."), on=timezone.localdate())

    take(finn, moved())

    assert WebLink.objects.get(url=NEW).due_at <= timezone.now()
    old = WebLink.objects.get(url=OLD)
    assert (old.state, old.leads_to) == ("unchecked", "")
    WebLink.objects.write_down()
    assert not WebLink.objects.filter(url=OLD).exists()


def test_a_new_link_is_written_down_with_its_host(finn, everywhere):
    take(finn, moved(to="https://Mill.Example:443/a"))

    assert WebLink.objects.get(url="https://Mill.Example:443/a").host == "mill.example"


def test_it_points_into_the_page_as_before(finn, published_of):
    service = published_of(service={"name": "Rent advice", "url": f"{OLD}/a#rent"})

    take(finn, moved(f"{OLD}/a#rent"))

    assert Service.objects.get(pk=service.pk).url == f"{NEW}#rent"


@pytest.mark.parametrize(
    "to",
    [
        "",
        "ftp://files.example/a",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:192.168.0.1]/",
        "http://localhost:80/",
        "http://a.localhost/",
        "http://intranet/",
        "javascript:alert(1)",
        f"https://mill.example/{'a' * 476}",  # with what the old one points to it is too long for the column
    ],
)
def test_what_may_not_stand_in_a_listing_is_not_offered(finn, finn_browser, published_of, to):
    service = published_of(service={"name": "Rent advice", "url": f"{OLD}#rent"})
    link = moved(f"{OLD}#rent", to)

    page = finn_browser.get(reverse("community:listing_detail", args=[service.pk])).text

    assert (link.new_address, "Take the new address" in page) == ("", False)
    with pytest.raises(NotPossible, match="Look again"):
        actions.take_new_address(by=finn, link=link, address=to)
    assert Service.objects.get(pk=service.pk).url == f"{OLD}#rent"


def test_only_what_the_curator_saw_is_taken(finn, finn_browser, everywhere):
    link = moved()
    moved(to="https://elsewhere.example")

    response = finn_browser.post(take_url(link), {"address": NEW}, follow=True)

    assert "not as it was when you looked" in response.text
    assert NEW not in said()


def test_taken_twice_it_is_said_and_nothing_more_is_done(finn, finn_browser, everywhere):
    link = moved()

    answers = [finn_browser.post(take_url(link), {"address": NEW}, follow=True) for _click in range(2)]

    assert "3 listings have the new address now" in answers[0].text
    assert "not as it was when you looked" in answers[1].text
    assert Edit.objects.filter(kind="bulk").count() == 1


def test_who_took_it_is_not_the_second_pair_of_eyes(finn, everywhere, settings):
    settings.SECOND_PAIR_OF_EYES = True

    take(finn, moved())

    checked = Listing.objects.filter(service__in=everywhere).values_list("changed_by", "verified_on")
    assert set(checked) == {(finn.pk, None)}


def test_who_has_an_interest_takes_it_like_any_other_edit(finn, organization, published_of):
    published_of()
    declare_interest(by=finn, organization=organization, words="I work there")

    assert take(finn, moved()) == 1
    with pytest.raises(NotPossible, match="declared an interest"):
        actions.verify(by=finn, service=Service.objects.get(), how="phone")


# --- the pages ------------------------------------------------------------------


def take_url(link: WebLink) -> str:
    return reverse("community:link_take", args=[link.pk])


def test_a_listing_offers_it_and_leads_back(finn_browser, published_of):
    service = published_of()
    link = moved()
    page = reverse("community:listing_detail", args=[service.pk])

    offered = re.sub(r"\s+", " ", finn_browser.get(page).text)
    response = finn_browser.post(take_url(link), {"address": NEW, "listing": str(service.pk)})

    assert f'name="address" value="{NEW}"' in offered
    assert "not secure" not in offered
    assert response.url == page
    assert f"{OLD} moved to {NEW}" in finn_browser.get(page).text


def test_the_queue_lists_all_that_moved_and_leads_back(finn_browser, published_of):
    published_of()
    link = moved()
    WebLink.objects.create(url="https://fine.example", host="fine.example", state="ok")

    response = finn_browser.get(QUEUE)

    assert [each.url for each in response.context["moved"]] == [OLD]
    assert finn_browser.post(take_url(link), {"address": NEW, "listing": "//evil.example"}).url == QUEUE


def test_an_address_that_is_less_safe_is_said_so(finn_browser, published_of):
    published_of()
    moved(to="http://millhouse.example")

    page = finn_browser.get(QUEUE).text

    assert "Take the new address, though it is not secure" in page
    assert "others can see what people read there" in page


def test_the_queue_asks_as_often_however_many_moved(finn_browser, published_of, django_assert_num_queries):
    published_of(is_checked=False)
    for number in range(60):
        moved(f"https://shop-{number}.example", f"https://shop-{number}.example/new")

    with django_assert_num_queries(8):
        response = finn_browser.get(QUEUE)

    assert len(response.context["moved"]) == 50
