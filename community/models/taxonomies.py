"""Words that sort services, and the links between them."""

from typing import Any

from django.db import models
from django.db.models import Q

from community.models.organizations import Organization
from community.models.places import Location
from community.models.services import Service, ServiceAtLocation
from community.querysets import TaxonomyTermQuerySet
from community.records import HsdsRecord, belongs_to_one


class Taxonomy(HsdsRecord):
    """A set of words that sort services."""

    name = models.CharField(max_length=250)
    description = models.TextField()
    uri = models.CharField(max_length=500, blank=True)
    version = models.CharField(max_length=50, blank=True)

    class Meta:
        verbose_name_plural = "taxonomies"

    def __str__(self) -> str:
        return self.name


class TaxonomyTerm(HsdsRecord):
    """One of those words. The terms of Trellis's own taxonomy are the categories of the directory."""

    code = models.CharField(max_length=250, blank=True)
    name = models.CharField(max_length=250)
    description = models.TextField()
    parent = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="children"
    )
    taxonomy_name = models.CharField(
        max_length=250,
        blank=True,
        help_text="HSDS calls this text `taxonomy`, beside the `taxonomy_id` it also has.",
    )
    language = models.CharField(max_length=35, blank=True)
    taxonomy = models.ForeignKey(
        Taxonomy, on_delete=models.CASCADE, null=True, blank=True, related_name="terms"
    )
    term_uri = models.CharField(max_length=500, blank=True)

    objects = TaxonomyTermQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["taxonomy", "code"], condition=~Q(code=""), name="taxonomy_term_code_unique"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Attribute(HsdsRecord):
    """Says that a term applies to a service, an organization, a place, or a service at a place.

    HSDS links by `link_entity` and `link_id`. Here each kind has its own
    foreign key, so that the database itself refuses a link to nothing.
    """

    LINKS = {
        "service": Service,
        "organization": Organization,
        "location": Location,
        "service_at_location": ServiceAtLocation,
    }

    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, null=True, blank=True, related_name="attributes"
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, null=True, blank=True, related_name="attributes"
    )
    location = models.ForeignKey(
        Location, on_delete=models.CASCADE, null=True, blank=True, related_name="attributes"
    )
    service_at_location = models.ForeignKey(
        ServiceAtLocation, on_delete=models.CASCADE, null=True, blank=True, related_name="attributes"
    )
    taxonomy_term = models.ForeignKey(TaxonomyTerm, on_delete=models.PROTECT, related_name="attributes")
    link_type = models.CharField(max_length=250, blank=True)
    value = models.TextField(blank=True)
    label = models.CharField(max_length=250, blank=True)

    class Meta:
        constraints = [
            belongs_to_one(
                "service", "organization", "location", "service_at_location", name="attribute_links_one"
            )
        ]

    def __str__(self) -> str:
        return f"{self.link_entity} · {self.taxonomy_term}"

    @property
    def link_entity(self) -> str:
        """What it says something about, in HSDS's words."""
        return next(name for name in self.LINKS if getattr(self, f"{name}_id"))

    @property
    def link_id(self) -> Any:
        return getattr(self, f"{self.link_entity}_id")
