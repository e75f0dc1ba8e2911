"""What every object of the directory has, and the kinds of column HSDS knows."""

from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q

from coaching.accounts.records import Record


class HsdsRecord(Record):
    """An object of HSDS. Its id is the source's own where that is a UUID."""

    source_id = models.CharField(
        max_length=200, blank=True, editable=False, help_text="The source's id, where that is not a UUID."
    )

    class Meta:
        abstract = True


class WebField(models.CharField):
    """A web address that may be shown as a link: http or https only, so that no link runs a script."""

    default_validators = [URLValidator(schemes=["http", "https"])]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 500, **kwargs})

    def formfield(self, *args: Any, **kwargs: Any) -> Any:
        return super().formfield(*args, **{"form_class": forms.URLField, "assume_scheme": "https", **kwargs})


def in_order(start: str, end: str, *, name: str) -> models.CheckConstraint:
    """Where both are known, the end is not before the start."""
    return models.CheckConstraint(
        condition=Q(**{f"{end}__gte": models.F(start)})
        | Q(**{f"{start}__isnull": True})
        | Q(**{f"{end}__isnull": True}),
        name=name,
    )


def one_of(
    field: str, choices: type[models.TextChoices], *, name: str, is_optional: bool = False
) -> models.CheckConstraint:
    """HSDS gives the only words this column may hold."""
    values = [*choices.values, *([""] if is_optional else [])]
    return models.CheckConstraint(condition=Q(**{f"{field}__in": values}), name=name)


def belongs(*parents: str, name: str) -> models.CheckConstraint:
    """It belongs to at least one of these."""
    return models.CheckConstraint(
        condition=reduce(or_, (Q(**{f"{parent}__isnull": False}) for parent in parents)), name=name
    )


def belongs_to_one(*parents: str, name: str) -> models.CheckConstraint:
    """It belongs to exactly one of these."""
    ways = (Q(**{f"{other}__isnull": other != parent for other in parents}) for parent in parents)
    return models.CheckConstraint(condition=reduce(or_, ways), name=name)
