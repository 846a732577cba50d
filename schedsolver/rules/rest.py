"""Rest between duties."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from pydantic import Field

from schedsolver.domain.horizon import MINUTES_PER_DAY
from schedsolver.domain.options import DutyOptions, IntArray
from schedsolver.domain.rule import BY_DATE, BY_PEOPLE, Judgement, ModelContext, Rule

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Duty, Schedule


class MinimumRest(Rule):
    """Between any two duties of an employee lie at least so many minutes; history counts.

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
        """Forbid, or price, each pair of duties that lies too close."""
        limit_pairs_closer_than(self.minutes, self, model)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Find each pair of duties that lies too close."""
        meant = {problem.staff[i].employee_id for i in self.scope.employees_of(problem)}
        return self.over_limit(
            (
                1,
                f"{after} begins less than {self.minutes} minutes after {before} ends",
                {"employee_id": after.employee_id},
            )
            for before, after in pairs_closer_than(self.minutes, problem, schedule)
            if after.employee_id in meant and self.scope.has_date(after.date)
        )


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
        for before, after in itertools.combinations(own, 2):
            if after.date >= first_day and (after.start - before.end).total_seconds() < minutes * 60:
                yield before, after


def limit_pairs_closer_than(minutes: int, rule: Rule, model: ModelContext) -> None:
    """Write into the model what :func:`pairs_closer_than` finds in a schedule.

    For days a < b and each time t at which a duty of day a may end: of those that end at t or later
    and those of day b that begin before t + rest, at most one is given. These cliques say the same
    as all pairs together, with fewer and tighter rows.
    """
    problem, options = model.problem, model.options
    longest = int((options.end - options.day * MINUTES_PER_DAY).max(initial=0))
    reach = (longest + minutes) // MINUTES_PER_DAY + 1
    cliques: list[tuple[IntArray, int, int]] = []
    pair = itertools.count()
    for employee in rule.scope.employees_of(problem):
        ends = [problem.horizon.minute_of(d.end) for d in problem.history_of(employee)]
        days = _options_by_day(options, employee)
        for b, later in days.items():
            if not rule.scope.has_date(problem.horizon.dates[b]):
                continue
            cliques += [(later[options.start[later] < end + minutes], 0, next(pair)) for end in ends]
            for a in range(b - reach, b):
                if a in days:
                    number = next(pair)
                    cliques += [(c, 1, number) for c in _cliques(options, days[a], later, minutes)]
    cliques = [clique for clique in cliques if clique[0].size]
    if cliques:
        members, most, number_of = (list(parts) for parts in zip(*cliques, strict=True))
        row = np.repeat(np.arange(len(cliques)), [len(m) for m in members])
        column = model.duty_columns[np.concatenate(members)]
        model.limit(rule, row, column, np.ones(len(column), np.int64), most, number_of)


def _options_by_day(options: DutyOptions, employee: int) -> dict[int, IntArray]:
    """Give the positions of an employee's options, by day in order."""
    own = np.arange(len(options))[options.of_employee(employee)]
    day = options.day[own]
    return {int(d): own[day == d] for d in np.unique(day)}


def _cliques(options: DutyOptions, earlier: IntArray, later: IntArray, minutes: int) -> Iterator[IntArray]:
    """Give sets of options of two days of which any two lie too close; together they hold all such pairs."""
    start = options.start[later]
    if start.min() >= options.end[earlier].max() + minutes:
        return
    close_before = 0
    for end in np.unique(options.end[earlier]):
        close = later[start < end + minutes]
        if close.size > close_before:
            close_before = close.size
            yield np.concatenate([earlier[options.end[earlier] >= end], close])
