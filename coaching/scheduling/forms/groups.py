"""What a coach types about a session of several people."""

from typing import Any, cast

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from coaching.accounts.forms import NameField, page_helper
from coaching.accounts.models import User
from coaching.scheduling import groups
from coaching.scheduling.forms.sessions import SessionCreateForm, SessionForm
from coaching.scheduling.models import CoachingSession
from coaching.scheduling.models.session_type import MOST_SEATS

USUAL_SEATS = 8


class PeopleField(forms.ModelMultipleChoiceField):
    """Some of a coach's own clients."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            queryset=Client.objects.none(),
            widget=forms.CheckboxSelectMultiple,
            label=_("Who comes"),
            **options,
        )


class GroupFields(forms.Form):
    """What a group has beside what every session has."""

    is_for_groups = True
    name = NameField(
        label=_("What the group is called"),
        help_text=_("Everybody in it sees the name. Nobody sees who else comes."),
        max_length=80,
        required=False,
    )
    seats = forms.IntegerField(
        label=_("People at most"),
        help_text=_("Left empty, as many as this kind of session has."),
        min_value=2,
        max_value=MOST_SEATS,
        required=False,
    )

    agenda = forms.CharField(
        label=_("What it is about"),
        help_text=_("A few words for all who come. Private things belong in your notes."),
        max_length=200,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind = cleaned.get("session_type")
        if "seats" not in self.errors and not cleaned.get("seats"):
            cleaned["seats"] = kind.seats if kind else USUAL_SEATS
        return cleaned

    @property
    def own_values(self) -> dict[str, Any]:
        return {"name": self.cleaned_data["name"], "seats": self.cleaned_data["seats"]}


class GroupForm(GroupFields, SessionForm):
    """Another time or place for a group, or another name or size."""

    def __init__(self, *args: Any, user: User, session: CoachingSession, **kwargs: Any) -> None:
        super().__init__(*args, user=user, session=session, **kwargs)
        self.initial.update({"name": session.name, "seats": session.seats})

    def _act(self, **values: Any) -> CoachingSession:
        return super()._act(**values, **self.own_values)


class GroupCreateForm(GroupFields, SessionCreateForm):
    # Django's way to leave a form's field out: several take the place of one.
    client = None  # type: ignore[assignment]
    people = "clients"
    clients = PeopleField(required=False, help_text=_("You can add people later, too."))

    def _act(self, **values: Any) -> CoachingSession:
        return self._plan(
            groups.schedule_group,
            coach=self.user.coach,
            clients=self.cleaned_data["clients"],
            **values,
            **self.own_values,
        )


class PeopleForm(forms.Form):
    """Clients who are not in the group yet."""

    clients = PeopleField(error_messages={"required": _("Choose somebody.")})
    helper = page_helper()

    def __init__(self, *args: Any, user: User, group: CoachingSession, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.group = user, group
        there = group.members.filter(status=CoachingSession.Status.SCHEDULED).values("client")
        active = Client.objects.coached_by(user).filter(status__in=Client.WORKING).exclude(pk__in=there)
        cast(forms.ModelChoiceField, self.fields["clients"]).queryset = active

    def save(self) -> int | None:
        """How many were added; None, with an error on the form, where they do not fit."""
        try:
            return len(
                groups.add_people(by=self.user, group=self.group, clients=self.cleaned_data["clients"])
            )
        except forms.ValidationError as error:
            self.add_error("clients", error)
            return None


class AttendanceForm(forms.Form):
    """For each of a group's people: came, did not come, or called off late."""

    WORDS = {
        CoachingSession.Status.COMPLETED: _("Came"),
        CoachingSession.Status.NO_SHOW: _("Did not come"),
        CoachingSession.Status.LATE_CANCELLATION: _("Called off late"),
    }

    def __init__(self, *args: Any, user: User, group: CoachingSession, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.group = user, group
        self.members = list(groups.expected(group).select_related("client__user"))
        for member in self.members:
            self.fields[self.name_of(member)] = forms.ChoiceField(
                label=str(member.client),
                choices=self.WORDS.items(),
                widget=forms.RadioSelect,
                initial=CoachingSession.Status.COMPLETED if member.is_scheduled else member.status,
                error_messages={"required": _g("Say whether they came.")},
            )

    @staticmethod
    def name_of(member: CoachingSession) -> str:
        return f"came-{member.pk}"

    @property
    def helper(self) -> FormHelper:
        return page_helper()

    def save(self) -> bool:
        """False, with an error on the form, where it is not taken."""
        came = {member.pk: self.cleaned_data[self.name_of(member)] for member in self.members}
        try:
            groups.note_attendance(by=self.user, group=self.group, came=came)
        except forms.ValidationError as error:
            self.add_error(None, error)
            return False
        return True
