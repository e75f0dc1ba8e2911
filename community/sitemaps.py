"""What search engines may find: the directory's page and each published listing."""

from datetime import date

from django.contrib.sitemaps import Sitemap
from django.db.models import Count, Max
from django.urls import reverse

from community.models import Service
from community.querysets import ServiceQuerySet


class ListingSitemap(Sitemap):
    """Every published listing, with the day it was last checked."""

    changefreq = "monthly"
    limit = 5_000

    def items(self) -> ServiceQuerySet:
        services = Service.objects.published().select_related("listing").order_by("pk")
        return services.only("pk", "listing__service", "listing__verified_on")

    def lastmod(self, item: Service) -> date | None:
        return item.listing.verified_on

    def get_latest_lastmod(self) -> date | None:  # type: ignore[override]
        """The latest check; None where one was never checked. Django would read every listing for it."""
        checked = "listing__verified_on"
        days = self.items().aggregate(latest=Max(checked), checked=Count(checked), all=Count("pk"))
        return days["latest"] if days["checked"] == days["all"] else None


class PageSitemap(Sitemap):
    def items(self) -> list[str]:
        return ["home:front", "community:resource_list"]

    def location(self, item: str) -> str:
        return reverse(item)


SITEMAPS = {"listings": ListingSitemap, "pages": PageSitemap}
