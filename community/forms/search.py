"""What somebody looks for."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from community import vocabulary
from community.models import (
    Listing,
)


def _in_groups() -> list[tuple[Any, Any]]:
    return [
        (label, [(code, words) for code, (words, _meaning) in members.items()])
        for label, _meaning, members in vocabulary.HEADINGS.values()
    ]


class SearchForm(forms.Form):
    """What somebody looks for; every value stands in the address, so that a search can be shared."""

    q = forms.CharField(label=_("What are you looking for?"), required=False, max_length=200)
    category = forms.ChoiceField(
        label=_("About"), required=False, choices=[("", _("Everything")), *_in_groups()]
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("Everything")), *Listing.Kind.choices]
    )

    language = forms.ChoiceField(label=_("Language"), required=False)
    access = forms.ChoiceField(
        label=_("Access"),
        required=False,
        choices=[("", _("Any")), *((code, label) for code, (label, _pattern) in vocabulary.ACCESS.items())],
    )
    free = forms.BooleanField(label=_("Costs nothing"), required=False)
    open_now = forms.BooleanField(label=_("Open now"), required=False)

    def __init__(self, *args: Any, languages: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("Any")), *((name, name) for name in languages)]  # type: ignore[attr-defined]
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField):
                field.widget.attrs["class"] = "form-select"


class CurateSearchForm(forms.Form):
    q = forms.CharField(label=_("Search"), required=False, max_length=200)
    state = forms.ChoiceField(required=False, choices=[("", _("All")), *Listing.State.choices])
