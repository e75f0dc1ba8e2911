"""What others read of the directory: schema.org on its pages, the sitemap, the feed, robots.txt."""

import json
import re
from datetime import date, time
from decimal import Decimal
from http import HTTPStatus
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as ET

import pytest
from django.contrib.sitemaps import Sitemap
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from community import actions
from community.models import Location, Service
from community.sitemaps import ListingSitemap

FEED = reverse("community:changes_feed")
SITEMAP = reverse("community:sitemap")
ATOM = {"a": "http://www.w3.org/2005/Atom"}
SITE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture
def visitor(db) -> Browser:
    return Browser()


def data_of(response) -> dict:
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', response.text, re.DOTALL)
    return json.loads(block)


def test_a_listing_says_what_it_is_in_the_words_of_schema_org(visitor, published_of, settings):
    settings.SITE_URL = "https://trellis.example"
    service = published_of(
        service={"name": "Rent advice", "minimum_age": Decimal(16), "url": "https://mill-lane.example/rent"},
        place={"name": "Mill House", "latitude": 52.0, "longitude": -1.0},
        schedules=[
            {"freq": "WEEKLY", "byday": "MO,WE", "opens_at": time(9, 30), "closes_at": time(12)},
            {"freq": "MONTHLY", "byday": "1SA", "opens_at": time(10)},
        ],
        costs=[{"option": "An evening", "amount": Decimal(5), "currency": "gbp"}],
        languages=["English", "Polish"],
    )

    data = data_of(visitor.get(service.get_absolute_url()))

    address = f"https://trellis.example{service.get_absolute_url()}"
    assert data == {
        "@context": "https://schema.org",
        "@type": "Service",
        "@id": address,
        "url": address,
        "name": "Rent advice",
        "description": "Free advice on rent.",
        "serviceType": ["Get help", "Housing"],
        "provider": {
            "@type": "Organization",
            "name": "Mill Lane Advice",
            "url": "https://mill-lane.example",
        },
        "availableChannel": [
            {
                "@type": "ServiceChannel",
                "serviceUrl": "https://mill-lane.example/rent",
                "servicePhone": [{"@type": "ContactPoint", "telephone": "01632 960123"}],
                "availableLanguage": ["English", "Polish"],
                "serviceLocation": {
                    "@type": "Place",
                    "name": "Mill House",
                    "address": [
                        {
                            "@type": "PostalAddress",
                            "streetAddress": "4 Mill Lane",
                            "addressLocality": "Harwick Bridge",
                            "addressRegion": "Northshire",
                            "postalCode": "HB1 2AB",
                            "addressCountry": "GB",
                        }
                    ],
                    "geo": {"@type": "GeoCoordinates", "latitude": 52.0, "longitude": -1.0},
                },
            }
        ],
        "hoursAvailable": [
            {
                "@type": "OpeningHoursSpecification",
                "dayOfWeek": ["https://schema.org/Monday", "https://schema.org/Wednesday"],
                "opens": "09:30",
                "closes": "12:00",
            }
        ],
        "offers": [{"@type": "Offer", "name": "An evening", "price": "5.00", "priceCurrency": "GBP"}],
        "audience": {"@type": "PeopleAudience", "suggestedMinAge": 16.0},
    }


def test_a_secret_place_is_not_in_the_data(visitor, published_of):
    service = published_of(
        place={"name": "Hidden House", "is_confidential": True, "latitude": 52.0, "longitude": -1.0}
    )

    text = json.dumps(data_of(visitor.get(service.get_absolute_url())))

    for secret in ["Hidden House", "4 Mill Lane", "Harwick Bridge", "HB1 2AB", "52.0", "Place"]:
        assert secret not in text


def test_words_cannot_end_the_script(visitor, published_of):
    evil = "</script><script>alert(1)</script><!-- & \u2028"
    service = published_of(evil)

    response = visitor.get(service.get_absolute_url())

    assert "<script>alert" not in response.text
    assert data_of(response)["name"] == evil


def test_what_is_not_published_has_no_data(finn_browser, draft_of):
    response = finn_browser.get(draft_of().get_absolute_url())

    assert response.status_code == HTTPStatus.OK
    assert "ld+json" not in response.text


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_policy_lets_the_data_stand_and_the_page_says_nothing_of_it(open_page, published_of):
    """`open_page` fails on anything that the console says, such as a refusal by the policy."""
    service = published_of()

    page = open_page(service.get_absolute_url())

    data = json.loads(page.locator('script[type="application/ld+json"]').text_content())
    assert data["name"] == "Rent advice"


# --- the sitemap ---------------------------------------------------------------


def locations(response) -> list[str]:
    return [each.text or "" for each in ET.fromstring(response.content).iterfind(".//s:loc", SITE)]


def test_the_sitemap_has_what_is_published_and_nothing_else(visitor, published_of, draft_of, finn):
    shown = published_of("A")
    draft_of("B")
    actions.archive(by=finn, service=published_of("C"))

    sections = [visitor.get(re.sub("^https?://[^/]+", "", each)) for each in locations(visitor.get(SITEMAP))]

    found = {re.sub("^https?://[^/]+", "", each) for section in sections for each in locations(section)}
    assert found == {"/", "/resources/", shown.get_absolute_url()}


@pytest.mark.parametrize(("checked", "is_said"), [([], False), ([True, True], True), ([True, False], False)])
def test_the_sitemap_says_when_it_was_last_checked_where_all_of_it_was(
    published_of, django_assert_num_queries, checked, is_said
):
    for number, is_checked in enumerate(checked):
        published_of(f"Advice {number}", is_checked=is_checked)

    with django_assert_num_queries(1):
        latest = ListingSitemap().get_latest_lastmod()

    assert latest == (timezone.localdate() if is_said else None)
    assert latest == Sitemap.get_latest_lastmod(ListingSitemap())


def test_robots_lets_in_to_the_directory_alone(visitor, published_of, settings):
    settings.SITE_URL = "https://trellis.example"
    response = visitor.get("/robots.txt")

    robots = RobotFileParser()
    robots.parse(response.text.splitlines())

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert robots.site_maps() == ["https://trellis.example/sitemap.xml"]
    # Python's parser takes the first rule that fits and knows no `*`; what follows is told by RFC 9309.
    rules = [line.split(": ")[1] for line in response.text.splitlines() if "llow: " in line]
    assert rules == [
        "/", "/$", "/static/", "/resources/", "/sitemap", "/resources/*?", "/resources/*/report/",
    ]  # fmt: skip


# --- the feed --------------------------------------------------------------------


def entries(response) -> list[tuple[str, str]]:
    tree = ET.fromstring(response.content)
    return [
        (each.findtext("a:title", "", ATOM), each.findtext("a:summary", "", ATOM))
        for each in tree.iterfind("a:entry", ATOM)
    ]


def test_the_feed_tells_what_was_published_and_checked(visitor, finn, published_of, draft_of):
    old = published_of("Old")
    published_of("New")
    draft_of("Draft")
    actions.archive(by=finn, service=published_of("Gone"))
    old.listing.state_changes.all().delete()
    actions.verify(by=finn, service=old, how="phone", on=date(2020, 5, 1))

    response = visitor.get(FEED)

    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert response["Cache-Control"] == "public, max-age=3600"
    assert entries(response) == [
        ("New: New", "Free advice on rent."),
        ("Checked: Old", "Free advice on rent."),
    ]


def test_the_feed_has_no_secret_place(visitor, published_of):
    published_of(place={"name": "Hidden House", "is_confidential": True})

    text = visitor.get(FEED).text

    assert Location.objects.filter(is_confidential=True).exists()
    assert "Rent advice" in text
    assert "Hidden House" not in text
    assert "Mill Lane," not in text


def test_a_name_that_xml_cannot_hold_does_not_end_the_feed(visitor, published_of):
    published_of("Rent\x0b\x1b advice\ufffe")

    assert entries(visitor.get(FEED)) == [("New: Rent advice", "Free advice on rent.")]


@pytest.mark.parametrize("rows", [3, 30])
def test_the_feed_asks_as_often_for_3_as_for_30(visitor, published_of, django_assert_num_queries, rows):
    for number in range(rows):
        published_of(f"Advice {number}")

    with django_assert_num_queries(2):
        visitor.get(FEED)
    assert Service.objects.count() == rows


# --- the API for people -------------------------------------------------------------


def test_a_browser_gets_the_api_to_read_and_a_program_gets_json(visitor, settings):
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

    page = visitor.get("/hsds/", headers={"Accept": accept})
    programs = [visitor.get("/hsds/", headers={"Accept": each}) for each in ["*/*", "application/json"]]

    assert page["Content-Type"] == "text/html; charset=utf-8"
    assert "Accept" in page["Vary"]
    assert [each.json()["version"] for each in programs] == ["3.1", "3.1"]
    document = visitor.get("/hsds/openapi.json").json()
    for path in document["paths"]:
        assert f"<code>{path}</code>" in page.text
    for name, schema in document["components"]["schemas"].items():
        assert f'id="{name}"' in page.text
        assert all(f"<code>{column}</code>" in page.text for column in schema["properties"])
    assert all(parameter in page.text for parameter in document["components"]["parameters"])


def test_the_page_of_the_api_is_nobody_elses(ben_browser, ben_client):
    page = ben_browser.get("/hsds/", headers={"Accept": "text/html"})

    assert page["Cache-Control"] == "private, no-store"
    assert "ETag" not in page
