"""Data from elsewhere."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coaching.accounts.forms import UploadField
from community.forms.layout import laid_out


class ImportForm(forms.Form):
    """A file with data from elsewhere."""

    file = UploadField(
        label=_("File"),
        help_text=_("A zip archive of CSV files, or JSON. Up to 10 MB; bring in larger ones in parts."),
        error_messages={"too_large": _("The file is larger than %(most)s. Bring it in in parts.")},
        most_bytes=10 * 1024 * 1024,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = laid_out("file")
