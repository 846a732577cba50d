"""Who works the duties of a roster: the duties stay, and people exchange them in groups small enough to be solved."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.options import BoolArray, IntArray
from schedsolver.solve.cpsat import CpLimits

if TYPE_CHECKING:
    from schedsolver.model.build import BuiltModel
    from schedsolver.solve.board import Board
    from schedsolver.solve.lines.parts import Parts

# People in a group, deterministic time for each group, and turns of all groups without a better roster before the end.
GROUP, WORK, IDLE = 6, 0.3, 4


def reassign(board: Board, parts: Parts, seconds: float, work: float) -> None:
    """Let group after group of people exchange the duties they have, as long as that makes the roster cheaper.

    Parameters
    ----------
    board
        Has the roster to begin with.
    parts
        Solves parts of the model around it.
    seconds, work
        When to end, in terms of the time and work that board and parts have left.
    """
    rng = np.random.default_rng(board.settings.seed)
    problem = board.model.roster.problem
    home = np.array([problem.outlet_index.get(e.home_outlet_id or "", -1) for e in problem.staff], np.int64)
    idle = 0
    for turn in itertools.count():
        before = board.values
        order = rng.permutation(len(home))
        if turn % 2 == 0:
            # People of one outlet share most of their places, so that little of the model is touched.
            order = order[np.argsort(rng.permutation(len(problem.outlets) + 1)[home[order]], kind="stable")]
        for first in range(0, len(order), GROUP):
            if board.stopped or board.seconds_left <= seconds or parts.work_left <= work:
                return
            now = board.values
            assert now is not None, "there is a roster to begin with"
            options = np.flatnonzero(exchange(board.model, now, order[first : first + GROUP]))
            parts.around(options, now, CpLimits(work=WORK), "reassignment")
        idle = idle + 1 if board.values is before else 0
        if idle == IDLE:
            return


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
