"""A list of clients from elsewhere."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.bringing.columns import FIELDS
from coaching.accounts.forms import UploadField, page_helper


class RosterImportForm(forms.Form):
    """A table with clients."""

    helper = page_helper()
    file = UploadField(
        label=_("File"),
        help_text=_("CSV, XLSX or ODS, up to 5 MB. The first line names the columns."),
        error_messages={"too_large": _("The file is larger than %(most)s. Bring it in in parts.")},
        most_bytes=5 * 1024 * 1024,
        accept=".csv,.tsv,.txt,.xlsx,.xls,.ods",
    )


class ColumnsForm(forms.Form):
    """What each column holds: a choice for each, called `column-0` and so on."""

    def __init__(self, *args: Any, header: list[str], mapping: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Leave out")), *FIELDS.items()]
        for column, heading in enumerate(header):
            self.fields[f"column-{column}"] = forms.ChoiceField(
                label=heading or _("Column %d") % (column + 1),
                choices=choices,
                required=False,
                initial=mapping.get(column, ""),
            )

    def clean(self) -> dict[str, Any]:
        """A name and an address are needed, and one column says each; tags may come from several."""
        chosen = [field for field in self.cleaned_data.values() if field]
        if "email" not in chosen or not {"name", "first_name"} & set(chosen):
            raise forms.ValidationError(_("Say which column holds the name, and which the e-mail address."))
        twice = {field for field in chosen if field != "tags" and chosen.count(field) > 1}
        if twice:
            raise forms.ValidationError(
                _("Only one column can be this: %s.") % ", ".join(str(FIELDS[field]) for field in twice)
            )
        return self.cleaned_data

    @property
    def mapping(self) -> dict[int, str]:
        return {
            int(name.removeprefix("column-")): field for name, field in self.cleaned_data.items() if field
        }
