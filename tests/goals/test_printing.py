"""A plan on paper: the sections that were chosen and nothing private, as a tagged PDF with its fonts."""

import io

import pytest
from pypdf import PdfReader

from coaching.accounts import paper
from goals import actions, printing
from goals.history import history_of_plan
from goals.models import Goal
from tests.clients.rows import a_circumstance, a_note, an_entry

LEVELS = ["Awake at three", "Asleep by two", "Asleep by midnight", "Asleep by eleven", "At ten, rested"]
ALL = "?" + "&".join(f"section={section}" for section in printing.Section)


@pytest.fixture
def told_goal(alma, ben, ben_client, ben_goal, ben_step, proposal) -> Goal:
    """Ben's goal with everything that can stand on paper, and beside it all that may not."""
    ben_goal.edit(by=ben, wording=ben_goal.title, why="Mornings are mine", target_on=None)
    actions.describe_scale(by=ben, goal=ben_goal, descriptions=LEVELS, importance=1, difficulty=1, baseline=0)
    actions.rate_goal(by=ben, goal=ben_goal, level=1, note="Four nights")
    actions.name_obstacle(by=ben, goal=ben_goal, kind="internal", what="canary-obstacle")
    a_note(ben_client, alma, "canary-note", audience="author")
    an_entry(ben_client, ben, "canary-journal")
    a_circumstance(ben_client, ben, words="canary-circumstance")
    return ben_goal


def pdf_at(browser, address: str) -> PdfReader:
    response = browser.get(address)
    assert response.headers["Content-Type"] == "application/pdf"
    return PdfReader(io.BytesIO(response.content), strict=True)


def words_of(pdf: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def test_the_pdf_says_the_plan_and_nothing_private(ben_browser, ben_plan, told_goal):
    words = words_of(pdf_at(ben_browser, f"/plans/{ben_plan.pk}/print/pdf/{ALL}"))

    assert [
        each
        for each in (
            "My autumn", "Mornings without a knot.", "Sleep before midnight", "Mornings are mine",
            "Put the phone in the kitchen", *LEVELS, "Four nights", "began this plan",
        )
        if each not in words
    ] == []  # fmt: skip
    assert "canary" not in words
    assert "Cook with the neighbours" not in words  # waits for Ben's answer; it is not his plan yet


def test_letters_that_no_font_has_are_not_spelled_out_in_the_log(ben, ben_browser, ben_plan, caplog):
    ben_plan.edit(by=ben, title="Plan", starts_on=ben_plan.starts_on, ends_on=None, vision="\ue001\ue002")

    ben_browser.get(f"/plans/{ben_plan.pk}/print/pdf/?section=vision")

    assert [record.getMessage() for record in caplog.records if "\ue001" in record.getMessage()] == []


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("vision", "Mornings without a knot."),
        ("goals", "Sleep before midnight"),
        ("reasons", "Mornings are mine"),
        ("steps", "Put the phone in the kitchen"),
        ("levels", "Asleep by two"),
        ("ratings", "Four nights"),
        ("trellis", "How it grows"),
        ("history", "began this plan"),
    ],
)
def test_a_section_stands_there_only_if_it_was_chosen(section, words, ben_browser, ben_plan, told_goal):
    others = "&".join(f"section={other}" for other in printing.Section if other != section)

    with_it = ben_browser.get(f"/plans/{ben_plan.pk}/print/?section={section}").content.decode()
    without = ben_browser.get(f"/plans/{ben_plan.pk}/print/?{others}").content.decode()

    assert words in with_it
    if section != "goals":  # the goals' names stand above whatever is said of them
        assert words not in without


def test_the_pdf_is_tagged_and_carries_title_language_and_fonts(ben_browser, ben_plan, told_goal):
    pdf = pdf_at(ben_browser, f"/plans/{ben_plan.pk}/print/pdf/")
    root = pdf.trailer["/Root"]

    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert pdf.metadata.title == "My autumn"
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_data()
    assert {"/H1", "/H2", "/H3", "/LI", "/Figure"} <= tags_in(root["/StructTreeRoot"])
    assert {name for name in fonts_of(pdf) if "Atkinson" in name or "Literata" in name} == fonts_of(pdf)


def tags_in(node) -> set[str]:
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return {tag for each in node for tag in tags_in(each)}
    if not hasattr(node, "get"):
        return set()
    own = {str(node["/S"])} if "/S" in node else set()
    return own | (tags_in(node["/K"]) if "/K" in node else set())


def fonts_of(pdf: PdfReader) -> set[str]:
    found = [font.get_object() for page in pdf.pages for font in page["/Resources"]["/Font"].values()]
    inside = [inner.get_object()["/FontDescriptor"] for font in found for inner in font["/DescendantFonts"]]
    assert all("/FontFile2" in descriptor or "/FontFile3" in descriptor for descriptor in inside)
    return {str(font["/BaseFont"]) for font in found}


def test_a_plan_with_sixty_goals_is_printed_whole(
    ben, ben_browser, ben_plan, ben_step, django_assert_num_queries
):
    address = f"/plans/{ben_plan.pk}/print/"
    with django_assert_num_queries(5):
        ben_browser.get(address)
    for number in range(60):
        side = "community" if number % 3 == 0 else "personal"
        goal = actions.propose_goal(by=ben, plan=ben_plan, side=side, title=f"Goal number {number:02}")
        actions.add_step(by=ben, goal=goal, title="A step")

    with django_assert_num_queries(5):
        ben_browser.get(address)
    pdf = pdf_at(ben_browser, f"{address}pdf/")

    words = words_of(pdf)
    assert [number for number in range(60) if f"Goal number {number:02}" not in words] == []
    assert len(pdf.pages) > 3


def test_the_renderer_asks_for_nothing_but_our_own_files(ben, ben_client, monkeypatch):
    """An address in somebody's words is not fetched; one that a template asked for would break the PDF."""
    plan = actions.start_plan(
        by=ben, client=ben_client, title="P", vision='<img src="http://127.0.0.1:1/x"> file:///etc/passwd'
    )
    context = {
        "plan": plan,
        "sections": printing.chosen(["vision"]),
        "changes": history_of_plan(plan),
    }

    made = paper.pdf_of("goals/plan_pdf.html", context)
    words = words_of(PdfReader(io.BytesIO(made)))
    fetched = "https://static.invalid/../../etc/passwd", "file:///etc/passwd", "http://127.0.0.1:1/x"

    assert "file:///etc/passwd" in words
    for address in fetched:
        broken = f'<html><head><link rel="stylesheet" href="{address}"></head></html>'
        monkeypatch.setattr(paper, "render_to_string", lambda *_args, page=broken: page)
        with pytest.raises(LookupError):
            paper.pdf_of("goals/plan_pdf.html", context)


def test_without_the_systems_libraries_the_browser_prints(ben_browser, ben_plan, monkeypatch):
    monkeypatch.setattr("goals.views.paper.renderer", lambda: None)

    page = ben_browser.get(f"/plans/{ben_plan.pk}/print/").content.decode()
    response = ben_browser.get(f"/plans/{ben_plan.pk}/print/pdf/", follow=True)

    assert "Make a PDF" not in page
    assert "Print this page with your browser, or save it as a PDF there" in page
    assert "There is no PDF here." in response.content.decode()


def test_a_missing_library_is_noticed(monkeypatch):
    import builtins  # noqa: PLC0415

    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)

    assert paper.renderer.__wrapped__() is None
