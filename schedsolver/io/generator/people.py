"""The people of a generated cluster: who they are, what they may do, when they are away."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable

import numpy as np

from schedsolver.domain import Employee, Leave, Outlet, Permission, Request, TravelTimes
from schedsolver.domain.arrays import BoolArray
from schedsolver.io.generator.cluster import AUDIT, COUNTER, FULL_TIME, FX, MAINTENANCE, PART_TIME, SENIOR
from schedsolver.io.generator.spec import GeneratorSpec

SENIOR_SHARE = 0.3
LONGEST_LEAVE_DAYS = 5
HOURS_ONLY_SHARE = 0.2
HALF_DAYS = ((8 * 60 + 30, 12 * 60), (14 * 60, 18 * 60))
# Right to handle foreign exchange needs level 2, so those at level 1 are trainees.
LEVELS = (1, 2, 3)
FX_LEVEL_ODDS = (0.15, 0.45, 0.40)


def staff_of(spec: GeneratorSpec, outlets: tuple[Outlet, ...], rng: np.random.Generator) -> tuple[Employee, ...]:
    """Make the employees, outlet by outlet, each with a contract."""
    homes = np.repeat(np.arange(len(outlets)), _heads_by_outlet(spec, rng)).tolist()
    part_time = _chosen(rng, len(homes), spec.part_time_share)
    senior = _chosen(rng, len(homes), SENIOR_SHARE)
    staff = []
    for i, home in enumerate(homes):
        contract = PART_TIME if i in part_time else SENIOR if i in senior else FULL_TIME
        staff.append(
            Employee(
                employee_id=f"E{i + 1:03d}",
                name=f"Manager {i + 1}",
                home_outlet_id=outlets[home].outlet_id,
                contract_id=contract.contract_id,
            )
        )
    return tuple(staff)


def permissions_of(
    spec: GeneratorSpec, staff: tuple[Employee, ...], travel: TravelTimes, rng: np.random.Generator
) -> tuple[Permission, ...]:
    """Give each employee permissions: one, or counter and audit and perhaps more."""
    single = _chosen(rng, len(staff), spec.single_skilled_share)
    versatile = [i for i in range(len(staff)) if i not in single]
    with_fx = {versatile[i] for i in _chosen(rng, len(versatile), spec.fx_staff_share)}
    with_maintenance = {versatile[i] for i in _chosen(rng, len(versatile), spec.maintenance_staff_share)}
    bound = _chosen(rng, len(staff), spec.bound_share)

    held: list[tuple[int, str]] = []
    for i in range(len(staff)):
        if i in single:
            held.append((i, COUNTER if rng.random() < 0.7 else AUDIT))
            continue
        held += [(i, COUNTER), (i, AUDIT)]
        held += [(i, FX)] * (i in with_fx) + [(i, MAINTENANCE)] * (i in with_maintenance)
    extra = [n for n, (i, skill) in enumerate(held) if i not in single and skill != COUNTER]
    dated = {extra[n] for n in _chosen(rng, len(extra), spec.dated_share)}

    rows = []
    for n, (i, skill) in enumerate(held):
        home = staff[i].home_outlet_id
        level = int(rng.choice(LEVELS, p=FX_LEVEL_ODDS if skill == FX else None))
        dates = _part_of_horizon(spec, rng) if n in dated else {}
        rows += [
            Permission(employee_id=staff[i].employee_id, skill_id=skill, level=level, outlet_id=outlet, **dates)
            for outlet in ((home,) if i in bound else _in_reach(spec, home, travel))
        ]
    return tuple(rows)


def leave_of(spec: GeneratorSpec, staff: tuple[Employee, ...], rng: np.random.Generator) -> tuple[Leave, ...]:
    """Draw runs of leave on consecutive working days, some of single days for some hours only."""
    working_days = [date for date in spec.dates if date.weekday() < 5]
    free = np.ones((len(staff), len(working_days)), bool)
    wanted = round(spec.leave_share * free.size)
    rows: list[tuple[int, Leave]] = []
    while wanted > 0:
        i, first = (int(rng.integers(size)) for size in free.shape)
        if not free[i, first]:
            continue
        hours_only = bool(rng.random() < HOURS_ONLY_SHARE)
        longest = 1 if hours_only else min(wanted, int(rng.integers(1, LONGEST_LEAVE_DAYS + 1)))
        last = _end_of_run(working_days, free[i], first, longest)
        start, end = HALF_DAYS[rng.integers(len(HALF_DAYS))] if hours_only else (None, None)
        row = Leave(
            employee_id=staff[i].employee_id,
            first_day=working_days[first],
            last_day=working_days[last],
            start=start,
            end=end,
            reason="appointment" if hours_only else "leave",
        )
        rows.append((i, row))
        free[i, first : last + 1] = False
        wanted -= last + 1 - first
    rows.sort(key=lambda row: (row[0], row[1].first_day))
    return tuple(row for _, row in rows)


def requests_of(
    spec: GeneratorSpec, staff: tuple[Employee, ...], leave: Iterable[Leave], rng: np.random.Generator
) -> tuple[Request, ...]:
    """Draw wishes, most of them to be off, on days without leave."""
    away = {(row.employee_id, date) for row in leave for date in spec.dates if row.first_day <= date <= row.last_day}
    days = [(e.employee_id, date) for e in staff for date in spec.dates if (e.employee_id, date) not in away]
    return tuple(
        Request(
            employee_id=days[n][0],
            date=days[n][1],
            wish="off" if rng.random() < 0.8 else "on",
            cents=1000 * int(rng.integers(1, 4)),
        )
        for n in sorted(_chosen(rng, len(days), spec.request_share))
    )


def _heads_by_outlet(spec: GeneratorSpec, rng: np.random.Generator) -> list[int]:
    if spec.staff is None:
        return [int(heads) for heads in rng.integers(*spec.staff_per_outlet, size=spec.outlets, endpoint=True)]
    each, remainder = divmod(spec.staff, spec.outlets)
    return [each + remainder, *[each] * (spec.outlets - 1)]


def _chosen(rng: np.random.Generator, count: int, share: float) -> set[int]:
    """Choose a share of positions, exactly: rounded half up, not drawn one by one."""
    return set(rng.permutation(count)[: math.floor(share * count + 0.5)].tolist())


def _in_reach(spec: GeneratorSpec, home: str | None, travel: TravelTimes) -> tuple[str | None, ...]:
    """Give the outlets where someone of a home may work, ``None`` for all: home, the hub and those nearest to home."""
    if spec.reach is None or spec.reach >= spec.outlets or home is None:
        return (None,)
    hub = travel.outlets[0]
    by_distance = sorted(travel.outlets, key=lambda o: (o not in (home, hub), travel.between(home, o), o))
    return tuple(by_distance[: spec.reach])


def _part_of_horizon(spec: GeneratorSpec, rng: np.random.Generator) -> dict[str, dt.date]:
    """Let a permission begin or end around the middle of the horizon."""
    day = spec.start + dt.timedelta(days=int(rng.integers(spec.days // 3, 2 * spec.days // 3 + 1)))
    return {"valid_from" if rng.random() < 0.5 else "valid_until": day}


def _end_of_run(days: list[dt.date], free: BoolArray, first: int, longest: int) -> int:
    """Give the position of the last of consecutive free days, at most so many."""
    last = first
    while last + 1 < min(len(days), first + longest) and free[last + 1] and (days[last + 1] - days[last]).days == 1:
        last += 1
    return last
