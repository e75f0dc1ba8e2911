"""What is offered, on which terms, and where."""

from typing import TYPE_CHECKING

import pghistory
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community import vocabulary
from community.models.organizations import Organization, Program
from community.querysets import ServiceAtLocationQuerySet, ServiceQuerySet
from community.records import HsdsRecord, WebField, belongs, in_order, one_of

if TYPE_CHECKING:
    from community.models.contacts import Phone
    from community.models.merges import Merge
    from community.models.taxonomies import TaxonomyTerm


class ServiceStatus(models.TextChoices):
    ACTIVE = "active", _("Running")
    INACTIVE = "inactive", _("Not running")
    DEFUNCT = "defunct", _("Ended")
    TEMPORARILY_CLOSED = "temporarily closed", _("Closed for now")


SERVICE_WORDS = [
    "name",
    "alternate_name",
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
"""The columns that say what a service is; of two that become one, a curator chooses."""


@pghistory.track()
class Service(HsdsRecord):
    """One thing an organization offers: help, a group, an activity, or a way to contribute."""

    Status = ServiceStatus

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="services")
    program = models.ForeignKey(
        Program, on_delete=models.SET_NULL, null=True, blank=True, related_name="services"
    )
    name = models.CharField(_("name"), max_length=250)
    alternate_name = models.CharField(_("other name"), max_length=250, blank=True)
    description = models.TextField(_("full description"), blank=True)
    url = WebField(_("web page"), blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    status = models.CharField(
        _("is it running?"), max_length=18, choices=ServiceStatus, default=ServiceStatus.ACTIVE
    )
    interpretation_services = models.TextField(_("interpreters"), blank=True)
    application_process = models.TextField(_("how to begin"), blank=True)
    fees_description = models.TextField(_("what it costs"), blank=True)
    wait_time = models.TextField(_("waiting time"), blank=True)
    fees = models.TextField(blank=True)
    accreditations = models.TextField(blank=True)
    eligibility_description = models.TextField(_("who it is for"), blank=True)
    minimum_age = models.DecimalField(
        _("youngest age"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    maximum_age = models.DecimalField(
        _("oldest age"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    assured_date = models.DateField(null=True, blank=True)
    assurer_email = models.EmailField(blank=True)
    licenses = models.TextField(blank=True)
    alert = models.TextField(_("notice"), blank=True)
    last_modified = models.DateTimeField(null=True, blank=True)
    terms = models.ManyToManyField(
        "community.TaxonomyTerm", through="community.Attribute", related_name="services"
    )

    objects = ServiceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            one_of("status", ServiceStatus, name="service_status_known"),
            in_order("minimum_age", "maximum_age", name="service_ages_in_order"),
        ]
        indexes = [models.Index(Lower("name"), "id", name="service_by_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("community:resource_detail", args=[self.pk])

    @property
    def phone(self) -> "Phone | None":
        """The first of its own phones, to show and to dial, where it comes from `with_number`."""
        said = {name: vars(self).get(name) for name in ["number", "extension"]}
        return self.phones.model(**said) if said["number"] else None

    @property
    def merge_or_none(self) -> "Merge | None":
        """How it became one with another, if it did."""
        return getattr(self, "merged_into", None)

    @property
    def web_addresses(self) -> list[str]:
        """The links its page shows; no query in the queue, or where a page's relations are prefetched."""
        if (named := vars(self).get("named_addresses")) is not None:
            return list(dict.fromkeys(named))
        places = [link.location for link in self.service_at_locations.all()]
        found = [
            self.url or self.organization.website,
            *(url.url for url in self.additional_urls.all()),
            *(place.url for place in places if not place.is_confidential),
        ]
        return list(dict.fromkeys(url for url in found if url))

    @property
    def categories(self) -> list["TaxonomyTerm"]:
        """The terms of Trellis's own vocabulary; no query where `attributes__taxonomy_term` is prefetched."""
        terms = {attribute.taxonomy_term for attribute in self.attributes.all()}
        return sorted(
            (term for term in terms if term.taxonomy_id == vocabulary.TAXONOMY_ID), key=lambda term: term.name
        )


class ServiceAtLocation(HsdsRecord):
    """One service at one place."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="service_at_locations")
    location = models.ForeignKey(
        "community.Location", on_delete=models.CASCADE, related_name="service_at_locations"
    )
    description = models.TextField(blank=True)

    objects = ServiceAtLocationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.service} · {self.location}"


class ServiceArea(HsdsRecord):
    """Where people must live to use a service."""

    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, null=True, blank=True, related_name="service_areas"
    )
    service_at_location = models.ForeignKey(
        ServiceAtLocation, on_delete=models.CASCADE, null=True, blank=True, related_name="service_areas"
    )
    name = models.TextField(blank=True)
    description = models.TextField(blank=True)
    extent = models.TextField(blank=True)
    extent_type = models.CharField(max_length=250, blank=True)
    uri = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [belongs("service", "service_at_location", name="service_area_belongs")]

    def __str__(self) -> str:
        return self.name


class CostOption(HsdsRecord):
    """What one kind of person pays."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="cost_options")
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    option = models.TextField(_("who pays this"), blank=True)
    currency = models.CharField(_("currency, in three letters"), max_length=3, blank=True)
    amount = models.DecimalField(
        _("amount"), max_digits=10, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    amount_description = models.TextField(_("for what"), blank=True)

    class Meta:
        verbose_name = _("price")
        ordering = ["amount", "pk"]
        constraints = [
            in_order("valid_from", "valid_to", name="cost_option_dates_in_order"),
            models.CheckConstraint(
                condition=models.Q(amount__isnull=True) | models.Q(amount__gte=0),
                name="cost_option_amount_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.option or self.amount_description or str(self.amount)


class RequiredDocument(HsdsRecord):
    """What a person must bring."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="required_documents")
    document = models.TextField(_("what to bring"), blank=True)
    uri = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("what to bring")

    def __str__(self) -> str:
        return self.document


class Unit(HsdsRecord):
    """What a capacity is counted in: beds, places, parcels."""

    name = models.CharField(max_length=250)
    scheme = models.CharField(max_length=250, blank=True)
    identifier = models.CharField(max_length=250, blank=True)
    uri = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.name


class ServiceCapacity(HsdsRecord):
    """How much of a service is free."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="capacities")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="capacities")
    available = models.DecimalField(max_digits=10, decimal_places=2)
    maximum = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    description = models.TextField(blank=True)
    updated = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.available} {self.unit}"
