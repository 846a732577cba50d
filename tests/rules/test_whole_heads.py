"""The least that cover costs with whole people, against every number of them and their convex combinations."""

import itertools
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

import schedsolver as ss
from schedsolver.model.build import build_model
from schedsolver.rules import whole_heads
from schedsolver.rules.cover import IntervalCover
from schedsolver.rules.duty import DutiesPerDay
from schedsolver.rules.whole_heads import LeastCost, least_costs
from schedsolver.solve.cpsat import CpLimits, CpStatus, solve_cp
from schedsolver.solve.highs import LinearGuide
from tests.solve.test_engines import never

PARTS = (5, 10, 12)
STEPS = ((10, 15), (10, 22))


def cost_of(pieces: int, need: int, steps: tuple[tuple[int, int], ...], surplus_cents: int) -> int:
    """Price a cell piece by piece, the cheaper missing ones first."""
    prices = sorted(cents for width, cents in steps for _ in range(width))
    return sum(prices[: max(0, need - pieces)]) + surplus_cents * max(0, pieces - need)


@pytest.mark.parametrize(
    ("worth", "need", "rows"),
    [
        # One head: two trainees or one of the others; an expert is no more than that.
        (PARTS, 10, [LeastCost(1, (75, 150, 150), 150)]),
        ((12,), 10, [LeastCost(1, (150,), 150)]),
        # One person saves 220 or 250, two of whatever kind save all.
        ((10, 12), 20, [LeastCost(1, (120, 120), 240), LeastCost(1, (220, 250), 370)]),
        # Halves add up to heads.
        ((10,), 20, []),
        ((5, 10), 20, []),
        (PARTS, 0, []),
        ((), 10, []),
    ],
)
def test_rows_of_small_needs(worth, need, rows):
    steps = STEPS[: max(1, need // 10)]
    assert sorted(least_costs(worth, need, steps, 0), key=lambda row: row.weights) == rows


CELLS = st.tuples(
    st.lists(st.integers(1, 15), min_size=1, max_size=3, unique=True).map(lambda w: tuple(sorted(w))),
    st.integers(1, 3).flatmap(
        lambda n: st.lists(st.tuples(st.integers(1, 12), st.integers(0, 40)), min_size=n, max_size=n).map(tuple)
    ),
    st.integers(0, 5),
)


@given(CELLS)
def test_whole_people_keep_every_row(cell):
    worth, steps, surplus = cell
    need = sum(width for width, _ in steps)
    most = [need // w + 4 for w in worth]
    for row in least_costs(worth, need, steps, surplus):
        values = [
            row.of_cost * cost_of(np.dot(people, worth), need, steps, surplus) + np.dot(people, row.weights)
            for people in itertools.product(*(range(m + 1) for m in most))
        ]
        assert min(values) == row.least


@given(CELLS, st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_rows_are_all_that_can_be_said_of_fractions(cell, shares):
    """At any fraction of people the dearest row costs what the cheapest mixture of whole ones does."""
    worth, steps, _ = cell
    need = sum(width for width, _ in steps)
    most = [need // w + 2 for w in worth]
    there = np.array([share * m for share, m in zip(shares, most, strict=False)])
    people = np.array(list(itertools.product(*(range(m + 1) for m in most))))
    cost = [cost_of(int(p), need, steps, 0) for p in people @ np.array(worth)]
    mixture = linprog(cost, A_eq=np.vstack([people.T, np.ones(len(people))]), b_eq=[*there, 1]).fun
    pieces = float(there @ np.array(worth))
    corners = need - np.cumsum([0, *(width for width, _ in sorted(steps, key=lambda s: s[1]))])
    fraction = np.interp(pieces, corners[::-1], [cost_of(c, need, steps, 0) for c in corners[::-1].tolist()])
    rows = [(row.least - there @ np.array(row.weights)) / row.of_cost for row in least_costs(worth, need, steps, 0)]
    assert max([fraction, *rows]) == pytest.approx(mixture, rel=1e-3, abs=0.05)


def test_large_needs_are_left_to_fractions():
    assert least_costs(PARTS, 110, ((110, 15),), 0)
    assert least_costs(PARTS, 1110, ((1110, 15),), 0) == ()


def test_surplus_has_its_price_beyond_the_people_looked_at():
    worth, surplus = (3, 7), 5
    for row in least_costs(worth, 10, ((10, 15),), surplus):
        for people in ((40, 0), (0, 40), (40, 40), (0, 2), (3, 0)):
            cents = cost_of(int(np.dot(people, worth)), 10, ((10, 15),), surplus)
            assert row.of_cost * cents + np.dot(people, row.weights) >= row.least


def test_a_relaxation_knows_that_people_are_whole(monkeypatch):
    problem = ss.generate(ss.GeneratorSpec(outlets=1, staff=5, days=1, seed=2, content="everything"))
    cover = next(rule for rule in problem.rules if isinstance(rule, IntervalCover))
    plain = problem.replace(rules=(cover, DutiesPerDay(maximum=2)))

    def bound_and_optimum() -> tuple[int, float]:
        model = build_model(plain).roster
        found = solve_cp(model.cp, CpLimits(seconds=60, workers=1), stop=threading.Event())
        assert found.status is CpStatus.OPTIMAL
        return LinearGuide(model.relaxation(), never).solve().bound, model.cost(model.settled(found.values))

    bound, optimum = bound_and_optimum()
    monkeypatch.setattr(whole_heads, "least_costs", lambda *cell: ())
    loose, same = bound_and_optimum()
    assert loose < bound <= optimum == same
