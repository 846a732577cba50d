"""Bounds from whole numbers of missing duties, against all rosters of small cases with random cover."""

import datetime as dt
import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from schedsolver.domain import Horizon
from schedsolver.domain.line import LineCover, walked
from schedsolver.model.build import build_model
from schedsolver.model.context import RosterModel
from schedsolver.rules.weekend import CompleteWeekends
from schedsolver.solve.lines.describe import LineProblem, line_problems
from schedsolver.solve.lines.generation import Generated, first_lines, generate
from schedsolver.solve.lines.master import Cover, Line, Master
from schedsolver.solve.lines.pricer import Pricers
from schedsolver.solve.lines.whole_sums import _Kind, bounds_of_whole_shortage
from tests.solve.lines.wards import ward
from tests.tiny import MONDAY


def weekend(staff: int) -> RosterModel:
    """People who work both days of a weekend or none."""
    days = Horizon(start=MONDAY + dt.timedelta(days=5), days=2, slot_minutes=60)
    empty = {"requests": (), "shift_requirements": ()}
    return build_model(ward(staff, 2, rules=(CompleteWeekends(),), horizon=days, **empty)).roster


def drawn_cover(roster: RosterModel, seed: int) -> Cover:
    """Rows of some options each, any number wanted, missing ones dear and others too."""
    rng, options = np.random.default_rng(seed), np.arange(len(roster.options))
    parts = [options[rng.random(len(options)) < 0.7] for _ in range(4)]
    row = np.repeat(np.arange(4), [len(part) for part in parts])
    each, target = np.arange(4), rng.integers(1, 4, 4)
    shortage = np.stack([each, target, rng.integers(20, 60, 4)], axis=1)
    surplus = np.stack([each, np.full(4, 9), rng.integers(100, 600, 4)], axis=1)
    return Cover([LineCover(row, np.concatenate(parts), target, shortage, surplus)], len(options))


def solved(lines: list[LineProblem], cover: Cover) -> tuple[Pricers, Generated]:
    people = range(len(lines))
    pricers = Pricers.of(lines, 1).among(people)
    first, master = first_lines(pricers, cover, people, 1), Master(cover, pricers.employees)
    assert first is not None
    master.add(first)
    found = generate(pricers, master, lambda: False)
    assert found is not None
    return pricers, found


def every_line(line: LineProblem) -> list[Line]:
    """List all lines of somebody that rules allow."""
    by_day = [[None, *line.options[line.day == day].tolist()] for day in range(len(line.day_cents))]
    chosen = (np.array([o for o in way if o is not None], np.int64) for way in itertools.product(*by_day))
    allowed = (o for o in chosen if all(walked(walk, line.steps_of(o).tolist())[0] for walk in line.walks))
    return [Line(line.employee, options, line.cents_of(options)) for options in allowed]


def test_no_roster_costs_less_and_many_bounds_are_higher_than_the_master_s() -> None:
    higher, roster = 0, weekend(3)
    lines = line_problems(roster)
    for seed in range(30):
        cover = drawn_cover(roster, seed)
        pricers, found = solved(lines, cover)
        bounds = list(bounds_of_whole_shortage(pricers, cover, found, 1, lambda: False))
        least = min(cover.cents_with(way) for way in itertools.product(*(every_line(line) for line in lines)))
        assert bounds == sorted(bounds)
        assert all(bound <= least + 1e-6 for bound in (found.bound, *bounds))
        # Where all costs are multiples of a large number, the master's bound says as much.
        assert len(list(bounds_of_whole_shortage(pricers, cover, found, 10_000, lambda: False))) <= len(bounds)
        higher += bool(bounds) and math.ceil(bounds[-1] - 1e-6) > math.ceil(found.bound - 1e-6)
    assert higher >= 8


def test_the_bound_of_one_person_on_two_days_by_hand() -> None:
    """Both days or none; 1 of both wanted at 60, more at 1,000, and the first at 100.

    Half a line costs 50 and misses half a duty. With each 59 cheaper it still is best and costs 20.5, which is a bound
    of 79.5 for whatever misses one duty or more; to miss none costs more than that.
    """
    roster = weekend(2)
    lines, options = line_problems(roster), np.flatnonzero(roster.options.employee == 0)
    first = options[roster.options.day[options] == 0]
    row, target = np.repeat([0, 1], [len(options), len(first)]), np.array([1, 1])
    shortage, surplus = np.array([[0, 1, 60], [1, 1, 100]]), np.array([[0, 9, 1000], [1, 9, 1]])
    cover = Cover([LineCover(row, np.append(options, first), target, shortage, surplus)], len(roster.options))
    pricers, found = solved(lines, cover)
    assert found.bound == pytest.approx(50, abs=0.1)
    bounds = list(bounds_of_whole_shortage(pricers, cover, found, 1, lambda: False))
    assert bounds[-1] == pytest.approx(79.5, abs=0.1)
    assert not list(bounds_of_whole_shortage(pricers, cover, found, 1, lambda: True))


@pytest.mark.parametrize("cents", [None, 0, 1])
def test_duties_without_a_price_that_could_fall_give_no_bound(cents: int | None) -> None:
    """Of one duty wanted a quarter of a line of two gives a half."""
    roster = weekend(2)
    line, options = every_line(line_problems(roster)[0])[-1], np.flatnonzero(roster.options.employee == 0)
    shortage = np.zeros((0, 3), np.int64) if cents is None else np.array([[0, 1, cents]])
    cover = Cover(
        [LineCover(options * 0, options, np.array([1]), shortage, np.array([[0, 9, 5]]))], len(roster.options)
    )
    pricers, found = solved(line_problems(roster), cover)
    half = replace(found, lines=[line], weight=np.array([0.25]), reduced=np.zeros(1))
    assert max(bounds_of_whole_shortage(pricers, cover, half, 1, lambda: False), default=0.0) <= found.bound + 1e-6


def test_the_best_change_of_price_is_found_where_tangents_meet() -> None:
    """The master misses 4.5 as long as that is dearer by less than 30, then 3.5, 2 from 50 on; 4 at most are wanted."""
    kind = _Kind(4, 1, math.inf, 1000.0, 4.5)

    def master(change: float) -> tuple[float, float]:
        return min((1000 + 4.5 * change, 4.5), (1030 + 3.5 * change, 3.5), (1105 + 2 * change, 2.0))

    assert kind.next_change(1) == (1, math.inf)
    tried = []
    for _ in range(12):
        change, hope = kind.next_change(8)
        tried.append(change)
        assert hope >= 1015 - 1e-9
        kind.take(change, *master(change))
    assert tried[:3] == [8, 16, 32]
    assert kind.bound == pytest.approx(1015)
    # There is no whole cent between the last two.
    assert kind.next_change(8)[1] == kind.bound


@pytest.mark.parametrize("cents", [-20, 0, 7])
def test_duties_missing_cost_so_much_more_or_less(cents: int) -> None:
    roster = build_model(ward(2, 3)).roster
    cover = drawn_cover(roster, 1)
    dearer = cover.with_dearer_shortage(cents)
    for counts in itertools.product(range(4), repeat=4):
        missing = int(np.maximum(0, cover.target - counts).sum())
        assert dearer.cents(np.array(counts)) == cover.cents(np.array(counts)) + cents * missing
    assert (dearer.highest == cover.highest + cents).all()
