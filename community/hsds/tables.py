"""Which file of a data package holds which object, and what HSDS 3.1 asks of its columns."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models

from community.models import (
    Accessibility,
    Address,
    Attribute,
    Contact,
    CostOption,
    Funding,
    Language,
    Location,
    Metadata,
    Organization,
    OrganizationIdentifier,
    Phone,
    Program,
    RequiredDocument,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceCapacity,
    Taxonomy,
    TaxonomyTerm,
    Unit,
    Url,
)

OUR_OWN = {"id", "created_at", "source_id", "is_confidential"}
"""Columns that no source fills."""
RENAMED = {(TaxonomyTerm, "taxonomy"): "taxonomy_name"}
"""Where HSDS's name of a column is taken by a relation here."""


@dataclass(frozen=True)
class Table:
    """One object of HSDS as a CSV file."""

    name: str
    model: type[models.Model]
    needed: tuple[str, ...] = ()
    """Columns without which a row means nothing."""
    owners: tuple[str, ...] = ()
    """References of which at least one must hold."""
    ordered: tuple[tuple[str, str], ...] = ()
    """Pairs of columns of which the second is not before the first."""
    plural: str = ""
    path: str = ""
    """The name the data package gives the file, where that is not the plural."""
    has_description: bool = False
    """HSDS wants a description; where we have none, the name stands for it."""

    @property
    def file(self) -> str:
        """The name the data package gives the file."""
        return self.path or f"{self.plural or self.name + 's'}.csv"

    @property
    def required_texts(self) -> set[str]:
        """What HSDS's JSON must say even where it is empty."""
        texts = {"description"} if self.has_description else set()
        return texts | ({"previous_value", "replacement_value"} if self.model is Metadata else set())

    @property
    def file_names(self) -> set[str]:
        """The names the data package and its examples give the file."""
        return {f"{self.name}.csv", f"{self.plural or self.name + 's'}.csv"}

    @cached_property
    def columns(self) -> "dict[str, models.Field[Any, Any]]":
        """HSDS's columns and the fields that hold them."""
        names = {field: column for (model, column), field in RENAMED.items() if model is self.model}
        return {
            names.get(field.name, field.attname): field
            for field in self.model._meta.concrete_fields
            if field.name not in OUR_OWN
        }

    @cached_property
    def all_columns(self) -> set[str]:
        """What the header of the file may name."""
        return set(self.written)

    @cached_property
    def written(self) -> list[str]:
        """The columns of the file as it is written, the id first."""
        if self.model is not Attribute:
            return ["id", *self.columns]
        return ["id", "link_id", "taxonomy_term_id", "link_type", "link_entity", "value", "label"]

    @cached_property
    def references(self) -> dict[str, type[models.Model]]:
        return {
            column: field.related_model
            for column, field in self.columns.items()
            if isinstance(field, models.ForeignKey) and isinstance(field.related_model, type)
        }


TABLES = [
    Table("taxonomy", Taxonomy, ("name",), plural="taxonomies", has_description=True),
    Table("taxonomy_term", TaxonomyTerm, ("name",), has_description=True),
    Table("unit", Unit, ("name",)),
    Table("organization", Organization, ("name",), has_description=True),
    Table("program", Program, ("organization_id", "name"), has_description=True),
    Table(
        "service",
        Service,
        ("organization_id", "name", "status"),
        ordered=(("minimum_age", "maximum_age"),),
    ),
    Table("location", Location, ("location_type",)),
    Table(
        "service_at_location",
        ServiceAtLocation,
        ("service_id", "location_id"),
        plural="services_at_location",
        path="service_at_location.csv",
    ),
    Table(
        "address",
        Address,
        ("location_id", "address_1", "city", "state_province", "postal_code", "country", "address_type"),
        plural="addresses",
    ),
    Table(
        "contact",
        Contact,
        owners=("organization_id", "service_id", "service_at_location_id", "location_id"),
    ),
    Table(
        "phone",
        Phone,
        ("number",),
        owners=("location_id", "service_id", "organization_id", "contact_id", "service_at_location_id"),
    ),
    Table(
        "schedule",
        Schedule,
        owners=("service_id", "location_id", "service_at_location_id"),
        ordered=(("valid_from", "valid_to"), ("dtstart", "until")),
    ),
    Table("language", Language, owners=("service_id", "location_id", "phone_id")),
    Table(
        "accessibility",
        Accessibility,
        ("location_id",),
        plural="accessibilities",
        path="accessibility.csv",
    ),
    Table("service_area", ServiceArea, owners=("service_id", "service_at_location_id")),
    Table("cost_option", CostOption, ("service_id",), ordered=(("valid_from", "valid_to"),)),
    Table("required_document", RequiredDocument, ("service_id",)),
    Table(
        "funding",
        Funding,
        owners=("organization_id", "service_id"),
        plural="fundings",
        path="funding.csv",
    ),
    Table(
        "organization_identifier",
        OrganizationIdentifier,
        ("organization_id", "identifier_type", "identifier"),
    ),
    Table("url", Url, ("url",), owners=("organization_id", "service_id"), path="url.csv"),
    Table(
        "service_capacity",
        ServiceCapacity,
        ("service_id", "unit_id", "available", "updated"),
        plural="service_capacities",
        path="service_capacity.csv",
    ),
    Table("attribute", Attribute, ("link_id", "taxonomy_term_id", "link_entity")),
    Table(
        "metadata",
        Metadata,
        (
            "resource_id",
            "resource_type",
            "last_action_date",
            "last_action_type",
            "field_name",
            "updated_by",
        ),
        path="metadata.csv",
    ),
]
"""In the order in which they are written: each only after those it speaks of."""

BY_MODEL = {table.model: table for table in TABLES}
BY_NAME = {table.name: table for table in TABLES}
BY_FILE = {name: table for table in TABLES for name in table.file_names}
