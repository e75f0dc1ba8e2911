"""What may be typed about a plan, its goals and steps."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients.models import Circumstance, Client, Value
from clients.models.circumstance import DOMAINS
from coaching.accounts.forms import DateInput, UploadField, page_helper, refuse_invisible
from coaching.accounts.models import User
from community.models import Service
from goals.fhir.reading import MOST_BYTES
from goals.models import Goal, GoalPlan, Obstacle, Step, Win
from goals.models.goal import Side
from goals.models.obstacle import Kind
from goals.models.plan import Rhythm, Tolerance
from goals.models.rating import Level
from goals.models.rhythm import Often, Per, words_for
from goals.models.scale import LONGEST, Difficulty, Importance
from goals.models.step import MOST_A_DAY
from goals.models.win import LONGEST as LONGEST_WIN


class TitleField(forms.CharField):
    """A few words on one line."""

    def clean(self, value: Any) -> str:
        words = " ".join(super().clean(value).split())
        if words:
            refuse_invisible(words)
        return words


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


class RewordForm(forms.Form):
    """The client says it in their own words."""

    title = TitleField(
        label=_("My words for it"),
        max_length=250,
        help_text=_("When you save, the goal is yours in these words."),
    )
    helper = page_helper()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user


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


class CircumstanceChoice(forms.ModelChoiceField):
    """One of the client's circumstances, by what it is about and how its words begin."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj}: {Truncator(obj.words).words(8)}"


class ObstacleForm(forms.Form):
    """What is in the way, and the fork: in me, around me, or both."""

    what = forms.CharField(
        label=_("What is in the way, in your own words?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    kind = forms.ChoiceField(label=_("Which kind is it?"), choices=Kind.choices, widget=forms.RadioSelect)
    circumstance = CircumstanceChoice(
        Circumstance.objects.none(),
        label=_("If it is around you: is it one of these?"),
        empty_label=_("No, something else"),
        required=False,
    )
    domain = forms.ChoiceField(
        label=_("Or what is it about?"),
        choices=[("", _("Choose one")), *DOMAINS],
        required=False,
        help_text=_("It is then written down under “What is around me”, too."),
    )
    cue = TitleField(
        label=_("If it is in you, a plan may help. If …"),
        max_length=250,
        required=False,
        help_text=_("The moment you would notice. For example: “I want to cancel in the morning”."),
    )
    response = TitleField(
        label=_("… then I …"),
        max_length=250,
        required=False,
        help_text=_("One thing you do then. For example: “write to Dee and go with her”."),
    )
    helper = page_helper()

    def __init__(
        self, *args: Any, user: User, client: Client, obstacle: Obstacle | None = None, **kwargs: Any
    ) -> None:
        if obstacle:
            names = ("what", "kind", "circumstance", "cue", "response")
            kwargs["initial"] = {name: getattr(obstacle, name) for name in names}
            if not obstacle.circumstance_id:
                kwargs["initial"]["domain"] = obstacle.domain
        super().__init__(*args, **kwargs)
        rows = Circumstance.objects.visible_to(user).filter(client=client)
        present = rows.open()
        if obstacle and obstacle.circumstance_id:
            present = present | rows.filter(pk=obstacle.circumstance_id)
        if present.exists():
            self.fields["circumstance"].queryset = present.most_pressing_first()  # type: ignore[attr-defined]
        else:
            del self.fields["circumstance"]
            self.fields["domain"].label = _("If it is around you: what is it about?")
        if client.user_id != user.pk:
            self.fields["domain"].help_text = _("It is then written down as a circumstance, too.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        circumstance = cleaned.get("circumstance")
        if cleaned.get("kind") == Kind.INTERNAL:
            cleaned["domain"], cleaned["circumstance"] = "", None
        elif circumstance:
            cleaned["domain"] = circumstance.domain
        elif cleaned.get("kind") and not cleaned.get("domain") and not self.errors:
            self.add_error("domain", _("Choose what it is about, or say that it is something in you."))
        if not cleaned.get("cue") and cleaned.get("response"):
            self.add_error("cue", _("Write when you would do it."))
        if cleaned.get("cue") and not cleaned.get("response"):
            self.add_error("response", _("Write what you would do then."))
        return cleaned


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
