"""Whose eyes count: who may not be the one to check or publish a listing, and why."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from coaching.accounts.models import User
from community.errors import NotPossible
from community.models import Interest, Listing, Organization, Service, StateChange


def why_not(service: Service, listing: Listing, *, by: User) -> str:
    """Why this curator may not check or publish it, in words; "" if they may.

    Asks the database once, unless `service` comes from `with_interest_of`.
    """
    is_of_interest = vars(service).get("is_of_interest")
    if is_of_interest is None:
        interests = Interest.objects.belonging_to(by).lasting()
        is_of_interest = interests.filter(organization=service.organization_id).exists()
    if is_of_interest:
        return _("You have declared an interest in who runs it, so another curator checks and publishes it.")
    if settings.SECOND_PAIR_OF_EYES and by.pk in {listing.written_by_id, listing.changed_by_id}:
        return _("You wrote or changed it last, so another curator reads it and publishes it.")
    return ""


def ensure_may_decide(service: Service, listing: Listing, *, by: User) -> None:
    """Raises NotPossible where `why_not` has a reason."""
    if reason := why_not(service, listing, by=by):
        raise NotPossible(reason)


def note_change(entry: Listing, by: User) -> None:
    """Who changed its words last, undoing included; where two read everything, another one checks it."""
    if entry.changed_by_id != by.pk:
        entry.changed_by = by
        entry.save(update_fields=["changed_by"])
    if settings.SECOND_PAIR_OF_EYES and entry.verified_on:
        unread(entry, by=by, note=_("Changed; another curator reads it"))


def unread(entry: Listing, *, by: User | None, note: str) -> None:
    """It says something that nobody has checked yet."""
    entry.verified_on, entry.verified_by, entry.verified_how = None, None, ""
    entry.save(update_fields=["verified_on", "verified_by", "verified_how"])
    StateChange.objects.create(listing=entry, from_state=entry.state, to_state=entry.state, by=by, note=note)


@transaction.atomic
def declare_interest(*, by: User, organization: Organization, words: str) -> Interest:
    """A curator says what they have to do with an organization. Said again, it is said in the new words."""
    interest, _made = Interest.objects.update_or_create(
        curator=by, organization=organization, ended_at=None, defaults={"words": words}
    )
    return interest


@transaction.atomic
def end_interest(*, by: User, interest: Interest) -> None:
    """They have nothing to do with it any more. It stays to be read."""
    Interest.objects.belonging_to(by).lasting().filter(pk=interest.pk).update(ended_at=timezone.now())
