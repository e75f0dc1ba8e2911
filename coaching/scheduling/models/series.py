"""Sessions that repeat."""

from django.db import models
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from coaching.accounts.records import Record


class Repeat(models.TextChoices):
    """How often the sessions of a series come."""

    WEEKLY = "weekly", _("every week")
    FORTNIGHTLY = "fortnightly", _("every two weeks")
    MONTHLY = "monthly", _("every month, on the same weekday")


class Series(Record):
    """Why several sessions belong together: they were planned at once, by one rule.

    The sessions are rows like all others, each with its own time; the rule
    says how they came about, and is not asked again.
    """

    repeat = models.CharField(max_length=11, choices=Repeat)
    rule = models.CharField(max_length=120, help_text=_("An RRULE as in RFC 5545, without its start."))

    class Meta:
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return _g("A series: %(repeat)s") % {"repeat": self.get_repeat_display()}
