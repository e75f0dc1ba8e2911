"""What somebody looks for."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.formats import time_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community import vocabulary
from community.finding import KILOMETRES, TAGGED, find_place
from community.models import Listing
from community.models.contacts import Weekday
from community.places import Place

CATEGORIES: list[tuple[Any, Any]] = [
    (label, [(code, words) for code, (words, _meaning) in members.items()])
    for label, _meaning, members in vocabulary.HEADINGS.values()
]
"""The vocabulary itself in its groups, so that showing it asks nobody."""


class QuickSelect(forms.Select):
    """A select written as one string. A template for each option takes as long as all of the search.

    `otherwise` is chosen where the address says nothing.
    """

    otherwise: Any = None

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        attributes = self.build_attrs(self.attrs, attrs)
        groups = self.optgroups(name, self.format_value(value or self.otherwise), attributes)
        return format_html(
            '<select name="{}"{}>{}</select>',
            name,
            flatatt(attributes),
            format_html_join("", "{}", ((self._group(label, options),) for label, options, _index in groups)),
        )

    def _group(self, label: Any, options: list[dict[str, Any]]) -> SafeString:
        written = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (each["value"], SafeString(" selected") if each["selected"] else "", each["label"])
                for each in options
            ),
        )
        return written if label is None else format_html('<optgroup label="{}">{}</optgroup>', label, written)


class SearchForm(forms.Form):
    """What somebody looks for; every value stands in the address, so that a search can be shared."""

    q = forms.CharField(label=_("What are you looking for?"), required=False, max_length=200)
    category = forms.ChoiceField(
        label=_("About"), required=False, choices=[("", _("Everything")), *CATEGORIES]
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
    remote = forms.BooleanField(label=_("Online or by phone"), required=False)
    age = forms.IntegerField(
        label=_("Your age"),
        required=False,
        min_value=0,
        max_value=120,
        error_messages={"invalid": _("Write your age in years, such as 34.")},
    )
    open_on = forms.ChoiceField(
        label=_("Open on"), required=False, choices=[("", _("Any day")), *Weekday.choices]
    )
    open_time = forms.TimeField(
        label=_("at"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time", "class": "form-control"}),
        error_messages={"invalid": _("Write a time such as 18:30.")},
    )
    near = forms.CharField(
        label=_("Near"), required=False, max_length=100, help_text=_("A town or a postcode")
    )
    within = forms.TypedChoiceField(
        label=_("Within"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[(each, _("%(number)s km") % {"number": each}) for each in [1, 2, 5, 10, 25, 50]],
    )
    checked = forms.ChoiceField(
        label=_("Checked by a curator"),
        required=False,
        choices=[
            ("", _("Any time")),
            ("31", _("In the last month")),
            ("92", _("In the last three months")),
            ("183", _("In the last half year")),
            ("366", _("In the last year")),
        ],
    )
    sort = forms.ChoiceField(
        label=_("First"),
        required=False,
        choices=[
            ("", _("As it fits")),
            ("best", _("Those that fit the words best")),
            ("nearest", _("The nearest")),
            ("checked", _("Those checked last")),
            ("name", _("By name, A to Z")),
        ],
    )

    def __init__(self, *args: Any, languages: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("Any")), *((name, name) for name in languages)]  # type: ignore[attr-defined]
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField):
                choices: Any = field.choices
                field.widget = QuickSelect(attrs={"class": "form-select"}, choices=choices)
        self.fields["within"].widget.otherwise = KILOMETRES  # type: ignore[attr-defined]
        for name in ["age", "near"]:
            self.fields[name].widget.attrs["class"] = "form-control"
        self.fields["age"].widget.attrs["inputmode"] = "numeric"
        self.place: Place | None = None

    def clean_near(self) -> str:
        typed = self.cleaned_data["near"].strip()
        if typed:
            self.place = find_place(typed)
            if self.place is None:
                raise forms.ValidationError(
                    _("The directory knows no place of this name. Try a town or a postcode near by.")
                )
        return typed

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("open_time") and not cleaned.get("open_on") and "open_on" not in self.errors:
            self.add_error("open_on", _("Choose the day of this time too."))
        return cleaned

    @property
    def asked(self) -> dict[str, Any]:
        """The values that narrow or order something; age 0 does."""
        self.is_valid()
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if value or (value == 0 and value is not False)
        }

    @property
    def has_slip(self) -> bool:
        """Something in a field that stands folded away cannot be read."""
        return any(name in self.errors for name in FOLDED)

    @property
    def chosen(self) -> list[tuple[str, str, str]]:
        """What narrows the search: each field's name, its label, and what was chosen in words."""
        own = {"q", "sort", "within", "open_time"}
        return [
            (name, str(self.fields[name].label), self._words(name)) for name in self.asked if name not in own
        ]

    def _words(self, name: str) -> str:
        field, value = self.fields[name], self.cleaned_data[name]
        if isinstance(field, forms.BooleanField):
            return ""
        if name == "near":
            return gettext("%(place)s, %(number)s km") % {
                "place": value,
                "number": self.cleaned_data.get("within") or KILOMETRES,
            }
        if name == "open_on" and (at := self.cleaned_data.get("open_time")):
            return f"{dict(Weekday.choices)[value]}, {time_format(at)}"
        choices = dict(_flat(getattr(field, "choices", [])))
        return str(choices.get(value, value))

    def show_counts(self, tally: Mapping[str, int]) -> None:
        """Write behind each choice how many there are, but not where one is chosen: it hides the others."""
        for name in TAGGED:
            if self.data.get(name):
                continue
            self.fields[name].choices = [  # type: ignore[attr-defined]
                self._counted(name, value, label, tally)
                for value, label in self.fields[name].choices  # type: ignore[attr-defined]
            ]

    def _counted(self, name: str, value: Any, label: Any, tally: Mapping[str, int]) -> tuple[Any, Any]:
        if isinstance(label, list | tuple):
            return value, [self._counted(name, code, words, tally) for code, words in label]
        if not value:
            return value, label
        return value, f"{label} ({tally.get(f'{name}:{value.lower()}', 0)})"


def _flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield value, label


FOLDED = [
    "kind",
    "language",
    "access",
    "free",
    "open_now",
    "remote",
    "age",
    "open_on",
    "open_time",
    "checked",
    "sort",
]


class CurateSearchForm(forms.Form):
    q = forms.CharField(label=_("Search"), required=False, max_length=200)
    state = forms.ChoiceField(required=False, choices=[("", _("All")), *Listing.State.choices])
