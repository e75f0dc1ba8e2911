"""What a curator has to do with an organization."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coaching.accounts.querysets import Person
from community.forms.layout import laid_out
from community.models import Interest


class InterestForm(forms.ModelForm):
    class Meta:
        model = Interest
        fields = ["words"]
        error_messages = {"words": {"required": _("Write what you have to do with it.")}}

    def __init__(self, *args: Any, user: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = laid_out(*self.fields)
