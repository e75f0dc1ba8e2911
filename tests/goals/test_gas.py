from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goals.gas import t_score

LEVELS = st.integers(-2, 2)
WEIGHTS = st.floats(1e-3, 1e3)
PAIRS = st.lists(st.tuples(LEVELS, WEIGHTS), min_size=1, max_size=12)
RHO = st.floats(0, 1)


@pytest.mark.parametrize(
    ("levels", "weights", "score"),
    [
        ((-2, 0, -1, 2, 0, 1), (3, 5, 1, 4, 2, 6), 55.0),
        ((1, 1, 1, 1), (1, 1, 1, 1), 64.51),
        ((0, 1, 1), (1, 2, 3), 61.02),
        ((0, 0, 0), (1, 2, 3), 50.0),
    ],
)
def test_worked_examples(levels, weights, score):
    assert round(t_score(levels, weights), 2) == score


def test_first_worked_example_is_exact():
    assert t_score((-2, 0, -1, 2, 0, 1), (3, 5, 1, 4, 2, 6)) == pytest.approx(55.0, abs=0.05)


def test_without_weights_all_weigh_the_same():
    assert t_score([1, -1, 2]) == t_score([1, -1, 2], [7, 7, 7])


@given(LEVELS, st.floats(1e-300, 1e300), RHO)
def test_one_goal_is_independent_of_its_weight(level, weight, rho):
    assert t_score([level], [weight], rho) == pytest.approx(50 + 10 * level)


@given(PAIRS)
def test_bounds(pairs):
    """With the correlation of 0.3, n goals of equal weight reach 50 ± 20·n/√(0.7n + 0.3n²), and no more."""
    levels, weights = zip(*pairs, strict=True)
    score = t_score(levels, weights)

    furthest = 20 * len(levels) / (0.7 * len(levels) + 0.3 * len(levels) ** 2) ** 0.5
    assert abs(score - 50) <= furthest + 1e-6
    assert abs(score - 50) <= 20 / 0.3**0.5


@given(PAIRS, RHO)
def test_symmetry(pairs, rho):
    levels, weights = zip(*pairs, strict=True)

    mirrored = t_score([-level for level in levels], weights, rho)

    assert mirrored - 50 == pytest.approx(50 - t_score(levels, weights, rho))


@given(PAIRS, st.floats(1e-6, 1e6), RHO)
def test_only_the_proportion_of_weights_counts(pairs, factor, rho):
    levels, weights = zip(*pairs, strict=True)

    scaled = t_score(levels, [weight * factor for weight in weights], rho)

    assert scaled == pytest.approx(t_score(levels, weights, rho))


@given(PAIRS, st.randoms())
def test_order_does_not_count(pairs, random):
    levels, weights = zip(*pairs, strict=True)
    random.shuffle(pairs)

    assert t_score(*zip(*pairs, strict=True)) == pytest.approx(t_score(levels, weights))


@pytest.mark.parametrize(
    ("levels", "weights", "rho", "sentence"),
    [
        ([], [], 0.3, "A score needs at least one goal."),
        ([], None, 0.3, "A score needs at least one goal."),
        ([1, 2], [1], 0.3, "There are 2 levels and 1 weights; each goal needs one of each."),
        ([3], [1], 0.3, "A level is a whole number from -2 to 2, not 3."),
        ([-3], [1], 0.3, "A level is a whole number from -2 to 2, not -3."),
        ([1.0], [1], 0.3, "A level is a whole number from -2 to 2, not 1.0."),
        ([nan], [1], 0.3, "A level is a whole number from -2 to 2, not nan."),
        (["1"], [1], 0.3, "A level is a whole number from -2 to 2, not '1'."),
        ([True], [1], 0.3, "A level is a whole number from -2 to 2, not True."),
        ([None], [1], 0.3, "A level is a whole number from -2 to 2, not None."),
        ([1], [0], 0.3, "A weight is a number above zero, not 0."),
        ([1], [-1], 0.3, "A weight is a number above zero, not -1."),
        ([1], [nan], 0.3, "A weight is a number above zero, not nan."),
        ([1], [inf], 0.3, "A weight is a number above zero, not inf."),
        ([1], [True], 0.3, "A weight is a number above zero, not True."),
        ([1], ["2"], 0.3, "A weight is a number above zero, not '2'."),
        ([1], [None], 0.3, "A weight is a number above zero, not None."),
        ([1], [1], -0.1, "The correlation rho is a number from 0 to 1, not -0.1."),
        ([1], [1], 1.1, "The correlation rho is a number from 0 to 1, not 1.1."),
        ([1], [1], nan, "The correlation rho is a number from 0 to 1, not nan."),
        ([1], [1], None, "The correlation rho is a number from 0 to 1, not None."),
    ],
)
def test_bad_input_raises_with_a_sentence(levels, weights, rho, sentence):
    with pytest.raises(ValueError) as raised:  # noqa: PT011
        t_score(levels, weights, rho)

    assert str(raised.value) == sentence


def test_a_weight_beyond_the_floats_is_refused():
    with pytest.raises(ValueError, match="A weight is a number above zero"):
        t_score([1], [10**400])
