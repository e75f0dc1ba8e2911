"""What a listing and an organization say, and how a curator made sure of it."""

from typing import Any, ClassVar

from crispy_forms.layout import Fieldset
from django import forms
from django.utils.translation import gettext_lazy as _

from coaching.accounts.forms import phone_number
from coaching.accounts.querysets import Person
from coaching.accounts.records import uuid7
from coaching.accounts.seen import SeenForm
from community.forms.hours import DaysField, clean_hours, time_field
from community.forms.layout import as_lines, laid_out
from community.models import (
    Language,
    Listing,
    Organization,
    Schedule,
    Service,
    TaxonomyTerm,
)
from community.models.listings import LISTING_WORDS
from community.models.services import SERVICE_WORDS


class CategoryField(forms.ModelMultipleChoiceField):
    """Trellis's own categories, as boxes to tick."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=TaxonomyTerm.objects.categories(), required=False, **kwargs)


SERVICE_COLUMNS = [name for name in SERVICE_WORDS if name != "alternate_name"]
"""Another name comes with an import; it is not asked for."""


class ListingForm(SeenForm, forms.ModelForm):
    """What a listing says: HSDS's columns of the service, and Trellis's own layer."""

    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("Not chosen yet")), *Listing.Kind.choices]
    )
    summary = Listing._meta.get_field("summary").formfield(widget=forms.Textarea)
    affiliation = Listing._meta.get_field("affiliation").formfield()
    categories = CategoryField(label=_("What it is about"))

    class Meta:
        model = Service
        fields = SERVICE_COLUMNS
        error_messages = {"name": {"required": _("Write what it is called.")}}

    def __init__(self, *args: Any, user: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        as_lines(self)
        self.helper = laid_out(*self.groups())
        if not self.instance._state.adding:
            self.watch()

    def groups(self) -> list[Any]:
        return [
            Fieldset(_("What it is"), "name", "kind", "summary", "description", "categories", "affiliation"),
            Fieldset(_("Who it is for"), "eligibility_description", "minimum_age", "maximum_age"),
            Fieldset(_("How to reach it"), "application_process", "url", "email"),
            Fieldset(
                _("Good to know"),
                "fees_description",
                "wait_time",
                "interpretation_services",
                "status",
                "alert",
            ),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        youngest, oldest = cleaned.get("minimum_age"), cleaned.get("maximum_age")
        if youngest is not None and oldest is not None and oldest < youngest:
            self.add_error("maximum_age", _("The oldest age is below the youngest. Change one of them."))
        return cleaned

    @property
    def columns(self) -> dict[str, Any]:
        """The service's columns as typed."""
        return {name: self.cleaned_data[name] for name in SERVICE_COLUMNS}

    @property
    def listing(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in LISTING_WORDS}


class NewListingForm(ListingForm):
    """A whole new listing on one page; all but the names may wait."""

    made_as = forms.UUIDField(required=False, widget=forms.HiddenInput)
    """Its id from the moment the page is opened: sent twice, it is made once."""
    organization_name = forms.CharField(
        label=_("Name of the organization"),
        max_length=250,
        help_text=_("If the directory has one of this name, the listing is added to it."),
        error_messages={"required": _("Write who offers it.")},
    )
    organization_website = forms.URLField(
        label=_("Its website"), required=False, assume_scheme="https", max_length=500
    )
    phone = forms.CharField(
        label=_("Phone number"), required=False, max_length=100, validators=[phone_number]
    )
    phone_description = forms.CharField(
        label=_("When or for what to ring it"), required=False, max_length=250
    )
    byday = DaysField(label=_("Days"))
    opens_at = time_field(_("From"))
    closes_at = time_field(_("To"))
    schedule_description = forms.CharField(
        label=_("In words, if days and hours do not say it all"), required=False, max_length=400
    )
    languages = forms.CharField(
        label=_("Languages people speak there"),
        required=False,
        max_length=400,
        help_text=_("With commas between them."),
    )

    def __init__(
        self, *args: Any, user: Person, organization: Organization | None = None, **kwargs: Any
    ) -> None:
        self.organization = organization
        super().__init__(*args, user=user, **kwargs)
        self.fields["made_as"].initial = uuid7
        if organization:
            del self.fields["organization_name"], self.fields["organization_website"]

    def make_another(self, saved: Service) -> None:
        """It was sent before, with other words: nothing is lost, and sent again it is another listing."""
        self.type_in("made_as", str(uuid7()))
        words = _(
            "“%(name)s” was saved from this page already. Change it there, or save again for another one."
        )
        self.add_error(None, words % {"name": saved.name})

    def groups(self) -> list[Any]:
        whose = [Fieldset(_("Who offers it"), "organization_name", "organization_website")]
        return [
            *([] if self.organization else whose),
            *super().groups(),
            Fieldset(_("Phone"), "phone", "phone_description"),
            Fieldset(_("When"), "byday", "opens_at", "closes_at", "schedule_description"),
            Fieldset(_("Languages"), "languages"),
        ]

    def clean_organization_name(self) -> str:
        name = self.cleaned_data["organization_name"]
        found = list(Organization.objects.editable_by(self.user).filter(name__iexact=name)[:2])
        if len(found) > 1:
            raise forms.ValidationError(
                _("The directory has several of this name. Open the right one and add the listing there.")
            )
        self.organization = found[0] if found else None
        return name

    def clean_languages(self) -> str:
        longest = Language._meta.get_field("name").max_length or 0
        for name in self.cleaned_data["languages"].split(","):
            if len(name.strip()) > longest:
                raise forms.ValidationError(
                    _("“%(start)s…” is too long for one language: put commas between them.")
                    % {"start": name.strip()[:30]}
                )
        return self.cleaned_data["languages"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        clean_hours(self, "schedule_description")
        return cleaned

    @property
    def columns(self) -> dict[str, Any]:
        return super().columns | {"id": self.cleaned_data["made_as"] or uuid7()}

    @property
    def new_organization(self) -> dict[str, str]:
        typed = self.cleaned_data
        return {"name": typed["organization_name"], "website": typed["organization_website"]}

    @property
    def phones(self) -> list[dict[str, str]]:
        number = self.cleaned_data["phone"]
        if not number:
            return []
        return [{"number": number, "type": "voice", "description": self.cleaned_data["phone_description"]}]

    @property
    def schedules(self) -> list[dict[str, Any]]:
        typed = {name: self.cleaned_data[name] for name in ["byday", "opens_at", "closes_at"]}
        typed["description"] = self.cleaned_data["schedule_description"]
        if not any(typed.values()):
            return []
        return [{**typed, "freq": Schedule.Frequency.WEEKLY if typed["byday"] else ""}]

    @property
    def language_names(self) -> list[str]:
        return [name.strip() for name in self.cleaned_data["languages"].split(",") if name.strip()]


class OrganizationForm(SeenForm, forms.ModelForm):
    class Meta:
        model = Organization
        fields = ["name", "alternate_name", "description", "website", "email"]
        error_messages = {"name": {"required": _("Write what it is called.")}}

    def __init__(self, *args: Any, user: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        as_lines(self)
        self.helper = laid_out(*self.fields)
        self.watch()


class VerifyForm(forms.Form):
    """How a curator made sure that a listing is true."""

    CHOICES: ClassVar = [("", _("Choose how")), *Listing.VerifiedHow.choices]

    how = forms.ChoiceField(label=_("How did you check it?"), choices=CHOICES)


# --- the parts of a listing, each on its own small page ---------------------
