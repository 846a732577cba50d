"""Paid time as the checker counts it: duties without unpaid breaks, and ways between two duties of a day."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Duty


def moves_among(duties: Iterable[Duty]) -> Iterator[tuple[Duty, Duty]]:
    """Give each pair of one employee's duties that follow each other on one date at different outlets."""
    for before, after in itertools.pairwise(sorted(duties, key=lambda duty: duty.start)):
        if before.date == after.date and before.outlet_id != after.outlet_id:
            yield before, after


def way_minutes(problem: Problem, before: Duty, after: Duty) -> int:
    """Give the minutes between the outlets of two duties; 0 to or from an outlet that is no longer there."""
    known = problem.outlet_index
    if before.outlet_id not in known or after.outlet_id not in known:
        return 0
    return problem.travel.between(before.outlet_id, after.outlet_id)


def paid_by_date(problem: Problem, duties: Iterable[Duty]) -> Counter[dt.date]:
    """Give the paid minutes of one employee by date."""
    own = list(duties)
    paid: Counter[dt.date] = Counter()
    for duty in own:
        paid[duty.date] += problem.paid_minutes(duty)
    for before, after in moves_among(own):
        paid[after.date] += way_minutes(problem, before, after)
    return paid
