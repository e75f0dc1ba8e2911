"""What anybody may tell the curators, and why curators set something aside."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from community.forms.layout import as_lines, laid_out
from community.models import (
    GapRecord,
    ProblemReport,
    Suggestion,
)


class VisitorForm(forms.ModelForm):
    """What anybody may tell the curators. `more` is a trap: people do not see it, machines fill it."""

    more = forms.CharField(
        required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        as_lines(self)
        self.helper = laid_out(*(name for name in self.fields if name != "more"))

    @property
    def is_from_a_machine(self) -> bool:
        return bool(self.cleaned_data["more"])

    @property
    def columns(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self._meta.fields or []}


class ProblemForm(VisitorForm):
    problem = forms.ChoiceField(
        label=_("What is it?"),
        choices=ProblemReport.Problem.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is.")},
    )

    class Meta:
        model = ProblemReport
        fields = ["problem", "words"]
        help_texts = {"words": _("Leave out your name and what is private. We cannot answer you here.")}


class SuggestionForm(VisitorForm):
    class Meta:
        model = Suggestion
        fields = ["name", "words", "link", "reach"]
        error_messages = {
            "name": {"required": _("Write what it is called.")},
            "words": {"required": _("Write a few words about it.")},
        }


class SetAsideForm(forms.Form):
    """Why a curator sets a need aside for which there is nothing."""

    why = forms.CharField(
        max_length=GapRecord._meta.get_field("set_aside_why").max_length,
        error_messages={
            "required": _("Write in a few words why it is set aside."),
            "max_length": _("Say why in at most %(limit_value)d letters."),
        },
    )
