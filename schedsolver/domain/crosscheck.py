"""Faults that only show when the tables of a problem are seen together."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from schedsolver.domain.base import format_clock
from schedsolver.domain.calendar import package_version
from schedsolver.domain.fair import faults_of_sharing
from schedsolver.domain.rule import Rule, unknown_rules
from schedsolver.domain.suggest import did_you_mean
from schedsolver.errors import Fault, Place

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem

# Where a reference leads: the table that has the record, and the field that is its name.
TARGETS = {
    "employee_id": ("staff", "employee_id"),
    "colleague_id": ("staff", "employee_id"),
    "contract_id": ("contracts", "contract_id"),
    "outlet_id": ("outlets", "outlet_id"),
    "home_outlet_id": ("outlets", "outlet_id"),
    "skill_id": ("skills", "skill_id"),
    "activity_id": ("activities", "activity_id"),
    "shift_type_id": ("shift_types", "shift_type_id"),
    "item_id": ("fair_items", "item_id"),
    "backlog_id": ("backlogs", "backlog_id"),
}
# So many people busy at once in one outlet is a count gone wrong.
BUSIEST = 10_000
NAMED = dict(TARGETS.values())
# History, and what is carried from it, may tell of people, outlets and shifts that are no longer there.
REFERRING = (
    "staff", "activities", "permissions", "opening", "interval_requirements", "shift_requirements", "traffic",
    "promises", "backlogs", "leave", "availability", "requests", "preferences", "pins",
)  # fmt: skip


def faults_of(problem: Problem) -> list[Fault]:
    """Give everything wrong between the tables of a problem.

    References come first and alone: other checks would only repeat that a record is missing.
    """
    checks: tuple[Callable[[Problem], Iterator[Fault]], ...] = (
        _empty_tables, _repeated_names, _unknown_references, _several_hubs,
    )  # fmt: skip
    faults = [fault for check in checks for fault in check(problem)]
    if faults:
        return faults
    checks = (
        _travel, _opening, _repeated_special_days, _unknown_swaps, _grid, _requirement_cells, _cheap_minimums,
        _outside_opening, _outside_horizon, _unmeetable_shifts, _impossible_breaks, _traffic_load, _repeated_promises,
        _backlogs, _overlapping_history, faults_of_sharing, _preferences, _scopes, _meaningless_rules,
        _counted, _repeated_rules,
    )  # fmt: skip
    return [fault for check in checks for fault in check(problem)]


def _empty_tables(problem: Problem) -> Iterator[Fault]:
    for table, what in (("staff", "employee"), ("contracts", "contract"), ("shift_types", "shift type")):
        if not getattr(problem, table):
            yield Fault(table, None, f"is empty; a roster needs at least one {what}")


def _repeated_names(problem: Problem) -> Iterator[Fault]:
    for table, key in NAMED.items():
        seen: dict[str, tuple[int, str]] = {}
        for i, record in enumerate(getattr(problem, table)):
            name = getattr(record, key)
            first = seen.setdefault(name.casefold(), (i, name))
            if first[0] == i:
                continue
            same = "also" if first[1] == name else f'"{first[1]}", the same but for capitals,'
            yield Fault.mentioning(
                table, i, f'{key} "{name}" is used twice: {same} names ', Place(table, first[0]), "; give each its own"
            )


def _unknown_references(problem: Problem) -> Iterator[Fault]:
    known = {table: {getattr(r, key) for r in getattr(problem, table)} for table, key in NAMED.items()}

    def check(table: str, i: int | None, kind: str, name: str | None, prefix: str = "") -> Iterator[Fault]:
        target = TARGETS[kind][0]
        if name is not None and name not in known[target]:
            label = prefix + kind.removesuffix("_id").replace("_", " ")
            hint = did_you_mean(name, known[target])
            yield Fault.mentioning(table, i, f'{label} "{name}" is not in ', Place(target), hint)

    for table in REFERRING:
        for i, record in enumerate(getattr(problem, table)):
            for field in type(record).model_fields:
                if field in TARGETS and field != NAMED.get(table):
                    yield from check(table, i, field, getattr(record, field))
    for i, shift in enumerate(problem.shift_types):
        for name in shift.outlets:
            yield from check("shift_types", i, "outlet_id", name)
    for i, item in enumerate(problem.fair_items):
        for name in item.outlets:
            yield from check("fair_items", i, "outlet_id", name)
        for name in item.activities:
            yield from check("fair_items", i, "activity_id", name)
    for i, row in enumerate(problem.carried):
        yield from check("carried", i, "item_id", row.item_id)
    for name in problem.travel.outlets:
        yield from check("travel", None, "outlet_id", name)
    for i, rule in enumerate(problem.rules):
        scope = rule.scope
        named = (("employees", "employee_id"), ("contracts", "contract_id"), ("outlets", "outlet_id"),
                 ("activities", "activity_id"))  # fmt: skip
        for field, kind in named:
            for name in getattr(scope, field):
                yield from check("rules", i, kind, name, f"{rule.name}: ")


def _several_hubs(problem: Problem) -> Iterator[Fault]:
    hubs = [o.outlet_id for o in problem.outlets if o.hub]
    if len(hubs) > 1:
        yield Fault("outlets", None, f"{' and '.join(hubs)} are all marked as hub; a cluster has one")


def _travel(problem: Problem) -> Iterator[Fault]:
    names = problem.travel.outlets
    for name, times in Counter(names).items():
        if times > 1:
            yield Fault("travel", None, f'outlet "{name}" stands {times} times in the travel matrix; once is enough')
    missing = [o.outlet_id for o in problem.outlets if names and o.outlet_id not in names]
    if missing:
        yield Fault("travel", None, f"the travel matrix lacks {', '.join(missing)}; add their rows and columns")


def _opening(problem: Problem) -> Iterator[Fault]:
    if not problem.opening:
        return
    with_hours = {row.outlet_id for row in problem.opening}
    for i, outlet in enumerate(problem.outlets):
        if outlet.outlet_id not in with_hours:
            yield Fault("outlets", i, f'outlet "{outlet.outlet_id}" has no opening hours though others have; add them')


def _repeated_special_days(problem: Problem) -> Iterator[Fault]:
    seen: dict[dt.date, int] = {}
    for i, day in enumerate(problem.special_days):
        first = seen.setdefault(day.date, i)
        if first != i:
            yield Fault.mentioning(
                "special_days", i, f"{day.date} is given again, after ", Place("special_days", first), "; keep one"
            )


def _unknown_swaps(problem: Problem) -> Iterator[Fault]:
    """Weekend days that are workdays are announced a year ahead at most, so they must be given for later years."""
    calendar = problem.calendar
    given = {day.date.year for day in problem.special_days if day.kind == "workday"}
    for year in range(problem.known_from.year, problem.horizon.dates[-1].year + 1):
        if year not in given and not calendar.knows_swaps_of(year):
            what = f"the holidays package {package_version()} does not know which weekend days of {year} are workdays"
            why = f"in {calendar.country}, as that is announced late; update it, give them in "
            end = f", or list {year} in complete_years if there are none"
            yield Fault.mentioning("calendar", None, f"{what} {why}", Place("special_days"), end)


def _grid(problem: Problem) -> Iterator[Fault]:
    """Times must fall on the grid wherever slots matter, that is, once there are activities."""
    if not problem.activities:
        return
    slot = problem.horizon.slot_minutes
    timed = {
        "opening": ("start", "end"), "interval_requirements": ("start", "end"), "traffic": ("start",),
        "shift_types": ("start_from", "start_to", "minutes_min", "minutes_max"),
    }  # fmt: skip
    for table, fields in timed.items():
        for i, record in enumerate(getattr(problem, table)):
            for field in fields:
                value = getattr(record, field)
                if value is not None and value % slot:
                    shown = f"{value} minutes" if "minutes" in field else format_clock(value)
                    yield Fault(table, i, f"{field} {shown} is not on the grid of {slot}-minute slots")
    for i, shift in enumerate(problem.shift_types):
        for pause in shift.breaks:
            for minutes in (pause.minutes, pause.start_from, pause.start_to):
                if minutes % slot:
                    begin = format_clock(pause.start_from)
                    what = f"a break of {pause.minutes} minutes from {begin}"
                    yield Fault("shift_types", i, f"{what} is not on the grid of {slot}-minute slots")
                    break


def _requirement_cells(problem: Problem) -> Iterator[Fault]:
    """A cell may be asked for once: by one interval requirement or by traffic."""
    horizon = problem.horizon
    slot = horizon.slot_minutes
    seen: dict[tuple[str, str, int], Place] = {}
    for table in ("interval_requirements", "traffic"):
        for i, row in enumerate(getattr(problem, table)):
            here = Place(table, i)
            end = row.end if table == "interval_requirements" else row.start + slot
            for clock in range(row.start, end, slot):
                cell = row.outlet_id, row.activity_id, horizon.slot_of(row.date, clock)
                other = seen.setdefault(cell, here)
                if other != here:
                    where = f"{row.activity_id} at {row.outlet_id} on {row.date} {format_clock(clock)}"
                    yield Fault.mentioning(table, i, f"asks for {where} again, after ", other, "; keep one of them")
                    break


def _cheap_minimums(problem: Problem) -> Iterator[Fault]:
    """A head below the minimum costs no less than any above it, also where the activity says what those cost."""
    prices = {a.activity_id: a.shortage_cents_per_hour for a in problem.activities}
    for i, row in enumerate(problem.interval_requirements):
        if fault := row.cheap_minimum(row.shortage_cents_per_hour or prices[row.activity_id]):
            yield Fault("interval_requirements", i, fault)


def _outside_opening(problem: Problem) -> Iterator[Fault]:
    slot = problem.horizon.slot_minutes
    for table in ("interval_requirements", "traffic"):
        for i, row in enumerate(getattr(problem, table)):
            if table == "traffic" and row.customers == 0:
                continue
            end = row.end if table == "interval_requirements" else row.start + slot
            hours = problem.open_intervals(row.outlet_id, row.date)
            if not any(start <= row.start and end <= stop for start, stop in hours):
                yield Fault(table, i, f"{format_clock(row.start)}-{format_clock(end)} on {row.date} is outside the "
                            f"opening hours of {row.outlet_id} ({_shown(hours)})")  # fmt: skip


def _outside_horizon(problem: Problem) -> Iterator[Fault]:
    horizon = problem.horizon
    span = f"the horizon {horizon.start} to {horizon.dates[-1]}"
    for table in ("interval_requirements", "shift_requirements", "traffic", "requests", "pins"):
        for i, row in enumerate(getattr(problem, table)):
            if row.date not in horizon:
                yield Fault(table, i, f"{row.date} is outside {span}")
    for table in ("interval_requirements", "traffic"):
        for i, row in enumerate(getattr(problem, table)):
            end = row.end if table == "interval_requirements" else row.start + horizon.slot_minutes
            if row.date in horizon and horizon.slot_of(row.date, end - 1) >= horizon.slots:
                yield Fault(table, i, f"{row.date} until {format_clock(end)} runs past {span}; end it at 24:00")
    for i, duty in enumerate(problem.history):
        if duty.date >= horizon.start:
            yield Fault("history", i, f"{duty.date} is not before {span}; fix it with a pin instead")
        if duty.start.date() != duty.date:
            yield Fault("history", i, f"starts on {duty.start.date()}, not on its date {duty.date}")


def _unmeetable_shifts(problem: Problem) -> Iterator[Fault]:
    """A shift requirement of an outlet must fit its opening hours and the shift type's outlets."""
    for i, need in enumerate(problem.shift_requirements):
        shift = problem.shift_types[problem.shift_type_index[need.shift_type_id]]
        name = f"shift {need.shift_type_id}"
        if need.outlet_id is None:
            continue
        if shift.outlets and need.outlet_id not in shift.outlets:
            yield Fault("shift_requirements", i, f"{need.outlet_id} does not use {name}; add it to its outlets")
        hours = problem.open_intervals(need.outlet_id, need.date)
        starts = ((max(opens, shift.start_from), closes) for opens, closes in hours)
        if not any(start <= shift.start_to and start + shift.minutes_min <= closes for start, closes in starts):
            yield Fault("shift_requirements", i, f"no {name} on {need.date} fits the opening hours of "
                        f"{need.outlet_id} ({_shown(hours)})")  # fmt: skip


def _shown(hours: tuple[tuple[int, int], ...]) -> str:
    return ", ".join(f"{format_clock(opens)}-{format_clock(closes)}" for opens, closes in hours) or "closed"


def _traffic_load(problem: Problem) -> Iterator[Fault]:
    """Traffic needs a service time, and one in the same unit as the count."""
    used = {row.activity_id for row in problem.traffic}
    for i, activity in enumerate(problem.activities):
        if activity.activity_id in used and activity.service_minutes is None:
            yield Fault("activities", i, f'"{activity.activity_id}" has traffic but no service_minutes; '
                        "give the mean minutes a customer takes")  # fmt: skip
    service = {a.activity_id: a.service_minutes or 0.0 for a in problem.activities}
    for i, row in enumerate(problem.traffic):
        load = row.customers * service[row.activity_id] / problem.horizon.slot_minutes
        if load >= BUSIEST:
            what = f"{row.customers:g} customers of {service[row.activity_id]:g} minutes in one slot"
            yield Fault("traffic", i, f"{what} keep {load:,.0f} people busy at once; check the count")


def _repeated_promises(problem: Problem) -> Iterator[Fault]:
    seen: dict[tuple[str | None, str], int] = {}
    for i, promise in enumerate(problem.promises):
        first = seen.setdefault((promise.outlet_id, promise.activity_id), i)
        if first != i:
            where = "every outlet" if promise.outlet_id is None else promise.outlet_id
            words = f"{promise.activity_id} at {where} has another promise in "
            yield Fault.mentioning("promises", i, words, Place("promises", first), "; keep one of them")


def _impossible_breaks(problem: Problem) -> Iterator[Fault]:
    """A shift type must have a start and a length with room for all its breaks."""
    step = problem.horizon.slot_minutes
    for i, shift in enumerate(problem.shift_types):
        starts = range(shift.start_from, shift.start_to + 1, step)
        ends = [(a, a + n) for a in starts for n in range(shift.minutes_min, shift.minutes_max + 1, step)]
        for k, pause in enumerate(shift.breaks, start=1):
            begins = range(pause.start_from, pause.start_to + 1, step)
            ends = [(a, b) for a, b in ends if any(a + step <= t <= b - step - pause.minutes for t in begins)]
            if not ends:
                what = f'no duty of "{shift.shift_type_id}" has room for break {k}, which begins'
                window = f"{format_clock(pause.start_from)}-{format_clock(pause.start_to)}"
                yield Fault("shift_types", i, f"{what} {window}, at least a slot from the duty's start and end")
                break


def _backlogs(problem: Problem) -> Iterator[Fault]:
    """A backlog is work that can wait, is not past, and time spent counts towards one of them only."""
    horizon = problem.horizon
    for i, row in enumerate(problem.backlogs):
        if not problem.activities[problem.activity_index[row.activity_id]].deferrable:
            yield Fault.mentioning(
                "backlogs", i, f'"{row.activity_id}" cannot wait; mark it as deferrable in ', Place("activities")
            )
        if row.deadline < horizon.start:
            yield Fault("backlogs", i, f"the deadline {row.deadline} is before {horizon.start}, the first day planned")
        for k, other in enumerate(problem.backlogs[:i]):
            same_place = None in (row.outlet_id, other.outlet_id) or row.outlet_id == other.outlet_id
            together = set(row.days_in(horizon)) & set(other.days_in(horizon))
            if row.activity_id == other.activity_id and same_place and together:
                words = f'time on "{row.activity_id}" would count twice, here and in ', Place("backlogs", k)
                yield Fault.mentioning("backlogs", i, *words, "; give one of them an activity of its own")


def _overlapping_history(problem: Problem) -> Iterator[Fault]:
    last: dict[str, tuple[dt.datetime, int]] = {}
    for i, duty in sorted(enumerate(problem.history), key=lambda item: item[1].start):
        end, before = last.get(duty.employee_id, (dt.datetime.min, -1))
        if duty.start < end:
            yield Fault.mentioning(
                "history", i, f"{duty} overlaps ", Place("history", before), "; one person is in one place at a time"
            )
        last[duty.employee_id] = max((end, before), (duty.end, i))


def _preferences(problem: Problem) -> Iterator[Fault]:
    """What someone thinks of one thing may be said once."""
    seen: dict[tuple[str | None, ...], tuple[int, str]] = {}
    for i, row in enumerate(problem.preferences):
        key = row.employee_id, row.outlet_id, row.activity_id, row.colleague_id
        first, wish = seen.setdefault(key, (i, row.wish))
        if first != i:
            how = "again, after" if wish == row.wish else "and the opposite in"
            words = f"{row.describe()}, {how} ", Place("preferences", first), "; keep one of them"
            yield Fault.mentioning("preferences", i, *words)


def _scopes(problem: Problem) -> Iterator[Fault]:
    tags = {tag for e in problem.staff for tag in e.tags}
    for i, rule in enumerate(problem.rules):
        for tag in rule.scope.tags:
            if tag not in tags:
                hint = did_you_mean(tag, tags)
                yield Fault.mentioning(
                    "rules", i, f"{rule.name}: nobody in ", Place("staff"), f' has the tag "{tag}"{hint}'
                )
        # Rules about holidays are kept for the weeks that have some.
        scope = rule.scope.model_copy(update={"day_kinds": ()})
        if not any(scope.has_date(date, problem) for date in problem.horizon.dates):
            yield Fault("rules", i, f"{rule.name}: its scope matches no day of the horizon")


def _meaningless_rules(problem: Problem) -> Iterator[Fault]:
    for i, rule in enumerate(problem.rules):
        for fault in rule.faults(problem):
            yield Fault("rules", i, f"{rule.name}: {fault}")


def _counted(problem: Problem) -> Iterator[Fault]:
    for i, fault in enumerate(unknown_rules(problem.counted)):
        yield Fault("counted", i, fault)


def _repeated_rules(problem: Problem) -> Iterator[Fault]:
    seen: list[Rule] = []
    for i, rule in enumerate(problem.rules):
        if rule in seen:
            yield Fault("rules", i, f"{rule.name} is given twice with the same parameters; keep one")
        seen.append(rule)
