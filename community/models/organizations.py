"""Who offers services."""

import pghistory
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.querysets import OrganizationQuerySet
from community.records import HsdsRecord, WebField, belongs


@pghistory.track()
class Organization(HsdsRecord):
    """Who offers services: a charity, an office, a club, a few neighbours with a name."""

    name = models.CharField(_("name of the organization"), max_length=250)
    alternate_name = models.CharField(_("other name"), max_length=250, blank=True)
    description = models.TextField(_("what the organization does"), blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    website = WebField(_("website"), blank=True)
    tax_status = models.CharField(max_length=250, blank=True)
    tax_id = models.CharField(max_length=250, blank=True)
    year_incorporated = models.PositiveSmallIntegerField(null=True, blank=True)
    legal_status = models.CharField(max_length=250, blank=True)
    logo = WebField(blank=True)
    uri = models.CharField(max_length=500, blank=True)
    parent_organization = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="children"
    )

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page for curators; visitors meet it on its services' pages."""
        return reverse("community:organization_detail", args=[self.pk])


class Program(HsdsRecord):
    """Several services of one organization under one name."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="programs")
    name = models.CharField(max_length=250)
    alternate_name = models.CharField(max_length=250, blank=True)
    description = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


class OrganizationIdentifier(HsdsRecord):
    """A number somebody else keeps the organization under, such as a company register."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="organization_identifiers"
    )
    identifier_scheme = models.CharField(max_length=250, blank=True)
    identifier_type = models.CharField(max_length=250)
    identifier = models.CharField(max_length=250)

    def __str__(self) -> str:
        return f"{self.identifier_type} {self.identifier}"


class Url(HsdsRecord):
    """One more web address of an organization or a service."""

    label = models.CharField(max_length=250, blank=True)
    url = WebField()
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, null=True, blank=True, related_name="additional_websites"
    )
    service = models.ForeignKey(
        "community.Service", on_delete=models.CASCADE, null=True, blank=True, related_name="additional_urls"
    )

    class Meta:
        constraints = [belongs("organization", "service", name="url_belongs")]

    def __str__(self) -> str:
        return self.label or self.url


class Funding(HsdsRecord):
    """Where the money comes from."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, null=True, blank=True, related_name="funding"
    )
    service = models.ForeignKey(
        "community.Service", on_delete=models.CASCADE, null=True, blank=True, related_name="funding"
    )
    source = models.TextField(blank=True)

    class Meta:
        constraints = [belongs("organization", "service", name="funding_belongs")]

    def __str__(self) -> str:
        return self.source
