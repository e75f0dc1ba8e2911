"""The list of clients to take away, and clients as contacts."""

import csv
import io
import re

import pytest
import python_calamine as calamine
from django.urls import reverse
from icalendar import Component

from clients.models import Client, Trace

pytestmark = pytest.mark.django_db


def lines(browser, query: str = "") -> list[list[str]]:
    content = browser.get(reverse("home:roster_file", args=["csv"]) + query).content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content, newline="")))


def said(card: Component, name: str) -> str:
    """The reader gives back what iCalendar does not know as it is written: with RFC 6350's escapes."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], str(card[name]))


def cards(content: bytes) -> list[Component]:
    return Component.from_ical(content, multiple=True)


def test_file_holds_the_coachs_own_clients(alma_browser, ben_client, dan_client):
    Client.objects.filter(pk=ben_client.pk).update(phone="+44 1632 960001", tags=["evenings"], fee="sliding")

    header, row = lines(alma_browser)

    assert len(header) == len(row)
    assert dict(zip(header, row, strict=True)) | {"Added on": ""} == {
        "Name": "Ben", "Pronouns": "", "E-mail": "ben@example.org", "Phone": "'+44 1632 960001",
        "How and when to be reached": "", "Languages": "", "Time zone": "America/New_York", "State": "Active",
        "Has joined": "yes", "Agreed": "Sliding scale", "Fee": "", "Tags": "evenings", "Added on": "",
    }  # fmt: skip


def test_file_follows_what_the_coach_looks_for(alma, alma_browser, practice, ben_client):
    Client.objects.create(
        practice=practice, coach=alma.coach, name="Gil", email="gil@example.org", tags=["evenings"]
    )

    assert [row[0] for row in lines(alma_browser, "?tag=evenings")[1:]] == ["Gil"]
    assert [row[0] for row in lines(alma_browser)[1:]] == ["Ben", "Gil"]


def test_name_is_no_formula(alma_browser, ben_client):
    Client.objects.update(name='=HYPERLINK("http://x.example")')

    assert lines(alma_browser)[1][0].startswith("'=")
    workbook = alma_browser.get(reverse("home:roster_file", args=["xlsx"])).content
    sheet = calamine.CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(0)
    assert sheet.to_python()[1][0] == '=HYPERLINK("http://x.example")'  # as text


@pytest.mark.parametrize("form", ["csv", "xlsx", "vcf"])
def test_each_of_them_sees_that_a_copy_was_taken(alma_browser, ben_client, dan_client, form):
    for _time in range(2):
        alma_browser.get(reverse("home:roster_file", args=[form]))

    assert list(Trace.objects.values_list("client", "act", "part")) == [
        (ben_client.pk, "took_out", "details")
    ]


def test_form_that_is_not_made_is_not_there(alma_browser):
    assert alma_browser.get("/clients/list.ods").status_code == 404


def test_card_is_read_by_another_program(alma_browser, ben_client):
    Client.objects.update(
        name="Ben; O'Dea, \\ the elder",
        phone="+44 1632 960001",
        reach="A message first,\nnever before 10; thanks " + "x" * 100,
        pronouns="he/him",
    )

    response = alma_browser.get(reverse("home:client_card", args=[ben_client.pk]))

    (card,) = cards(response.content)
    assert response["Content-Type"] == "text/vcard; charset=utf-8"
    assert response.content.startswith(b"BEGIN:VCARD\r\nVERSION:4.0\r\n")
    assert max(len(line) for line in response.content.split(b"\r\n")) <= 75
    assert said(card, "fn") == "Ben; O'Dea, \\ the elder"
    assert (str(card["email"]), str(card["tel"])) == ("ben@example.org", "+44 1632 960001")
    assert said(card, "note").startswith("he/him\nA message first,\nnever before 10; thanks xxx")
    assert str(card["uid"]) == f"urn:uuid:{ben_client.pk}"


def test_all_cards_in_one_file(alma, alma_browser, practice, ben_client):
    Client.objects.create(practice=practice, coach=alma.coach, name="Gil", email="gil@example.org")

    found = cards(alma_browser.get(reverse("home:roster_file", args=["vcf"])).content)

    assert [str(card["fn"]) for card in found] == ["Ben", "Gil"]


@pytest.mark.parametrize("count", [3, 30])
def test_file_takes_the_same_queries_with_any_number(
    alma, alma_browser, practice, count, django_assert_num_queries
):
    for number in range(count):
        Client.objects.create(
            practice=practice, coach=alma.coach, name=f"P{number}", email=f"p{number}@example.org"
        )

    with django_assert_num_queries(4):
        alma_browser.get(reverse("home:roster_file", args=["csv"]))
