"""What every form here shares, and a person's own details."""

import re
import unicodedata

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from coaching.accounts.models import User

BLANK_LETTERS = set("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols by their category, which are drawn as nothing."""

phone_number = RegexValidator(
    re.compile(r"(?=(?:[^0-9]*[0-9]){3})(?:[0-9\s+()./-]|x|ext)+\Z", re.IGNORECASE),
    _("This is not a phone number. Write it in digits, such as +44 1632 960123 or 01632 960123 ext. 4."),
)


def page_helper() -> FormHelper:
    """Crispy's layout of a form whose `<form>` and buttons stand in the page's template."""
    helper = FormHelper()
    helper.form_tag = False
    return helper


def refuse_control_characters(address: str) -> None:
    """RFC 5322 lets a quoted local part hold control characters; no mail program and no mailbox does."""
    if any(unicodedata.category(character) == "Cc" for character in address):
        raise ValidationError(_("This address holds a character that cannot be seen. Type it again."))


def refuse_invisible(name: str) -> None:
    """A name of zero-width characters would be a line that nobody can read or click."""
    if not any(unicodedata.category(letter)[0] in "LNPS" and letter not in BLANK_LETTERS for letter in name):
        raise ValidationError(_("Nothing of this can be seen. Write a name that people can read."))


class DateInput(forms.DateInput):
    """The browser's own date picker, which wants ISO dates."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class NameField(forms.CharField):
    """What a person or a thing is called."""

    default_validators = [refuse_invisible]


class AddressField(forms.EmailField):
    """An e-mail address to which a mail can be written."""

    default_validators = [*forms.EmailField.default_validators, refuse_control_characters]


class AccountForm(forms.ModelForm):
    """A person's own name and time zone."""

    helper = page_helper()

    class Meta:
        model = User
        fields = ["name", "timezone"]
        field_classes = {"name": NameField}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}
        labels = {"name": _("Your name"), "timezone": _("Your time zone")}
        help_texts = {
            "name": _("As you like to be called."),
            "timezone": _("Every time on these pages and in our mails to you is shown in this zone."),
        }
