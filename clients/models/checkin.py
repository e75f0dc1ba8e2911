"""How a client's life stands, in the areas they chose, on the days they say so."""

from datetime import date

from dateutil.relativedelta import relativedelta
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clients.models.client import Client
from clients.querysets import AskedAboutQuerySet, CheckInQuerySet, CheckInRhythmQuerySet
from coaching.accounts.encryption import EncryptedTextField
from coaching.accounts.records import PrivateRecord, Record


class LifeArea(PrivateRecord):
    """One part of life that the client keeps an eye on, named by them. Put away, it keeps its past."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="life_areas")
    name = EncryptedTextField(_("part of life"), max_length=60)
    put_away_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AskedAboutQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.name


class CheckIn(PrivateRecord):
    """One day's look at the chosen areas; words are optional."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="check_ins")
    on = models.DateField(_("day"))
    words = EncryptedTextField(_("in words"), max_length=2000, blank=True)

    objects = CheckInQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["client", "on"], name="checkin_once_a_day")]

    def __str__(self) -> str:
        return str(self.on)

    @staticmethod
    @transaction.atomic
    def say(*, client: Client, on: date, scores: dict[LifeArea, int | None], words: str = "") -> "CheckIn":
        """What the client says of a day. Said again, it replaces what was said of that day before."""
        check_in, _is_new = CheckIn.objects.update_or_create(client=client, on=on, defaults={"words": words})
        check_in.scores.all().delete()
        Score.objects.bulk_create(
            Score(check_in=check_in, area=area, level=level)
            for area, level in scores.items()
            if level is not None
        )
        return check_in


class Score(Record):
    """How one area stood on that day: 0 as bad as it gets, 10 as good as it gets."""

    check_in = models.ForeignKey(CheckIn, on_delete=models.CASCADE, related_name="scores")
    area = models.ForeignKey(LifeArea, on_delete=models.CASCADE, related_name="scores")
    level = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["area", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["check_in", "area"], name="score_once_for_each_area"),
            models.CheckConstraint(condition=Q(level__lte=10), name="score_is_0_to_10"),
        ]

    def __str__(self) -> str:
        return str(self.level)


class CheckInRhythm(Record):
    """How often a client wants to be asked how life stands. Who chose nothing has no row and is not asked."""

    class Every(models.TextChoices):
        WEEK = "week", _("Every week")
        TWO_WEEKS = "two_weeks", _("Every two weeks")
        MONTH = "month", _("Every month")

    client = models.OneToOneField(Client, on_delete=models.CASCADE, related_name="check_in_rhythm")
    every = models.CharField(_("how often"), max_length=9, choices=Every)
    since = models.DateField(help_text=_("The day from which it is counted, until the client checks in."))

    by_mail = models.BooleanField(
        _("Let me answer from the mail, without signing in"),
        default=False,
        help_text=_(
            "Whoever can open that mail then sees what you are asked about, until you have answered."
        ),
    )

    last_on: date | None
    """Which day the last check-in speaks of; read by `asking()`."""

    objects = CheckInRhythmQuerySet.as_manager()

    class Meta:
        ordering = ["client"]
        constraints = [
            models.CheckConstraint(
                condition=Q(every__in=["week", "two_weeks", "month"]), name="check_in_rhythm_is_known"
            )
        ]

    def __str__(self) -> str:
        return self.get_every_display()

    def falls_on(self, day: date, *, last_on: date | None) -> bool:
        """Whether a check-in is due on this day, where the last one speaks of `last_on`.

        Counted from the last check-in, so that nobody is asked soon after one;
        a day that goes by is not asked for again before the next.
        """
        begin = max(self.since, last_on) if last_on else self.since
        if day <= begin:
            return False
        if self.every != self.Every.MONTH:
            return (day - begin).days % (7 if self.every == self.Every.WEEK else 14) == 0
        months = (day.year - begin.year) * 12 + day.month - begin.month
        return begin + relativedelta(months=months) == day
