import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from schedsolver.model.build import build_model
from schedsolver.model.context import RosterModel
from schedsolver.model.options import every_duty
from schedsolver.model.read_off import relaxation_of
from schedsolver.model.relaxation import UNBOUNDED
from schedsolver.rules import DaysWorked, MinimumRest
from tests.miniatures import miniatures
from tests.solving import fixed_shift, plain

HARD = MinimumRest(minutes=60)
SOFT = MinimumRest(minutes=60, hard=False, weight=5)


def roster(columns: int = 0, upper: int = 1) -> RosterModel:
    """A model with a few columns of its own and no duty options."""
    problem = plain(shift_types=(fixed_shift("day", "09:00", "10:00"),))
    options = every_duty(problem)
    model = RosterModel(problem, options.where(np.zeros(len(options), bool)), ())
    model.new_columns([upper] * columns)
    return model


def rows_of(model: RosterModel) -> list[tuple[list[int], list[int], list[int]]]:
    linear = (c.linear for c in model.cp.proto.constraints)
    return [(list(row.vars), list(row.coeffs), list(row.domain)) for row in linear]


def cheapest(model: RosterModel, *fixed: int) -> np.ndarray | None:
    """The best solution with the first columns fixed, ``None`` when there is none; set_objective was called."""
    part = model.cp.clone()
    for column, value in enumerate(fixed):
        part.proto.variables[column].domain.clear()
        part.proto.variables[column].domain.extend((value, value))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    found = solver.solve(part) == cp_model.OPTIMAL
    return np.array(solver.response_proto.solution, np.int64) if found else None


def cost(model: RosterModel, *fixed: int) -> int | None:
    values = cheapest(model, *fixed)
    return None if values is None else sum(model.cost_by_rule(values).values())


# ---------------------------------------------------------------- columns and rows


def test_columns_are_numbered_in_order_and_bounded():
    model = roster()
    assert model.new_columns([3, 0]).tolist() == [0, 1]
    assert model.new_columns([7]).tolist() == [2]
    assert [list(v.domain) for v in model.cp.proto.variables] == [[0, 3], [0, 0], [0, 7]]
    assert model.columns == 3


def test_duty_options_are_the_first_columns():
    problem = plain(shift_types=(fixed_shift("day", "09:00", "10:00"),))
    model = RosterModel(problem, every_duty(problem), ())
    assert model.duty_columns.tolist() == list(range(8))
    assert model.new_columns([1]).tolist() == [8]
    assert len(model.heads.column) == 0


def test_terms_that_meet_are_added_up_and_those_that_cancel_vanish():
    model = roster(3)
    model.require([0, 0, 0, 0], [2, 0, 1, 2], [2, 5, 4, 1], [1], [9])
    model.require([0, 0, 0], [0, 1, 0], [2, 1, -2], [0], [1])
    assert rows_of(model) == [([0, 1, 2], [5, 4, 3], [1, 9]), ([1], [1], [0, 1])]


def test_rows_come_in_any_order_and_keep_their_bounds():
    model = roster(2)
    model.require([1, 0, 1], [0, 1, 1], [1, 1, 1], [0, 1], [3, 2])
    assert rows_of(model) == [([1], [1], [0, 3]), ([0, 1], [1, 1], [1, 2])]


@pytest.mark.parametrize(
    ("lower", "upper", "domain"),
    [
        ([4], [7], [2, 2]),
        ([3], [6], [1, 2]),
        ([-7], [-4], [-2, -2]),
        (None, [7], [-UNBOUNDED, 2]),
        ([4], None, [2, UNBOUNDED]),
    ],
)
def test_rows_are_divided_by_what_their_coefficients_share_and_tightened(lower, upper, domain):
    model = roster(2)
    model.require([0, 0], [0, 1], [3, -6], lower, upper)
    assert rows_of(model) == [([0, 1], [1, -2], domain)]


@pytest.mark.parametrize(("lower", "upper", "possible"), [([0], [0], True), ([1], None, False), (None, [-1], False)])
def test_a_row_without_terms_is_judged_as_zero(lower, upper, possible):
    model = roster(1)
    model.require([], [], [], lower, upper)
    assert (cheapest(model) is not None) == possible


# ---------------------------------------------------------------- limits
# Rows a + b <= 1 and a + c <= 1 over columns of 0 or 1.

PAIR = ([0, 0, 1, 1], [0, 1, 0, 2], [1, 1, 1, 1])


@pytest.mark.parametrize("given", list(itertools.product((0, 1), repeat=3)))
def test_limits_forbid_when_hard_and_charge_each_unit_over_when_soft(given):
    a, b, c = given
    over = [max(0, a + b - 1), max(0, a + c - 1)]
    hard, soft, shared = roster(3), roster(3), roster(3)
    hard.limit(HARD, *PAIR, [1, 1])
    soft.limit(SOFT, *PAIR, [1, 1])
    shared.limit(SOFT, *PAIR, [1, 1], excess=[9, 9])
    for model in (hard, soft, shared):
        model.set_objective()
    assert cost(hard, *given) == (None if any(over) else 0)
    assert cost(soft, *given) == 5 * sum(over)
    assert cost(shared, *given) == 5 * max(over)


def test_a_soft_limit_counts_every_unit_and_lets_columns_weigh_against_each_other():
    model = roster(3, upper=4)
    model.limit(SOFT, [0, 0, 0], [0, 1, 2], [2, 1, -1], [3])
    model.set_objective()
    assert [cost(model, *given) for given in ((4, 4, 0), (1, 1, 0), (1, 2, 0), (4, 4, 4))] == [45, 0, 5, 25]


def test_excesses_with_different_numbers_pay_apart():
    model = roster(3)
    model.limit(SOFT, *PAIR, [1, 1], excess=[4, 2])
    model.limit(DaysWorked(maximum=1, hard=False, weight=100), [0], [0], [1], [0])
    model.set_objective()
    values = cheapest(model, 1, 1, 1)
    assert model.cost_by_rule(values) == {"rest.minimum": 10, "contract.days": 100}


# ---------------------------------------------------------------- priced gaps
# Three wanted: the first missing costs 10, further ones 30; one may be too many, for 4.


def gapped() -> RosterModel:
    model = roster(1, upper=9)
    model.price_gaps(HARD, ([0], [0], [1]), [3], shortage=[(0, 1, 10), (0, 2, 30)], surplus=[(0, 1, 4)])
    model.set_objective()
    return model


@pytest.mark.parametrize(("here", "cents"), [(0, 70), (1, 40), (2, 10), (3, 0), (4, 4), (5, None)])
def test_gaps_are_priced_tier_by_tier_and_go_no_further_than_their_tiers(here, cents):
    assert cost(gapped(), here) == cents


def test_several_rows_have_tiers_of_their_own():
    model = roster(2, upper=2)
    terms = ([0, 1, 1], [0, 0, 1], [1, 1, 1])
    model.price_gaps(HARD, terms, [2, 1], [(0, 2, 7), (1, 1, 100)], [(1, 4, 1)])
    model.set_objective()
    assert [cost(model, *given) for given in ((0, 0), (1, 0), (2, 2))] == [114, 7, 3]


@pytest.mark.parametrize(("here", "cents"), [(0, 70), (2, 10), (3, 0), (4, 4)])
def test_settling_takes_back_gaps_that_cancel_and_fills_cheap_tiers_first(here, cents):
    model = gapped()
    wasteful = np.array([here, 1, 2, 1])
    best = model.settled(wasteful)
    assert sum(model.cost_by_rule(best).values()) == cents
    assert wasteful.tolist() == [here, 1, 2, 1]


@pytest.mark.parametrize(("given", "cents"), [((1, 1, 1), 5), ((1, 0, 1), 5), ((1, 0, 0), 0)])
def test_settling_takes_back_excess_that_is_not_there(given, cents):
    model = roster(3)
    model.limit(SOFT, *PAIR, [1, 1], excess=[0, 0])
    assert sum(model.cost_by_rule(model.settled(np.array([*given, 1]))).values()) == cents


# ---------------------------------------------------------------- columns that follow from others


def test_an_excess_is_a_column_that_other_rows_can_use():
    model = roster(2, upper=9)
    over = model.excess([0, 1], [0, 1], [1, 1], [3, 1], step=2)
    assert len(set(over.tolist())) == 2
    model.limit(SOFT, [0, 0], over, [1, 1], [1])
    model.set_objective()
    # Rounded up to whole steps: 6 is two steps above 3, 2 is one above 1; one step is free.
    assert [cost(model, *given) for given in ((3, 1), (4, 1), (6, 1), (6, 2), (9, 9))] == [0, 0, 5, 10, 30]


def test_settling_works_out_excess_before_what_is_made_of_it():
    model = roster(2, upper=9)
    together = model.excess([0, 1], [0, 1], [1, 1], [3, 1], [7, 7])
    assert len(set(together.tolist())) == 1
    model.limit(SOFT, [0], together[:1], [1], [1])
    assert model.settled(np.array([5, 4, 8, 8])).tolist() == [5, 4, 3, 2]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_sum_of_the_largest(count):
    model = roster(3, upper=6)
    columns, times = model.largest([0, 1, 2], count)
    model.penalise(SOFT, columns, times)
    model.set_objective()
    for values in ((0, 0, 0), (4, 1, 6), (2, 2, 5), (3, 3, 3)):
        assert cost(model, *values) == sum(sorted(values)[-count:])
        settled = model.settled(np.array([*values, 6, 6, 6, 6]))
        assert (settled[columns] * times).sum() == sum(sorted(values)[-count:])


def test_squares():
    model = roster(2, upper=4)
    model.penalise(SOFT, model.squares([0, 1]), [1, 10])
    model.set_objective()
    assert [cost(model, *given) for given in ((0, 0), (3, 2), (4, 4))] == [0, 49, 176]
    assert model.settled(np.array([3, 2, 0, 0])).tolist() == [3, 2, 9, 4]


@given(st.data())
def test_settling_only_what_has_changed_gives_the_same(data):
    model = roster(4, upper=6)
    model.price_gaps(HARD, ([0, 0, 1], [0, 1, 2], [1, 2, 1]), [5, 2], [(0, 2, 1), (0, 9, 3), (1, 9, 1)], [(0, 30, 2)])
    over = model.excess([0, 1, 2], [0, 1, 3], [1, 1, 2], [1, 3, 4], [0, 0, 1], step=2)
    mark, _ = model.largest([0, *over], 2)
    model.squares([2, mark[0]])
    decided = st.lists(st.integers(0, 6), min_size=4, max_size=4)
    follows = st.lists(st.integers(0, 3), min_size=model.columns - 4, max_size=model.columns - 4)
    before = model.settled(np.array([*data.draw(decided), *data.draw(follows)]))
    after = before.copy()
    for column in data.draw(st.sets(st.integers(0, model.columns - 1), max_size=3)):
        after[column] = data.draw(st.integers(0, 6))
    assert model.settled(after, before).tolist() == model.settled(after).tolist()


def test_the_objective_adds_up_all_charges_of_a_column():
    model = roster(3)
    model.penalise(HARD, [0, 1], [4, 0])
    model.penalise(SOFT, [0], [3])
    model.set_objective()
    assert list(model.cp.proto.objective.vars) == [0]
    assert list(model.cp.proto.objective.coeffs) == [7]


# ---------------------------------------------------------------- the relaxation


@settings(max_examples=40, deadline=None)
@given(miniatures())
def test_the_relaxation_kept_is_that_of_the_model_written(problem):
    built = build_model(problem)
    kept, read = built.roster.relaxation(), relaxation_of(built.roster.cp)
    assert kept.exact == read.exact
    for name in ("cost", "lower", "upper", "row_lower", "row_upper", "first", "column", "coefficient"):
        assert getattr(kept, name).tolist() == getattr(read, name).tolist()


@pytest.mark.parametrize("asked_before", ["relaxation", "model", "both"])
def test_rows_may_be_added_after_the_relaxation_or_the_model_was_asked_for(asked_before):
    model = roster(3)
    model.require([0, 0, 1], [0, 1, 2], [1, 2, 3], [0, 0], [2, 3])
    if asked_before != "relaxation":
        assert len(rows_of(model)) == 2
    if asked_before != "model":
        assert model.relaxation().column.tolist() == [0, 1, 2]
    model.require([0, 0], [2, 1], [1, -1], [0], None)
    assert rows_of(model) == [([0, 1], [1, 2], [0, 2]), ([2], [1], [0, 1]), ([1, 2], [-1, 1], [0, UNBOUNDED])]
    assert model.relaxation().column.tolist() == [0, 1, 2, 1, 2]
    assert model.relaxation().coefficient.tolist() == [1, 2, 1, -1, 1]


def test_a_model_without_rows_has_a_relaxation_without_any():
    relaxation = roster(2).relaxation()
    assert (relaxation.first.tolist(), len(relaxation.cost), relaxation.exact) == ([0], 2, True)


def test_rows_of_squares_are_not_in_the_relaxation():
    model = roster(2, upper=3)
    model.squares([0, 1])
    assert not model.relaxation().exact
    assert len(model.relaxation().row_lower) == 0
