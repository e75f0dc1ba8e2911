"""Fields that several forms of a plan share."""

from typing import Any

from django import forms

from coaching.accounts.forms import refuse_invisible


class TitleField(forms.CharField):
    """A few words on one line."""

    def clean(self, value: Any) -> str:
        words = " ".join(super().clean(value).split())
        if words:
            refuse_invisible(words)
        return words
