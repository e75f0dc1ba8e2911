"""The weekly look at the links of the directory: which, when, and what is written down."""

import threading
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from community import actions, tasks
from community.linkcheck.asking import Answer
from community.linkcheck.rounds import check_links
from community.models import Location, Service, ServiceAtLocation, Url, WebLink

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
QUEUE = reverse("community:queue")


def link(url: str, **columns) -> WebLink:
    host = url.split("/")[2].split(":")[0]
    return WebLink.objects.create(url=url, host=host, **columns)


def round_of(web, **more) -> int:
    web.names.setdefault("shop.test", [["127.0.0.1"]])
    return check_links(rules=web.rules, **{"whole": 4.0, "pause": 0.0, **more})


def test_the_links_of_listings_are_written_down_once(finn, draft_of, published_of, organization):
    first, second = (
        published_of("One"),
        published_of("Two", service={"name": "Two", "url": "https://two.example"}),
    )
    Url.objects.create(service=second, url="https://more.example/x")
    open_place = Location.objects.create(url="HTTP://Place.example:8080/")
    secret = Location.objects.create(url="https://secret.example", is_confidential=True)
    for place in (open_place, secret):
        ServiceAtLocation.objects.create(service=first, location=place)
    draft_of("Draft", service={"name": "Draft", "url": "https://draft.example"})

    WebLink.objects.write_down()
    WebLink.objects.write_down()

    assert dict(WebLink.objects.order_by("url").values_list("url", "host")) == {
        "HTTP://Place.example:8080/": "place.example",
        "https://mill-lane.example": "mill-lane.example",
        "https://more.example/x": "more.example",
        "https://two.example": "two.example",
    }
    services = Service.objects.published().prefetch_related(
        "additional_urls", "service_at_locations__location"
    )
    assert {service: service.web_addresses for service in Service.objects.published().for_queue()} == {
        service: service.web_addresses for service in services
    }
    assert {url for service in services for url in service.web_addresses} == {
        *WebLink.objects.values_list("url", flat=True)
    }


def test_a_link_that_no_listing_names_is_forgotten(published_of):
    published_of()
    link("https://old.example")

    WebLink.objects.write_down()

    assert [each.url for each in WebLink.objects.all()] == ["https://mill-lane.example"]


def test_a_round_writes_down_what_was_answered(web):
    good = link(f"http://shop.test:{web.port}/ok")
    link(f"http://other.test:{web.port}/to/301/?/ok")
    web.names["other.test"] = [["127.0.0.1"]]

    assert round_of(web) == 2

    good.refresh_from_db()
    assert (good.state, good.answer, good.held_until) == ("ok", "It answers (200).", None)
    assert timedelta(days=6, hours=23) < good.due_at - timezone.now() < timedelta(days=7, minutes=1)
    moved = WebLink.objects.get(host="other.test")
    assert (moved.state, moved.leads_to) == ("redirect", f"http://other.test:{web.port}/ok")
    assert round_of(web) == 0


def test_a_round_asks_each_host_once(web):
    for number in range(3):
        link(f"http://shop.test:{web.port}/ok?{number}")

    assert [round_of(web) for _each in range(4)] == [1, 1, 1, 0]


def test_a_dead_link_is_looked_at_the_next_day_and_then_dead_for_sure(web):
    row = link(f"http://shop.test:{web.port}/missing")

    round_of(web)
    row.refresh_from_db()
    once = (row.dead_days, row.is_dead_for_sure, row.due_at - timezone.now() < timedelta(days=1, minutes=1))
    WebLink.objects.update(due_at=Now())
    round_of(web)
    row.refresh_from_db()
    again_today = row.dead_days
    WebLink.objects.update(due_at=Now(), dead_on=TODAY - timedelta(days=1))
    round_of(web)
    row.refresh_from_db()

    assert once == (1, False, True)
    assert again_today == 1
    assert (row.dead_days, row.is_dead_for_sure, row.dead_on) == (2, True, timezone.localdate())


@pytest.mark.parametrize(("then", "days"), [("ok", 0), ("redirect", 0), ("unchecked", 1), ("dead", 2)])
def test_a_link_that_works_again_begins_anew(then, days):
    row = link("https://shop.example", state="dead", dead_days=1, dead_on=TODAY - timedelta(days=1))

    row.note(Answer(then, "words"), on=TODAY)

    assert WebLink.objects.get().dead_days == days


def test_one_round_at_a_time(web):
    link(f"http://shop.test:{web.port}/ok")
    link(f"http://other.test:{web.port}/ok", held_until=timezone.now() + timedelta(minutes=1))

    assert round_of(web) == 0

    WebLink.objects.update(held_until=timezone.now() - timedelta(minutes=1))
    web.names["other.test"] = [["127.0.0.1"]]
    assert round_of(web) == 2


def test_who_hangs_does_not_keep_the_others(web):
    for number in range(7):
        web.names[f"slow{number}.test"] = [["127.0.0.1"]]
        link(f"http://slow{number}.test:{web.port}/hang")
    link(f"http://shop.test:{web.port}/ok")

    assert round_of(web, whole=1.0) == 8

    assert sorted(WebLink.objects.values_list("state", flat=True)) == ["dead"] * 7 + ["ok"]


def test_a_name_that_takes_for_ever_is_not_waited_for(web):
    go_on = threading.Event()
    rules = web.rules.__class__(resolve=lambda host, port: [str(go_on.wait(20))])
    row = link("http://shop.test/")

    check_links(rules=rules, whole=0.2, looking_up=0.2)
    go_on.set()

    row.refresh_from_db()
    assert (row.state, row.answer) == ("unchecked", "The name could not be looked up.")


def test_the_tasks_ask_only_where_the_installation_wants_it(settings, monkeypatch, published_of):
    published_of()
    asked = []
    monkeypatch.setattr(tasks, "check_links", lambda: asked.append(1))

    tasks.write_down_links()
    tasks.check_due_links()
    settings.LINK_CHECKS = True
    tasks.check_due_links()

    assert (WebLink.objects.count(), asked) == (1, [1])


def test_links_are_for_curators(finn, alma, gita):
    link("https://shop.example")

    assert WebLink.objects.editable_by(finn).count() == 1
    assert not WebLink.objects.editable_by(alma).exists()
    assert not WebLink.objects.editable_by(gita).exists()


def dead_for_sure(url: str, *, on=TODAY) -> WebLink:
    return link(url, state="dead", answer="The page is not there (404).", dead_days=2, dead_on=on,
                checked_at=timezone.now())  # fmt: skip


def test_a_link_dead_for_sure_puts_its_listings_in_the_queue(finn, finn_browser, published_of):
    service = published_of()
    actions.verify(by=finn, service=service, how="phone", on=TODAY - timedelta(days=1))
    row = dead_for_sure("https://mill-lane.example")

    text = finn_browser.get(QUEUE).text
    row.dead_days = 1
    row.save()
    once = finn_browser.get(QUEUE).text

    assert "Its link https://mill-lane.example does not work: The page is not there (404)." in text
    assert "Nothing to check" in once


def test_reading_their_website_answers_for_the_link_until_it_is_looked_at_again(
    finn, finn_browser, published_of
):
    service = published_of()
    actions.verify(by=finn, service=service, how="phone", on=TODAY - timedelta(days=1))
    row = dead_for_sure("https://mill-lane.example")

    finn_browser.post(reverse("community:listing_verify", args=[service.pk]), {"how": "phone"})
    rung = finn_browser.get(QUEUE).text
    finn_browser.post(reverse("community:listing_verify", args=[service.pk]), {"how": "website"})
    checked = finn_browser.get(QUEUE).text
    row.note(Answer("dead", "No answer in time."), on=TODAY + timedelta(days=7))
    later = finn_browser.get(QUEUE).text

    assert "does not work" in rung
    assert "Nothing to check" in checked
    assert "No answer in time." in later


def test_a_curator_sees_beside_the_link_what_was_answered(finn_browser, published_of):
    service = published_of()
    page = reverse("community:listing_detail", args=[service.pk])

    before = finn_browser.get(page).text
    dead_for_sure("https://mill-lane.example", on=TODAY)
    after = finn_browser.get(page).text

    assert "Not looked at yet." in before
    assert "Does not work" in after
    assert "The page is not there (404)." in after
    assert "It did not work on 2 days in a row." in after
