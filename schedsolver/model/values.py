"""From a roster to the columns of a model that count it: the way back from ``model.names``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.arrays import IntArray

if TYPE_CHECKING:
    import datetime as dt

    from schedsolver.domain.schedule import Duty, Schedule
    from schedsolver.model.build import BuiltModel
    from schedsolver.model.flows import Flows


def counts_of(model: BuiltModel, schedule: Schedule) -> IntArray:
    """Give the columns of duties, breaks, presence and activities as a roster has them, and 0 for all others.

    Parameters
    ----------
    model
        The model.
    schedule
        A roster. What the model has no column for is left out: duties that are no option, with all within them,
        breaks outside their window, and activities that nobody there may do.

    Returns
    -------
    Value of each column, shape ``(columns,)``.
    """
    roster = model.roster
    values = np.zeros(roster.columns, np.int64)
    options = roster.options
    keys = np.stack(
        [options.employee, options.day, options.outlet, options.shift_type, options.skill, options.start, options.end],
        axis=1,
    )
    option_of: dict[tuple[int | None, ...], int] = {tuple(key): option for option, key in enumerate(keys.tolist())}
    given = [(option_of.get(_key(model, duty), -1), duty) for duty in schedule.duty_list]
    given = [(option, duty) for option, duty in given if option >= 0]
    values[roster.duty_columns[[option for option, _ in given]]] = 1
    if model.flows is not None:
        _count_within(model, model.flows, schedule, given, values)
    return values


def _count_within(
    model: BuiltModel, flows: Flows, schedule: Schedule, given: list[tuple[int, Duty]], values: IntArray
) -> None:
    """Count breaks, presence and activities of the duties given, each with its option."""
    roster, horizon = model.roster, model.roster.problem.horizon
    step, most = horizon.slot_minutes, horizon.slots + 2 * horizon.slots_per_day
    activities = len(roster.problem.activities)

    def slots(begin: dt.datetime, end: dt.datetime) -> range:
        return range(horizon.minute_of(begin) // step, horizon.minute_of(end) // step)

    activity_at = {
        (stint.employee_id, slot): roster.problem.activity_index.get(stint.activity_id, -1)
        for stint in schedule.stint_list
        for slot in slots(stint.start, stint.end)
    }
    links, heads, breaks = [], [], []
    for option, duty in given:
        off: set[int] = set()
        for rest, group in zip(duty.breaks, flows.breaks.of_option[option].tolist(), strict=False):
            off.update(slots(rest.start, rest.end))
            breaks.append(group * most + slots(rest.start, rest.end)[0])
        chain = flows.chains.of_option[option]
        for slot in slots(duty.start, duty.end):
            if slot not in off:
                links.append(int(flows.chains.link(chain, slot)))
                activity = activity_at.get((duty.employee_id, slot), -1)
                if activity >= 0:
                    heads.append(int(flows.pools.of_link[links[-1]]) * activities + activity)
    np.add.at(values, roster.crew.column[links], 1)
    _add(values, flows.head_pool * activities + roster.heads.activity, roster.heads.column, heads)
    _add(values, flows.breaks.group * most + flows.breaks.slot, flows.breaks.column, breaks)


def _add(values: IntArray, keys: IntArray, columns: IntArray, found: list[int]) -> None:
    """Add one to the column of each key found, as far as there is one."""
    known, place = np.unique(keys, return_index=True)
    wanted = np.array(found, np.int64)
    wanted = wanted[np.isin(wanted, known)]
    np.add.at(values, columns[place[np.searchsorted(known, wanted)]], 1)


def _key(model: BuiltModel, duty: Duty) -> tuple[int | None, ...]:
    """Give what tells a duty's option from the others; ``None`` for names that are not in the problem."""
    problem = model.roster.problem
    minute = problem.horizon.minute_of
    return (
        problem.employee_index.get(duty.employee_id), problem.horizon.day_index(duty.date),
        problem.outlet_index.get(duty.outlet_id), problem.shift_type_index.get(duty.shift_type_id),
        -1 if duty.skill_id is None else problem.skill_index.get(duty.skill_id),
        minute(duty.start), minute(duty.end),
    )  # fmt: skip
