"""Trellis's own layer: what the directory knows about a service beyond HSDS, and who decided it."""

from datetime import date, timedelta

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from coaching.accounts.models import User
from coaching.accounts.records import Record
from community.fields import PositionField, WeekHoursField
from community.models.places import LocationType
from community.models.services import Service
from community.querysets import ListingQuerySet
from community.querysets.services import HALF_A_YEAR
from community.records import one_of
from community.vocabulary import ACCESS, NAMES


class ListingKind(models.TextChoices):
    GET_HELP = "get_help", _("Get help")
    SUPPORT_GROUP = "support_group", _("Support group")
    ACTIVITY = "activity", _("Activity")
    CONTRIBUTE = "contribute", _("Way to contribute")


class ListingState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    PUBLISHED = "published", _("Published")
    NEEDS_CHECK = "needs_check", _("Needs a check")
    ARCHIVED = "archived", _("Archived")


class VerifiedHow(models.TextChoices):
    PHONE = "phone", _("Asked by phone")
    EMAIL = "email", _("Asked by e-mail")
    VISIT = "visit", _("Went there")
    WEBSITE = "website", _("Read on their website")


MOST_TONGUES = 4
"""So many languages stand on a card."""
LISTING_WORDS = ["kind", "affiliation", "summary"]
"""The columns of Trellis's own layer that say what a listing is."""

COPIES_OF_A_LISTING = ["search_vector", "sort_name", "tags", "hours", "area", "places", "compared_at"]
"""Columns that are written anew from what the listing says (`community.querysets.index`)."""


@pghistory.track(exclude=COPIES_OF_A_LISTING)
class Listing(Record):
    """A service's entry in the directory: its kind, its state, who it stands with, when it was last checked.

    It stands beside Service and not in it: an import may then replace every
    HSDS column without touching a curator's decision, and an export of HSDS
    carries none of it.
    """

    Kind = ListingKind
    State = ListingState
    VerifiedHow = VerifiedHow

    service = models.OneToOneField(Service, on_delete=models.CASCADE, related_name="listing")
    kind = models.CharField(_("kind"), max_length=13, choices=ListingKind, blank=True)
    state = models.CharField(_("state"), max_length=11, choices=ListingState, default=ListingState.DRAFT)
    affiliation = models.CharField(
        _("who or what it stands with"),
        max_length=250,
        blank=True,
        help_text=_("A church, a party, a company, the state. Write “none” if it stands with nobody."),
    )
    summary = models.CharField(
        _("in one or two plain sentences"),
        max_length=400,
        blank=True,
        help_text=_("What happens there and what a person gets from it. Short words."),
    )
    verified_on = models.DateField(_("checked on"), null=True, blank=True)
    verified_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="listings_verified"
    )
    verified_how = models.CharField(_("how it was checked"), max_length=7, choices=VerifiedHow, blank=True)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="listings_published",
        editable=False,
    )
    written_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    changed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    # Copies, by which it is found; `Service.objects.…reindex()` writes them.
    search_vector = SearchVectorField(null=True, editable=False)
    sort_name = models.CharField(max_length=250, blank=True, editable=False)
    tags = ArrayField(
        models.CharField(max_length=300),
        default=list,
        editable=False,
        help_text="`kind:…`, `category:…`, `language:…`, `access:…`, `free`, `remote`, "
        "and `dated` where hours hold for a time only.",
    )
    hours = WeekHoursField(null=True, editable=False)
    area = PositionField(null=True, editable=False)
    """The least box that holds each `Spot`: with it an index knows both where a listing is and its words."""
    places = models.JSONField(
        default=list,
        editable=False,
        help_text="`name`, `type` and `city` of each, for lists that show many; nothing of a secret one.",
    )
    compared_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="When it was last compared with the others, if not changed since.",
    )

    objects = ListingQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("kind", ListingKind, name="listing_kind_known", is_optional=True),
            one_of("state", ListingState, name="listing_state_known"),
            models.CheckConstraint(
                condition=~Q(state=ListingState.PUBLISHED)
                | (
                    ~Q(affiliation="")
                    & ~Q(kind="")
                    & Q(published_at__isnull=False, published_by__isnull=False)
                ),
                name="listing_published_is_complete",
                violation_error_message=_(
                    "A published listing has a kind, a declared affiliation and a publisher."
                ),
            ),
            models.CheckConstraint(
                condition=Q(verified_on__isnull=True, verified_by__isnull=True, verified_how="")
                | (Q(verified_on__isnull=False, verified_by__isnull=False) & ~Q(verified_how="")),
                name="listing_verification_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "service"], name="listing_state"),
            GinIndex(fields=["search_vector"], name="listing_search_vector"),
            GinIndex(fields=["tags"], name="listing_tags"),
            GistIndex(fields=["hours"], name="listing_hours"),
            GistIndex(fields=["area"], name="listing_area"),
            models.Index(fields=["sort_name", "service"], name="listing_by_name"),
            GinIndex(OpClass("sort_name", name="gin_trgm_ops"), name="listing_names_alike"),
            models.Index(fields=["service"], condition=Q(compared_at=None), name="listing_to_compare"),
            models.Index(Coalesce("verified_on", Value(date.min)).desc(), "service", name="listing_by_check"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="decided_without_interest",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert
                | pgtrigger.UpdateOf("verified_by_id", "verified_on", "published_by_id", "published_at"),
                func="""
                    IF EXISTS (
                        SELECT FROM community_interest interest
                        JOIN community_service service ON service.organization_id = interest.organization_id
                        WHERE service.id = NEW.service_id AND interest.ended_at IS NULL
                          AND ((interest.curator_id = NEW.verified_by_id
                                AND (TG_OP = 'INSERT'
                                     OR (NEW.verified_by_id, NEW.verified_on)
                                        IS DISTINCT FROM (OLD.verified_by_id, OLD.verified_on)))
                               OR (interest.curator_id = NEW.published_by_id
                                   AND (TG_OP = 'INSERT'
                                        OR (NEW.published_by_id, NEW.published_at)
                                           IS DISTINCT FROM (OLD.published_by_id, OLD.published_at))))
                    ) THEN
                        RAISE EXCEPTION 'a curator with an interest does not decide' USING ERRCODE = '23514';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return str(self.service)

    @property
    def kind_name(self) -> str:
        """As `get_kind_display`, which writes a dictionary of all kinds each time."""
        return str(ListingKind(self.kind).label) if self.kind else ""

    @property
    def category_codes(self) -> list[str]:
        """What it is about, by what is written beside it: no query, for lists that show many."""
        codes = (tag.removeprefix("category:") for tag in self.tags if tag.startswith("category:"))
        return [code for code in codes if code in NAMES]

    @property
    def category_names(self) -> list[str]:
        return sorted(NAMES[code] for code in self.category_codes)

    @property
    def place_names(self) -> list[str]:
        """Where it is, in a few words for each place, and none for a secret one: no query."""
        return [_place_name(place) for place in self.places]

    @property
    def at_a_glance(self) -> list[str]:
        """What helps to choose among many, in a few words each: cost, languages beside English, access."""
        said = [str(_("Costs nothing"))] if "free" in self.tags else []
        tongues = [
            capfirst(tag.removeprefix("language:")) for tag in self.tags if tag.startswith("language:")
        ]
        said += [tongue for tongue in tongues if tongue != "English"][:MOST_TONGUES]
        return said + [
            str(label) for code, (label, _found) in ACCESS.items() if f"access:{code}" in self.tags
        ]

    @property
    def check_again_on(self) -> date | None:
        """From then on it stands in the curators' queue; None where nobody has checked it yet."""
        return self.verified_on and self.verified_on + timedelta(days=HALF_A_YEAR + 1)

    @property
    def is_published(self) -> bool:
        return self.state == ListingState.PUBLISHED

    @property
    def is_unreached(self) -> bool:
        """Several people could not reach them, and no curator has checked it since."""
        return "unreached" in self.tags


def _place_name(place: dict[str, str]) -> str:
    if not place:
        return ""
    name = place["name"] or str(LocationType(place["type"]).label)
    return f"{name}, {place['city']}" if place["city"] else name


class StateChange(Record):
    """A listing went from one state to another: who decided it, when (`created_at`), and why if they said."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="state_changes")
    from_state = models.CharField(max_length=11, choices=ListingState, blank=True)
    to_state = models.CharField(max_length=11, choices=ListingState)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.listing}: {self.get_to_state_display()}"
