"""One link: what is asked, what comes of it, and that nobody can keep us or lead us inside."""

import time
from ipaddress import ip_address
from itertools import pairwise

import pytest

from community.linkcheck.addresses import NameUnknownError, NoNameError, Rules, is_public, look_up
from community.linkcheck.asking import ask
from community.linkcheck.turns import Turns


@pytest.mark.parametrize(
    ("path", "state", "words"),
    [
        ("/ok", "ok", "It answers (200)."),
        ("/no-head", "ok", "It answers (200)."),
        ("/head-breaks", "ok", "It answers (200)."),
        ("/huge", "ok", "It answers (200)."),
        ("/status/204", "ok", "It answers (204)."),
        ("/missing", "dead", "The page is not there (404)."),
        ("/status/410", "dead", "The page is not there (410)."),
        ("/status/500", "dead", "It answers with an error (500)."),
        ("/status/403", "unchecked", "They do not let a program look (403)."),
        ("/status/429", "unchecked", "They do not let a program look (429)."),
        ("/nowhere", "dead", "It says that it moved, but not where to (302)."),
        ("/on/1", "dead", "It moves on more than 5 times."),
        ("/to/302/?/to/302/", "dead", "It says that it moved, but not where to (302)."),
        ("/circle/a", "dead", "It leads round in a circle."),
        ("/nonsense", "dead", "The answer broke off, or made no sense."),
        ("/cut", "dead", "The answer broke off, or made no sense."),
        ("/long-header", "dead", "The answer broke off, or made no sense."),
        ("/many-headers", "dead", "The answer broke off, or made no sense."),
    ],
)
def test_what_is_answered(web, path, state, words):
    answer = web.ask(path)

    assert (answer.state, answer.words) == (state, words)


def test_it_says_who_asks_and_whom(web, settings):
    settings.SITE_URL = "https://trellis.example"

    web.ask("/ok")

    assert {each.host for each in web.asked} == {f"shop.test:{web.port}"}
    assert {each.agent for each in web.asked} == {
        "Mozilla/5.0 (compatible; TrellisLinkCheck/1.0; +https://trellis.example/)"
    }


def test_a_page_that_answers_to_head_is_not_fetched(web):
    web.ask("/ok")

    assert (web.paths("HEAD"), web.paths("GET")) == (["/ok"], [])


def test_moved_for_good_says_where_to(web):
    answer = web.ask("/to/301/?/to/308/?/ok")

    assert (answer.state, answer.leads_to) == ("redirect", f"http://shop.test:{web.port}/ok")


def test_moved_for_now_is_still_the_address(web):
    answer = web.ask("/to/302/?/ok")

    assert (answer.state, answer.leads_to) == ("ok", "")


@pytest.mark.parametrize("path", ["/hang", "/trickle"])
def test_who_keeps_us_waiting_is_left(web, path):
    begun = time.monotonic()

    answer = web.ask(path, whole=1.5)

    assert (answer.state, answer.words) == ("dead", "No answer in time.")
    assert time.monotonic() - begun < 3


def test_a_huge_answer_is_not_read(web):
    web.ask("/huge")

    assert web.sent < 20_000_000


def test_nobody_there(web):
    web.names["gone.test"] = [["127.0.0.1"]]
    rules = Rules(ports=frozenset({9}), permitted=web.rules.permitted, resolve=web.resolve)

    assert ask("http://gone.test:9/", rules=rules).words == "Nobody answers there."


def test_no_such_name(web):
    assert web.ask("/", host="nowhere.test").words == "There is no such name on the internet."


def test_a_name_that_cannot_be_looked_up_is_not_dead(web):
    def away(host: str, port: int) -> list[str]:
        raise NameUnknownError

    assert ask("http://shop.test/", rules=Rules(resolve=away)).state == "unchecked"


def test_the_next_address_is_tried_where_one_is_not_reached(web):
    web.names["two.test"] = [["127.0.0.3", "127.0.0.1"]]
    rules = Rules(ports=web.rules.ports, permitted=frozenset({"127.0.0.1", "127.0.0.3"}), resolve=web.resolve)

    assert web.ask("/ok", host="two.test", rules=rules).state == "ok"


def test_robots_txt_is_honoured(web):
    web.robots = "User-agent: *\nDisallow: /private/\n"

    answers = [web.ask(path).state for path in ("/private/list", "/ok")]

    assert answers == ["unchecked", "ok"]
    assert "/private/list" not in [each.path for each in web.asked]


def test_robots_txt_is_read_once_for_all_redirects_on_one_origin(web):
    web.robots = "User-agent: *\nDisallow: /private/\n"

    answer = web.ask("/to/301/?/to/302/?/private/list")

    assert answer.state == "unchecked"
    assert [each.path for each in web.asked if each.method == "GET"] == ["/robots.txt"]


# --- never inside -------------------------------------------------------------

INSIDE = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.251", "239.1.2.3", "240.0.0.1", "255.255.255.255",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "fec0::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
    "64:ff9b::10.0.0.1", "2002:7f00:1::", "2002:a00:1::", "2001:0:a00:1::",
]  # fmt: skip
OUTSIDE = ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]


@pytest.mark.parametrize("address", INSIDE)
def test_inside_is_not_public(address):
    assert not is_public(ip_address(address.partition("%")[0]))


@pytest.mark.parametrize("address", OUTSIDE)
def test_outside_is_public(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_not_asked(web, address):
    web.names["inside.test"] = [[address]]
    rules = Rules(ports=frozenset({web.port}), resolve=web.resolve)

    answer = ask(f"http://inside.test:{web.port}/ok", rules=rules)

    assert (answer.state, "Nobody was asked." in answer.words) == ("unchecked", True)
    assert web.asked == []


def test_a_name_with_one_address_inside_is_not_asked(web):
    web.names["both.test"] = [["127.0.0.1", "10.0.0.1"]]

    assert web.ask("/ok", host="both.test").state == "unchecked"
    assert web.asked == []


@pytest.mark.parametrize(
    "url", ["http://localhost/", "http://127.0.0.1/", "http://[::1]/", "http://2130706433/", "http://0x7f.1/"]
)
def test_real_names_of_this_machine_are_not_asked(url):
    assert ask(url).state in {"unchecked", "dead"}
    assert ask(url).words in {
        "It leads to a place that is not on the open internet. Nobody was asked.",
        "There is no such name on the internet.",
    }


@pytest.mark.parametrize(
    "where",
    [
        "http://10.0.0.1/", "http://127.0.0.2/", "http://[::1]/", "http://inside.test/", "//169.254.169.254/",
        "ftp://shop.test/", "file:///etc/passwd", "gopher://shop.test/", "http://shop.test:22/",
        "http://user:secret@10.0.0.1/",
    ],
)  # fmt: skip
def test_a_redirect_is_looked_at_anew(web, where):
    web.names["inside.test"] = [["192.168.0.7"]]

    answer = web.ask(f"/to/301/?{where}")

    assert (answer.state, "Nobody was asked." in answer.words) == ("unchecked", True)


def test_a_name_is_resolved_once_and_asked_where_it_led(web):
    web.names["two-faces.test"] = [["127.0.0.1"], ["10.0.0.1"]]

    answer = web.ask("/ok", host="two-faces.test")

    assert (answer.state, web.looked_up) == ("ok", ["two-faces.test"])


def test_a_redirect_to_a_name_that_has_turned_inside_is_not_followed(web):
    web.names["two-faces.test"] = [["127.0.0.1"], ["10.0.0.1"]]

    answer = web.ask(f"/to/302/?http://two-faces.test:{web.port}/ok", host="two-faces.test")

    assert answer.state == "unchecked"
    assert "/ok" not in [each.path for each in web.asked]


@pytest.mark.parametrize("url", ["http:///nothing", "http://", "https://[", "http://a b/", "nonsense", ""])
def test_what_is_no_address_never_raises(web, url):
    assert ask(url, rules=web.rules).state in {"dead", "unchecked"}


def test_an_international_name_is_asked_in_ascii(web):
    web.names["xn--bcher-kva.test"] = [["127.0.0.1"]]

    answer = web.ask("/ok", host="bücher.test")

    assert answer.state == "ok"
    assert web.asked[0].host == f"xn--bcher-kva.test:{web.port}"


def test_names_of_this_machine_are_looked_up_for_real():
    assert "127.0.0.1" in look_up("localhost", 80)
    with pytest.raises(NoNameError):
        look_up("a" * 70 + ".test", 80)


# --- TLS ----------------------------------------------------------------------


def test_tls_is_the_names_though_the_address_is_asked(secure_web):
    assert secure_web.ask("/ok", scheme="https").state == "ok"


def test_a_certificate_of_another_name_is_dead(secure_web):
    secure_web.names["other.test"] = [["127.0.0.1"]]

    answer = secure_web.ask("/ok", host="other.test", scheme="https")

    assert (answer.state, answer.words) == (
        "dead",
        "Its certificate is not in order, so browsers warn of it.",
    )


# --- politeness -----------------------------------------------------------------


def test_a_host_is_asked_one_at_a_time_with_a_pause(web):
    turns = Turns(pause=0.3)

    web.ask("/no-head", turns=turns)

    times = [each.at for each in web.asked]
    assert len(times) == 3  # robots.txt, HEAD, GET
    assert min(later - sooner for sooner, later in pairwise(times)) >= 0.29


def test_who_waits_too_long_for_the_turn_gives_up():
    turns = Turns(pause=60)
    now = time.monotonic()
    with turns.at("shop.test", until=now + 1):
        pass

    with pytest.raises(TimeoutError), turns.at("shop.test", until=now + 1):
        pass
