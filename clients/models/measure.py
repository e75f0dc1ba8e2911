"""A client's own figures: what they count or measure, in their words and their unit."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clients.models.client import Client
from clients.querysets import AskedAboutQuerySet, MeasureEntryQuerySet
from coaching.accounts.encryption import EncryptedTextField
from coaching.accounts.records import PrivateRecord, Record


class Measure(PrivateRecord):
    """One thing the client keeps count of, such as hours of sleep. Put away, it keeps its past."""

    class Wish(models.TextChoices):
        MORE = "more", _("More of it would be good")
        LESS = "less", _("Less of it would be good")
        LOOK = "look", _("I only want to see it")

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="measures")
    name = EncryptedTextField(_("what you count"), max_length=60)
    unit = EncryptedTextField(_("unit"), max_length=30, blank=True)
    wish = models.CharField(_("which way"), max_length=4, choices=Wish, default=Wish.LOOK)
    target = models.DecimalField(_("target"), max_digits=9, decimal_places=2, null=True, blank=True)
    put_away_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AskedAboutQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(wish__in=["more", "less", "look"]), name="measure_wish_is_known"
            )
        ]

    def __str__(self) -> str:
        return self.name


class MeasureEntry(Record):
    """The figure of one day."""

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="entries")
    on = models.DateField(_("day"))
    figure = models.DecimalField(_("figure"), max_digits=9, decimal_places=2)

    objects = MeasureEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-pk"]
        verbose_name_plural = "figures"
        constraints = [models.UniqueConstraint(fields=["measure", "on"], name="measure_entry_once_a_day")]

    def __str__(self) -> str:
        return f"{self.figure:f}"
