"""The quick exit and the neutral title: for those who want them, with their limits told."""

import re

import pytest
from django.urls import reverse

from tests.browser import axe_problems, sideways, take_screenshot

PAGE = "accounts:screen_settings"


def head(response) -> tuple[str, str]:
    page = response.content.decode()
    return re.findall(r"<title>(.*?)</title>", page, re.S)[0], re.findall(
        r'rel="icon"[^>]*href="([^"]+)"', page
    )[0]


@pytest.fixture
def wary(ben, ben_client):
    ben.choose_screen(has_quick_exit=True, is_screen_discreet=True)
    return ben


def test_nothing_of_it_is_there_until_it_is_chosen(ben_browser, ben_client):
    response = ben_browser.get(reverse("home:home"))

    assert "data-quick-exit" not in response.content.decode()
    assert head(response)[0] == "Home · Trellis"


def test_it_is_chosen_and_taken_back_on_its_page(ben, ben_browser):
    for typed, expected in (({"has_quick_exit": "on"}, (True, False)), ({}, (False, False))):
        assert ben_browser.post(reverse(PAGE), typed).status_code == 302
        ben.refresh_from_db()
        assert (ben.has_quick_exit, ben.is_screen_discreet) == expected


def test_limits_are_told(ben_browser):
    page = ben_browser.get(reverse(PAGE)).content.decode()

    assert "does not sign you out" in page
    assert "does not clear your history" in page


def test_exit_is_a_plain_link_that_tells_nobody_where_from(wary, ben_browser, settings):
    settings.QUICK_EXIT_URL = "https://weather.example/"

    page = ben_browser.get(reverse("home:me")).content.decode()

    assert '<a class="btn btn-danger" href="https://weather.example/" rel="nofollow noreferrer"' in page


@pytest.mark.parametrize("name", ["home:home", "clients:journal_list", "scheduling:mail_settings"])
def test_title_and_picture_say_nothing(wary, ben_browser, name):
    title, icon = head(ben_browser.get(reverse(name)))

    assert title == "Notes"
    assert "plain" in icon


def test_title_says_nothing_where_something_is_wrong_either(wary, ben_browser):
    response = ben_browser.post(reverse("clients:circumstance_create"), {"words": ""})

    assert (response.status_code, head(response)[0]) == (422, "Notes")


# --- in a browser ---


@pytest.fixture
def page(open_page, wary, site, settings):
    settings.QUICK_EXIT_URL = f"{site}/resources/"
    page = open_page("/home/", user=wary)
    page.goto(f"{site}/me/")
    return page


@pytest.mark.browser
def test_button_replaces_the_page(page):
    page.get_by_role("link", name="Leave this page").click()
    page.wait_for_url("**/resources/")

    page.go_back()

    assert page.url.endswith("/home/")


@pytest.mark.browser
def test_shift_three_times_leaves(page):
    page.keyboard.press("Shift")
    page.get_by_text("Shift, press two more times to leave.").wait_for(state="attached")
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")

    page.wait_for_url("**/resources/")


@pytest.mark.browser
@pytest.mark.parametrize("way", ["button", "keys"])
def test_nobody_is_asked_whether_to_leave_while_writing(page, way):
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.goto(page.url.replace("/me/", reverse("clients:journal_create")))
    page.get_by_label("What is on your mind?").press_sequentially("He is")

    if way == "button":
        page.get_by_role("link", name="Leave this page").click()
    else:
        for _time in range(3):
            page.keyboard.press("Shift")

    page.wait_for_url("**/resources/")
    assert asked == []


@pytest.mark.browser
def test_writing_capitals_does_not_leave(page):
    for _time in range(4):
        page.keyboard.press("Shift+A")
    page.keyboard.press("Shift")
    page.keyboard.press("a")
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    page.wait_for_timeout(300)

    assert page.url.endswith("/me/")


@pytest.mark.browser
@pytest.mark.parametrize(("size", "scheme"), [("small", "light"), ("desk", "dark")])
def test_page_is_accessible(open_page, wary, size, scheme):
    page = open_page(reverse(PAGE), user=wary, size=size, scheme=scheme)
    take_screenshot(page, f"screen-{size}-{scheme}")

    assert (axe_problems(page), sideways(page)) == ([], 0)
