"""What is in the way of a goal."""

from typing import Any

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from clients.models import Circumstance, Client
from clients.models.circumstance import DOMAINS, State, Urgency
from coaching.accounts.forms import page_helper
from coaching.accounts.models import User
from goals.forms.fields import TitleField
from goals.models import Obstacle
from goals.models.obstacle import Kind


class CircumstanceChoice(forms.ModelChoiceField):
    """One of the client's circumstances, by what it is about and how its words begin."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj}: {Truncator(obj.words).words(8)}"


class ClearForm(forms.Form):
    """How the circumstance stands, asked where it is said to be out of the way."""

    state = forms.ChoiceField(choices=State.choices, required=False)


class ObstacleForm(forms.Form):
    """What is in the way, and the fork: in me, around me, or both.

    Where the browser can, only the fields of the chosen kind are shown (`_forms.scss`).
    """

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
    urgency = forms.ChoiceField(
        label=_("How pressing is it?"),
        choices=Urgency.choices,
        required=False,
        initial=Urgency.PRESSING,
        widget=forms.RadioSelect,
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
        for name in ("circumstance", "domain", "urgency"):
            self.fields[name].is_for_some = True  # type: ignore[attr-defined]  # asked of one kind, not optional
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
            self.add_error("domain", _("Choose what it is about."))
        if cleaned.get("kind") == Kind.STRUCTURAL:
            cleaned["cue"] = cleaned["response"] = ""
        if not cleaned.get("cue") and cleaned.get("response"):
            self.add_error("cue", _("Write when you would do it."))
        if cleaned.get("cue") and not cleaned.get("response"):
            self.add_error("response", _("Write what you would do then."))
        return cleaned
