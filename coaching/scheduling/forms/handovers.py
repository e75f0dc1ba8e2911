"""With whom a client could go on."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from coaching.accounts.forms import page_helper
from coaching.accounts.models import User
from coaching.scheduling.handovers import colleagues_for


class HandoverForm(forms.Form):
    """The colleague; and of a client without an account the word of their coach that they agree."""

    has_agreed = forms.BooleanField(label="")

    def __init__(self, *args: Any, user: User, client: Client, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["coach"] = forms.ModelChoiceField(
            colleagues_for(client, user), label=_("Who goes on"), empty_label=_("Choose one")
        )
        self.order_fields(["coach"])
        if client.has_joined:
            del self.fields["has_agreed"]
        else:
            self.fields["has_agreed"].label = _("I have asked %(name)s, and they agree") % {"name": client}

    @property
    def helper(self) -> FormHelper:
        return page_helper()
