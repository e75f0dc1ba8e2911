"""How often one visitor may do something, counted by where they come from and forgotten soon after."""

import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest


def is_too_often(request: HttpRequest, action: str, *, most: int, seconds: int) -> bool:
    """Count this time; True where it is more than `most` in the present stretch of `seconds`."""
    where = get_adapter().get_client_ip(request)
    key = f"throttle:{action}:{where}:{int(time.time() // seconds)}"
    if cache.add(key, 1, timeout=seconds):
        return most < 1
    try:
        return cache.incr(key) > most
    except ValueError:  # it was forgotten between the two
        return False
