"""Who works at an outlet in a slot: groups of people, and what the rules on them share.

Someone works in a slot when on duty in the whole of it, not on a break, and not on an activity done away from there.
Those whose duty of the day before the horizon runs into it work there too, whatever they do; people who have left the
staff do not count.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.domain.base import ClockTime, Identifier, Model, format_clock
from schedsolver.domain.columns import CrewColumns
from schedsolver.domain.horizon import MINUTES_PER_DAY
from schedsolver.domain.rule import ModelContext, Rule, unknown_names
from schedsolver.domain.scope import BY_DATE, Scope
from schedsolver.rules.permission import held_levels

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Duty, Schedule, Stint

_DAY = dt.timedelta(days=1)


class People(Model):
    """A group of people; an empty field does not restrict, so nothing given means everybody.

    Attributes
    ----------
    skill, min_level
        Permitted in this skill, at this level or above, at the outlet and on the date of the duty.
    tags, contracts, employees
        Named in any of these.
    """

    skill: Identifier | None = None
    min_level: Annotated[int, Field(ge=1)] = 1
    tags: tuple[Identifier, ...] = ()
    contracts: tuple[Identifier, ...] = ()
    employees: tuple[Identifier, ...] = ()

    @model_validator(mode="after")
    def _level_of_a_skill(self) -> Self:
        if self.min_level > 1 and self.skill is None:
            raise ValueError(f"min_level {self.min_level} is of no skill; give the skill, or leave it out")
        return self

    def __str__(self) -> str:
        """Say the group in words, for messages."""
        named = ", ".join((*self.tags, *self.contracts, *self.employees))
        words = f"staff among {named}" if named else "staff"
        if self.skill is None:
            return words
        return f"{words} with skill {self.skill}" + (f" at level {self.min_level}" if self.min_level > 1 else "")

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse names that are not there, and a group of nobody."""
        tags = sorted({tag for e in problem.staff for tag in e.tags})
        unknown = [
            *unknown_names("skill", (self.skill,) if self.skill is not None else (), problem.skill_index),
            *unknown_names("tag", self.tags, tags),
            *unknown_names("contract", self.contracts, (c.contract_id for c in problem.contracts)),
            *unknown_names("employee", self.employees, problem.employee_index),
        ]
        yield from unknown
        if not unknown and not self.members(problem)[:, :, 1:].any():
            yield f"nobody belongs to the {self}"

    def members(self, problem: Problem) -> BoolArray:
        """Tell who belongs, for the model; shape ``(staff, outlets, 1 + days)``, from the day before the horizon."""
        named = np.array(
            [
                e.employee_id in self.employees
                or e.contract_id in self.contracts
                or not set(self.tags).isdisjoint(e.tags)
                or not (self.employees or self.contracts or self.tags)
                for e in problem.staff
            ]
        )[:, None, None]
        if self.skill is None:
            return np.broadcast_to(named, (len(problem.staff), len(problem.outlets), 1 + problem.horizon.days))
        horizon = problem.horizon
        longer = horizon.model_copy(update={"start": horizon.start - _DAY, "days": horizon.days + 1})
        levels = held_levels(problem.model_copy(update={"horizon": longer}))[..., problem.skill_index[self.skill]]
        belongs: BoolArray = named & (levels >= self.min_level)
        return belongs

    def test(self, problem: Problem) -> Callable[[Duty], bool]:
        """Give what tells, for the checker, whether whoever has a duty belongs while on it."""
        belongs = self.test_at(problem)
        return lambda duty: belongs(duty.employee_id, duty.outlet_id, duty.date)

    def test_at(self, problem: Problem) -> Callable[[str, str, dt.date], bool]:
        """Give what tells, for the checker, whether an employee belongs at an outlet on a date."""
        staff = {e.employee_id: e for e in problem.staff}
        held = defaultdict(list)
        for permission in problem.permissions:
            if permission.skill_id == self.skill and permission.level >= self.min_level:
                held[permission.employee_id].append(permission)
        everybody = not (self.employees or self.contracts or self.tags)

        def belongs(employee_id: str, outlet_id: str, date: dt.date) -> bool:
            person = staff[employee_id]
            names = {person.employee_id}.intersection(self.employees)
            names |= {person.contract_id}.intersection(self.contracts)
            names |= set(person.tags).intersection(self.tags)
            permitted = any(p.holds(date, outlet_id) for p in held[employee_id])
            return (everybody or bool(names)) and (self.skill is None or permitted)

        return belongs


def belonging(people: People, scope: Scope, problem: Problem) -> Iterator[str]:
    """Give, for the checker, those who belong to a group on a date at an outlet of a scope."""
    belongs = people.test_at(problem)
    outlets = [o.outlet_id for o in problem.outlets if scope.has_outlet(o.outlet_id)]
    dates = [date for date in problem.horizon.dates if scope.has_date(date, problem)]
    for employee in problem.staff:
        if any(belongs(employee.employee_id, outlet, date) for date in dates for outlet in outlets):
            yield employee.employee_id


class PresenceRule(Rule):
    """Base of rules on who works at an outlet in a slot; they need activities."""

    may_be_soft: ClassVar[bool] = True
    scoped_by: ClassVar[frozenset[str]] = BY_DATE | {"outlets"}

    @property
    def groups(self) -> tuple[People, ...]:
        """The groups it is about."""
        raise NotImplementedError

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse problems without slots, and groups of nobody."""
        yield from super().faults(problem)
        if not problem.activities:
            yield "it looks at who works in each slot, so it needs activities; the problem has none"
        for people in dict.fromkeys(self.groups):
            yield from people.faults(problem)

    def tells_apart(self, problem: Problem) -> BoolArray:
        """Count each group alone."""
        return np.stack([people.members(problem)[:, :, 1:] for people in self.groups])

    def tells_heads_apart(self, problem: Problem) -> tuple[BoolArray, BoolArray] | None:
        """Count each group alone on what is done away from the outlet."""
        away = done_away(problem)
        return (self.tells_apart(problem), everywhere(problem, away, self.scope)) if away else None


class OpenSlotsRule(PresenceRule):
    """Base of rules on each slot while outlets are open, or when they open or close.

    A slot is judged where the hours of a date in the scope have it. An outlet without opening hours has the 24 of
    each date, and those of the next day too where ``end`` says so. A slot after the horizon is not judged where the
    outlet has it in the hours of the next day as well: a later plan may have people there.

    Attributes
    ----------
    when
        ``"open"`` for each slot of the outlet's hours, ``"opening"`` or ``"closing"`` for the first or last slot of
        each time that it is open.
    start, end
        Only slots in ``[start, end)`` of a date, where given; hours past 24:00 lie on the next day.
    """

    when: Literal["open", "opening", "closing"] = "open"
    start: ClockTime = 0
    end: ClockTime | None = None

    @model_validator(mode="after")
    def _interval(self) -> Self:
        if self.end is not None and self.start >= self.end:
            raise ValueError(f"starts at {format_clock(self.start)}, not before it ends at {format_clock(self.end)}")
        return self

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse times at which no outlet is open."""
        yield from super().faults(problem)
        for clock in (self.start, self.end):
            if clock is not None and not problem.horizon.on_grid(clock):
                yield f"{format_clock(clock)} is not on the grid of {problem.horizon.slot_minutes}-minute slots"
        # Rules about holidays are kept for the weeks that have some.
        any_day = self.model_copy(update={"scope": self.scope.model_copy(update={"day_kinds": ()})})
        if self.when != "open" and not problem.opening:
            yield f"there is no {self.when} to look at, as no outlet has opening hours"
        elif not any_day.slots_meant(problem).any():
            yield "no outlet that it is about is open at the times it is about"

    def slots_meant(self, problem: Problem) -> BoolArray:
        """Tell, for the model, which slots are judged, shape ``(outlets, slots in reach)``."""
        horizon, step = problem.horizon, problem.horizon.slot_minutes
        # From the midnight before the day before the horizon to the end of the hours of the day after it.
        opened = np.zeros((len(problem.outlets), slots_in_reach(problem) + 2 * horizon.slots_per_day), bool)
        asked = np.zeros_like(opened)
        concerned = duties_meant(self.scope, problem)
        for o, outlet in enumerate(problem.outlets):
            for day in range(-1, horizon.days + 1):
                midnight = (day + 1) * horizon.slots_per_day
                for opens, closes in problem.open_intervals(outlet.outlet_id, horizon.start + day * _DAY):
                    hours = slice(midnight + opens // step, midnight + closes // step)
                    opened[o, hours] = True
                    if day == horizon.days:
                        asked[o, hours] = False
                    elif day >= 0 and concerned[o, day]:
                        first, last = max(opens, self.start), min(closes, self._latest(problem))
                        asked[o, midnight + first // step : midnight + last // step] = True
        edges = {
            "open": opened,
            "opening": opened & ~np.roll(opened, 1, axis=1),
            "closing": opened & ~np.roll(opened, -1, axis=1),
        }
        within = slice(horizon.slots_per_day, horizon.slots_per_day + slots_in_reach(problem))
        meant: BoolArray = (asked & edges[self.when])[:, within]
        return meant

    def _latest(self, problem: Problem) -> int:
        """Give the minute of a date at which it ends."""
        if self.end is not None:
            return self.end
        return 2 * MINUTES_PER_DAY if problem.opening else MINUTES_PER_DAY

    def judged_slots(self, problem: Problem) -> Iterator[tuple[str, int]]:
        """Give, for the checker, outlet and slot of what is judged, in order."""
        horizon = problem.horizon
        latest = self.end if self.end is not None else (48 if problem.opening else 24) * 60
        dates = (horizon.start - _DAY, *horizon.dates, horizon.end)
        for outlet in problem.outlets:
            # The clock of each slot on each date whose hours have it.
            clocks: dict[int, dict[dt.date, int]] = defaultdict(dict)
            for date in dates:
                for opens, closes in problem.open_intervals(outlet.outlet_id, date):
                    for clock in range(opens, closes, horizon.slot_minutes):
                        clocks[horizon.slot_of(date, clock)][date] = clock
            for slot, of in sorted(clocks.items()):
                asked = any(
                    self.start <= clock < latest and date in horizon and self.scope.has_date(date, problem)
                    for date, clock in of.items()
                )
                edge = {"open": True, "opening": slot - 1 not in clocks, "closing": slot + 1 not in clocks}[self.when]
                if asked and edge and horizon.end not in of and self.scope.has_outlet(outlet.outlet_id):
                    yield outlet.outlet_id, slot


def done_away(problem: Problem) -> frozenset[str]:
    """Give the activities done away from the outlet."""
    return frozenset(a.activity_id for a in problem.activities if a.away)


def done_elsewhere(activities: Collection[str], problem: Problem) -> Iterator[str]:
    """Say which activities are done away, of a rule on who is there beside those on them."""
    for name in sorted(done_away(problem).intersection(activities)):
        yield f"{name} is done away from the outlet, where nobody of it can be looked at"


def those_there(model: ModelContext) -> tuple[CrewColumns, IntArray]:
    """Give, for the model, columns and their signs, whose sum counts those at work less those on what is done away."""
    crew, heads = model.crew, model.heads
    away = np.flatnonzero(np.array([a.away for a in model.problem.activities])[heads.activity])
    both = [np.append(getattr(crew, part.name), getattr(heads, part.name)[away]) for part in fields(CrewColumns)]
    return CrewColumns(*both), np.repeat([1, -1], [len(crew.column), len(away)])


def duties_meant(scope: Scope, problem: Problem) -> BoolArray:
    """Tell, for the model, at which outlets and on which dates a scope means duties, shape ``(outlets, days)``."""
    outlets = np.array([scope.has_outlet(o.outlet_id) for o in problem.outlets])
    meant: BoolArray = outlets[:, None] & scope.days_of(problem)
    return meant


def is_meant(scope: Scope, duty: Duty, problem: Problem) -> bool:
    """Tell, for the checker, whether a scope means the outlet and date of a duty."""
    return scope.has_outlet(duty.outlet_id) and scope.has_date(duty.date, problem)


def slots_in_reach(problem: Problem) -> int:
    """Count the slots in which duties of the horizon may lie: the last day's may run on for a day."""
    return problem.horizon.slots + problem.horizon.slots_per_day


def everywhere(problem: Problem, activities: Collection[str] | None = None, scope: Scope | None = None) -> BoolArray:
    """Mark all slots on some activities at the outlets meant, or on all, for the model.

    The shape is ``(outlets, activities, slots in reach)``.
    """
    here = np.array([scope is None or scope.has_outlet(o.outlet_id) for o in problem.outlets], bool)
    marked = np.array([activities is None or a.activity_id in activities for a in problem.activities], bool)
    places = here[:, None, None] & marked[:, None]
    return np.repeat(places, slots_in_reach(problem), axis=2)


def apart(problem: Problem, people: Collection[int]) -> BoolArray:
    """Give groups that tell each of some employees apart from all others, shape ``(groups, staff, outlets, days)``.

    The binary digits of their numbers do so with few groups.
    """
    number = np.zeros(len(problem.staff), np.int64)
    number[list(people)] = np.arange(1, len(people) + 1)
    digits = number >> np.arange(len(people).bit_length())[:, None] & 1
    shape = (len(digits), len(problem.staff), len(problem.outlets), problem.horizon.days)
    return np.broadcast_to(digits[:, :, None, None] > 0, shape)


def already_there(problem: Problem, members: BoolArray) -> IntArray:
    """Count, for the model, those of a group who work on a duty of the day before; shape ``(outlets, slots in reach)``.

    ``members`` is as :meth:`People.members` gives it.
    """
    minute_of, step = problem.horizon.minute_of, problem.horizon.slot_minutes
    count = np.zeros((len(problem.outlets), slots_in_reach(problem)), np.int64)
    for employee in range(len(problem.staff)):
        for duty in problem.history_of(employee):
            outlet = problem.outlet_index.get(duty.outlet_id)
            if outlet is None or not members[employee, outlet, 0]:
                continue
            # None for those that end before the horizon: only duties of the day before reach into it.
            slots = np.arange(minute_of(duty.end) // step)
            for rest in duty.breaks:
                slots = slots[(slots * step >= minute_of(rest.end)) | ((slots + 1) * step <= minute_of(rest.start))]
            count[outlet, slots] += 1
    return count


def crews(problem: Problem, schedule: Schedule) -> dict[tuple[str, int], list[Duty]]:
    """Give, for the checker, the duties of those who work at an outlet in a slot from the horizon's start on."""
    minute_of, step = problem.horizon.minute_of, problem.horizon.slot_minutes
    away = {(duty.employee_id, slot) for duty, _, slot in slots_on(problem, schedule, done_away(problem))}
    crew: dict[tuple[str, int], list[Duty]] = defaultdict(list)
    before = (duty for duty in problem.history if duty.employee_id in problem.employee_index)
    for duty in (*before, *schedule.duty_list):
        pauses = [(minute_of(rest.start), minute_of(rest.end)) for rest in duty.breaks]
        first, end = minute_of(duty.start), minute_of(duty.end)
        for minute in range(max(0, first), end - step + 1, step):
            paused = any(begin < minute + step and minute < over for begin, over in pauses)
            if not paused and (duty.employee_id, minute // step) not in away:
                crew[duty.outlet_id, minute // step].append(duty)
    return crew


def stints_on(schedule: Schedule, activities: Collection[str]) -> Iterator[tuple[Duty, Stint]]:
    """Give, for the checker, the stints on some activities, each with the duty it is part of."""
    for stint in schedule.stint_list:
        if stint.activity_id in activities:
            for duty in schedule.duties_of.get(stint.employee_id, ()):
                if duty.start <= stint.start < duty.end:
                    yield duty, stint


def slots_on(problem: Problem, schedule: Schedule, activities: Collection[str]) -> Iterator[tuple[Duty, Stint, int]]:
    """Give, for the checker, each slot spent on some activities, with its stint and duty."""
    minute_of, step = problem.horizon.minute_of, problem.horizon.slot_minutes
    for duty, stint in stints_on(schedule, activities):
        for slot in range(minute_of(stint.start) // step, minute_of(stint.end) // step):
            yield duty, stint, slot
