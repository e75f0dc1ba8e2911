"""Every encrypted column there is, on real rows: each text opens at its own place and at no other."""

import secrets
from itertools import permutations

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from clients.models import Circumstance
from coaching.accounts.encryption import Sealed, Unreadable, current_key_id, encrypted_fields
from coaching.accounts.rotation import rotate
from tests.clients.rows import MAKERS, a_circumstance

PRIVATE = [model for model in apps.get_models() if encrypted_fields(model)]
PLACES = [(model, field.name) for model in PRIVATE for field in encrypted_fields(model)]


@pytest.fixture
def rows(ben, alma, ben_client) -> dict[type, list]:
    """Two rows of every private model, each field with words of its own."""
    return {
        model: [
            MAKERS[model](
                ben_client,
                alma if getattr(model, "IS_COACHS", False) else ben,
                **{
                    field.name: f"{model.__name__} {field.name} {number}" for field in encrypted_fields(model)
                },
            )
            for number in (1, 2)
        ]
        for model in PRIVATE
    }


def words_of(row, field: str) -> str:
    value = getattr(row, field)
    return value.decode() if isinstance(value, bytes) else value


def stored(model, field: str, pk) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {field} FROM {model._meta.db_table} WHERE id = %s", [pk])
        return bytes(cursor.fetchone()[0])


def test_every_private_model_has_a_maker():
    assert set(MAKERS) == set(PRIVATE)


def test_history_tables_hold_no_private_text():
    assert [model for model in PRIVATE if hasattr(model, "pgh_tracked_model")] == []


def test_swapped_texts_are_refused_between_every_pair_of_fields(rows):
    places = [(model, field, row.pk) for model, field in PLACES for row in rows[model]]

    for here, there in permutations(places, 2):
        model, field, pk = here
        own = stored(*here)
        model.objects.filter(pk=pk).update(**{field: Sealed(stored(*there))})
        with pytest.raises(Unreadable):
            getattr(model.objects.get(pk=pk), field)
        model.objects.filter(pk=pk).update(**{field: Sealed(own)})


@pytest.mark.parametrize(("model", "field"), PLACES)
def test_text_is_not_in_the_column_and_opens_through_its_row(rows, model, field):
    row = rows[model][0]

    assert model.__name__.encode() not in stored(model, field, row.pk)
    assert words_of(model.objects.get(pk=row.pk), field) == f"{model.__name__} {field} 1"
    assert repr(model.objects.filter(pk=row.pk).values_list(field, flat=True)[0]) == "<sealed>"


@pytest.mark.parametrize(("model", "field"), PLACES)
def test_no_query_takes_a_plain_text(rows, model, field):
    rows_of_it = model.objects.all()

    with pytest.raises(TypeError, match="is encrypted"), transaction.atomic():
        rows_of_it.update(**{field: "plain"})
    with pytest.raises(TypeError, match="is encrypted"), transaction.atomic():
        rows_of_it.filter(**{field: "plain"}).exists()
    with pytest.raises(TypeError, match="is encrypted"), transaction.atomic():
        model.objects.bulk_update(list(rows_of_it), [field])


def test_bulk_create_seals_each_text_for_its_row(ben, ben_client):
    rows = [
        Circumstance(client=ben_client, recorded_by=ben, domain="food", words=f"Number {number}")
        for number in range(3)
    ]

    Circumstance.objects.bulk_create(rows)

    assert {row.words for row in Circumstance.objects.all()} == {"Number 0", "Number 1", "Number 2"}


def test_text_that_was_not_read_is_written_back_as_it_was(ben, ben_client, settings):
    pk = a_circumstance(ben_client, ben, words="Kept").pk
    keys, settings.CONTENT_KEYS = settings.CONTENT_KEYS, [secrets.token_urlsafe(32)]

    row = Circumstance.objects.get(pk=pk)
    row.urgency = "urgent"
    row.save()

    settings.CONTENT_KEYS = keys
    assert Circumstance.objects.get(pk=pk).words == "Kept"


def test_page_without_the_key_shows_no_words_and_does_not_pretend(ben, ben_browser, ben_client, settings):
    a_circumstance(ben_client, ben, words="Kept")
    settings.CONTENT_KEYS = [secrets.token_urlsafe(32)]
    ben_browser.raise_request_exception = False

    response = ben_browser.get("/me/circumstances/")

    assert response.status_code == 500
    assert "Kept" not in response.content.decode()


def test_rotation_writes_every_text_under_the_first_key(rows, settings):
    settings.CONTENT_KEYS = [secrets.token_urlsafe(32), *settings.CONTENT_KEYS]

    count, again = rotate(), rotate()
    settings.CONTENT_KEYS = settings.CONTENT_KEYS[:1]

    more = 2 * 2  # a file brings its content, and a content its file's name
    assert (count, again) == (2 * len(PLACES) + more, 0)
    for model, field in PLACES:
        mine = model.objects.filter(pk__in=[row.pk for row in rows[model]])
        assert {words_of(row, field) for row in mine} == {
            f"{model.__name__} {field} {number}" for number in (1, 2)
        }
        assert {Sealed(stored(model, field, row.pk)).key_id for row in rows[model]} == {current_key_id()}


def test_rotation_goes_on_where_it_was_interrupted(ben, ben_client, settings, monkeypatch):
    monkeypatch.setattr("coaching.accounts.rotation.BATCH", 2)
    for number in range(5):
        a_circumstance(ben_client, ben, words=str(number))
    settings.CONTENT_KEYS = [secrets.token_urlsafe(32), *settings.CONTENT_KEYS]

    class Stopped(Exception):
        pass

    def stop(place: str, count: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        rotate(on_batch=stop)
    rest = rotate()

    assert rest == 2 * 5 - 2
    assert {row.words for row in Circumstance.objects.all()} == {"0", "1", "2", "3", "4"}


def test_rotation_leaves_alone_what_was_written_meanwhile(ben, ben_client, settings, monkeypatch):
    row = a_circumstance(ben_client, ben, words="Before")
    settings.CONTENT_KEYS = [secrets.token_urlsafe(32), *settings.CONTENT_KEYS]
    from coaching.accounts import rotation  # noqa: PLC0415

    unseal = rotation.unseal_bytes

    def somebody_saves(sealed, place):
        row.words = "After"
        row.save(update_fields=["words"])
        return unseal(sealed, place)

    monkeypatch.setattr(rotation, "unseal_bytes", somebody_saves)
    rotate()

    assert Circumstance.objects.get().words == "After"


def test_rotate_content_keys_command_says_what_it_did(ben, ben_client, settings, capsys):
    a_circumstance(ben_client, ben)
    old, new = settings.CONTENT_KEYS[0], secrets.token_urlsafe(32)

    settings.CONTENT_KEYS = [new]
    with pytest.raises(CommandError, match="Is an older key missing"):
        call_command("rotate_content_keys")
    settings.CONTENT_KEYS = [new, old]
    call_command("rotate_content_keys")
    call_command("rotate_content_keys")

    assert capsys.readouterr().out.splitlines() == [
        "clients.Circumstance.words: 1",
        "clients.Circumstance.would_help: 1",
        "2 texts were written anew.",
        "Nothing is left under an older key.",
    ]
