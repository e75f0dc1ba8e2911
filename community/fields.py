"""Columns that Django has no field for, written and asked by SQL alone; and the digits of a phone number."""

from typing import Any

from django.db import models
from django.db.models import Func, Value
from django.db.models.functions import Right

LAST_DIGITS = 9
DIGITS = Right(Func("number", Value(r"\D"), Value(""), Value("g"), function="regexp_replace"), LAST_DIGITS)
"""What tells two phone numbers apart, however they are written and with which country's code."""


class WeekHoursField(models.Field):
    """The minutes of a week in which a place is open, Monday 0:00 being 0, as ranges.

    A night from Sunday to Monday goes on beyond the week's 10,080 minutes.
    """

    def db_type(self, connection: Any) -> str:
        return "int4multirange"


class PositionField(models.Field):
    """A point on the earth as a vector of length 1 from its middle, or a box that holds several.

    The straight way between two of them, through the earth, orders them as
    the way over the ground does, and an index knows it.
    """

    def db_type(self, connection: Any) -> str:
        return "cube"
