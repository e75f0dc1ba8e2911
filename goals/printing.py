"""A plan on paper: which parts of it a person wants, and the same as a tagged PDF.

WeasyPrint needs Debian's libpango; where it is missing, the browser prints the page.
"""

import mimetypes
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from django.contrib.staticfiles import finders
from django.db import models
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

STATIC = "https://static.invalid/"
"""What stands before the names of our own static files while a PDF is made; no host is ever asked."""


class Section(models.TextChoices):
    """What can stand on paper. Private notes, the journal and circumstances are not among it."""

    VISION = "vision", _("What I hope for")
    GOALS = "goals", _("The goals")
    REASONS = "reasons", _("Why they matter")
    STEPS = "steps", _("The steps")
    LEVELS = "levels", _("The five levels")
    RATINGS = "ratings", _("How far each has come, and who said so")
    TRELLIS = "trellis", _("The trellis")
    HISTORY = "history", _("What changed in the plan")


USUAL = (Section.VISION, Section.GOALS, Section.STEPS, Section.TRELLIS)


def chosen(names: Sequence[str]) -> list[Section]:
    """The sections of these names, in the order of the paper; the usual ones where none is named."""
    return [section for section in Section if section in names] or list(USUAL)


@cache
def renderer() -> ModuleType | None:
    """WeasyPrint, or None where a library of the system is missing."""
    try:
        import weasyprint  # noqa: PLC0415 - only who prints needs it and its 40 MB
    except OSError:
        return None
    return weasyprint


def pdf_of(context: dict[str, Any]) -> bytes:
    """The plan as PDF/UA-1: tagged, with title and language, its fonts inside. Needs `renderer()`.

    Raises LookupError where a template or a style asks for anything but a static file of ours.
    """
    weasyprint: Any = renderer()

    class OwnFiles(weasyprint.urls.URLFetcher):  # type: ignore[misc]
        """Nothing is asked of any host, and no other file of this machine."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            found = finders.find(url.removeprefix(STATIC)) if url.startswith(STATIC) else None
            if not isinstance(found, str):
                raise LookupError(url)
            kind = mimetypes.guess_type(found)[0] or "application/octet-stream"
            return weasyprint.urls.URLFetcherResponse(url, Path(found).read_bytes(), {"Content-Type": kind})

    written = render_to_string("goals/plan_pdf.html", {**context, "language": get_language()})
    document = weasyprint.HTML(string=written, base_url=STATIC, url_fetcher=OwnFiles(fail_on_errors=True))
    try:
        return bytes(document.write_pdf(pdf_variant="pdf/ua-1"))
    except weasyprint.urls.FatalURLFetchingError as error:  # it is no Exception, and would end the worker
        raise LookupError(str(error)) from error
