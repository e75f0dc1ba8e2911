"""The API, read through its own description: every operation answers as that says."""

import json
from datetime import datetime
from http import HTTPStatus
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from community import actions, edits
from community.models import (
    Address,
    Contact,
    Edit,
    Location,
    Phone,
    Schedule,
    Service,
    ServiceArea,
    StateChange,
)
from community.views import hsds
from community.vocabulary import TAXONOMY_ID, term_id

BASE = reverse("hsds:base")
SECRET = "17 Hidden Row"


@pytest.fixture
def visitor(db) -> Browser:
    return Browser()


@pytest.fixture
def ask(visitor):
    def get(path: str, **parameters) -> dict:
        response = visitor.get(BASE + path, parameters)
        assert response.status_code == HTTPStatus.OK, response.text
        return response.json()

    return get


def names(answer: dict) -> list[str]:
    return [each["name"] for each in answer["contents"]]


def faults(schema: dict, value, document: dict, at: str = "") -> list[str]:
    """Where `value` is not as the schema says: the few words of JSON Schema the description uses."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    found = [each for one in schema.get("allOf", []) for each in faults(one, value, document, at)]
    kinds = {
        "object": dict,
        "array": list,
        "string": str,
        "number": int | float,
        "integer": int,
        "boolean": bool,
    }
    if "type" in schema and not isinstance(value, kinds[schema["type"]]):
        return [*found, f"{at}: {value!r} is no {schema['type']}"]
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at}: {value!r}")
    if isinstance(value, dict):
        found += [f"{at}.{name} is missing" for name in schema.get("required", []) if name not in value]
        for name, inner in value.items():
            if name in schema.get("properties", {}):
                found += faults(schema["properties"][name], inner, document, f"{at}.{name}")
            elif schema.get("properties") and "allOf" not in schema and "contents" not in value:
                found.append(f"{at}.{name} is not described")
    if isinstance(value, list) and "items" in schema:
        found += [each for one in value for each in faults(schema["items"], one, document, f"{at}[]")]
    return found


@pytest.fixture
def rich(published_of) -> Service:
    service = published_of(
        schedules=[{"byday": "MO", "freq": "WEEKLY", "opens_at": "09:30"}],
        costs=[{"option": "Members", "amount": "2.50", "currency": "GBP"}],
        languages=["Polish"],
        documents=["The letter"],
        accessibility="No steps",
    )
    link = service.service_at_locations.get()
    Location.objects.filter(pk=link.location_id).update(latitude=54.5, longitude=-1.25)
    contact = Contact.objects.create(service_at_location=link, name="Rosa Lind")
    Phone.objects.create(contact=contact, number="01632 960777")
    ServiceArea.objects.create(service=service, name="HB1 and HB2")
    return service


# --- the description --------------------------------------------------------


def test_every_operation_answers_as_the_description_says(visitor, rich):
    document = visitor.get(reverse("hsds:openapi")).json()
    link = rich.service_at_locations.get()
    ids = {
        "/services/{id}": rich.pk,
        "/organizations/{id}": rich.organization_id,
        "/service_at_locations/{id}": link.pk,
        "/taxonomies/{id}": TAXONOMY_ID,
        "/taxonomy_terms/{id}": term_id("housing"),
    }

    for path, operations in document["paths"].items():
        for method in {"get", "post"} & set(operations):
            schema = operations[method]["responses"]["200"]["content"]["application/json"]["schema"]
            for query in ["", "?full=true", "?full_service=true&per_page=1"]:
                url = BASE.rstrip("/") + path.replace("{id}", str(ids.get(path, ""))) + query
                response = getattr(visitor, method)(url)

                assert response.status_code == HTTPStatus.OK, url
                assert faults(schema, response.json(), document) == [], url
            if path in ids:
                assert visitor.get(BASE.rstrip("/") + path.replace("{id}", str(uuid4()))).status_code == 404
                assert visitor.get(BASE.rstrip("/") + path.replace("{id}", "none")).status_code == 404


def test_the_paths_are_those_of_the_standard(visitor):
    document = visitor.get(reverse("hsds:openapi")).json()

    operations = {(path, name) for path, each in document["paths"].items() for name in each}
    assert {each for each in operations if each[1] != "parameters"} == {
        ("/", "get"),
        *((f"/{name}", method) for name in LISTS for method in ("get", "post")),
        *((f"/{name}/{{id}}", "get") for name in LISTS),
    }


LISTS = ["services", "organizations", "service_at_locations", "taxonomies", "taxonomy_terms"]


def test_the_base_names_the_version_and_the_description(ask):
    answer = ask("")

    assert answer["version"] == "3.1"
    assert answer["openapi_url"].endswith("/hsds/openapi.json")


# --- one object with all that belongs to it ---------------------------------


def test_a_service_is_told_with_all_that_belongs_to_it(ask, rich):
    service = ask(f"services/{rich.pk}")

    assert service["organization"]["name"] == "Mill Lane Advice"
    assert [each["number"] for each in service["phones"]] == ["01632 960123"]
    assert service["schedules"][0]["opens_at"] == "09:30:00"
    assert service["cost_options"][0]["amount"] == 2.5
    assert service["languages"][0]["name"] == "Polish"
    (link,) = service["service_at_locations"]
    assert link["contacts"][0]["phones"][0]["number"] == "01632 960777"
    assert link["location"]["addresses"][0]["city"] == "Harwick Bridge"
    assert link["location"]["accessibility"][0]["description"] == "No steps"
    (attribute,) = service["attributes"]
    assert attribute["taxonomy_term"]["taxonomy_detail"]["name"] == "Trellis"
    assert "service_id" not in service["phones"][0]


def test_an_organization_tells_its_services_briefly_or_in_full(ask, rich):
    brief = ask(f"organizations/{rich.organization_id}")
    whole = ask(f"organizations/{rich.organization_id}", full_service="true")

    assert brief["services"] == [{"id": str(rich.pk), "name": "Rent advice", "status": "active"}]
    assert whole["services"][0]["phones"][0]["number"] == "01632 960123"
    assert whole["services"][0]["service_at_locations"][0]["location"]["name"] == "Mill House"


def test_a_service_at_a_location_tells_both(ask, rich):
    answer = ask(f"service_at_locations/{rich.service_at_locations.get().pk}")

    assert (answer["service"]["name"], answer["location"]["name"]) == ("Rent advice", "Mill House")
    assert answer["service"]["organization"]["name"] == "Mill Lane Advice"


# --- what stays -------------------------------------------------------------


def test_what_is_not_published_is_nowhere(visitor, ask, finn, draft_of):
    draft = draft_of("Rent draft", organization={"name": "Nobody's yet"})
    link = draft.service_at_locations.get()

    assert [ask(name)["total_items"] for name in LISTS[:3]] == [0, 0, 0]
    for path in (
        f"services/{draft.pk}",
        f"organizations/{draft.organization_id}",
        f"service_at_locations/{link.pk}",
    ):
        assert visitor.get(BASE + path).status_code == HTTPStatus.NOT_FOUND
    assert ask("services", search="rent")["empty"] is True


def test_a_curator_who_is_signed_in_gets_no_more(finn_browser, draft_of):
    assert finn_browser.get(f"{BASE}services/{draft_of().pk}").status_code == HTTPStatus.NOT_FOUND


def test_a_confidential_place_is_in_no_answer(visitor, published_of):
    service = published_of(
        "Safe nights",
        place={"name": "Hidden House", "is_confidential": True, "latitude": 54.123456, "longitude": -1.5},
        address={
            "address_1": SECRET,
            "city": "Quietford",
            "state_province": "Northshire",
            "postal_code": "HB9 9ZZ",
            "country": "GB",
        },
        accessibility="Red side door",
    )
    link = service.service_at_locations.get()
    Schedule.objects.create(service_at_location=link, description="Ring at the bakery")
    Phone.objects.create(service=service, location=link.location, number="01632 960777")

    paths = [
        f"services/{service.pk}",
        f"organizations/{service.organization_id}?full_service=true",
        *(f"{name}?full=true&full_service=true" for name in LISTS[:3]),
        "services?format=ndjson&full=true",
        "service_at_locations?postcode=HB9 9ZZ",
        "service_at_locations?postcode=HB9 9ZZ&proximity=1000",
    ]
    answers = {path: visitor.get(BASE + path).getvalue().decode() for path in paths}

    assert "01632 960777" in answers[paths[0]]
    words = [
        SECRET,
        "Quietford",
        "HB9 9ZZ",
        "Hidden House",
        "54.123456",
        "Red side door",
        "bakery",
        str(link.pk),
    ]
    words.append(str(link.location_id))
    assert [(path, word) for path, text in answers.items() for word in words if word in text] == []
    assert visitor.get(f"{BASE}service_at_locations/{link.pk}").status_code == HTTPStatus.NOT_FOUND


# --- parameters -------------------------------------------------------------


def test_pages_miss_and_repeat_nothing(ask, published_of):
    made = {published_of(f"Advice {number}").name for number in range(5)}

    first, second, third, beyond = (ask("services", per_page=2, page=page) for page in (1, 2, 3, 9))

    assert {*names(first), *names(second), *names(third)} == made
    assert {key: value for key, value in third.items() if key != "contents"} == {
        "total_items": 5,
        "total_pages": 3,
        "page_number": 3,
        "size": 1,
        "first_page": False,
        "last_page": True,
        "empty": False,
    }
    assert (beyond["empty"], beyond["contents"]) == (True, [])


def test_services_are_found_by_words_terms_organizations_and_dates(ask, finn, published_of):
    rent = published_of("Rent advice")
    published_of(
        "Soup",
        categories=["food"],
        listing={"kind": "get_help", "affiliation": "none", "summary": "Hot and free."},
        service={"name": "Soup"},
        organization={"name": "Kitchen"},
    )
    Service.objects.filter(pk=rent.pk).update(last_modified="2020-01-01T00:00:00Z")
    for done in [Edit.objects.filter(services=rent), StateChange.objects.filter(listing__service=rent)]:
        done.update(created_at="2019-01-01T00:00:00Z")

    assert names(ask("services", search="rent advise")) == ["Rent advice"]
    assert names(ask("services", taxonomy_term_id=term_id("food"))) == ["Soup"]
    assert sorted(names(ask("services", taxonomy_id=TAXONOMY_ID))) == ["Rent advice", "Soup"]
    assert names(ask("services", organization_id=rent.organization_id)) == ["Rent advice"]
    assert names(ask("services", modified_after="2021-01-01T00:00:00Z")) == ["Soup"]
    assert sorted(names(ask("services", modified_after="2020-01-01"))) == ["Rent advice", "Soup"]
    assert names(ask("organizations", search="kitch")) == ["Kitchen"]
    assert names(ask("organizations", taxonomy_term_id=term_id("food"))) == ["Kitchen"]
    assert len(names(ask("organizations", taxonomy_id=TAXONOMY_ID))) == 2
    assert ask("service_at_locations", search="soup")["total_items"] == 1
    assert ask("service_at_locations", organization_id=rent.organization_id)["total_items"] == 1


def test_minimal_gives_ids_and_dates_alone(ask, rich):
    (row,) = ask("services", minimal="true")["contents"]

    assert set(row) == {"id", "modified_date"}


def test_what_a_curator_does_is_a_change_too(ask, finn, published_of):
    service = published_of()

    def changed(act) -> bool:
        """Whether both lists and the date say so."""
        before = timezone.now()
        act()
        asked = {"modified_after": before.isoformat()}
        found = [ask(path, **asked)["total_items"] for path in ("services", "service_at_locations")]
        (row,) = ask("services", minimal="true")["contents"]
        assert found in ([0, 0], [1, 1])
        assert (datetime.fromisoformat(row["modified_date"]) >= before) is bool(found[0])
        return bool(found[0])

    def rename() -> None:
        actions.change_listing(
            by=finn, service=service, columns={"name": "Advice"}, listing={}, categories=["housing"]
        )

    def publish() -> None:
        actions.publish(by=finn, service=service, how="phone")

    assert changed(lambda: None) is False
    assert changed(rename) is True
    assert changed(lambda: edits.take_back(by=finn, edit=Edit.objects.latest("pk"))) is True
    assert changed(lambda: [actions.ask_for_check(by=finn, service=service), publish()]) is True
    assert changed(lambda: None) is False


def test_terms_are_found_by_their_place_in_the_tree(ask, categories):
    assert sorted(names(ask("taxonomy_terms", top_only="true"))) == ["Needs", "Ways to contribute"]
    assert ask("taxonomy_terms", parent_id=term_id("need"))["total_items"] == 13
    assert names(ask("taxonomy_terms", search="afford", taxonomy_id=TAXONOMY_ID)) == ["Housing"]
    assert ask("taxonomy_terms", taxonomy_id=uuid4())["empty"] is True
    assert names(ask("taxonomies", search="trel")) == ["Trellis"]


def test_places_are_found_by_postcode_and_distance(ask, rich, published_of):
    far = published_of("Far away").service_at_locations.get()
    Location.objects.filter(pk=far.location_id).update(latitude=55.5, longitude=-1.25)
    Address.objects.filter(location=far.location_id).update(postal_code="XX1 1XX")

    def found(**parameters) -> list[str]:
        return [each["service"]["name"] for each in ask("service_at_locations", **parameters)["contents"]]

    assert found(postcode="HB2") == ["Rent advice"]
    assert found(postcode="hb1 2ab", proximity=1000) == ["Rent advice"]
    assert sorted(found(postcode="HB1 2AB", proximity=112_000)) == ["Far away", "Rent advice"]
    assert found(postcode="XX1 1XX") == ["Far away"]
    assert found(postcode="ZZ9", proximity=1000) == []


def test_a_postcode_is_looked_up_among_published_places_alone(ask, finn, rich, published_of, draft_of):
    hidden = [draft_of("Draft"), published_of("To check"), published_of("Gone")]
    actions.ask_for_check(by=finn, service=hidden[1])
    actions.archive(by=finn, service=hidden[2])
    for number, service in enumerate(hidden):
        place = Location.objects.filter(service_at_locations__service=service)
        Address.objects.filter(location__in=place).update(postal_code=f"ZZ9 {number}ZZ")
        place.update(latitude=54.5, longitude=-1.25)

    for number, _service in enumerate(hidden):
        near = ask("service_at_locations", postcode=f"ZZ9 {number}ZZ", proximity=112_000)
        assert near["contents"] == []


@pytest.mark.parametrize(
    ("path", "query", "word"),
    [
        ("services", "page=0", "page"),
        ("services", "page=x", "page"),
        ("services", "page=000000001" + "0" * 5000, "page"),
        ("services", "per_page=000000001000000&full=true", "per_page"),
        ("service_at_locations", "postcode=HB1 2AB&proximity=100000000" + "0" * 400, "proximity"),
        ("services", "per_page=100000", "per_page"),
        ("services", "per_page=101&full=true", "per_page"),
        ("services", "full=perhaps", "full"),
        ("services", "format=xml", "format"),
        ("services", "taxonomy_id=x", "taxonomy_id"),
        ("services", "modified_after=yesterday", "modified_after"),
        ("services", "modified_after=2026-02-31", "modified_after"),
        ("service_at_locations", "proximity=5", "proximity"),
        ("service_at_locations", "postcode=A&proximity=-5", "proximity"),
    ],
)
def test_parameters_that_make_no_sense_are_named(visitor, path, query, word):
    response = visitor.get(f"{BASE}{path}?{query}")

    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert response.json()["detail"].startswith(word)


def test_ndjson_streams_everything_line_by_line(visitor, published_of, monkeypatch):
    monkeypatch.setattr(hsds, "BATCH", 2)
    made = {published_of(f"Advice {number}").name for number in range(5)}

    lines = visitor.get(f"{BASE}services?format=ndjson").getvalue().decode().splitlines()

    assert {json.loads(line)["name"] for line in lines} == made


# --- manners ----------------------------------------------------------------


def test_an_answer_that_did_not_change_is_not_sent_again(visitor, published_of):
    published_of()
    first = visitor.get(BASE + "services")

    again = visitor.get(BASE + "services", headers={"If-None-Match": first["ETag"]})
    published_of("Another")
    changed = visitor.get(BASE + "services", headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, changed.status_code) == (304, 200)


@pytest.mark.parametrize("path", ["", "services", "services/none", "services?page=0", "openapi.json"])
def test_pages_of_other_sites_may_read_it(visitor, path):
    assert visitor.get(BASE + path)["Access-Control-Allow-Origin"] == "*"
    assert visitor.options(BASE + path).status_code == HTTPStatus.NO_CONTENT


@pytest.mark.parametrize("path", ["services/", "locations-nonsense", "services/none/more", "services/none"])
def test_what_is_not_there_is_told_to_programs(visitor, path):
    response = visitor.get(BASE + path)

    assert (response.status_code, list(response.json())) == (HTTPStatus.NOT_FOUND, ["detail"])
    assert response["Access-Control-Allow-Origin"] == "*"


def test_another_character_set_is_refused_in_the_words_of_the_api(visitor):
    kind = "application/json; charset=iso-8859-1"

    response = visitor.generic("POST", BASE + "services", b"{}", content_type=kind)

    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert "UTF-8" in response.json()["detail"]
    assert response["Access-Control-Allow-Origin"] == "*"


def test_other_methods_are_refused(visitor):
    assert visitor.delete(BASE + "services").status_code == HTTPStatus.METHOD_NOT_ALLOWED


def test_too_many_questions_wait_a_minute(visitor, monkeypatch):
    monkeypatch.setattr(hsds, "MOST_A_MINUTE", 2)

    statuses = [visitor.get(BASE).status_code for _ in range(3)]

    assert statuses == [200, 200, 429]


@pytest.mark.parametrize("rows", [3, 30])
@pytest.mark.parametrize(("query", "queries"), [("?per_page=50", 3), ("?per_page=50&full=true", 23)])
def test_lists_ask_as_often_for_3_rows_as_for_30(
    visitor, published_of, django_assert_num_queries, rows, query, queries
):
    for number in range(rows):
        published_of(f"Advice {number}", languages=["Polish"], accessibility="No steps")

    with django_assert_num_queries(queries):
        visitor.get(BASE + "services" + query)
