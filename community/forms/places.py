"""Where a service is."""

from typing import Any

from crispy_forms.layout import HTML, Fieldset
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from coaching.accounts.querysets import Person
from coaching.accounts.seen import SeenForm
from community.forms.layout import as_lines, laid_out
from community.models import Address, Location
from community.places import Place, place_in

PLACE_COLUMNS = ["location_type", "name", "is_confidential", "description", "transportation"]
ADDRESS_COLUMNS = ["address_1", "address_2", "city", "state_province", "postal_code", "country"]


class PlaceForm(SeenForm, forms.Form):
    """One place of a service and its address, which HSDS wants whole or not at all.

    Of a secret one nothing is filled in, and what is left empty is kept. To
    take the secrecy off, the address is typed anew: what was kept secret is
    shown to nobody. Where an address changes and the point on the map does
    not, it asks whether that is still right.
    """

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
    position = forms.CharField(
        label=_("Point on the map"),
        required=False,
        max_length=60,
        help_text=_(
            "Latitude and longitude, such as 52.0406, -0.7594: on most maps a right click or a long press "
            "shows them. Without it “near” does not find this place."
        ),
    )
    is_still_there = forms.BooleanField(label=_("The point on the map is still right"), required=False)
    description = Location._meta.get_field("description").formfield()
    transportation = Location._meta.get_field("transportation").formfield()
    accessibility = forms.CharField(
        label=_("Access"),
        required=False,
        widget=forms.Textarea,
        help_text=_("Steps, lift, door width, toilet, hearing loop, quiet room."),
    )

    def __init__(self, *args: Any, user: Person, location: Location | None = None, **kwargs: Any) -> None:
        if location is None:
            self.usual_country = Address.objects.editable_by(user).usual_country()
        kwargs["initial"] = self._said_of(location) if location else {"country": self.usual_country}
        super().__init__(*args, **kwargs)
        self.user = user
        self.location = location
        as_lines(self)
        self.fields["name"].required = False
        keeps = _(
            "The stored address is kept secret and not shown here, and so are the name and the way there. "
            "Leave them empty to keep them. If you take the tick away, type them anew: "
            "what was kept secret is deleted."
        )
        whole = _("Leave all of it empty, or fill in all but the second line.")
        hint = [HTML(f"<p>{each}</p>") for each in [whole, keeps] if each is whole or self._is_secret]
        self.helper = laid_out(
            Fieldset(_("The place"), "location_type", "name", "is_confidential"),
            Fieldset(_("Address"), *hint, *ADDRESS_COLUMNS, "position", *self._asks_whether_still_there()),
            Fieldset(_("Getting there and in"), "description", "transportation", "accessibility"),
        )
        if location:
            self.watch()

    def _asks_whether_still_there(self) -> list[str]:
        """The field that asks it, where there is something to ask."""
        moved = self.is_bound and self.initial.get("position") and "position" not in self.changed_data
        if moved and set(self.changed_data) & set(ADDRESS_COLUMNS):
            return ["is_still_there"]
        del self.fields["is_still_there"]
        return []

    @property
    def _is_secret(self) -> bool:
        return self.location is not None and self.location.is_confidential

    @property
    def _stays_secret(self) -> bool:
        return self._is_secret and self.cleaned_data["is_confidential"]

    @property
    def who(self) -> str:
        """Who sees what is typed here."""
        if self._is_secret:
            return gettext(
                "Nobody, while the address is kept secret. "
                "Without that tick: curators now, and everybody once it is published."
            )
        return gettext(
            "Curators now, and everybody once it is published. Nobody, if you keep the address secret."
        )

    @property
    def place(self) -> dict[str, Any]:
        place = {name: self.cleaned_data[name] for name in PLACE_COLUMNS}
        if "position" in self.changed_data:
            at: Place | None = self.cleaned_data["position"]
            place |= {"latitude": at and at.latitude, "longitude": at and at.longitude}
        if not self._stays_secret:
            return place
        return {name: value for name, value in place.items() if value not in ("", None)}

    @property
    def address(self) -> dict[str, Any] | None:
        """The address as typed, None where nothing was."""
        typed = {name: self.cleaned_data.get(name, "") for name in ADDRESS_COLUMNS}
        offered = {name for name in ["country"] if typed[name] == self.usual_country}
        return typed if any(typed[name] for name in typed.keys() - offered) else None

    @property
    def access(self) -> str | None:
        """What was typed of access, None to keep what is stored."""
        typed: str = self.cleaned_data["accessibility"]
        return None if self._stays_secret and not typed else typed

    def clean_position(self) -> Place | None:
        typed = self.cleaned_data["position"]
        at = place_in(typed)
        if typed and at is None:
            raise forms.ValidationError(
                _("Write two numbers: first the latitude (-90 to 90), then the longitude (-180 to 180).")
            )
        return at

    def say_what_is_there(self) -> None:
        """Of a place that has become secret meanwhile nothing is said, and it stays so unless asked for."""
        if not self._is_secret:
            super().say_what_is_there()
            return
        self.type_in("is_confidential", "on")
        self.add_error(
            "is_confidential",
            _("Somebody else has made it secret since you opened this. What you typed stays secret, too."),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.is_stale:
            return cleaned
        if self.address:
            for name in set(ADDRESS_COLUMNS) - {"address_2"}:
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("An address needs this too."))
        if "is_still_there" in self.fields and not cleaned.get("is_still_there"):
            self.add_error(
                "position",
                _("The address is another one now. Write the point, take it out, or tick that it is right."),
            )
        if self._is_secret and not cleaned.get("is_confidential") and not self.address:
            self.add_error(
                "address_1",
                _("Type the address anew. What was kept secret is not shown, and is deleted when you save."),
            )
        says_something = self.address or cleaned.get("name") or cleaned.get("description")
        if not says_something and not cleaned.get("is_confidential") and not self.errors:
            self.add_error("name", _("Say where it is: a name, an address, or how to find it."))
        return cleaned

    @staticmethod
    def _said_of(location: Location) -> dict[str, Any]:
        if location.is_confidential:
            return {"location_type": location.location_type, "is_confidential": True}
        address = location.addresses.public().main_first().first()
        access = location.accessibility.order_by("created_at", "pk").first()
        at = None if None in (location.latitude, location.longitude) else location
        return {
            "position": f"{at.latitude:.6f}, {at.longitude:.6f}" if at else "",
            **{name: getattr(location, name) for name in PLACE_COLUMNS},
            **{name: getattr(address, name) for name in ADDRESS_COLUMNS if address},
            "accessibility": access.description if access else "",
        }
