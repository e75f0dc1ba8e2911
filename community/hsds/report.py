"""What an import did, or would do, and row by row what it could not use."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


class PackageError(Exception):
    """The package as a whole cannot be read; the message says why, and where. Nothing was written."""


def written(words: str) -> str:
    """With a mark in the place of what no column can hold: a report speaks of what it found, and is kept."""
    return words.replace("\0", "\ufffd").encode(errors="replace").decode()


@dataclass(frozen=True, order=True)
class Finding:
    """One thing in one row that could not be used."""

    file: str
    line: int
    """Counted from 1; 0 speaks of the file as a whole."""
    reason: str
    is_refused: bool
    """The whole row was refused; otherwise only the value was left out."""

    def __str__(self) -> str:
        verdict = "row refused" if self.is_refused else "left out"
        place = f"{self.file}:{self.line}" if self.line else self.file
        return written(f"{place}: {verdict}: {self.reason}")


@dataclass(frozen=True, order=True)
class Outcome:
    """What became of one usable row."""

    file: str
    line: int
    verdict: str
    """`added`, `changed` or `unchanged`."""
    what: str
    columns: tuple[str, ...] = ()
    """Those that changed."""
    merged_into: str = ""
    """What the listing is called with which the row's own is one by now."""

    def __str__(self) -> str:
        changed = f" ({', '.join(self.columns)})" if self.columns else ""
        merged = f": merged into “{self.merged_into}”" if self.merged_into else ""
        return written(f"{self.file}:{self.line}: {self.verdict}: {self.what}{changed}{merged}")


@dataclass(frozen=True, order=True)
class Conflict:
    """One thing that a source says, and a curator decided otherwise since."""

    file: str
    line: int
    what: str
    words: str

    def __str__(self) -> str:
        return written(f"{self.file}:{self.line}: {self.what}: {self.words}")


@dataclass
class FileReport:
    """The figures of one file. Every row is counted once."""

    file: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0


@dataclass
class Report:
    """An import in figures and findings."""

    files: list[FileReport] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    """What curators wrote or removed since."""
    takes_source: bool = False
    """In a conflict the source's side was taken; otherwise everything stays as curators left it."""
    merged: list[Conflict] = field(default_factory=list)
    """Listings of the source that are one with another by now, and stay so."""
    added: dict[str, list[UUID]] = field(default_factory=dict)
    """Ids by table, in the order in which they were written."""
    changed: list[tuple[str, UUID, dict[str, tuple[Any, Any]]]] = field(default_factory=list)
    """Table, id, and the changed columns before and after."""

    def lines(self) -> Iterator[str]:
        """The report as a person reads it in a terminal."""
        width = max((len(each.file) for each in self.files), default=4)
        yield f"{'file':<{width}}  {'added':>7}  {'changed':>7}  {'unchanged':>9}  {'refused':>7}"
        for each in self.files:
            yield (
                f"{each.file:<{width}}  {each.added:>7}  {each.changed:>7}"
                f"  {each.unchanged:>9}  {each.refused:>7}"
            )
        if self.findings:
            yield ""
            yield "What could not be used:"
            yield from (f"  {finding}" for finding in sorted(self.findings))
        if self.conflicts:
            yield ""
            yield (
                "Where the source's words were taken:"
                if self.takes_source
                else "What stays as curators left it:"
            )
            yield from (f"  {conflict}" for conflict in sorted(self.conflicts))
        if self.merged:
            yield ""
            yield "What was merged:"
            yield from (f"  {each}" for each in sorted(self.merged))
