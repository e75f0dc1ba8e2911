"""What either of the two says a session is about."""

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from coaching.accounts.forms import page_helper


class EditionField(forms.Field):
    """What the page showed of a session: compared as it came, and None where the page said nothing."""

    def __init__(self) -> None:
        super().__init__(widget=forms.HiddenInput, required=False)


class AgendaForm(forms.Form):
    agenda = forms.CharField(
        label=_("What it is about"),
        help_text=_("A few words, if you like. You can change them until it begins."),
        max_length=200,
        required=False,
    )
    edition = EditionField()

    @property
    def helper(self) -> FormHelper:
        return page_helper()
