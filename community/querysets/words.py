"""What somebody may have meant by words that stand in no listing."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property, reduce
from operator import or_
from re import findall, search
from unicodedata import normalize

from django.apps import apps
from django.contrib.postgres.search import SearchQuery, SearchQueryCombinable
from django.core.cache import cache
from django.db import connection
from django.db.models import Func, TextField

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
NEAR = """
SELECT '' AS typed, ARRAY[unaccent(%(text)s)]
UNION ALL
SELECT asked.typed,
       ARRAY(SELECT near.word FROM community_searchword near WHERE near.word %%> asked.word LIMIT 200)
       || ARRAY(
           SELECT near.word FROM community_searchword near
           WHERE near.word >= left(asked.word, 1) AND near.word < chr(ascii(asked.word) + 1)
             AND length(near.word) BETWEEN length(asked.word) - 2 AND length(asked.word) + 2
             AND levenshtein_less_equal(near.word, asked.word, 3) <= 3
           LIMIT 400)
FROM (SELECT typed, unaccent(typed) AS word FROM unnest(%(words)s::text[]) AS typed) AS asked
WHERE length(asked.word) BETWEEN 3 AND 40
  AND NOT EXISTS (SELECT FROM community_searchword known WHERE known.word = asked.word)
  AND NOT EXISTS (
      SELECT FROM community_searchword known
      WHERE known.stem = (tsvector_to_array(to_tsvector('english', asked.word)))[1])
  AND NOT EXISTS (
      SELECT FROM unnest(%(configs)s::text[]) AS config
      JOIN community_searchword known ON known.word ^@ left(asked.word, 4)
      WHERE to_tsvector(config::regconfig, known.word) = to_tsvector(config::regconfig, asked.word))
  AND cardinality(tsvector_to_array(to_tsvector('english', asked.word))) > 0
"""
"""Unknown words, each with those that share much of it or are few letters away."""


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
    """One query; none where nothing was typed."""
    text = plain(text)
    words = list(dict.fromkeys(findall(r"\w+", text.lower())))[:MOST_WORDS]
    if not words:
        return Read(text, {})
    with connection.cursor() as cursor:
        cursor.execute(NEAR, {"text": text, "words": words, "configs": configurations(text)[1:]})
        (_typed, (unaccented,)), *rows = cursor.fetchall()
    return Read(unaccented, {word: near for word, found in rows if (near := _nearest(word, found))})


def _nearest(word: str, candidates: list[str]) -> list[str]:
    likeness = {each: _likeness(word, each) for each in candidates}
    ordered = sorted(likeness, key=lambda each: (-likeness[each], each))
    best = max(likeness.values(), default=0)
    return [each for each in ordered if likeness[each] >= max(ALIKE, best - 0.1)][:3]


def _likeness(word: str, other: str) -> float:
    """How much of both is the same in the same order; the beginning of a longer word is much alike."""
    if other.startswith(word):
        return 0.9
    return SequenceMatcher(None, word, other).ratio()


def languages() -> list[str]:
    """The name of each language that is spoken at a published listing; remembered for an hour."""
    return cache.get_or_set("community:language_names", _languages, KNOWN_FOR) or []


def _languages() -> list[str]:
    spoken = apps.get_model("community", "Language")._default_manager.exclude(name="")
    names = spoken.filter(service__listing__state="published").order_by().values_list("name", flat=True)
    return sorted(names.distinct())


def configurations(text: str) -> list[str]:
    """PostgreSQL's text configurations by which published listings are indexed, if they read such letters.

    English is the first, and always there. Which there are is remembered for an hour.
    """
    found = set(cache.get_or_set("community:text", _configurations, KNOWN_FOR) or [])
    is_latin = not any(letter.isalpha() and letter > LAST_LATIN for letter in text)
    return [CONFIG, *sorted(found - OTHER_LETTERS if is_latin else found)]


def _configurations() -> list[str]:
    listings = apps.get_model("community", "Listing")._default_manager.filter(state="published").order_by()
    tags = listings.values_list(Func("tags", function="unnest", output_field=TextField())).distinct()
    return [tag.removeprefix("text:") for (tag,) in tags if tag.startswith("text:")]


def _ascii(word: str) -> str:
    """A word as typed and the same without accents come to the same."""
    return "".join(letter for letter in normalize("NFKD", word) if letter.isascii()) or word
