"""What was handed in, as files in memory: a folder, a zip archive or one file. Too much is refused."""

import zipfile
import zlib
from collections.abc import Iterable
from lzma import LZMAError
from pathlib import Path

from community.hsds.report import PackageError

type Files = dict[str, bytes]
"""Name without folders → content."""

LONGEST = 100 * 1024 * 1024
"""Bytes of all files together, unpacked."""
MOST_FILES = 200
KINDS = (".csv", ".json", ".ndjson", ".jsonl")
"""Everything else in a folder or an archive is passed over."""


def open_files(path: Path) -> Files:
    """The files at `path`. Raises PackageError where there are none, or more than a directory ever has."""
    try:
        if path.is_dir():
            found = [each for each in sorted(path.iterdir()) if not each.name.startswith(".")]
            _not_too_many(path.name, len(found))
            return _bounded(path.name, ((each.name, each.stat().st_size, each) for each in found))
        if zipfile.is_zipfile(path):
            return _unzip(path)
        return _bounded(path.name, [(path.name, path.stat().st_size, path)])
    except FileNotFoundError as error:
        raise PackageError(
            f"{path} is not there. Give a folder of CSV files, a zip archive or a JSON file."
        ) from error
    except zipfile.BadZipFile as error:
        raise PackageError(f"{path.name} is damaged: {error}.") from error


def _not_too_many(name: str, number: int) -> None:
    if number > MOST_FILES:
        raise PackageError(f"{name} holds {number} files; a directory has at most {MOST_FILES}.")


def _too_large(name: str) -> PackageError:
    return PackageError(f"{name} is larger than {LONGEST // 1024 // 1024} MB. Bring it in in parts.")


def _bounded(whole: str, entries: Iterable[tuple[str, int, Path]]) -> Files:
    files: Files = {}
    left = LONGEST
    for name, size, path in entries:
        if path.suffix not in KINDS:
            continue
        left -= size
        if left < 0:
            raise _too_large(whole)
        try:
            files[name] = path.read_bytes()
        except OSError as error:
            raise PackageError(f"{name} cannot be read: {error.strerror}.") from error
    return files


def _unzip(path: Path) -> Files:
    """The sizes an archive claims may be lies, so what comes out is counted."""
    files: Files = {}
    left = LONGEST
    with zipfile.ZipFile(path) as archive:
        entries = [
            entry
            for entry in archive.infolist()
            if not entry.is_dir() and not entry.filename.startswith("__MACOSX/")
        ]
        _not_too_many(path.name, len(entries))
        if sum(entry.file_size for entry in entries) > LONGEST:
            raise _too_large(path.name)
        for entry in entries:
            name = entry.filename.replace("\\", "/").rsplit("/", 1)[-1]
            if not name.endswith(KINDS):
                continue
            if entry.flag_bits & 1:
                raise PackageError(f"{name} is locked with a password.")
            if name in files:
                raise PackageError(f"{path.name} holds two files named {name}.")
            try:
                with archive.open(entry) as content:
                    files[name] = content.read(left + 1)
            except (NotImplementedError, EOFError, OSError, ValueError, zlib.error, LZMAError) as error:
                raise PackageError(f"{name} cannot be unpacked.") from error
            left -= len(files[name])
            if left < 0:
                raise _too_large(path.name)
    return files


def text_of(name: str, content: bytes) -> str:
    """The content as text. Raises PackageError with the line that is not UTF-8."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise PackageError(f"{name}:{line}: not in UTF-8. Save the file as UTF-8.") from error
    if "\0" in text:
        raise PackageError(f"{name}:{text[: text.index('\0')].count('\n') + 1}: not a text file.")
    return text
