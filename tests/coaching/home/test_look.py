"""Every page that belongs to nobody's own part, looked at in Chromium and by axe."""

import pytest

from tests.browser import LOOKS, axe_problems, sideways, take_screenshot

PAGES = {
    "front": "/",
    "sign-in": "/accounts/login/",
    "new-password": "/accounts/password/reset/",
    "new-password-done": "/accounts/password/reset/done/",
    "by-invitation": "/accounts/signup/",
    "inactive": "/accounts/inactive/",
    "styleguide": "/styleguide/?messages",
    "not-here": "/nothing-is-here/",
    "for-others": "/shown/403.html",
    "send-again": "/shown/403_csrf.html",
    "unreadable": "/shown/400.html",
    "broken": "/shown/500.html",
}
OWN_PAGES = {
    "password": "/accounts/password/change/",
    "second-step": "/accounts/2fa/",
    "address": "/accounts/email/",
    "dead-confirmation": "/accounts/confirm-email/dead/",
    "sign-out": "/accounts/logout/",
    "is-it-you": "/accounts/reauthenticate/",
}


pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.coaching.home.error_urls")]


@LOOKS
def test_public_pages_are_accessible(open_page, size, scheme):
    page = open_page("/", size=size, scheme=scheme)

    problems = []
    for name, address in PAGES.items():
        page.goto(address)
        take_screenshot(page, f"{name}-{size}-{scheme}")
        problems += axe_problems(page)
        problems += [f"{name} is {wide} px too wide" for wide in [sideways(page)] if wide]

    assert problems == []


@LOOKS
def test_own_pages_are_accessible(open_page, olga, size, scheme):
    page = open_page("/", user=olga, size=size, scheme=scheme)

    problems = []
    for name, address in OWN_PAGES.items():
        page.goto(address)
        page.locator("details.menu > summary").click()
        take_screenshot(page, f"{name}-{size}-{scheme}")
        problems += axe_problems(page)
        problems += [f"{name} is {wide} px too wide" for wide in [sideways(page)] if wide]

    assert problems == []


def test_menu_works_without_scripts_and_is_short_when_closed(open_page, alma):
    page = open_page("/accounts/password/change/", user=alma, size="phone", scripts=False)

    height = page.locator("header.site-header").bounding_box()["height"]
    page.locator("details.menu > summary").click()

    assert height < 100
    assert page.get_by_role("link", name="Home", exact=True).is_visible()
    assert page.get_by_role("link", name="Password", exact=True).get_attribute("aria-current") == "page"


def test_menu_closes_with_escape_and_gives_the_focus_back(open_page, alma):
    page = open_page("/accounts/password/change/", user=alma, size="phone")
    page.locator("details.menu > summary").press("Enter")

    page.keyboard.press("Escape")

    assert page.locator("details.menu").get_attribute("open") is None
    assert page.evaluate("document.activeElement.localName") == "summary"


def test_problems_of_a_form_get_the_focus_and_lead_to_their_fields(open_page, alma):
    page = open_page("/accounts/login/", size="phone")

    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector("[data-error-summary]:focus")
    title = page.title()
    page.locator("[data-error-summary] a").last.click()

    assert title == "Error: Sign in · Trellis"
    assert page.evaluate("document.activeElement.id") == "id_password"


def test_sign_in_and_out_by_hand(open_page, alma, settings):
    page = open_page("/accounts/login/")

    page.get_by_label("Email").fill("alma@example.org")
    page.get_by_label("Password").fill("trellis-demo")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/home/")
    page.locator("details.menu > summary").click()
    page.get_by_role("button", name="Sign out").click()

    page.wait_for_url(lambda url: url.endswith("/"))
    assert page.get_by_role("status").inner_text() == "You have signed out."


def test_skip_link_is_first_and_leads_to_the_content(open_page):
    page = open_page("/accounts/login/")

    page.keyboard.press("Tab")
    words = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")

    assert words == "Skip to the main content"
    assert page.evaluate("document.activeElement.id") == "main"
