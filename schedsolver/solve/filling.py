"""A roster place by place: the outlets of each day are staffed one after the other, the rest staying as it is.

It needs no linear programme of the whole, so a large problem has a usable roster while that is still being solved.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.options import BoolArray, IntArray
from schedsolver.model.relaxation import Part, Relaxation
from schedsolver.solve.neighbourhoods import part_of

if TYPE_CHECKING:
    from schedsolver.model.build import BuiltModel


def fill_places(
    model: BuiltModel,
    relaxation: Relaxation,
    values: IntArray,
    solve: Callable[[Part, IntArray], IntArray | None],
    offer: Callable[[IntArray], None],
    done: Callable[[], bool],
    allowed: BoolArray | None = None,
) -> IntArray:
    """Choose the duties of each day and outlet anew, one after the other.

    Parameters
    ----------
    model, relaxation
        What is solved.
    values
        The roster to begin with, shape ``(columns,)``.
    solve
        Solves a part, starting from the values of all columns, and gives these anew.
    offer
        Takes the roster after each day.
    done
        Asked after each place; true ends it.
    allowed
        Options to choose from besides those given, shape ``(options,)``; all of them when ``None``.

    Returns
    -------
    The roster at the end.
    """
    options, now = model.roster.options, values
    for day in range(model.roster.problem.horizon.days):
        for outlet in np.unique(options.outlet[options.day == day]):
            place = (options.day == day) & (options.outlet == outlet)
            better = solve(part_of(model, relaxation, place, now, allowed), now)
            now = now if better is None else better
            if done():
                offer(now)
                return now
        offer(now)
    return now
