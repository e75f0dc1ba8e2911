"""How life stands, as the client says it."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.models import CheckInRhythm, Client, LifeArea
from coaching.accounts.forms import DateInput, page_helper
from coaching.accounts.models import User


class LifeAreaForm(forms.ModelForm):
    helper = page_helper()

    class Meta:
        model = LifeArea
        fields = ["name"]
        labels = {"name": _("Which part of life?")}
        help_texts = {"name": _("For example: sleep, money, the children, being with people.")}
        widgets = {"name": forms.TextInput}


class CheckInForm(forms.Form):
    """A number from 0 to 10 for each chosen part of life; every one of them may stay empty."""

    helper = page_helper()

    on = forms.DateField(label=_("Day"), widget=DateInput)
    words = forms.CharField(
        label=_("In words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, user: User, client: Client, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()
        areas = LifeArea.objects.belonging_to(user).filter(client=client).in_use()
        self.areas = {f"area-{area.pk.hex}": area for area in areas}
        for name, area in self.areas.items():
            self.fields[name] = forms.IntegerField(
                label=area.name,
                required=False,
                min_value=0,
                max_value=10,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
                help_text=_("0 is as hard as it gets, 10 is as good as it gets."),
            )
        self.order_fields(["on", *self.areas, "words"])

    def clean_on(self) -> Any:
        on = self.cleaned_data["on"]
        if on > timezone.localdate():
            raise forms.ValidationError(_("Choose today or a day before."))
        return on

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_empty = not cleaned.get("words") and all(cleaned.get(name) is None for name in self.areas)
        if not self.errors and is_empty:
            raise forms.ValidationError(_("Give at least one number or a word."))
        return cleaned

    @property
    def said(self) -> dict[str, Any]:
        """What a valid form says, for `CheckIn.say`."""
        scores = {area: self.cleaned_data[name] for name, area in self.areas.items()}
        return {"on": self.cleaned_data["on"], "scores": scores, "words": self.cleaned_data["words"]}


class RhythmForm(forms.Form):
    """How often to be asked; never, where nothing was chosen."""

    every = forms.ChoiceField(
        label=_("Remind me to check in"),
        required=False,
        choices=[("", _("Never")), *CheckInRhythm.Every.choices],
        help_text=_("Counted from your last check-in. You can stop it here at any time."),
    )
