"""The five levels of a goal, and where it stands on them."""

from datetime import date
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coaching.accounts.forms import DateInput, page_helper
from coaching.accounts.models import User
from goals.forms.fields import TitleField
from goals.models import Goal
from goals.models.rating import Level
from goals.models.scale import LONGEST, Difficulty, Importance


class ScaleForm(forms.Form):
    """The five levels of a goal in words, from the top of the ladder down, and how much the goal weighs."""

    importance = forms.TypedChoiceField(
        label=_("How much does it matter?"),
        choices=Importance.choices,
        coerce=int,
        widget=forms.RadioSelect,
        help_text=_("Beside the other goals of this plan. What matters more counts more."),
    )
    difficulty = forms.TypedChoiceField(
        label=_("How big a stretch is it from here?"),
        choices=Difficulty.choices,
        coerce=int,
        widget=forms.RadioSelect,
        help_text=_("Whatever makes it so: life, money, time, health. A bigger stretch counts more."),
    )
    baseline = forms.TypedChoiceField(
        label=_("Where did it stand at the start?"), choices=list(reversed(Level.choices)), coerce=int
    )
    helper = page_helper()

    def __init__(
        self, *args: Any, user: User, goal: Goal, levels: list[str] | None = None, **kwargs: Any
    ) -> None:
        """`levels`: words to begin with, where the goal has none yet."""
        scale = goal.scale_or_none
        initial: dict[str, object] = {"baseline": Level.LESS, "importance": 1, "difficulty": 1}
        initial |= {self.name_of(level): words for level, words in zip(Level, levels or [], strict=False)}
        if scale:
            initial = {name: getattr(scale, name) for name in ("importance", "difficulty", "baseline")}
            initial |= {self.name_of(level): scale.description_of(level) for level in Level}
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        self.user = user
        for level in reversed(Level):
            self.fields[self.name_of(level)] = TitleField(
                label=level.label,
                max_length=LONGEST,
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text=_EXAMPLES.get(level, ""),
            )
        names = [self.name_of(level) for level in reversed(Level)]
        self.order_fields([*names, "baseline", "importance", "difficulty"])

    @staticmethod
    def name_of(level: int) -> str:
        """`level_1` for the lowest to `level_5` for the highest."""
        return f"level_{level + 3}"

    @property
    def values(self) -> dict[str, Any]:
        """What `describe_scale` takes, from a valid form."""
        cleaned = dict(self.cleaned_data)
        return {"descriptions": [cleaned.pop(self.name_of(level)) for level in Level], **cleaned}


_EXAMPLES = {
    Level.EXPECTED: _("What you both hope for by the end of the plan. Begin here, then write the others."),
    Level.LESS: _("What can be seen or counted helps: how often, how long, with whom."),
}


class RatingForm(forms.Form):
    """Which of the levels it is; each is a button of its own, so the page draws them."""

    level = forms.TypedChoiceField(
        label=_("How far has it come?"), choices=list(reversed(Level.choices)), coerce=int
    )
    rated_on = forms.DateField(label=_("Which day is it about?"), required=False, widget=DateInput)
    note = forms.CharField(
        label=_("A note, if you like"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    helper = page_helper()
    helper.layout = Layout("rated_on", "note")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        kwargs["initial"] = {"rated_on": timezone.localdate()}
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_rated_on(self) -> date:
        rated_on: date = self.cleaned_data["rated_on"] or timezone.localdate()
        if rated_on > timezone.localdate():
            raise forms.ValidationError(_("Choose today or a day before."))
        return rated_on
