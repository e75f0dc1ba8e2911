"""The kinds of session a coach holds, so that length and place need not be typed each time."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from coaching.accounts.models import Coach
from coaching.accounts.records import Record
from coaching.scheduling.querysets import SessionTypeQuerySet

LONGEST = 480
LONGEST_BUFFER = 240
"""In minutes."""
MOST_SEATS = 100


class Place(models.TextChoices):
    IN_PERSON = "in_person", _("In person")
    PHONE = "phone", _("By phone")
    VIDEO = "video", _("By video")


class SessionType(Record):
    """A kind of session: how long, where, and how much time the coach keeps free before and after.

    A session copies what it needs when it is planned, so that a change here
    leaves the sessions that are planned as they are.
    """

    coach = models.ForeignKey(Coach, on_delete=models.CASCADE, related_name="session_types")
    name = models.CharField(_("name"), max_length=80)
    minutes = models.PositiveSmallIntegerField(
        _("length in minutes"), default=50, validators=[MinValueValidator(5), MaxValueValidator(LONGEST)]
    )
    place = models.CharField(_("where"), max_length=9, choices=Place, default=Place.VIDEO)
    place_detail = models.CharField(_("address, number or link"), max_length=300, blank=True)
    buffer_before = models.PositiveSmallIntegerField(
        _("minutes kept free before"), default=0, validators=[MaxValueValidator(LONGEST_BUFFER)]
    )
    buffer_after = models.PositiveSmallIntegerField(
        _("minutes kept free after"), default=0, validators=[MaxValueValidator(LONGEST_BUFFER)]
    )
    seats = models.PositiveSmallIntegerField(
        _("people at most"), default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_SEATS)]
    )
    is_bookable = models.BooleanField(_("clients may book it themselves"), default=True)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = SessionTypeQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "coach",
                Lower("name"),
                name="session_type_name_unique_per_coach",
            ),
            models.CheckConstraint(
                condition=Q(minutes__gte=5, minutes__lte=LONGEST), name="session_type_has_a_length"
            ),
            models.CheckConstraint(
                condition=Q(buffer_before__lte=LONGEST_BUFFER, buffer_after__lte=LONGEST_BUFFER),
                name="session_type_buffers_are_short",
            ),
            models.CheckConstraint(
                condition=Q(seats__gte=1, seats__lte=MOST_SEATS), name="session_type_has_seats"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_for_groups(self) -> bool:
        return self.seats > 1

    def get_absolute_url(self) -> str:
        return reverse("scheduling:type_edit", args=[self.pk])
