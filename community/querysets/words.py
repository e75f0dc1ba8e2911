"""What somebody may have meant by words that stand in no listing."""

from collections.abc import Collection
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property, reduce
from itertools import chain
from operator import or_
from re import findall, search
from unicodedata import normalize

from django.apps import apps
from django.contrib.postgres.search import SearchQuery, SearchQueryCombinable
from django.core.cache import cache
from django.db import connection
from django.db.models import Func, TextField, Value
from django.db.models.functions import Concat

CONFIG = "english"
"""Every listing is found by it; what is spoken at some of them adds others (`Listing.tags`, `text:…`)."""
OTHER_LETTERS = {"arabic", "greek", "hindi", "russian", "serbian", "tamil"}
"""Configurations that have nothing to say of Latin letters."""
LAST_LATIN = "\u024f"
KNOWN_FOR = 3600
"""So many seconds it is remembered which languages there are."""
LONGEST = 200
"""So many letters of what somebody looks for are read."""
MOST_WORDS = 12
ALIKE = 0.7
"""From here on a word may have been meant by another, 1 being the same."""
MOST_ALIKE = 20
"""So many of the words that are like one are looked up among what is published."""
SAID = """EXISTS (
    SELECT FROM community_listing
    WHERE state = 'published' AND search_vector @@ ({query}))"""
"""Somebody may find the word. For each word a question of its own: PostgreSQL then knows how common it is."""
NEAR = """
WITH asked AS MATERIALIZED ({asked})
SELECT '' AS typed, ARRAY[unaccent(%s)]
UNION ALL
SELECT asked.typed,
       ARRAY(SELECT near.word FROM community_searchword near WHERE near.word %%> asked.word LIMIT 200)
       || ARRAY(
           SELECT near.word FROM community_searchword near
           WHERE near.word >= left(asked.word, 1) AND near.word < chr(ascii(asked.word) + 1)
             AND length(near.word) BETWEEN length(asked.word) - 2 AND length(asked.word) + 2
             AND levenshtein_less_equal(near.word, asked.word, 3) <= 3
           LIMIT 400)
FROM asked
WHERE NOT asked.is_said AND length(asked.word) BETWEEN 3 AND 40
  AND cardinality(tsvector_to_array(to_tsvector('english', asked.word))) > 0
"""
"""Words that nothing published says, each with those that share much of it or are few letters away.

The latter may come from what is not published, or not any more: none is shown before `_said` knew it.
"""


def plain(text: str) -> str:
    """What somebody typed, without what no search can hold."""
    return " ".join(text.replace("\0", " ").split())[:LONGEST]


@dataclass(frozen=True)
class Read:
    """What somebody typed, as it is looked for."""

    text: str
    """Without accents. PostgreSQL would take them off once more for each listing it looks at."""
    near: dict[str, list[str]]
    """The words that no listing says, each with the three nearest that one does, nearest first."""

    @cached_property
    def query(self) -> SearchQueryCombinable:
        """What to look for: the text as it is written, or all of its words with those near to unknown ones.

        As it is written means in any language of the directory. A word with a
        minus is looked for in one alone: what one leaves out, another would find.
        """
        configs = [CONFIG] if search(r"(^|\s)-", self.text) else configurations(self.text)
        as_typed = reduce(
            or_, [SearchQuery(self.text, config=each, search_type="websearch") for each in configs]
        )
        if not self.near:
            return as_typed
        near = {_ascii(word): found for word, found in self.near.items()}
        ways = [
            [word, *near.get(_ascii(word), [])] for word in findall(r"\w+", self.text.lower())[:MOST_WORDS]
        ]
        wider = " & ".join("(" + " | ".join(f"'{word}'" for word in way) + ")" for way in ways)
        return as_typed | SearchQuery(wider, config=CONFIG, search_type="raw")


def read(text: str) -> Read:
    """One query, a second where a word is unknown; none where nothing was typed."""
    text = plain(text)
    words = list(dict.fromkeys(findall(r"\w+", text.lower())))[:MOST_WORDS]
    if not words:
        return Read(text, {})
    configs = configurations(text)
    is_said = SAID.format(query=" || ".join(["plainto_tsquery(%s::regconfig, unaccent(%s))"] * len(configs)))
    asked = " UNION ALL ".join(
        [f"SELECT %s AS typed, unaccent(%s) AS word, {is_said} AS is_said"] * len(words)
    )
    values = [value for word in words for value in [word, word, *chain(*((each, word) for each in configs))]]
    with connection.cursor() as cursor:
        cursor.execute(NEAR.replace("{asked}", asked), [*values, text])
        (_typed, (unaccented,)), *rows = cursor.fetchall()
    alike = {word: found for word, candidates in rows if (found := _alike(word, candidates))}
    said = _said({each for found in alike.values() for each in found})
    return Read(unaccented, {word: near for word, found in alike.items() if (near := _nearest(found, said))})


def _said(words: Collection[str]) -> set[str]:
    """Those of these words that a published listing says to everybody."""
    if not words:
        return set()
    is_said = SAID.format(query=f"plainto_tsquery('{CONFIG}', %s)")
    each = " UNION ALL ".join([f"SELECT %s WHERE {is_said}"] * len(words))
    with connection.cursor() as cursor:
        cursor.execute(each, [word for word in words for _twice in range(2)])
        return {word for (word,) in cursor.fetchall()}


def _alike(word: str, candidates: list[str]) -> dict[str, float]:
    """How much each is like the word, the most alike first."""
    likeness = {each: _likeness(word, each) for each in candidates}
    ordered = sorted(likeness, key=lambda each: (-likeness[each], each))
    return {each: likeness[each] for each in ordered[:MOST_ALIKE] if likeness[each] >= ALIKE}


def _nearest(alike: dict[str, float], said: set[str]) -> list[str]:
    likeness = {each: much for each, much in alike.items() if each in said}
    best = max(likeness.values(), default=0)
    return [each for each, much in likeness.items() if much >= best - 0.1][:3]


def _likeness(word: str, other: str) -> float:
    """How much of both is the same in the same order; the beginning of a longer word is much alike."""
    if other.startswith(word):
        return 0.9
    return SequenceMatcher(None, word, other).ratio()


def languages() -> list[str]:
    """The name of each language that is spoken at a published listing; remembered for an hour."""
    return sorted(_spoken("name:"))


def configurations(text: str) -> list[str]:
    """PostgreSQL's text configurations by which published listings are indexed, if they read such letters.

    English is the first, and always there. Which there are is remembered for an hour.
    """
    found = _spoken("text:")
    is_latin = not any(letter.isalpha() and letter > LAST_LATIN for letter in text)
    return [CONFIG, *sorted(found - OTHER_LETTERS if is_latin else found)]


def _spoken(prefix: str) -> set[str]:
    """Names of languages (`name:`) or configurations (`text:`); one query asks for both."""
    spoken = cache.get_or_set("community:spoken", _all_spoken, KNOWN_FOR) or []
    return {each.removeprefix(prefix) for each in spoken if each.startswith(prefix)}


def _all_spoken() -> list[str]:
    languages = apps.get_model("community", "Language")._default_manager.exclude(name="").order_by()
    names = languages.filter(service__listing__state="published").values_list(
        Concat(Value("name:"), "name", output_field=TextField())
    )
    listings = apps.get_model("community", "Listing")._default_manager.filter(state="published").order_by()
    tags = listings.values_list(Func("tags", function="unnest", output_field=TextField()))
    return [each for (each,) in names.union(tags).order_by()]


def _ascii(word: str) -> str:
    """A word as typed and the same without accents come to the same."""
    return "".join(letter for letter in normalize("NFKD", word) if letter.isascii()) or word
