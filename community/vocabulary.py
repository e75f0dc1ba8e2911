"""Trellis's own short vocabulary: the categories of the directory, in plain words.

The needs are the domains a circumstance of a client is recorded in, so that a
named circumstance leads to listings. The interests are ways to contribute.
"""

import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps as current_apps
from django.conf.locale import LANG_INFO

TAXONOMY_ID = uuid.uuid5(uuid.NAMESPACE_URL, "trellis:taxonomy")

NEEDS = {
    "housing": ("Housing", "A home that is safe, affordable and yours to stay in."),
    "income": ("Money and income", "Enough to live on: benefits, debt, bills."),
    "work": ("Work", "Finding work, keeping it, fair treatment there."),
    "food": ("Food", "Enough good food."),
    "health_care": ("Health care", "Care for body and mind."),
    "care_duties": ("Caring for others", "Children, parents or others who need you."),
    "transport": ("Getting around", "Reaching the places you need."),
    "education": ("Learning", "School, courses, language, training."),
    "legal_immigration": ("Law and immigration", "Your rights, papers and permits."),
    "discrimination": ("Discrimination", "Being treated worse for who you are."),
    "safety": ("Safety", "Being safe from harm at home and outside."),
    "isolation": ("Company", "Being with others, not alone."),
    "digital_access": ("Phone and internet", "A device, a connection, and knowing how."),
}
INTERESTS = {
    "nature": ("Nature", "Rivers, trees, gardens and animals."),
    "repairing": ("Repairing and making", "Keeping things in use."),
    "cooking_sharing": ("Growing and sharing food", "Cooking, gardening, food shops run together."),
    "teaching": ("Sharing what you know", "Tutoring, reading, language, computers."),
    "children_youth": ("Children and young people", "Playing, reading, coaching, listening."),
    "visiting": ("Keeping company", "Visits, calls and help for neighbours."),
    "arts": ("Music, arts and stories", "Making something beautiful together."),
    "speaking_up": ("Speaking up together", "Tenants, workers and neighbours who act together."),
    "organizing": ("Helping things run", "Shifts, lists, keys, money and minutes."),
}
NAMES = {code: name for code, (name, _meaning) in [*NEEDS.items(), *INTERESTS.items()]}
"""What each category is called."""
HEADINGS = {
    "need": ("Needs", "What people may need help with.", NEEDS),
    "interest": ("Ways to contribute", "What people may like to give.", INTERESTS),
}
MEANT = {
    "housing": "eviction evicted evict homeless homelessness shelter rent landlord hostel sleep sleeping"
    " rough tenant tenancy mortgage repossession",
    "income": "debt debts bill bills electricity gas heating energy fuel benefits arrears broke money",
    "work": "job jobs unemployed unemployment redundancy redundant sacked wages",
    "food": "food foodbank pantry hungry hunger meal meals groceries eat",
    "health_care": "suicide suicidal alcohol drinking drugs addiction counselling counsellor therapy dentist"
    " doctor depression depressed anxiety mental",
    "care_duties": "childcare nursery carer carers dementia",
    "transport": "bus train bike bicycle",
    "education": "class classes course courses lesson lessons tutor literacy",
    "legal_immigration": "visa asylum refugee refugees immigrant solicitor lawyer",
    "discrimination": "racism racist sexism homophobia abuse harassment",
    "safety": "domestic violence violent abuse abused abusive suicide suicidal refuge women womens shelter"
    " stalking threatened",
    "isolation": "lonely loneliness alone friends",
    "digital_access": "computer computers internet wifi laptop",
    "repairing": "bike bicycle mending",
}
"""The plain words by which people look for what a category holds, in our own words."""
MEANT_OF_ACCESS = {"wheelchair": "steps", "deaf": "hearing"}
VOLUNTEER = {"volunteer", "volunteers", "volunteering"}
MEANT_WORDS = frozenset({word for words in MEANT.values() for word in words.split()} | {*MEANT_OF_ACCESS})
"""All of these words, so that a slip in one of them is read."""
DANGER = {"suicide", "suicidal", "violence", "violent", "abuse", "abused", "abusive"}
"""What tells of danger: what is about safety comes first."""
EVERYDAY = frozenset(
    (  # noqa: SIM905
        "a an and any at can cant cannot could do dont for from get got have help i im in is it me my need of"
        " on or our s some t the there to us want wants we with kids children family pay paying free bank"
        " tonight today tomorrow now near nearby here where who what how find looking please cheap local"
    ).split()
)
"""Words of everyday speech that say little of what somebody looks for."""
ACCESS = {
    "steps": (
        "No steps",
        r"step.?free|no steps|without steps|level (access|entrance)|wheelchair|ramp|\mlift\M",
    ),
    "hearing": ("Hearing loop or sign language", r"hearing|induction loop|sign language|deaf"),
    "toilet": (
        "Accessible toilet",
        r"(accessible|wheelchair|adapted).{0,20}toilet|toilet.{0,30}(wheelchair|accessible)",
    ),
    "quiet": ("Quiet room", r"quiet|low noise|low.stimul"),
}
"""What a place says of its access in free text: code → label, and the pattern that finds it."""
TEXT = {
    "arabic": "arabic ar ara العربية عربي",
    "danish": "danish dansk da dan",
    "dutch": "dutch nederlands vlaams flemish nl nld dut",
    "english": "english en eng",
    "finnish": "finnish suomi fi fin",
    "french": "french français francais fr fra fre",
    "german": "german deutsch de deu ger",
    "greek": "greek ελληνικά el ell gre",
    "hindi": "hindi हिन्दी hi hin",
    "hungarian": "hungarian magyar hu hun",
    "irish": "irish gaeilge ga gle",
    "italian": "italian italiano it ita",
    "norwegian": "norwegian norsk bokmål nynorsk no nor nb nn",
    "portuguese": "portuguese português portugues pt por",
    "romanian": "romanian română romana ro ron rum",
    "russian": "russian русский ru rus",
    "serbian": "serbian srpski српски sr srp",
    "spanish": "spanish español espanol castellano es spa",
    "swedish": "swedish svenska sv swe",
    "tamil": "tamil தமிழ் ta tam",
    "turkish": "turkish türkçe turkce tr tur",
}
"""PostgreSQL's text configurations, and what a language may be called: in English, by itself, by ISO 639."""
LANGUAGES = sorted({known["name"] for known in LANG_INFO.values() if "name" in known})
"""Names of languages in English, to choose from; any other may be written."""
LOCAL_NAMES = {
    known["name_local"].lower(): known["name"].lower() for known in LANG_INFO.values() if "name" in known
}
"""Languages as they call themselves, and in English."""
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
FREE = r"\m(free|no (charge|cost|fee)|nothing|gratis|none)\M"
"""How sources write that something costs nothing."""
ENOUGH_REPORTS = 3
"""So many people who could not reach them put a listing back in the queue; its tag is `unreached`."""


def term_id(code: str) -> uuid.UUID:
    """The id of one of Trellis's own terms; the same in every installation."""
    return uuid.uuid5(TAXONOMY_ID, code)


def meant_by(word: str, languages: Iterable[str] = ()) -> list[str]:
    """The tags of listings that people mean by this word; `languages` are the names of those spoken there.

    Of English nobody says more by it: it is spoken nearly everywhere.
    """
    tags = [f"category:{code}" for code, known in MEANT.items() if word in known.split()]
    if word in VOLUNTEER:
        tags.append("kind:contribute")
    if word in MEANT_OF_ACCESS:
        tags.append(f"access:{MEANT_OF_ACCESS[word]}")
    name = LOCAL_NAMES.get(word, word)
    if name != "english":
        spoken = {each.lower() for each in languages}
        tags += [f"language:{each}" for each in sorted(spoken) if each.split()[:1] == [name]]
    return tags


def ensure_categories(apps: Any = current_apps) -> dict[str, Any]:
    """Make the vocabulary where it is missing, and give its terms by code; safe to call again.

    A migration calls it with its own `apps`.
    """
    taxonomies = apps.get_model("community", "Taxonomy").objects
    terms = apps.get_model("community", "TaxonomyTerm").objects
    own = terms.in_bulk([term_id(code) for code in [*HEADINGS, *NEEDS, *INTERESTS]])
    if len(own) < len(HEADINGS) + len(NEEDS) + len(INTERESTS):
        taxonomies.get_or_create(
            pk=TAXONOMY_ID,
            defaults={"name": "Trellis", "description": "What people need, and how they like to contribute."},
        )
        own = {pk: terms.get_or_create(pk=pk, defaults=columns)[0] for pk, columns in _columns()}
    return {term.code: term for term in own.values() if term.code not in HEADINGS}


def _columns() -> Iterator[tuple[uuid.UUID, dict[str, Any]]]:
    for heading, (name, description, members) in HEADINGS.items():
        top = {"taxonomy_id": TAXONOMY_ID, "code": heading, "name": name, "description": description}
        yield term_id(heading), top
        for code, (label, meaning) in members.items():
            below = {"code": code, "name": label, "description": meaning, "parent_id": term_id(heading)}
            yield term_id(code), {"taxonomy_id": TAXONOMY_ID, **below}
