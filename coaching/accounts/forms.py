"""What every form here shares, and a person's own details."""

import re
import unicodedata
from typing import Any

from allauth.account.forms import ResetPasswordKeyForm
from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from coaching.accounts.models import ReturnedMail, SmsNumber, User

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
    helper.render_hidden_fields = True
    return helper


def refuse_control_characters(address: str) -> None:
    """RFC 5322 lets a quoted local part hold control characters; no mail program and no mailbox does."""
    if any(unicodedata.category(character) == "Cc" for character in address):
        raise ValidationError(_("This address holds a character that cannot be seen. Type it again."))


def refuse_invisible(name: str) -> None:
    """A name of zero-width characters would be a line that nobody can read or click."""
    if not any(unicodedata.category(letter)[0] in "LNPS" and letter not in BLANK_LETTERS for letter in name):
        raise ValidationError(_("Nothing of this can be seen. Write a name that people can read."))


class NewPasswordForm(ResetPasswordKeyForm):
    """A new password by the link of a mail: who has that mail in hand is reached at the address."""

    def save(self) -> None:
        super().save()
        ReturnedMail.objects.belonging_to(self.user).filter(kind=ReturnedMail.Kind.BOUNCED).clear()


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


class UploadField(forms.FileField):
    """A file of at most `most_bytes`; what is larger is refused with a sentence that says so."""

    default_error_messages = {
        "required": _("Choose a file."),
        "empty": _("The file is empty. Choose another."),
        "too_large": _("The file is larger than %(most)s."),
    }

    def __init__(self, *, most_bytes: int, accept: str = "", **kwargs: Any) -> None:
        super().__init__(widget=forms.FileInput(attrs={"accept": accept} if accept else None), **kwargs)
        self.most_bytes = most_bytes

    def to_python(self, data: Any) -> Any:
        if data and data.size > self.most_bytes:
            message = self.error_messages["too_large"] % {"most": bytes_in_words(self.most_bytes)}
            raise ValidationError(message, code="too_large")
        return super().to_python(data)


def bytes_in_words(size: int) -> str:
    """As people say the size of a file: 500 kB, 10 MB."""
    megabytes = size / 1024**2
    if megabytes < 1:
        return f"{max(round(size / 1000), 1)} kB"
    return f"{megabytes:.1f} MB" if megabytes < 10 and megabytes % 1 else f"{megabytes:.0f} MB"


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


class ScreenForm(forms.ModelForm):
    """What others may see who look at a person's screen."""

    helper = page_helper()

    class Meta:
        model = User
        fields = ["has_quick_exit", "is_screen_discreet"]


SMS_CONSENT = _(
    "I want SMS about my sessions and reminders at this number. I can stop them at any time on this page."
)
"""The words that a person agrees to; they are kept with the consent."""


class SmsNumberForm(forms.ModelForm):
    """A mobile number, and the consent without which no SMS is sent."""

    helper = page_helper()

    number = forms.CharField(
        label=_("Mobile number"),
        max_length=40,
        help_text=_("With the country in front, such as +44 7700 900123."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    agrees = forms.BooleanField(
        label=SMS_CONSENT, error_messages={"required": _("Without this we send you no SMS.")}
    )

    class Meta:
        model = SmsNumber
        fields = ["number"]

    def clean_number(self) -> str:
        number = re.sub(r"[\s().\-/\u2010-\u2015]", "", self.cleaned_data["number"])
        number = "+" + number[2:] if number.startswith("00") else number
        if not re.fullmatch(r"\+[1-9][0-9]{6,14}", number):
            raise ValidationError(
                _("Write the number with the country in front: a plus, then digits, such as +44 7700 900123.")
            )
        return number


class SmsCodeForm(forms.Form):
    """The code that came by SMS."""

    helper = page_helper()

    code = forms.CharField(
        label=_("Code"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        help_text=_("Six digits."),
    )

    def clean_code(self) -> str:
        return re.sub(r"\s", "", self.cleaned_data["code"])
