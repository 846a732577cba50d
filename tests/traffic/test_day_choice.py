import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedsolver.traffic.day_choice import least_heads

INF = np.inf


def by_trying(losses: np.ndarray, limit: float) -> tuple[int, float] | None:
    """Fewest heads within the limit, and the least loss with so many."""
    slots, columns = losses.shape
    sums = [
        (sum(heads), sum(losses[s, h] for s, h in enumerate(heads)))
        for heads in itertools.product(range(columns), repeat=slots)
    ]
    return min((s for s in sums if s[1] <= limit + 1e-9), default=None)


def test_the_head_that_saves_most_goes_first():
    losses = np.array([[10.0, 4, 3, 3], [5, 1, 0, 0]])
    assert least_heads(losses, 15).tolist() == [0, 0]
    assert least_heads(losses, 9).tolist() == [1, 0]
    assert least_heads(losses, 5).tolist() == [1, 1]
    assert least_heads(losses, 4).tolist() == [1, 2] or least_heads(losses, 4).tolist() == [2, 1]
    assert least_heads(losses, 3).tolist() == [2, 2]
    assert least_heads(losses, 2.9) is None


def test_without_convexity_the_greedy_choice_would_be_wrong():
    # The first head of slot 0 saves nothing, the second all
    losses = np.array([[10.0, 10, 0], [3, 2, 1]])
    assert least_heads(losses, 3).tolist() == [2, 0]


def test_numbers_not_allowed_are_not_taken():
    losses = np.array([[INF, INF, 4, 0], [INF, 1, 1, 1]])
    assert least_heads(losses, 5).tolist() == [2, 1]
    assert least_heads(losses, 1).tolist() == [3, 1]
    assert least_heads(np.array([[INF, INF], [1, 0]]), 100) is None


def test_no_loss_at_all_can_be_asked_for():
    assert least_heads(np.array([[0.3, 0.1, 0.0], [0.7, 0.2, 0.0]]), 0.0).tolist() == [2, 2]


def test_no_slots_need_nobody():
    assert least_heads(np.zeros((0, 3)), 0).tolist() == []


FALLING = st.lists(st.integers(0, 12), min_size=4, max_size=4).map(lambda row: sorted(map(float, row), reverse=True))


@given(st.lists(FALLING, min_size=1, max_size=4), st.integers(0, 30))
def test_any_table_gives_the_fewest_heads_and_then_the_least_loss(rows, limit):
    losses = np.array(rows)
    heads, best = least_heads(losses, limit), by_trying(losses, limit)
    if best is None:
        assert heads is None
        return
    assert (heads.sum(), losses[np.arange(len(rows)), heads].sum()) == pytest.approx(best)


@given(st.lists(st.lists(st.integers(0, 6), min_size=3, max_size=3), min_size=1, max_size=4), st.integers(0, 20))
def test_convex_tables_too(rows, limit):
    steps = -np.sort(-np.array(rows, float), axis=1)
    losses = np.concatenate(
        [steps.sum(axis=1, keepdims=True), steps.sum(axis=1, keepdims=True) - steps.cumsum(axis=1)], axis=1
    )
    heads, best = least_heads(losses, limit), by_trying(losses, limit)
    assert (heads.sum(), losses[np.arange(len(rows)), heads].sum()) == pytest.approx(best)


@pytest.mark.parametrize(
    ("losses", "words"),
    [
        ([1.0, 0.0], "give one row a slot"),
        ([[1.0, -1.0]], "at least 0, or infinite"),
        ([[np.nan, 1.0]], "losses must be numbers"),
        ([[2.0, 1.0], [1.0, 2.0]], r"losses\[1\] rise from 0 to 1 heads"),
        ([[2.0, INF]], r"losses\[0\] rise from 0 to 1 heads"),
    ],
)
def test_tables_that_make_no_sense_are_refused(losses, words):
    with pytest.raises(ValueError, match=words):
        least_heads(np.array(losses), 1)
