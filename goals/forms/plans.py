"""What is asked about a plan: its frame, a day to look at, its end, a file of one."""

from datetime import date
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from coaching.accounts.forms import DateInput, UploadField, page_helper
from coaching.accounts.models import User
from goals.fhir.reading import MOST_BYTES
from goals.forms.fields import TitleField
from goals.models import Goal, GoalPlan
from goals.models.plan import Rhythm, Tolerance


class PlanForm(forms.Form):
    """A plan. The share and, once they have joined, the vision are for the client alone to say."""

    title = TitleField(
        label=_("What shall we call this plan?"), max_length=120, help_text=_("For example: “My autumn”.")
    )
    vision = forms.CharField(required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 5}))
    starts_on = forms.DateField(label=_("First day"), widget=DateInput)
    ends_on = forms.DateField(
        label=_("Last day"), required=False, widget=DateInput, help_text=_("Leave empty if it is open.")
    )
    review_weeks = forms.TypedChoiceField(
        label=_("How often do you want to look at the whole plan?"),
        choices=Rhythm.choices,
        coerce=int,
        required=False,
        empty_value=None,
        help_text=_("Counted from the first day. The plan then shows how far its goals have come."),
    )
    community_share = forms.IntegerField(
        label=_("How much of it should be with and for others?"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=_("In percent. 0 is fine. Leave it empty while you do not know."),
    )
    share_tolerance = forms.TypedChoiceField(
        label=_("How far may it be from that?"),
        choices=Tolerance.choices,
        coerce=int,
        required=False,
        empty_value=None,
        help_text=_("Only when the mix has been further away for three weeks does the plan say so."),
    )
    has_balance_notice = forms.BooleanField(label=_("Tell me when the mix is different"), required=False)
    helper = page_helper()

    def __init__(
        self, *args: Any, user: User, client: Client, plan: GoalPlan | None = None, **kwargs: Any
    ) -> None:
        kwargs["initial"] = {
            "starts_on": timezone.localdate(),
            "review_weeks": Rhythm.FOUR,
            "share_tolerance": 20,
        }
        if plan:
            names = (
                "title",
                "vision",
                "starts_on",
                "ends_on",
                "review_weeks",
                "community_share",
                "share_tolerance",
                "has_balance_notice",
            )
            kwargs["initial"] = {name: getattr(plan, name) for name in names}
        super().__init__(*args, **kwargs)
        vision = self.fields["vision"]
        vision.help_text = _("How should life look and feel?")
        if client.user_id == user.pk:
            vision.label = _("What I hope for, in my own words")
        else:
            vision.label = gettext("What %(name)s hopes for, in their own words") % {"name": client.name}
            del self.fields["community_share"], self.fields["share_tolerance"]
            if client.has_joined:
                del self.fields["vision"]
        if client.user_id != user.pk or plan is None:
            del self.fields["has_balance_notice"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("The last day must be the first day or later."))
        return cleaned


class OnForm(forms.Form):
    """An earlier day of the plan, to see how it was then."""

    on = forms.DateField(
        label=_("How it was on"),
        widget=DateInput,
        error_messages={"invalid": _("This is not a day. Write it like 2026-11-30.")},
    )

    def __init__(self, *args: Any, plan: GoalPlan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan = plan

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if not self.plan.starts_on <= on <= timezone.localdate():
            raise forms.ValidationError(
                gettext("Choose a day from the plan's first day, %(day)s, to today.")
                % {"day": date_format(self.plan.starts_on)}
            )
        return on


class CloseForm(forms.Form):
    """Which goals go on, and where; none is chosen for the client."""

    goals = forms.ModelMultipleChoiceField(
        Goal.objects.none(),
        label=_("Which goals do you want to take with you?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose none if you like. Those you leave stay readable here."),
    )
    into = forms.ModelChoiceField(
        GoalPlan.objects.none(), label=_("Into which plan?"), required=False, empty_label=_("A new plan")
    )
    title = TitleField(label=_("What shall the new plan be called?"), max_length=120, required=False)
    helper = page_helper()

    def __init__(self, *args: Any, user: User, plan: GoalPlan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        goals = Goal.objects.decidable_by(user).filter(plan=plan).going_on()
        if not goals.exists():
            self.fields.clear()
            return
        others = GoalPlan.objects.decidable_by(user).filter(client=plan.client_id).exclude(pk=plan.pk)
        self.fields["goals"].queryset = goals  # type: ignore[attr-defined]
        if others.exists():
            self.fields["into"].queryset = others  # type: ignore[attr-defined]
        else:
            del self.fields["into"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_new = cleaned.get("goals") and not cleaned.get("into") and "into" not in self.errors
        if is_new and not cleaned.get("title") and "title" not in self.errors:
            self.add_error("title", _("Give the new plan a name, so that the goals can go there."))
        return cleaned


class PlanFileForm(forms.Form):
    """A file with a plan or goals; at the second step its content, as the first one gave it back."""

    file = UploadField(
        label=_("File"),
        help_text=_("JSON in the form of HL7 FHIR R4: a Bundle, a CarePlan or a Goal. Up to 500 kB."),
        most_bytes=MOST_BYTES,
        accept=".json,application/json,application/fhir+json",
    )
    content = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    plan = forms.ModelChoiceField(
        label=_("Into which plan?"),
        queryset=GoalPlan.objects.none(),
        required=False,
        empty_label=_("The plan that the file brings with it"),
    )
    helper = page_helper()
    helper.layout = Layout("file", "plan")

    def __init__(self, *args: Any, user: User, client: Client, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = not self.data.get("content")
        plans = GoalPlan.objects.editable_by(user).filter(client=client)
        self.fields["plan"].queryset = plans  # type: ignore[attr-defined]

    @property
    def file_content(self) -> bytes:
        """What is in the file, from a valid form."""
        return self.cleaned_data["bytes"]  # type: ignore[no-any-return]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        file = cleaned.get("file")
        cleaned["bytes"] = file.read() if file else cleaned.get("content", "").encode()
        return cleaned
