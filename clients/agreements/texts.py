"""A plain text as passages: headings, paragraphs and lists; and two of them beside each other.

A line that begins with `#` is a heading, one that begins with `-` an item of a
list, and an empty line ends a paragraph. Nothing else has a meaning, so that
what somebody signs is what was typed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

HEADING, ITEM, PARAGRAPH = "heading", "item", "paragraph"
SAME, NEW, GONE = "same", "new", "gone"


@dataclass(frozen=True)
class Passage:
    """One heading, one paragraph, or one item of a list."""

    kind: str
    text: str


@dataclass(frozen=True)
class Block:
    """What stands together on the page: one passage, or all items of one list."""

    kind: str
    passages: Sequence[Passage]


@dataclass(frozen=True)
class Piece:
    """Some words of a passage: the same as before, new, or gone."""

    state: str
    text: str


@dataclass(frozen=True)
class Change:
    """One passage of the new text beside the old one; `state` is what became of the whole passage.

    A run of passages that did not change is one Change without pieces, with how many they are.
    """

    state: str
    kind: str = ""
    pieces: Sequence[Piece] = ()
    unchanged: int = 0


def passages_of(text: str) -> list[Passage]:
    """The passages of a text, in order."""
    found: list[Passage] = []
    is_going_on = False
    for line in text.replace("\r\n", "\n").split("\n"):
        words = line.strip()
        if heading := re.fullmatch(r"#+\s*(.+)", words):
            found.append(Passage(HEADING, heading[1]))
        elif item := re.fullmatch(r"[-*•]\s+(.+)", words):
            found.append(Passage(ITEM, item[1]))
        elif words and is_going_on:
            found[-1] = Passage(PARAGRAPH, f"{found[-1].text}\n{words}")
        elif words:
            found.append(Passage(PARAGRAPH, words))
        is_going_on = bool(words) and found[-1].kind == PARAGRAPH
    return found


def blocks_of(text: str) -> list[Block]:
    """The passages as they stand on a page."""
    blocks: list[Block] = []
    for kind, passages in groupby(passages_of(text), key=lambda passage: passage.kind):
        together = list(passages)
        blocks += [Block(kind, together)] if kind == ITEM else [Block(kind, [each]) for each in together]
    return blocks


def changes_between(old: str, new: str) -> list[Change]:
    """What is new and what is gone, passage by passage, and word by word where a passage was reworded."""
    before, after = passages_of(old), passages_of(new)
    found: list[Change] = []
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Change(SAME, unchanged=j - i))
        else:
            found += _replaced(before[i:j], after[k:m])
    return found


ALIKE = 0.4
"""Two passages that share less than this of their words are one that is gone and one that is new."""


def _replaced(before: Sequence[Passage], after: Sequence[Passage]) -> Iterator[Change]:
    """First what is gone, then what is new; passages that are alike are shown as one, reworded."""
    left, added = list(before), list[Passage]()
    for passage in after:
        words = _words(passage.text)
        alike = [
            number
            for number, old in enumerate(left)
            if old.kind == passage.kind and SequenceMatcher(None, _words(old.text), words).ratio() > ALIKE
        ]
        if not alike:
            added.append(passage)
            continue
        old = left[alike[0]]
        yield from _whole(GONE, left[: alike[0]])
        yield from _whole(NEW, added)
        left, added = left[alike[0] + 1 :], []
        yield Change(SAME, passage.kind, list(_reworded(_words(old.text), words)))
    yield from _whole(GONE, left)
    yield from _whole(NEW, added)


def _whole(state: str, passages: Sequence[Passage]) -> Iterator[Change]:
    return (Change(state, passage.kind, [Piece(state, passage.text)]) for passage in passages)


def _words(text: str) -> list[str]:
    """The words, each with the space after it."""
    return re.findall(r"\S+\s*", text)


def _reworded(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece(SAME, "".join(new[k:m]))
            continue
        if i < j:
            yield Piece(GONE, "".join(old[i:j]))
        if k < m:
            yield Piece(NEW, "".join(new[k:m]))
