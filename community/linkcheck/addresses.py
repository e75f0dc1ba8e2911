"""Which machines may be asked: those anybody on the internet could ask."""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

NAT64 = IPv6Network("64:ff9b::/96")
"""Translates to IPv4 (RFC 6052), so that a private address may hide in it."""
MOST_ADDRESSES = 4
"""So many addresses of one name are tried."""


class NotPublicError(Exception):
    """The address is none that anybody on the internet could ask; nobody was asked."""


class NoNameError(Exception):
    """There is no such name."""


class NameUnknownError(Exception):
    """Whether there is such a name could not be found out."""


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it belongs to the open internet; where an IPv4 one is written into it, whether that does."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if address in NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
        if address.sixtofour or address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def may_be_public(host: str) -> bool:
    """Whether its text says nothing against it. A name is not looked up."""
    try:
        return is_public(ip_address(host))
    except ValueError:
        return host != "localhost" and not host.endswith(".localhost")


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a name. Raises NoNameError or NameUnknownError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno in {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}:
            raise NoNameError from error
        raise NameUnknownError from error
    except UnicodeError as error:
        raise NoNameError from error
    return list(dict.fromkeys(str(where[0]) for *_kind, where in found))


@dataclass(frozen=True)
class Rules:
    """Who may be asked. Only tests permit more than the open internet: one address and one port."""

    ports: frozenset[int] = frozenset({80, 443})
    permitted: frozenset[str] = frozenset()
    resolve: Callable[[str, int], list[str]] = look_up

    def addresses(self, host: str, port: int) -> list[str]:
        """The addresses to connect to. All of a name's must be public, or none is asked.

        Raises NotPublicError, NoNameError or NameUnknownError.
        """
        if port not in self.ports:
            raise NotPublicError
        found = self.resolve(host, port)
        for each in found:
            if each not in self.permitted and not is_public(ip_address(each.partition("%")[0])):
                raise NotPublicError
        if not found:
            raise NoNameError
        return found[:MOST_ADDRESSES]


OPEN_INTERNET = Rules()
