"""What is typed into the directory: searches by everybody, listings and their parts by curators."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Fieldset, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from coaching.accounts.forms import phone_number
from coaching.accounts.querysets import Person
from community import vocabulary
from community.models import (
    Address,
    CostOption,
    Language,
    Listing,
    Location,
    Organization,
    Phone,
    ProblemReport,
    RequiredDocument,
    Schedule,
    Service,
    Suggestion,
    TaxonomyTerm,
)
from community.models.contacts import Weekday


def _helper(*layout: Any) -> FormHelper:
    """The form's groups; the page holds the form tag, the token and the buttons."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(*layout)
    return helper


def _in_groups() -> list[tuple[Any, Any]]:
    return [
        (label, [(code, words) for code, (words, _meaning) in members.items()])
        for label, _meaning, members in vocabulary.HEADINGS.values()
    ]


class SearchForm(forms.Form):
    """What somebody looks for; every value stands in the address, so that a search can be shared."""

    q = forms.CharField(label=_("What are you looking for?"), required=False, max_length=200)
    category = forms.ChoiceField(
        label=_("About"), required=False, choices=[("", _("Everything")), *_in_groups()]
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("Everything")), *Listing.Kind.choices]
    )

    language = forms.ChoiceField(label=_("Language"), required=False)
    access = forms.ChoiceField(
        label=_("Access"),
        required=False,
        choices=[("", _("Any")), *((code, label) for code, (label, _pattern) in vocabulary.ACCESS.items())],
    )
    free = forms.BooleanField(label=_("Costs nothing"), required=False)
    open_now = forms.BooleanField(label=_("Open now"), required=False)

    def __init__(self, *args: Any, languages: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("Any")), *((name, name) for name in languages)]  # type: ignore[attr-defined]
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField):
                field.widget.attrs["class"] = "form-select"


class CurateSearchForm(forms.Form):
    q = forms.CharField(label=_("Search"), required=False, max_length=200)
    state = forms.ChoiceField(required=False, choices=[("", _("All")), *Listing.State.choices])


class CategoryField(forms.ModelMultipleChoiceField):
    """Trellis's own categories, as boxes to tick."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=TaxonomyTerm.objects.categories(), required=False, **kwargs)


SERVICE_COLUMNS = [
    "name",
    "description",
    "status",
    "eligibility_description",
    "minimum_age",
    "maximum_age",
    "application_process",
    "fees_description",
    "wait_time",
    "interpretation_services",
    "url",
    "email",
    "alert",
]
LISTING_COLUMNS = ["kind", "affiliation", "summary"]
PLACE_COLUMNS = ["location_type", "name", "is_confidential", "description", "transportation"]
ADDRESS_COLUMNS = ["address_1", "address_2", "city", "state_province", "postal_code", "country"]


def _as_lines(form: forms.BaseForm) -> None:
    """Two lines are enough to begin with for most texts."""
    for field in form.fields.values():
        if isinstance(field.widget, forms.Textarea):
            field.widget.attrs["rows"] = 3


class ListingForm(forms.ModelForm):
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
        _as_lines(self)
        self.helper = _helper(*self.groups())

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
        return {name: self.cleaned_data[name] for name in LISTING_COLUMNS}


class PlaceFields(forms.Form):
    """A place and its address; HSDS wants an address whole or not at all."""

    usual_country = ""
    """Filled in to begin with; alone it is no address."""

    location_type = Location._meta.get_field("location_type").formfield()
    name = Location._meta.get_field("name").formfield()
    is_confidential = Location._meta.get_field("is_confidential").formfield()
    address_1 = Address._meta.get_field("address_1").formfield(required=False)
    address_2 = Address._meta.get_field("address_2").formfield(required=False)
    city = Address._meta.get_field("city").formfield(required=False)
    state_province = Address._meta.get_field("state_province").formfield(required=False)
    postal_code = Address._meta.get_field("postal_code").formfield(required=False)
    country = Address._meta.get_field("country").formfield(required=False)
    description = Location._meta.get_field("description").formfield()
    transportation = Location._meta.get_field("transportation").formfield()
    accessibility = forms.CharField(
        label=_("Access"),
        required=False,
        widget=forms.Textarea,
        help_text=_("Steps, lift, door width, toilet, hearing loop, quiet room."),
    )

    @property
    def place(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in PLACE_COLUMNS}

    @property
    def address(self) -> dict[str, Any] | None:
        """The address as typed, None where nothing was."""
        typed = {name: self.cleaned_data.get(name, "") for name in ADDRESS_COLUMNS}
        offered = {name for name in ["country"] if typed[name] == self.usual_country}
        return typed if any(typed[name] for name in typed.keys() - offered) else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.address:
            for name in set(ADDRESS_COLUMNS) - {"address_2"}:
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("An address needs this too."))
        return cleaned


class PlaceForm(PlaceFields):
    """One place of a service. A stored secret address is never filled in; leaving it empty keeps it."""

    def __init__(self, *args: Any, user: Person, location: Location | None = None, **kwargs: Any) -> None:
        if location is None:
            self.usual_country = Address.objects.editable_by(user).usual_country()
        kwargs["initial"] = self._said_of(location) if location else {"country": self.usual_country}
        super().__init__(*args, **kwargs)
        self.user = user
        self.location = location
        _as_lines(self)
        self.fields["name"].required = False
        keeps = _("The stored address is kept secret and not shown here. Leave it empty to keep it.")
        whole = _("Leave all of it empty, or fill in all but the second line.")
        hint = [HTML(f"<p>{each}</p>") for each in [whole, keeps] if each is whole or self._keeps_address]
        self.helper = _helper(
            Fieldset(_("The place"), "location_type", "name", "is_confidential"),
            Fieldset(_("Address"), *hint, *ADDRESS_COLUMNS),
            Fieldset(_("Getting there and in"), "description", "transportation", "accessibility"),
        )

    @property
    def _keeps_address(self) -> bool:
        return self.location is not None and self.location.is_confidential

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        says_something = self.address or cleaned.get("name") or cleaned.get("description")
        if not says_something and not cleaned.get("is_confidential") and not self.errors:
            self.add_error("name", _("Say where it is: a name, an address, or how to find it."))
        return cleaned

    @staticmethod
    def _said_of(location: Location) -> dict[str, Any]:
        address = location.addresses.public().order_by("created_at", "pk").first()
        access = location.accessibility.order_by("created_at", "pk").first()
        return {
            **{name: getattr(location, name) for name in PLACE_COLUMNS},
            **{name: getattr(address, name) for name in ADDRESS_COLUMNS if address},
            "accessibility": access.description if access else "",
        }


class DaysField(forms.MultipleChoiceField):
    """Days of the week as boxes to tick, kept as HSDS's `byday`: `MO,TH`."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=Weekday.choices, required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.split(",") if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        return ",".join(super().clean(value))


def _time_field(label: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label, required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )


LONGEST_NIGHT = timedelta(hours=14)


def _clean_hours(form: forms.BaseForm, words: str) -> None:
    """Hours need days, or the field `words` to say when; they may end the next morning, after one night."""
    cleaned = form.cleaned_data
    opens, closes = cleaned.get("opens_at"), cleaned.get("closes_at")
    if (opens or closes) and not cleaned.get("byday") and not cleaned.get(words) and not form.errors:
        form.add_error("byday", _("Tick the days of these hours, or say in words when they are."))
    if opens is None or closes is None or closes > opens:
        return
    night = timedelta(days=1, hours=closes.hour - opens.hour, minutes=closes.minute - opens.minute)
    if night > LONGEST_NIGHT:
        form.add_error(
            "closes_at", _("It would close before it opens. Only a place that is open at night may.")
        )


class NewListingForm(ListingForm):
    """A whole new listing on one page; all but the names may wait."""

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
    opens_at = _time_field(_("From"))
    closes_at = _time_field(_("To"))
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
        if organization:
            del self.fields["organization_name"], self.fields["organization_website"]

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
        _clean_hours(self, "schedule_description")
        return cleaned

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


class OrganizationForm(forms.ModelForm):
    class Meta:
        model = Organization
        fields = ["name", "alternate_name", "description", "website", "email"]
        error_messages = {"name": {"required": _("Write what it is called.")}}

    def __init__(self, *args: Any, user: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _as_lines(self)
        self.helper = _helper(*self.fields)


class ImportForm(forms.Form):
    """A file with data from elsewhere."""

    MOST_BYTES = 10 * 1024 * 1024

    file = forms.FileField(
        label=_("File"),
        help_text=_("A zip archive of CSV files, or JSON. Up to 10 MB; bring in larger ones in parts."),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("The file is empty. Choose another."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _helper("file")

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > self.MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 10 MB. Bring it in in parts."))
        return file


class VisitorForm(forms.ModelForm):
    """What anybody may tell the curators. `more` is a trap: people do not see it, machines fill it."""

    more = forms.CharField(
        required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _as_lines(self)
        self.helper = _helper(*(name for name in self.fields if name != "more"))

    @property
    def is_from_a_machine(self) -> bool:
        return bool(self.cleaned_data["more"])

    @property
    def columns(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self._meta.fields or []}


class ProblemForm(VisitorForm):
    problem = forms.ChoiceField(
        label=_("What is it?"),
        choices=ProblemReport.Problem.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is.")},
    )

    class Meta:
        model = ProblemReport
        fields = ["problem", "words"]
        help_texts = {"words": _("Leave out your name and what is private. We cannot answer you here.")}


class SuggestionForm(VisitorForm):
    class Meta:
        model = Suggestion
        fields = ["name", "words", "link", "reach"]
        error_messages = {
            "name": {"required": _("Write what it is called.")},
            "words": {"required": _("Write a few words about it.")},
        }


class VerifyForm(forms.Form):
    """How a curator made sure that a listing is true."""

    how = forms.ChoiceField(label=_("How did you check it?"), choices=Listing.VerifiedHow.choices)


# --- the parts of a listing, each on its own small page ---------------------


class PartForm(forms.ModelForm):
    """One phone, schedule, price, language or paper of a service."""

    related_name = ""

    def __init__(self, *args: Any, user: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _as_lines(self)
        self.helper = _helper(*self.fields)


class PhoneForm(PartForm):
    related_name = "phones"

    class Meta:
        model = Phone
        fields = ["number", "extension", "description"]
        error_messages = {"number": {"required": _("Write the number.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].validators.append(phone_number)


class ScheduleForm(PartForm):
    related_name = "schedules"
    byday = DaysField(label=_("Days"))
    opens_at = _time_field(_("From"))
    closes_at = _time_field(_("To"))

    class Meta:
        model = Schedule
        fields = ["freq", "byday", "opens_at", "closes_at", "description"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not any(cleaned.get(name) for name in self._meta.fields or []) and not self.errors:
            raise forms.ValidationError(_("Say when it is: the days, the hours or a few words."))
        _clean_hours(self, "description")
        return cleaned


class CostForm(PartForm):
    related_name = "cost_options"

    class Meta:
        model = CostOption
        fields = ["option", "amount", "currency", "amount_description"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("amount") is not None and not cleaned.get("currency"):
            self.add_error("currency", _("An amount needs its currency."))
        return cleaned


class LanguageForm(PartForm):
    related_name = "languages"

    class Meta:
        model = Language
        fields = ["name", "note"]
        error_messages = {"name": {"required": _("Write which language.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True


class DocumentForm(PartForm):
    related_name = "required_documents"

    class Meta:
        model = RequiredDocument
        fields = ["document"]
        error_messages = {"document": {"required": _("Write what to bring.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"].required = True


PARTS: dict[str, tuple[type[PartForm], Any]] = {
    "phone": (PhoneForm, _("Phone number")),
    "schedule": (ScheduleForm, _("Days and hours")),
    "cost": (CostForm, _("Price")),
    "language": (LanguageForm, _("Language")),
    "document": (DocumentForm, _("What to bring")),
}
