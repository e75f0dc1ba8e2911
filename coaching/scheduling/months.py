"""Months and weeks on somebody's wall, for calendars on pages."""

from calendar import Calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Month:
    """A month on a wall in one zone."""

    first: date
    zone: ZoneInfo

    @classmethod
    def of(cls, moment: datetime, zone: ZoneInfo) -> "Month":
        return cls(moment.astimezone(zone).date().replace(day=1), zone)

    @classmethod
    def read(cls, text: str, zone: ZoneInfo) -> "Month | None":
        """`2027-06`; None where that is no month, or none that anybody plans in."""
        first = read_day(f"{text}-01")
        return cls(first, zone) if first else None

    @property
    def begin(self) -> datetime:
        return midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        return self.next.begin

    @property
    def next(self) -> "Month":
        return Month((self.first + timedelta(days=31)).replace(day=1), self.zone)

    @property
    def previous(self) -> "Month":
        return Month((self.first - timedelta(days=1)).replace(day=1), self.zone)

    @property
    def weeks(self) -> list[list[date]]:
        """Its weeks from Monday to Sunday, with the days before and after that fill them."""
        return Calendar().monthdatescalendar(self.first.year, self.first.month)

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins on a wall in this zone (UTC)."""
    return datetime.combine(day, datetime.min.time(), zone).astimezone(UTC)


def read_day(text: str) -> date | None:
    """`2027-06-01`; None where that is no day, or none that anybody plans on."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year < 2200 else None
