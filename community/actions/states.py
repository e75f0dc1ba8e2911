"""A listing goes from state to state. Every change is written down: who, when, what."""

from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from coaching.accounts.models import User
from community.edits import STATE, written_down
from community.errors import NotPossible
from community.eyes import ensure_may_decide, unread
from community.holding import locked
from community.models import Edit, Interest, Listing, Service, StateChange
from community.publishing import ensure_complete, ensure_its_own
from community.querysets import ServiceQuerySet

State = Listing.State

STEPS = {
    State.DRAFT: {State.IN_REVIEW, State.ARCHIVED},
    State.IN_REVIEW: {State.DRAFT, State.PUBLISHED, State.ARCHIVED},
    State.PUBLISHED: {State.NEEDS_CHECK, State.ARCHIVED},
    State.NEEDS_CHECK: {State.PUBLISHED, State.ARCHIVED},
    State.ARCHIVED: {State.DRAFT},
}
"""Which state may follow which."""


@transaction.atomic
def submit_for_review(*, by: User, service: Service, note: str = "") -> Listing:
    """A draft is ready to be looked at before it is published. Raises NotPossible, naming what is missing."""
    entry = locked(service)
    ensure_complete(service, entry)
    return _step(service, State.IN_REVIEW, by=by, note=note, entry=entry)


@transaction.atomic
def return_to_draft(*, by: User, service: Service, note: str = "") -> Listing:
    """There is more to do; also how an archived listing comes back, unless it is one with another by now."""
    entry = locked(service)
    ensure_its_own(service)
    return _step(service, State.DRAFT, by=by, note=note, entry=entry)


@transaction.atomic
def publish(*, by: User, service: Service, note: str = "", how: str = "") -> Listing:
    """Let everybody find it. `how` says how `by` has just made sure of it: the pages always ask.

    Raises NotPossible, naming what is missing.
    """
    entry = locked(service)
    what = str(State.PUBLISHED.label)
    with written_down(Edit.Kind.STATE, STATE, by=by, services=[service], what=what):
        ensure_complete(service, entry)
        ensure_may_decide(service, entry, by=by)
        entry.published_at = timezone.now()
        entry.published_by = by
        if how:
            _mark_checked(entry, by=by, how=how)
        _step(service, State.PUBLISHED, by=by, note=note, entry=entry)
        if how:
            _close_reports(service, by)  # last: it writes copies, and a step writes the whole entry
    return entry


@transaction.atomic
def ask_for_check(*, by: User | None, service: Service, note: str = "") -> Listing:
    """Something may be wrong with it: take it out of the public directory until somebody has looked."""
    return _step(service, State.NEEDS_CHECK, by=by, note=note)


@transaction.atomic
def ask_to_read_again(*, by: User | None, service: Service, note: str) -> Listing:
    """A published listing says something new that no curator has read: it stays, as not checked yet."""
    entry = locked(service)
    unread(entry, by=by, note=note)
    return entry


@transaction.atomic
def ask_about_moved(*, by: User | None, services: ServiceQuerySet) -> None:
    """Who runs these changed. What a curator with an interest in them published waits for another."""
    interests = Interest.objects.lasting().filter(
        organization=OuterRef("organization"), curator=OuterRef("listing__published_by")
    )
    for service in services.published().filter(Exists(interests)):
        ask_for_check(
            by=by, service=service, note=_("Its organization changed; another curator publishes it")
        )


@transaction.atomic
def archive(*, by: User, service: Service, note: str = "") -> Listing:
    """It is not offered any more. It stays in the history and in the plans that speak of it."""
    entry = locked(service)
    what = str(State.ARCHIVED.label)
    with written_down(Edit.Kind.STATE, STATE, by=by, services=[service], what=what):
        _step(service, State.ARCHIVED, by=by, note=note, entry=entry)
        _close_reports(service, by)
    return entry


@transaction.atomic
def verify(*, by: User, service: Service, how: str, on: date | None = None) -> Listing:
    """Somebody has made sure that what it says is true. One that needed a check is published again."""
    entry = locked(service)
    ensure_may_decide(service, entry, by=by)
    with written_down(Edit.Kind.STATE, STATE, by=by, services=[service], what=_("Checked")):
        _mark_checked(entry, by=by, how=how, on=on)
        entry.save(update_fields=["verified_on", "verified_by", "verified_how"])
        _close_reports(service, by)
        if entry.state == State.NEEDS_CHECK:
            return publish(by=by, service=service)
    return entry


def _close_reports(service: Service, by: User) -> None:
    if service.problem_reports.still_open().update(closed_at=timezone.now(), closed_by=by, source=""):
        Service.objects.filter(pk=service.pk).reindex()


def _mark_checked(entry: Listing, *, by: User, how: str, on: date | None = None) -> None:
    entry.verified_on = on or timezone.localdate()
    entry.verified_by = by
    entry.verified_how = how


def _step(service: Service, to: str, *, by: User | None, note: str, entry: Listing | None = None) -> Listing:
    entry = entry or locked(service)
    if to not in STEPS[State(entry.state)]:
        raise NotPossible(
            _("It is “%(now)s” and cannot become “%(then)s” from there.")
            % {"now": entry.get_state_display(), "then": State(to).label}
        )
    StateChange.objects.create(listing=entry, from_state=entry.state, to_state=to, by=by, note=note)
    entry.state = to
    what = str(State(to).label)
    with written_down(Edit.Kind.STATE, STATE, by=by, services=[service], what=what):
        entry.save()
    return entry
