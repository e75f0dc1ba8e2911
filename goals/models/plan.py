"""A plan: what one client wants, for themselves and with others, over a period they choose."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from uuid import UUID

import pghistory
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from coaching.accounts.models import User
from coaching.accounts.records import Record
from goals.authors import told_by
from goals.errors import NotPossible, NotTheirDecision, NotTheirPlan, WordingChanged
from goals.querysets import GoalPlanQuerySet


class Rhythm(models.IntegerChoices):
    """Weeks from one look at the whole plan to the next."""

    NONE = 0, _("No fixed rhythm")
    ONE = 1, _("Every week")
    TWO = 2, _("Every two weeks")
    FOUR = 4, _("Every four weeks")
    SIX = 6, _("Every six weeks")
    EIGHT = 8, _("Every eight weeks")
    TWELVE = 12, _("Every twelve weeks")


class Tolerance(models.IntegerChoices):
    """Percent by which the mix may differ from what the client wants."""

    LITTLE = 10, _("A little (10 %)")
    SOME = 20, _("Some (20 %)")
    MUCH = 30, _("A lot (30 %)")


@pghistory.track()
class GoalPlan(Record):
    """The client's plan. Their coach helps to write it; only the client agrees to what it asks of them."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="plans")
    title = models.CharField(_("title"), max_length=120)
    vision = models.TextField(
        _("vision"), blank=True, help_text=_("How should life look and feel? In the client's own words.")
    )
    starts_on = models.DateField(_("starts on"), default=timezone.localdate)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    review_weeks = models.PositiveSmallIntegerField(
        _("review rhythm"),
        choices=Rhythm,
        default=Rhythm.FOUR,
        help_text=_("In weeks from the first day; 0 for none."),
    )
    community_share = models.PositiveSmallIntegerField(
        _("community share"),
        null=True,
        blank=True,
        help_text=_("How much of the plan should be about others, in percent. 0 is fine. Empty: undecided."),
    )
    share_tolerance = models.PositiveSmallIntegerField(
        _("tolerance"),
        choices=Tolerance,
        default=Tolerance.SOME,
        help_text=_("How many percent the mix may be away from the wanted share before anything is said."),
    )
    share_chosen_at = models.DateTimeField(null=True, blank=True, editable=False)
    has_balance_notice = models.BooleanField(default=True, editable=False)
    balance_dismissed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = GoalPlanQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="goalplan_ends_after_it_starts",
                violation_error_message=_("A plan ends on or after the day it starts."),
            ),
            models.CheckConstraint(
                condition=models.Q(share_tolerance__in=Tolerance.values), name="goalplan_tolerance_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(review_weeks__in=Rhythm.values), name="goalplan_review_rhythm_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(community_share=None) | models.Q(community_share__lte=100),
                name="goalplan_share_is_percent",
                violation_error_message=_("Choose a share from 0 to 100 percent."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("goals:plan_detail", args=[self.pk])

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    def review_days(self, until: date) -> list[date]:
        """Every so many weeks from the first day, up to `until` or the last day; none without a rhythm."""
        if not self.review_weeks:
            return []
        last = min(until, self.ends_on) if self.ends_on else until
        rhythm = timedelta(weeks=self.review_weeks)
        count = max((last - self.starts_on) // rhythm, 0)
        return [self.starts_on + rhythm * number for number in range(1, count + 1)]

    @property
    def next_review_on(self) -> date | None:
        """When the whole plan is looked at next, today included; None without a rhythm or once it is over."""
        today = timezone.localdate()
        rhythm = timedelta(weeks=self.review_weeks)
        begun = min(max(today, self.starts_on), date.max - rhythm)
        days = self.review_days(begun + rhythm)
        return next((day for day in days if day >= today and not self.is_closed), None)

    def belongs_to(self, user: User | AnonymousUser) -> bool:
        """Whether the plan is this person's own: they are the client, not the coach."""
        return self.client.user_id is not None and self.client.user_id == user.pk

    def is_worded_by(self, by: User | AnonymousUser) -> bool:
        """Whose words the vision is in, and who ends the plan: the client; before they join, the coach."""
        return self.belongs_to(by) or not self.client.has_joined

    def check_shaped_by(self, by: User) -> None:
        """Client and coach shape a plan, while it is open and the work goes on. Raises RecordEnded."""
        if not self.belongs_to(by) and self.client.coach.user_id != by.pk:
            raise NotTheirPlan
        self.client.check_goes_on()
        if self.is_closed:
            raise NotPossible(gettext("This plan is closed. Open it again to change it."))

    def _check_worded_by(self, by: User) -> None:
        if not self.is_worded_by(by):
            raise NotTheirDecision

    @staticmethod
    def lock(*pks: UUID) -> None:
        """Until this transaction ends nobody else changes anything in these plans, or closes them.

        Whoever changes a goal, a step or an obstacle locks the plan first, so that
        two never wait for each other.
        """
        list(GoalPlan.objects.select_for_update().filter(pk__in=pks).order_by("pk").values("pk"))

    @contextmanager
    def _change(self, by: User, at: datetime | None) -> Iterator[None]:
        """One change to the row as it is now: locked, and told to the history with its author."""
        with transaction.atomic(), told_by(by, at):
            rows = GoalPlan.objects.select_related("client__coach").select_for_update(of=("self",))
            self.refresh_from_db(from_queryset=rows)
            yield
            self.save()

    @property
    def fingerprint(self) -> str:
        """Of all that a person reads before they edit the plan; another word in it is another one."""
        read = [self.title, self.vision, self.starts_on, self.ends_on, self.review_weeks]
        read += [self.community_share, self.share_tolerance, self.has_balance_notice]
        return hashlib.sha256("\0".join(map(str, read)).encode()).hexdigest()

    def edit(
        self,
        *,
        by: User,
        title: str,
        starts_on: date,
        ends_on: date | None,
        vision: str | None = None,
        review_weeks: int | None = None,
        seen: str | None = None,
        at: datetime | None = None,
    ) -> None:
        """Change the frame of the plan. `vision` is None where it stays; only the client words it.

        `seen` is the `fingerprint` of what the person had before them. Raises
        WordingChanged where somebody has changed the plan since.
        """
        with self._change(by, at):
            self.check_shaped_by(by)
            if seen is not None and seen != self.fingerprint:
                raise WordingChanged(
                    gettext(
                        "This plan has been changed since you opened it. What you wrote is still here; "
                        "look at the plan in another tab, then save again."
                    )
                )
            if vision is not None:
                self._check_worded_by(by)
                self.vision = vision.strip()
            self.title = title.strip()
            self.starts_on, self.ends_on = starts_on, ends_on
            self.review_weeks = self.review_weeks if review_weeks is None else review_weeks

    @contextmanager
    def _decision(self, by: User, at: datetime | None) -> Iterator[None]:
        """A change that is the client's alone."""
        with self._change(by, at):
            self.check_shaped_by(by)
            if not self.belongs_to(by):
                raise NotTheirDecision
            yield

    def choose_share(
        self, *, by: User, percent: int | None, tolerance: int | None = None, at: datetime | None = None
    ) -> None:
        """The client says how much of the plan is about others: 0 to 100 percent, None for undecided."""
        with self._decision(by, at):
            if percent is not None and not 0 <= percent <= 100:
                raise NotPossible(gettext("Choose a share from 0 to 100 percent."))
            wanted = percent, tolerance or self.share_tolerance
            if wanted != (self.community_share, self.share_tolerance):
                self.share_chosen_at = at or timezone.now()
            self.community_share, self.share_tolerance = wanted

    def dismiss_balance(self, *, by: User, at: datetime | None = None) -> None:
        """The mix is all right as it is; nothing more is said unless it changes and stays away again."""
        with self._decision(by, at):
            self.balance_dismissed_at = at or timezone.now()

    def notice_balance(self, *, by: User, is_on: bool, at: datetime | None = None) -> None:
        """Whether the client wants to be told at all. Off is off for good, in later plans too."""
        with self._decision(by, at):
            self.has_balance_notice = is_on

    def close(self, *, by: User, at: datetime | None = None) -> None:
        """The period is over. Everything stays readable; nothing changes until it is opened again."""
        with self._change(by, at):
            self.check_shaped_by(by)
            self._check_worded_by(by)
            self.closed_at = at or timezone.now()

    def reopen(self, *, by: User, at: datetime | None = None) -> None:
        with self._change(by, at):
            self.closed_at = None
            self.check_shaped_by(by)
            self._check_worded_by(by)
