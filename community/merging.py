"""Two listings of the same thing become one: the curator chooses what is kept, and can take it back."""

from collections.abc import Mapping
from re import sub
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext as _

from coaching.accounts.models import User
from community import actions, edits
from community.edits import PLACES, WORDS
from community.errors import NotPossible
from community.fields import LAST_DIGITS
from community.holding import all_locked, hold
from community.hsds.tables import BY_MODEL, TABLES
from community.models import (
    CostOption,
    Edit,
    Language,
    LikePair,
    Listing,
    Merge,
    Phone,
    RequiredDocument,
    Schedule,
    Service,
    ServiceAtLocation,
    TaxonomyTerm,
    Url,
)
from community.models.listings import LISTING_WORDS
from community.models.services import SERVICE_WORDS

PARTS: dict[str, type[models.Model]] = {
    "phones": Phone,
    "schedules": Schedule,
    "cost_options": CostOption,
    "languages": Language,
    "required_documents": RequiredDocument,
    "additional_urls": Url,
}
"""What a listing may have several of, by the relation's name."""
OF_BOTH = [table.model for table in TABLES if table.model in {ServiceAtLocation, *PARTS.values()}]
"""What may be taken away from the one that stays, in the order in which it is held."""
THEIRS, BOTH = "gone", "both"
"""A choice: what the kept one says (anything else), what the other says, or all that both have."""
merged = Signal()
"""Two listings (`service_ids`) are one now, or two again: who counts what is said of them counts anew."""


def hold_both(kept: UUID, gone: UUID) -> None:
    """Nobody writes the two services from here on, nor what may be taken away from the one that stays."""
    both = [kept, gone]
    hold(Service.objects.filter(pk__in=both))
    for model in OF_BOTH:
        hold(model._base_manager.filter(service=kept))
    hold(Listing.objects.filter(service__in=both))


@transaction.atomic
def merge(*, by: User, kept: Service, gone: Service, choices: Mapping[str, str]) -> Merge:
    """Make `gone` one with `kept`. `choices` name, column by column and part by part, whose words stand.

    The other listing is archived, and what speaks of it (a client's step,
    what people reported) speaks of the kept one from now on. Raises NotPossible.
    """
    hold_both(kept.pk, gone.pk)
    there = {entry.service_id: entry for entry in all_locked([kept, gone])}
    if kept.pk == gone.pk or len(there) < 2:
        raise NotPossible(_("Choose two different listings."))
    kept, gone = (there[each.pk].service for each in (kept, gone))  # as they are now that they are held
    if Merge.objects.filter(gone__in=[kept, gone]).exists():
        raise NotPossible(_("One of them was merged into another already."))
    if there[gone.pk].state == Listing.State.ARCHIVED:
        raise NotPossible(_("The other one is archived. Bring it back first."))
    if there[gone.pk].is_published and not there[kept.pk].is_published:
        raise NotPossible(_("Everybody can find the other one, and not this one. Keep the other one."))
    if there[kept.pk].state == Listing.State.ARCHIVED:
        raise NotPossible(_("This one is archived. Bring it back first."))
    tables = {*WORDS, *PLACES, *PARTS.values()}
    what = _("Merged “%(gone)s” into “%(kept)s”") % {"gone": gone.name, "kept": kept.name}
    with edits.written_down(Edit.Kind.MERGE, tables, by=by, services=[kept, gone], what=what) as writing:
        _take_places(kept, gone, choices.get("places", ""))
        for name in PARTS:
            _take_parts(kept, gone, name, choices.get(name, ""))
        _take_words(by, kept, gone, there, choices)  # last: it asks whether what is left can be published
        moved = _move_to(kept, gone)
        actions.archive(by=by, service=gone, note=_("Merged into “%s”") % kept.name)
    made = Merge.objects.create(kept=kept, gone=gone, edit=writing.edit, by=by, moved=moved)
    merged.send(Merge, service_ids=[kept.pk, gone.pk])
    LikePair.objects.of(gone).filter(dismissed_at=None).delete()
    Service.objects.filter(pk__in=[kept.pk, gone.pk]).reindex()
    return made


@transaction.atomic
def take_back_merge(*, by: User, edit: Edit) -> None:
    """Two listings again, as they were. Raises NotPossible where somebody went on from it."""
    made = Merge.objects.select_for_update().filter(edit=edit).first()
    if made is None:
        raise NotPossible(_("That was taken back already."))
    edits.take_back(by=by, edit=edit)
    for label, column, ids in made.moved:
        model = apps.get_model(label)
        model._base_manager.filter(pk__in=ids, **{column: made.kept}).update(**{column: made.gone})
    merged.send(Merge, service_ids=[made.kept_id, made.gone_id])
    made.delete()


@transaction.atomic
def dismiss_pair(*, by: User, pair: LikePair) -> None:
    """They are two different things; nobody is asked again."""
    LikePair.objects.filter(pk=pair.pk, dismissed_at=None).update(
        dismissed_at=timezone.now(), dismissed_by=by
    )


def _take_words(
    by: User, kept: Service, gone: Service, there: Mapping[Any, Listing], choices: Mapping[str, str]
) -> None:
    columns = {name: getattr(gone, name) for name in SERVICE_WORDS if choices.get(name) == THEIRS}
    layer = {name: getattr(there[gone.pk], name) for name in LISTING_WORDS if choices.get(name) == THEIRS}
    own, theirs = (
        set(TaxonomyTerm.objects.categories().filter(attributes__service=service)) for service in (kept, gone)
    )
    chosen = {THEIRS: theirs, BOTH: own | theirs}.get(choices.get("categories", ""), own)
    actions.change_listing(by=by, service=kept, columns=columns, listing=layer, categories=chosen)


def _take_places(kept: Service, gone: Service, choice: str) -> None:
    """The places themselves are shared; what is copied is that the kept one is there, and when."""
    if choice not in {THEIRS, BOTH}:
        return
    if choice == THEIRS:
        kept.service_at_locations.all().delete()
    known = {_place_words(link) for link in _links(kept)}
    for link in _links(gone):
        if _place_words(link) in known:
            continue
        copy = ServiceAtLocation.objects.create(
            service=kept, location=link.location, description=link.description
        )
        for schedule in link.schedules.all():
            _copied(schedule, service_at_location=copy, service=None).save(force_insert=True)


def _links(service: Service) -> models.QuerySet[ServiceAtLocation]:
    links = service.service_at_locations.select_related("location")
    return links.prefetch_related("schedules", "location__addresses").order_by("created_at", "pk")


def _place_words(link: ServiceAtLocation) -> str:
    """What tells two places apart; a confidential one is like no other."""
    if link.location.is_confidential:
        return str(link.location_id)
    addresses = sorted(str(each) for each in link.location.addresses.all())
    return " ".join(f"{link.location.name} {' '.join(addresses)}".casefold().split())


def _take_parts(kept: Service, gone: Service, name: str, choice: str) -> None:
    if choice not in {THEIRS, BOTH}:
        return
    own = getattr(kept, name)
    if choice == THEIRS:
        own.all().delete()
    known = {_part_words(row) for row in own.all()}
    for row in getattr(gone, name).order_by("created_at", "pk"):
        if _part_words(row) not in known:
            _copied(row, service=kept).save(force_insert=True)


def _part_words(row: models.Model) -> tuple[str, ...]:
    """What tells two apart; a phone number is the same with its country's code and without."""
    if isinstance(row, Phone):
        return sub(r"\D", "", row.number)[-LAST_DIGITS:], str(row.extension or "")
    own = {"id", "created_at", "source_id", "service"}
    fields = [field for field in row._meta.concrete_fields if field.name not in own]
    return tuple(str(getattr(row, field.attname) or "").strip().casefold() for field in fields)


def _copied(row: Any, **columns: Any) -> Any:
    """A new row that says the same; the source's own row stays, so that an import finds it again."""
    skipped = {"id", "created_at", "source_id"}
    values = {
        field.name: getattr(row, field.name)
        for field in row._meta.concrete_fields
        if field.name not in skipped
    }
    return type(row)(**values | columns)


def _move_to(kept: Service, gone: Service) -> list[tuple[str, str, list[Any]]]:
    """Let everything outside the listing that speaks of `gone` speak of `kept`.

    Asked of the models, because higher floors speak of services too. What
    speaks of both already keeps its row about the gone one.
    """
    moved = []
    for relation in Service._meta.related_objects:
        model, field = relation.related_model, relation.field
        is_ours = model in BY_MODEL or model._meta.label in OF_THE_LISTING
        if is_ours or hasattr(model, "pgh_tracked_model") or not isinstance(field, models.ForeignKey):
            continue
        ids = []
        for pk in (
            model._base_manager.filter(**{field.name: gone}).order_by("pk").values_list("pk", flat=True)
        ):
            try:
                with transaction.atomic():
                    model._base_manager.filter(pk=pk).update(**{field.name: kept})
            except IntegrityError:
                continue
            ids.append(str(pk))
        if ids:
            moved.append((model._meta.label, field.name, ids))
    return moved


OF_THE_LISTING = {
    "community.Listing",
    "community.Spot",
    "community.LikePair",
    "community.Outcome",
    "community.Edit_services",
}
"""What belongs to one listing and stays with it."""
