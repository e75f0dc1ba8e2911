"""Days and hours as they are typed."""

from datetime import time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from community.models.contacts import Weekday


def days_in(byday: str) -> list[str]:
    """The codes of HSDS's `byday`, as a source wrote them: `mo, 1TH`."""
    return [code.strip().upper() for code in byday.split(",") if code.strip()]


def day_of_month(code: str) -> str:
    """`2TU` in words."""
    day = dict(Weekday.choices).get(code[-2:], code[-2:])
    return _("%(day)s, number %(number)s of the month") % {"day": day, "number": code[:-2]}


class DaysField(forms.MultipleChoiceField):
    """Days of the week as boxes to tick, kept as HSDS's `byday`: `MO,TH`."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=Weekday.choices, required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return days_in(value) if isinstance(value, str) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> str:
        return ",".join(super().clean(value))


def time_field(label: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label, required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )


LONGEST_NIGHT = timedelta(hours=14)


def clean_hours(form: forms.BaseForm, words: str) -> None:
    """Hours need days, or the field `words` to say when; they may end the next morning, after one night."""
    cleaned = form.cleaned_data
    opens, closes = cleaned.get("opens_at"), cleaned.get("closes_at")
    if (opens or closes) and not cleaned.get("byday") and not cleaned.get(words) and not form.errors:
        form.add_error("byday", _("Tick the days of these hours, or say in words when they are."))
    if opens is None or closes is None or closes > opens:
        return
    night = timedelta(days=1, hours=closes.hour - opens.hour, minutes=closes.minute - opens.minute)
    if night > LONGEST_NIGHT and not opens == closes == time():
        form.add_error(
            "closes_at",
            _(
                "It would close before it opens. A night goes on until the next morning; "
                "for all day and all night write 00:00 to 00:00."
            ),
        )
