"""Where services are."""

from django.contrib.postgres.indexes import OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Replace, Upper
from django.utils.translation import gettext_lazy as _

from community.models.organizations import Organization
from community.querysets import AddressQuerySet, LocationQuerySet
from community.records import HsdsRecord, WebField, one_of


class LocationType(models.TextChoices):
    PHYSICAL = "physical", _("A place people go to")
    POSTAL = "postal", _("A postal address only")
    VIRTUAL = "virtual", _("Online or by phone")


class Location(HsdsRecord):
    """A place. A confidential one (a shelter) is never described or located on any page."""

    Type = LocationType

    location_type = models.CharField(
        _("kind of place"), max_length=8, choices=LocationType, default=LocationType.PHYSICAL
    )
    url = WebField(_("web address"), blank=True)
    organization = models.ForeignKey(
        Organization, on_delete=models.SET_NULL, null=True, blank=True, related_name="locations"
    )
    name = models.CharField(_("name of the place"), max_length=250, blank=True)
    alternate_name = models.CharField(max_length=250, blank=True)
    description = models.TextField(_("how to find it"), blank=True)
    transportation = models.TextField(_("how to get there"), blank=True)
    latitude = models.FloatField(
        null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    longitude = models.FloatField(
        null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    external_identifier = models.CharField(max_length=250, blank=True)
    external_identifier_type = models.CharField(max_length=250, blank=True)
    is_confidential = models.BooleanField(
        _("keep the address secret"),
        default=False,
        help_text=_("For a shelter or another safe place. No page, file or map will ever show where it is."),
    )

    objects = LocationQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            one_of("location_type", LocationType, name="location_type_known"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True) | Q(latitude__range=(-90, 90)),
                name="location_latitude_in_range",
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True) | Q(longitude__range=(-180, 180)),
                name="location_longitude_in_range",
            ),
        ]

    def __str__(self) -> str:
        if self.is_confidential:
            return str(_("A safe place whose address is kept secret"))
        return self.name or str(self.get_location_type_display())


class Address(HsdsRecord):
    """Where to go or write to."""

    Type = LocationType

    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="addresses")
    attention = models.CharField(max_length=250, blank=True)
    address_1 = models.CharField(_("street and number"), max_length=250)
    address_2 = models.CharField(_("second line"), max_length=250, blank=True)
    city = models.CharField(_("town"), max_length=250)
    region = models.CharField(max_length=250, blank=True)
    state_province = models.CharField(_("county or state"), max_length=250)
    postal_code = models.CharField(_("postcode"), max_length=50)
    country = models.CharField(_("country, in two letters"), max_length=100)
    address_type = models.CharField(max_length=8, choices=LocationType, default=LocationType.PHYSICAL)

    objects = AddressQuerySet.as_manager()

    class Meta:
        constraints = [one_of("address_type", LocationType, name="address_type_known")]
        indexes = [
            models.Index(Upper("city"), name="address_by_town"),
            models.Index(
                OpClass(Upper(Replace("postal_code", Value(" "), Value(""))), name="text_pattern_ops"),
                name="address_by_postcode",
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(
            part for part in [self.address_1, self.address_2, self.city, self.postal_code] if part
        )


class Accessibility(HsdsRecord):
    """What makes a place easier, or harder, to use."""

    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="accessibility")
    description = models.TextField(_("access"), blank=True)
    details = models.TextField(_("more about access"), blank=True)
    url = WebField(blank=True)

    class Meta:
        verbose_name_plural = "accessibility"

    def __str__(self) -> str:
        return self.description
