"""Why a listing stands in the curators' queue, in words."""

from collections import Counter
from collections.abc import Iterator, Mapping

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.models import Listing, Service, WebLink
from community.models.voices import Problem
from community.querysets.services import HALF_A_YEAR


def reasons(service: Service, links: Mapping[str, WebLink]) -> Iterator[str]:
    """Why this one of `by_need` and `for_queue` is there, strongest first; `links` are its, by address."""
    listing, found = service.listing, vars(service)
    told = Counter(report.problem for report in found["open_reports"])
    if unreachable := told.pop(Problem.UNREACHABLE, 0):
        yield ngettext(
            "%(number)s person could not reach them.", "%(number)s people could not reach them.", unreachable
        ) % {"number": unreachable}
    for problem in [each for each in Problem if each in told]:
        yield ngettext(
            "%(number)s person says: “%(what)s”.", "%(number)s people say: “%(what)s”.", told[problem]
        ) % {"number": told[problem], "what": problem.label}
    if listing.state == Listing.State.NEEDS_CHECK:
        yield _("It was taken out of the directory until somebody has looked.")
    if not listing.verified_on:
        yield _("Nobody has checked it yet.")
    elif found["unchecked"] > HALF_A_YEAR:
        yield _("Last checked on %(date)s, more than half a year ago.") % {
            "date": date_format(listing.verified_on)
        }
    for url in service.web_addresses if found["has_dead_link"] else []:
        if url in links and links[url].is_dead_for_sure:
            yield _("Its link %(url)s does not work: %(answer)s") % {"url": url, "answer": links[url].answer}
