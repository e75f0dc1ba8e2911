"""A page as a tagged PDF.

WeasyPrint needs Debian's libpango; where it is missing, the browser prints the page.
"""

import mimetypes
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language

STATIC = "https://static.invalid/"
"""What stands before the names of our own static files while a PDF is made; no host is ever asked."""


@cache
def renderer() -> ModuleType | None:
    """WeasyPrint, or None where a library of the system is missing."""
    try:
        import weasyprint  # noqa: PLC0415 - only who prints needs it and its 40 MB
    except OSError:
        return None
    return weasyprint


def pdf_answer(template: str, context: dict[str, Any], *, name: str) -> HttpResponse:
    """The PDF, to be looked at in the browser; `name` is a slug. See `pdf_of`."""
    answer = HttpResponse(pdf_of(template, context), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer


def pdf_of(template: str, context: dict[str, Any]) -> bytes:
    """The page of a template as PDF/UA-1: tagged, with title, language and fonts. Needs `renderer()`.

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

    written = render_to_string(template, {**context, "language": get_language()})
    document = weasyprint.HTML(string=written, base_url=STATIC, url_fetcher=OwnFiles(fail_on_errors=True))
    try:
        return bytes(document.write_pdf(pdf_variant="pdf/ua-1"))
    except weasyprint.urls.FatalURLFetchingError as error:  # it is no Exception, and would end the worker
        raise LookupError(str(error)) from error
