"""Problems with two outlets run as one, or several posts merged into a broader one."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from schedsolver.domain import (
    Activity,
    Arrivals,
    IntervalRequirement,
    OpeningHours,
    Outlet,
    Permission,
    Problem,
    ServicePromise,
    Skill,
    TravelTimes,
)
from schedsolver.domain.base import Model
from schedsolver.domain.promise import Bounds
from schedsolver.domain.suggest import did_you_mean
from schedsolver.errors import Fault, InvalidProblem

Names = Mapping[str, str]


def joined(problem: Problem, first: str, second: str) -> Problem:
    """Give the problem in which two outlets are run as one, under the name of the first.

    Customers and stated heads of both come to it, people of both belong to it; it has the windows of both and is
    open when either is.

    Raises
    ------
    InvalidProblem
        If there is no such outlet, or both are the same.
    """
    _refuse_unknown("outlet", (first, second), problem.outlet_index)
    if first == second:
        raise InvalidProblem([Fault("", None, f'"{first}" is one outlet already; name two')])
    one, other = (problem.outlets[problem.outlet_index[name]] for name in (first, second))
    windows = None if one.windows is None or other.windows is None else one.windows + other.windows
    together = Outlet(
        outlet_id=first, name=f"{one.name or first} and {other.name or second}", hub=one.hub or other.hub,
        windows=windows,
    )  # fmt: skip
    fields = _renamed(problem, "outlet", {second: first})
    fields["outlets"] = tuple(together if o is one else o for o in problem.outlets if o is not other)
    fields["opening"] = tuple(_opening(problem, first, second))
    fields["travel"] = _without(problem.travel, second)
    own = {p.activity_id for p in problem.promises if p.outlet_id == first}
    fields["promises"] = tuple(
        p.model_copy(update={"outlet_id": first}) if p.outlet_id == second else p
        for p in problem.promises
        if p.outlet_id != second or p.activity_id not in own
    )
    return _summed(problem, fields)


def merged_posts(problem: Problem, groups: Mapping[str, Sequence[str]]) -> Problem:
    """Give the problem in which groups of activities are one broader activity each.

    Its customers are those of all its parts, with their service times mixed. The wait limit and target of the part
    with the shortest limit hold, and the strictest of what customers are promised. It takes up a window only if all
    its parts do. Whoever holds the skills of all parts may do it.

    Parameters
    ----------
    problem
        As it is today.
    groups
        Activities by the name of the one that takes their place.

    Raises
    ------
    InvalidProblem
        If a part is not there or in two groups, or work that can wait is merged with work that cannot.
    """
    parts = [part for group in groups.values() for part in group]
    _refuse_unknown("activity", parts, problem.activity_index)
    faults = [f'"{part}" is in two groups' for part in sorted(set(parts)) if parts.count(part) > 1]
    faults += [
        f'"{name}" is an activity that is not merged; choose another name, or add it to its group'
        for name, group in groups.items()
        if name in problem.activity_index and name not in group
    ]
    if faults:
        raise InvalidProblem([Fault("", None, fault) for fault in faults])
    fields = _renamed(problem, "activit", {part: name for name, group in groups.items() for part in group})
    activities = {a.activity_id: a for a in problem.activities}
    skills, permissions = list(problem.skills), list(problem.permissions)
    for name, group in groups.items():
        members = [activities.pop(part) for part in group]
        skill_id, min_level = _skill_of(name, members, problem, skills, permissions)
        activities[name] = _broader(name, members, problem).model_copy(
            update={"skill_id": skill_id, "min_level": min_level}
        )
    fields |= {
        "activities": tuple(activities.values()), "skills": tuple(skills), "permissions": tuple(permissions),
        "promises": tuple(_strictest(fields["promises"])),
    }  # fmt: skip
    return _summed(problem, fields)


def _broader(name: str, members: Sequence[Activity], problem: Problem) -> Activity:
    if len({a.deferrable for a in members}) > 1:
        fault = (
            f'"{name}" would be of work that can wait and work that cannot: {", ".join(a.activity_id for a in members)}'
        )
        raise InvalidProblem([Fault("activities", None, fault)])
    mean, cv = _mixture(members, problem)
    strictest = min(members, key=lambda a: (a.wait_limit_minutes, -a.target_share))
    patience = [a.patience_minutes for a in members if a.patience_minutes is not None]
    return Activity(
        activity_id=name,
        deferrable=members[0].deferrable,
        at_window=all(a.at_window for a in members),
        away=all(a.away for a in members),
        service_minutes=mean,
        service_cv=cv,
        patience_minutes=min(patience) if len(patience) == len(members) else None,
        wait_limit_minutes=strictest.wait_limit_minutes,
        target_share=strictest.target_share,
        shortage_cents_per_hour=max((a.shortage_cents_per_hour for a in members), key=lambda prices: prices[-1]),
        surplus_cents_per_hour=max(a.surplus_cents_per_hour for a in members),
    )


def _mixture(members: Sequence[Activity], problem: Problem) -> tuple[float | None, float]:
    """Give mean and cv of the service of all customers of some activities together."""
    come = {a.activity_id: 0.0 for a in members}
    for row in problem.traffic:
        if row.activity_id in come:
            come[row.activity_id] += row.customers
    served = [(come[a.activity_id], a.service_minutes, a.service_cv) for a in members if a.service_minutes is not None]
    total = sum(count for count, _, _ in served)
    if not served:
        return None, 1.0
    shares = [count / total if total else 1 / len(served) for count, _, _ in served]
    mean = sum(share * minutes for share, (_, minutes, _) in zip(shares, served, strict=True))
    square = sum(share * minutes**2 * (1 + cv**2) for share, (_, minutes, cv) in zip(shares, served, strict=True))
    return mean, max(square / mean**2 - 1, 0.0) ** 0.5


def _skill_of(
    name: str, members: Sequence[Activity], problem: Problem, skills: list[Skill], permissions: list[Permission]
) -> tuple[str | None, int]:
    """Give the skill and level that a broader activity asks for; a new skill where its parts ask for several."""
    level: dict[str, int] = {}
    for member in members:
        if member.skill_id is not None:
            level[member.skill_id] = max(level.get(member.skill_id, 1), member.min_level)
    if len(level) < 2:
        return next(iter(level.items()), (None, 1))
    names = itertools.chain([name], (f"{name} {i}" for i in itertools.count(2)))
    new = next(text for text in names if text not in problem.skill_index)
    skills.append(Skill(skill_id=new))
    for employee in problem.staff:
        held = [
            [p for p in problem.permissions
             if p.employee_id == employee.employee_id and p.skill_id == skill and p.level >= least]
            for skill, least in level.items()
        ]  # fmt: skip
        permissions += filter(None, (_all_of(new, combination) for combination in itertools.product(*held)))
    return new, 1


def _all_of(skill_id: str, held: Sequence[Permission]) -> Permission | None:
    """Give the permission that holds where and when all of some do; ``None`` where they never all hold."""
    outlets = {p.outlet_id for p in held if p.outlet_id is not None}
    first = max((p.valid_from for p in held if p.valid_from is not None), default=None)
    last = min((p.valid_until for p in held if p.valid_until is not None), default=None)
    if len(outlets) > 1 or (first is not None and last is not None and first > last):
        return None
    return Permission(
        employee_id=held[0].employee_id, skill_id=skill_id, outlet_id=next(iter(outlets), None), valid_from=first,
        valid_until=last,
    )  # fmt: skip


def _strictest(promises: Sequence[ServicePromise]) -> Iterator[ServicePromise]:
    """Give one promise for each activity and outlet, with the lowest of each bound."""
    same: dict[tuple[str, str | None], list[ServicePromise]] = defaultdict(list)
    for promise in promises:
        same[promise.activity_id, promise.outlet_id].append(promise)
    for (activity, outlet), group in same.items():
        bounds: dict[str, Any] = {}
        for name in (*Bounds.model_fields, "wait_limit_minutes"):
            given = [value for promise in group if (value := getattr(promise, name)) is not None]
            bounds[name] = min(given, default=None)
        if bounds["late_share_of_day"] is not None:
            bounds["mean_wait_of_day"] = None
        yield ServicePromise(activity_id=activity, outlet_id=outlet, **bounds)


def _opening(problem: Problem, first: str, second: str) -> Iterator[OpeningHours]:
    """Give opening rows in which the first outlet is open when either is."""
    pair = (first, second)
    own = [row for row in problem.opening if row.outlet_id in pair]
    yield from (row for row in problem.opening if row.outlet_id not in pair)
    yield from (row.model_copy(update={"outlet_id": first}) for row in own if row.weekday is not None)
    for date in sorted({row.date for row in own if row.date is not None}):
        hours = [interval for name in pair for interval in problem.open_intervals(name, date)]
        yield from (OpeningHours(outlet_id=first, date=date, start=start, end=end) for start, end in hours)
        if not hours:
            yield OpeningHours(outlet_id=first, date=date)


def _without(travel: TravelTimes, outlet: str) -> TravelTimes:
    kept = [i for i, name in enumerate(travel.outlets) if name != outlet]
    return TravelTimes(
        outlets=tuple(travel.outlets[i] for i in kept),
        minutes=tuple(tuple(travel.minutes[i][j] for j in kept) for i in kept),
    )


def _renamed(problem: Problem, kind: Literal["outlet", "activit"], names: Names) -> dict[str, Any]:
    """Give all fields of a problem, with the outlets or activities that its records and rules name renamed."""
    fields: dict[str, Any] = {name: getattr(problem, name) for name in type(problem).model_fields}
    for table, rows in fields.items():
        if isinstance(rows, tuple) and table not in ("outlets", "activities", "promises", "rules"):
            fields[table] = tuple(_record_renamed(row, kind, names) for row in rows)
    fields["rules"] = tuple(_values_renamed(rule.model_dump(), kind, names) for rule in problem.rules)
    if kind == "activit":
        fields["promises"] = tuple(_record_renamed(row, kind, names) for row in problem.promises)
    return fields


def _record_renamed(record: Model, kind: str, names: Names) -> Model:
    changes = {
        field: _name_in(value, names)
        for field, value in record
        if kind in field and not isinstance(value, Model) and _name_in(value, names) != value
    }
    return record.model_copy(update=changes) if changes else record


def _values_renamed(value: Any, kind: str, names: Names, *, meant: bool = False) -> Any:
    """Rename within what a rule was dumped to, wherever a field's name says that it names outlets or activities."""
    if isinstance(value, dict):
        return {key: _values_renamed(v, kind, names, meant=kind in str(key)) for key, v in value.items()}
    if isinstance(value, (tuple, list)) and not meant:
        return [_values_renamed(v, kind, names) for v in value]
    return _name_in(value, names) if meant else value


def _name_in(value: Any, names: Names) -> Any:
    if isinstance(value, (tuple, list)):
        return tuple(dict.fromkeys(_name_in(v, names) for v in value))
    return names.get(value, value) if isinstance(value, str) else value


def _summed(problem: Problem, fields: dict[str, Any]) -> Problem:
    """Make a problem, customers and stated heads of what has become one place added up."""
    customers: dict[tuple[Any, ...], float] = defaultdict(float)
    for row in fields["traffic"]:
        customers[row.outlet_id, row.activity_id, row.date, row.start] += row.customers
    fields["traffic"] = tuple(
        Arrivals(outlet_id=o, activity_id=a, date=date, start=start, customers=count)
        for (o, a, date, start), count in customers.items()
    )
    fields["interval_requirements"] = tuple(_stated(fields["interval_requirements"], problem.horizon.slot_minutes))
    return Problem(**fields)


def _stated(rows: Iterable[IntervalRequirement], slot: int) -> Iterator[IntervalRequirement]:
    """Give stated heads slot by slot; where several are asked for they add up, at the activity's prices."""
    cells: dict[tuple[Any, ...], list[IntervalRequirement]] = defaultdict(list)
    for row in rows:
        for start in range(row.start, row.end, slot):
            cells[row.outlet_id, row.activity_id, row.date, start].append(row)
    for (_, _, _, start), group in cells.items():
        whole = group[0].model_copy(update={"start": start, "end": start + slot})
        if len(group) > 1:
            most = [row.maximum for row in group if row.maximum is not None]
            whole = IntervalRequirement(
                outlet_id=whole.outlet_id, activity_id=whole.activity_id, date=whole.date, start=start,
                end=start + slot, heads=sum(row.heads for row in group), minimum=sum(row.minimum for row in group),
                maximum=sum(most) if len(most) == len(group) else None,
                minimum_cents_per_hour=max(row.minimum_cents_per_hour for row in group),
            )  # fmt: skip
        yield whole


def _refuse_unknown(what: str, names: Iterable[str], known: Iterable[str]) -> None:
    there = list(known)
    faults = [f'the problem has no {what} "{name}"{did_you_mean(name, there)}' for name in names if name not in there]
    if faults:
        raise InvalidProblem([Fault("", None, fault) for fault in faults])
