"""Writing every private text and file anew under the current key, while it is read and written."""

from collections.abc import Callable

from django.apps import apps
from django.db import connection, models, transaction
from psycopg2.extras import execute_values
from psycopg2.sql import SQL, Identifier

from coaching.accounts.encryption import (
    VERSION,
    EncryptedField,
    Sealed,
    current_key_id,
    encrypted_fields,
    place_of,
    seal_bytes,
    unseal_bytes,
)
from coaching.content_keys import KEY_ID_BYTES

BATCH = 500


def rotate(*, on_batch: Callable[[str, int], object] = lambda place, count: None) -> int:
    """Re-encrypt what other keys wrote, batch by batch, and return how many texts that were.

    Each batch is one short transaction that locks only what it writes, and
    writes a text only where it is still the one that was read: somebody who
    saved meanwhile has used the current key anyway. Begun again after an
    interruption it goes on where it was, for it looks for what is left.

    Raises Unreadable where a text does not open; what was done until then stays.
    """
    return sum(
        _rotate_column(model, field, on_batch)
        for model in apps.get_models()
        for field in encrypted_fields(model)
    )


def _rotate_column(
    model: type[models.Model], field: EncryptedField, on_batch: Callable[[str, int], object]
) -> int:
    names = {
        "table": Identifier(model._meta.db_table),
        "column": Identifier(field.column),
        "pk": Identifier(model._meta.pk.column),
    }
    left = SQL(
        "SELECT {pk}, {column} FROM {table} WHERE {pk} > %s"
        " AND substring({column} FROM %s FOR %s) <> %s ORDER BY {pk} LIMIT %s"
    ).format(**names)
    write = SQL(
        "UPDATE {table} SET {column} = new.text FROM (VALUES %s) AS new (pk, old, text)"
        " WHERE {table}.{pk} = new.pk AND {table}.{column} = new.old"
    ).format(**names)
    batch = min(BATCH, field.rotated_at_once)
    seen, count = "00000000-0000-0000-0000-000000000000", 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(left, [seen, len(VERSION) + 1, KEY_ID_BYTES, current_key_id(), batch])
            rows = [(pk, Sealed(bytes(stored))) for pk, stored in cursor.fetchall()]
            if not rows:
                return count
            places = [place_of(model._meta.db_table, str(field.column), pk) for pk, _text in rows]
            texts = [
                seal_bytes(unseal_bytes(old, place), place)
                for (_pk, old), place in zip(rows, places, strict=True)
            ]
            values = [(str(pk), old.stored, new.stored) for (pk, old), new in zip(rows, texts, strict=True)]
            execute_values(
                cursor.cursor, write, values, template="(%s::uuid, %s::bytea, %s::bytea)", page_size=batch
            )
        seen, count = str(rows[-1][0]), count + len(rows)
        on_batch(f"{model._meta.label}.{field.name}", count)
