"""A small win."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coaching.accounts.forms import page_helper, refuse_invisible
from coaching.accounts.models import User
from goals.models import Goal, GoalPlan, Win
from goals.models.win import LONGEST as LONGEST_WIN


class WinForm(forms.Form):
    """A small win in one field; the client says who sees it, what a coach notes is for both."""

    goal = forms.ChoiceField(label=_("With which goal?"))
    words = forms.CharField(
        label=_("What went well?"), max_length=LONGEST_WIN, widget=forms.Textarea(attrs={"rows": 2})
    )
    audience = forms.ChoiceField(
        label=_("Who can see it?"),
        choices=Win.Audience.choices,
        initial=Win.Audience.ME,
        widget=forms.RadioSelect,
    )
    helper = page_helper()

    def __init__(self, *args: Any, user: User, plan: GoalPlan, goals: Sequence[Goal], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        choices = [(str(goal.pk), goal.title) for goal in goals]
        self.fields["goal"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.fields["goal"].initial = choices[0][0]
            self.fields["goal"].widget = forms.HiddenInput()
        if not plan.belongs_to(user):
            del self.fields["audience"]

    def clean_words(self) -> str:
        words: str = self.cleaned_data["words"].strip()
        refuse_invisible(words)
        return words
