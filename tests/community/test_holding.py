"""Two who write the same listing at once do not wait for each other, and nobody waits to speak of it."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from community import actions, bulk, edits, merging
from community.holding import hold
from community.hsds.tables import TABLES
from community.models import Edit, ImportRun, Listing, Merge, ProblemReport, Service, WebLink
from tests.at_once import meanwhile
from tests.community import imports

ORDER = [table.model._meta.db_table for table in TABLES] + [Listing._meta.db_table]


def held(queries: CaptureQueriesContext) -> list[str]:
    """The tables of the directory in the order in which rows of them were first held."""
    locks = [re.search(r'FROM "?(\w+).* FOR (NO KEY )?UPDATE', query["sql"], re.S) for query in queries]
    of_the_directory = [lock for lock in locks if lock and lock[1] in ORDER]
    assert all(lock[2] for lock in of_the_directory)
    return list(dict.fromkeys(lock[1] for lock in of_the_directory))


def write_words(finn, service: Service) -> None:
    actions.change_listing(
        by=finn, service=service, columns={"wait_time": "Two weeks"}, listing={}, categories=["housing"]
    )


def send_words(finn_browser, service: Service) -> None:
    page = reverse("community:listing_edit", args=[service.pk])
    form = finn_browser.get(page).context["form"]
    shown = {name: value for name in form.fields if (value := form[name].value()) not in (None, "")}
    finn_browser.post(page, shown | {"name": "Debt advice"})


def take_back_words(finn, service: Service) -> None:
    write_words(finn, service)
    edits.take_back(by=finn, edit=Edit.objects.first())


def add_food(finn, food) -> None:
    bulk.change_several(by=finn, services=Service.objects.for_lines(), act="add", category=food)


def take_address(finn) -> None:
    link = WebLink.objects.create(
        url="https://mill-lane.example", host="mill-lane.example", state="redirect",
        leads_to="https://mill.example",
    )  # fmt: skip
    actions.take_new_address(by=finn, link=link, address=link.new_address)


def tried(finn, service: Service) -> ImportRun:
    organization = {"id": str(service.organization_id), "name": "Old Mill", "description": "They help."}
    said = {"id": str(service.pk), "name": "Advice", "status": "active", "organization": organization}
    return imports.tried(by=finn, file_name="services.json", content=json.dumps([said]).encode())


@pytest.mark.parametrize(
    "act", ["words", "words taken back", "merge", "several", "address", "import", "import taken back"]
)
def test_services_are_held_before_their_entries(finn, finn_browser, published_of, categories, act):
    service, other = published_of("Rent advice"), published_of("Rent help")
    run = tried(finn, service)
    if act == "import taken back":
        imports.brought_in(by=finn, run=run)
    do = {
        "words": lambda: send_words(finn_browser, service),
        "words taken back": lambda: take_back_words(finn, service),
        "merge": lambda: merging.merge(by=finn, kept=service, gone=other, choices={"phones": "gone"}),
        "several": lambda: add_food(finn, categories["food"]),
        "address": lambda: take_address(finn),
        "import": lambda: imports.brought_in(by=finn, run=run),
        "import taken back": lambda: imports.taken_back(by=finn, run=run),
    }[act]

    with CaptureQueriesContext(connection) as queries:
        do()

    found = held(queries)
    assert {"community_service", "community_listing"} <= {*found}
    assert found == sorted(found, key=ORDER.index)


@pytest.mark.django_db(transaction=True)
def test_who_speaks_of_a_service_does_not_wait_for_who_writes_it(published_of):
    service = published_of()

    def report() -> ProblemReport:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '300ms'")
        return actions.report_problem(service=service, problem="wrong", words="They moved.", source="a")

    answer = meanwhile(lambda: hold(Service.objects.all()), report)

    assert answer == ProblemReport.objects.get()


@pytest.mark.django_db(transaction=True)
def test_a_merge_keeps_the_words_that_were_saved_while_it_waited(finn, published_of):
    kept, gone = published_of("A"), published_of("B")

    meanwhile(
        lambda: write_words(finn, Service.objects.get(pk=kept.pk)),
        lambda: merging.merge(by=finn, kept=kept, gone=gone, choices={"name": "gone"}),
    )

    kept.refresh_from_db()
    assert (kept.name, kept.wait_time) == ("B", "Two weeks")


@pytest.mark.django_db(transaction=True)
def test_what_is_merged_meanwhile_is_no_draft_again(finn, draft_of, published_of):
    kept, gone = published_of("A"), draft_of("B")
    actions.submit_for_review(by=finn, service=gone)

    answer = meanwhile(
        lambda: merging.merge(by=finn, kept=kept, gone=gone, choices={}),
        lambda: actions.return_to_draft(by=finn, service=gone),
    )

    assert "merged into" in answer
    assert (Listing.objects.get(service=gone).state, Merge.objects.count()) == ("archived", 1)
