"""Asks one link whether it still leads somewhere.

urllib3 speaks HTTP and TLS, to an address that was looked at before: the name
is resolved once, and whoever answers for it later is not asked.
"""

import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from threading import Timer
from typing import Any
from urllib.parse import urljoin
from urllib.robotparser import RobotFileParser

from django.conf import settings
from django.utils.translation import gettext as _
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationParseError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)
from urllib3.util import Url, parse_url
from urllib3.util.ssl_match_hostname import CertificateError

from community.linkcheck.addresses import (
    OPEN_INTERNET,
    NameUnknownError,
    NoNameError,
    NotPublicError,
    Rules,
)
from community.linkcheck.turns import Turns
from community.models import WebLink

WHOLE = 20.0
"""Seconds for one link with all its redirects."""
STEP = 6.0
"""Seconds to connect, and to wait for the next bytes."""
MOST_REDIRECTS = 5
MOST_OF_ROBOTS = 64_000
"""Bytes read of a robots.txt; of a page nothing is read but its headers."""
MOVED = {301, 302, 303, 307, 308}
MOVED_FOR_GOOD = {301, 308}
NOT_FOR_PROGRAMS = {401, 402, 403, 406, 407, 408, 425, 429, 451, 999}
"""Answers that say something of who asks and nothing of the page."""
AGENT = "TrellisLinkCheck"
BROKEN = (HTTPError, HTTPException, OSError)
"""What urllib3, http.client and the sockets below them raise where the other side does not do its part."""


@dataclass(frozen=True)
class Answer:
    """What came of it: the state, what was answered, and where it leads by now if it moved for good."""

    state: str
    words: str
    leads_to: str = ""


@dataclass
class Question:
    """One link, its redirects and the time left for them."""

    rules: Rules
    turns: Turns
    whole: float
    until: float = field(init=False)
    robots: dict[str, RobotFileParser] = field(default_factory=dict, init=False)
    """What each origin asks of programs, by the address of its robots.txt."""

    def __post_init__(self) -> None:
        self.until = time.monotonic() + self.whole

    def ask(self, url: str) -> Answer:
        seen: list[str] = []
        is_for_good = True
        while len(seen) <= MOST_REDIRECTS:
            target = _parsed(url)
            if target.url in seen:
                return _dead(_("It leads round in a circle."))
            seen.append(target.url)
            addresses = self.rules.addresses(_host(target), _port(target))
            if not self._may_look(target, addresses):
                return _unchecked(_("Their robots.txt asks programs not to look."))
            status, location = self._status(target, addresses)
            if status not in MOVED:
                moved_to = target.url if len(seen) > 1 and is_for_good else ""
                return _answer(status, moved_to)
            if not location:
                return _dead(_("It says that it moved, but not where to (%s).") % status)
            is_for_good = is_for_good and status in MOVED_FOR_GOOD
            url = urljoin(target.url, location)
        return _dead(_("It moves on more than %s times.") % MOST_REDIRECTS)

    def _status(self, target: Url, addresses: list[str]) -> tuple[int, str]:
        """The status and where it points to; servers that do not like HEAD are asked by GET."""
        with suppress(*BROKEN):
            status, location, _body = self._request("HEAD", target, addresses)
            if status < 400:
                return status, location
        status, location, _body = self._request("GET", target, addresses)
        return status, location

    def _may_look(self, target: Url, addresses: list[str]) -> bool:
        """What robots.txt says (RFC 9309), read once for each origin; where there is none, everybody may."""
        where = _parsed(urljoin(target.url, "/robots.txt"))
        if where.url not in self.robots:
            self.robots[where.url] = RobotFileParser()
            self.robots[where.url].parse(self._robots_lines(where, addresses))
        return self.robots[where.url].can_fetch(AGENT, target.url)

    def _robots_lines(self, where: Url, addresses: list[str]) -> list[str]:
        with suppress(*BROKEN):  # the page itself will tell
            status, _location, body = self._request("GET", where, addresses, most=MOST_OF_ROBOTS)
            if 200 <= status < 300:
                return body.decode("utf-8", "replace").splitlines()
        return []

    def _request(
        self, method: str, target: Url, addresses: list[str], *, most: int = 0
    ) -> tuple[int, str, bytes]:
        """Status, location and the first bytes, from the first of the addresses that can be reached."""
        for address in addresses[:-1]:
            try:
                return self._request_from(address, method, target, most)
            except (NewConnectionError, ConnectTimeoutError):
                continue
        return self._request_from(addresses[-1], method, target, most)

    def _request_from(self, address: str, method: str, target: Url, most: int) -> tuple[int, str, bytes]:
        with self.turns.at(_host(target), until=self.until):
            left = self.until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            connection = _connection(target, address, min(STEP, left))
            with _ended_after(connection, left):
                connection.request(
                    method, target.request_uri, headers=_headers(target), preload_content=False,
                    decode_content=False, enforce_content_length=False,
                )  # fmt: skip
                with connection.getresponse() as response:
                    body = response.read(most) if most else b""
                    return response.status, response.headers.get("Location", ""), body


def ask(
    url: str, *, rules: Rules = OPEN_INTERNET, turns: Turns | None = None, whole: float = WHOLE
) -> Answer:
    """Whether the link leads somewhere. It takes `whole` seconds at most once its name is known."""
    try:
        return Question(rules, turns or Turns(), whole).ask(url)
    except NotPublicError:
        return _unchecked(_("It leads to a place that is not on the open internet. Nobody was asked."))
    except NoNameError:
        return _dead(_("There is no such name on the internet."))
    except NameUnknownError:
        return _unchecked(_("The name could not be looked up."))
    except LocationParseError:
        return _dead(_("This is no address of a page."))
    except (SSLError, ssl.SSLError, CertificateError):
        return _dead(_("Its certificate is not in order, so browsers warn of it."))
    except NewConnectionError:
        return _dead(_("Nobody answers there."))
    except (TimeoutError, ConnectTimeoutError, ReadTimeoutError):
        return _dead(_("No answer in time."))
    except (*BROKEN, ValueError):
        return _dead(_("The answer broke off, or made no sense."))


def _answer(status: int, moved_to: str) -> Answer:
    if status in NOT_FOR_PROGRAMS:
        return _unchecked(_("They do not let a program look (%s).") % status)
    if status in {404, 410}:
        return _dead(_("The page is not there (%s).") % status)
    if not 200 <= status < 400:
        return _dead(_("It answers with an error (%s).") % status)
    if moved_to and len(moved_to) <= 500:
        return Answer(WebLink.State.REDIRECT, _("It moved for good."), moved_to)
    return Answer(WebLink.State.OK, _("It answers (%s).") % status)


def _dead(words: str) -> Answer:
    return Answer(WebLink.State.DEAD, words)


def _unchecked(words: str) -> Answer:
    return Answer(WebLink.State.UNCHECKED, words)


def _parsed(url: str) -> Url:
    """The address in its ASCII form, without a fragment. Raises LocationParseError, NotPublicError."""
    target = parse_url(url)
    if target.scheme not in {"http", "https"}:
        raise NotPublicError
    if not target.host:
        raise LocationParseError(url)
    return target._replace(auth=None, fragment=None)


def _host(target: Url) -> str:
    return (target.host or "").strip("[]").lower()


def _port(target: Url) -> int:
    return target.port or {"http": 80, "https": 443}[target.scheme or ""]


def _headers(target: Url) -> Mapping[str, str]:
    return {
        "Host": target.netloc or "",
        "User-Agent": f"Mozilla/5.0 (compatible; {AGENT}/1.0; +{settings.SITE_URL}/)",
        "Accept": "text/html,*/*;q=0.5",
        "Connection": "close",
    }


def _connection(target: Url, address: str, seconds: float) -> Any:
    """To this very address; the certificate must still be the name's."""
    if target.scheme == "https":
        host = _host(target)
        return HTTPSConnection(
            address, _port(target), timeout=seconds, server_hostname=host, assert_hostname=host
        )
    return HTTPConnection(address, _port(target), timeout=seconds)


@contextmanager
def _ended_after(connection: Any, seconds: float) -> Iterator[None]:
    """Whoever sends a byte now and then must not keep us: after so many seconds the line is cut."""
    is_late = False

    def cut() -> None:
        nonlocal is_late
        is_late = True
        with suppress(OSError, AttributeError):
            connection.sock.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (*BROKEN, ValueError) as error:
        if is_late:
            raise TimeoutError from error
        raise
    finally:
        timer.cancel()
        connection.close()
    if is_late:  # cut off in its headers, an answer looks whole
        raise TimeoutError
