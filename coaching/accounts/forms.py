"""What every form here shares."""

import re

from crispy_forms.helper import FormHelper
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

phone_number = RegexValidator(
    re.compile(r"(?=(?:[^0-9]*[0-9]){3})(?:[0-9\s+()./-]|x|ext)+\Z", re.IGNORECASE),
    _("This is not a phone number. Write it in digits, such as +44 1632 960123 or 01632 960123 ext. 4."),
)


def page_helper() -> FormHelper:
    """Crispy's layout of a form whose `<form>` and buttons stand in the page's template."""
    helper = FormHelper()
    helper.form_tag = False
    return helper
