"""Rosters merged against all that can be made of them, and how many are merged at once."""

import itertools
import time

import numpy as np
import pytest

from schedsolver.domain import Problem
from schedsolver.model.build import build_model
from schedsolver.model.names import schedule_of
from schedsolver.rules.check import check
from schedsolver.solve.board import Board
from schedsolver.solve.cpsat import CpResult, CpStatus
from schedsolver.solve.lines.cooling import KEPT, MOST_A_DAY
from schedsolver.solve.lines.master import joined
from schedsolver.solve.lines.merging import MOVES_A_DAY, Merging
from schedsolver.solve.lines.search import LineSearch
from schedsolver.solve.runner import solve
from schedsolver.solve.settings import Settings
from tests.solve.lines.test_annealing import SOFT
from tests.solve.lines.wards import ward


class Searched:
    """A search over lines that has annealed nothing yet."""

    def __init__(self, problem: Problem) -> None:
        model = build_model(problem)
        settings = Settings(deterministic=True, gap=0, deterministic_work=1_000.0)
        self.board = Board(model, settings, time.perf_counter())
        self.search = LineSearch(self.board)
        self.rng = np.random.default_rng(0)
        self.merging = Merging(self.search, self.rng)
        self.rosters = self.search.cooling.rosters

    def cents(self, options: np.ndarray) -> int | None:
        """What the checker says of a roster with these duties; nothing if it breaks a rule."""
        roster = self.board.model.roster
        values = np.zeros(roster.columns, np.int64)
        values[roster.duty_columns[options]] = 1
        report = check(roster.problem, schedule_of(self.board.model, roster.settled(values)))
        return report.objective if report.ok else None

    def random_roster(self) -> np.ndarray:
        """Some roster that keeps all rules."""
        extra = self.rng.integers(-100, 100, len(self.board.model.roster.options)).astype(float)
        pricers = self.search.pricers.among(self.search.pricers.employees)
        offers = [pricers.lines(employee, extra) for employee in pricers.employees]
        return np.sort(joined([offer.lines[0] for offer in offers if offer is not None]))


@pytest.mark.parametrize("seed", range(6))
def test_gives_the_best_roster_of_the_duties_of_two(seed: int) -> None:
    searched = Searched(ward(2, 5, seed))
    one, other = searched.random_roster(), searched.random_roster()
    assert searched.search.parts.complete(one, "first lines")
    searched.rosters.append((0, other))
    assert searched.merging._merged()
    options = searched.board.model.roster.options
    union = np.union1d(one, other)
    cells = sorted({*zip(options.employee[union].tolist(), options.day[union].tolist(), strict=True)})
    of_cell = [[-1, *union[(options.employee[union] == e) & (options.day[union] == d)].tolist()] for e, d in cells]
    every = (np.array([o for o in chosen if o >= 0], np.int64) for chosen in itertools.product(*of_cell))
    best = searched.board.best
    assert best is not None
    assert best.objective == min(cents for options in every if (cents := searched.cents(options)) is not None)


def test_keeps_the_cheapest_rosters_at_their_cost() -> None:
    searched = Searched(ward(4, 7, 1))
    assert searched.search.parts.complete(searched.random_roster(), "first lines")
    for _ in range(KEPT + 2):
        searched.search.cooling.another(20)
    kept = searched.search.cooling.rosters
    assert len(kept) == KEPT
    assert [cents for cents, _ in kept] == [searched.cents(duties) for _, duties in kept]
    assert [cents for cents, _ in kept] == sorted(cents for cents, _ in kept)
    assert searched.board.best is not None
    assert searched.board.best.objective <= kept[0][0]


def test_merges_more_rosters_as_long_as_that_is_done_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """CP-SAT is taken to be done with three rosters beside the best one and no more, then with one, then with none."""
    searched = Searched(ward(4, 7, 1))
    searched.search.parts.complete(searched.random_roster(), "first lines")
    merged: list[int] = []
    able = 3

    def among(options: np.ndarray, now: object, limits: object, phase: str) -> CpResult:
        merged.append(merging_now._others)
        done = merging_now._others <= able
        return CpResult(CpStatus.OPTIMAL if done else CpStatus.FEASIBLE, None, 0.0, 1.0)

    merging_now: Merging = searched.merging
    monkeypatch.setattr(searched.search.parts, "among", among)
    moves: list[int] = []
    monkeypatch.setattr(searched.search.cooling, "another", moves.append)
    searched.rosters += [(cents, searched.random_roster()) for cents in range(6)]
    merging_now.turn()
    assert merged == [1, 2, 3, 4]
    merging_now.turn()
    assert merged[4:] == [3, 4]
    assert moves == [MOVES_A_DAY, MOVES_A_DAY]
    able = 1
    for _ in range(2):
        merging_now.turn()
    assert merged[6:] == [3, 2]
    able = 0
    for _ in range(6):
        merging_now.turn()
    assert merged[8:] == [1] * 6
    expected = [2**k * MOVES_A_DAY for k in range(4)]
    assert moves[2:] == [MOVES_A_DAY, MOVES_A_DAY, *[min(m, MOST_A_DAY) for m in expected[1:]], *[MOST_A_DAY] * 3]


def test_all_rosters_are_merged_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    searched = Searched(ward(4, 7, 1))
    searched.search.parts.complete(searched.random_roster(), "first lines")
    searched.rosters += [(cents, searched.random_roster()) for cents in range(3)]
    monkeypatch.setattr(searched.search.cooling, "another", lambda moves_a_day: None)
    seen: list[int] = []
    plain = searched.search.parts.among
    monkeypatch.setattr(
        searched.search.parts, "among", lambda options, *rest: seen.append(len(options)) or plain(options, *rest)
    )
    searched.merging.turn()
    assert len(seen) == 3


def test_rosters_are_merged_where_annealing_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[int] = []
    plain = Merging.turn
    monkeypatch.setattr(Merging, "turn", lambda self: turns.append(1) or plain(self))
    solve(ward(8, 42, 1, rules=SOFT), Settings(deterministic=True, gap=0, deterministic_work=8.0))
    assert turns
