"""Work that can wait: what of it is done by its deadline, and by whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.domain.base import Identifier
from schedsolver.domain.rule import Judgement, ModelContext, Rule, unknown_names
from schedsolver.domain.scope import BY_PEOPLE
from schedsolver.rules.permission import held_levels
from schedsolver.rules.presence import apart, everywhere
from schedsolver.traffic.staffing import cents_per_slot

if TYPE_CHECKING:
    from schedsolver.domain.columns import HeadColumns
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Schedule, Stint
    from schedsolver.domain.work import Backlog


class BacklogDone(Rule):
    """What of a backlog is undone at its deadline, or of what is due by then at the horizon's end, costs its price.

    Of a backlog whose deadline lies beyond the horizon, each day from its release or the first day planned to the
    deadline has the same part. What is due is rounded up to whole slots, and the price of an hour half up to that of
    a slot.
    """

    name: ClassVar[str] = "backlog.done"

    def applies_to(self, problem: Problem) -> bool:
        """Hold where there are backlogs."""
        return bool(problem.backlogs)

    def add_to(self, model: ModelContext) -> None:
        """Tie the heads on the activity of each backlog to what is due."""
        problem, heads = model.problem, model.heads
        due = [_slots_due(backlog, problem) for backlog in problem.backlogs]
        counted = [np.flatnonzero(_towards(backlog, problem, heads)) for backlog in problem.backlogs]
        row = np.repeat(np.arange(len(due)), [len(own) for own in counted])
        terms = row, heads.column[np.concatenate(counted)], np.ones(len(row), np.int64)
        prices = [cents_per_slot(backlog.undone_cents_per_hour, problem) for backlog in problem.backlogs]
        most = len(problem.staff) * problem.horizon.slots
        shortage = [(r, slots, cents) for r, (slots, cents) in enumerate(zip(due, prices, strict=True))]
        model.price_gaps(self, terms, due, shortage, [(r, most, 0) for r in range(len(due))])

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Add up the time spent on each backlog and price what is undone."""
        horizon = problem.horizon
        penalties = []
        for backlog in problem.backlogs:
            done = sum(_minutes_spent(backlog, problem, stint) for stint in schedule.stint_list)
            due = backlog.minutes_due(horizon)
            undone = max(0, -(-(due - done) // horizon.slot_minutes))
            cents = undone * cents_per_slot(backlog.undone_cents_per_hour, problem)
            if cents:
                last = min(backlog.deadline, horizon.dates[-1])
                words = f"{done} of {due} minutes of {backlog.backlog_id} done until {last}"
                finding = self.penalty(cents, words, outlet_id=backlog.outlet_id, activity_id=backlog.activity_id)
                penalties.append(finding)
        return Judgement(penalties=tuple(penalties))


class BacklogQuotas(Rule):
    """Everybody does their share of what is due of a backlog, in proportion to skill and hours.

    A share goes to each employee in the scope who may do the activity on a day of the backlog. It is in proportion to
    the highest level of the skill that they hold there then, or 1 where the activity needs none, times the contract's
    minutes in the horizon, less those of their whole days of leave; it is rounded down to whole slots. A soft rule
    charges for each slot that someone falls short of their share.

    With ``at_home``, or outlets in the scope, people are told apart at fewer places, which makes large problems easier.

    Attributes
    ----------
    backlogs
        Whose shares are kept; empty for all.
    at_home
        Whether only time at someone's home outlet counts towards their share.
    """

    name: ClassVar[str] = "backlog.quotas"
    in_guide: ClassVar[bool] = False
    may_be_soft: ClassVar[bool] = True
    scoped_by: ClassVar[frozenset[str]] = BY_PEOPLE | {"outlets"}

    backlogs: tuple[Identifier, ...] = ()
    at_home: bool = False

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse backlogs that are not there, or that nobody it is about may do."""
        yield from super().faults(problem)
        own = list(unknown_names("backlog", self.backlogs, (b.backlog_id for b in problem.backlogs)))
        yield from own
        if not problem.backlogs:
            yield "the problem has no backlogs, so it asks for nothing"
        for backlog in self._meant(problem) if not own else ():
            if not self._able(backlog, problem).any():
                yield f"nobody that it is about may do {backlog.backlog_id} where time counts"

    def tells_heads_apart(self, problem: Problem) -> tuple[BoolArray, BoolArray]:
        """Count everybody with a share alone on the activities."""
        backlogs = self._meant(problem)
        shared = np.any([self._able(backlog, problem) for backlog in backlogs], axis=0)
        people = np.flatnonzero(shared.any(axis=(1, 2))).tolist()
        places = everywhere(problem, {backlog.activity_id for backlog in backlogs}, self.scope)
        return apart(problem, people) & shared, places

    def add_to(self, model: ModelContext) -> None:
        """Ask for the slots of each share."""
        problem, heads = model.problem, model.heads
        rows, columns, least = [], [], np.zeros(0, np.int64)
        for backlog in self._meant(problem):
            share, able = self._slots_by_employee(backlog, problem), self._able(backlog, problem)
            counted = _towards(backlog, problem, heads) & able[heads.employee, heads.outlet, heads.day]
            counted &= share[heads.employee] > 0
            row_of = len(least) + np.cumsum(share > 0) - 1
            rows.append(row_of[heads.employee[counted]])
            columns.append(heads.column[counted])
            least = np.append(least, share[share > 0])
        row = np.concatenate(rows)
        model.limit(self, row, np.concatenate(columns), -np.ones(len(row), np.int64), -least)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Compare what each employee has spent on each backlog with their share."""
        horizon = problem.horizon
        found = []
        for backlog in self._meant(problem):
            for employee, quota in self.quotas(backlog, problem).items():
                spent = sum(
                    _minutes_spent(backlog, problem, stint)
                    for stint in schedule.stint_list
                    if stint.employee_id == employee and self._counts_at(stint.outlet_id, backlog, problem, employee)
                )
                lacking = quota // horizon.slot_minutes - spent // horizon.slot_minutes
                words = f"{employee} spends {spent} minutes on {backlog.backlog_id}, {quota} are their share"
                found.append((lacking, words, {"employee_id": employee, "activity_id": backlog.activity_id}))
        return self.over_limit(found)

    def quotas(self, backlog: Backlog, problem: Problem) -> dict[str, int]:
        """Give the minutes of a backlog that each employee with a share is to do, for whoever looks at a roster."""
        activity = problem.activities[problem.activity_index[backlog.activity_id]]
        dates = [problem.horizon.dates[day] for day in backlog.days_in(problem.horizon)]
        weight: dict[str, int] = {}
        for i in self.scope.employees_of(problem):
            name = problem.staff[i].employee_id
            places = [o.outlet_id for o in problem.outlets if self._counts_at(o.outlet_id, backlog, problem, name)]
            levels = [
                p.level
                for p in problem.permissions
                if p.employee_id == name and p.skill_id == activity.skill_id and p.level >= activity.min_level
                if any(p.holds(date, outlet) for date in dates for outlet in places)
            ]
            if activity.skill_id is None and places and dates:
                levels = [1]
            if levels:
                weight[name] = max(levels) * _contract_minutes(problem, i)
        total, step = sum(weight.values()), problem.horizon.slot_minutes
        due = -(-backlog.minutes_due(problem.horizon) // step)
        return {name: due * own // total * step for name, own in weight.items() if own}

    def _meant(self, problem: Problem) -> list[Backlog]:
        return [b for b in problem.backlogs if b.backlog_id in (self.backlogs or (b.backlog_id,))]

    def _counts_at(self, outlet_id: str, backlog: Backlog, problem: Problem, employee_id: str) -> bool:
        """Tell, for the checker, whether someone's time at an outlet counts towards their share."""
        home = problem.staff[problem.employee_index[employee_id]].home_outlet_id
        here = backlog.outlet_id in (None, outlet_id) and self.scope.has_outlet(outlet_id)
        return here and (not self.at_home or home == outlet_id)

    def _able(self, backlog: Backlog, problem: Problem) -> BoolArray:
        """Tell, for the model, on which duties someone's time may count, shape ``(staff, outlets, days)``.

        Those of the day before may run into the first day of the backlog.
        """
        days = backlog.days_in(problem.horizon)
        able = self._levels(backlog, problem) > 0
        able[:, :, : max(0, days.start - 1)] = False
        able[:, :, max(0, days.stop) :] = False
        return able

    def _levels(self, backlog: Backlog, problem: Problem) -> IntArray:
        """Give, for the model, the level that counts, 0 for none; shape ``(staff, outlets, days)``."""
        activity = problem.activities[problem.activity_index[backlog.activity_id]]
        shape = len(problem.staff), len(problem.outlets), problem.horizon.days
        levels = np.ones(shape, np.int64)
        if activity.skill_id is not None:
            levels = held_levels(problem)[..., problem.skill_index[activity.skill_id]]
            levels[levels < activity.min_level] = 0
        names = [o.outlet_id for o in problem.outlets]
        here = np.array([backlog.outlet_id in (None, name) and self.scope.has_outlet(name) for name in names])
        meant = np.zeros(shape[:2], bool)
        meant[list(self.scope.employees_of(problem))] = here
        if self.at_home:
            meant &= np.array([[e.home_outlet_id == name for name in names] for e in problem.staff])
        return np.where(meant[:, :, None], levels, 0)

    def _slots_by_employee(self, backlog: Backlog, problem: Problem) -> IntArray:
        """Give, for the model, the slots of each share, shape ``(staff,)``."""
        days = backlog.days_in(problem.horizon)
        top = self._levels(backlog, problem)[:, :, days.start : days.stop].max(axis=(1, 2), initial=0)
        weight = top * np.array([_contract_minutes(problem, i) for i in range(len(problem.staff))], np.int64)
        slots: IntArray = _slots_due(backlog, problem) * weight // max(1, int(weight.sum()))
        return slots


def _slots_due(backlog: Backlog, problem: Problem) -> int:
    return -(-backlog.minutes_due(problem.horizon) // problem.horizon.slot_minutes)


def _towards(backlog: Backlog, problem: Problem, heads: HeadColumns) -> BoolArray:
    """Tell, for the model, which heads count towards a backlog."""
    days, a_day = backlog.days_in(problem.horizon), problem.horizon.slots_per_day
    counted: BoolArray = heads.activity == problem.activity_index[backlog.activity_id]
    counted &= (heads.slot >= days.start * a_day) & (heads.slot < days.stop * a_day)
    if backlog.outlet_id is not None:
        counted &= heads.outlet == problem.outlet_index[backlog.outlet_id]
    return counted


def _minutes_spent(backlog: Backlog, problem: Problem, stint: Stint) -> int:
    """Give, for the checker, the minutes of a stint that count towards a backlog."""
    if stint.activity_id != backlog.activity_id or backlog.outlet_id not in (None, stint.outlet_id):
        return 0
    days = backlog.days_in(problem.horizon)
    start, end = (problem.horizon.minute_of(moment) for moment in (stint.start, stint.end))
    return max(0, min(end, days.stop * 1440) - max(start, days.start * 1440))


def _contract_minutes(problem: Problem, employee: int) -> int:
    """Give the contract's minutes in the horizon, less those of whole days of leave."""
    name = problem.staff[employee].employee_id
    contract = problem.contract_of[name]
    own = [leave for leave in problem.leave if leave.employee_id == name and leave.start is None]
    away = sum(any(leave.first_day <= date <= leave.last_day for leave in own) for date in problem.horizon.dates)
    return max(0, contract.weekly_minutes * problem.horizon.days // 7 - contract.leave_day_minutes * away)
