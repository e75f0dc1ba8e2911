"""What people tell of the directory, and what they looked for in vain."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from coaching.accounts.models import User
from community.holding import locked
from community.models import GapRecord, Outcome, ProblemReport, Service, StateChange, Suggestion
from community.models.outcomes import FEWEST
from community.vocabulary import ENOUGH_REPORTS


@transaction.atomic
def note_gaps(*, needs: Iterable[str], on: date) -> None:
    """These needs found nothing on this day; each day counts once, however many looked."""
    gaps = [GapRecord(need=need, first_on=on, last_on=on) for need in sorted(set(needs))]
    if gaps:
        known = GapRecord.objects.filter(need__in=[gap.need for gap in gaps])
        known.filter(last_on__lt=on).update(days=F("days") + 1, last_on=on)
        GapRecord.objects.bulk_create(gaps, ignore_conflicts=True)


@transaction.atomic
def note_outcome(*, service_id: UUID, fits: int, no_fit: int) -> None:
    """So many people say that a listing fits, or does not. Of too few of them nothing is kept."""
    if fits + no_fit < FEWEST:
        Outcome.objects.filter(service=service_id).delete()
    else:
        Outcome.objects.update_or_create(service_id=service_id, defaults={"fits": fits, "no_fit": no_fit})


@transaction.atomic
def report_problem(*, service: Service, problem: str, words: str, source: str) -> ProblemReport:
    """Somebody says that something is wrong. The same from the same person counts once.

    When several people, apart from each other, could not reach them, the
    listing goes back to the curators. It stays in the directory and says so.
    """
    listing = locked(service)
    report, is_new = ProblemReport.objects.update_or_create(
        service=service, problem=problem, source=source, closed_at=None, defaults={"words": words}
    )
    unreachable = service.problem_reports.still_open().filter(problem=ProblemReport.Problem.UNREACHABLE)
    if is_new and listing.is_published and unreachable.count() == ENOUGH_REPORTS:
        note = _("Several people could not reach them")
        StateChange.objects.create(
            listing=listing, from_state=listing.state, to_state=listing.state, note=note
        )
        Service.objects.filter(pk=service.pk).reindex()
    return report


@transaction.atomic
def suggest_place(*, name: str, words: str, link: str = "", reach: str = "") -> Suggestion:
    """Somebody knows a place that is missing."""
    return Suggestion.objects.create(name=name, words=words, link=link, reach=reach)


@transaction.atomic
def close_suggestion(*, by: User, suggestion: Suggestion) -> None:
    """A curator has dealt with it, whatever came of it."""
    Suggestion.objects.still_open().filter(pk=suggestion.pk).update(closed_at=timezone.now(), closed_by=by)
