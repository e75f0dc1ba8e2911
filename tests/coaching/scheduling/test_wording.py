"""Usual and discreet words are there for the same kinds, and the discreet ones tell nothing."""

import pytest

from coaching.scheduling.models import MailChoices, Reminder
from coaching.scheduling.wording import DISCREET, USUAL, wording_for

EACH = ["subjects", "series_subjects", "texts", "series_texts"]


@pytest.mark.parametrize("name", EACH)
def test_every_kind_has_both(name):
    usual, discreet = getattr(USUAL, name), getattr(DISCREET, name)

    assert usual.keys() == discreet.keys()
    expected = set(Reminder.Kind.values) - ({"upcoming"} if name.startswith("series") else set())
    assert set(usual) == expected


@pytest.mark.parametrize("name", EACH)
def test_discreet_words_do_not_say_what_it_is_about(name):
    for words in getattr(DISCREET, name).values():
        assert not any(told in str(words).lower() for told in ("session", "coach", "trellis", "client"))


@pytest.mark.parametrize("is_discreet", [False, True])
def test_a_persons_choice_counts(is_discreet):
    assert wording_for(MailChoices(is_discreet=is_discreet)) is (DISCREET if is_discreet else USUAL)
