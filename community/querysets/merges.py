"""Which listings look alike."""

from typing import Any, Self

from django.db import connection, models, transaction
from django.db.models import Q

from coaching.accounts.querysets import Person
from community.querysets.curated import may_curate

ALIKE = 0.3
"""Names less alike than this are of different listings, whatever else they share."""
ALIKE_AT_ONE_PLACE = 0.6
"""One organization has several listings with the same phone and address; their names tell them apart."""
ENOUGH = 3000
"""Names that are the same, or alike with one or two more reasons."""


class LikePairQuerySet(models.QuerySet):
    def editable_by(self, user: Person) -> Self:
        """Those still there for a curator to decide on, with both listings."""
        if not may_curate(user):
            return self.none()
        there = ["draft", "in_review", "published", "needs_check"]
        return self.filter(
            dismissed_at=None, first__listing__state__in=there, second__listing__state__in=there
        )

    def of(self, service: Any) -> Self:
        """Those this listing is one of."""
        return self.filter(Q(first=service) | Q(second=service))

    def with_both(self) -> Self:
        """With what a line about each shows."""
        return self.select_related(
            "first__organization", "first__listing", "second__organization", "second__listing"
        ).defer(
            "first__listing__search_vector",
            "first__listing__hours",
            "second__listing__search_vector",
            "second__listing__hours",
        )

    @transaction.atomic
    def find(self, most: int = 200) -> int:
        """Compare so many listings that changed since they were compared; returns how many."""
        with connection.cursor() as cursor:
            cursor.execute(CHANGED, [most])
            ids = [row[0] for row in cursor.fetchall()]
            if ids:
                # The least likeness at which the index on names answers.
                cursor.execute("SET LOCAL pg_trgm.similarity_threshold = %s", [ALIKE_AT_ONE_PLACE])
                cursor.execute(
                    FIND,
                    {"ids": ids, "alike": ALIKE, "together": ALIKE_AT_ONE_PLACE, "enough": ENOUGH},
                )
                cursor.execute(COMPARED, [ids])
        return len(ids)


CHANGED = """
SELECT service_id FROM community_listing
WHERE compared_at IS NULL AND state <> 'archived'
ORDER BY service_id LIMIT %s FOR UPDATE SKIP LOCKED
"""
COMPARED = "UPDATE community_listing SET compared_at = now() WHERE service_id = ANY(%s::uuid[])"
FIND = """
WITH mine AS MATERIALIZED (
    SELECT listing.service_id AS id, listing.sort_name AS name, service.organization_id,
           lower(regexp_replace(coalesce(nullif(service.url, ''), organization.website),
                                '^https?://(www\\.)?|/+$', '', 'gi')) AS link
    FROM community_listing listing
    JOIN community_service service ON service.id = listing.service_id
    JOIN community_organization organization ON organization.id = service.organization_id
    WHERE listing.service_id = ANY(%(ids)s::uuid[])
),
phones AS (
    SELECT DISTINCT mine.id, other.service_id AS other
    FROM mine
    JOIN community_phone own ON own.service_id = mine.id
    JOIN community_phone other
      ON right(regexp_replace(other.number, '\\D', '', 'g'), 9)
       = right(regexp_replace(own.number, '\\D', '', 'g'), 9)
     AND other.service_id IS NOT NULL AND other.service_id <> mine.id
    WHERE length(regexp_replace(own.number, '\\D', '', 'g')) >= 6
),
links AS (
    SELECT mine.id, service.id AS other
    FROM mine
    JOIN community_service service
      ON service.url <> '' AND service.id <> mine.id
     AND lower(regexp_replace(service.url, '^https?://(www\\.)?|/+$', '', 'gi')) = mine.link
    UNION
    SELECT mine.id, service.id
    FROM mine
    JOIN community_organization organization
      ON organization.website <> '' AND organization.id <> mine.organization_id
     AND lower(regexp_replace(organization.website, '^https?://(www\\.)?|/+$', '', 'gi')) = mine.link
    JOIN community_service service ON service.organization_id = organization.id AND service.url = ''
    WHERE mine.link <> ''
),
addresses AS (
    SELECT DISTINCT mine.id, place.service_id AS other
    FROM mine
    JOIN community_serviceatlocation own_place ON own_place.service_id = mine.id
    JOIN community_location own_location
      ON own_location.id = own_place.location_id AND NOT own_location.is_confidential
    JOIN community_address own ON own.location_id = own_location.id AND own.postal_code <> ''
    JOIN community_address other
      ON upper(replace(other.postal_code, ' ', '')) = upper(replace(own.postal_code, ' ', ''))
     AND similarity(other.address_1, own.address_1) >= 0.5
    JOIN community_location location ON location.id = other.location_id AND NOT location.is_confidential
    JOIN community_serviceatlocation place
      ON place.location_id = location.id AND place.service_id <> mine.id
),
names AS (
    SELECT mine.id, other.service_id AS other
    FROM mine
    JOIN community_listing other ON other.sort_name %% mine.name AND other.service_id <> mine.id
),
pairs AS (
    SELECT id, other, bool_or(phone) AS phone, bool_or(link) AS link, bool_or(address) AS address
    FROM (
        SELECT id, other, true AS phone, false AS link, false AS address FROM phones
        UNION ALL SELECT id, other, false, true, false FROM links
        UNION ALL SELECT id, other, false, false, true FROM addresses
        UNION ALL SELECT id, other, false, false, false FROM names
    ) AS each
    GROUP BY id, other
),
judged AS (
    SELECT least(pairs.id, pairs.other) AS first_id, greatest(pairs.id, pairs.other) AS second_id,
           similarity(mine.name, listing.sort_name) AS alike,
           mine.organization_id = service.organization_id AS is_together, phone, pairs.link, address
    FROM pairs
    JOIN mine ON mine.id = pairs.id
    JOIN community_listing listing ON listing.service_id = pairs.other AND listing.state <> 'archived'
    JOIN community_service service ON service.id = pairs.other
),
found AS (
    SELECT DISTINCT ON (first_id, second_id) first_id, second_id, phone, link, address,
           (3000 * alike)::int + 1000 * (phone::int + link::int + address::int) AS likeness
    FROM judged
    WHERE alike >= CASE WHEN is_together THEN %(together)s ELSE %(alike)s END
    ORDER BY first_id, second_id
),
no_more AS (
    DELETE FROM community_likepair AS pair
    WHERE (pair.first_id = ANY(%(ids)s::uuid[]) OR pair.second_id = ANY(%(ids)s::uuid[]))
      AND pair.dismissed_at IS NULL
      AND NOT EXISTS (SELECT FROM found WHERE found.likeness >= %(enough)s
                      AND found.first_id = pair.first_id AND found.second_id = pair.second_id)
)
INSERT INTO community_likepair (first_id, second_id, likeness, is_same_phone, is_same_link, is_same_address)
SELECT first_id, second_id, likeness, phone, link, address FROM found WHERE likeness >= %(enough)s
ON CONFLICT (first_id, second_id) DO UPDATE
SET likeness = excluded.likeness, is_same_phone = excluded.is_same_phone,
    is_same_link = excluded.is_same_link, is_same_address = excluded.is_same_address
"""
