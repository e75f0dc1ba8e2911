"""A curator works with the keyboard alone: clears a queue of 20, merges, takes back. axe finds nothing."""

import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from community import actions
from community.actions import note_gaps
from community.eyes import declare_interest
from community.models import GapRecord, LikePair, Listing, Merge, Service, WebLink
from tests.browser import LOOKS, axe_problems, sideways, take_screenshot
from tests.community import imports

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TODAY = timezone.localdate()
QUEUE = reverse("community:queue")
FOCUSED = "(document.activeElement?.innerText || document.activeElement?.value || '').trim()"


class Keys:
    """A keyboard of four keys: Tab, Enter, Space and the arrow down; it counts what is pressed."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, key: str) -> None:
        assert key in {"Tab", "Enter", "Space", "ArrowDown"}
        self.page.keyboard.press(key)
        self.pressed += 1

    def reach(self, words: str, *, within: int = 80) -> "Keys":
        """Tab on until these words have the focus."""
        for _turn in range(within):
            self.press("Tab")
            if re.search(words, self.page.evaluate(FOCUSED)):
                return self
        raise AssertionError(f"{words!r} is not reached by Tab on {self.page.url}")

    def open(self, words: str, **more) -> "Keys":
        """Reach it and press Enter; the next page is there afterwards."""
        self.reach(words, **more)
        with self.page.expect_navigation():
            self.press("Enter")
        return self


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def keys(request, open_page, finn) -> Keys:
    return Keys(open_page("/home/", user=finn, scripts=request.param))


def test_a_queue_of_20_is_cleared_by_keyboard_alone(keys, published_of):
    for number in range(20):
        published_of(f"Advice {number:02}", is_checked=False)
    keys.open("Open the curators' desk").open("What needs a check")

    keys.reach("^Choose how").press("ArrowDown")
    keys.open("I checked it today")
    before = keys.pressed
    for _entry in range(19):
        keys.reach("^Choose how", within=4).press("ArrowDown")
        keys.open("I checked it today", within=4)

    assert Service.objects.published().filter(listing__verified_how="phone").count() == 20
    assert "Nothing to check" in keys.page.content()
    assert keys.pressed - before <= 19 * 6


def test_two_are_merged_and_parted_by_keyboard_alone(keys, finn, published_of):
    other = actions.create_organization(by=finn, name="Advice of Mill Lane")
    published_of("Rent advice")
    published_of("Rent advice!", organization=other)
    LikePair.objects.find()
    keys.open("Open the curators' desk").open("^Look alike").open("^Compare").open("^Make them one")
    merged = Merge.objects.count()

    keys.open("^Take it back")

    assert (merged, Merge.objects.count()) == (1, 0)
    assert set(Listing.objects.values_list("state", flat=True)) == {"published"}


def test_several_are_changed_and_taken_back_by_keyboard_alone(keys, published_of):
    for number in range(3):
        published_of(f"Advice {number}", categories=["food", "housing"])
    keys.open("Open the curators' desk")
    for _listing in range(2):
        keys.reach("^on$|^[0-9a-f-]{36}$")
        keys.press("Space")
    keys.open("^See first what it would do").open("^Do it")
    keys.open("^Take it back")

    assert set(Listing.objects.values_list("state", flat=True)) == {"published"}


def test_a_moved_link_is_taken_over_and_taken_back_by_keyboard_alone(keys, published_of):
    service = published_of("Advice", service={"name": "Advice", "url": "https://moved.example"})
    WebLink.objects.create(url="https://moved.example", host="moved.example", state="redirect",
                           leads_to="https://new.example", checked_at="2026-01-01T10:00Z")  # fmt: skip
    keys.open("Open the curators' desk").open("What needs a check").open("^Take the new address")
    taken = Service.objects.get(pk=service.pk).url

    keys.open("^Curate$", within=30).open("^History").open("^Take it back")

    assert (taken, Service.objects.get(pk=service.pk).url) == ("https://new.example", "https://moved.example")


def test_a_gap_is_set_aside_and_brought_back_by_keyboard_alone(keys):
    note_gaps(needs=["transport"], on=TODAY)
    keys.open("Open the curators' desk").open("What needs a check").reach("^Set it aside").press("Enter")
    keys.press("Tab")
    keys.page.keyboard.type("Asked the bus company")
    keys.open("^Set it aside", within=1)
    aside = GapRecord.objects.get().is_set_aside

    keys.reach("^1 was set aside").press("Enter")
    keys.open("^Bring it back")

    assert (aside, GapRecord.objects.get().is_set_aside) == (True, False)


@LOOKS
def test_curators_pages_are_accessible(open_page, finn, published_of, organization, size, scheme):
    other = actions.create_organization(by=finn, name="Advice of Mill Lane")
    kept = published_of("Rent advice", is_checked=False)
    gone = published_of(
        "Rent advice!", organization=other, phones=[{"number": "01632 960999"}], languages=["Polish"]
    )
    actions.change_listing(
        by=finn, service=gone, columns={"alert": "Closed in May"}, listing={}, categories=["food"]
    )
    LikePair.objects.find()
    WebLink.objects.write_down()
    WebLink.objects.update(state="dead", answer="No answer in time.", dead_days=2, dead_on="2026-01-01",
                           checked_at="2026-01-01T10:00Z")  # fmt: skip
    WebLink.objects.create(url="https://moved.example", host="moved.example", state="redirect",
                           leads_to="http://new.example", checked_at="2026-01-01T10:00Z")  # fmt: skip
    declare_interest(by=finn, organization=other, words="I sing there")
    note_gaps(needs=["transport", "legal_immigration", "work"], on=TODAY)
    GapRecord.objects.get(need="work").set_aside(by=finn, why="The job centre is asked", on=TODAY)
    GapRecord.objects.get(need="transport").set_aside(
        by=finn, why="No bus company answers", on=TODAY - timedelta(days=60)
    )
    says = {"id": str(gone.pk), "name": gone.name, "status": "active", "alert": "Open in May"}
    says["organization"] = {"id": str(other.pk), "name": other.name}
    run = imports.tried(by=finn, file_name="services.json", content=json.dumps([says]).encode())
    assert run.report["conflicts_total"] == 1
    actions.report_problem(service=kept, problem="unwelcome", words="They laughed at me.", source="a")
    pages = {
        "import": reverse("community:import_detail", args=[run.pk]),
        "queue": QUEUE,
        "queue-unsaid": f"{QUEUE}?unsaid={kept.pk}",
        "curate": reverse("community:curate"),
        "alike": reverse("community:like_pairs"),
        "merge": reverse("community:merge_confirm", args=[kept.pk, gone.pk]),
        "merge-find": reverse("community:merge_find", args=[kept.pk]),
        "listing": reverse("community:listing_detail", args=[kept.pk]),
        "listing-of-interest": reverse("community:listing_detail", args=[gone.pk]),
        "history": reverse("community:edit_list"),
        "interests": reverse("community:interest_list"),
        "organization": other.get_absolute_url(),
        "curator-home": "/home/",
    }
    page = open_page("/home/", user=finn, size=size, scheme=scheme)

    problems = []
    for name, address in pages.items():
        page.goto(address)
        page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
        problems += axe_problems(page)
        problems += [f"{address} scrolls sideways by {by}" for by in [sideways(page)] if by]
        take_screenshot(page, f"curate-{name}-{size}-{scheme}")

    assert problems == []
