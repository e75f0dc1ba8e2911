"""How fast a directory answers, small and large, beside an empty page: the figure `search` of bin/bench.

The directory is invented by a generator that gives the same listings each
time. Its words are as unevenly common as real ones, its places stand in
towns, and it is written to the database as it would be in use: published,
checked, indexed, vacuumed.
"""

import logging
import math
import os
import random
import statistics
import time
from collections.abc import Callable
from datetime import time as clock
from datetime import timedelta
from itertools import batched
from typing import Any
from urllib.parse import quote
from uuid import UUID

import _dispatch
from _turns import in_turns

SIZES = tuple(int(size) for size in os.environ.get("TRELLIS_BENCH_SERVICES", "1000 10000 100000").split())
"""`TRELLIS_BENCH_SERVICES=1000` is a quick look."""
ROUNDS = 40
WARM_UP = 4
AT_ONCE = 5_000
SYLLABLES = [
    "ba",
    "den",
    "fir",
    "gol",
    "har",
    "ib",
    "jun",
    "kel",
    "lom",
    "mar",
    "nor",
    "oth",
    "pel",
    "quin",
    "ros",
    "sut",
    "tarn",
    "ul",
    "ven",
    "wick",
    "yar",
    "zel",
]
WHAT = [
    "advice",
    "group",
    "club",
    "kitchen",
    "walk",
    "class",
    "repair",
    "visits",
    "choir",
    "helpline",
    "workshop",
    "garden",
    "library",
]
DESCRIBED = [
    "Somebody",
    "reads",
    "the",
    "letter",
    "with",
    "you",
    "and",
    "rings",
    "the",
    "office.",
    "Come",
    "as",
    "you",
    "are;",
    "tea",
    "is",
    "on",
    "the",
    "table.",
    "We",
    "meet",
    "once",
    "a",
    "week",
    "and",
    "nobody",
    "has",
    "to",
    "say",
    "anything.",
    "Bring",
    "the",
    "bill,",
    "the",
    "notice",
    "or",
    "the",
    "form.",
]
LANGUAGES = ["English", "Polish", "Arabic", "Spanish", "Somali", "French", "German", "Ukrainian"]
FEES = ["Free of charge.", "Pay what you can.", "5 for each evening.", ""]
MIDDLE = (52.0, -1.0)
MATCH = "match, the page of a client"
PAGES = {
    "search, a common word": "?q=advice",
    "search, two words": "?q=housing+advice",
    "search, a rare word": "?q={rare}",
    "search, wrong letters": "?q=housng",
    "filter, category and language": "?category=housing&language=Polish",
    "filter, several": "?category=food&kind=get_help&free=on&age=34",
    "filter, open on a day": "?open_on=TU&open_time=10:30",
    "filter, near": "?near=52.0,-1.0&within=5",
    "filter, near and words": "?near=52.0,-1.0&within=10&q=repair",
    "filter, checked lately": "?checked=92&sort=checked",
}
"""Searches as a visitor's addresses."""


def search() -> dict[str, Any]:
    """Each search, filter and match at each size: p95 over that of an empty page, and how it grows."""
    from django.conf import settings  # noqa: PLC0415
    from django.core.cache import cache  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.test import Client as Browser  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    logging.disable(logging.INFO)  # a line for each page would be measured, too
    visitor, own, idle = (Browser(SERVER_NAME=settings.ALLOWED_HOSTS[0]) for _who in range(3))
    acts: dict[str, Callable[[], Any]] = {
        name: lambda query=query: _opened(visitor, f"/resources/{query.format(rare=_word(900))}")
        for name, query in PAGES.items()
    }
    looks, looks_for_nothing = _two_clients()
    own.force_login(looks)
    idle.force_login(looks_for_nothing)
    acts[MATCH] = lambda: _opened(own, "/me/fits/")
    empty = f"/resources/?after={_after_the_last('/resources/')}"
    bares = {name: lambda: _opened(visitor, empty) for name in acts}
    bares[MATCH] = lambda: _opened(idle, "/me/fits/")
    taken: dict[str, dict[int, tuple[float, float]]] = {name: {} for name in acts}
    figures: dict[str, Any] = {"sizes": list(SIZES)}
    there = 0
    for size in SIZES:
        begin = time.perf_counter()
        fill(there, size)
        there = size
        figures[f"filled_{size}_s"] = round(time.perf_counter() - begin, 1)
        cache.clear()  # of another size's languages
        for name, act in acts.items():
            taken[name][size] = _p95(act, bares[name])
    for name, act in acts.items():
        with CaptureQueriesContext(connection) as queries:
            act()
        times = {size: ms / empty for size, (ms, empty) in taken[name].items()}
        figures[name] = {
            "p95_ms": {size: round(ms, 1) for size, (ms, _empty) in taken[name].items()},
            "of_an_empty_page": {size: round(ratio, 1) for size, ratio in times.items()},
            "exponent": round(_exponent(times), 2),
            "queries": len(queries),
        }
    logging.disable(logging.NOTSET)
    empty_pages = "the same page, form and all, where no entry is left to show or nothing is looked for"
    return {**figures, "bare": empty_pages}


def _two_clients() -> tuple[Any, Any]:
    """One with two needs and two interests, in the middle of the directory; one who looks for nothing."""
    from clients.actions import say_what_to_look_for, write_circumstance  # noqa: PLC0415
    from clients.models import Circumstance, Client, LookingFor  # noqa: PLC0415
    from coaching.accounts.models import User  # noqa: PLC0415

    client = _dispatch.a_client()
    for domain in ("housing", "food"):
        write_circumstance(
            by=client.user, circumstance=Circumstance(client=client, domain=domain, words="Much.")
        )
    near = f"{MIDDLE[0]}, {MIDDLE[1]}"
    wish = LookingFor(client=client, interests=["nature", "arts"], near=near, age=34)
    say_what_to_look_for(by=client.user, looking_for=wish)
    idle = User.objects.create_user("idle@bench.example", None, name="Idle")
    Client.objects.create(
        practice=client.practice, coach=client.coach, user=idle, name="Idle", email=idle.email
    )
    return client.user, idle


def _after_the_last(path: str) -> str:
    """The `after` of a list by name that no name comes after."""
    from coaching.accounts.paging import _closed  # noqa: PLC0415 - nobody else asks for such a page

    place = "\0".join(["after", path, "sort_name", "pk"]).encode()
    return quote(_closed(["\U0010ffff", str(UUID(int=2**128 - 1))], place))


def _opened(browser: Any, url: str) -> None:
    response = browser.get(url)
    if response.status_code != 200:
        raise RuntimeError(f"{url} answered {response.status_code}")


def _p95(act: Callable[[], Any], bare: Callable[[], Any]) -> tuple[float, float]:
    """Milliseconds of both, taken in turns."""
    times, bares = in_turns(act, bare, rounds=ROUNDS, warm_up=WARM_UP)
    return statistics.quantiles(times, n=20)[-1], statistics.quantiles(bares, n=20)[-1]


def _exponent(times: dict[int, float]) -> float:
    """The e of time ~ n^e from the smallest to the largest."""
    least, most = min(times), max(times)
    return math.log(times[most] / times[least]) / math.log(most / least) if most > least else 0.0


# --- an invented directory ----------------------------------------------------


def fill(begin: int, end: int) -> None:
    """Add the listings `begin` to `end`, indexed, and tell PostgreSQL what it has."""
    from django.db import connection, transaction  # noqa: PLC0415

    from coaching.accounts.models import User  # noqa: PLC0415
    from community.models import Service  # noqa: PLC0415
    from community.vocabulary import ensure_categories  # noqa: PLC0415

    curator, _is_new = User.objects.get_or_create(
        email="curator@bench.example", defaults={"name": "Curator", "is_curator": True}
    )
    terms = ensure_categories()
    for numbers in batched(range(begin, end), AT_ONCE):
        with transaction.atomic():
            made = _write(list(numbers), curator, terms)
            Service.objects.filter(pk__in=made).reindex()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _write(numbers: list[int], curator: Any, terms: dict[str, Any]) -> list[Any]:
    from django.utils import timezone  # noqa: PLC0415

    from coaching.accounts.records import uuid7  # noqa: PLC0415
    from community import models  # noqa: PLC0415
    from community.vocabulary import INTERESTS, NEEDS  # noqa: PLC0415

    rows: dict[Any, list[Any]] = {}

    def add(model: Any, **columns: Any) -> Any:
        row = model(pk=uuid7(), **columns)
        rows.setdefault(model, []).append(row)
        return row

    now = timezone.now()
    organization = None
    made = []
    for number in numbers:
        chance = random.Random(number)  # noqa: S311 - the same directory each time
        if organization is None or number % 3 == 0:
            organization = add(models.Organization, name=f"{_word(number // 3).title()} {_common(chance)}")
        kind = chance.choices(["get_help", "support_group", "activity", "contribute"], [5, 2, 2, 2])[0]
        of_kind = list(INTERESTS) if kind == "contribute" else list(NEEDS)
        codes = chance.sample(of_kind, chance.choice([1, 1, 2, 3]))
        is_for_adults = chance.random() < 0.3
        service = add(
            models.Service,
            organization=organization,
            name=f"{_common(chance).title()} {chance.choice(WHAT)} {_common(chance)}",
            description=" ".join(chance.choices(DESCRIBED, k=30) + [_common(chance) for _each in range(10)]),
            fees_description=chance.choice(FEES),
            minimum_age=18 if is_for_adults else None,
        )
        made.append(service.pk)
        day = now.date() - timedelta(days=int(chance.paretovariate(1) * 20) % 400)
        add(
            models.Listing,
            service=service,
            kind=kind,
            state="published" if chance.random() < 0.95 else "needs_check",
            affiliation="none",
            summary=f"{terms[codes[0]].name} {_common(chance)}.",
            verified_on=day,
            verified_by=curator,
            verified_how="phone",
            published_at=now,
            published_by=curator,
        )
        for code in codes:
            add(models.Attribute, service=service, taxonomy_term=terms[code])
        for language in {"English", *chance.choices(LANGUAGES, k=1)}:
            add(models.Language, service=service, name=language)
        add(models.Phone, service=service, number="01632 960001", type="voice")
        if chance.random() < 0.8:
            opens = chance.randint(8, 18)
            add(
                models.Schedule,
                service=service,
                freq="WEEKLY",
                byday=",".join(chance.sample(["MO", "TU", "WE", "TH", "FR", "SA"], chance.randint(1, 3))),
                opens_at=clock(opens, 0),
                closes_at=clock(opens + chance.randint(1, 5), 30),
            )
        if chance.random() < 0.85:
            _place(add, models, chance, organization, service)
    for model in sorted(rows, key=lambda model: _ORDER.index(model.__name__)):
        model.objects.bulk_create(rows[model], batch_size=2_000)
    return made


_ORDER = [
    "Organization",
    "Service",
    "Listing",
    "Location",
    "Address",
    "Accessibility",
    "ServiceAtLocation",
    "Attribute",
    "Language",
    "Phone",
    "Schedule",
]


def _place(
    add: Callable[..., Any], models: Any, chance: random.Random, organization: Any, service: Any
) -> None:
    """Somewhere in one of forty towns; few in the country between."""
    town = chance.randrange(40)
    spread = chance.gauss(0, 0.03)
    location = add(
        models.Location,
        organization=organization,
        name=f"{_common(chance).title()} house",
        latitude=MIDDLE[0] + (town % 8 - 4) * 0.4 + spread,
        longitude=MIDDLE[1] + (town // 8 - 2) * 0.5 + chance.gauss(0, 0.05),
        is_confidential=chance.random() < 0.01,
    )
    add(
        models.Address,
        location=location,
        address_1=f"{chance.randint(1, 200)} {_common(chance).title()} Road",
        city=f"{SYLLABLES[town % len(SYLLABLES)].title()}ton",
        state_province="Northshire",
        postal_code=f"N{town} {chance.randint(1, 9)}AB",
        country="GB",
    )
    add(models.ServiceAtLocation, service=service, location=location)
    if chance.random() < 0.3:
        add(models.Accessibility, location=location, description="Level entrance, wide doors.")


def _word(number: int) -> str:
    """The word of this rank; each number has its own."""
    base = len(SYLLABLES)
    parts = [SYLLABLES[number % base], SYLLABLES[number // base % base]]
    number //= base * base
    while number:
        parts.append(SYLLABLES[number % base])
        number //= base
    return "".join(parts)


def _common(chance: random.Random) -> str:
    """A word, the low ranks much more often than the high ones (Zipf)."""
    return _word(min(int(chance.paretovariate(0.7)), 20_000) - 1)
