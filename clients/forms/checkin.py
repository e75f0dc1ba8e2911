"""How life stands, as the client says it."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.models import CheckInRhythm, Client, LifeArea, Measure
from coaching.accounts.forms import DateInput, page_helper
from coaching.accounts.models import User

LONG_AGO = timedelta(days=730)
"""A day before that is a slip of the keyboard."""


class LifeAreaForm(forms.ModelForm):
    helper = page_helper()

    class Meta:
        model = LifeArea
        fields = ["name"]
        labels = {"name": _("Which part of life?")}
        help_texts = {"name": _("For example: sleep, money, the children, being with people.")}
        widgets = {"name": forms.TextInput}

    def clean_name(self) -> str:
        """Names are encrypted, so they are compared here and not by the database."""
        name = self.cleaned_data["name"]
        others = self.instance.client.life_areas.in_use()
        if name.casefold() in {area.name.casefold() for area in others}:
            raise forms.ValidationError(_("You are asked about this already."))
        return name


class MeasureForm(forms.ModelForm):
    helper = page_helper()

    class Meta:
        model = Measure
        fields = ["name", "unit", "wish", "target"]
        labels = {
            "name": _("What do you want to count?"),
            "unit": _("Counted in"),
            "wish": _("What would be good?"),
            "target": _("A figure to aim for"),
        }
        help_texts = {
            "name": _("For example: sleep, calls made, walks."),
            "unit": _("For example: hours. It may stay empty."),
            "target": _("Only if you want one. It is a line in the picture, which your coach sees, too."),
        }
        widgets = {"name": forms.TextInput, "unit": forms.TextInput, "wish": forms.RadioSelect}


class FigureForm(forms.Form):
    """One day's figure; left empty it takes out what stood there."""

    helper = page_helper()

    on = forms.DateField(label=_("Day"), widget=DateInput)

    def __init__(self, *args: Any, measure: Measure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()
        self.fields["figure"] = figure_field(measure)
        self.fields["figure"].help_text = _("Left empty, it takes out what you said of that day.")

    def clean_on(self) -> Any:
        return _today_or_before(self.cleaned_data["on"])


def figure_field(measure: Measure) -> forms.DecimalField:
    return forms.DecimalField(
        label=f"{measure.name} ({measure.unit})" if measure.unit else measure.name,
        required=False,
        max_digits=9,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
    )


def _today_or_before(on: Any) -> Any:
    if on > timezone.localdate():
        raise forms.ValidationError(_("Choose today or a day before."))
    if on < timezone.localdate() - LONG_AGO:
        raise forms.ValidationError(_("That is long ago. Choose a day within the last two years."))
    return on


class CheckInForm(forms.Form):
    """A number from 0 to 10 for each chosen part of life, and own figures; all of it may stay empty."""

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
        measures = Measure.objects.belonging_to(user).filter(client=client).in_use()
        self.measures = {f"measure-{measure.pk.hex}": measure for measure in measures}
        for name, measure in self.measures.items():
            self.fields[name] = figure_field(measure)
        self.order_fields(["on", *self.areas, *self.measures, "words"])

    def clean_on(self) -> Any:
        return _today_or_before(self.cleaned_data["on"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        asked = [*self.areas, *self.measures]
        is_empty = not cleaned.get("words") and all(cleaned.get(name) is None for name in asked)
        if not self.errors and is_empty:
            raise forms.ValidationError(_("Give at least one number or a word."))
        return cleaned

    @property
    def said(self) -> dict[str, Any]:
        """What a valid form says, but for the day."""
        said = self.cleaned_data
        scores = {area: said[name] for name, area in self.areas.items()}
        # A figure that was noted apart from the check-in is not taken out by leaving it empty here.
        figures = {row: said[name] for name, row in self.measures.items() if said[name] is not None}
        return {"scores": scores, "figures": figures, "words": said["words"]}


class MailCheckInForm(CheckInForm):
    """The same from a mail, about the mail's day."""

    def __init__(self, *args: Any, user: User, client: Client, **kwargs: Any) -> None:
        super().__init__(*args, user=user, client=client, **kwargs)
        del self.fields["on"]


class RhythmForm(forms.Form):
    """How often to be asked; never, where nothing was chosen."""

    every = forms.ChoiceField(
        label=_("Remind me to check in"),
        required=False,
        choices=[("", _("Never")), *CheckInRhythm.Every.choices],
        help_text=_("Counted from your last check-in. You can stop it here at any time."),
    )

    by_mail = forms.BooleanField(
        label=_("Let me answer from the mail, without signing in"),
        required=False,
        help_text=_(
            "Whoever can open that mail then sees what you are asked about, until you have answered. "
            "They see nothing that you said."
        ),
    )
