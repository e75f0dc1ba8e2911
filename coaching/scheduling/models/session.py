"""A session: one meeting of one coach and one client, or the row of a whole group."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q, Value, Window
from django.db.models.functions import Lag
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from timezone_field import TimeZoneField

from clients.models import Client
from coaching.accounts.models import Coach, User
from coaching.accounts.records import Record
from coaching.scheduling.fields import MinutesAfter, MinutesBefore, Span, WallTimeField
from coaching.scheduling.models.series import Series
from coaching.scheduling.models.session_type import LONGEST_BUFFER, MOST_SEATS, SessionType
from coaching.scheduling.models.session_type import Place as SessionPlace
from coaching.scheduling.querysets import CoachingSessionQuerySet
from coaching.scheduling.walltimes import ZonedTime, moments_of


def _one_at_a_time(person: str, span: Span, condition: Q) -> ExclusionConstraint:
    return ExclusionConstraint(
        name=f"session_one_at_a_time_per_{person}",
        expressions=[(span, RangeOperators.OVERLAPS), (person, RangeOperators.EQUAL)],
        condition=condition,
    )


MEETING = Span("starts_at", "ends_at", RangeBoundary())
"""The session itself: a client's time."""
BUSY = Span(
    MinutesBefore("starts_at", "buffer_before"), MinutesAfter("ends_at", "buffer_after"), RangeBoundary()
)
"""The session with what is kept free around it: a coach's time."""

GROUP_HOLDS_TOGETHER = pgtrigger.Trigger(
    name="group_holds_together",
    when=pgtrigger.After,
    timing=pgtrigger.Deferred,
    operation=pgtrigger.Insert | pgtrigger.Update,
    condition=pgtrigger.Condition("NEW.group_id IS NOT NULL OR NEW.client_id IS NULL"),
    # Two people who join at once wait for one another here; a foreign key holds a lesser lock on the row.
    func="""
        PERFORM 1 FROM scheduling_coachingsession
            WHERE id = COALESCE(NEW.group_id, NEW.id) FOR NO KEY UPDATE;
        IF EXISTS (
            SELECT 1 FROM scheduling_coachingsession meeting
            JOIN scheduling_coachingsession member ON member.group_id = meeting.id
            WHERE meeting.id = COALESCE(NEW.group_id, NEW.id)
              AND member.status = 'scheduled'
              AND (meeting.client_id IS NOT NULL OR meeting.status <> 'scheduled'
                OR (meeting.coach_id, meeting.starts_at, meeting.ends_at)
                   <> (member.coach_id, member.starts_at, member.ends_at))
        ) THEN
            RAISE EXCEPTION 'session_group_holds_together: a group meets at one time'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF (SELECT COUNT(*) FROM scheduling_coachingsession
            WHERE group_id = COALESCE(NEW.group_id, NEW.id) AND status = 'scheduled')
           > (SELECT seats FROM scheduling_coachingsession WHERE id = COALESCE(NEW.group_id, NEW.id))
        THEN
            RAISE EXCEPTION 'session_group_has_seats: more people than seats'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NULL;
    """,
)
"""When a transaction ends: those of a group meet at its time, and are no more than its seats."""


@pghistory.track()
class CoachingSession(Record):
    """A meeting of one coach and one client.

    It keeps the moment (UTC) and the wall time it was meant as, so that a
    change of the zone's rules between booking and meeting is noticed.

    A group has one row without a client, which holds the coach's time and is
    what the coach reads, and one for each client, which is all that the client
    reads: its status says whether that one came (see `groups`).
    """

    class Status(models.TextChoices):
        SCHEDULED = "scheduled", _("Planned")
        COMPLETED = "completed", _("Held")
        CANCELLED_BY_COACH = "cancelled_by_coach", _("Called off by the coach")
        CANCELLED_BY_CLIENT = "cancelled_by_client", _("Called off by the client")
        LATE_CANCELLATION = "late_cancellation", _("Called off late")
        NO_SHOW = "no_show", _("Did not take place")

    Place = SessionPlace

    coach = models.ForeignKey(Coach, on_delete=models.PROTECT, related_name="sessions")
    # Typed as if it were always there: the one row that has none says so by `is_group`.
    client: models.ForeignKey[Client, Client] = models.ForeignKey(  # type: ignore[misc]
        Client, on_delete=models.CASCADE, null=True, blank=True, related_name="sessions"
    )
    group = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="members", editable=False
    )
    name = models.CharField(_("what the group is called"), max_length=80, blank=True)
    seats = models.PositiveSmallIntegerField(_("people at most"), null=True, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    timezone = TimeZoneField(use_pytz=False, help_text=_("The zone in which the time was meant."))
    local_start = WallTimeField(help_text=_("The start on the wall, in that zone."))
    place = models.CharField(_("place"), max_length=9, choices=Place, default=Place.VIDEO)
    place_detail = models.CharField(_("address, number or link"), max_length=300, blank=True)
    agenda = models.CharField(_("what it is about"), max_length=200, blank=True)
    session_type = models.ForeignKey(
        SessionType, on_delete=models.SET_NULL, null=True, blank=True, related_name="sessions"
    )
    series = models.ForeignKey(
        Series, on_delete=models.SET_NULL, null=True, blank=True, related_name="sessions"
    )
    buffer_before = models.PositiveSmallIntegerField(
        default=0, help_text=_("Minutes the coach keeps free before it.")
    )
    buffer_after = models.PositiveSmallIntegerField(
        default=0, help_text=_("Minutes the coach keeps free after it.")
    )
    status = models.CharField(_("status"), max_length=19, choices=Status, default=Status.SCHEDULED)
    fee = models.CharField(
        _("what was agreed"),
        max_length=8,
        choices=Client.Fee,
        blank=True,
        editable=False,
        help_text=_("As it was when the session was held; a later change of the fee leaves it."),
    )
    schedule_version = models.PositiveIntegerField(default=1, help_text=_("Rises with each move."))
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="sessions_cancelled"
    )

    objects = CoachingSessionQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        indexes = [
            models.Index(fields=["client", "starts_at"], name="session_of_client"),
            models.Index(fields=["coach", "starts_at"], name="session_of_coach"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_start"),
            models.CheckConstraint(
                condition=Q(cancelled_at=None) | ~Q(status__in=["scheduled", "completed"]),
                name="session_called_off_has_that_status",
            ),
            models.CheckConstraint(
                condition=Q(buffer_before__lte=LONGEST_BUFFER, buffer_after__lte=LONGEST_BUFFER),
                name="session_buffers_are_short",
            ),
            _one_at_a_time("coach", BUSY, Q(status="scheduled", group=None)),
            _one_at_a_time("client", MEETING, Q(status="scheduled")),
            models.CheckConstraint(
                condition=Q(client__isnull=False, seats=None)
                | Q(client=None, group=None, seats__isnull=False, seats__gte=2, seats__lte=MOST_SEATS),
                name="session_has_a_client_or_seats",
            ),
        ]
        triggers = [GROUP_HOLDS_TOGETHER]

    @property
    def is_told_of(self) -> bool:
        """Whether a mail that it is called off is on its way to somebody."""
        mails = self.reminders.model._default_manager.about(self)
        return mails.filter(kind="cancelled", state="pending").exists()

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} UTC"

    def get_absolute_url(self) -> str:
        return reverse("scheduling:session_detail", args=[self.pk])

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at

    @property
    def minutes(self) -> int:
        return int(self.length.total_seconds() // 60)

    @property
    def busy_from(self) -> datetime:
        """When the coach's time for it begins, the minutes before it included."""
        return self.starts_at - timedelta(minutes=self.buffer_before)

    @property
    def busy_until(self) -> datetime:
        return self.ends_at + timedelta(minutes=self.buffer_after)

    @property
    def is_group(self) -> bool:
        """Whether this is the row of a whole group, not one person's."""
        return self.client_id is None

    @property
    def title(self) -> str:
        """What a group is called, for those who know it as a group."""
        return self.name or gettext("Group")

    @property
    def edition(self) -> str:
        """A short sign of all that a form about it shows: it differs once any of that has changed."""
        shown = (
            self.starts_at, self.ends_at, self.place, self.place_detail, self.agenda,
            self.session_type_id, self.series_id, self.status, self.name, self.seats,
        )  # fmt: skip
        return hashlib.sha256("\x1f".join(map(str, shown)).encode()).hexdigest()[:16]

    @property
    def is_scheduled(self) -> bool:
        return self.status == self.Status.SCHEDULED

    @property
    def is_upcoming(self) -> bool:
        return self.is_scheduled and self.ends_at > timezone.now()

    @property
    def has_started(self) -> bool:
        return self.starts_at <= timezone.now()

    @property
    def can_be_noted(self) -> bool:
        """Whether the coach may say, or put right, if this one person came; a group's is noted as a whole."""
        return self.has_started and self.cancelled_at is None and not (self.is_group or self.group_id)

    @property
    def notes(self) -> Any:
        """What was noted of it afterwards, the first time and each time it was put right, in order."""
        events: Any = CoachingSession.pgh_event_model  # type: ignore[attr-defined]
        noted = [self.Status.COMPLETED, self.Status.NO_SHOW]
        before = Window(Lag("status", default=Value("")), order_by="pgh_id")
        rows = events.objects.filter(pgh_obj=self.pk).annotate(before=before).order_by("pgh_id")
        return rows.filter(status__in=noted).exclude(status=F("before"))

    @property
    def has_moved_on_the_wall(self) -> bool:
        """Whether a change of the zone's rules since booking has put the moment at another wall time."""
        return self.starts_at not in moments_of(self.local_start, self.timezone)

    @property
    def is_late_to_change(self) -> bool:
        """Whether the coach's time for changes by the client has passed, if the coach has set any."""
        rules = getattr(self.coach, "booking_rules", None)
        return rules is not None and self.starts_at - timezone.now() < rules.change_notice

    @property
    def is_noted_as_late(self) -> bool:
        """Whether a cancellation by the client now would be noted as late."""
        return self.is_late_to_change and self.coach.booking_rules.notes_late

    @property
    def can_be_moved_by_client(self) -> bool:
        if self.group_id:
            return False
        rules = getattr(self.coach, "booking_rules", None)
        is_open = rules is not None and rules.takes_bookings and self.client.status in Client.WORKING
        return is_open and self.is_scheduled and not self.is_late_to_change

    @property
    def can_have_another_agenda(self) -> bool:
        """Whether the two may still say what it is about; a group's is its coach's to say."""
        return self.is_scheduled and not self.has_started and not (self.is_group or self.group_id)

    @property
    def can_be_booked_instead_by_client(self) -> bool:
        """Whether the client may choose another time after this one was called off; one query."""
        rules = getattr(self.coach, "booking_rules", None)
        is_open = rules is not None and rules.takes_bookings and self.client.status in Client.WORKING
        is_still_theirs = self.client.coach_id == self.coach_id
        is_off = self.cancelled_at is not None
        return is_open and is_off and is_still_theirs and self.coach.session_types.bookable().exists()

    def is_coached_by(self, user: User) -> bool:
        coach = self.coach if self.is_group else self.client.coach
        return coach.user_id == user.pk

    def other_person(self, user: User) -> Coach | Client | str:
        """Whom this person meets: for a coach's group its name."""
        if self.is_group:
            return self.title
        return self.client if self.client.user_id != user.pk else self.coach

    def times_for(self, user: User) -> list[ZonedTime]:
        """The time on this person's wall, then on the other's where that shows another time."""
        return self.times(is_client=not self.is_group and self.client.user_id == user.pk)

    def times(self, *, is_client: bool) -> list[ZonedTime]:
        """The same for a reader who may not have an account yet. A group's people are on many walls."""
        if self.is_group:
            return [ZonedTime(self.starts_at, self.ends_at, self.coach.user.timezone)]
        zones = (self.client.own_timezone, self.coach.user.timezone)
        own, other = (
            ZonedTime(self.starts_at, self.ends_at, zone) for zone in (zones if is_client else zones[::-1])
        )
        return [own] if own.is_like(other) else [own, other]

    def complete(self, *, by: User) -> None:
        """Note that it was held. `by` is kept by the row's history."""
        self._note(self.Status.COMPLETED)

    def miss(self, *, by: User) -> None:
        """Note that the client did not come. `by` is kept by the row's history."""
        self._note(self.Status.NO_SHOW)

    def note_fee(self) -> None:
        """Keep what is agreed now with a session that was held, unless it was kept before. Does not save."""
        if self.status == self.Status.COMPLETED and not self.fee:
            self.fee = self.client.fee

    def _note(self, status: str) -> None:
        """Raises ValidationError: `group` for one of a group, `closed` too early or where it is off."""
        with transaction.atomic():
            rows = CoachingSession.objects.select_for_update(of=("self",))
            self.refresh_from_db(fields=["status", "starts_at", "cancelled_at"], from_queryset=rows)
            if self.is_group or self.group_id:
                raise ValidationError(_("Say on the group's page who came."), code="group")
            if not self.can_be_noted:
                raise ValidationError(
                    _("Only a session that has begun and was not called off can be noted."), code="closed"
                )
            if self.status != status:
                self.status = status
                self.note_fee()
                self.save(update_fields=["status", "fee"])
