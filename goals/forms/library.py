"""What may be typed about a template, and about taking one."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from clients.models import Client
from coaching.accounts.forms import DateInput, page_helper
from coaching.accounts.models import User
from goals.forms.fields import TitleField
from goals.models import Goal, GoalPlan, GoalTemplate
from goals.models.goal import Side
from goals.models.rating import Level
from goals.models.scale import LONGEST

MOST_STEPS = 20
LONGEST_STEP = 250


class StepsField(forms.CharField):
    """Several steps, one on each line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def clean(self, value: Any) -> list[str]:  # type: ignore[override]
        steps = [" ".join(line.split()) for line in super().clean(value).splitlines() if line.strip()]
        if len(steps) > MOST_STEPS:
            raise ValidationError(
                ngettext_lazy("Please write at most %d step.", "Please write at most %d steps.", MOST_STEPS)
                % MOST_STEPS
            )
        if any(len(step) > LONGEST_STEP for step in steps):
            raise ValidationError(_("Please use at most 250 characters for each step."))
        return steps


class TemplateForm(forms.Form):
    """A template, in words that fit many people."""

    side = forms.ChoiceField(label=_("Which side?"), choices=Side.choices, widget=forms.RadioSelect)
    title = TitleField(
        label=_("The goal"),
        max_length=250,
        help_text=_("As somebody would say it for themselves, without “should” and “must”."),
    )
    why = forms.CharField(
        label=_("Why it can matter"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    steps = StepsField(label=_("First steps"), required=False, help_text=_("One on each line."))
    is_shared = forms.TypedChoiceField(
        label=_("Who may see and take it?"),
        choices=[("no", _("Only me")), ("yes", _("The coaches of my practice and their clients"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        initial="no",
    )
    helper = page_helper()

    def __init__(
        self,
        *args: Any,
        user: User,
        template: GoalTemplate | None = None,
        goal: Goal | None = None,
        **kwargs: Any,
    ) -> None:
        """`goal`: the client's goal whose words it begins with. Why it matters is theirs and stays theirs."""
        if template:
            names = ("side", "title", "why")
            initial = {name: getattr(template, name) for name in names}
            initial |= {
                "steps": "\n".join(template.steps),
                "is_shared": "yes" if template.is_shared else "no",
            }
            kwargs["initial"] = initial | self._levels(template.levels)
        elif goal:
            scale = goal.scale_or_none
            steps = [step.title for step in goal.steps.visible_to(user)]
            initial = {"side": goal.side, "title": goal.title, "steps": "\n".join(steps[:MOST_STEPS])}
            kwargs["initial"] = initial | self._levels(scale.descriptions if scale else [])
        super().__init__(*args, **kwargs)
        self.user, self.client = user, goal.plan.client if goal else None
        for level in reversed(Level):
            self.fields[self._name_of(level)] = TitleField(
                label=level.label,
                max_length=LONGEST,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
        self.fields["level_3"].help_text = _("All five, or leave all of them empty.")
        if self.client:
            self.fields["is_neutral"] = forms.BooleanField(
                label=_("I have read every word: nothing in it tells who it is from")
            )
        levels = [self._name_of(level) for level in reversed(Level)]
        self.order_fields(["side", "title", "why", *levels, "steps", "is_shared", "is_neutral"])

    @staticmethod
    def _name_of(level: int) -> str:
        return f"level_{level + 3}"

    def _levels(self, levels: list[str]) -> dict[str, str]:
        return {self._name_of(level): words for level, words in zip(Level, levels, strict=False)}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        names = [self._name_of(level) for level in Level]
        levels = [cleaned.pop(name, "") for name in names]
        if any(levels) and not all(levels) and not any(name in self.errors for name in names):
            empty = next(name for name, words in zip(names, levels, strict=True) if not words)
            self.add_error(empty, _("Describe all five levels, or leave all of them empty."))
        cleaned["levels"] = levels if all(levels) else []
        cleaned.pop("is_neutral", None)
        self._refuse_names(cleaned)
        return cleaned

    def _refuse_names(self, cleaned: dict[str, Any]) -> None:
        """The client's own name, address or phone in it is never neutral."""
        if self.client is None:
            return
        told = [*self.client.name.split(), self.client.email, self.client.phone]
        words = " ".join([*cleaned.get("steps", []), *cleaned["levels"], cleaned.get("why", "")])
        words = f"{cleaned.get('title', '')} {words}".casefold()
        if any(len(each) > 2 and each.casefold() in words for each in told):
            self.add_error(None, _("The client's name, address or phone is in it. Take it out."))


class TakeForm(forms.Form):
    """A goal that begins with a template's words; who takes it puts them right first."""

    plan = forms.ModelChoiceField(
        label=_("For which plan?"), queryset=GoalPlan.objects.none(), empty_label=_("Choose one")
    )
    side = forms.ChoiceField(label=_("Which side?"), choices=Side.choices, widget=forms.RadioSelect)
    title = TitleField(label=_("The goal"), max_length=250)
    why = forms.CharField(
        label=_("Why it matters"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )
    target_on = forms.DateField(
        label=_("By when?"), required=False, widget=DateInput, help_text=_("Leave empty if there is no date.")
    )
    steps = StepsField(
        label=_("First steps"), required=False, help_text=_("One on each line. Take out what does not fit.")
    )
    helper = page_helper()

    def __init__(self, *args: Any, user: User, template: GoalTemplate, plan: str = "", **kwargs: Any) -> None:
        names = ("side", "title", "why")
        kwargs["initial"] = {name: getattr(template, name) for name in names}
        kwargs["initial"] |= {"steps": "\n".join(template.steps), "plan": plan}
        super().__init__(*args, **kwargs)
        plans = GoalPlan.objects.editable_by(user).filter(client__practice=template.practice_id)
        field: Any = self.fields["plan"]
        field.queryset = plans.select_related("client").order_by("client__name", "-starts_on")
        if not Client.objects.coached_by(user).exists():
            field.label_from_instance = str
        else:
            field.label_from_instance = lambda plan: f"{plan.client.name}: {plan}"
            side: Any = self.fields["side"]
            side.choices = [(Side.PERSONAL, _("For themselves")), (Side.COMMUNITY, Side.COMMUNITY.label)]
