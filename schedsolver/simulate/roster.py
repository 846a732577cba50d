"""Turns a problem and a schedule into queues and the people who serve them, and simulates them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from schedsolver.domain import Permission, Problem, Schedule
from schedsolver.domain.arrays import FloatArray, IntArray
from schedsolver.domain.schedule import Stint
from schedsolver.domain.suggest import did_you_mean
from schedsolver.errors import Fault, InvalidProblem
from schedsolver.rules.check import refuse_unknown_names
from schedsolver.simulate.closing import doors_shut, sessions, stay_until_served
from schedsolver.simulate.customers import draw_customers
from schedsolver.simulate.figures import count, heads_on
from schedsolver.simulate.kernel import NOBODY
from schedsolver.simulate.result import SimulationResult
from schedsolver.traffic.queues import service_law
from schedsolver.traffic.service_law import ServiceLaw


def simulate(
    problem: Problem,
    schedule: Schedule,
    replications: int = 1000,
    seed: int = 0,
    *,
    service: Mapping[str, ServiceLaw] | None = None,
    patience_minutes: Mapping[str, float] | None = None,
    help_order: Sequence[str] = (),
) -> SimulationResult:
    """Put a roster under random customers, many times.

    Each activity of an outlet that customers come for is a queue, first come first served. Customers come at random at
    the rate of the problem's traffic, constant within a slot. People serve the queue of the activity they are rostered
    on; whoever is with a customer when a slot ends finishes first. Those rostered in the last slot of a day's service
    stay until nobody waits; where nobody is rostered then, customers leave when the doors shut.

    Parameters
    ----------
    problem, schedule
        The problem with its traffic, and a roster for it.
    replications
        How often the whole horizon is simulated.
    seed
        Of all randomness. The same seed meets any roster of the problem with the same customers.
    service
        Distribution of service times by activity, in place of the problem's.
    patience_minutes
        Mean time after which customers of an activity give up, in place of the problem's.
    help_order
        Activities whose people help each other: who is on one of them and finds nobody waiting there serves the others
        at the same outlet, in this order, as far as permitted. An activity nobody comes for can be among them, so that
        its people drop it for customers.

    Raises
    ------
    InvalidProblem
        If the problem has no traffic, or an activity named here is not in it.
    InvalidSchedule
        If the schedule names an employee, outlet or activity the problem does not have.
    ValueError
        If a number is out of range.
    """
    refuse_unknown_names(problem, schedule)
    _refuse_unknown_activities(problem, service or {}, patience_minutes or {}, help_order)
    queues = _queues(problem)
    serves = _serves(problem, schedule, queues, help_order)
    rostered = _rostered(problem, schedule, queues)
    activities = [problem.activities[problem.activity_index[name]] for _, name in queues.names]
    laws = [(service or {}).get(a.activity_id) or service_law(a) for a in activities]
    patience = [(patience_minutes or {}).get(a.activity_id, a.patience_minutes) for a in activities]
    slot_minutes = float(problem.horizon.slot_minutes)
    customers = draw_customers(queues.expected, slot_minutes, laws, replications, seed, patience)
    found = sessions(queues.expected, heads_on(rostered, len(queues.names)))
    stay = stay_until_served(serves, found)
    there = replace(customers, patience=doors_shut(customers, found, stay))
    limits = [problem.wait_limit_minutes(*name) for name in queues.names]
    figures = count(there, stay, rostered, limits)
    starts = [problem.horizon.moment_of(slot * problem.horizon.slot_minutes) for slot in range(problem.horizon.slots)]
    return SimulationResult.of(figures, queues.names, starts, queues.expected, seed)


@dataclass(frozen=True)
class _Queues:
    """Outlet and activity of each queue, and customers expected, shape ``(queues, slots)``."""

    names: tuple[tuple[str, str], ...]
    expected: FloatArray

    def index(self) -> dict[tuple[str, str], int]:
        return {name: q for q, name in enumerate(self.names)}


def _queues(problem: Problem) -> _Queues:
    rows = [row for row in problem.traffic if row.customers > 0]
    if not rows:
        raise InvalidProblem([Fault("traffic", None, "there are no customers to simulate; add rows of traffic")])
    order = {(row.outlet_id, row.activity_id) for row in rows}
    names = sorted(order, key=lambda n: (problem.outlet_index[n[0]], problem.activity_index[n[1]]))
    queues = _Queues(tuple(names), np.zeros((len(names), problem.horizon.slots)))
    index = queues.index()
    for row in rows:
        slot = problem.horizon.slot_of(row.date, row.start)
        if slot < problem.horizon.slots:
            queues.expected[index[row.outlet_id, row.activity_id], slot] += row.customers
    return queues


def _slots_of(problem: Problem, stint: Stint) -> slice:
    """Give the slots within the horizon that a stint covers whole."""
    horizon = problem.horizon
    first = -(-horizon.minute_of(stint.start) // horizon.slot_minutes)
    last = horizon.minute_of(stint.end) // horizon.slot_minutes
    return slice(min(max(first, 0), horizon.slots), min(max(last, 0), horizon.slots))


def _rostered(problem: Problem, schedule: Schedule, queues: _Queues) -> IntArray:
    """Give the queue of the activity that people are rostered on, shape ``(slots, people)``."""
    index = queues.index()
    rostered = np.full((problem.horizon.slots, len(problem.staff)), NOBODY)
    for stint in schedule.stint_list:
        queue = index.get((stint.outlet_id, stint.activity_id), NOBODY)
        rostered[_slots_of(problem, stint), problem.employee_index[stint.employee_id]] = queue
    return rostered


def _serves(problem: Problem, schedule: Schedule, queues: _Queues, help_order: Sequence[str]) -> IntArray:
    """Give the queues that people serve by rank, their own first, shape ``(slots, people, ranks)``."""
    index = queues.index()
    ranks = 1 + len(help_order)
    serves = np.full((problem.horizon.slots, len(problem.staff), ranks), NOBODY)
    permitted = _Permitted(problem)
    for stint in schedule.stint_list:
        others = [a for a in help_order if a != stint.activity_id] if stint.activity_id in help_order else []
        own = [
            index[stint.outlet_id, name]
            for name in (stint.activity_id, *others)
            if (stint.outlet_id, name) in index and (name == stint.activity_id or permitted(stint, name, schedule))
        ]
        row = own + [NOBODY] * (ranks - len(own))
        serves[_slots_of(problem, stint), problem.employee_index[stint.employee_id]] = row
    return serves


class _Permitted:
    """Tells whether a person may do an activity where and when they have a stint."""

    def __init__(self, problem: Problem) -> None:
        self._activity = {a.activity_id: a for a in problem.activities}
        self._held: dict[tuple[str, str], list[Permission]] = defaultdict(list)
        for permission in problem.permissions:
            self._held[permission.employee_id, permission.skill_id].append(permission)

    def __call__(self, stint: Stint, activity_id: str, schedule: Schedule) -> bool:
        work = self._activity[activity_id]
        if work.skill_id is None:
            return True
        own, date = self._held.get((stint.employee_id, work.skill_id), []), schedule.date_of(stint)
        return any(p.level >= work.min_level and p.holds(date, stint.outlet_id) for p in own)


def _refuse_unknown_activities(
    problem: Problem, service: Mapping[str, ServiceLaw], patience: Mapping[str, float], help_order: Sequence[str]
) -> None:
    known = problem.activity_index
    faults = [
        Fault("", None, f'{where} names activity "{name}", which the problem does not have{did_you_mean(name, known)}')
        for where, names in (("service", service), ("patience_minutes", patience), ("help_order", help_order))
        for name in names
        if name not in known
    ]
    if faults:
        raise InvalidProblem(faults)
