"""What a coach types to plan or move a session."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from coaching.accounts.forms import DateInput, page_helper
from coaching.accounts.models import User
from coaching.scheduling import actions, series
from coaching.scheduling.availability import Wish
from coaching.scheduling.forms.agenda import EditionField
from coaching.scheduling.models import BookingRules, CoachingSession, Repeat, SessionType, SpecialDays
from coaching.scheduling.models.session_type import LONGEST
from coaching.scheduling.walltimes import ZonedTime, moments_of, name_of, offset_of, written

STEP = 5
"""Lengths are in steps of so many minutes."""
YEARS_AHEAD = 5


def in_steps(minutes: int) -> None:
    """A length that fits the grid. Django's own check makes floats of it, too small for a huge number."""
    if minutes % STEP:
        raise ValidationError(_("Write it in steps of %(step)s minutes."), params={"step": STEP})


class ScopeField(forms.ChoiceField):
    """Whether a change is for one session of a series, or for those that follow as well."""

    def __init__(self) -> None:
        super().__init__(
            label=_("It is part of a series. What shall change?"),
            choices=[("this", _("Only this session")), ("following", _("This session and the following"))],
            widget=forms.RadioSelect,
            initial="this",
        )


class SessionForm(forms.Form):
    """The time on the coach's own wall, the kind, length and place. `starts_at` is the moment, once known.

    Length and place that are left open follow from the kind of session.
    """

    is_for_groups = False
    date = forms.DateField(
        label=_("Day"),
        input_formats=["%Y-%m-%d"],
        widget=DateInput,
    )
    time = forms.TimeField(
        label=_("Start"),
        input_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    which = forms.ChoiceField(
        label=_("The clocks go back that night. Which of the two do you mean?"),
        choices=[("0", _("The first")), ("1", _("The second"))],
        widget=forms.RadioSelect,
        required=False,
    )
    session_type = forms.ModelChoiceField(
        queryset=SessionType.objects.none(),
        label=_("Kind of session"),
        empty_label=_("None of these"),
        required=False,
    )
    minutes = forms.IntegerField(
        label=_("Length in minutes"),
        min_value=STEP,
        max_value=LONGEST,
        validators=[in_steps],
        widget=forms.NumberInput(attrs={"step": STEP}),
        initial=50,
    )
    place = forms.ChoiceField(label=_("Where"), choices=CoachingSession.Place, initial="video")
    place_detail = forms.CharField(label=_("Address, number or link"), max_length=300, required=False)
    agenda = forms.CharField(
        label=_("What it is about"),
        help_text=_("A few words for both of you. Private things belong in your notes."),
        max_length=200,
        required=False,
    )
    edition = EditionField()

    def __init__(self, *args: Any, user: User, session: CoachingSession | None = None, **kwargs: Any) -> None:
        self.user, self.session = user, session
        self.starts_at: datetime | None = None
        self.is_twice = self.is_stale = False
        self.count = 1
        if session:
            start = session.starts_at.astimezone(user.timezone)
            kwargs["initial"] = {
                "date": start.date(),
                "time": start.time(),
                "minutes": session.minutes,
                "place": session.place,
                "place_detail": session.place_detail,
                "agenda": session.agenda,
                "session_type": session.session_type_id,
                "which": str(start.fold),
                "edition": session.edition,
            }
        super().__init__(*args, **kwargs)
        if session and session.minutes % STEP:  # noted before lengths went in steps
            self.fields["minutes"] = forms.IntegerField(
                label=_("Length in minutes"), min_value=1, max_value=LONGEST
            )
        self._offer_types()
        if session and session.series_id:
            self.fields["scope"] = ScopeField()
        self.fields["date"].help_text = _g("In your own time: %(zone)s.") % {"zone": name_of(user.timezone)}
        self.fields["time"].help_text = _g("For example 15:00.")

    def _offer_types(self) -> None:
        """The coach's kinds of session; for a new session, the first of them to begin with."""
        field = cast(forms.ModelChoiceField, self.fields["session_type"])
        types = SessionType.objects.editable_by(self.user).in_use().for_groups(self.is_for_groups)
        if self.session and self.session.session_type_id:
            types |= SessionType.objects.editable_by(self.user).filter(pk=self.session.session_type_id)
        field.queryset = types
        if not types:
            del self.fields["session_type"]
            return
        self.fields["minutes"].required = self.fields["place"].required = False
        self.fields["minutes"].help_text = _g("Leave it open for as long as this kind usually is.")
        places = cast(forms.ChoiceField, self.fields["place"])
        places.choices = [("", _g("Where this kind usually is")), *cast(list, places.choices)]
        if self.session is None:
            self.initial.update({"session_type": types[0].pk, "minutes": "", "place": ""})

    @property
    def helper(self) -> FormHelper:
        helper = page_helper()
        shown: list[object] = [name for name in ("client", "name", "clients", "seats") if name in self.fields]
        shown.append(Div(Div("date", css_class="col-sm"), Div("time", css_class="col-sm"), css_class="row"))
        if self.is_twice:
            shown.append("which")
        if "session_type" in self.fields:
            shown.append("session_type")
        last: list[object] = ["scope"] if "scope" in self.fields else []
        if "repeat" in self.fields:
            ends = [Div(name, css_class="col-sm") for name in ("how_many", "until")]
            last = [
                HTML('<details class="more field"{% if form.opens_repeat %} open{% endif %}><summary>'),
                HTML(escape(_g("It repeats"))),
                HTML("</summary>"),
                "repeat",
                Div(*ends, css_class="row align-items-end"),
                HTML("</details>"),
            ]
        helper.layout = Layout(*shown, "minutes", "place", "place_detail", Field("agenda"), "edition", *last)
        return helper

    @property
    def person(self) -> Client | None:
        """The one client it is with, as far as the form knows."""
        return self.session.client if self.session else self.cleaned_data.get("client")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("date") and cleaned.get("time") is not None:
            self._find_moment(cleaned)
        self._follow_type(cleaned)
        return cleaned

    def _follow_type(self, cleaned: dict[str, Any]) -> None:
        """Fill what was left open from the kind of session."""
        kind = cleaned.get("session_type")
        if kind is None:
            for name in ("minutes", "place"):
                if name not in self.errors and not cleaned.get(name):
                    self.add_error(name, _("Choose one, or a kind of session that says it."))
            return
        cleaned["minutes"] = cleaned.get("minutes") or kind.minutes
        if not cleaned.get("place"):
            cleaned["place"] = kind.place
            cleaned["place_detail"] = cleaned.get("place_detail") or kind.place_detail

    def _find_moment(self, cleaned: dict[str, Any]) -> None:
        this_year = timezone.localdate().year
        if cleaned["date"].year > this_year + YEARS_AHEAD:
            self.add_error("date", _("Choose a day within the next five years."))
            return
        if cleaned["date"].year < this_year - YEARS_AHEAD:
            self.add_error("date", _("This day has passed. Choose one that is still to come."))
            return
        local = datetime.combine(cleaned["date"], cleaned["time"])
        self._name_both(moments_of(local, self.user.timezone))
        cleaned["local_start"] = local
        which = cleaned.get("which")
        try:
            self.starts_at = actions.future_moment(
                local, self.user.timezone, which=int(which) if which else None
            )
        except ValidationError as error:
            self.add_error("which" if error.code == "twice" else "time", error)

    def _name_both(self, moments: list[datetime]) -> None:
        """Where the time comes twice, say how the two differ."""
        if len(moments) < 2:
            return
        self.is_twice = self.fields["which"].required = True
        first, second = (offset_of(moment.astimezone(self.user.timezone)) for moment in moments)
        cast(forms.ChoiceField, self.fields["which"]).choices = [
            ("0", _g("The first, before the clocks go back (%(offset)s)") % {"offset": first}),
            ("1", _g("The second, after the clocks went back (%(offset)s)") % {"offset": second}),
        ]

    @property
    def is_away(self) -> bool:
        """Whether the coach said that they are away on the day that was typed."""
        day = self.cleaned_data.get("date") if self.is_bound and hasattr(self, "cleaned_data") else None
        return (
            day is not None
            and SpecialDays.objects.editable_by(self.user).between(day, day).filter(spans=[]).exists()
        )

    @property
    def times(self) -> list[ZonedTime]:
        """What was typed, on the coach's wall and on the client's; empty until both are known."""
        minutes = (
            self.cleaned_data.get("minutes") if self.is_bound and hasattr(self, "cleaned_data") else None
        )
        if not (self.starts_at and minutes):
            return []
        zones = [self.user.timezone, *([self.person.own_timezone] if self.person else [])]
        ends_at = self.starts_at + timedelta(minutes=minutes)
        return [ZonedTime(self.starts_at, ends_at, zone) for zone in zones]

    def save(self) -> CoachingSession | None:
        """Plan or move the session; None, with an error on the form, where the time was taken meanwhile."""
        names = ("local_start", "minutes", "place", "place_detail", "agenda")
        values = {name: self.cleaned_data[name] for name in names}
        values["session_type"] = self.cleaned_data.get("session_type")
        values["which"] = int(self.cleaned_data["which"]) if self.cleaned_data["which"] else None
        try:
            return self._act(by=self.user, timezone=self.user.timezone, **values)
        except ValidationError as error:
            if error.code == "stale":
                self.is_stale = True
                return None
            fields = {"closed": None, "long": "repeat", "short": "repeat", "seats": "seats"}
            self.add_error(fields.get(error.code or "", "time"), error)
            is_one = not self.cleaned_data.get("repeat") and self.cleaned_data.get("scope") != "following"
            if error.code == "clash" and is_one and (free := self._free_nearby()):
                self.add_error("time", _g("Free near it: %(times)s.") % {"times": "; ".join(free)})
            return None

    def _free_nearby(self) -> list[str]:
        """The nearest times at which such a session would fit, on the coach's wall."""
        kind = self.cleaned_data.get("session_type")
        buffers = (kind.buffer_before, kind.buffer_after) if kind else (0, 0)
        starts = BookingRules.of(self.user.coach).nearest_for_coach(
            Wish(self.cleaned_data["minutes"], *buffers),
            cast(datetime, self.starts_at),
            client=self.person,
            leave_out=self.session,
        )
        return [written(start.astimezone(self.user.timezone)) for start in starts]

    def _act(self, **values: Any) -> CoachingSession:
        session = cast(CoachingSession, self.session)
        values["edition"] = self.cleaned_data["edition"]
        if self.cleaned_data.get("scope") != "following":
            return actions.reschedule_session(session=session, **values)
        changed = set(self.changed_data)
        if changed & {"place", "place_detail"}:
            changed |= {"place", "place_detail"}
        moved = series.reschedule_following(session=session, changed=changed, **values)
        self.count = len(moved)
        return next(row for row in moved if row.pk == session.pk)


class SessionCreateForm(SessionForm):
    client = forms.ModelChoiceField(queryset=Client.objects.none(), label=_("Client"))
    repeat = forms.ChoiceField(
        label=_("How often"),
        choices=[("", _("once, it does not repeat")), *Repeat.choices],
        required=False,
    )
    how_many = forms.IntegerField(
        label=_("How many sessions"),
        min_value=2,
        max_value=series.LONGEST,
        required=False,
    )
    until = forms.DateField(
        label=_("Or until which day"),
        input_formats=["%Y-%m-%d"],
        widget=DateInput,
        required=False,
    )

    people = "client"
    """The field that says who comes."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        active = Client.objects.coached_by(user).filter(status__in=Client.WORKING)
        field = cast(forms.ModelChoiceField, self.fields[self.people])
        field.queryset = active.select_related("user", "coach")

    @property
    def opens_repeat(self) -> bool:
        """Whether something was typed there, so that it is shown again."""
        return any(self[name].value() for name in ("repeat", "how_many", "until"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        ends = [name for name in ("how_many", "until") if cleaned.get(name)]
        if cleaned.get("repeat") and not self.errors.keys() & {"how_many", "until"} and len(ends) != 1:
            self.add_error("how_many", _("Say either how many sessions, or until which day."))
        return cleaned

    def _act(self, **values: Any) -> CoachingSession:
        return self._plan(actions.schedule_session, client=self.cleaned_data["client"], **values)

    def _plan(self, plan: Callable[..., CoachingSession], **values: Any) -> CoachingSession:
        """Once, or as a series; the first of them."""
        if not self.cleaned_data["repeat"]:
            return plan(**values)
        planned = series.schedule_series(
            plan=plan,
            repeat=self.cleaned_data["repeat"],
            times=self.cleaned_data["how_many"],
            until=self.cleaned_data["until"],
            **values,
        )
        self.count = len(planned)
        return planned[0]
