"""What may be typed about a client, and on an invitation."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.contrib.postgres.forms import SimpleArrayField
from django.utils.translation import gettext_lazy as _
from timezone_field import TimeZoneFormField

from clients.models import Client, RosterView
from coaching.accounts.forms import AddressField, NameField, page_helper, phone_number
from coaching.accounts.models import Coach, Invitation, User


class TagsField(SimpleArrayField):
    """A few words with commas between them; the same word twice, in any case, is one."""

    def to_python(self, value: Any) -> Any:
        typed = value.split(",") if isinstance(value, str) else value or []
        kept: dict[str, str] = {}
        for word in (" ".join(word.split()) for word in typed):
            if word:
                kept.setdefault(word.casefold(), word)
        return super().to_python(list(kept.values()))

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value


class ClientForm(forms.ModelForm):
    """A coach's form for a client's name and how to reach them."""

    helper = page_helper()

    class Meta:
        model = Client
        fields = [
            "name",
            "pronouns",
            "email",
            "phone",
            "reach",
            "languages",
            "timezone",
            "fee",
            "fee_words",
            "tags",
        ]
        field_classes = {"name": NameField, "email": AddressField, "tags": TagsField}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "email": forms.EmailInput(attrs={"autocomplete": "off"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        }
        help_texts = {
            "name": _("As they like to be called."),
            "timezone": _("Where they live. Times in mails to them are shown in this zone."),
            "reach": _("For example: a message first, never before 10."),
            "fee_words": _("In figures and words, such as 80 € a session. Trellis takes no payments."),
            "tags": _(
                "Your own words to find people by, with commas between. They can be read in the export."
            ),
        }
        labels = {"fee_words": _("How much")}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["phone"].validators.append(phone_number)
        if self.instance._state.adding:
            self.instance.coach = user.coach
            self.instance.practice = user.coach.practice
            self.fields["timezone"].initial = user.timezone
        if self.instance.has_joined:
            # Once they have joined, their account holds these, and it is theirs.
            del self.fields["email"], self.fields["timezone"]

    def clean_email(self) -> str:
        email = User.objects.normalize_email(self.cleaned_data["email"])
        clash = Client.objects.coached_by(self.user).filter(email=email).exclude(pk=self.instance.pk)
        if clash.exists():
            raise forms.ValidationError(_("You already have a client with this e-mail address."))
        if email == self.user.email:
            raise forms.ValidationError(_("This is your own e-mail address. Use your client's."))
        return email


class ClientCreateForm(ClientForm):
    invite = forms.BooleanField(
        label=_("Send an invitation by mail now"),
        help_text=_("It holds a link with which they choose a password. You can also do this later."),
        required=False,
        initial=True,
    )


class OwnDetailsForm(forms.ModelForm):
    """A client's form for what their coach sees of them."""

    helper = page_helper()

    class Meta:
        model = Client
        fields = ["name", "pronouns", "phone", "reach", "languages"]
        field_classes = {"name": NameField}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        }
        help_texts = {
            "name": _("As you like to be called."),
            "reach": _("For example: a message first, never before 10."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].validators.append(phone_number)


class InvitationAcceptForm(forms.Form):
    """A new person's name, password and zone."""

    helper = page_helper()

    name = NameField(
        label=_("Your name"),
        max_length=120,
        help_text=_("As you like to be called."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("Choose a password"),
        help_text=_("At least 10 characters. A few words in a row are easy to keep in mind."),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    timezone = TimeZoneFormField(
        label=_("Your time zone"), help_text=_("You see every time in this zone."), use_pytz=False
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitation
        client = getattr(invitation, "client", None)
        self.fields["name"].initial = invitation.name
        self.fields["timezone"].initial = client.timezone if client else invitation.practice.timezone

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        someone = User(email=self.invitation.email, name=self.data.get("name", ""))
        password_validation.validate_password(password, user=someone)
        return password


class CoachInviteForm(forms.Form):
    """Whom an owner asks to join the practice as a coach."""

    helper = page_helper()

    name = NameField(label=_("Name"), max_length=120)
    email = AddressField(label=_("E-mail address"), max_length=254)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self) -> str:
        email = User.objects.normalize_email(self.cleaned_data["email"])
        if Coach.objects.colleagues_of(self.user).filter(user__email=email).exists():
            raise forms.ValidationError(_("This person is a coach already."))
        return email


class RosterViewForm(forms.ModelForm):
    """What a coach calls a view of their list, to find it again."""

    class Meta:
        model = RosterView
        fields = ["name"]
        field_classes = {"name": NameField}
