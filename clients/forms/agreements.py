"""The practice's texts, as its owner writes them and its clients sign them."""

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.models.agreement import LONGEST
from coaching.accounts.forms import NameField, page_helper


class AgreementForm(forms.Form):
    """The words of the next version."""

    helper = page_helper()

    text = forms.CharField(
        label=_("Text"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 22}),
        help_text=_(
            "Begin a line with # for a heading and with - for an item of a list. "
            "An empty line begins a new paragraph."
        ),
        error_messages={"required": _("Write the text, or leave this page as it was.")},
    )

    def clean_text(self) -> str:
        """With the same ends of lines whatever the browser: the hash is of these letters."""
        text: str = self.cleaned_data["text"]
        return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).strip()


class SignForm(forms.Form):
    """A client's name, typed by them under what they have read."""

    helper = page_helper()

    name = NameField(
        label=_("Your name"),
        max_length=120,
        help_text=_("Type it as you would write it under a letter."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Type your name.")},
    )
    agrees = forms.BooleanField(
        label=_("I have read this, and I agree to it."),
        error_messages={"required": _("Tick this if you agree. If you do not, speak with your coach.")},
    )
