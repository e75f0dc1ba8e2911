"""What is written after a session: what was agreed, which session a step belongs to, and the summary."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coaching.accounts.forms import page_helper
from coaching.accounts.models import User
from coaching.scheduling.models import CoachingSession, SessionSummary
from coaching.scheduling.walltimes import ZonedTime
from goals.forms.steps import StepForm
from goals.models import Goal, Step


class AgreedForm(StepForm):
    """One thing that was agreed, and for which of the client's goals."""

    goal = forms.ModelChoiceField(
        queryset=Goal.objects.none(),
        label=_("For which goal?"),
        empty_label=_("Choose one"),
        error_messages={"invalid_choice": _("Choose a goal that is agreed and going on.")},
    )
    field_order = ["title", "goal", "due_on", "rhythm"]

    def __init__(self, *args: Any, user: User, session: CoachingSession, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        goals = Goal.objects.editable_by(user).filter(plan__client=session.client_id).open()
        self.fields["goal"].queryset = goals.select_related("plan__client")  # type: ignore[attr-defined]
        self.fields["title"].label = _("What was agreed?")


class SessionChoice(forms.ModelChoiceField):
    """A session by its time on the reader's wall."""

    reader: User

    def label_from_instance(self, obj: Any) -> str:
        return str(ZonedTime(obj.starts_at, obj.ends_at, self.reader.timezone))


class StepSessionForm(forms.Form):
    """Before which of the sessions to come a step is to be done."""

    session = SessionChoice(
        queryset=CoachingSession.objects.none(),
        label=_("To do before which session?"),
        required=False,
        empty_label=_("Before none in particular"),
        widget=forms.RadioSelect,
    )
    helper = page_helper()

    def __init__(self, *args: Any, user: User, step: Step, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["session"]
        field.reader = user
        sessions = CoachingSession.objects.visible_to(user).filter(client=step.goal.plan.client_id)
        field.queryset = sessions.upcoming().order_by("starts_at")


class SummaryForm(forms.ModelForm):
    """What the coach writes down for both; it opens with what was typed last."""

    helper = page_helper()

    class Meta:
        model = SessionSummary
        fields = ["words"]
        labels = {"words": _("What you talked about, and what comes next")}
        widgets = {"words": forms.Textarea(attrs={"rows": 12})}

    def __init__(self, *args: Any, user: User, instance: SessionSummary, **kwargs: Any) -> None:
        kwargs |= {"instance": instance, "initial": {"words": instance.latest}}
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["words"].required = True
