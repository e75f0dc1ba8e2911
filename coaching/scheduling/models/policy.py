"""What counts for the bookings of all coaches of a practice."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from coaching.accounts.models import Practice
from coaching.accounts.querysets import Person
from coaching.accounts.records import Record


class BookingPolicy(Record):
    """A practice's own terms, which its coaches keep to. Without them all is left to the coaches."""

    practice = models.OneToOneField(Practice, on_delete=models.CASCADE, related_name="booking_policy")
    allows_booking = models.BooleanField(
        _("coaches may let their clients book and move sessions themselves"), default=True
    )
    change_notice_hours = models.PositiveSmallIntegerField(
        _("hours of notice to move or call off"), default=24, validators=[MaxValueValidator(24 * 60)]
    )
    allows_stricter = models.BooleanField(_("a coach may ask for more notice"), default=True)
    notes_late = models.BooleanField(
        _("what a client calls off after that is noted as called off late"), default=True
    )
    words = models.CharField(_("in your own words, for clients"), max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "booking policies"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(change_notice_hours__lte=24 * 60), name="booking_policy_notice_is_sane"
            ),
        ]

    def __str__(self) -> str:
        return f"Booking policy of {self.practice}"

    @classmethod
    def of(cls, practice: Practice) -> "BookingPolicy | None":
        return getattr(practice, "booking_policy", None)

    @classmethod
    def owned_by(cls, user: Person) -> "BookingPolicy | None":
        """The policy of the practice this person runs, unsaved where it has none; None for everybody else."""
        practice = Practice.objects.owned_by(user).select_related("booking_policy").first()
        if practice is None:
            return None
        return cls.of(practice) or cls(practice=practice)
