"""What a coach types about their week, the days that are otherwise, and the terms of booking."""

from datetime import date, datetime, time, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Fieldset, Layout
from django import forms
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from coaching.accounts.forms import DateInput, page_helper
from coaching.accounts.models import User
from coaching.accounts.seen import SeenForm
from coaching.scheduling.forms.hours import HoursField
from coaching.scheduling.forms.sessions import YEARS_AHEAD
from coaching.scheduling.models import BookingRules, CoachingSession, SpecialDays
from coaching.scheduling.models.availability import TERMS
from coaching.scheduling.querysets import CoachingSessionQuerySet
from coaching.scheduling.walltimes import name_of

TAKEN_DAYS = _("You have already written something for one of these days. Remove that first.")


class AvailabilityForm(SeenForm, forms.ModelForm):
    """A usual week, day by day, and the terms of booking."""

    class Meta:
        model = BookingRules
        fields = TERMS
        help_texts = {
            "is_open": _("They find “Book a session” on their first page."),
            "most_per_day": _("Leave it open for as many as fit."),
            "change_notice_hours": _(
                "Until then your clients may move a session. After that they may still call it off, "
                "and it is noted as called off late."
            ),
        }

    def __init__(self, typed: Any = None, *, user: User) -> None:
        self.user = user
        super().__init__(typed, instance=BookingRules.of(user.coach))
        policy = self.instance.policy
        if policy and not policy.allows_booking:
            del self.fields["is_open"]
        if policy and not policy.allows_stricter:
            del self.fields["change_notice_hours"]
        hours = dict(user.coach.weekly_hours.values_list("weekday", "spans"))
        for weekday, name in WEEKDAYS.items():
            self.fields[f"day_{weekday}"] = field = HoursField(label=name, initial=hours.get(weekday, []))
            field.widget.attrs["aria-describedby"] = "week-hint"
        self.watch()

    @property
    def helper(self) -> FormHelper:
        helper = page_helper()
        helper.layout = Layout(
            Fieldset(
                _g("A usual week"),
                HTML('<p class="form-text" id="week-hint">{{ form.week_hint }}</p>'),
                Div(*(f"day_{weekday}" for weekday in WEEKDAYS), css_class="week-fields"),
                css_class="group",
            ),
            Fieldset(_g("Booking"), *(name for name in TERMS if name in self.fields), css_class="group"),
        )
        return helper

    @property
    def week_hint(self) -> str:
        example = _g("Write 9:00 to 12:00, 13:00 to 17:00. A day without hours is a day off.")
        return f"{example} {_g('In your own time: %(zone)s.') % {'zone': name_of(self.user.timezone)}}"

    def clean_change_notice_hours(self) -> int:
        hours, policy = self.cleaned_data["change_notice_hours"], self.instance.policy
        if policy and hours < policy.change_notice_hours:
            raise forms.ValidationError(
                _g("Your practice asks for %(hours)s hours. Write that or more.")
                % {"hours": policy.change_notice_hours}
            )
        return hours

    def save(self, commit: bool = True) -> BookingRules:
        week = {weekday: self.cleaned_data[f"day_{weekday}"] for weekday in WEEKDAYS}
        terms = {name: self.cleaned_data[name] for name in TERMS if name in self.fields}
        return BookingRules.keep(self.user.coach, week=week, **terms)


class SpecialDaysForm(forms.Form):
    """A day or several on which the coach is away, or there at other hours."""

    first_on = forms.DateField(
        label=_("First day"),
        input_formats=["%Y-%m-%d"],
        widget=DateInput,
    )
    last_on = forms.DateField(
        label=_("Last day"),
        help_text=_("Leave it open for a single day."),
        input_formats=["%Y-%m-%d"],
        widget=DateInput,
        required=False,
    )
    spans = HoursField(
        label=_("Your hours on each of these days"),
        help_text=_("For example 10:00 to 14:00. Leave it open if you are away."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    @property
    def helper(self) -> FormHelper:
        helper = page_helper()
        helper.layout = Layout("first_on", "last_on", "spans")
        return helper

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first: date | None = cleaned.get("first_on")
        if first is None or "last_on" in self.errors:
            return cleaned
        last = cleaned["last_on"] = cleaned.get("last_on") or first
        if last < first:
            self.add_error("last_on", _("The last day comes before the first."))
        elif last < timezone.localdate():
            self.add_error("first_on", _("These days have passed. Choose some that are still to come."))
        elif last.year > timezone.localdate().year + YEARS_AHEAD:
            self.add_error("last_on", _("Choose a day within the next five years."))
        elif SpecialDays.objects.editable_by(self.user).between(first, last):
            self.add_error("first_on", TAKEN_DAYS)
        return cleaned

    @property
    def planned_then(self) -> CoachingSessionQuerySet:
        """The coach's coming sessions on these days, a group once."""
        zone = self.user.timezone
        first = max(self.cleaned_data["first_on"], timezone.localdate() - timedelta(days=1))
        begin = datetime.combine(first, time.min, zone)
        end = datetime.combine(self.cleaned_data["last_on"], time.max, zone)
        own = (
            CoachingSession.objects.visible_to(self.user).upcoming().filter(coach=self.user.coach, group=None)
        )
        return own.filter(starts_at__range=(begin, end))

    def save(self) -> SpecialDays | None:
        """None, with an error on the form, where another window was quicker."""
        try:
            with transaction.atomic():
                return self.user.coach.special_days.create(**self.cleaned_data)
        except IntegrityError:
            self.add_error("first_on", TAKEN_DAYS)
            return None
