"""Listings of an invented town, made by the actions that curators use."""

import pytest

from community import actions
from community.models import Organization, Service
from community.vocabulary import ensure_categories


@pytest.fixture
def categories(db):
    return ensure_categories()


@pytest.fixture
def organization(finn) -> Organization:
    return actions.create_organization(by=finn, name="Mill Lane Advice", website="https://mill-lane.example")


@pytest.fixture
def draft_of(finn, organization, categories):
    """A complete draft; keyword arguments as of `create_listing`."""

    def make(name: str = "Rent advice", **more) -> Service:
        return actions.create_listing(
            by=finn,
            **{
                "organization": organization,
                "service": {"name": name, "description": "Somebody reads the letter with you."},
                "listing": {"kind": "get_help", "affiliation": "none", "summary": "Free advice on rent."},
                "categories": ["housing"],
                "place": {"name": "Mill House"},
                "address": {
                    "address_1": "4 Mill Lane",
                    "city": "Harwick Bridge",
                    "state_province": "Northshire",
                    "postal_code": "HB1 2AB",
                    "country": "GB",
                },
                "phones": [{"number": "01632 960123", "type": "voice"}],
                **more,
            },
        )

    return make


@pytest.fixture
def published_of(finn, draft_of):
    def make(name: str = "Rent advice", *, is_checked: bool = True, **more) -> Service:
        service = draft_of(name, **more)
        actions.submit_for_review(by=finn, service=service)
        actions.publish(by=finn, service=service, **({"how": "phone"} if is_checked else {}))
        return service

    return make
