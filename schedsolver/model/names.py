"""From a solution of the model to a roster: names attached to breaks and activities.

The model counts breaks per chain, and heads per pool, of interchangeable people; any way of dealing them out
is right, so this one deals each break to whoever started first, and keeps people on the activity
they are on as long as the counts allow.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.arrays import IntArray
from schedsolver.domain.schedule import Duty, PlannedLeave, Rest, Schedule, Stint

if TYPE_CHECKING:
    from schedsolver.model.build import BuiltModel


@dataclass
class _Person:
    """One given duty while it is being filled.

    Attributes
    ----------
    option
        The duty option.
    breaks
        Begin and end of each break, minutes since midnight of the first day planned.
    at
        Activity in each slot.
    """

    option: int
    breaks: list[tuple[int, int]] = field(default_factory=list)
    at: dict[int, int] = field(default_factory=dict)


def schedule_of(model: BuiltModel, values: IntArray) -> Schedule:
    """Give the roster that a solution stands for.

    Parameters
    ----------
    model
        The model.
    values
        Value of each column, shape ``(columns,)``.
    """
    roster = model.roster
    given = np.flatnonzero(values[roster.duty_columns] > 0)
    people = [_Person(int(option)) for option in given]
    if model.flows is None:
        for person in people:
            breaks = zip(
                roster.options.break_from[person.option], roster.options.break_minutes[person.option], strict=True
            )
            person.breaks = [(int(begin), int(begin + minutes)) for begin, minutes in breaks if minutes]
    else:
        _deal_breaks(model, values, people)
        _deal_activities(model, values, people)
    return Schedule.of(
        (_duty(model, person) for person in people),
        (stint for person in people for stint in _stints(model, person)),
        _planned_leave(model, values),
    )


def _deal_breaks(model: BuiltModel, values: IntArray, people: list[_Person]) -> None:
    """Deal the breaks of each group in order of time to its people in order of start."""
    assert model.flows is not None
    breaks, options = model.flows.breaks, model.roster.options
    slot_minutes = model.roster.problem.horizon.slot_minutes
    begins: dict[int, list[int]] = defaultdict(list)
    for i in np.argsort(breaks.slot, kind="stable"):
        begins[int(breaks.group[i])] += [int(breaks.slot[i])] * int(values[breaks.column[i]])
    takers = sorted(people, key=lambda p: (int(options.start[p.option]), p.option))
    for which in range(breaks.of_option.shape[1]):
        for person in takers:
            group = int(breaks.of_option[person.option, which])
            if group >= 0:
                begin = begins[group].pop(0) * slot_minutes
                person.breaks.append((begin, begin + int(options.break_minutes[person.option, which])))


def _deal_activities(model: BuiltModel, values: IntArray, people: list[_Person]) -> None:
    """Deal the activities of each pool slot by slot; whoever can stay on an activity stays."""
    assert model.flows is not None
    flows, heads, slot_minutes = model.flows, model.roster.heads, model.roster.problem.horizon.slot_minutes
    counts: dict[int, dict[int, int]] = defaultdict(dict)
    head_values = values[heads.column]
    for i in np.flatnonzero(head_values):
        counts[int(flows.head_pool[i])][int(heads.activity[i])] = int(head_values[i])
    crews: dict[tuple[int, int], list[_Person]] = defaultdict(list)
    for person in people:
        chain = flows.chains.of_option[person.option]
        for minute in _working_minutes(model, person):
            slot = minute // slot_minutes
            crews[slot, int(flows.pools.of_link[flows.chains.link(chain, slot)])].append(person)
    for slot, pool in sorted(crews):
        left = counts[pool]
        waiting = []
        for person in crews[slot, pool]:
            last = _last_activity(person, slot)
            if last is not None and left.get(last, 0):
                left[last] -= 1
                person.at[slot] = last
            else:
                waiting.append(person)
        for person in waiting:
            activity = max((a for a in left if left[a]), key=lambda a: (left[a], -a))
            left[activity] -= 1
            person.at[slot] = activity


def _working_minutes(model: BuiltModel, person: _Person) -> Iterator[int]:
    options, step = model.roster.options, model.roster.problem.horizon.slot_minutes
    for minute in range(int(options.start[person.option]), int(options.end[person.option]), step):
        if not any(begin <= minute < end for begin, end in person.breaks):
            yield minute


def _last_activity(person: _Person, slot: int) -> int | None:
    """Give what the person did last before a slot; slots are dealt in order."""
    if not person.at:
        return None
    last = next(reversed(person.at))
    return person.at[last] if last < slot else None


def _duty(model: BuiltModel, person: _Person) -> Duty:
    problem, options, i = model.roster.problem, model.roster.options, person.option
    moment = problem.horizon.moment_of
    skill = int(options.skill[i])
    return Duty(
        employee_id=problem.staff[options.employee[i]].employee_id,
        date=problem.horizon.dates[options.day[i]],
        outlet_id=problem.outlets[options.outlet[i]].outlet_id,
        shift_type_id=problem.shift_types[options.shift_type[i]].shift_type_id,
        start=moment(int(options.start[i])),
        end=moment(int(options.end[i])),
        breaks=tuple(Rest(start=moment(begin), end=moment(end)) for begin, end in person.breaks),
        skill_id=problem.skills[skill].skill_id if skill >= 0 else None,
    )


def _planned_leave(model: BuiltModel, values: IntArray) -> Iterator[PlannedLeave]:
    problem, leaves = model.roster.problem, model.roster.leaves
    dates = problem.horizon.dates
    for i in np.flatnonzero(values[leaves.column]):
        yield PlannedLeave(
            employee_id=problem.staff[leaves.employee[i]].employee_id,
            first_day=dates[leaves.first_day[i]],
            last_day=dates[leaves.last_day[i]],
        )


def _stints(model: BuiltModel, person: _Person) -> Iterator[Stint]:
    """Join a person's slots into maximal runs on one activity."""
    problem, options = model.roster.problem, model.roster.options
    moment, step = problem.horizon.moment_of, problem.horizon.slot_minutes
    slots = sorted(person.at)
    runs = [
        i for i, s in enumerate(slots) if i == 0 or slots[i - 1] != s - 1 or person.at[slots[i - 1]] != person.at[s]
    ]
    for begin, end in itertools.pairwise([*runs, len(slots)]):
        yield Stint(
            employee_id=problem.staff[options.employee[person.option]].employee_id,
            outlet_id=problem.outlets[options.outlet[person.option]].outlet_id,
            activity_id=problem.activities[person.at[slots[begin]]].activity_id,
            start=moment(slots[begin] * step),
            end=moment((slots[end - 1] + 1) * step),
        )
