"""What is asked about a goal, and about its words."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients.models import Value
from coaching.accounts.forms import DateInput, page_helper
from coaching.accounts.models import User
from goals.forms.fields import TitleField
from goals.models import Goal, GoalPlan
from goals.models.goal import Side


class GoalForm(forms.Form):
    """A new goal or other words for one; which of the two people writes decides what it means."""

    title = TitleField(label=_("The goal"), max_length=250)
    why = forms.CharField(required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))
    target_on = forms.DateField(
        label=_("By when?"), required=False, widget=DateInput, help_text=_("Leave empty if there is no date.")
    )
    helper = page_helper()
    field_order = ["title", "why", "values", "target_on"]

    def __init__(
        self, *args: Any, user: User, plan: GoalPlan, goal: Goal | None = None, **kwargs: Any
    ) -> None:
        if goal:
            title = goal.title if plan.belongs_to(user) else goal.asked_title or goal.title
            kwargs["initial"] = {"title": title, "why": goal.why, "target_on": goal.target_on}
        super().__init__(*args, **kwargs)
        if plan.belongs_to(user):
            self._ask_for_values(user, plan, goal)
            self.fields["why"].label = _("Why it matters to me")
            self.fields["title"].help_text = _("In your own words. You can change them at any time.")
        else:
            name = plan.client.name
            self.fields["why"].label = gettext("Why it could matter to %(name)s") % {"name": name}
            if goal and not goal.is_waiting:
                del self.fields["why"], self.fields["target_on"]  # once agreed, they are the client's own
            self.fields["title"].help_text = gettext("%(name)s will say yes, change it or say no.") % {
                "name": name
            }

    def _ask_for_values(self, user: User, plan: GoalPlan, goal: Goal | None) -> None:
        """Which of their values it grows from; none is chosen for them."""
        values = Value.objects.belonging_to(user).filter(client=plan.client_id).order_by("position", "pk")
        if values.exists():
            self.fields["values"] = forms.ModelMultipleChoiceField(
                values,
                label=_("Does it grow from something that matters to me?"),
                required=False,
                widget=forms.CheckboxSelectMultiple,
                initial=goal.values.all() if goal else None,
            )


class GoalCreateForm(GoalForm):
    side = forms.ChoiceField(label=_("Which side?"), choices=Side.choices, widget=forms.RadioSelect)
    field_order = ["side", "title", "why", "values", "target_on"]

    def __init__(self, *args: Any, user: User, plan: GoalPlan, **kwargs: Any) -> None:
        super().__init__(*args, user=user, plan=plan, **kwargs)
        if not plan.belongs_to(user):
            for_them = gettext("For %(name)s") % {"name": plan.client.name}
            side: Any = self.fields["side"]
            side.choices = [(Side.PERSONAL, for_them), (Side.COMMUNITY, Side.COMMUNITY.label)]


class RewordForm(GoalForm):
    """The client says it in their own words: the goal, why it matters and by when."""

    def __init__(self, *args: Any, user: User, goal: Goal, **kwargs: Any) -> None:
        super().__init__(*args, user=user, plan=goal.plan, goal=goal, **kwargs)
        self.initial["title"] = goal.asked_title or goal.title
        self.fields["title"].label = _("My words for it")
        self.fields["title"].help_text = _("When you save, the goal is yours in these words.")
        if goal.is_waiting and goal.why:
            self.fields["why"].help_text = gettext(
                "%(name)s put it like this. Say it in your own words, or leave it empty."
            ) % {"name": goal.proposed_by}
