"""Rest between duties."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from pydantic import Field

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.domain.horizon import MINUTES_PER_DAY
from schedsolver.domain.line import DutyKinds, Walk, forbidden_or
from schedsolver.domain.options import DutyOptions
from schedsolver.domain.rule import Judgement, ModelContext, Rule
from schedsolver.domain.scope import BY_DATE, BY_PEOPLE
from schedsolver.rules.periods import PeriodRule, Span

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Duty, Schedule

_DAY = dt.timedelta(days=1)


class MinimumRest(Rule):
    """Between an employee's duties of any two dates lie at least so many minutes; history counts.

    Attributes
    ----------
    minutes
        For example 660 for the eleven hours of the European Working Time Directive, 2003/88/EC, article 3.
    """

    name: ClassVar[str] = "rest.minimum"
    may_be_soft: ClassVar[bool] = True
    scoped_by: ClassVar[frozenset[str]] = BY_PEOPLE | BY_DATE

    minutes: Annotated[int, Field(ge=1, le=14 * 1440)]

    def add_to(self, model: ModelContext) -> None:
        """Forbid, or price, each two dates whose duties lie too close."""
        limit_pairs_closer_than(self.minutes, self, model)

    def line_parts(self, problem: Problem, employee: int, kinds: DutyKinds) -> tuple[Walk, ...]:
        """Look from each duty at the one before."""
        days = self.scope.days_of(problem)
        return (walk_of_rests(self.minutes, self.unit_price, problem, employee, kinds, days),)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Find each two dates whose duties lie too close; the closest two stand for them."""
        meant = {problem.staff[i].employee_id for i in self.scope.employees_of(problem)}
        closest: dict[tuple[str, dt.date, dt.date], tuple[Duty, Duty]] = {}
        for before, after in pairs_closer_than(self.minutes, problem, schedule):
            if before.date != after.date and after.employee_id in meant and self.scope.has_date(after.date, problem):
                dates = after.employee_id, before.date, after.date
                closest[dates] = min(closest.get(dates, (before, after)), (before, after), key=_rest_between)
        return self.over_limit(
            (
                1,
                f"{after} begins less than {self.minutes} minutes after {before} ends",
                {"employee_id": after.employee_id},
            )
            for before, after in closest.values()
        )


class WeeklyRest(PeriodRule):
    """In each period an employee has an uninterrupted rest of at least so many minutes; history counts.

    The rest lies between the midnights that begin and end the period, whatever duties are given on the days beside
    it; where those reach into it, they count. Only periods whose days are all known or planned are judged, and not
    those in which history alone leaves no room for the rest. A soft rule charges once for each period without it.

    Sources: Directive 2003/88/EC, article 5: 24 hours and the eleven of daily rest in each seven days. China, Labour
    Law, article 38: one day off a week.

    Attributes
    ----------
    minutes
        For example 2100 for 24 + 11 hours, or 1440.
    """

    name: ClassVar[str] = "rest.weekly"
    may_be_soft: ClassVar[bool] = True
    scoped_by: ClassVar[frozenset[str]] = BY_PEOPLE

    minutes: Annotated[int, Field(ge=1, le=31 * MINUTES_PER_DAY)]

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse a rest longer than a period."""
        yield from super().faults(problem)
        short = next((span for span in self.spans(problem) if span.days * MINUTES_PER_DAY < self.minutes), None)
        if short is not None:
            yield f"nobody could rest for {self.minutes} minutes within {short}"

    def add_to(self, model: ModelContext) -> None:
        """Keep a rest of each employee and period: of those that could be, duties break all but one at most."""
        problem = model.problem
        midnight = problem.horizon.day_index
        spans = [(midnight(span.first), midnight(span.last) + 1) for span in self.spans(problem) if span.whole]
        bounds = np.array(spans, np.int64).reshape(-1, 2) * MINUTES_PER_DAY
        employees = np.array(self.scope.employees_of(problem), np.int64)
        begins = [self._begins(model, employee, bounds) for employee in employees.tolist()]
        employee, begin = np.repeat(employees, [len(own) for own in begins]), np.concatenate(begins)
        broken = _broken(model, employee, begin, self.minutes)
        rest, span = np.nonzero(_inside(begin, begin + self.minutes, bounds))
        pairs, row, rests = np.unique(employee[rest] * len(bounds) + span, return_inverse=True, return_counts=True)
        unbroken = np.bincount(row[broken[rest] < 0], minlength=len(pairs))
        binding = unbroken == 0
        kept = binding[row]
        number = np.cumsum(binding) - 1
        column = broken[rest[kept]]
        model.limit(self, number[row[kept]], column, np.ones(len(column), np.int64), rests[binding] - 1)

    def _begins(self, model: ModelContext, employee: int, bounds: IntArray) -> IntArray:
        """Give when an employee's rests may begin, history permitting: with a period or at the end of a duty.

        Of two rests the earlier is of no use unless a duty begins, or a period ends, before the later one is over.
        """
        options, own = model.options, model.options.of_employee(employee)
        minute = model.problem.horizon.minute_of
        past = [(minute(duty.start), minute(duty.end)) for duty in model.problem.history_of(employee)]
        start, end = np.array(past, np.int64).reshape(-1, 2).T
        begins = np.unique(np.concatenate([bounds[:, 0], end, options.end[own]]))
        marks = np.unique(np.concatenate([bounds[:, 1], start, options.start[own]]))
        passed = np.searchsorted(marks, begins + self.minutes)
        begins = begins[np.diff(passed, append=len(marks) + 1) > 0]
        taken = ((start < begins[:, None] + self.minutes) & (end > begins[:, None])).any(axis=1)
        fits = _inside(begins, begins + self.minutes, bounds).any(axis=1)
        possible: IntArray = begins[fits & ~taken]
        return possible

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Find the longest rest of each employee and period."""
        spans = [span for span in self.spans(problem) if span.whole]
        excess = []
        for employee in self.scope.employees_of(problem):
            name = problem.staff[employee].employee_id
            past = problem.history_of(employee)
            own = (*past, *schedule.duties_of.get(name, ()))
            for span in spans:
                longest = _longest_rest(span, own)
                if longest < self.minutes <= _longest_rest(span, past):
                    words = f"{name} rests for {longest} minutes at most in {span}, {self.minutes} at least"
                    excess.append((1, words, {"employee_id": name}))
        return self.over_limit(excess)


def _rest_between(pair: tuple[Duty, Duty]) -> dt.timedelta:
    return pair[1].start - pair[0].end


def _longest_rest(span: Span, duties: Iterable[Duty]) -> int:
    """Give the minutes of the longest time in a period without a duty."""
    begin, end = (dt.datetime.combine(date, dt.time()) for date in (span.first, span.last + _DAY))
    longest = dt.timedelta()
    for start, until in [*sorted((duty.start, duty.end) for duty in duties), (end, end)]:
        longest = max(longest, min(start, end) - begin)
        begin = max(begin, until)
    return round(longest.total_seconds() / 60)


def _inside(begin: IntArray, end: IntArray, bounds: IntArray) -> BoolArray:
    """Tell which intervals lie in which periods, shape ``(intervals, periods)``."""
    inside: BoolArray = (begin[:, None] >= bounds[:, 0]) & (end[:, None] <= bounds[:, 1])
    return inside


def _broken(model: ModelContext, employee: IntArray, begin: IntArray, minutes: int) -> IntArray:
    """Give a 0-1 column for each rest that says whether a duty breaks it, -1 where none could.

    One column stands for the duties of a day, whichever they are where all of the day would break the rest.

    Parameters
    ----------
    employee, begin
        Whose rests, in order, and when they begin, shape ``(rests,)`` each.
    minutes
        Length of the rests.
    """
    options, days = model.options, model.problem.horizon.days
    breaks = [np.zeros((2, 0), np.int64)]
    for e in np.unique(employee).tolist():
        rests, own = np.flatnonzero(employee == e), np.arange(len(options))[options.of_employee(e)]
        since = begin[rests, None]
        rest, option = np.nonzero((options.start[own] < since + minutes) & (options.end[own] > since))
        breaks.append(np.stack([rests[rest], own[option]]))
    rest, option = np.concatenate(breaks, axis=1)
    cell_of_option = options.employee * days + options.day
    cells, first, cell, count = np.unique(
        rest * days + options.day[option], return_index=True, return_inverse=True, return_counts=True
    )
    place = cell_of_option[option[first]]
    column = model.days_worked(np.ones(len(options), bool)).ravel()[place]
    partly = count < np.bincount(cell_of_option)[place]
    number, kept = np.cumsum(partly) - 1, partly[cell]
    chosen = option[kept]
    column[partly] = model.any_of(
        number[cell[kept]], model.duty_columns[chosen], int(partly.sum()), clique=model.cliques[chosen]
    )
    return model.any_of(cells // days, column, len(begin))


def pairs_closer_than(minutes: int, problem: Problem, schedule: Schedule) -> Iterator[tuple[Duty, Duty]]:
    """Give each pair of one employee's duties of which the later begins too soon after the earlier ends.

    The earlier may lie in history, the later not.
    """
    duties: dict[str, list[Duty]] = defaultdict(list)
    for duty in (*problem.history, *schedule.duty_list):
        duties[duty.employee_id].append(duty)
    first_day = problem.horizon.start
    for own in duties.values():
        own.sort(key=lambda d: (d.start, d.end))
        for i, before in enumerate(own):
            until = before.end + dt.timedelta(minutes=minutes)
            for after in itertools.islice(own, i + 1, None):
                if after.start >= until:
                    break
                if after.date >= first_day:
                    yield before, after


def limit_pairs_closer_than(minutes: int, rule: Rule, model: ModelContext) -> None:
    """Write into the model what :func:`pairs_closer_than` finds in a schedule.

    For days a < b and each time t at which a duty of day a may end: of those that end at t or later
    and those of day b that begin before t + rest, at most one is given. These cliques say the same
    as all pairs together, with fewer and tighter rows. Where someone may have two duties a day, one
    column stands for those of day a, and one for those of day b.
    """
    problem, options = model.problem, model.options
    longest = int((options.end - options.day * MINUTES_PER_DAY).max(initial=0))
    reach = (longest + minutes) // MINUTES_PER_DAY + 1
    cliques: list[tuple[IntArray, IntArray, int]] = []
    pair = itertools.count()
    for employee in rule.scope.employees_of(problem):
        last_end: dict[dt.date, int] = {}
        for duty in sorted(problem.history_of(employee), key=lambda duty: duty.end):
            last_end[duty.date] = problem.horizon.minute_of(duty.end)
        days = _options_by_day(options, employee)
        for b, later in days.items():
            if not rule.scope.has_date(problem.horizon.dates[b], problem):
                continue
            for end in last_end.values():
                cliques.append((later[:0], later[options.start[later] < end + minutes], next(pair)))
            for a in range(b - reach, b):
                if a in days:
                    number = next(pair)
                    cliques += [(*sides, number) for sides in _cliques(options, days[a], later, minutes)]
    _limit_cliques([clique for clique in cliques if clique[1].size], rule, model)


def _limit_cliques(cliques: list[tuple[IntArray, IntArray, int]], rule: Rule, model: ModelContext) -> None:
    """Let duties be given on one side of each clique ``(earlier, later, number)`` only; on neither without earlier."""
    if not cliques:
        return
    sides = [(c, side) for c, (*both, _) in enumerate(cliques) for side in both if side.size]
    row = np.array([c for c, _ in sides], np.int64)
    size = [len(members) for _, members in sides]
    column = model.duty_columns[np.concatenate([members for _, members in sides])]
    if model.one_a_day:
        row = np.repeat(row, size)
    else:
        column = model.any_of(np.repeat(np.arange(len(sides)), size), column, len(sides))
    most = [min(1, len(earlier)) for earlier, _, _ in cliques]
    model.limit(rule, row, column, np.ones(len(column), np.int64), most, [number for _, _, number in cliques])


def _options_by_day(options: DutyOptions, employee: int) -> dict[int, IntArray]:
    """Give the positions of an employee's options, by day in order."""
    own = np.arange(len(options))[options.of_employee(employee)]
    day = options.day[own]
    return {int(d): own[day == d] for d in np.unique(day)}


def _cliques(
    options: DutyOptions, earlier: IntArray, later: IntArray, minutes: int
) -> Iterator[tuple[IntArray, IntArray]]:
    """Give sets of options of two days, any of one too close to any of the other; together they hold all such pairs."""
    start = options.start[later]
    if start.min() >= options.end[earlier].max() + minutes:
        return
    close_before = 0
    for end in np.unique(options.end[earlier]):
        close = later[start < end + minutes]
        if close.size > close_before:
            close_before = close.size
            yield earlier[options.end[earlier] >= end], close


def walk_of_rests(
    minutes: int, price: int | None, problem: Problem, employee: int, kinds: DutyKinds, days: BoolArray
) -> Walk:
    """Walk through when the last duty ended and the days since then; state 0 is long enough ago.

    Only each duty and the one before it are looked at.
    """
    past = [problem.horizon.minute_of(duty.end) for duty in problem.history_of(employee)]
    # Minutes after the midnight before the duty; what ended last before the horizon as if it were of its last day.
    before = max(past, default=-minutes) + MINUTES_PER_DAY
    ends = np.unique(np.append(kinds.end, before))
    gaps = max(1, -int(-(ends.max() + minutes - kinds.start.min(initial=0)) // MINUTES_PER_DAY))
    state = np.arange(1, 1 + len(ends) * gaps)
    follow = np.zeros((1 + len(state), 1 + len(kinds)), np.int64)
    follow[1:, 0] = np.where(state % gaps == 0, 0, state + 1)
    follow[:, 1:] = 1 + np.searchsorted(ends, kinds.end) * gaps
    begin = kinds.start + (np.arange(gaps)[:, None] + 1) * MINUTES_PER_DAY
    close = begin - ends[:, None, None] < minutes
    cents = np.zeros_like(follow)
    cents[1:, 1:] = forbidden_or(price, close.reshape(len(state), -1))
    start = 1 + int(np.searchsorted(ends, before)) * gaps
    return Walk(days.astype(np.int64), np.stack([follow] * 2), np.stack([np.zeros_like(cents), cents]), start)
