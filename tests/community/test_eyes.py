"""Who may not be the one to check or publish a listing."""

from http import HTTPStatus

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from coaching.accounts.models import User
from community import actions, edits, eyes
from community.errors import NotPossible
from community.models import Edit, ImportRun, Interest, Listing, Service
from tests.community import imports


@pytest.fixture
def gwen(db) -> User:
    """A second curator."""
    return User.objects.create_user("gwen@example.org", "trellis-demo", name="Gwen", is_curator=True)


@pytest.fixture
def interest(finn, organization) -> Interest:
    return eyes.declare_interest(by=finn, organization=organization, words="I sit on its board")


def url(name: str, *args) -> str:
    return reverse(f"community:{name}", args=args)


def entry(service: Service) -> Listing:
    return Listing.objects.get(service=service)


# --- an interest ----------------------------------------------------------------


def test_who_has_an_interest_neither_publishes_nor_checks(finn, gwen, draft_of, interest):
    service = draft_of()
    actions.submit_for_review(by=finn, service=service)

    for act in (actions.publish, actions.verify):
        with pytest.raises(NotPossible, match="declared an interest"):
            act(by=finn, service=service, how="phone")
    actions.publish(by=gwen, service=service, how="phone")
    with pytest.raises(NotPossible, match="declared an interest"):
        actions.verify(by=finn, service=service, how="phone")

    assert entry(service).verified_by == gwen


def test_another_organization_is_no_matter(finn, draft_of, interest):
    other = actions.create_organization(by=finn, name="Choir")
    service = draft_of(organization=other)
    actions.submit_for_review(by=finn, service=service)

    actions.publish(by=finn, service=service, how="phone")

    assert entry(service).is_published


def test_an_interest_that_has_ended_is_no_matter(finn, draft_of, interest):
    service = draft_of()
    actions.submit_for_review(by=finn, service=service)

    eyes.end_interest(by=finn, interest=interest)
    actions.publish(by=finn, service=service, how="phone")

    assert entry(service).is_published


@pytest.mark.parametrize("columns", ["verified", "published"])
def test_the_database_refuses_it_too(finn, gwen, published_of, organization, columns):
    service = published_of()
    eyes.declare_interest(by=gwen, organization=organization, words="I work there")
    values = {
        "verified": {"verified_by": gwen, "verified_on": timezone.localdate(), "verified_how": "phone"},
        "published": {"published_by": gwen, "published_at": timezone.now()},
    }[columns]

    with pytest.raises(IntegrityError, match="interest"), transaction.atomic():
        Listing.objects.filter(service=service).update(**values)


def test_what_was_decided_before_stays(finn, gwen, published_of, organization):
    service = published_of()
    eyes.declare_interest(by=finn, organization=organization, words="I work there now")

    actions.ask_for_check(by=gwen, service=service)

    assert entry(service).verified_by == finn


def test_who_has_an_interest_does_not_publish_by_taking_back(finn, gwen, published_of, organization):
    service = published_of()
    actions.archive(by=gwen, service=service)
    edit = Edit.objects.first()
    eyes.declare_interest(by=finn, organization=organization, words="I work there")

    with pytest.raises(NotPossible):
        edits.take_back(by=finn, edit=edit)

    assert entry(service).state == "archived"


def bring_in(by: User, service: Service, **columns) -> ImportRun:
    """A one-line file about a service, brought in."""
    row = {
        "id": service.pk,
        "organization_id": service.organization_id,
        "name": service.name,
        "status": "active",
    } | columns
    content = ",".join(row) + "\n" + ",".join(map(str, row.values())) + "\n"
    run = imports.tried(by=by, file_name="services.csv", content=content.encode())
    return imports.brought_in(by=by, run=run)


@pytest.mark.parametrize("way_back", ["another import", "taking the import back"])
def test_who_has_an_interest_does_not_publish_under_another_name(
    finn, gwen, draft_of, organization, interest, way_back
):
    other = actions.create_organization(by=finn, name="Choir")
    service = draft_of()
    run = bring_in(finn, service, organization_id=other.pk)
    service = Service.objects.get(pk=service.pk)
    actions.submit_for_review(by=finn, service=service)
    actions.publish(by=finn, service=service, how="phone")

    if way_back == "another import":
        bring_in(finn, service, organization_id=organization.pk)
    else:
        imports.taken_back(by=finn, run=run)

    found = entry(service)
    assert (found.service.organization, found.state) == (organization, "needs_check")
    assert found.state_changes.first().note == "Its organization changed; another curator publishes it"
    with pytest.raises(NotPossible, match="declared an interest"):
        actions.verify(by=finn, service=found.service, how="phone")
    with pytest.raises(NotPossible, match="declared an interest"):
        edits.take_back(by=finn, edit=Edit.objects.first())
    actions.verify(by=gwen, service=found.service, how="phone")
    assert (entry(service).state, entry(service).published_by) == ("published", gwen)


def test_what_another_published_stays_when_its_organization_changes(
    finn, gwen, published_of, organization, interest
):
    other = actions.create_organization(by=finn, name="Choir")
    eyes.end_interest(by=finn, interest=interest)
    service = published_of(organization=other)
    eyes.declare_interest(by=gwen, organization=organization, words="I work there")

    bring_in(gwen, service, organization_id=organization.pk)

    assert (entry(service).state, entry(service).verified_on) == ("published", None)


def test_a_curator_declares_and_ends_an_interest_for_others_to_see(
    finn_browser, gwen, browser_of, organization, draft_of
):
    service = draft_of()
    finn_browser.post(url("interest_declare", organization.pk), {"words": "My sister runs it"})
    gwens = browser_of(gwen)
    pages = [gwens.get(page).text for page in (url("interest_list"), organization.get_absolute_url())]
    finns = finn_browser.get(url("listing_detail", service.pk)).text

    interest = Interest.objects.get()
    others = gwens.post(url("interest_end", interest.pk)).status_code
    own = finn_browser.post(url("interest_end", interest.pk)).status_code

    assert all("My sister runs it" in page for page in pages)
    assert "You have declared an interest" in finns
    assert "publish it" not in finns
    assert (others, own) == (HTTPStatus.NOT_FOUND, HTTPStatus.FOUND)
    assert "until" in gwens.get(url("interest_list")).text


def test_an_interest_needs_words_and_is_one(finn, finn_browser, organization):
    page = url("interest_declare", organization.pk)

    response = finn_browser.post(page, {"words": ""})
    for words in ("I work there", "I run it"):
        finn_browser.post(page, {"words": words})

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert [interest.words for interest in Interest.objects.all()] == ["I run it"]


def test_interests_are_for_curators(finn, alma, gita, interest):
    assert Interest.objects.visible_to(finn).count() == 1
    assert not Interest.objects.visible_to(alma).exists()
    assert not Interest.objects.belonging_to(gita).exists()


def test_queue_says_why_it_is_for_somebody_else(finn_browser, published_of, organization, finn):
    service = published_of(is_checked=False)
    eyes.declare_interest(by=finn, organization=organization, words="I work there")

    text = finn_browser.get(url("queue")).text

    assert service.name in text
    assert "You have declared an interest" in text
    assert "I checked it today" not in text


# --- a second pair of eyes --------------------------------------------------------


@pytest.fixture
def _two_pairs(settings) -> None:
    settings.SECOND_PAIR_OF_EYES = True


@pytest.mark.usefixtures("_two_pairs")
def test_who_wrote_it_does_not_publish_it(finn, gwen, draft_of):
    service = draft_of()
    actions.submit_for_review(by=finn, service=service)

    with pytest.raises(NotPossible, match="You wrote or changed it last"):
        actions.publish(by=finn, service=service, how="phone")
    actions.publish(by=gwen, service=service, how="phone")

    assert entry(service).published_by == gwen


def change(by, service, **columns) -> Edit:
    actions.change_listing(
        by=by, service=Service.objects.get(pk=service.pk), columns=columns, listing={}, categories=["housing"]
    )
    return Edit.objects.first()


@pytest.fixture
def checked(finn, gwen, draft_of) -> Service:
    """Finn wrote it, Gwen checked and published it."""
    service = draft_of()
    actions.submit_for_review(by=finn, service=service)
    actions.publish(by=gwen, service=service, how="phone")
    return service


@pytest.mark.usefixtures("_two_pairs")
def test_words_put_back_from_before_the_check_wait_for_another(finn, gwen, draft_of):
    service = draft_of(
        service={"name": "Rent advice", "url": "https://bad.example", "email": "a@example.org"}
    )
    edit = change(finn, service, url="https://good.example")
    actions.submit_for_review(by=finn, service=service)
    actions.publish(by=gwen, service=service, how="phone")

    edits.take_back(by=finn, edit=edit)

    found = entry(service)
    assert (found.is_published, found.verified_by, found.verified_on) == (True, None, None)
    with pytest.raises(NotPossible):
        actions.verify(by=finn, service=service, how="phone")


@pytest.mark.usefixtures("_two_pairs")
def test_taking_back_some_words_brings_no_check_back_for_others(finn, checked):
    first = change(finn, checked, description="Other words.")
    change(finn, checked, url="https://evil.example")

    edits.take_back(by=finn, edit=first)

    found = entry(checked)
    assert (found.service.description, found.service.url) == (
        "Somebody reads the letter with you.",
        "https://evil.example",
    )
    assert (found.verified_by, found.verified_on, found.verified_how) == (None, None, "")


@pytest.mark.usefixtures("_two_pairs")
def test_taking_back_words_that_were_checked_meanwhile_waits_for_another(finn, gwen, checked):
    edit = change(finn, checked, description="Other words.")
    actions.verify(by=gwen, service=checked, how="phone")

    edits.take_back(by=finn, edit=edit)

    assert (entry(checked).verified_by, entry(checked).changed_by) == (None, finn)


@pytest.mark.usefixtures("_two_pairs")
def test_an_organizations_words_put_back_wait_for_another(finn, gwen, draft_of, organization):
    actions.change_organization(by=finn, organization=organization, columns={"name": "Evil"})
    bad = Edit.objects.first()
    service = draft_of()
    actions.submit_for_review(by=finn, service=service)
    actions.publish(by=gwen, service=service, how="phone")

    edits.take_back(by=finn, edit=bad)

    assert (entry(service).verified_by, entry(service).changed_by) == (None, finn)


@pytest.mark.usefixtures("_two_pairs")
def test_what_changed_while_it_was_archived_is_not_checked_when_it_comes_back(finn, gwen, checked):
    actions.archive(by=finn, service=checked)
    archived = Edit.objects.first()
    change(finn, checked, url="https://evil.example")

    edits.take_back(by=gwen, edit=archived)

    assert (entry(checked).is_published, entry(checked).verified_by) == (True, None)


@pytest.mark.usefixtures("_two_pairs")
def test_who_changed_it_last_does_not_publish_it(finn, gwen, draft_of):
    service = draft_of()
    actions.submit_for_review(by=finn, service=service)
    phone = service.phones.get()
    phone.number = "01632 960999"

    actions.keep_part(by=gwen, service=service, part=phone)

    with pytest.raises(NotPossible, match="You wrote or changed it last"):
        actions.publish(by=gwen, service=service, how="phone")


@pytest.mark.usefixtures("_two_pairs")
@pytest.mark.parametrize("what", ["words", "part", "place", "organization"])
def test_a_published_listing_that_changed_waits_for_another(finn, gwen, draft_of, organization, what):
    service = draft_of()
    actions.submit_for_review(by=finn, service=service)
    actions.publish(by=gwen, service=service, how="phone")
    service = Service.objects.get(pk=service.pk)

    match what:
        case "words":
            actions.change_listing(
                by=gwen, service=service, columns={"name": "A"}, listing={}, categories=["food"]
            )
        case "part":
            actions.remove_part(by=gwen, service=service, part=service.phones.get())
        case "place":
            actions.remove_place(by=gwen, link=service.service_at_locations.get())
        case "organization":
            actions.change_organization(by=gwen, organization=organization, columns={"name": "A"})

    found = entry(service)
    assert (found.is_published, found.verified_on, found.changed_by) == (True, None, gwen)
    with pytest.raises(NotPossible):
        actions.verify(by=gwen, service=service, how="phone")
    other = User.objects.create_user("hugo@example.org", "trellis-demo", name="Hugo", is_curator=True)
    actions.verify(by=other, service=service, how="phone")
    assert entry(service).verified_by == other


@pytest.mark.usefixtures("_two_pairs")
@pytest.mark.parametrize("is_taken_back", [False, True])
def test_who_brought_a_change_in_does_not_check_it(finn, gwen, checked, is_taken_back):
    run = bring_in(gwen, checked, name="Other advice")
    if is_taken_back:
        imports.taken_back(by=gwen, run=run)

    found = entry(checked)
    assert (found.is_published, found.verified_on, found.changed_by) == (True, None, gwen)
    with pytest.raises(NotPossible, match="You wrote or changed it last"):
        actions.verify(by=gwen, service=checked, how="phone")


@pytest.mark.usefixtures("_two_pairs")
def test_what_an_import_put_into_a_listing_in_review_is_published_by_another(finn, gwen, draft_of):
    service = draft_of()
    actions.submit_for_review(by=finn, service=service)

    bring_in(gwen, service, name="Other advice")

    with pytest.raises(NotPossible, match="You wrote or changed it last"):
        actions.publish(by=gwen, service=service, how="phone")


def test_taking_an_import_back_is_read_again(finn, gwen, published_of):
    service = published_of()
    run = bring_in(finn, service, name="Other advice")
    actions.verify(by=gwen, service=service, how="phone")

    imports.taken_back(by=finn, run=run)

    assert (entry(service).service.name, entry(service).verified_on) == ("Rent advice", None)


def test_without_it_one_curator_does_all(finn, published_of):
    service = published_of()

    actions.change_listing(by=finn, service=service, columns={"name": "A"}, listing={}, categories=["food"])

    found = entry(service)
    assert (found.verified_by, found.written_by, found.changed_by) == (finn, finn, finn)
