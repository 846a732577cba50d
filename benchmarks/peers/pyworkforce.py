"""pyworkforce's shift selection, and its shifts given to people one by one.

pyworkforce (MIT licence, written for 0.5.1) chooses how many people have each shift on each day, for one place, so that
the heads present differ as little as possible from those needed, period by period (``MinAbsDifference``, by
CP-SAT). It is told, outlet by outlet, the heads that all activities need together, and as its shifts every start,
length and place of breaks that a shift type allows there. The shifts it chooses are then given to people who may work
them and are free that day, those with the fewest first, within their contract's hours of a week. What
hard rules forbid of that is left out, as little as possible, and breaks and activities are dealt out at best, by
the library's model, after its time is over. ``NOT_EXPRESSED`` says what it never sees.

It asks for required heads in each period, so a problem without activities is refused. Its ``MinHoursRoster``, for
day and shift rosters, is not used: it knows no prices, and a shift that some other may not follow lets nothing follow.
"""

from __future__ import annotations

from collections import Counter
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.peers.compact import Compact
from benchmarks.peers.plain_cp_sat import all_patterns, taken, working_slots
from benchmarks.peers.trail import Trail, foreign
from schedsolver.bench.peer import CannotExpress, PeerRoster
from schedsolver.domain.arrays import IntArray
from schedsolver.domain.horizon import MINUTES_PER_DAY, monday_of
from schedsolver.traffic.staffing import required_cells

if TYPE_CHECKING:
    from schedsolver.domain.options import DutyOptions
    from schedsolver.domain.problem import Problem

NOT_EXPRESSED = (
    "prices: it minimises heads too few and too many alike, and no wages, travel or overtime",
    "activities and skills: the heads of an outlet are told as one number",
    "people: who may, can or would rather work when",
    "the cluster: each outlet is planned by itself, as if all people were there",
    "rules on more than one duty, such as rest, days in a row and hours in a period",
    "shifts past midnight",
)


def solve(problem: Problem, seconds: float, workers: int, seed: int) -> PeerRoster:
    trail = Trail(seconds)
    library, versions = foreign("pyworkforce", "pyworkforce")
    if not problem.activities:
        raise CannotExpress("pyworkforce chooses shifts by the heads needed in each period; "
                               "give it a problem with activities")  # fmt: skip
    compact = Compact(problem)
    patterns, option_of = all_patterns(compact.roster.options, problem.horizon.slot_minutes)
    given = np.zeros(0, np.int64)
    if len(patterns):
        chosen = _chosen_by_outlet(library, problem, patterns, trail, workers, seed)
        given = option_of[_people_for(problem, patterns, chosen)]
    kept = compact.most_kept(given)
    told = {"not_expressed": NOT_EXPRESSED, "versions": versions}
    values = None if kept is None else compact.completed(kept)
    if kept is None or values is None:
        return trail.roster(None, message="no part of its shifts keeps the hard rules", **told)
    trail.found(compact.cost(values), values)
    message = f"{len(kept)} of the {len(given)} shifts that were given to people keep the hard rules"
    return trail.roster(compact.schedule(values), message=message, **told)


def _chosen_by_outlet(
    library: ModuleType, problem: Problem, patterns: DutyOptions, trail: Trail, workers: int, seed: int
) -> list[tuple[int, IntArray]]:
    """Let pyworkforce choose shifts; give how many have each, and which patterns it could be for them."""
    heads, chosen = _heads_needed(problem), []
    ends_today = patterns.end <= (patterns.day + 1) * MINUTES_PER_DAY
    outlets = np.flatnonzero(heads.any(axis=(1, 2))).tolist()
    for position, outlet in enumerate(outlets):
        here = np.flatnonzero((patterns.outlet == outlet) & ends_today)
        if not len(here):
            continue
        shift_of, coverage = _shifts(patterns, here, problem.horizon.slot_minutes, heads.shape[2])
        scheduler = library.MinAbsDifference(
            num_days=problem.horizon.days,
            periods=heads.shape[2],
            shifts_coverage={str(s): row for s, row in enumerate(coverage.tolist())},
            required_resources=heads[outlet].tolist(),
            max_period_concurrency=max(len(problem.staff), int(heads[outlet].max())),
            max_shift_concurrency=len(problem.staff),
            max_search_time=trail.left / (len(outlets) - position),
            num_search_workers=workers,
        )
        # It keeps the number of workers to itself, and has no seed.
        scheduler.solver.parameters.num_workers = workers
        scheduler.solver.parameters.random_seed = seed
        for row in scheduler.solve()["resources_shifts"]:
            if row["resources"] > 0:
                meant = (shift_of == int(row["shift"])) & (patterns.day[here] == row["day"])
                chosen.append((row["resources"], here[meant]))
    return chosen


def _heads_needed(problem: Problem) -> IntArray:
    """Add up the heads of all activities, shape ``(outlets, days, slots of a day)``."""
    heads = np.zeros((len(problem.outlets), problem.horizon.slots), np.int64)
    for cell in required_cells(problem):
        heads[cell.outlet, cell.slot] += cell.heads
    return heads.reshape(len(heads), problem.horizon.days, -1)


def _shifts(patterns: DutyOptions, here: IntArray, slot_minutes: int, periods: int) -> tuple[IntArray, IntArray]:
    """Tell which shift each pattern is, whoever has it on whichever day, and in which periods a shift works."""
    own = taken(patterns, here)
    midnight = own.day[:, None] * MINUTES_PER_DAY
    begins = np.where(own.break_minutes > 0, own.break_from - midnight, -1)
    times = np.stack([own.start, own.end], axis=1) - midnight
    described = np.column_stack([own.shift_type, times, begins])
    kinds, first, shift_of = np.unique(described, axis=0, return_index=True, return_inverse=True)
    coverage = np.zeros((len(kinds), periods), np.int64)
    kind, slot = working_slots(taken(own, first), slot_minutes)
    coverage[kind, slot % periods] = 1
    return shift_of.ravel(), coverage


def _people_for(problem: Problem, patterns: DutyOptions, chosen: list[tuple[int, IntArray]]) -> IntArray:
    """Give the chosen shifts to people, those fewest could work first; gives the patterns."""
    owed = [problem.contract_of[person.employee_id].weekly_minutes for person in problem.staff]
    weeks = [monday_of(date) for date in problem.horizon.dates]
    worked: Counter[tuple[int, object]] = Counter()
    busy: set[tuple[int, int]] = set()
    given: list[int] = []
    for count, could in sorted(chosen, key=lambda one: len(one[1])):
        free = []
        for i in could.tolist():
            person, day, minutes = (int(part[i]) for part in (patterns.employee, patterns.day, patterns.paid_minutes))
            already = worked[person, weeks[day]]
            if (person, day) not in busy and already + minutes <= owed[person]:
                free.append((already, person, day, minutes, i))
        for _, person, day, minutes, i in sorted(free)[:count]:
            busy.add((person, day))
            worked[person, weeks[day]] += minutes
            given.append(i)
    return np.array(given, np.int64)
