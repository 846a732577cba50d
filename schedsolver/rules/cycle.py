"""Rotating rosters: a team that goes through one pattern of weeks, each member a week behind the one before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from schedsolver.domain.base import Identifier, named_twice
from schedsolver.domain.horizon import MINUTES_PER_DAY
from schedsolver.domain.rule import Judgement, ModelContext, Rule, unknown_names
from schedsolver.rules.duty import two_a_day

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Duty, Schedule


class CyclicRoster(Rule):
    """Each member of a team works what the member before them worked a week earlier; the first follows the last.

    So a team of four goes through a pattern of four weeks, one week apart. The same work is the same shift type at the
    same outlet and time; skills may differ. Nobody is bound in the first week, and duties before the horizon do not
    count. A soft rule charges for each day on which a member works otherwise than the pattern says.

    Source: Musliu (2006), "Heuristic methods for automatic rotating workforce scheduling", International Journal of
    Computational Intelligence Research 2.

    Attributes
    ----------
    team
        Two people or more, in the order in which they follow each other.
    days
        Days from one member to the next, a week by itself.
    """

    name: ClassVar[str] = "rotation.cycle"
    may_be_soft: ClassVar[bool] = True
    ties_lines: ClassVar[bool] = True

    team: Annotated[tuple[Identifier, ...], Field(min_length=2)]
    days: Annotated[int, Field(ge=1, le=366)] = 7

    @model_validator(mode="after")
    def _different_people(self) -> Self:
        if twice := named_twice(self.team):
            raise ValueError(f"{', '.join(twice)} cannot be in a team twice; name each member once")
        return self

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse people who are not there, two duties a day, and horizons in which nobody follows anybody."""
        yield from super().faults(problem)
        yield from unknown_names("employee", self.team, problem.employee_index)
        if two_a_day(problem):
            yield "with two duties a day (duty.per_day) there is no pattern to follow; give one duty a day"
        if problem.horizon.days <= self.days:
            yield f"the horizon of {problem.horizon.days} days ends before anybody follows after {self.days}; plan more"

    def add_to(self, model: ModelContext) -> None:
        """Let what follows equal what it follows, kind of work by kind, both ways of a difference being one."""
        options, problem = model.options, model.problem
        place = np.full(len(problem.staff), -1, np.int64)
        place[[problem.employee_index[name] for name in self.team]] = np.arange(len(self.team))
        member, midnight = place[options.employee], options.day * MINUTES_PER_DAY
        _, kind = np.unique(
            np.stack([options.shift_type, options.outlet, options.start - midnight, options.end - midnight]),
            axis=1, return_inverse=True,
        )  # fmt: skip
        kinds = int(kind.max(initial=0)) + 1
        # A pair is a member and the day on which they follow; an option is in one by itself, in another as what leads.
        follows = np.flatnonzero((member >= 0) & (options.day >= self.days))
        leads = np.flatnonzero((member >= 0) & (options.day < problem.horizon.days - self.days))
        pair = np.concatenate([
            member[follows] * problem.horizon.days + options.day[follows],
            (member[leads] + 1) % len(self.team) * problem.horizon.days + options.day[leads] + self.days,
        ])  # fmt: skip
        chosen = np.concatenate([follows, leads])
        cells, row = np.unique(pair * kinds + kind.ravel()[chosen], return_inverse=True)
        sign = np.repeat([1, -1], [len(follows), len(leads)])
        column = model.duty_columns[chosen]
        _, excess = np.unique(np.tile(cells // kinds, 2), return_inverse=True)
        model.limit(
            self, np.append(row, row + len(cells)), np.tile(column, 2), np.append(sign, -sign),
            np.zeros(2 * len(cells), np.int64), excess,
        )  # fmt: skip

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Compare each day of each member with the day it follows."""
        worked = {name: {d.date: d for d in schedule.duties_of.get(name, ())} for name in self.team}
        found = []
        for before, name in zip((self.team[-1], *self.team), self.team, strict=False):
            for date in problem.horizon.dates[self.days :]:
                earlier = date - dt.timedelta(days=self.days)
                now, then = _work(worked[name].get(date)), _work(worked[before].get(earlier))
                text = f"{name} works {_said(now)} on {date}, but {before} works {_said(then)} on {earlier}"
                found.append((int(now != then), text, {"employee_id": name}))
        return self.over_limit(found)


Work = tuple[str | None, str, dt.timedelta, dt.timedelta]


def _work(duty: Duty | None) -> Work | None:
    """Give what has to be the same of two duties, ``None`` for a day off."""
    if duty is None:
        return None
    midnight = dt.datetime.combine(duty.date, dt.time())
    return duty.shift_type_id, duty.outlet_id, duty.start - midnight, duty.end - midnight


def _said(work: Work | None) -> str:
    return "nothing" if work is None else f"{work[0]} at {work[1]}"
