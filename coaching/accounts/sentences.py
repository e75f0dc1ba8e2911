"""What forms say where something is missing or does not fit, in the voice of the pages around them.

Django's own sentences speak of fields and values. These take their place
everywhere, the label before them; a form may still say something of its own.
"""

from typing import Any

from django import forms
from django.core import validators
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

REQUIRED: dict[Any, Any] = {
    forms.Field: _("Write something here."),
    forms.ChoiceField: _("Choose one."),
    forms.ModelChoiceField: _("Choose one."),
    forms.MultipleChoiceField: _("Choose at least one."),
    forms.ModelMultipleChoiceField: _("Choose at least one."),
    forms.BooleanField: _("Tick this to go on."),
    forms.FileField: _("Choose a file."),
}
"""By the kind of field, what is said where nothing came; the nearest in a class's line counts."""


def speak() -> None:
    """Put them in the place of Django's, once, when the app is ready."""
    for kind, words in REQUIRED.items():
        own = vars(kind).get("default_error_messages", {})
        kind.default_error_messages = {**own, "required": words}
    validators.MinValueValidator.message = _("It must be at least %(limit_value)s.")
    validators.MaxValueValidator.message = _("It can be at most %(limit_value)s.")
    validators.MaxLengthValidator.message = ngettext_lazy(
        "At most %(limit_value)d character fits here; this has %(show_value)d.",
        "At most %(limit_value)d characters fit here; this has %(show_value)d.",
        "limit_value",
    )
