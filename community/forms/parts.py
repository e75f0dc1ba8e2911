"""The parts of a listing, each on its own small page."""

from typing import Any, cast

from crispy_forms.layout import HTML
from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from coaching.accounts.forms import phone_number
from coaching.accounts.querysets import Person
from coaching.accounts.seen import SeenForm
from community.forms.hours import DaysField, clean_hours, day_of_month, days_in, time_field
from community.forms.layout import as_lines, laid_out
from community.models import (
    CostOption,
    Language,
    Phone,
    RequiredDocument,
    Schedule,
    Weekday,
)
from community.vocabulary import LANGUAGES


class PartForm(SeenForm, forms.ModelForm):
    """One phone, schedule, price, language or paper of a service."""

    related_name = ""

    def __init__(self, *args: Any, user: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        as_lines(self)
        self.helper = laid_out(*self.fields)
        if not self.instance._state.adding:
            self.watch()


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
    opens_at = time_field(_("From"))
    closes_at = time_field(_("To"))

    class Meta:
        model = Schedule
        fields = ["freq", "byday", "opens_at", "closes_at", "description"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What a source said and no box stands for, such as each month's first Tuesday, is not lost.
        field = cast(DaysField, self.fields["byday"])
        others = set(days_in(self.instance.byday)) - set(Weekday.values)
        field.choices = [*Weekday.choices, *sorted((code, str(day_of_month(code))) for code in others)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not any(cleaned.get(name) for name in self._meta.fields or []) and not self.errors:
            raise forms.ValidationError(_("Say when it is: the days, the hours or a few words."))
        clean_hours(self, "description")
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
        self.fields["name"].widget.attrs["list"] = "languages"
        known = format_html_join("", '<option value="{}">', ((name,) for name in LANGUAGES))
        self.helper.layout.append(HTML(format_html('<datalist id="languages">{}</datalist>', known)))


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
