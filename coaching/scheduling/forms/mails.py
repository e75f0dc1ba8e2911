"""What a person chooses about their calendar and their mails."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Fieldset, Layout
from django import forms
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from coaching.accounts.forms import page_helper
from coaching.scheduling.models import CalendarFeed, MailChoices, MessageMail, Reminder

LEADS = {
    10080: _("1 week"),
    4320: _("3 days"),
    2880: _("2 days"),
    1440: _("1 day"),
    720: _("12 hours"),
    240: _("4 hours"),
    120: _("2 hours"),
    60: _("1 hour"),
    30: _("30 minutes"),
    15: _("15 minutes"),
}
"""How long before a session a reminder may be sent, in minutes."""


class CalendarForm(forms.ModelForm):
    class Meta:
        model = CalendarFeed
        fields = ["shows_names"]


def _in_minutes(leads: Iterable[timedelta]) -> list[int]:
    return [int(lead.total_seconds() // 60) for lead in leads]


NOTHING_BOOKED_DAYS = {14: _("14 days"), 21: _("21 days"), 30: _("30 days")}


OF_A_CLIENTS_DAYS = ["wants_step_due", "rhythm_weekday", "wants_check_in_due", "wants_own_week"]
"""What no act asks for, in the order in which a client chooses it."""


class LeadsField(forms.TypedMultipleChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=list(LEADS.items()),
            coerce=lambda minutes: timedelta(minutes=int(minutes)),
            widget=forms.CheckboxSelectMultiple,
            required=False,
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        return _in_minutes(value) if value and isinstance(value[0], timedelta) else value


class MailForm(forms.ModelForm):
    """Everybody's own choices; a coach's include when both people of their sessions are reminded."""

    client_leads = LeadsField(label=_("Remind my clients"))
    coach_leads = LeadsField(label=_("Remind me"))

    nothing_booked_days = forms.TypedChoiceField(
        label=_("Tell me when a client has had nothing booked for"),
        choices=[("", _("Never tell me")), *NOTHING_BOOKED_DAYS.items()],
        coerce=int,
        empty_value=None,
        required=False,
    )

    class Meta:
        model = MailChoices
        fields = [
            "wants_upcoming", "wants_booked", "wants_changed", "wants_message", "wants_summary",
            *OF_A_CLIENTS_DAYS, "wants_coach_week", "coach_leads",
            "nothing_booked_days", "way", "is_discreet", "quiet_from", "quiet_until", "client_leads",
        ]  # fmt: skip
        widgets = {
            "way": forms.RadioSelect,
            "quiet_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def __init__(self, typed: QueryDict | None, *, instance: MailChoices) -> None:
        super().__init__(typed, instance=instance)
        if instance.user.coach_or_none is None:
            self._leave_out("client_leads", "coach_leads", "wants_coach_week", "nothing_booked_days")
        if not Client.objects.belonging_to(instance.user).exists():
            self._leave_out("wants_summary", *OF_A_CLIENTS_DAYS)
        if not instance.user.can_get_sms:
            self._leave_out("way")

    def _leave_out(self, *names: str) -> None:
        for name in names:
            del self.fields[name]

    def _those_of(self, *names: str) -> list[str]:
        return [name for name in names if name in self.fields]

    @property
    def helper(self) -> FormHelper:
        helper = page_helper()
        helper.layout = Layout(
            Fieldset(
                _("Mails I want"),
                "wants_booked",
                "wants_changed",
                "wants_upcoming",
                "wants_message",
                *self._those_of("wants_summary"),
                css_class="group",
            ),
            Fieldset(
                _("Now and then"),
                HTML("{% include 'scheduling/_now_and_then.html' %}"),
                *self._those_of(*OF_A_CLIENTS_DAYS, "wants_coach_week", "nothing_booked_days"),
                css_class="group",
            ),
            Fieldset(
                _("E-mail and SMS"),
                *self._those_of("way"),
                HTML("{% include 'scheduling/_sms.html' %}"),
                css_class="group",
            ),
            Fieldset(
                _("Quiet hours"),
                HTML("{% include 'scheduling/_quiet_hours.html' %}"),
                Div(
                    Div("quiet_from", css_class="col-sm"),
                    Div("quiet_until", css_class="col-sm"),
                    css_class="row",
                ),
                css_class="group",
            ),
            Fieldset(_("Wording"), "is_discreet", css_class="group"),
        )
        if "client_leads" in self.fields:
            both = Div(
                Div("client_leads", css_class="col-sm"),
                Div("coach_leads", css_class="col-sm"),
                css_class="row",
            )
            leads = Fieldset(_("How long before"), both, css_class="group")
            helper.layout.insert(1, leads)
        return helper

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        quiet_from, quiet_until = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if self.errors.keys() & {"quiet_from", "quiet_until"}:
            return cleaned
        if (quiet_from is None) != (quiet_until is None):
            missing = "quiet_from" if quiet_from is None else "quiet_until"
            self.add_error(missing, _("Quiet hours need both times. Leave both empty to have none."))
        elif quiet_from is not None and quiet_from == quiet_until:
            self.add_error("quiet_until", _("Quiet hours cannot last the whole day. Choose another time."))
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        # The constraint says the same again, in words for programmers.
        return {*super()._get_validation_exclusions(), "quiet_from", "quiet_until"}  # type: ignore[misc]

    @transaction.atomic
    def save(self, commit: bool = True) -> MailChoices:
        """Keep the choices; reminders that still wait follow them."""
        self.instance.replace_what_is_kept()
        self.instance.quiet_zone = self.instance.user.timezone
        choices = cast(MailChoices, super().save(commit))
        Reminder.rewrite_for(choices.user)
        MessageMail.rewrite_for(choices.user)
        return choices
