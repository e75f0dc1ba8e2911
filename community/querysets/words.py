"""What somebody may have meant by words that stand in no listing."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import chain
from operator import and_, or_
from re import findall, search, sub

from django.apps import apps
from django.contrib.postgres.search import SearchQuery, SearchQueryCombinable
from django.core.cache import cache
from django.db import connection
from django.db.models import Func, Q, TextField, Value
from django.db.models.functions import Concat
from rapidfuzz.distance import OSA

from community.vocabulary import DANGER, EVERYDAY, MEANT_WORDS, meant_by

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
BEGINNING = 4
"""A word of so many letters may be the beginning of a longer one."""
LONG = 8
"""From so many letters on a word may have two slips."""
MOST_ALIKE = 20
"""So many of the words that are like one are looked up among what is published."""
SAID = """EXISTS (
    SELECT FROM community_listing
    WHERE state = 'published' AND search_vector @@ ({query}))"""
"""Somebody may find the word. For each word a question of its own: PostgreSQL then knows how common it is."""
NEAR = """
WITH asked AS MATERIALIZED ({asked})
SELECT unaccent(%s), true, NULL::text[]
UNION ALL
SELECT asked.word, cardinality(tsvector_to_array(to_tsvector('english', asked.word))) > 0,
       CASE WHEN asked.is_said OR NOT length(asked.word) BETWEEN 3 AND 40 THEN NULL ELSE
       ARRAY(SELECT near.word FROM community_searchword near WHERE near.word %%> asked.word LIMIT 200)
       || ARRAY(
           SELECT near.word FROM community_searchword near
           WHERE near.word >= left(asked.word, 1) AND near.word < chr(ascii(asked.word) + 1)
             AND length(near.word) BETWEEN length(asked.word) - 2 AND length(asked.word) + 2
             AND levenshtein_less_equal(near.word, asked.word, 2) <= 2
           LIMIT 400)
       END
FROM asked
"""
"""The text without accents; then each word so, whether it says anything in English, and, where nothing
published says it, those that share much of it or are few letters away.

The latter may come from what is not published, or not any more: none is shown before `_said` knew it.
"""


def plain(text: str) -> str:
    """What somebody typed, without what no search can hold."""
    return " ".join(text.replace("\0", " ").split())[:LONGEST]


@dataclass(frozen=True)
class Word:
    """One of the words that somebody typed."""

    typed: str
    text: str
    """Without accents. PostgreSQL would take them off once more for each listing it looks at."""
    near: tuple[str, ...] = ()
    """Where no listing says it, the three nearest that one does, or that mean something, nearest first."""
    tags: tuple[str, ...] = ()
    """The tags of listings that people mean by it."""
    is_telling: bool = True
    """It says something of what somebody looks for."""
    configs: tuple[str, ...] = (CONFIG,)
    """The languages of the directory that have such letters."""

    @cached_property
    def query(self) -> SearchQueryCombinable:
        """It, in any language of the directory, or one of those near to it."""
        as_typed = [SearchQuery(self.text, config=each) for each in self.configs]
        return reduce(or_, [*as_typed, *(SearchQuery(each, config=CONFIG) for each in self.near)])

    @property
    def fits(self) -> Q:
        said = Q(listing__search_vector=self.query)
        return said | Q(listing__tags__overlap=list(self.tags)) if self.tags else said


@dataclass(frozen=True)
class Read:
    """What somebody typed, as it is looked for."""

    text: str
    words: tuple[Word, ...] = ()
    has_marks: bool = False
    """It has quotation marks, or a word with a minus: what one leaves out, another would find."""
    is_wide: bool = False
    """One of the words is enough."""
    configs: tuple[str, ...] = (CONFIG,)
    """The languages of the directory that have such letters."""

    @property
    def near(self) -> dict[str, list[str]]:
        """The words that no listing says, each with those nearest to it."""
        return {word.typed: list(word.near) for word in self.words if word.near}

    @property
    def telling(self) -> list[Word]:
        return [word for word in self.words if word.is_telling]

    @property
    def tells_of_danger(self) -> bool:
        return any(word.typed in DANGER for word in self.words)

    @property
    def can_be_wider(self) -> bool:
        return len(self.telling) > 1 and not self.has_marks and not self.is_wide

    @cached_property
    def query(self) -> SearchQueryCombinable:
        """What listings are ranked by: the text as it is written, or its words with those near to them.

        As it is written means in any language of the directory.
        """
        by_word = None
        if self.telling and not self.has_marks:
            by_word = reduce(or_ if self.is_wide else and_, [word.query for word in self.telling])
            if len(self.telling) == len(self.words):
                return by_word  # what says the text as it is written says each of its words
        as_typed = reduce(
            or_, [SearchQuery(self.text, config=each, search_type="websearch") for each in self.configs]
        )
        return as_typed | by_word if by_word else as_typed

    @property
    def fits(self) -> Q:
        """Which listings fit: those that say all the words that tell something, or one of them if `is_wide`.

        A listing also says a word by what it is tagged with: its category, its languages, its access.
        """
        found = Q(listing__search_vector=self.query)
        if self.has_marks or not any(word.tags for word in self.telling):
            return found
        return found | reduce(or_ if self.is_wide else and_, [word.fits for word in self.telling])


def read(text: str) -> Read:
    """One query, a second where a word is unknown; none where nothing was typed."""
    text = plain(text)
    typed = list(dict.fromkeys(findall(r"\w+", sub(r"['\u2019]", "", text.lower()))))[:MOST_WORDS]
    if not typed:
        return Read(text)
    spoken = _spoken()
    configs = _configs(text, spoken)
    is_said = SAID.format(query=" || ".join(["plainto_tsquery(%s::regconfig, unaccent(%s))"] * len(configs)))
    names = _named("name:", spoken)
    tags = [tuple(meant_by(word, names)) for word in typed]
    asked, values = [], []
    for word, meant in zip(typed, tags, strict=True):
        asked.append(f"SELECT unaccent(%s) AS word, {'true' if meant else is_said} AS is_said")
        values += [word, *(() if meant else chain(*((each, word) for each in configs)))]
    with connection.cursor() as cursor:
        cursor.execute(NEAR.format(asked=" UNION ALL ".join(asked)), [*values, text])
        (unaccented, _is_telling, _none), *rows = cursor.fetchall()
    alike = [
        {} if candidates is None else _alike(word, [*candidates, *MEANT_WORDS])
        for word, _is_telling, candidates in rows
    ]
    known = MEANT_WORDS | _said({each for found in alike for each in found} - MEANT_WORDS)
    words = []
    for word, (plain_word, is_telling, _none), found, meant in zip(typed, rows, alike, tags, strict=True):
        near = tuple(_nearest(found, known))
        meant = meant or tuple(tag for each in near for tag in meant_by(each, names))
        is_telling = is_telling and word not in EVERYDAY
        words.append(Word(word, plain_word, near, meant, is_telling, tuple(_configs(plain_word, spoken))))
    has_marks = bool(search(r'(^|\s)-|"', text))
    return Read(unaccented, tuple(words), has_marks, configs=(CONFIG,) if has_marks else tuple(configs))


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
    likeness = {each: much for each in candidates if (much := _likeness(word, each))}
    ordered = sorted(likeness, key=lambda each: (-likeness[each], each))
    return {each: likeness[each] for each in ordered[:MOST_ALIKE]}


def _nearest(alike: dict[str, float], said: Collection[str]) -> list[str]:
    likeness = {each: much for each, much in alike.items() if each in said}
    best = max(likeness.values(), default=0)
    return [each for each, much in likeness.items() if much >= best - 0.1][:3]


def _likeness(word: str, other: str) -> float:
    """1 for the same, less for each slip, 0 where more lie between them than a hand makes.

    One slip is a letter too many, too few, another one, or two that changed
    places; a word of eight letters may have two. The beginning of a longer
    word is much alike.
    """
    if len(word) >= BEGINNING and other.startswith(word):
        return 0.9
    most = 1 if len(word) < LONG else 2
    slips = OSA.distance(word, other, score_cutoff=most)
    return 1 - slips / len(word) if slips <= most else 0


def languages() -> list[str]:
    """The name of each language that is spoken at a published listing; remembered for an hour."""
    return sorted(_named("name:", _spoken()))


def configurations(text: str) -> list[str]:
    """PostgreSQL's text configurations by which published listings are indexed, if they read such letters.

    English is the first, and always there. Which there are is remembered for an hour.
    """
    return _configs(text, _spoken())


def _configs(text: str, spoken: Collection[str]) -> list[str]:
    found = _named("text:", spoken)
    is_latin = not any(letter.isalpha() and letter > LAST_LATIN for letter in text)
    return [CONFIG, *sorted(found - OTHER_LETTERS if is_latin else found)]


def _named(prefix: str, spoken: Collection[str]) -> set[str]:
    """Names of languages (`name:`) or configurations (`text:`)."""
    return {each.removeprefix(prefix) for each in spoken if each.startswith(prefix)}


def _spoken() -> list[str]:
    """Both of them, remembered for an hour; a search asks once."""
    return cache.get_or_set("community:spoken", _all_spoken, KNOWN_FOR) or []


def _all_spoken() -> list[str]:
    languages = apps.get_model("community", "Language")._default_manager.exclude(name="").order_by()
    names = languages.filter(service__listing__state="published").values_list(
        Concat(Value("name:"), "name", output_field=TextField())
    )
    listings = apps.get_model("community", "Listing")._default_manager.filter(state="published").order_by()
    tags = listings.values_list(Func("tags", function="unnest", output_field=TextField()))
    return [each for (each,) in names.union(tags).order_by()]
