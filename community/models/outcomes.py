"""What became of a listing for those who tried it, in numbers alone."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import ngettext

from coaching.accounts.records import Record
from community.models.services import Service

FEWEST = 3
"""Of fewer people nothing is written down: a small number would tell of one of them."""


class Outcome(Record):
    """For how many people a listing fitted, and for how many not. It knows of nobody, and of no day."""

    service = models.OneToOneField(Service, on_delete=models.CASCADE, related_name="outcome")
    fits = models.PositiveIntegerField()
    no_fit = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(fits__gte=FEWEST - F("no_fit")), name="outcome_is_of_several_people"
            )
        ]

    def __str__(self) -> str:
        words = ngettext(
            "It fitted %(fits)d of %(people)d person who said how it went.",
            "It fitted %(fits)d of %(people)d people who said how it went.",
            self.people,
        )
        return words % {"fits": self.fits, "people": self.people}

    @property
    def people(self) -> int:
        return self.fits + self.no_fit
