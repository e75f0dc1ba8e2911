"""Which links there are to look at, and whose they are."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from coaching.accounts.querysets import Person
from community.querysets.curated import may_curate

if TYPE_CHECKING:
    from community.models import Service, WebLink

DEAD_FOR_SURE = 2
"""A link that did not work on so many days, one after the other, needs a curator."""
HELD_FOR = timedelta(minutes=2)
"""A round is over long before; one whose worker died is begun anew after it."""
ONE_ROUND = 7_105_002
"""The lock under which a round is begun."""


class WebLinkQuerySet(models.QuerySet):
    def editable_by(self, user: Person) -> Self:
        """All of them for a curator."""
        return self.all() if may_curate(user) else self.none()

    def by_address(self, services: Iterable["Service"], *, and_moved: int = 0) -> "dict[str, WebLink]":
        """Those that these services name, by address, and so many of those that moved for good."""
        addresses = {url for service in services for url in service.web_addresses}
        moved = self.filter(state="redirect").exclude(leads_to="").order_by("url")[:and_moved]
        found = self.filter(Q(url__in=addresses) | Q(pk__in=moved.values("pk"))).order_by("url")
        links: list[WebLink] = list(found) if addresses or and_moved else []  # type: ignore[arg-type]
        return {link.url: link for link in links}

    def write_down(self) -> None:
        """Make a row of each address that listings in use name, and forget those that none names."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(NEW_LINKS)
            cursor.execute(OLD_LINKS)

    @transaction.atomic
    def claim(self, most: int) -> "list[WebLink]":
        """The links of the next round, held for it: due, each of another host; none while another runs."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_ROUND])
        if self.filter(held_until__gt=Now()).exists():
            return []
        first_of_host = self.filter(due_at__lte=Now()).order_by("host", "due_at", "pk").distinct("host")
        in_turn = self.filter(pk__in=first_of_host.values("pk")).order_by("due_at", "pk")
        due: list[WebLink] = list(in_turn[:most])  # type: ignore[arg-type]
        self.filter(pk__in=[link.pk for link in due]).update(held_until=Now() + HELD_FOR)
        return due


def with_dead_link() -> Q:
    """Those with a link that is dead for sure, unless somebody has read their website since."""
    return Q(pk__in=RawSQL(WITH_DEAD_LINK, [DEAD_FOR_SURE]))  # noqa: S611


def named_addresses() -> RawSQL:
    """The addresses that a service's page shows, as `Service.web_addresses` has them."""
    return RawSQL(NAMED_BY_ONE, [], output_field=ArrayField(models.TextField()))  # noqa: S611


NAMED = """
    SELECT service.id AS service_id, coalesce(nullif(service.url, ''), organization.website) AS url
    FROM community_service service
    JOIN community_organization organization ON organization.id = service.organization_id
    UNION ALL
    SELECT service_id, url FROM community_url WHERE service_id IS NOT NULL
    UNION ALL
    SELECT place.service_id, location.url
    FROM community_serviceatlocation place
    JOIN community_location location ON location.id = place.location_id AND NOT location.is_confidential
"""
"""Each service and the addresses its page shows, as `Service.web_addresses` has them."""
NAMED_BY_ONE = f"""
    ARRAY(SELECT named.url FROM ({NAMED}) AS named
          WHERE named.service_id = "community_service"."id" AND named.url <> '')
"""  # noqa: S608
IN_USE = f"""
    SELECT named.url
    FROM ({NAMED}) AS named
    JOIN community_listing listing ON listing.service_id = named.service_id
     AND listing.state IN ('in_review', 'published', 'needs_check')
    WHERE named.url ~* '^https?://(?:[^/?#@]*@)?[^/:?#@]'
"""  # noqa: S608
NEW_LINKS = f"""
INSERT INTO community_weblink (url, host, state, answer, leads_to, dead_days)
SELECT DISTINCT url,
       left(lower(substring(url FROM '(?i)^https?://(?:[^/?#@]*@)?(\\[[^]]*\\]|[^/:?#]+)')), 255),
       'unchecked', '', '', 0
FROM ({IN_USE}) AS in_use
ON CONFLICT (url) DO NOTHING
"""  # noqa: S608
OLD_LINKS = f"""
DELETE FROM community_weblink AS link
WHERE NOT EXISTS (SELECT FROM ({IN_USE}) AS in_use WHERE in_use.url = link.url)
"""  # noqa: S608
WITH_DEAD_LINK = f"""
SELECT named.service_id
FROM ({NAMED}) AS named
JOIN community_weblink link ON link.url = named.url AND link.dead_days >= %s
JOIN community_listing listing ON listing.service_id = named.service_id
WHERE listing.verified_on IS NULL OR listing.verified_on < link.dead_on OR listing.verified_how <> 'website'
"""  # noqa: S608
