"""What was published or checked lately, as an Atom feed (RFC 4287) for whoever watches the directory."""

from dataclasses import dataclass
from datetime import UTC, datetime, time

from django.contrib.syndication.views import Feed
from django.urls import reverse, reverse_lazy
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.models import Service, StateChange
from community.querysets import ServiceQuerySet

LONGEST = 50


@dataclass(frozen=True)
class News:
    """A listing that was published, or checked, at this moment."""

    service: Service
    at: datetime
    is_published: bool


def latest_news() -> list[News]:
    """The latest of what stands in the directory now, one for each listing, in two queries.

    Both walk an index backwards, so that it costs the same in a large directory.
    """
    services: ServiceQuerySet = Service.objects.published().for_cards().by_check()
    changes = (
        StateChange.objects.filter(to_state="published", listing__state="published")
        .exclude(from_state="published")
        .select_related("listing__service__organization")
        .defer("listing__search_vector", "listing__hours")
        .order_by("-pk")
    )
    news: dict[object, News] = {}
    for service in services.order_by("-checked", "listing__service_id")[:LONGEST]:
        if day := service.listing.verified_on:
            news[service.pk] = News(service, datetime.combine(day, time(), UTC), is_published=False)
    for change in changes[:LONGEST]:
        service, known = change.listing.service, news.get(change.listing.service_id)
        if known is None or known.at <= change.created_at:
            news[service.pk] = News(service, change.created_at, is_published=True)
    return sorted(news.values(), key=lambda each: (each.at, each.service.pk), reverse=True)[:LONGEST]


class ChangesFeed(Feed):
    """Only what everybody may find, with the words of its card: no address and no person."""

    feed_type = Atom1Feed
    title = gettext_lazy("News of the directory")
    subtitle = gettext_lazy("What was published or checked lately.")
    link = reverse_lazy("community:resource_list")

    def items(self) -> list[News]:
        return latest_news()

    def item_title(self, item: News) -> str:
        words = _("New: %(name)s") if item.is_published else _("Checked: %(name)s")
        return _printable(words % {"name": item.service.name})

    def item_description(self, item: News) -> str:
        return _printable(item.service.listing.summary)

    def item_link(self, item: News) -> str:
        return reverse("community:resource_detail", args=[item.service.pk])

    def item_updateddate(self, item: News) -> datetime:
        return item.at

    def item_author_name(self, item: News) -> str:
        return _printable(item.service.organization.name)


def _printable(text: str) -> str:
    """XML 1.0 holds no control characters but these three; a name that was copied from elsewhere may."""
    return "".join(letter for letter in text if letter in "\t\n\r" or " " <= letter not in "\ufffe\uffff")
