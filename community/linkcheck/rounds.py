"""A round: a few links at a time, each of another host, so that a worker is soon free again."""

from concurrent.futures import ThreadPoolExecutor, wait

from django.utils import timezone
from django.utils.translation import gettext as _

from community.linkcheck.addresses import OPEN_INTERNET, Rules
from community.linkcheck.asking import WHOLE, Answer, ask
from community.linkcheck.turns import PAUSE, Turns
from community.models import WebLink

AT_ONCE = 8
LOOKING_UP = 10.0
"""Seconds more that the system may take to look up names, on which nobody can hurry it."""


def check_links(
    *,
    rules: Rules = OPEN_INTERNET,
    whole: float = WHOLE,
    looking_up: float = LOOKING_UP,
    pause: float = PAUSE,
) -> int:
    """Look at the links that are due, at most `AT_ONCE`; returns how many. Safe to run again at any time."""
    links = WebLink.objects.claim(AT_ONCE)
    if not links:
        return 0
    turns = Turns(pause)
    threads = ThreadPoolExecutor(AT_ONCE)
    asked = {link.pk: threads.submit(ask, link.url, rules=rules, turns=turns, whole=whole) for link in links}
    done, _late = wait(asked.values(), timeout=whole + looking_up)
    threads.shutdown(wait=False, cancel_futures=True)
    for link in links:
        answer = asked[link.pk]
        link.note(
            answer.result()
            if answer in done
            else Answer(WebLink.State.UNCHECKED, _("The name could not be looked up.")),
            on=timezone.localdate(),
        )
    return len(links)
