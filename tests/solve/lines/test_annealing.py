"""Annealed lines against walks, prices of lines and cover, and the checker."""

import itertools

import numpy as np
import pytest

from schedsolver.domain import Employee, Horizon, Leave, Problem, ShiftRequirement
from schedsolver.domain.line import LineCover, walked
from schedsolver.model.build import build_model
from schedsolver.rules.contract import DaysWorked
from schedsolver.rules.sequence import DaysOff, Successions, WorkDays
from schedsolver.rules.weekend import CompleteWeekends, WeekendsWorked
from schedsolver.solve.board import Board
from schedsolver.solve.lines import cooling, pricer
from schedsolver.solve.lines.annealing import anneal
from schedsolver.solve.lines.cooling import LEAST_SHARE, Cooling, guide_of
from schedsolver.solve.lines.describe import LineProblem, line_problems
from schedsolver.solve.lines.generation import Generated, first_lines
from schedsolver.solve.lines.master import Cover, Line, joined
from schedsolver.solve.lines.place import OFF, Place, count_cover, options_at, place_of, price_anew
from schedsolver.solve.lines.pricer import Pricers
from schedsolver.solve.lines.search import LineSearch
from schedsolver.solve.lines.tables import NEVER, Tables, tables_of
from schedsolver.solve.runner import solve
from schedsolver.solve.settings import Settings
from tests.solve.lines.wards import SHIFTS, ward
from tests.solving import plain
from tests.tiny import MONDAY

SOFT = (
    Successions(forbidden=[("N", "E")]),
    WorkDays(minimum=2, maximum=4, hard=False, weight=3),
    DaysOff(minimum=2, hard=False, weight=5),
    CompleteWeekends(hard=False, weight=2),
    WeekendsWorked(maximum=1, hard=False, weight=7),
    DaysWorked(per="horizon", minimum=6, maximum=8, hard=False, weight=4),
)
NOBODY = np.zeros(0, np.int64)


class Annealed:
    """A ward whose first roster is ready to be annealed."""

    def __init__(self, problem: Problem) -> None:
        roster = build_model(problem).roster
        asked = [part for rule in roster.rules if (part := rule.line_cover(problem, roster.options)) is not None]
        self.cover = Cover(asked, len(roster.options))
        self.lines: list[LineProblem] = line_problems(roster)
        self.tables: Tables = tables_of(self.lines, roster.options, self.cover)
        pricers = Pricers.of(self.lines, 1).among(range(len(self.lines)))
        first = first_lines(pricers, self.cover, pricers.employees, 1)
        assert first is not None
        self.everyone = np.arange(len(self.lines))
        self.all_options = roster.options
        self.place = place_of(self.tables, roster.options, joined(first), [1])

    def again(self) -> Place:
        """Give the place of its roster from the beginning."""
        return place_of(self.tables, self.all_options, options_at(self.tables, self.place), [1])

    def options(self, employee: int) -> np.ndarray:
        days = np.flatnonzero(self.place.sort[employee] != OFF)
        return self.tables.option[employee, days, self.place.sort[employee, days]].astype(np.int64)

    def cents(self) -> int:
        """What the roster costs by the lines' own words."""
        own = [self.options(employee) for employee in range(len(self.lines))]
        counts = self.cover.counts(np.concatenate(own))
        return self.cover.cents(counts) + sum(line.cents_of(o) for line, o in zip(self.lines, own, strict=True))


@pytest.mark.parametrize("rules", [(), SOFT])
@pytest.mark.parametrize("seed", range(4))
def test_the_cents_of_all_changes_are_those_of_the_lines_and_every_line_keeps_its_rules(
    rules: tuple[object, ...], seed: int
) -> None:
    ready = Annealed(ward(6, 14, seed, **({"rules": rules} if rules else {})))
    before, first = ready.cents(), ready.place.sort.copy()
    for hot in (1000.0, 30.0, 1.0):
        change = anneal(ready.tables, ready.place, ready.everyone, ready.everyone, 3_000, hot, hot / 2)
        after = ready.cents()
        assert after - before == change
        before = after
        for employee, line in enumerate(ready.lines):
            steps = line.steps_of(ready.options(employee))
            assert np.isfinite(line.day_cents[np.arange(len(steps)), steps]).all()
            assert all(walked(walk, steps.tolist())[0] for walk in line.walks)
    assert not np.array_equal(first, ready.place.sort)


def test_what_it_keeps_in_mind_is_what_going_along_the_lines_anew_gives() -> None:
    ready = Annealed(ward(6, 14, 2, rules=SOFT))
    anneal(ready.tables, ready.place, ready.everyone, ready.everyone, 5_000, 100.0, 1.0)
    anew = ready.again()
    for kept, again in zip(ready.place[:6], anew[:6], strict=True):
        assert np.array_equal(kept, again)


@pytest.mark.parametrize("seed", range(2))
def test_over_months_days_that_are_weeks_apart_are_exchanged_too(seed: int) -> None:
    ready = Annealed(ward(3, 105, seed, rules=SOFT))
    before = ready.cents()
    for hot in (1000.0, 10.0):
        change = anneal(ready.tables, ready.place, ready.everyone, ready.everyone, 5_000, hot, hot / 2)
        assert ready.cents() - before == change
        before = ready.cents()
    anew = ready.again()
    for kept, again in zip(ready.place[:6], anew[:6], strict=True):
        assert np.array_equal(kept, again)
    assert all(
        walked(walk, line.steps_of(ready.options(employee)).tolist())[0]
        for employee, line in enumerate(ready.lines)
        for walk in line.walks
    )


def test_cold_it_only_gets_better() -> None:
    ready = Annealed(ward(6, 14, 1))
    anneal(ready.tables, ready.place, ready.everyone, ready.everyone, 3_000, 1000.0, 1000.0)
    changes = [anneal(ready.tables, ready.place, ready.everyone, ready.everyone, 500, 1e-6, 1e-6) for _ in range(10)]
    assert max(changes) <= 0
    assert sum(changes) < 0


def test_nobody_has_a_duty_where_the_day_is_not_open_to_them() -> None:
    """The ward's first person may not work on the first day."""
    problem = ward(4, 7, 0)
    ready = Annealed(problem)
    day = ready.lines[0].day_cents.copy()
    day[0, 1:] = np.inf
    closed = LineProblem(
        *(getattr(ready.lines[0], f) for f in ("employee", "options", "day", "step", "cents")), day, ()
    )
    options = build_model(problem).roster.options
    tables = tables_of([closed, *ready.lines[1:]], options, ready.cover)
    assert (tables.option[0, 0] == OFF).all()
    assert (tables.option[0, 1] != OFF).any()
    place = place_of(tables, options, NOBODY, [3])
    anneal(tables, place, ready.everyone, ready.everyone, 3_000, 1000.0, 1000.0)
    assert place.sort[0, 0] == OFF
    assert (place.sort[0] != OFF).any()


def test_lines_about_which_no_rule_says_anything_have_tables_for_all_of_their_steps() -> None:
    """The first person is on leave, so has days off only; tables were looked up beyond their end for the second."""
    staff = tuple(Employee(employee_id=name, contract_id="full") for name in ("E0", "E1"))
    tables = {
        "horizon": Horizon(start=MONDAY, days=1, slot_minutes=60), "staff": staff,
        "shift_types": SHIFTS, "shift_requirements": (ShiftRequirement(date=MONDAY, shift_type_id="E", preferred=1),),
        "leave": (Leave(employee_id="E0", first_day=MONDAY, last_day=MONDAY),), "rules": (),
    }  # fmt: skip
    ready = Annealed(plain(**tables))
    assert [line.walks for line in ready.lines] == [(), ()]
    first, second = (range(b, b + s) for b, s in zip(ready.tables.base[:, 0], ready.tables.steps, strict=True))
    assert (len(first), len(second)) == (1, 5)
    assert not set(first) & set(second)
    assert {*first, *second} == set(range(len(ready.tables.leads)))


def test_prices_far_from_all_others_are_charged_as_ten_times_the_usual_one() -> None:
    problem = ward(2, 3)
    roster = build_model(problem).roster
    shortage = np.array([[0, 1, 100_000], [1, 1, 7], [2, 1, 7]])
    none = np.zeros((0, 3), np.int64)
    cover = Cover([LineCover(np.zeros(1, int), np.zeros(1, int), np.ones(3, int), shortage, none)], len(roster.options))
    tables = tables_of(line_problems(roster), roster.options, cover)
    assert tables.row_cents[:, 0].tolist() == [70, 7, 7]
    assert tables.row_cents[0].tolist() == [70, 0, 70, 140]


@pytest.mark.parametrize("counted", [1, 4])
def test_exchanges_change_cover_only_where_it_asks_for_some_people_s_duties(counted: int) -> None:
    """One row a day asks for two duties of the first person, or of all four."""
    problem = ward(4, 14, 0)
    ready, options = Annealed(problem), build_model(problem).roster.options
    mine = np.flatnonzero(options.employee < counted)
    none = np.zeros((0, 3), np.int64)
    shortage = np.stack([np.arange(14), np.full(14, 2), np.full(14, 5)], axis=1)
    ready.cover = Cover([LineCover(options.day[mine], mine, np.full(14, 2), shortage, none)], len(options))
    ready.tables = tables_of(ready.lines, options, ready.cover)
    assert ready.tables.alike == (counted == 4)
    ready.place = ready.again()
    before = ready.cents()
    change = anneal(ready.tables, ready.place, ready.everyone, ready.everyone, 5_000, 20.0, 1.0)
    assert ready.cents() - before == change
    assert np.array_equal(ready.place.covered, ready.cover.counts(np.concatenate([ready.options(e) for e in range(4)])))


def test_only_those_asked_for_and_whom_they_exchange_duties_with_change() -> None:
    """With one person asked for, each move changes that line and at most one more."""
    ready = Annealed(ward(6, 14, 2))
    for _ in range(200):
        before = ready.place.sort.copy()
        anneal(ready.tables, ready.place, np.array([2]), ready.everyone, 1, 1000.0, 1000.0)
        changed = np.flatnonzero((ready.place.sort != before).any(axis=1))
        assert len(changed) == 0 or 2 in changed
        assert len(changed) <= 2


def test_people_dealt_out_to_two_threads_change_only_in_their_own() -> None:
    ready = Annealed(ward(6, 14, 2))
    mine, before, cents = np.array([0, 3, 4]), ready.place.sort.copy(), ready.cents()
    change = anneal(ready.tables, ready.place, mine, mine, 5_000, 30.0, 30.0)
    changed = np.flatnonzero((ready.place.sort != before).any(axis=1))
    assert set(changed.tolist()) <= {0, 3, 4}
    assert ready.cents() - cents == change
    covered = ready.place.covered.copy()
    ready.place.covered[:3] += 1
    count_cover(ready.tables, ready.place)
    assert np.array_equal(ready.place.covered, covered)


def test_lines_cost_by_other_prices_what_they_would_cost_from_the_beginning() -> None:
    ready = Annealed(ward(6, 14, 2, rules=SOFT))
    more = np.random.default_rng(1).integers(9, size=ready.tables.cents.shape, dtype=np.int32)
    dearer = np.where(ready.tables.cents == NEVER, NEVER, ready.tables.cents + more)
    tables = price_anew(ready.tables, ready.place, dearer)
    anneal(tables, ready.place, ready.everyone, ready.everyone, 2_000, 30.0, 30.0)
    price_anew(tables, ready.place, ready.tables.cents)
    anew = ready.again()
    assert np.array_equal(ready.place.cents, anew.cents)


def test_what_has_a_share_of_the_master_is_not_charged_for() -> None:
    """The first person has lines of a quarter and three quarters, the others one line each."""
    problem = ward(3, 7, 0)
    ready, options = Annealed(problem), build_model(problem).roster.options
    own = [Line(employee, ready.options(employee), 0) for employee in range(3)]
    idle, weight = Line(0, own[0].options[:0], 0), np.array([0.75, 1.0, 1.0, 0.25])
    lines = Generated(0.0, 0.0, np.zeros(0), {}, [*own, idle], weight, np.zeros(4))
    guide = guide_of(ready.tables, options, lines)
    given = np.take_along_axis(guide, ready.place.sort[:, :, None], axis=2)[:, :, 0]
    at_work = ready.place.sort[0] != OFF
    assert given[0, at_work] == pytest.approx(-np.log(0.75))
    assert guide[0, at_work, OFF] == pytest.approx(-np.log(0.25))
    assert given[1:] == pytest.approx(0)
    assert guide[1, ready.place.sort[1] != OFF, OFF] == pytest.approx(-np.log(LEAST_SHARE))


def test_the_search_anneals() -> None:
    result = solve(ward(8, 28, 1, rules=SOFT), Settings(deterministic=True, gap=0, deterministic_work=1.0))
    assert "annealing" in {progress.phase for progress in result.trace}


def test_counts_beyond_a_hard_limit_only_come_nearer() -> None:
    """The ward wants 6 to 9 of 14 days; a roster of nobody at work is annealed until everyone has as many."""
    ready = Annealed(ward(6, 14, 3, rules=(DaysWorked(per="horizon", minimum=6, maximum=9),)))
    place = place_of(ready.tables, ready.all_options, NOBODY, [5])
    lacking = [6 * 6]
    for _ in range(20):
        anneal(ready.tables, place, ready.everyone, ready.everyone, 100, 10.0, 10.0)
        lacking.append(int(np.maximum(6 - (place.sort != OFF).sum(axis=1), 0).sum()))
    assert lacking == sorted(lacking, reverse=True)
    assert lacking[-1] == 0
    assert (place.sort != OFF).sum(axis=1).max() <= 9


def test_people_are_annealed_in_groups_as_large_as_caches_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Caches hold nobody here, so groups are as small as they get; each round of them is everybody."""
    groups: list[list[int]] = []

    def annealed(tables: Tables, place: Place, who: np.ndarray, *how: object) -> int:
        groups.append(who.tolist())
        return int(anneal(tables, place, who, *how))

    monkeypatch.setattr(cooling, "AT_HAND", 1)
    monkeypatch.setattr(cooling, "anneal", annealed)
    solve(ward(13, 14, 1), Settings(deterministic=True, gap=0, deterministic_work=1.0))
    assert len(groups) > 3
    assert {len(group) for group in groups} == {4, 5}
    assert sorted(itertools.chain(*groups[:3])) == list(range(13))


@pytest.mark.parametrize(("cells", "seconds"), [(500_000, 0.2), (0, 1.0)])
def test_where_no_guide_will_come_the_second_round_takes_all_the_time(
    monkeypatch: pytest.MonkeyPatch, cells: int, seconds: float
) -> None:
    """Machines larger than so many cells are kept within a band here, and there is no master then."""
    monkeypatch.setattr(pricer, "LONG_DAYS", 14)
    monkeypatch.setattr(pricer, "MOST_CELLS_LONG", cells)
    monkeypatch.setattr(Cooling, "_cool", lambda *_: None)
    model = build_model(ward(6, 14, 1))
    search = LineSearch(Board(model, Settings(time_seconds=100, gap=0), 0.0, clock=lambda: 0.0))
    lines = first_lines(search.pricers.among(range(6)), search.cover, range(6), 1)
    assert lines is not None
    assert search.cooling._seconds == pytest.approx(5)
    search.cooling.round(joined(lines))
    assert search.cooling._seconds == pytest.approx(100 * seconds)
