"""What Django has no word for: a time on the wall, hours of a day, and a span of time."""

from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models


class WallTimeField(models.Field):
    """A date and time as a clock on the wall shows it, without a zone (`timestamp` in PostgreSQL)."""

    description = "A time on the wall"

    def db_type(self, connection: Any) -> str:
        return "timestamp"

    def get_prep_value(self, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is not None:
            raise ValueError("A wall time has no zone of its own.")
        return value


class SpansField(ArrayField):
    """Hours of a day on the wall, as pairs of minutes since midnight: `[[540, 720], [780, 1020]]`."""

    def __init__(self, **options: Any) -> None:
        options.update(base_field=ArrayField(models.PositiveSmallIntegerField(), size=2), default=list)
        super().__init__(**options)


class Span(models.Func):
    """The time from start to end, the end not included, as PostgreSQL's range."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class MinutesBefore(models.Func):
    """A moment, so many minutes earlier.

    PostgreSQL takes `timestamptz - interval` to depend on the zone of the
    connection and refuses it in an index; by way of UTC it does not.
    """

    arg_joiner = " AT TIME ZONE 'UTC' - MAKE_INTERVAL(mins => "
    template = "((%(expressions)s)) AT TIME ZONE 'UTC')"
    output_field = models.DateTimeField()


class MinutesAfter(MinutesBefore):
    """A moment, so many minutes later."""

    arg_joiner = " AT TIME ZONE 'UTC' + MAKE_INTERVAL(mins => "
