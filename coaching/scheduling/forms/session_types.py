"""What a coach types about a kind of session."""

from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from coaching.accounts.forms import NameField, page_helper
from coaching.accounts.models import User
from coaching.accounts.seen import SeenForm
from coaching.scheduling.forms.sessions import STEP, in_steps
from coaching.scheduling.models import SessionType

ONCE = _("You already have a kind of session with this name.")


class SessionTypeForm(SeenForm, forms.ModelForm):
    class Meta:
        model = SessionType
        field_classes = {"name": NameField}
        fields = [
            "name",
            "minutes",
            "seats",
            "place",
            "place_detail",
            "buffer_before",
            "buffer_after",
            "is_bookable",
            "is_active",
        ]
        help_texts = {
            "name": _("For example: First talk. Your clients see it."),
            "seats": _("1 is a session with one person. More is a group: clients join one that you planned."),
            "buffer_after": _("Time for notes or the way. Nothing else can be booked in it."),
            "is_active": _("Take this away to stop using it. Planned sessions stay as they are."),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["seats"].required = False
        self.fields["minutes"].validators.append(in_steps)
        self.fields["minutes"].widget.attrs["step"] = STEP
        if self.instance._state.adding:
            self.instance.coach = user.coach
            del self.fields["is_active"]
        else:
            self.watch()

    def clean_seats(self) -> int:
        """Left empty, it is for one person."""
        return self.cleaned_data["seats"] or 1

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        mine = SessionType.objects.editable_by(self.user).exclude(pk=self.instance.pk)
        if mine.alias(small=Lower("name")).filter(small=Lower(Value(name))).exists():
            raise forms.ValidationError(ONCE)
        return name

    def keep(self) -> SessionType | None:
        """Save it; None, with an error on the form, where it was saved in this very moment already."""
        try:
            with transaction.atomic():
                return cast(SessionType, self.save())
        except IntegrityError:
            self.add_error("name", ONCE)
            return None

    @property
    def helper(self) -> FormHelper:
        helper = page_helper()
        helper.layout = Layout(
            "name",
            Div(Div("minutes", css_class="col-sm"), Div("seats", css_class="col-sm"), css_class="row"),
            "place",
            "place_detail",
            Div(
                Div("buffer_before", css_class="col-sm"),
                Div("buffer_after", css_class="col-sm"),
                css_class="row align-items-end",
            ),
            "is_bookable",
            *(["is_active"] if "is_active" in self.fields else []),
        )
        return helper
