"""Files that people send: a large one is refused with a sentence, and takes neither memory nor disk."""

import io
import resource
import tempfile
from pathlib import Path

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from coaching.accounts.forms import UploadField, bytes_in_words

GIGABYTE = 1024**3
BOUNDARY = "a-boundary"


class Streamed(io.RawIOBase):
    """The body of an upload of so many zeros, made while it is read."""

    def __init__(self, size: int, folder: Path) -> None:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        self.head, self.foot = head.encode(), f"\r\n--{BOUNDARY}--\r\n".encode()
        self.length = len(self.head) + size + len(self.foot)
        self.at, self.folder, self.most_on_disk = 0, folder, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        used = sum(file.stat().st_blocks * 512 for file in self.folder.iterdir())
        self.most_on_disk = max(self.most_on_disk, used)
        count = min(len(buffer), self.length - self.at)
        zeros_end = self.length - len(self.foot)
        if self.at < len(self.head):
            part = self.head[self.at : self.at + count]
        elif self.at < zeros_end:
            part = bytes(min(count, zeros_end - self.at))
        else:
            part = self.foot[self.at - zeros_end :][:count]
        buffer[: len(part)] = part
        self.at += len(part)
        return len(part)


@pytest.mark.parametrize("size", [10 * 1024**2 + 1, GIGABYTE])
def test_a_large_file_is_refused_with_a_sentence_and_kept_nowhere(alma_browser, tmp_path, monkeypatch, size):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    body = Streamed(size, tmp_path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    response = alma_browser.request(
        **{
            "REQUEST_METHOD": "POST",
            "PATH_INFO": reverse("clients:roster_import_new"),
            "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}",
            "CONTENT_LENGTH": str(body.length),
            "wsgi.input": io.BufferedReader(body, 64 * 1024),
        }
    )

    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert response.status_code == 422
    assert "The file is larger than 5 MB. Bring it in in parts." in response.content.decode()
    assert body.at == body.length
    assert kilobytes < 60_000
    assert body.most_on_disk <= 10 * 1024**2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("size", "is_taken"), [(1_000, True), (1_001, False)])
def test_a_field_takes_files_up_to_its_size(size, is_taken):
    class OneFile(forms.Form):
        file = UploadField(most_bytes=1_000)

    form = OneFile(files={"file": SimpleUploadedFile("a.csv", b"x" * size)})

    assert form.is_valid() is is_taken
    assert form.errors.get("file", []) == ([] if is_taken else ["The file is larger than 1 kB."])


def test_a_field_says_what_is_missing():
    class OneFile(forms.Form):
        file = UploadField(most_bytes=1_000)

    empty = OneFile(files={"file": SimpleUploadedFile("a.csv", b"")})

    assert OneFile({}).errors["file"] == ["Choose a file."]
    assert empty.errors["file"] == ["The file is empty. Choose another."]


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (1, "1 kB"),
        (500_000, "500 kB"),
        (1024**2, "1 MB"),
        (int(1.5 * 1024**2), "1.5 MB"),
        (10 * 1024**2, "10 MB"),
    ],
)
def test_sizes_in_words(size, words):
    assert bytes_in_words(size) == words
