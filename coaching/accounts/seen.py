"""Forms that notice that somebody else has written since they were opened."""

import hashlib
import json
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

SEEN = "seen"


class SeenForm(forms.BaseForm):
    """Carries a mark of what it showed. Where that has changed meanwhile, nothing is saved at first.

    Each field that says something else now says so, beside what was typed;
    whoever saves again has seen it. Hold the row while the form is read and
    saved, so that nobody writes in between.
    """

    is_stale = False
    is_gone = False

    def watch(self, *, is_gone: bool = False) -> None:
        """Call it when all fields and what they show are there.

        `is_gone`: what it showed is not there any more, and what was typed would be new.
        """
        self.is_gone = is_gone
        self._mark = self._mark_of_now()
        self.fields[SEEN] = forms.CharField(required=False, widget=forms.HiddenInput, initial=self._mark)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        seen = cleaned.pop(SEEN, "")
        if (seen or self.is_gone) and seen != self._mark:
            self.is_stale = True
            self.type_in(SEEN, self._mark)
            self.say_what_is_there()
        return cleaned

    def type_in(self, name: str, value: str) -> None:
        """Show this in place of what was typed."""
        data = cast(QueryDict, self.data).copy()
        data[name] = value
        self.data = data

    def say_what_is_there(self) -> None:
        """Errors that say what somebody else wrote, beside what was typed."""
        if self.is_gone:
            self.add_error(None, _("Somebody removed this since you opened it. Save again to add it anew."))
            return
        self.add_error(
            None,
            _("Somebody else changed this since you opened it. Look at what it says now, and save again."),
        )
        for name in self.changed_data:
            if name != SEEN:
                words = _in_words(self.fields[name], self._shown(name))
                says = _("It says “%(words)s” now.") % {"words": words}
                self.add_error(name, says if words else _("It is empty now."))

    def _shown(self, name: str) -> Any:
        field = self.fields[name]
        return field.prepare_value(self.get_initial_for_field(field, name))

    def _mark_of_now(self) -> str:
        shown = {name: self._shown(name) for name in self.fields}
        said = {name: value for name, value in shown.items() if value is not None}
        return hashlib.sha256(json.dumps(said, default=str, sort_keys=True).encode()).hexdigest()[:32]


def _in_words(field: forms.Field, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    labels = {str(key): str(label) for key, label in getattr(field, "choices", [])}
    values = value if isinstance(value, list) else [] if value in (None, "") else [value]
    if not labels:
        values = [field.widget.format_value(each) for each in values]
    return get_text_list([labels.get(str(each), str(each)) for each in values], _("and"))
