"""When a search stops: the clock, work, the target and patience, told by a clock of the test's own."""

import numpy as np
import pytest

import schedsolver as ss
from schedsolver.model.build import build_model
from schedsolver.solve.board import Board
from tests.solving import counter_day

# Two hours without either of the two heads wanted.
IDLE_COST = 2 * (100 + 150)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def board_of(clock: Clock, **settings) -> Board:
    return Board(build_model(counter_day()), ss.Settings(**settings), clock(), clock)


def offer(board: Board, *duties: int) -> None:
    """Offer the roster of these duty options: nobody, or people of the counter day."""
    values = np.zeros(board.model.roster.columns, np.int64)
    values[board.model.roster.duty_columns[list(duties)]] = 1
    for columns in (board.model.roster.crew, board.model.roster.heads):
        for i, slot in enumerate(columns.slot):
            given = [
                board.model.roster.options.start[d] <= slot * 60 < board.model.roster.options.end[d] for d in duties
            ]
            values[columns.column[i]] = sum(given)
    board.offer(values, "test")


def test_the_time_limit_counts_from_when_the_model_is_built():
    clock = Clock()
    model = build_model(counter_day())
    clock.seconds += 7
    board = Board(model, ss.Settings(time_seconds=5), started=100.0, clock=clock)
    clock.seconds += 4.5
    assert (board.stopped, board.seconds_left) == (False, 0.5)
    clock.seconds += 0.5
    assert (board.stopped, board.reason) == (True, "time limit")
    assert board.progress("now").seconds == 12


def test_a_deterministic_search_knows_no_clock():
    clock = Clock()
    board = board_of(clock, deterministic=True, time_seconds=5, stall_seconds=5)
    board.expect_better()
    clock.seconds += 1000
    assert not board.stopped


def test_patience_begins_with_the_first_better_roster():
    clock = Clock()
    board = board_of(clock, stall_seconds=3, time_seconds=1000, gap=0)
    offer(board)
    clock.seconds += 500
    assert not board.stopped, "the relaxation may take its time"
    offer(board, 0)
    clock.seconds += 2
    assert not board.stopped
    offer(board, 0, 3)
    clock.seconds += 2
    offer(board, 0)
    assert not board.stopped, "counted from the last better roster"
    clock.seconds += 1
    assert (board.stopped, board.reason) == (True, "no better roster for too long")


def test_patience_begins_at_the_latest_when_a_better_roster_is_expected():
    clock = Clock()
    board = board_of(clock, stall_seconds=3, time_seconds=1000, gap=0)
    offer(board)
    board.expect_better()
    clock.seconds += 2
    board.expect_better()
    clock.seconds += 1
    assert (board.stopped, board.reason) == (True, "no better roster for too long")


def test_patience_is_measured_in_work_when_deterministic():
    board = board_of(Clock(), stall_seconds=3, deterministic=True)
    board.expect_better()
    board.work = 2.9
    assert not board.stopped
    board.work = 3.0
    assert (board.stopped, board.reason) == (True, "no better roster for too long")


@pytest.mark.parametrize(("bound", "reason"), [(None, "target cost reached"), (IDLE_COST, "proved optimal")])
def test_the_target_is_reached_with_or_without_a_bound(bound, reason):
    board = board_of(Clock(), target_cents=IDLE_COST)
    if bound is not None:
        board.raise_bound(bound, "bound")
    offer(board)
    assert (board.best.objective, board.reason) == (IDLE_COST, reason)


def test_a_cent_above_the_target_goes_on():
    board = board_of(Clock(), target_cents=IDLE_COST - 1, gap=0)
    offer(board)
    assert not board.stopped


def test_no_more_work_is_done_than_allowed():
    problem = ss.generate(ss.GeneratorSpec(outlets=2, staff=6, days=2, seed=5))
    for settings in (
        ss.Settings(deterministic_work=0.5, workers=1, gap=0, time_seconds=120),
        ss.Settings(deterministic_work=0.5, deterministic=True, gap=0),
    ):
        result = ss.solve(problem, settings)
        # The first roster is found whatever the limits; a search may look at its limit a little late.
        assert result.deterministic_time < 1.0
        assert ss.check(problem, result.schedule).ok
    assert (ss.Settings().work_limit, ss.Settings(deterministic=True).work_limit) == (float("inf"), 20)


def test_a_target_and_a_stall_end_a_whole_search():
    problem = ss.generate(ss.GeneratorSpec(outlets=2, staff=6, days=2, seed=5))
    ways = ss.Strategy(small_options=0, polish_share=0, neighbourhood_work=0.1)
    within = {"deterministic": True, "deterministic_work": 0.5, "gap": 0, "strategy": ways}
    long = ss.solve(problem, ss.Settings(**within))
    assert long.stopped_because == "work limit"
    # The first that is better than the roster it began with.
    target = sorted({p.objective for p in long.trace if p.objective is not None}, reverse=True)[1]
    first = ss.solve(problem, ss.Settings(**within, target_cents=target))
    assert (first.objective, first.stopped_because) == (target, "target cost reached")
    stalled = ss.solve(problem, ss.Settings(**within, stall_seconds=0.1))
    assert stalled.stopped_because == "no better roster for too long"
    assert stalled.deterministic_time < long.deterministic_time
