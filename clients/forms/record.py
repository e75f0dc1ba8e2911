"""What may be written in a client's record."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.models import Circumstance, Client, JournalEntry, Note, Value
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
        if not self.is_new:
            return
        records = Client.objects.belonging_to(user).select_related("coach__user").order_by("created_at")
        if client is None and len(records) > 1:
            self.fields["client"] = CoachChoice(
                records, label=_("With which of your coaches?"), empty_label=_("Choose one")
            )
            self.fields["client"].initial = self.instance.client_id
            self.order_fields(["client"])
        else:
            self.instance.client = client or records[0]

    @property
    def is_new(self) -> bool:
        return self.instance._state.adding

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
        instance = kwargs.get("instance")
        if instance and instance.asked and instance.asked_by_id == kwargs["user"].pk:
            kwargs.setdefault("initial", asdict(instance.asked))
        super().__init__(*args, **kwargs)
        self.fields["domain"] = forms.ChoiceField(
            label=_("What it is about"), choices=[("", _("Choose one")), *DOMAINS]
        )
        self.fields["words"].help_text = _("In your own words. One is enough.")
        if self.instance._state.adding:
            del self.fields["state"]
            self.instance.state = State.PRESENT


class ValueForm(RecordForm):
    class Meta:
        model = Value
        fields = ["words"]
        widgets = {"words": forms.TextInput}
        help_texts = {"words": _("A word or a sentence. It can be anything.")}


class WritingForm(RecordForm):
    """A text to be saved for an audience; it opens with what was typed last."""

    def __init__(self, *args: Any, instance: Note | JournalEntry, **kwargs: Any) -> None:
        initial = {"words": instance.latest} | kwargs.pop("initial", {})
        super().__init__(*args, instance=instance, initial=initial, **kwargs)
        self.fields["words"].required = True

    @property
    def is_new(self) -> bool:
        """As long as it is a draft and nothing else."""
        return not self.instance.is_saved


class NoteForm(WritingForm):
    def __init__(self, *args: Any, instance: Note, **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, client=instance.client, **kwargs)

    class Meta:
        model = Note
        fields = ["words", "audience"]
        labels = {"words": _("Note"), "audience": _("Who can see this?")}
        widgets = {"words": forms.Textarea(attrs={"rows": 12}), "audience": forms.RadioSelect}


class JournalForm(WritingForm):
    class Meta:
        model = JournalEntry
        fields = ["words", "audience"]
        labels = {"words": _("What is on your mind?"), "audience": _("Who can see this?")}
        widgets = {"words": forms.Textarea(attrs={"rows": 12}), "audience": forms.RadioSelect}
