"""How the directory's forms are laid out."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms

from coaching.accounts.forms import page_helper


def laid_out(*layout: Any) -> FormHelper:
    """The form's groups; the page holds the form tag, the token and the buttons."""
    helper = page_helper()
    helper.disable_csrf = True
    helper.layout = Layout(*layout)
    return helper


class Lines(forms.Textarea):
    """Lines end as everybody else writes them: a browser's way would be another text."""

    def value_from_datadict(self, *args: Any) -> Any:
        typed = super().value_from_datadict(*args)
        return typed.replace("\r\n", "\n") if isinstance(typed, str) else typed


def as_lines(form: forms.BaseForm) -> None:
    """Three lines are enough to begin with for most texts."""
    for field in form.fields.values():
        if isinstance(field.widget, forms.Textarea):
            field.widget = Lines(attrs={**field.widget.attrs, "rows": 3})
