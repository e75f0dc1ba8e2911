"""How and when people reach a service, and in which languages."""

from datetime import time

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.formats import time_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from community.fields import DIGITS
from community.models.organizations import Organization
from community.models.places import Location
from community.models.services import Service, ServiceAtLocation
from community.records import HsdsRecord, WebField, belongs, in_order, one_of


class Weekday(models.TextChoices):
    MONDAY = "MO", _("Mondays")
    TUESDAY = "TU", _("Tuesdays")
    WEDNESDAY = "WE", _("Wednesdays")
    THURSDAY = "TH", _("Thursdays")
    FRIDAY = "FR", _("Fridays")
    SATURDAY = "SA", _("Saturdays")
    SUNDAY = "SU", _("Sundays")


class Frequency(models.TextChoices):
    WEEKLY = "WEEKLY", _("Every week")
    MONTHLY = "MONTHLY", _("Every month")


class Contact(HsdsRecord):
    """A person or an office to ask for."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, null=True, blank=True, related_name="contacts"
    )
    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, null=True, blank=True, related_name="contacts"
    )
    service_at_location = models.ForeignKey(
        ServiceAtLocation, on_delete=models.CASCADE, null=True, blank=True, related_name="contacts"
    )
    location = models.ForeignKey(
        Location, on_delete=models.CASCADE, null=True, blank=True, related_name="contacts"
    )
    name = models.CharField(_("who to ask for"), max_length=250, blank=True)
    title = models.CharField(_("what they do"), max_length=250, blank=True)
    department = models.CharField(_("office or team"), max_length=250, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)

    class Meta:
        constraints = [
            belongs("organization", "service", "service_at_location", "location", name="contact_belongs")
        ]

    def __str__(self) -> str:
        return ", ".join(part for part in [self.name, self.title, self.department] if part) or self.email


class Phone(HsdsRecord):
    """A number to ring."""

    location = models.ForeignKey(
        Location, on_delete=models.CASCADE, null=True, blank=True, related_name="phones"
    )
    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, null=True, blank=True, related_name="phones"
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, null=True, blank=True, related_name="phones"
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, null=True, blank=True, related_name="phones"
    )
    service_at_location = models.ForeignKey(
        ServiceAtLocation, on_delete=models.CASCADE, null=True, blank=True, related_name="phones"
    )
    number = models.CharField(_("phone number"), max_length=100)
    extension = models.PositiveIntegerField(_("extension"), null=True, blank=True)
    type = models.CharField(max_length=50, blank=True)
    description = models.TextField(_("when or for what to ring it"), blank=True)

    class Meta:
        verbose_name = _("phone number")
        constraints = [
            belongs(
                "location", "service", "organization", "contact", "service_at_location", name="phone_belongs"
            )
        ]
        indexes = [models.Index(DIGITS, name="phone_digits")]

    def __str__(self) -> str:
        return self.number.strip("\"' ")

    @property
    def dial(self) -> str:
        """The number as a `tel:` link takes it (RFC 3966): digits, a leading plus, and the extension."""
        plus = "+" if str(self).startswith("+") else ""
        digits = plus + "".join(letter for letter in self.number if letter in "0123456789*#")
        return f"{digits};ext={self.extension}" if self.extension else digits


class Schedule(HsdsRecord):
    """When a service or place is open, or when a group meets; an event in the terms of RFC 5545.

    Times are wall times where the service is. A closing time before the
    opening time means the next morning.
    """

    Frequency = Frequency
    Weekday = Weekday

    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, null=True, blank=True, related_name="schedules"
    )
    location = models.ForeignKey(
        Location, on_delete=models.CASCADE, null=True, blank=True, related_name="schedules"
    )
    service_at_location = models.ForeignKey(
        ServiceAtLocation, on_delete=models.CASCADE, null=True, blank=True, related_name="schedules"
    )
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    dtstart = models.DateField(_("first day"), null=True, blank=True)
    timezone = models.DecimalField(
        max_digits=4, decimal_places=2, null=True, blank=True, help_text="Hours ahead of UTC, as HSDS has it."
    )
    until = models.DateField(_("last day"), null=True, blank=True)
    count = models.PositiveIntegerField(null=True, blank=True)
    wkst = models.CharField(max_length=2, choices=Weekday, blank=True)
    freq = models.CharField(_("how often"), max_length=7, choices=Frequency, blank=True)
    interval = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    byday = models.CharField(_("days"), max_length=250, blank=True)
    byweekno = models.CharField(max_length=250, blank=True)
    bymonthday = models.CharField(max_length=250, blank=True)
    byyearday = models.CharField(max_length=250, blank=True)
    description = models.TextField(_("in words, if days and hours do not say it all"), blank=True)
    opens_at = models.TimeField(_("from"), null=True, blank=True)
    closes_at = models.TimeField(_("to"), null=True, blank=True)
    schedule_link = WebField(blank=True)
    attending_type = models.TextField(blank=True)
    notes = models.TextField(blank=True)

    class Meta:
        verbose_name = _("days and hours")
        constraints = [
            belongs("service", "location", "service_at_location", name="schedule_belongs"),
            one_of("freq", Frequency, name="schedule_freq_known", is_optional=True),
            one_of("wkst", Weekday, name="schedule_wkst_known", is_optional=True),
            in_order("valid_from", "valid_to", name="schedule_dates_in_order"),
            in_order("dtstart", "until", name="schedule_ends_after_start"),
        ]

    def __str__(self) -> str:
        """Days and hours in words: `Mondays and Fridays, 10:00 to 12:00`."""
        rhythm = {1: "", 2: _now("every second week")}.get(self.interval or 1, "")
        if self.freq == self.Frequency.MONTHLY:
            rhythm = _now("once a month")
        hours = " ".join(
            [
                *([_now("from %s") % time_format(self.opens_at)] if self.opens_at else []),
                *([_now("to %s") % time_format(self.closes_at)] if self.closes_at else []),
            ]
        )
        if self.opens_at == self.closes_at == time():
            hours = _now("at any hour")
        return ", ".join(part for part in [self.days, rhythm, hours] if part) or self.description

    @property
    def days(self) -> str:
        """The days of the week in words; the ordinals of a month (`2TU`) are left to the description."""
        codes = [part.strip()[-2:].upper() for part in self.byday.split(",")]
        if {*codes} == {*Weekday.values}:
            return _now("Every day")
        return get_text_list([str(day.label) for day in Weekday if day.value in codes], _now("and"))


class Language(HsdsRecord):
    """A language people can speak there."""

    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, null=True, blank=True, related_name="languages"
    )
    location = models.ForeignKey(
        Location, on_delete=models.CASCADE, null=True, blank=True, related_name="languages"
    )
    phone = models.ForeignKey(
        Phone, on_delete=models.CASCADE, null=True, blank=True, related_name="languages"
    )
    name = models.CharField(_("language"), max_length=250, blank=True)
    code = models.CharField(max_length=35, blank=True)
    note = models.TextField(_("when or how"), blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [belongs("service", "location", "phone", name="language_belongs")]

    def __str__(self) -> str:
        return self.name or self.code
