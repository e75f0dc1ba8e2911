"""Hours of a day as people write them: `9:00 to 12:00, 13:00 to 17:00`."""

import itertools
import re
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from coaching.scheduling.availability import DAY_MINUTES, Span

TIME = r"(\d{1,2})(?:[:.h](\d{2}))? ?(am|pm)?"
SPAN = re.compile(rf"{TIME} ?(?:-|–|—|to|until) ?{TIME}", re.IGNORECASE)  # noqa: RUF001 - dashes as typed
BETWEEN = re.compile(r"[,;]|\band\b|\n", re.IGNORECASE)


class HoursField(forms.CharField):
    """Becomes spans: pairs of minutes since midnight, in order. Nothing typed is an empty list."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "max_length": 400, **options})

    def to_python(self, value: Any) -> list[Span]:  # type: ignore[override]
        typed = super().to_python(value) or ""
        if len(typed) > cast(int, self.max_length):
            raise forms.ValidationError(_("That is too long for the hours of a day."))
        typed = re.sub(r"[^\S\n]+", " ", typed)
        spans = sorted(_span(part.strip()) for part in BETWEEN.split(typed) if part.strip())
        for earlier, later in itertools.pairwise(spans):
            if later[0] < earlier[1]:
                raise forms.ValidationError(_("Two of these hours overlap. Write each part of the day once."))
        return spans

    def prepare_value(self, value: Any) -> str:
        return value if isinstance(value, str) else written(value or [])

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return written(initial or []) != written(self.to_python(data))
        except forms.ValidationError:
            return True

    def validate(self, value: Any) -> None:
        """Anything readable is good."""

    def run_validators(self, value: Any) -> None:
        """Nor is there anything about the text to check."""


def written(spans: list[Span]) -> str:
    """`09:00 to 12:00, 13:00 to 17:00`."""
    return ", ".join(f"{_time(start)} to {_time(end)}" for start, end in spans)


def _time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _span(text: str) -> Span:
    match = SPAN.fullmatch(text)
    if not match:
        raise forms.ValidationError(
            _g("“%(text)s” cannot be read. Write hours like 9:00 to 12:00, 13:00 to 17:00.")
            % {"text": text[:40]}
        )
    start, end = _minutes(*match.group(1, 2, 3)), _minutes(*match.group(4, 5, 6))
    if start is None or end is None or start == DAY_MINUTES:
        raise forms.ValidationError(_g("“%(text)s” holds a time that no clock shows.") % {"text": text[:40]})
    if end <= start:
        raise forms.ValidationError(
            _g("“%(text)s” ends before it begins. For midnight write 24:00.") % {"text": text[:40]}
        )
    return start, end


def _minutes(hours: str, minutes: str | None, half: str | None) -> int | None:
    """Minutes since midnight, or None where no clock shows it."""
    hour, minute = int(hours), int(minutes or 0)
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.lower() == "pm" else 0)
    total = hour * 60 + minute
    return total if minute < 60 and total <= DAY_MINUTES else None
