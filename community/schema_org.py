"""A published listing in schema.org's words, for search engines. No confidential place is in it."""

import json
from collections.abc import Iterable
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from community.models import Address, CostOption, Location, Schedule, Service, ServiceAtLocation
from community.models.contacts import Weekday

DAYS = dict(
    zip(
        Weekday.values,
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
        strict=True,
    )
)
ESCAPES = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}
"""Letters with which a text could end its `<script>`, as JSON may write them instead."""

type Described = dict[str, Any]


def script_of(service: Service, *, site: str) -> SafeString:
    """The data block for the listing's page. Browsers do not run it, so the CSP has nothing to allow.

    `service` is from `for_page()`, `site` the address that goes before paths.
    """
    words = json.dumps(described(service, site=site), ensure_ascii=False).translate(ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{words}</script>')  # noqa: S308 - see ESCAPES


def described(service: Service, *, site: str) -> Described:
    """https://schema.org/Service, with its Organization, places, hours, prices and ages."""
    url = site + service.get_absolute_url()
    return _said(
        {
            "@context": "https://schema.org",
            "@type": "Service",
            "@id": url,
            "url": url,
            "name": service.name,
            "alternateName": service.alternate_name,
            "description": service.listing.summary or service.description,
            "serviceType": [
                service.listing.get_kind_display(),
                *(term.name for term in service.categories),
            ],
            "provider": _organization(service),
            "availableChannel": _channels(service),
            "hoursAvailable": _hours(service.schedules.all()),
            "offers": [_offer(cost) for cost in service.cost_options.all() if cost.amount is not None],
            "audience": _audience(service),
        }
    )


def _said(values: Described) -> Described:
    """Without what nobody has said."""
    return {name: value for name, value in values.items() if value not in ("", None, [], {})}


def _organization(service: Service) -> Described:
    organization = service.organization
    phones = organization.phones.all()
    return _said(
        {
            "@type": "Organization",
            "name": organization.name,
            "alternateName": organization.alternate_name,
            "url": organization.website,
            "email": organization.email,
            "telephone": [str(phone) for phone in phones],
        }
    )


def _channels(service: Service) -> list[Described]:
    """How to get there, each place by itself; where there is none to be told, by phone and on the web."""
    told = {
        "@type": "ServiceChannel",
        "serviceUrl": service.url,
        "servicePhone": [
            {"@type": "ContactPoint", "telephone": str(phone)} for phone in service.phones.all()
        ],
        "availableLanguage": [language.name for language in service.languages.all() if language.name],
    }
    links = [link for link in service.service_at_locations.all() if not link.location.is_confidential]
    channels = [_said({**told, "serviceLocation": _place(link)}) for link in links] or [_said(told)]
    return [channel for channel in channels if len(channel) > 1]


def _place(link: ServiceAtLocation) -> Described:
    place = link.location
    is_there = place.location_type == "physical"
    return _said(
        {
            "@type": "Place" if is_there else "VirtualLocation",
            "name": place.name,
            "url": place.url,
            "address": [_address(address) for address in place.addresses.all()] if is_there else [],
            "geo": _position(place) if is_there else {},
            "openingHoursSpecification": _hours(link.schedules.all()) if is_there else [],
        }
    )


def _address(address: Address) -> Described:
    return _said(
        {
            "@type": "PostalAddress",
            "streetAddress": ", ".join(part for part in [address.address_1, address.address_2] if part),
            "addressLocality": address.city,
            "addressRegion": address.state_province,
            "postalCode": address.postal_code,
            "addressCountry": address.country,
        }
    )


def _position(place: Location) -> Described:
    if place.latitude is None or place.longitude is None:
        return {}
    return {"@type": "GeoCoordinates", "latitude": place.latitude, "longitude": place.longitude}


def _hours(schedules: Iterable[Schedule]) -> list[Described]:
    """Those of every week; schema.org has no word for "the first Saturday of the month"."""
    return [
        _said(
            {
                "@type": "OpeningHoursSpecification",
                "dayOfWeek": [f"https://schema.org/{DAYS[code]}" for code in codes],
                "opens": f"{schedule.opens_at:%H:%M}" if schedule.opens_at else "",
                "closes": f"{schedule.closes_at:%H:%M}" if schedule.closes_at else "",
                "validFrom": str(schedule.valid_from or ""),
                "validThrough": str(schedule.valid_to or ""),
            }
        )
        for schedule in schedules
        if schedule.freq != Schedule.Frequency.MONTHLY
        and (schedule.interval or 1) == 1
        and (codes := [code for part in schedule.byday.split(",") if (code := part.strip()) in DAYS])
    ]


def _offer(cost: CostOption) -> Described:
    return _said(
        {
            "@type": "Offer",
            "name": cost.option,
            "price": f"{cost.amount:.2f}",
            "priceCurrency": cost.currency.upper(),
            "description": cost.amount_description,
        }
    )


def _audience(service: Service) -> Described:
    ages = {
        "suggestedMinAge": None if service.minimum_age is None else float(service.minimum_age),
        "suggestedMaxAge": None if service.maximum_age is None else float(service.maximum_age),
    }
    told = _said({**ages, "description": service.eligibility_description})
    return {"@type": "PeopleAudience", **told} if told else {}
