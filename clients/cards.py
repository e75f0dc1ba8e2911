"""Clients as contacts for an address book: vCard 4.0 (RFC 6350), by the library that writes iCalendar.

Both formats share lines, folding and escapes. A card holds how to reach
somebody, and nothing of the work. Names are kept as people write them (`FN`);
which part of one is the family's (`N`, optional since 4.0) is not ours to guess.
"""

from collections.abc import Iterable

from icalendar import Component, vText

from clients.models import Client


class VCard(Component):
    name = "VCARD"


CARDS = "text/vcard; charset=utf-8"
"""Their media type (RFC 6350)."""


def cards_of(clients: Iterable[Client]) -> bytes:
    """One card after the other."""
    return b"".join(_card(client).to_ical(sorted=False) for client in clients)


def _card(client: Client) -> VCard:
    card = VCard()
    card.add("version", vText("4.0"))
    card.add("uid", vText(f"urn:uuid:{client.pk}"))
    card.add("fn", vText(client.name))
    card.add("email", vText(client.address))
    if client.phone:
        card.add("tel", vText(client.phone))
    card.add("tz", vText(str(client.own_timezone)))
    note = "\n".join(part for part in (client.pronouns, client.reach) if part)
    if note:
        card.add("note", vText(note))
    return card
