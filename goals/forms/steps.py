"""What is asked about a step: when or how often, and which resource helps."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from coaching.accounts.forms import DateInput, page_helper
from coaching.accounts.models import User
from community.models import Service
from goals.forms.fields import TitleField
from goals.models import Step
from goals.models.rhythm import Often, Per, words_for
from goals.models.step import MOST_A_DAY

OFTEN = {
    Per.DAY: [1, 2, 3],
    Per.WEEK: [1, 2, 3, 4, 5, 6],
    Per.MONTH: [1, 2, 3, 4],
}
"""What is offered; an import may bring others."""


def _often_choices(own: Often | None) -> list[tuple[str, Any]]:
    groups: list[tuple[str, Any]] = [("", gettext("Just once"))]
    for per, label in (
        (Per.DAY, gettext("By the day")),
        (Per.WEEK, gettext("By the week")),
        (Per.MONTH, gettext("By the month")),
    ):
        numbers = sorted({*OFTEN[per], *([own[0]] if own and own[1] == per else [])})
        groups.append((label, [(f"{times}/{per}", words_for(times, per)) for times in numbers]))
    return groups


def _often(chosen: str) -> Often:
    times, per = chosen.split("/")
    return int(times), per


class StepForm(forms.Form):
    title = TitleField(label=_("The step"), max_length=250, help_text=_("One small thing to do."))
    due_on = forms.DateField(
        label=_("When?"), required=False, widget=DateInput, help_text=_("Leave empty if there is no date.")
    )
    rhythm = forms.TypedChoiceField(
        label=_("How often?"),
        required=False,
        coerce=_often,
        empty_value=None,
        help_text=_("What comes again has no date. You tick it each time, and nothing is lost by a pause."),
    )
    helper = page_helper()

    def __init__(self, *args: Any, user: User, step: Step | None = None, **kwargs: Any) -> None:
        own = step.rhythm if step else None
        if step:
            rhythm = f"{own[0]}/{own[1]}" if own else ""
            kwargs["initial"] = {"title": step.title, "due_on": step.due_on, "rhythm": rhythm}
        super().__init__(*args, **kwargs)
        self.fields["rhythm"].choices = _often_choices(own)  # type: ignore[attr-defined]
        self.user = user

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("rhythm") and cleaned.get("due_on"):
            self.add_error("due_on", _("A step has a date or comes again, not both. Leave one of them out."))
        return cleaned


class TickForm(forms.Form):
    """What a button of a step with a rhythm sends: the day, and which time of that day it is."""

    on = forms.DateField(required=False)
    number = forms.IntegerField(required=False, min_value=0, max_value=MOST_A_DAY)

    def clean_number(self) -> int:
        return self.cleaned_data["number"] or 0


class ResourceForm(forms.Form):
    """The one resource chosen from the published directory."""

    resource = forms.ModelChoiceField(
        queryset=Service.objects.none(),
        error_messages={"invalid_choice": _("This resource is not in the published directory.")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = Service.objects.published().visible_to(user)
        self.fields["resource"].queryset = offered  # type: ignore[attr-defined]
