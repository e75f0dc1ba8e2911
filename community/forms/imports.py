"""Data from elsewhere."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from community.forms.layout import laid_out


class ImportForm(forms.Form):
    """A file with data from elsewhere."""

    MOST_BYTES = 10 * 1024 * 1024

    file = forms.FileField(
        label=_("File"),
        help_text=_("A zip archive of CSV files, or JSON. Up to 10 MB; bring in larger ones in parts."),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("The file is empty. Choose another."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = laid_out("file")

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > self.MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 10 MB. Bring it in in parts."))
        return file
