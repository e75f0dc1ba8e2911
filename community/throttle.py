"""How often one visitor may do something, counted by where they come from and forgotten soon after."""

import time
from ipaddress import IPv6Address, ip_address

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest


def network_of(request: HttpRequest) -> str:
    """Where a visitor comes from.

    Of IPv6 it is the first 48 bits: a household is given up to 65,536 networks of
    64 bits, and may take a new one for every visit. Where a provider gives less
    to each, neighbours count as one, as behind a shared address of IPv4. Of IPv4 it
    is the whole address: nobody has several by the way, and 256 neighbours are not one.
    """
    where = str(get_adapter().get_client_ip(request))
    try:
        address = ip_address(where)
    except ValueError:
        return where
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or IPv6Address(int(address) >> 80 << 80))


def is_too_often(request: HttpRequest, action: str, *, most: int, seconds: int) -> bool:
    """Count this time; True where it is more than `most` in the present stretch of `seconds`."""
    key = f"throttle:{action}:{network_of(request)}:{int(time.time() // seconds)}"
    if cache.add(key, 1, timeout=seconds):
        return most < 1
    try:
        return cache.incr(key) > most
    except ValueError:  # it was forgotten between the two
        return False
