"""Chromium for the tests marked `browser`: a pytest plugin.

`site` is Trellis served on a free port. `open_page` gives a page of a size,
in light or dark, as one of the cast. Whatever such a page asks of another
host, or says on its console, makes the test fail.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from coaching.accounts.models import User

SCREENSHOTS = Path(__file__).resolve().parent.parent / "var" / "screenshots"
SIZES = {"phone": (390, 844), "desk": (1280, 900), "small": (320, 640)}
LOOKS = pytest.mark.parametrize(("size", "scheme"), [("small", "light"), ("desk", "dark")])
"""The narrowest and the widest screen, one in each theme: axe finds no more in the two others."""
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """The machine's Chromium, started once."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("chromium is missing: run bin/test, which installs it")
    # Playwright keeps an event loop in this thread from here on, and Django's ORM must work beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def _plain_static_names(settings) -> None:
    """The live server finds static files by their own names, not by hashed ones."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def site(_plain_static_names, live_server) -> str:
    """The address of Trellis on a free port of this machine."""
    return live_server.url


@pytest.fixture
def open_page(chromium, site, browser_of) -> Iterator[Callable[..., "Page"]]:
    """A page: `open_page("/resources/", user=ben, size="phone", scheme="dark")`."""
    contexts, complaints = [], []

    def make(
        path: str = "/",
        *,
        user: "User | None" = None,
        size: str = "desk",
        scheme: str = "light",
        scripts: bool = True,
    ) -> "Page":
        width, height = SIZES[size]
        context = chromium.new_context(
            base_url=site,
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            reduced_motion="reduce",
            java_script_enabled=scripts,
        )
        contexts.append(context)
        if user is not None:
            cookie = browser_of(user).cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": site}])
        page = context.new_page()
        page.on("request", lambda request: None if is_ours(request.url) else complaints.append(request.url))
        page.on("console", lambda said: complaints.append(said.text) if is_complaint(said) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    def is_ours(url: str) -> bool:
        return url.startswith((site, "data:", "blob:", "about:"))

    def is_complaint(said) -> bool:
        # A page that answers 4xx or 5xx is reported on the console, too; that is the test's own matter.
        return said.type == "error" and "the server responded with a status" not in said.text

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


def axe_problems(page: "Page") -> list[str]:
    """What axe finds wrong, one line each; none is what we want."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415

    page.wait_for_load_state()
    found = Axe().run(page).response["violations"]
    return [
        f"{page.url} {violation['id']}: {node['html'][:160]} ({node.get('failureSummary', '')[:240]})"
        for violation in found
        for node in violation["nodes"]
    ]


def sideways(page: "Page") -> int:
    """By how many pixels the page can be scrolled sideways; none is what we want."""
    page.wait_for_load_state()
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def take_screenshot(page: "Page", name: str) -> None:
    """The whole page as a picture in var/screenshots, if TRELLIS_SCREENSHOTS is set."""
    if os.environ.get("TRELLIS_SCREENSHOTS"):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
