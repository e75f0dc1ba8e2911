"""Where somebody looks, and how far it is from there: over the ground, by the earth's mean radius."""

from dataclasses import dataclass
from math import asin, cos, radians, sin
from re import fullmatch

from django.db.models import BooleanField, F, FloatField, Func, Value
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from community.fields import PositionField

EARTH_METRES = 6_371_008.8
"""The mean radius of the earth (IUGG)."""


@dataclass(frozen=True)
class Place:
    """A point on the earth, in degrees."""

    latitude: float
    longitude: float

    @property
    def position(self) -> Func:
        north, east = radians(self.latitude), radians(self.longitude)
        at = [cos(north) * cos(east), cos(north) * sin(east), sin(north)]
        numbers = [Value(number, output_field=FloatField()) for number in at]
        return Func(*numbers, template="cube(ARRAY[%(expressions)s])", output_field=PositionField())

    def away(self, position: str) -> Func:
        """The straight way from here to the column `position`, in radii of the earth."""
        return Way(F(position), self.position)

    def around(self, metres: int) -> Func:
        """A box that holds everything so near."""
        return Func(
            self.position,
            Value(chord(metres)),
            Value(3),
            function="cube_enlarge",
            output_field=PositionField(),
        )


def place_in(text: str) -> Place | None:
    """The point that these two numbers name, latitude first, in degrees; None where they name none."""
    text = text.strip(" ()").replace("\N{MINUS SIGN}", "-").replace("°", "").replace("+", "")
    number = r"(-?\d{1,3}(?:\.\d{1,30})?)"
    degrees = fullmatch(rf"{number}\s*[,;/ ]\s*{number}", text)
    if degrees is None or fullmatch(r"-?\d+,-?\d+", text):  # "52,04" is one number as many write it
        return None
    latitude, longitude = float(degrees[1]), float(degrees[2])
    return Place(latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def chord(metres: float) -> float:
    """So many metres over the ground as the straight way through the earth, in its radii."""
    return 2 * sin(metres / EARTH_METRES / 2)


def metres(away: float) -> float:
    """A straight way in radii of the earth as metres over the ground."""
    return 2 * EARTH_METRES * asin(min(away / 2, 1))


class Way(Func):
    """The straight way between two positions; an index knows those with the shortest."""

    arg_joiner = " <-> "
    template = "(%(expressions)s)"
    output_field = FloatField()


class Within(Func):
    """A position lies in a box; an index answers it.

    Of "overlaps" PostgreSQL expects five times as many as of "lies in", which
    is nearer the truth: only so does it walk the index from the nearest on
    instead of fetching and ordering all that are near.
    """

    arg_joiner = " && "
    template = "(%(expressions)s)"
    output_field = BooleanField()


def how_far(over_ground: float) -> str:
    """So many metres in words that do not pretend to know the way: `400 m`, `2.5 km`, `31 km`."""
    if over_ground < 950:
        return _("%(number)s m") % {"number": max(round(over_ground / 50) * 50, 50)}
    digits = 1 if over_ground < 9_950 else 0
    return _("%(number)s km") % {"number": number_format(round(over_ground / 1000, digits), digits)}
