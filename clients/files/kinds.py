"""What a file is, told by its content and never by its name or by what a browser says of it.

Only what people use for documents and pictures is taken, and nothing that a
browser or an office program would run: no HTML, no SVG, no macros.
"""

import io
import re
import struct
import unicodedata
import zipfile
from collections.abc import Iterator

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image

MOST_PIXELS = 100_000_000
"""A picture of more is no photograph; it is made to fill somebody's memory."""
MOST_MEMBERS, MOST_UNPACKED = 5_000, 300 * 1024 * 1024
"""How many parts an office file may have, and how large they may be together."""


class NotTaken(Exception):
    """The file is refused; the text is for people."""


class Kind(models.TextChoices):
    """What is taken, by the usual ending of its name."""

    PDF = "pdf", gettext_lazy("PDF")
    PNG = "png", gettext_lazy("PNG picture")
    JPEG = "jpg", gettext_lazy("JPEG picture")
    WEBP = "webp", gettext_lazy("WebP picture")
    TEXT = "txt", gettext_lazy("plain text")
    ODT = "odt", gettext_lazy("OpenDocument text")
    ODS = "ods", gettext_lazy("OpenDocument table")
    DOCX = "docx", gettext_lazy("Word document")
    XLSX = "xlsx", gettext_lazy("Excel table")

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self]


OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
OFFICE = "application/vnd.openxmlformats-officedocument."
MEDIA_TYPES = {
    Kind.PDF: "application/pdf",
    Kind.PNG: "image/png",
    Kind.JPEG: "image/jpeg",
    Kind.WEBP: "image/webp",
    Kind.TEXT: "text/plain; charset=utf-8",
    Kind.ODT: f"{OPEN_DOCUMENT}text",
    Kind.ODS: f"{OPEN_DOCUMENT}spreadsheet",
    Kind.DOCX: f"{OFFICE}wordprocessingml.document",
    Kind.XLSX: f"{OFFICE}spreadsheetml.sheet",
}
PICTURES = {"PNG": Kind.PNG, "JPEG": Kind.JPEG, "MPO": Kind.JPEG, "WEBP": Kind.WEBP}
MARKUP = re.compile(
    rb"<\s*(?:!doctype\s+html|html|head|body|svg|script|iframe|object|embed)\b", re.IGNORECASE
)


def kind_of(content: bytes) -> Kind:
    """What the file is, after all of it was looked at. Raises NotTaken, with a sentence."""
    if content.startswith(b"%PDF-"):
        return _checked_pdf(content)
    if content.startswith(b"PK"):
        return _office(content)
    if picture := _picture(content):
        return picture
    return _checked_text(content)


def _refuse_a_second_face(content: bytes) -> None:
    """A file that is two things at once is made to be taken for the one and used as the other."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        raise NotTaken(_("There is an archive hidden in this file. Save it anew."))


def _checked_pdf(content: bytes) -> Kind:
    head, end, rest = content.rpartition(b"%%EOF")
    if not end or not head or rest.strip(b"\r\n\t \0"):
        raise NotTaken(_("This PDF is broken, or something is attached behind its end. Save it anew."))
    _refuse_a_second_face(content)
    return Kind.PDF


def _picture(content: bytes) -> Kind | None:
    """The kind of picture, once its structure was read to the end; None where it is none."""
    try:
        # A picture is opened twice: `verify` leaves nothing to go on with.
        with Image.open(io.BytesIO(content), formats=["PNG", "JPEG", "WEBP"]) as picture:
            kind, pixels = PICTURES[picture.format or ""], picture.width * picture.height
            if pixels > MOST_PIXELS:
                raise NotTaken(_("This picture has more than 100 million dots. Make it smaller first."))
            picture.verify()
    except (Image.UnidentifiedImageError, Image.DecompressionBombError):
        return None
    except (OSError, SyntaxError, ValueError, struct.error):
        raise NotTaken(_("This picture is broken. Save it anew, or take it again.")) from None
    if MARKUP.search(content) or b"%PDF-" in content[:1024]:
        raise NotTaken(_("This picture holds parts of a web page or of a PDF. Save it anew as a picture."))
    _refuse_a_second_face(content)
    return kind


def _checked_text(content: bytes) -> Kind:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotTaken(_not_one_of_ours()) from None
    if any(unicodedata.category(letter) == "Cc" and letter not in "\t\n\r\f" for letter in text):
        raise NotTaken(_not_one_of_ours())
    if MARKUP.search(content) or text.lstrip().startswith(("<?xml", "{\\rtf", "#!")):
        raise NotTaken(_("This is a web page, a drawing (SVG) or a program. They could run something."))
    return Kind.TEXT


def _not_one_of_ours() -> str:
    return _(
        "This is no kind of file that is taken: PDF, PNG, JPEG, WebP, plain text, ODT, DOCX, ODS or XLSX."
    )


def _office(content: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_bad_members(archive)
            return _kind_of_office(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        raise NotTaken(_("This file is broken, or locked with a password.")) from None


def _refuse_bad_members(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
        raise NotTaken(_("This file would be far larger once it is unpacked. It is not taken."))
    names = [member.orig_filename for member in members]
    if len(set(names)) < len(names) or any(_leads_outside(name) for name in names):
        raise NotTaken(_("Parts of this file lead outside it. No office program writes such a file."))
    if any(member.flag_bits & 1 for member in members):
        raise NotTaken(_("This file is broken, or locked with a password."))
    if any(
        name.lower().endswith(("vbaproject.bin", ".exe", ".js", ".html", ".htm")) for name in names
    ) or any(name.startswith(("Basic/", "Scripts/")) for name in names):
        raise NotTaken(_("There are macros or programs in this file. Save it without them."))


def _leads_outside(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or ":" in name or "\0" in name


def _kind_of_office(archive: zipfile.ZipFile) -> Kind:
    first = archive.infolist()[0] if archive.infolist() else None
    if first and first.filename == "mimetype" and first.file_size < 100:
        declared = archive.read(first).decode("ascii", "replace")
        for kind in (Kind.ODT, Kind.ODS):
            if declared == kind.media_type and "content.xml" in archive.namelist():
                return kind
    for kind, part in ((Kind.DOCX, "word/document.xml"), (Kind.XLSX, "xl/workbook.xml")):
        if part in archive.namelist() and f"{kind.media_type}.main+xml".encode() in _contents_of(archive):
            return kind
    raise NotTaken(
        _("This is an archive, and no office document. Unpack it, and add what is in it file by file.")
    )


def _contents_of(archive: zipfile.ZipFile) -> bytes:
    name = "[Content_Types].xml"
    if name not in archive.namelist() or archive.getinfo(name).file_size > 1024 * 1024:
        return b""
    return archive.read(name)


# --- names ------------------------------------------------------------------

ENDINGS = {kind.value: kind for kind in Kind} | {
    "jpeg": Kind.JPEG,
    "jpe": Kind.JPEG,
    "jfif": Kind.JPEG,
    "text": Kind.TEXT,
    "md": Kind.TEXT,
}
OTHER_ENDINGS = frozenset({
    "7z", "apk", "avif", "bat", "bmp", "cmd", "com", "css", "csv", "dll", "dmg", "doc", "docm", "dotm", "eml",
    "exe", "gif", "gz", "heic", "heif", "htm", "html", "ico", "iso", "jar", "js", "lnk", "mjs", "mov", "mp3",
    "mp4", "msg", "msi", "odg", "odp", "php", "potm", "ppt", "pptm", "pptx", "ps1", "py", "rar", "rtf", "scr",
    "sh", "svg", "svgz", "tar", "tif", "tiff", "vbs", "xhtml", "xls", "xlsm", "xltm", "xml", "zip",
})  # fmt: skip
"""Endings of files that are not taken: a file that carries one and is something else lies, too."""
LONGEST_STEM = 100


def clean_name(name: str, kind: Kind) -> str:
    """What the file is called from now on: no path, nothing that cannot be seen, the ending of what it is.

    Raises NotTaken where the name says that it is something else.
    """
    last = re.split(r"[/\\]", name)[-1]
    seen = "".join(_kept_letters(unicodedata.normalize("NFC", last)))
    stem, dot, ending = " ".join(seen.split()).rpartition(".")
    ending = ending.strip().lower()
    if not dot:
        stem = " ".join(seen.split())
    elif ending in OTHER_ENDINGS or ENDINGS.get(ending, kind) != kind:
        raise NotTaken(
            _("It is called .%(ending)s, and it is: %(kind)s. Is it the file you meant?")
            % {"ending": ending, "kind": kind.label}
        )
    elif ending not in ENDINGS:
        stem = f"{stem}.{ending}"
    stem = stem.strip(" .")[:LONGEST_STEM].strip(" .") or str(_("file"))
    return f"{stem}.{kind.value}"


def _kept_letters(name: str) -> Iterator[str]:
    """Without control and formatting characters (category C): they turn a name round or hide its end."""
    for letter in name:
        if letter in '<>:"|?*':
            yield "_"
        elif unicodedata.category(letter)[0] != "C" or letter in "\t\n\r":
            yield letter
