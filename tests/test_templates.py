"""Templates keep what the content security policy and the house demand."""

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
PAGES = [path for path in sorted(TEMPLATES.rglob("*.html")) if path.parent.name != "emails"]
INLINE = re.compile(
    r"""<style\b|<script(?![^>]*\bsrc=)|\s(style|on[a-z]+)\s*=\s*["']|javascript:""", re.IGNORECASE
)
ELSEWHERE = re.compile(
    r"""<(?:script|link|img|iframe|source|use)\b[^>]*\b(?:src|href)=["'](?:https?:)?//""", re.IGNORECASE
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_a_comment_ends_on_its_line(page):
    """One that goes on is shown to everybody: Django takes `{#` and `#}` on one line only."""
    assert [line for line in page.read_text().splitlines() if line.count("{#") != line.count("#}")] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_no_inline_style_or_script_and_nothing_from_elsewhere(page):
    text = page.read_text()

    assert [found.group() for found in INLINE.finditer(text)] == []
    assert [found.group() for found in ELSEWHERE.finditer(text)] == []
