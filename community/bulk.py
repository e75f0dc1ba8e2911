"""The same for several listings at once: looked at first, done in one transaction, taken back as one."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import models, transaction
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from coaching.accounts.models import User
from community import actions
from community.edits import STATE, WORDS, written_down
from community.holding import hold
from community.models import Edit, Listing, Service, TaxonomyTerm


class Act(models.TextChoices):
    CHECK = "check", _("They need a check")
    ADD = "add", _("Give them the category")
    REMOVE = "remove", _("Take the category away")
    ARCHIVE = "archive", _("Archive them")


ABOUT_CATEGORIES = {Act.ADD, Act.REMOVE}


@dataclass
class Preview:
    """Which of the listings it would be done to, and which not, with the reason."""

    fit: list[Service] = field(default_factory=list)
    unfit: list[tuple[Service, str]] = field(default_factory=list)


def preview(services: Iterable[Service], act: str, category: TaxonomyTerm | None) -> Preview:
    """What would become of these (from `for_lines`); nothing is done."""
    found = Preview()
    for service in services:
        if reason := _why_not(service, act, category):
            found.unfit.append((service, reason))
        else:
            found.fit.append(service)
    return found


def _why_not(service: Service, act: str, category: TaxonomyTerm | None) -> str:
    listing, categories = service.listing, service.categories
    reasons = {
        Act.ADD: [(category in categories, _now("It has it already."))],
        Act.REMOVE: [
            (category not in categories, _now("It does not have it.")),
            (listing.is_published and len(categories) == 1, _now("It is published and has no other.")),
        ],
        Act.CHECK: [(not listing.is_published, _now("It is not published."))],
        Act.ARCHIVE: [(listing.state == Listing.State.ARCHIVED, _now("It is archived already."))],
    }
    return next((words for is_so, words in reasons[Act(act)] if is_so), "")


@transaction.atomic
def change_several(
    *, by: User, services: models.QuerySet[Service], act: str, category: TaxonomyTerm | None
) -> int:
    """Do it to those of these that it fits, all or none; returns how many. Raises NotPossible."""
    chosen = Service.objects.filter(pk__in=services.order_by().values("pk"))
    hold(chosen)
    hold(Listing.objects.filter(service__in=chosen))
    fit = preview(services, act, category).fit
    what = ngettext("%(act)s (%(number)s listing)", "%(act)s (%(number)s listings)", len(fit)) % {
        "act": f"{Act(act).label}: {category}" if category else Act(act).label,
        "number": len(fit),
    }
    tables = WORDS if act in ABOUT_CATEGORIES else STATE
    with written_down(Edit.Kind.BULK, tables, by=by, services=fit, what=what):
        for service in fit:
            _change(by, service, act, category)
    return len(fit)


def _change(by: User, service: Service, act: str, category: TaxonomyTerm | None) -> None:
    if act == Act.CHECK:
        actions.ask_for_check(by=by, service=service)
    elif act == Act.ARCHIVE:
        actions.archive(by=by, service=service)
    elif category:
        kept = {*service.categories, category} if act == Act.ADD else {*service.categories} - {category}
        actions.change_listing(by=by, service=service, columns={}, listing={}, categories=kept)
