"""What may be written in a client's record."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.models import Circumstance, Client, Value
from clients.models.circumstance import DOMAINS, State
from coaching.accounts.forms import page_helper
from coaching.accounts.models import User


class CoachChoice(forms.ModelChoiceField):
    """A person's own records, each called by the coach it is with."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.coach)


class RecordForm(forms.ModelForm):
    """A row of a client's record. Somebody with several coaches is asked which of them it is for."""

    helper = page_helper()

    def __init__(self, *args: Any, user: User, client: Client | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            return
        records = Client.objects.belonging_to(user).select_related("coach__user").order_by("created_at")
        if client is None and len(records) > 1:
            self.fields["client"] = CoachChoice(
                records, label=_("With which of your coaches?"), empty_label=_("Choose one")
            )
            self.order_fields(["client"])
        else:
            self.instance.client = client or records[0]

    def clean_client(self) -> Client:
        """The row is the chosen record's; `client` is no field of the model form, so it is put there here."""
        self.instance.client = self.cleaned_data["client"]
        return self.instance.client


class CircumstanceForm(RecordForm):
    class Meta:
        model = Circumstance
        fields = ["domain", "words", "would_help", "urgency", "state"]
        widgets = {
            "words": forms.Textarea(attrs={"rows": 4}),
            "would_help": forms.Textarea(attrs={"rows": 3}),
            "urgency": forms.RadioSelect,
            "state": forms.RadioSelect,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["domain"] = forms.ChoiceField(
            label=_("What it is about"), choices=[("", _("Choose one")), *DOMAINS]
        )
        self.fields["words"].help_text = _("In your own words, as much or as little as you like.")
        if self.instance._state.adding:
            del self.fields["state"]
            self.instance.state = State.PRESENT


class ValueForm(RecordForm):
    class Meta:
        model = Value
        fields = ["words"]
        widgets = {"words": forms.TextInput}
        help_texts = {"words": _("A word or a sentence. It can be anything.")}
