"""Files that people send: what is larger than any form takes is read to its end and kept nowhere."""

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class BoundedFileUploadHandler(TemporaryFileUploadHandler):
    """Keeps a file on the disk while it is being sent, and drops it once it is too large for every form.

    The form then gets a file with the true size and without content, and says
    how large one may be. To end the connection instead would show people an
    error of the browser, and no sentence.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) <= settings.MOST_UPLOAD_BYTES:
            super().receive_data_chunk(raw_data, start)
        elif not self.file.closed:
            self.file.close()  # which removes it from the disk

    def file_complete(self, file_size: int) -> UploadedFile:
        if file_size <= settings.MOST_UPLOAD_BYTES:
            kept: Any = super().file_complete(file_size)
            return kept
        return UploadedFile(BytesIO(), self.file_name, self.content_type, file_size)
