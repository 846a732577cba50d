"""Who works the duties of a roster: the duties stay, and people exchange them, all at once and then in groups."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.arrays import BoolArray, FloatArray, IntArray
from schedsolver.errors import EngineLost
from schedsolver.solve.cpsat import CpLimits
from schedsolver.solve.guide import near_duties
from schedsolver.solve.highs import LinearGuide, MipTask
from schedsolver.solve.mip import solve_mip

if TYPE_CHECKING:
    from schedsolver.model.build import BuiltModel
    from schedsolver.solve.board import Board
    from schedsolver.solve.lines.parts import Parts

PHASE = "reassignment"
# With less time than this all people do not exchange at once: a linear programme cut short brings nothing.
LEAST_SECONDS = 15.0
# Parts of the time: until the linear programme is rounded to a roster, and until that is polished.
ROUNDED, POLISHED = 0.75, 0.9
# Rounding goes slowly: who works what decides more than which duties there are.
NEAR, SHARE = 0.7, 0.15
# Simplex iterations and nodes for each unit of work, when deterministic, and the gap at which polishing stops.
ITERATIONS, NODES, GAP = 5_000, 50, 5e-4
# People or outlets in a group, and deterministic time for each.
GROUP, WORK = 6, 0.3
OUTLETS, OUTLET_WORK = 2, 1.0
# An exchange is tried where the linear programme prices it no more than this part of a duty's mean cost above itself.
WIDTH = 0.1
# Turns of all groups without a better roster before the end.
IDLE = 4


class Reassignment:
    """Lets people exchange the duties they have, as long as that makes the roster cheaper.

    Parameters
    ----------
    board
        Has the roster to begin with.
    parts
        Solves parts of the model around it.
    seconds, work
        When to end, in terms of the time and work that board and parts have left.
    """

    def __init__(self, board: Board, parts: Parts, seconds: float, work: float) -> None:
        self._board, self._parts, self._relaxation = board, parts, board.model.relaxation
        self._seconds, self._work = seconds, work
        self._span = board.seconds_left - seconds
        self._duties = board.model.roster.duty_columns
        self._rng = np.random.default_rng(board.settings.seed)
        self._near: BoolArray | None = None

    def run(self) -> None:
        """Exchange among all people at once, then among groups small enough to be solved."""
        if self._span >= LEAST_SECONDS:
            self._together()
        self._in_groups()

    def _together(self) -> None:
        """Round a linear programme of all exchanges, then solve again where it and the best roster disagree."""
        people = np.arange(len(self._board.model.roster.problem.staff))
        options = exchange(self._board.model, self._now, people)
        upper = self._relaxation.upper.copy()
        upper[self._duties[~options]] = 0
        part = self._relaxation.within(self._relaxation.lower, upper)
        guide = LinearGuide(part.relaxation, lambda: self._is_past(ROUNDED), method="simplex")
        lp = guide.solve()
        if lp is None:
            return
        columns = np.flatnonzero(np.isin(part.columns, self._duties))
        values = guide.dive(columns, lp.values, near=NEAR, share=SHARE, iterations=self._most(ITERATIONS))
        if values is not None:
            self._parts.complete(np.flatnonzero(part.whole(values)[self._duties] > 0), PHASE)
        lp = lp.among(np.isin(np.arange(len(upper)), part.columns))
        self._near = near_duties(lp, self._duties, WIDTH)
        self._polish(lp.values[self._duties])

    def _polish(self, asked: FloatArray) -> None:
        """Give HiGHS the duties that either the linear programme or the best roster has; those of both are fixed.

        Source: E. Danna, E. Rothberg and C. Le Pape (2005), Exploring relaxation induced neighborhoods to improve MIP
        solutions, Mathematical Programming 102.
        """
        given = self._now[self._duties] > 0
        lower, upper = self._relaxation.lower.copy(), self._relaxation.upper.copy()
        upper[self._duties[~given & (asked < 1e-6)]] = 0
        lower[self._duties[given & (asked > 1 - 1e-6)]] = 1
        part = self._relaxation.within(lower, upper)
        task = MipTask(part.relaxation, gap=GAP, nodes=self._most(NODES), seed=self._board.settings.seed)
        try:
            solve_mip(task, lambda: self._is_past(POLISHED), on_values=lambda values: self._take(part.whole(values)))
        except EngineLost as loss:
            self._board.note(f"{PHASE} lost: {loss}")

    def _take(self, values: IntArray) -> None:
        if self._relaxation.holds(values):
            self._board.offer(values, PHASE)
        else:
            self._parts.complete(np.flatnonzero(values[self._duties] > 0), PHASE)

    def _in_groups(self) -> None:
        """Solve group after group by CP-SAT, until several turns of all of them brought nothing.

        One kind of groups goes on as long as it brings something, then the other one has a turn.
        """
        kinds = itertools.cycle((self._outlets if self._near is not None else self._neighbours, self._people))
        idle, kind = 0, next(kinds)
        while idle < IDLE:
            before = self._now
            for options, work in kind():
                if self._is_past(1.0) or self._board.work_left <= self._work:
                    return
                self._parts.around(np.flatnonzero(options), self._now, CpLimits(work=work), PHASE)
            if self._now is before:
                idle, kind = idle + 1, next(kinds)
            else:
                idle = 0

    def _outlets(self) -> Iterator[tuple[BoolArray, float]]:
        """Let all people exchange the duties of some outlets, as far as the linear programme finds that worth a try."""
        options, problem = self._board.model.roster.options, self._board.model.roster.problem
        order = self._rng.permutation(len(problem.outlets))
        assert self._near is not None, "there was a linear programme"
        for first in range(0, len(order), OUTLETS):
            at = np.isin(options.outlet, order[first : first + OUTLETS])
            likely = self._near | (self._now[self._duties] > 0)
            yield exchange(self._board.model, self._now, np.arange(len(problem.staff))) & at & likely, OUTLET_WORK

    def _neighbours(self) -> Iterator[tuple[BoolArray, float]]:
        """Let people of one outlet exchange: they share most of their places, so that little is touched."""
        problem = self._board.model.roster.problem
        home = np.array([problem.outlet_index.get(e.home_outlet_id or "", -1) for e in problem.staff], np.int64)
        order = self._rng.permutation(len(home))
        yield from self._of(
            order[np.argsort(self._rng.permutation(len(problem.outlets) + 1)[home[order]], kind="stable")]
        )

    def _people(self) -> Iterator[tuple[BoolArray, float]]:
        """Let any people exchange."""
        yield from self._of(self._rng.permutation(len(self._board.model.roster.problem.staff)))

    def _of(self, order: IntArray) -> Iterator[tuple[BoolArray, float]]:
        for first in range(0, len(order), GROUP):
            yield exchange(self._board.model, self._now, order[first : first + GROUP]), WORK

    @property
    def _now(self) -> IntArray:
        values = self._board.values
        assert values is not None, "there is a roster to begin with"
        return values

    def _is_past(self, share: float) -> bool:
        """Tell whether this part of the time is over; where it has no end, it never is."""
        left = self._board.seconds_left
        return self._board.stopped or (np.isfinite(left) and left <= self._seconds + (1 - share) * self._span)

    def _most(self, per_work: int) -> int | None:
        settings = self._board.settings
        return int(per_work * settings.work_limit) if settings.deterministic else None


def exchange(model: BuiltModel, values: IntArray, people: IntArray) -> BoolArray:
    """Choose the options by which some people work duties that one of them has, shape ``(options,)``.

    Parameters
    ----------
    model
        The model.
    values
        The roster, shape ``(columns,)``.
    people
        Positions of the people.
    """
    options = model.roster.options
    places = (options.day, options.outlet, options.shift_type, options.skill, options.start, options.end)
    _, duty = np.unique(np.stack(places, axis=1), axis=0, return_inverse=True)
    theirs = np.isin(options.employee, people)
    given = theirs & (values[model.roster.duty_columns] > 0)
    chosen: BoolArray = theirs & np.isin(duty, duty[given])
    return chosen
