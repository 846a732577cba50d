import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from schedsolver.model.build import build_model
from schedsolver.model.read_off import relaxation_of
from schedsolver.model.relaxation import UNBOUNDED, Relaxation
from tests.tiny import tiny

POINTS = [np.array(p) for p in itertools.product((0, 1), (0, 1), (0, 1), (-1, 0, 1, 2))]


@dataclass
class Case:
    """A model over three Booleans and one integer from -1 to 2, and what each of its points should be."""

    model: cp_model.CpModel
    columns: list[cp_model.IntVar]
    holds: Callable[[np.ndarray], bool]


def empty() -> tuple[cp_model.CpModel, list[cp_model.IntVar]]:
    model = cp_model.CpModel()
    return model, [*(model.new_bool_var(f"b{i}") for i in range(3)), model.new_int_var(-1, 2, "x")]


def rows_hold(relaxation: Relaxation, point: np.ndarray) -> bool:
    """Whether a point satisfies every row and bound."""
    terms = relaxation.coefficient * point[relaxation.column]
    row = np.repeat(np.arange(len(relaxation.row_lower)), np.diff(relaxation.first))
    sums = np.bincount(row, weights=terms, minlength=len(relaxation.row_lower))
    inside = (relaxation.lower <= point) & (point <= relaxation.upper)
    return bool(inside.all() and ((relaxation.row_lower <= sums) & (sums <= relaxation.row_upper)).all())


def literal(columns: list[cp_model.IntVar], number: int) -> cp_model.LiteralT:
    """Column 0 to 2, or its negation as -1 to -3."""
    return columns[number] if number >= 0 else ~columns[-number - 1]


def true(point: np.ndarray, number: int) -> bool:
    return bool(point[number]) if number >= 0 else not point[-number - 1]


LITERALS = st.lists(st.integers(-3, 2), min_size=1, max_size=3, unique_by=lambda n: n if n >= 0 else -n - 1)
ENFORCED = st.none() | st.integers(-3, 2)


@st.composite
def constraints(
    draw: st.DrawFn, model: cp_model.CpModel, columns: list[cp_model.IntVar]
) -> tuple[Callable[[np.ndarray], bool], bool]:
    """Add a constraint; give what it says of a point, and whether rows can say the same."""
    kind = draw(st.sampled_from(["linear", "holes", "or", "and", "most", "one", "implies"]))
    chosen, only_if = draw(LITERALS), draw(ENFORCED)
    if only_if is not None:
        chosen = [n for n in chosen if n not in (only_if, -only_if - 1)] or [2 if only_if not in (2, -3) else 1]
    literals = [literal(columns, n) for n in chosen]
    factors, low = draw(st.lists(st.integers(-2, 2), min_size=4, max_size=4)), draw(st.integers(-2, 2))
    expression = sum(f * c for f, c in zip(factors, columns, strict=True))
    width = draw(st.integers(0, 2))
    if kind == "implies":
        only_if = None
        model.add_implication(literal(columns, 0), literals[0])
        return (lambda p: not p[0] or true(p, chosen[0])), True
    match kind:
        case "linear":
            added = model.add_linear_constraint(expression, low, low + width)
            says, exact = (lambda p: low <= p @ factors <= low + width), only_if is None
        case "holes":
            domain = cp_model.Domain.from_values([low, low + 2])
            added = model.add_linear_expression_in_domain(expression, domain)
            says, exact = (lambda p: p @ factors in (low, low + 2)), False
        case "or":
            added = model.add_bool_or(literals)
            says, exact = (lambda p: any(true(p, n) for n in chosen)), True
        case "and":
            added = model.add_bool_and(literals)
            says, exact = (lambda p: all(true(p, n) for n in chosen)), only_if is not None
        case "most":
            added = model.add_at_most_one(literals)
            says, exact = (lambda p: sum(true(p, n) for n in chosen) <= 1), only_if is None
        case _:
            added = model.add_exactly_one(literals)
            says, exact = (lambda p: sum(true(p, n) for n in chosen) == 1), only_if is None
    if only_if is not None:
        added.only_enforce_if(literal(columns, only_if))
        return (lambda p: not true(p, only_if) or says(p)), exact
    return says, exact


@given(st.data())
def test_rows_say_what_the_model_says_or_less(data):
    model, columns = empty()
    drawn = [data.draw(constraints(model, columns)) for _ in range(data.draw(st.integers(0, 3)))]
    prices = data.draw(st.lists(st.integers(-5, 5), min_size=4, max_size=4))
    model.minimize(sum(p * c for p, c in zip(prices, columns, strict=True)))
    relaxation = relaxation_of(model)
    assert relaxation.cost.tolist() == prices
    assert relaxation.exact == all(exact for _, exact in drawn)
    for point in POINTS:
        feasible = all(says(point) for says, _ in drawn)
        assert rows_hold(relaxation, point) or not feasible
        if relaxation.exact:
            assert rows_hold(relaxation, point) == feasible


def test_a_column_with_holes_keeps_its_hull_and_is_not_exact():
    model = cp_model.CpModel()
    model.new_int_var_from_domain(cp_model.Domain.from_values([1, 2, 7]), "x")
    relaxation = relaxation_of(model)
    assert (relaxation.lower.tolist(), relaxation.upper.tolist(), relaxation.exact) == ([1], [7], False)


def test_constraints_that_are_not_linear_are_dropped():
    model, columns = empty()
    product = model.new_int_var(0, 4, "y")
    model.add_multiplication_equality(product, [columns[3], columns[3]])
    relaxation = relaxation_of(model)
    assert (len(relaxation.row_lower), relaxation.exact) == (0, False)


@pytest.mark.parametrize(
    ("add", "rows"),
    [
        (lambda model, a, b: model.add_bool_or(a, b), 1),
        (lambda model, a, b: model.add_bool_and(a, b), 2),
        (lambda model, a, b: model.add_at_most_one(a, b), 0),
        (lambda model, a, b: model.add_exactly_one(a, b), 0),
        (lambda model, a, b: model.add(a + b == 1), 0),
    ],
)
def test_enforced_clauses_are_rows_and_other_enforced_constraints_are_dropped(add, rows):
    model, (a, b, c, _) = empty()
    add(model, a, b).only_enforce_if(c)
    relaxation = relaxation_of(model)
    assert (len(relaxation.row_lower), relaxation.exact) == (rows, rows > 0)


def test_an_empty_model_is_exact():
    relaxation = relaxation_of(cp_model.CpModel())
    assert (relaxation.first.tolist(), len(relaxation.cost), relaxation.exact) == ([0], 0, True)


# ---------------------------------------------------------------- parts
# x0 + x1 + x2 >= 2, x0 - x3 <= 0 and x1 + x2 <= 1, all but x3 zero or one.


def three_rows() -> Relaxation:
    model, (a, b, c, x) = empty()
    model.add(a + b + c >= 2)
    model.add(a - x <= 0)
    model.add(b + c <= 1)
    model.minimize(3 * a + 5 * b + 7 * c + x)
    return relaxation_of(model)


@pytest.mark.parametrize(
    "fixed", [{}, {0: 1}, {0: 1, 3: 1}, {0: 1, 3: 0}, {1: 1, 2: 1}, {0: 0}, {0: 1, 1: 0, 2: 1, 3: 2}]
)
def test_a_part_has_the_points_of_the_whole_that_its_bounds_leave(fixed):
    whole = three_rows()
    lower, upper = whole.lower.copy(), whole.upper.copy()
    for column, value in fixed.items():
        lower[column] = upper[column] = value
    part = whole.within(lower, upper)
    assert part.columns.tolist() == [c for c in range(4) if c not in fixed]
    left = [p for p in POINTS if all(p[c] == v for c, v in fixed.items())]
    for point in left:
        inside = point[part.columns]
        assert rows_hold(part.relaxation, inside) == rows_hold(whole, point) == whole.holds(point)
        assert part.whole(inside).tolist() == point.tolist()
        assert part.relaxation.cost.tolist() == whole.cost[part.columns].tolist()


@pytest.mark.parametrize("coefficient", [2, -2])
def test_fixing_a_column_leaves_missing_bounds_missing(coefficient):
    model, columns = empty()
    for low, high in ((-UNBOUNDED, 3), (-3, UNBOUNDED)):
        model.add_linear_constraint(columns[0] + coefficient * columns[3], low, high)
    whole = relaxation_of(model)
    lower, upper = whole.lower.copy(), whole.upper.copy()
    lower[3] = upper[3] = 1
    part = whole.within(lower, upper).relaxation
    assert part.row_lower.tolist() == [-UNBOUNDED, -3 - coefficient]
    assert part.row_upper.tolist() == [3 - coefficient, UNBOUNDED]


def test_only_rows_that_have_changed_are_looked_at_since_values_that_hold():
    whole = three_rows()
    outside = whole.upper + 1
    for before, after in itertools.product((p for p in POINTS if whole.holds(p)), [*POINTS, outside]):
        assert whole.holds(after, before) == whole.holds(after)
    broken = next(p for p in POINTS if not rows_hold(whole, p))
    assert whole.holds(broken, broken)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_a_part_around_columns_has_the_points_that_leave_the_others_alone(size):
    whole = three_rows()
    for freed in itertools.combinations(range(4), size):
        rows = [r for r in range(3) if set(freed) & set(whole.column[whole.first[r] : whole.first[r + 1]].tolist())]
        for base in POINTS:
            part = whole.around(np.array(freed), base)
            assert (part.columns.tolist(), part.rows.tolist()) == (list(freed), rows)
            for point in POINTS:
                if all(point[c] == base[c] for c in range(4) if c not in freed):
                    sums = [whole.coefficient[whole.first[r] : whole.first[r + 1]]
                            @ point[whole.column[whole.first[r] : whole.first[r + 1]]] for r in rows]  # fmt: skip
                    within = all(whole.row_lower[r] <= s <= whole.row_upper[r] for r, s in zip(rows, sums, strict=True))
                    box = bool((whole.lower <= point).all() and (point <= whole.upper).all())
                    assert part.relaxation.holds(point[part.columns]) == (within and box)
                    assert part.whole(point[part.columns]).tolist() == point.tolist()


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_a_part_among_columns_has_the_rows_that_have_no_others(size):
    whole = three_rows()
    for kept in itertools.combinations(range(4), size):
        chosen = np.isin(np.arange(4), kept)
        part = replace(whole, core=np.array([True, False, True])).among(chosen)
        rows = [r for r, row in enumerate(({0, 1, 2}, {0, 3}, {1, 2})) if row <= set(kept)]
        assert part.row_upper.tolist() == whole.row_upper[rows].tolist()
        assert part.core.tolist() == [r != 1 for r in rows]
        assert part.cost.tolist() == whole.cost[chosen].tolist()
        for point in POINTS:
            sums = whole._sums(point)[rows]
            within = all((whole.row_lower[rows] <= sums) & (sums <= whole.row_upper[rows]))
            assert part.holds(point[chosen]) == within
            assert whole.floor(chosen) <= part.cost @ point[chosen]


def test_rows_that_add_up_time_leave_room_for_what_comes_later():
    model = cp_model.CpModel()
    here, later, never = (model.new_bool_var(name) for name in ("here", "later", "never"))
    model.add(60 * here + 90 * later + 30 * never <= 130)
    model.add(here + later <= 1)
    model.add(60 * here + 30 * never >= -10)
    relaxation = relaxation_of(model)
    part = relaxation.around(np.array([0]), np.array([0, 0, 0]))
    roomy = relaxation.with_room(part, np.array([1.0, 0.95, 0.0]))
    # 130 less 85.5, in whole units; where columns are only counted nothing changes, nor what the part itself decides.
    assert roomy.relaxation.row_upper.tolist()[:2] == [44, 1]
    assert roomy.relaxation.row_lower[2] == -10
    assert part.relaxation.row_upper.tolist()[:2] == [130, 1]
    assert roomy.whole(np.array([1])).tolist() == [1, 0, 0]


def test_what_columns_cost_at_least_may_be_less_than_nothing():
    every = np.ones(4, bool)
    assert three_rows().floor(every) == -1
    dear = replace(three_rows(), cost=np.array([-3, 5, 7, -1]))
    assert dear.floor(every) == -5
    assert dear.floor(np.array([True, True, False, False])) == -3


@pytest.mark.parametrize(
    ("label", "spread"),
    [
        ([4, -1, -1, -1], [4, 4, 4, 4]),
        ([-1, -1, -1, 7], [7, 7, 7, 7]),
        ([-1, 3, 3, 3], [3, 3, 3, 3]),
        # 0 is in a row with 2 and in one with 3; 1 in rows with 2 only.
        ([-1, -1, 2, 3], [-2, 2, 2, 3]),
        ([-1, -1, -1, -1], [-1, -1, -1, -1]),
    ],
)
def test_labels_spread_to_what_follows(label, spread):
    assert three_rows().spread(np.array(label)).tolist() == spread


def test_labels_spread_to_the_latest_columns_of_a_row_only():
    made = replace(three_rows(), made=np.array([0, 1, 2, 1]))
    assert made.spread(np.array([5, -1, -1, -1])).tolist() == [5, -1, 5, 5]


# Rows tie 0-1-2, 0-3 and 1-2.
@pytest.mark.parametrize(
    ("begin", "closed", "reached"),
    [
        ([0], [], [0, 1, 2, 3]), ([3], [], [0, 1, 2, 3]), ([3], [0], [3]), ([1], [0], [1, 2]), ([0], [0], [0, 1, 2, 3]),
        ([3], [0, 1], [3]), ([2], [0, 1], [2]), ([1, 3], [0], [1, 2, 3]), ([], [], []),
    ],
)  # fmt: skip
def test_columns_are_reached_through_rows_and_columns_that_are_not_closed(begin, closed, reached):
    shut = np.isin(np.arange(4), closed)
    assert three_rows().reach(np.array(begin, np.int64), shut).tolist() == reached


# The same rows: what is made later follows from what was there, never the other way round.
@pytest.mark.parametrize(
    ("begin", "made", "reached"),
    [
        ([0], [0, 1, 1, 2], [0, 1, 2, 3]), ([0], [0, 1, 2, 3], [0, 2, 3]), ([1], [0, 1, 2, 3], [1, 2]),
        ([1], [0, 1, 1, 2], [1, 2]), ([3], [0, 1, 1, 2], [3]), ([2], [0, 2, 1, 3], [1, 2]), ([0], [3, 2, 1, 0], [0]),
    ],
)  # fmt: skip
def test_of_a_row_only_the_latest_columns_follow(begin, made, reached):
    relaxation = replace(three_rows(), made=np.array(made))
    assert relaxation.reach(np.array(begin, np.int64), np.zeros(4, bool)).tolist() == reached


def test_a_model_says_when_its_columns_were_made():
    model = build_model(tiny()).roster
    made = model.relaxation().made
    assert len(made) == model.columns
    assert (np.diff(made) >= 0).all()
    together = model.new_columns([1, 1, 1])
    later = model.new_columns([1])
    after = model.relaxation().made
    assert len(set(after[together].tolist())) == 1
    assert after[together[0]] > made[-1]
    assert after[later[0]] > after[together[0]]


def test_a_relaxation_is_a_model_again():
    whole = three_rows()
    again = relaxation_of(whole.model())
    for name in ("cost", "lower", "upper", "row_lower", "row_upper", "first", "column", "coefficient"):
        assert getattr(again, name).tolist() == getattr(whole, name).tolist()
