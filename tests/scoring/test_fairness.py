import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedsolver.scoring.fairness import (
    compare,
    deviations,
    distance,
    entitlements,
    gini,
    jain,
    spread,
    worst_off,
)

FOUR = [1, 2, 3, 4]
MEASURES = [entitlements, deviations, spread, distance, worst_off, gini, jain]
PEOPLE = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)), min_size=1, max_size=8)


def test_what_is_known_of_one_to_four():
    assert gini(FOUR) == pytest.approx(0.25)
    assert jain(FOUR) == pytest.approx(5 / 6)
    assert spread(FOUR) == 3
    assert distance(FOUR) == 4
    assert [worst_off(FOUR, count=k) for k in (1, 2, 3, 4, 9)] == [1.5, 2, 2, 2, 2]
    assert worst_off(FOUR, kind="good", count=2) == 2


def test_what_is_known_of_one_to_four_by_weight():
    # Entitled to 5/3, 5/3, 10/3 and 10/3; per unit of weight 1, 2, 3/2 and 2.
    weights = [1, 1, 2, 2]
    assert gini(FOUR, weights) == pytest.approx(7 / 60)
    assert jain(FOUR, weights) == pytest.approx(100 / (6 * (1 + 4 + 9 / 2 + 8)))
    assert deviations(FOUR, weights) == pytest.approx([-2 / 3, 1 / 3, -1 / 3, 2 / 3])
    assert spread(FOUR, weights) == pytest.approx(4 / 3)
    assert distance(FOUR, weights) == pytest.approx(2)
    assert worst_off(FOUR, weights, count=2) == pytest.approx(1)
    assert worst_off(FOUR, weights, kind="good") == pytest.approx(2 / 3)


def test_all_that_there_is_is_shared_by_weight():
    assert entitlements([6, 0, 0], [1, 2, 0]) == pytest.approx([2, 4, 0])


def test_who_is_entitled_to_nothing_and_has_nothing_is_as_good_as_absent():
    amounts, weights = [*FOUR, 0], [1, 1, 2, 2, 0]
    assert gini(amounts, weights) == pytest.approx(7 / 60)
    assert jain(amounts, weights) == pytest.approx(jain(FOUR, weights[:4]))
    assert (spread(amounts, weights), distance(amounts, weights)) == pytest.approx((4 / 3, 2))


def test_what_is_had_without_entitlement_is_wholly_unfair():
    assert gini([0, 0, 5], [1, 1, 0]) == pytest.approx(1)
    assert jain([0, 0, 5], [1, 1, 0]) == 0
    assert worst_off([0, 0, 5], [1, 1, 0]) == 5


@pytest.mark.parametrize(("amounts", "weights"), [([0, 0, 0], None), ([0, 0], [0, 0]), ([0, 0], [1, 3]), ([7], [2])])
def test_nothing_to_share_and_nobody_to_share_with_is_even(amounts, weights):
    assert (gini(amounts, weights), jain(amounts, weights)) == (0, 1)
    assert (spread(amounts, weights), distance(amounts, weights), worst_off(amounts, weights)) == (0, 0, 0)


def test_lexicographic_max_min_of_burdens():
    assert compare([2, 2, 1], [3, 1, 1]) == 1
    assert compare([3, 1, 1], [2, 2, 1]) == -1
    assert compare([3, 0, 2], [1, 3, 1]) == -1, "the worst-off are alike, the next are not"


def test_lexicographic_max_min_of_goods():
    assert compare([1, 5, 5], [2, 2, 2], kind="good") == -1
    assert compare([2, 3, 1], [1, 2, 2], kind="good") == 1
    assert compare([1, 2, 3], [3, 2, 1], kind="good") == 0


def test_people_are_compared_by_what_they_have_for_each_unit_of_weight():
    # Per unit of weight 2 and 1, or 1 and 3/2.
    assert compare([2, 2], [1, 3], [1, 2]) == -1
    assert compare([2, 2, 0], [1, 3, 0], [1, 2, 0]) == -1
    assert compare([2, 2, 0], [1, 2, 1], [1, 2, 0]) == 1


@given(PEOPLE)
def test_gini_is_half_the_mean_difference_by_weight(people):
    amounts, weights = zip(*people, strict=True)
    rates = [Fraction(a, w) for a, w in people]
    total = sum(weights)
    mean = sum(w * r for w, r in zip(weights, rates, strict=True)) / total
    apart = sum(u * v * abs(q - r) for (u, q), (v, r) in itertools.product(zip(weights, rates, strict=True), repeat=2))
    assert gini(amounts, weights) == pytest.approx(float(apart / (2 * total**2 * mean)) if mean else 0.0)


@given(PEOPLE, st.integers(2, 5))
def test_a_unit_of_measure_does_not_matter_to_the_indices(people, times):
    amounts, weights = np.array(people).T
    for index in (gini, jain):
        assert index(times * amounts, weights) == pytest.approx(index(amounts, 3 * weights))
        assert 0 <= index(amounts, weights) <= 1 + 1e-12


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(
    ("amounts", "weights", "words"),
    [
        ([], None, "at least one"),
        ([[1, 2]], None, "one number for each person"),
        ([1, -2], None, "amount 1 is -2"),
        ([1, math.nan], None, "amount 1 is nan"),
        ([1, 2], [1, math.inf], "weight 1 is inf"),
        ([1, 2], [1], r"2 amounts but weights of shape \(1,\)"),
        ([1, 2], [0, 0], "nobody is entitled"),
    ],
)
def test_figures_that_mean_nothing_are_refused(measure, amounts, weights, words):
    with pytest.raises(ValueError, match=words):
        measure(amounts, weights)


def test_nobody_cannot_be_worst_off():
    with pytest.raises(ValueError, match="count at least 1"):
        worst_off(FOUR, count=0)
    with pytest.raises(ValueError, match="2 and 3 people"):
        compare([1, 2], [1, 2, 3])
