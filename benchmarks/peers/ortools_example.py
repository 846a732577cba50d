"""Day and shift rosters as Google OR-Tools' shift scheduling example models them.

The model is that of ``examples/python/shift_scheduling_sat.py`` of github.com/google/or-tools (as of 2021), written
anew: a Boolean for each employee, day and shift, exactly one of them or a day off each day; a clause for each run
that is too short or too long and for each two shifts that must not follow each other, with a literal more that is
paid for where it may be; sums over weeks with the excess as a maximum of 0. CP-SAT solves it, at its defaults.

Of a problem it expresses what the example has: pins, requests, cover of shifts, runs of days, days and hours in a
period and successions, beside what strikes out single duties (leave, availability, opening hours, permissions). Cover
is a hard minimum in the example and has a price here, as in the library. Any other rule is left out and told.
:mod:`benchmarks.peers.ortools_instance` has the example's own instance.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from ortools.sat.python import cp_model

from benchmarks.peers.cp_search import search
from benchmarks.peers.trail import Trail
from schedsolver.bench.peer import CannotExpress, PeerRoster
from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.model.build import BuiltModel
from schedsolver.model.context import RosterModel
from schedsolver.model.names import schedule_of
from schedsolver.model.options import duty_options
from schedsolver.rules.absence import AvailabilityKept, LeaveTaken
from schedsolver.rules.catalogue import active_rules
from schedsolver.rules.contract import DaysWorked, PaidHours
from schedsolver.rules.cover import ShiftCover
from schedsolver.rules.duty import DutiesPerDay, DutyFollowsShiftType
from schedsolver.rules.leave import PlannedLeaveKept
from schedsolver.rules.permission import PermissionHeld
from schedsolver.rules.pins import PinKept, matching
from schedsolver.rules.sequence import DaysOff, SameShifts, Successions, WorkDays
from schedsolver.rules.site import WithinOpeningHours
from schedsolver.rules.wishes import RequestGranted

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.rule import Rule

# Kept by which duties there are to choose from, and by planning no leave.
BY_OPTIONS = (DutyFollowsShiftType, WithinOpeningHours, PermissionHeld, LeaveTaken, AvailabilityKept, PlannedLeaveKept)


def solve(problem: Problem, seconds: float, workers: int, seed: int) -> PeerRoster:
    trail = Trail(seconds)
    if problem.activities:
        raise CannotExpress("OR-Tools' example has shifts only; give it a problem without activities")
    example = Example(problem)
    told = search(example.cp, example.cost, trail, workers, seed)
    if trail.values is None:
        return trail.roster(None, not_expressed=tuple(example.left_out), **told)
    roster = BuiltModel(RosterModel(problem, example.options, ()), flows=None)
    schedule = schedule_of(roster, trail.values[example.numbers])
    return trail.roster(schedule, not_expressed=tuple(example.left_out), **told)


class Example:
    """The example's model of a problem.

    Attributes
    ----------
    cp, options
        The model, and the duties it chooses from.
    numbers
        Which of its variables says that an option is given, shape ``(options,)``.
    left_out
        What it does not express, a sentence each.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        rules = active_rules(problem)
        self.options = duty_options(problem, rules)
        self.cp = cp_model.CpModel()
        self._given = [self.cp.new_bool_var("") for _ in range(len(self.options))]
        self.numbers: IntArray = np.array([variable.index for variable in self._given], np.int64)
        self._never, self._always = self.cp.new_constant(0), self.cp.new_constant(1)
        self._known = -problem.horizon.day_index(problem.known_from)
        self._paid: list[Any] = []
        self._of_day: dict[tuple[int, int], list[int]] = defaultdict(list)
        for i, place in enumerate(zip(self.options.employee.tolist(), self.options.day.tolist(), strict=True)):
            self._of_day[place].append(i)
        self._off = {}
        for e in range(len(problem.staff)):
            for d in range(problem.horizon.days):
                self._off[e, d] = self.cp.new_bool_var("")
                self.cp.add_exactly_one(self._off[e, d], *(self._given[i] for i in self._of_day[e, d]))
        self.left_out = [said for rule in rules if (said := self._add(rule))]
        self.cp.minimize(sum(self._paid))

    def cost(self, values: IntArray) -> int:
        """Give the price of a solution."""
        objective = self.cp.proto.objective
        return round(objective.offset + np.array(objective.coeffs, np.int64) @ values[list(objective.vars)])

    def _add(self, rule: Rule) -> str | None:
        """Write a rule; what cannot be is said."""
        match rule:
            case PinKept():
                self._add_pins()
            case RequestGranted():
                self._add_requests()
            case ShiftCover():
                self._add_cover()
            case WorkDays() | DaysOff() | SameShifts():
                self._add_runs(rule)
            case DaysWorked() | PaidHours():
                self._add_sums(rule)
            case Successions(days_between=0):
                for pair in rule.forbidden:
                    self._add_succession(rule, *(self._problem.shift_type_index[name] for name in pair))
            case DutiesPerDay(maximum=1):
                self._keep_duties_apart()
            case _ if not isinstance(rule, BY_OPTIONS):
                return f"{rule.name}: there is nothing like it in the example"
        return None

    def _charge(self, rule: Rule, clause: list[Any], times: int = 1) -> None:
        """Require a clause, or let it be broken at the price of a soft rule."""
        if not rule.hard:
            clause = [*clause, broken := self.cp.new_bool_var("")]
            self._paid.append(rule.weight * times * broken)
        self.cp.add_bool_or(clause)

    def _beyond(self, amount: Any, most: int) -> Any:
        """Give how far a sum with values from 0 to ``most`` is above 0."""
        excess = self.cp.new_int_var(0, max(0, most), "")
        self.cp.add_max_equality(excess, [amount, 0])
        return excess

    def _add_pins(self) -> None:
        for pin in self._problem.pins:
            meant = [self._given[i] for i in np.flatnonzero(matching(pin, self._problem, self.options))]
            self.cp.add(sum(meant) == 0 if pin.off else sum(meant) == 1)

    def _add_requests(self) -> None:
        problem = self._problem
        for request in problem.requests:
            place = problem.employee_index[request.employee_id], problem.horizon.day_index(request.date)
            own = self._of_day[place]
            if request.shift_type_id is not None:
                shift = problem.shift_type_index[request.shift_type_id]
                own = [i for i in own if self.options.shift_type[i] == shift]
            worked = sum(self._given[i] for i in own)
            self._paid.append(request.cents * (1 - worked if request.wish == "on" else worked))

    def _add_cover(self) -> None:
        problem, options = self._problem, self.options
        crowd = len(problem.staff)
        for need in problem.shift_requirements:
            meant = options.day == problem.horizon.day_index(need.date)
            meant &= options.shift_type == problem.shift_type_index[need.shift_type_id]
            if need.outlet_id is not None:
                meant &= options.outlet == problem.outlet_index[need.outlet_id]
            if need.skill_id is not None:
                meant &= options.skill == problem.skill_index[need.skill_id]
            worked = sum(self._given[i] for i in np.flatnonzero(meant))
            if need.maximum is not None:
                self.cp.add(worked <= need.maximum)
            # A head below the minimum is one below the number preferred as well.
            below = self._beyond(need.minimum - worked, need.minimum)
            self._paid.append((need.minimum_cents - need.shortage_cents) * below)
            self._paid.append(need.shortage_cents * self._beyond(need.wanted - worked, need.wanted))
            self._paid.append(need.surplus_cents * self._beyond(worked - need.wanted, crowd))

    def _add_runs(self, rule: WorkDays | DaysOff | SameShifts) -> None:
        judged = self._judged(rule)
        for days in self._days_of(rule):
            alike = days if rule.of_work else [~day for day in days]
            for last in judged:
                if rule.maximum is not None and last >= rule.maximum:
                    self._charge(rule, [~day for day in alike[last - rule.maximum : last + 1]])
                for length in range(1, min(rule.minimum or 1, last)):
                    run, before = alike[last - length : last], alike[last - length - 1]
                    clause = [before, *(~day for day in run), alike[last]]
                    self._charge(rule, clause, (rule.minimum or 1) - length)

    def _add_sums(self, rule: DaysWorked | PaidHours) -> None:
        """Bound and price what the days of each period add up to."""
        problem, (least, most) = self._problem, rule.bounds
        amounts = np.ones(len(self.options), np.int64) if isinstance(rule, DaysWorked) else self.options.paid_minutes
        counted = rule.counted(problem, self.options)
        for e in rule.scope.employees_of(problem):
            past = rule.amounts(problem, problem.history_of(e))
            for span in rule.spans(problem):
                dates = [span.first + dt.timedelta(days=i) for i in range(span.days)]
                dates = [d for d in dates if problem.known_from <= d < problem.horizon.end]
                dates = [d for d in dates if rule.scope.has_date(d, problem)]
                before = sum(past.get(d, 0) for d in dates if d not in problem.horizon)
                own = [i for d in dates for i in self._of_day[e, problem.horizon.day_index(d)] if counted[i]]
                total = before + sum(int(amounts[i]) * self._given[i] for i in own)
                if most is not None:
                    self._keep_below(rule, total - max(most, before), int(amounts[own].sum()))
                if least and dates and rule.is_uncut(span):
                    self._keep_below(rule, least - total, least)

    def _keep_below(self, rule: Rule, amount: Any, most: int) -> None:
        """Let an amount not be above 0, or at the price of a soft rule; more than ``most`` it cannot be."""
        if rule.hard:
            self.cp.add(amount <= 0)
        else:
            self._paid.append(rule.weight * self._beyond(amount, most))

    def _add_succession(self, rule: Successions, first: int, then: int) -> None:
        """Let one shift not be worked on the day after another."""
        problem = self._problem
        kind = problem.shift_types[first].shift_type_id
        for e in rule.scope.employees_of(problem):
            worked_before = {duty.date for duty in problem.history_of(e) if duty.shift_type_id == kind}
            for day, date in enumerate(problem.horizon.dates):
                if rule.scope.has_date(date, problem):
                    early = self._working(e, day - 1, self.options.shift_type == first)
                    if day == 0 and self._known and date - dt.timedelta(days=1) in worked_before:
                        early = self._always
                    late = self._working(e, day, self.options.shift_type == then)
                    self._charge(rule, [~early, ~late])

    def _keep_duties_apart(self) -> None:
        """Let no duty begin before that of the day before is over."""
        problem, horizon = self._problem, self._problem.horizon
        for (e, day), own in list(self._of_day.items()):
            ends = [(int(self.options.end[i]), self._given[i]) for i in self._of_day.get((e, day - 1), ())]
            if day == 0:
                ends += [(horizon.minute_of(duty.end), self._always) for duty in problem.history_of(e)]
            for end, given in ends:
                late = [~self._given[i] for i in own if self.options.start[i] < end]
                for other in late:
                    self.cp.add_bool_or(~given, other)

    def _judged(self, rule: Rule) -> list[int]:
        """Give the days of the scope, counted from the first one known."""
        return (self._known + np.flatnonzero(rule.scope.days_of(self._problem))).tolist()

    def _days_of(self, rule: WorkDays | DaysOff | SameShifts) -> Iterable[list[Any]]:
        """Give, for each employee a rule means, what says of each day, from the first one known, whether it counts."""
        problem = self._problem
        counted = rule.counted(problem, self.options)
        for e in rule.scope.employees_of(problem):
            worked = {duty.date for duty in problem.history_of(e) if rule.counts(duty)}
            past = [problem.known_from + dt.timedelta(days=i) for i in range(self._known)]
            known = [self._always if date in worked else self._never for date in past]
            yield known + [self._working(e, day, counted) for day in range(problem.horizon.days)]

    def _working(self, employee: int, day: int, meant: BoolArray) -> Any:
        """Give what says whether a day of the horizon has one of some duties."""
        everything = self._of_day.get((employee, day), [])
        own = [i for i in everything if meant[i]]
        if len(own) <= 1:
            return self._given[own[0]] if own else self._never
        if len(own) == len(everything):
            return ~self._off[employee, day]
        worked = self.cp.new_bool_var("")
        self.cp.add(sum(self._given[i] for i in own) == worked)
        return worked
