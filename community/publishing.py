"""What keeps a listing from being found by everybody, in words for the curator."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from community.errors import NotPossible
from community.models import Edit, Listing, Merge, Service, TaxonomyTerm


def what_is_missing(
    service: Service, listing: Listing, *, categories: Sequence[TaxonomyTerm | str] | None = None
) -> list[str]:
    """What a listing still needs before everybody may find it, in words for the curator; [] if nothing."""
    if categories is None:
        categories = list(TaxonomyTerm.objects.categories().filter(attributes__service=service))
    is_reachable = (
        service.email
        or service.url
        or service.phones.exists()
        or service.service_at_locations.exists()
        or service.organization.phones.exists()
        or service.organization.email
        or service.organization.website
    )
    checks = [
        (listing.kind, _("its kind")),
        (categories, _("a category")),
        (listing.affiliation.strip(), _("who it stands with (write “none” if nobody)")),
        (listing.summary.strip() or service.description.strip(), _("what it is, in a sentence or two")),
        (is_reachable, _("a way to reach it: a phone, an e-mail address, a web page or a place")),
        (service.status != Service.Status.DEFUNCT, _("to be running: it is marked as ended")),
    ]
    return [words for is_there, words in checks if not is_there]


def ensure_complete(
    service: Service, listing: Listing, *, categories: Sequence[TaxonomyTerm | str] | None = None
) -> None:
    """Raises NotPossible, naming what is missing."""
    if missing := what_is_missing(service, listing, categories=categories):
        raise NotPossible(
            _("Before everybody may find it, it still needs: %(missing)s.") % {"missing": "; ".join(missing)}
        )


def ensure_stays_complete(
    service: Service, listing: Listing, *, categories: Sequence[TaxonomyTerm | str] | None = None
) -> None:
    """The same of one that everybody finds already."""
    if listing.is_published:
        ensure_complete(service, listing, categories=categories)


def ensure_its_own(service: Service, *, but: Edit | None = None) -> None:
    """Raises NotPossible where it is one with another by now: what is written there would be read by nobody.

    `but` is the edit of the merge that may be taken back. Hold its entry, so that it stays so.
    """
    merges = Merge.objects.filter(gone=service).exclude(edit=but).select_related("kept")
    if merge := merges.first():
        raise NotPossible(
            _("It was merged into “%(kept)s”. Write it there, or take the merge back first.")
            % {"kept": merge.kept}
        )
