"""The search over lines against direct CP-SAT, its bound against optima, and what the master says of cover."""

import itertools
from collections.abc import Callable, Iterator
from importlib import import_module

import numpy as np
import pytest

from schedsolver.domain import Problem
from schedsolver.domain.line import LineCover
from schedsolver.errors import InfeasibleProblem
from schedsolver.model.build import build_model
from schedsolver.rules.contract import DaysWorked
from schedsolver.rules.sequence import DaysOff, WorkDays
from schedsolver.solve.lines.describe import line_problems
from schedsolver.solve.lines.generation import Generated, first_lines, generate
from schedsolver.solve.lines.master import Cover, Line, Master, joined
from schedsolver.solve.lines.pricer import Pricers
from schedsolver.solve.lines.search import suits_lines
from schedsolver.solve.runner import solve
from schedsolver.solve.settings import Settings
from schedsolver.solve.strategy import Strategy
from tests.solve.lines.wards import ward
from tests.tiny import tiny

search_module = import_module("schedsolver.solve.lines.search")


def cover_of(problem: Problem) -> Cover:
    roster = build_model(problem).roster
    asked = [part for rule in roster.rules if (part := rule.line_cover(problem, roster.options)) is not None]
    return Cover(asked, len(roster.options))


def generated(problem: Problem) -> tuple[Cover, Generated]:
    roster = build_model(problem).roster
    cover = cover_of(problem)
    pricers = Pricers.of(line_problems(roster), 1)
    first = first_lines(pricers, cover, pricers.employees, 2)
    assert first is not None
    master = Master(cover, pricers.employees)
    master.add(first)
    found = generate(pricers, master, lambda: False, close=1e-7)
    assert found is not None
    return cover, found


@pytest.mark.parametrize("seed", range(6))
def test_reaches_what_cp_sat_proves_and_its_bound_is_valid(seed: int) -> None:
    problem = ward(4, 7, seed)
    plain = solve(problem, Settings(deterministic=True, gap=0, strategy=Strategy(lines=False)))
    ours = solve(problem, Settings(deterministic=True, gap=0, deterministic_work=5.0))
    assert plain.status == "optimal"
    assert ours.objective == plain.objective
    assert ours.bound <= plain.objective


@pytest.mark.parametrize("seed", range(4))
def test_the_master_prices_its_lines_as_a_whole_roster(seed: int) -> None:
    """At the end every line costs at least what prices of cover and its employee pay: linear programming duality."""
    cover, found = generated(ward(5, 14, seed))
    assert found.bound <= found.objective + 1e-6
    assert found.objective == pytest.approx(found.bound, rel=1e-6)
    assert found.reduced.min() >= -1e-6
    used = found.weight > 1e-6
    assert found.reduced[used].max() <= 1e-4
    assert found.weight.sum() == pytest.approx(5)
    assert np.all(found.prices <= cover.highest)
    assert np.all(found.prices >= cover.lowest)


def test_one_more_duty_saves_what_the_cents_of_cover_fall_by() -> None:
    problem = ward(4, 3)
    cover = cover_of(problem)
    for few, many in itertools.product(range(3), repeat=2):
        counts = np.where(np.arange(cover.rows) % 2, few, many)
        saved = cover.next_cents(counts)
        for row in range(cover.rows):
            more = counts.copy()
            more[row] += 1
            assert saved[row] == cover.cents(counts) - cover.cents(more)


def test_cover_beside_some_lines_costs_the_rest() -> None:
    cover = cover_of(ward(4, 3))
    rng = np.random.default_rng(0)
    for _ in range(50):
        given, more = rng.integers(0, 3, (2, cover.rows))
        beside, paid = cover.beside(given)
        assert paid + beside.cents(more) == cover.cents(given + more)


def test_the_lagrangian_part_of_cover_is_below_what_any_counts_cost() -> None:
    cover = cover_of(ward(4, 3))
    rng = np.random.default_rng(1)
    for _ in range(50):
        prices = cover.clipped(rng.integers(-50, 150, cover.rows).astype(float))
        counts = rng.integers(0, 5, cover.rows)
        assert cover.least_cents(prices) <= cover.cents(counts) + (prices * counts).sum() + 1e-9


def test_a_shortage_far_dearer_than_usual_is_charged_in_full_and_raises_the_dearest_price() -> None:
    """Four rows want one duty each; nobody has any, and the last row's shortage costs 100,000 in place of 1."""
    row, none = np.arange(4), np.zeros((0, 3), np.int64)
    shortage = np.stack([row, np.ones(4, np.int64), np.array([1, 1, 1, 100_000])], axis=1)
    cover = Cover([LineCover(row, row, np.ones(4, np.int64), shortage, none)], 4)
    master = Master(cover, [0])
    master.add([Line(0, np.zeros(0, np.int64), 0)])
    dearest, solution = master.dearest, master.solve()
    assert solution is not None
    assert solution.objective == pytest.approx(100_003, rel=1e-6)
    assert dearest < 100_000
    while master.dearest < 100_000:
        assert master.go_dearer()
        solution = master.solve()
        assert solution is not None
        assert solution.objective == pytest.approx(100_003, rel=1e-6)
    assert not master.go_dearer()
    assert solution.cover[3] >= 99_900


def test_counts_are_those_of_the_lines() -> None:
    problem = ward(4, 3)
    roster = build_model(problem).roster
    cover = cover_of(problem)
    options = np.flatnonzero(roster.options.employee < 2)
    lines = [Line(0, options[::2], 0), Line(1, options[1::2], 0)]
    wanted = [(n.date, n.shift_type_id) for n in problem.shift_requirements]
    place = [
        (problem.horizon.dates[roster.options.day[o]], problem.shift_types[roster.options.shift_type[o]].shift_type_id)
        for o in joined(lines)
    ]
    assert cover.counts(joined(lines)).tolist() == [place.count(key) for key in wanted]


def test_is_the_same_on_every_deterministic_run() -> None:
    problem = ward(6, 14)
    settings = Settings(deterministic=True, gap=0, deterministic_work=2.0, seed=3)
    first, second = solve(problem, settings), solve(problem, settings)
    assert first.schedule == second.schedule
    assert [p.objective for p in first.trace] == [p.objective for p in second.trace]


def test_a_deterministic_search_ends_where_bounds_leave_nothing_to_look_for() -> None:
    """Neighbourhoods that their bound rules out take no work of CP-SAT, and must count all the same."""
    result = solve(ward(5, 14, 2), Settings(deterministic=True, gap=0, deterministic_work=1.0))
    assert result.stopped_because in ("work limit", "proved optimal")


def test_bounds_from_whole_sums_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, bool]] = []

    def bounds(_: Pricers, cover: Cover, lines: Generated, unit: int, stopped: Callable[[], bool]) -> Iterator[float]:
        asked.append((unit, stopped()))
        yield from (lines.bound + 0.5, lines.bound + 1)

    monkeypatch.setattr(search_module, "bounds_of_whole_shortage", bounds)
    settings = Settings(deterministic=True, gap=0, deterministic_work=1.0, strategy=Strategy(small_options=0))
    result = solve(ward(8, 28, 1), settings)
    assert asked == [(1, False)]
    assert generated(ward(8, 28, 1))[1].bound + 1 - 1e-6 <= result.bound <= result.objective


def test_nobody_can_keep_the_rules() -> None:
    rules = (WorkDays(maximum=2), DaysOff(minimum=2), DaysWorked(per="horizon", minimum=6))
    stuck = ward(2, 7, rules=rules)
    with pytest.raises(InfeasibleProblem):
        solve(stuck, Settings(deterministic=True))


def test_takes_rosters_of_shifts_only() -> None:
    assert suits_lines(build_model(ward(2, 3)))
    assert not suits_lines(build_model(tiny()))


def test_rules_that_do_not_count_cost_nothing_and_still_forbid() -> None:
    problem = ward(4, 7, counted=("cover",))
    ours = solve(problem, Settings(deterministic=True, gap=0, deterministic_work=5.0))
    plain = solve(problem, Settings(deterministic=True, gap=0, strategy=Strategy(lines=False)))
    assert (ours.objective, plain.status) == (plain.objective, "optimal")
    assert ours.bound <= plain.objective


def test_generation_that_is_stopped_gives_what_it_has_with_a_valid_bound() -> None:
    problem = ward(5, 14, 1)
    cover, whole = generated(problem)
    pricers = Pricers.of(line_problems(build_model(problem).roster), 1)
    asked = itertools.count()
    master = Master(cover, pricers.employees)
    master.add(first_lines(pricers, cover, pricers.employees, 1) or [])
    early = generate(pricers, master, lambda: next(asked) >= 4)
    assert early is not None
    assert early.bound <= whole.bound + 1e-6 <= early.objective + 1e-3
    assert len(early.lines) == len(early.weight) == len(early.reduced)
