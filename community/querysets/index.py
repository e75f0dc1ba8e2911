"""What a listing is found by and shown with in a list, written down beside it by one statement.

A confidential place adds neither words nor a spot nor its access, and of where
it is no more than that this is kept secret.
"""

from itertools import batched
from typing import Any

from django.db import connection, transaction

from community import vocabulary

MOST_LETTERS = 30_000
"""Of each long part of what a listing is found by: PostgreSQL takes 1 MB for all of them together."""
AT_ONCE = 1000
"""So many services by one statement: what it sets aside for all of them has no index."""
VECTOR = """
        setweight(to_tsvector({config}, unaccent(words.name)), 'A')
        || setweight(to_tsvector({config}, unaccent(concat_ws(' ', words.organization, words.terms))), 'B')
        || setweight(to_tsvector({config}, unaccent(concat_ws(' ', words.summary, words.places))), 'C')
        || setweight(to_tsvector({config}, unaccent(words.description)), 'D')"""
REINDEX = """
WITH found_by AS MATERIALIZED (
    SELECT service.id,
           concat_ws(' ', service.name, service.alternate_name) AS name,
           lower(service.name) AS sort_name,
           concat_ws(' ', organization.name, organization.alternate_name) AS organization,
           left(concat_ws(' ', service.description, service.eligibility_description), %(most)s)
               AS description,
           entry.summary,
           (SELECT left(string_agg(term.name || ' ' || CASE WHEN term.taxonomy_id = %(taxonomy)s
                                                       THEN replace(term.code, '_', ' ') ELSE '' END, ' '),
                        %(most)s)
            FROM community_attribute attribute
            JOIN community_taxonomyterm term ON term.id = attribute.taxonomy_term_id
            WHERE attribute.service_id = service.id) AS terms,
           (SELECT left(string_agg(concat_ws(' ', location.name, address.city), ' '), %(most)s)
            FROM community_serviceatlocation link
            JOIN community_location location
              ON location.id = link.location_id AND NOT location.is_confidential
            LEFT JOIN community_address address ON address.location_id = location.id
            WHERE link.service_id = service.id) AS places
    FROM community_service service
    JOIN community_organization organization ON organization.id = service.organization_id
    JOIN community_listing entry ON entry.service_id = service.id
    WHERE service.id = ANY(%(ids)s::uuid[])
),
those AS (SELECT service_id AS id, kind FROM community_listing WHERE service_id = ANY(%(ids)s::uuid[])),
links AS (
    SELECT link.service_id, link.id, location.id AS location_id, location.location_type,
           location.is_confidential
    FROM community_serviceatlocation link
    JOIN community_location location ON location.id = link.location_id
    WHERE link.service_id = ANY(%(ids)s::uuid[])
),
spoken AS (
    SELECT language.service_id AS id,
           CASE WHEN count(known.config) = 0 THEN ARRAY['simple']
                ELSE (array_remove(array_agg(DISTINCT known.config), 'english'))[:3] END AS configs
    FROM community_language language
    LEFT JOIN unnest(%(language_names)s::text[], %(language_configs)s::text[]) AS known(name, config)
      ON known.name IN (substring(lower(language.name) FROM '^[^ ,;(/-]+'),
                        split_part(lower(language.code), '-', 1))
    WHERE language.service_id = ANY(%(ids)s::uuid[])
    GROUP BY language.service_id
),
hours AS (
    SELECT coalesce(schedule.service_id, links.service_id) AS service_id, schedule.valid_from,
           schedule.valid_to, schedule.freq, schedule."interval", schedule.byday, schedule.opens_at,
           (extract(hour FROM opens_at) * 60 + extract(minute FROM opens_at))::int AS opens,
           (extract(hour FROM closes_at) * 60 + extract(minute FROM closes_at))::int AS closes
    FROM community_schedule schedule
    LEFT JOIN links ON links.id = schedule.service_at_location_id
    WHERE schedule.service_id = ANY(%(ids)s::uuid[]) OR links.id IS NOT NULL
),
tags AS (
    SELECT id, 'kind:' || kind AS tag FROM those WHERE kind <> ''
    UNION
    SELECT attribute.service_id, 'category:' || term.code
    FROM community_attribute attribute
    JOIN community_taxonomyterm term ON term.id = attribute.taxonomy_term_id
    WHERE attribute.service_id = ANY(%(ids)s::uuid[]) AND term.taxonomy_id = %(taxonomy)s
      AND term.parent_id IS NOT NULL
    UNION
    SELECT service_id, 'language:' || lower(name) FROM community_language
    WHERE service_id = ANY(%(ids)s::uuid[]) AND name <> ''
    UNION
    SELECT links.service_id, 'language:' || lower(language.name)
    FROM links JOIN community_language language ON language.location_id = links.location_id
    WHERE language.name <> ''
    UNION
    SELECT links.service_id, 'access:' || kind.code
    FROM links
    JOIN community_accessibility access ON access.location_id = links.location_id
    JOIN unnest(%(access_codes)s::text[], %(access_patterns)s::text[]) AS kind(code, pattern)
      ON access.description ~* kind.pattern
    WHERE NOT links.is_confidential
    UNION
    SELECT id, 'free' FROM community_service
    WHERE id = ANY(%(ids)s::uuid[]) AND fees_description ~* %(free)s
    UNION
    SELECT service_id, 'free' FROM community_costoption
    WHERE service_id = ANY(%(ids)s::uuid[]) AND amount = 0
    UNION
    SELECT id, 'remote' FROM those
    WHERE NOT EXISTS (SELECT FROM links WHERE links.service_id = those.id)
       OR EXISTS (SELECT FROM links WHERE links.service_id = those.id
                  AND (location_type = 'virtual' OR is_confidential))
    UNION
    SELECT id, 'text:' || unnest(configs) FROM spoken
    UNION
    SELECT service_id, 'unreached' FROM community_problemreport
    WHERE service_id = ANY(%(ids)s::uuid[]) AND problem = 'unreachable' AND closed_at IS NULL
    GROUP BY service_id HAVING count(*) >= %(enough_reports)s
    UNION
    SELECT service_id, 'dated' FROM hours WHERE valid_from IS NOT NULL OR valid_to IS NOT NULL
),
at AS (
    SELECT links.service_id,
           jsonb_agg(
               CASE WHEN links.is_confidential THEN '{}'::jsonb
                    ELSE jsonb_build_object('name', location.name, 'type', location.location_type, 'city',
                             coalesce((SELECT city FROM community_address address
                                       WHERE address.location_id = location.id
                                       ORDER BY address.address_type <> 'physical', created_at, address.id
                                       LIMIT 1), ''))
               END ORDER BY links.id) AS places
    FROM links JOIN community_location location ON location.id = links.location_id
    GROUP BY links.service_id
),
open AS (
    SELECT service_id, range_agg(int4range(begins, ends)) AS hours
    FROM (
        SELECT service_id, day * 1440 + opens AS begins,
               CASE WHEN closes IS NULL THEN (day + 1) * 1440
                    WHEN closes > opens THEN day * 1440 + closes
                    ELSE (day + 1) * 1440 + closes END AS ends
        FROM hours
        JOIN unnest(string_to_array(hours.byday, ',')) AS each(code) ON true
        JOIN unnest(%(days)s::text[]) WITH ORDINALITY AS week(code, place) ON week.code = trim(each.code),
             LATERAL (SELECT week.place::int - 1 AS day) AS of_week
        WHERE freq <> 'MONTHLY' AND coalesce("interval", 1) = 1 AND opens IS NOT NULL
    ) AS stretches
    GROUP BY service_id
),
tagged AS (
    SELECT those.id, coalesce(array_agg(tags.tag ORDER BY tags.tag) FILTER (WHERE tags.tag IS NOT NULL), '{}')
               AS tags,
           open.hours, spoken.configs, coalesce(at.places, '[]') AS places
    FROM those
    LEFT JOIN tags ON tags.id = those.id
    LEFT JOIN open ON open.service_id = those.id
    LEFT JOIN spoken ON spoken.id = those.id
    LEFT JOIN at ON at.service_id = those.id
    GROUP BY those.id, open.hours, spoken.configs, at.places
),
said AS (
    INSERT INTO community_searchword (word, stem)
    SELECT word, (tsvector_to_array(to_tsvector('english', word)))[1]
    FROM (
        SELECT DISTINCT regexp_split_to_table(
            unaccent(lower(concat_ws(' ', name, organization, terms, summary, places, description))),
            '[^[:alnum:]]+') AS word
        FROM found_by
    ) AS said
    WHERE length(word) BETWEEN 3 AND 40 AND cardinality(tsvector_to_array(to_tsvector('english', word))) > 0
    ORDER BY word
    ON CONFLICT DO NOTHING
),
spots AS (
    SELECT DISTINCT links.service_id,
           cosd(latitude) * cosd(longitude) AS x, cosd(latitude) * sind(longitude) AS y, sind(latitude) AS z
    FROM links JOIN community_location location ON location.id = links.location_id
    WHERE NOT links.is_confidential AND links.location_type = 'physical'
      AND latitude IS NOT NULL AND longitude IS NOT NULL
),
not_there AS (
    DELETE FROM community_spot WHERE service_id = ANY(%(ids)s::uuid[])
),
there AS (
    INSERT INTO community_spot (service_id, position) SELECT service_id, cube(ARRAY[x, y, z]) FROM spots
),
areas AS (
    SELECT service_id AS id, cube(ARRAY[min(x), min(y), min(z)], ARRAY[max(x), max(y), max(z)]) AS area
    FROM spots GROUP BY service_id
)
UPDATE community_listing AS listing
SET sort_name = words.sort_name,
    tags = tagged.tags,
    places = tagged.places,
    compared_at = NULL,
    hours = tagged.hours,
    area = areas.area,
    search_vector = {english}
        || CASE WHEN configs[1] IS NULL THEN ''::tsvector ELSE {first} END
        || CASE WHEN configs[2] IS NULL THEN ''::tsvector ELSE {second} END
        || CASE WHEN configs[3] IS NULL THEN ''::tsvector ELSE {third} END
FROM found_by AS words
JOIN tagged USING (id)
LEFT JOIN areas USING (id)
WHERE listing.service_id = words.id
"""
"""In English always, and in up to three more languages that are spoken there (docs/decisions/0098)."""


HOLD = "SELECT FROM community_listing WHERE service_id = ANY(%s::uuid[]) ORDER BY id FOR NO KEY UPDATE"
"""Else of two that write the same copies at once the later could write what it read before the other."""


def _statement() -> str:
    statement = REINDEX
    configs = {"english": "'english'"} | {
        name: f"configs[{place}]::regconfig" for place, name in enumerate(["first", "second", "third"], 1)
    }
    for name, config in configs.items():
        statement = statement.replace(f"{{{name}}}", VECTOR.replace("{config}", config))
    return statement


def write_index(ids: list[Any]) -> None:
    """Write down anew what these services are found by and shown with: words, tags, hours, places."""
    named = [(name, config) for config, names in vocabulary.TEXT.items() for name in names.split()]
    values: dict[str, Any] = {
        "taxonomy": vocabulary.TAXONOMY_ID,
        "most": MOST_LETTERS,
        "access_codes": list(vocabulary.ACCESS),
        "access_patterns": [pattern for _label, pattern in vocabulary.ACCESS.values()],
        "free": vocabulary.FREE,
        "enough_reports": vocabulary.ENOUGH_REPORTS,
        "days": vocabulary.DAYS,
        "language_names": [name for name, _config in named],
        "language_configs": [config for _name, config in named],
    }
    statement = _statement()
    with transaction.atomic(), connection.cursor() as cursor:
        # Held first, by a statement of its own: the next one then sees what others have written until here.
        cursor.execute(HOLD, [list(ids)])
        for some in batched(ids, AT_ONCE):
            cursor.execute(statement, {**values, "ids": list(some)})
