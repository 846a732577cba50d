"""What work costs: wages, supplements, overtime and travel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from schedsolver.domain.arrays import IntArray
from schedsolver.domain.base import Model
from schedsolver.domain.horizon import MINUTES_PER_DAY
from schedsolver.domain.rule import Judgement, ModelContext, Rule
from schedsolver.domain.scope import BY_DATE, BY_PEOPLE
from schedsolver.rules.paid import moves_among, paid_by_date, way_minutes
from schedsolver.rules.periods import PeriodRule
from schedsolver.rules.tally import DaySums, longest_period, tally_of_minutes, units_of

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Duty, Schedule

# Cents an hour times percent, for each cent a minute.
_PER_MINUTE = 60 * 100


class _TimeAtWage(Rule):
    """Base of rules that price the paid time of duties, and of ways between two duties of a day, at the wage."""

    @property
    def _charged(self) -> int:
        """Percent of the wage charged."""
        raise NotImplementedError

    def add_to(self, model: ModelContext) -> None:
        """Charge each duty and way."""
        problem, paid = model.problem, model.paid
        meant = self.scope.days_of(problem)
        of = np.flatnonzero(np.isin(paid.employee, self.scope.employees_of(problem)) & meant[paid.day])
        cents = (2 * self._charged * _wages(problem)[paid.employee[of]] * paid.minutes[of] + _PER_MINUTE) // (
            2 * _PER_MINUTE
        )
        model.penalise(self, paid.column[of], cents)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Price each duty and way."""
        penalties = []
        for i in self.scope.employees_of(problem):
            name = problem.staff[i].employee_id
            price = self._charged * problem.contract_of[name].wage_cents_per_hour
            own = [d for d in schedule.duties_of.get(name, ()) if self.scope.has_date(d.date, problem)]
            for duty, minutes, what in _times(problem, own):
                penalties.append(self.penalty(_rounded(price * minutes), f"{duty}: {minutes} {what}", duty))
        return Judgement(penalties=tuple(penalties))


def _times(problem: Problem, own: list[Duty]) -> Iterator[tuple[Duty, int, str]]:
    """Give the minutes of each duty, and of each way to a duty."""
    for duty in own:
        yield duty, problem.paid_minutes(duty), "paid minutes"
    for before, after in moves_among(own):
        yield after, way_minutes(problem, before, after), "minutes on the way"


def _wages(problem: Problem) -> IntArray:
    """Give the cents an hour of each employee."""
    return np.array([problem.contract_of[e.employee_id].wage_cents_per_hour for e in problem.staff], np.int64)


def _rounded(amount: int) -> int:
    """Give whole cents, halves up, of a product of percent, cents an hour and minutes."""
    cents, rest = divmod(amount, _PER_MINUTE)
    return cents + (2 * rest >= _PER_MINUTE)


class PaidTime(_TimeAtWage):
    """Each duty costs its paid time at the wage of the contract, and so does each way between two duties of a day.

    Each is rounded half up to a cent.
    """

    name: ClassVar[str] = "cost.paid_time"
    scoped_by: ClassVar[frozenset[str]] = BY_PEOPLE

    @property
    def _charged(self) -> int:
        return 100


class DayPay(_TimeAtWage):
    """Paid time on the dates of the scope costs a percentage of the wage, the first 100 of it by ``cost.paid_time``.

    What is beyond 100 percent is charged for each duty and each way between two duties of a day, rounded half up
    to a cent. A duty belongs to its date, even where it runs on past midnight.

    Source: Labour Law of the People's Republic of China, article 44: not less than 200 percent on rest days for
    which no other day off is given, and 300 percent on public holidays.

    Attributes
    ----------
    percent
        Percent of the wage in all, for example 200.
    """

    name: ClassVar[str] = "cost.day_pay"
    scoped_by: ClassVar[frozenset[str]] = BY_PEOPLE | BY_DATE

    percent: Annotated[int, Field(gt=100, le=1000)]

    @property
    def _charged(self) -> int:
        return self.percent - 100


class OvertimeTier(Model):
    """Overtime at one price.

    Attributes
    ----------
    minutes
        How much of it; ``None`` for all that is left.
    percent
        Percent of the wage in all.
    """

    minutes: Annotated[int, Field(ge=1, le=732 * MINUTES_PER_DAY)] | None = None
    percent: Annotated[int, Field(ge=100, le=1000)]


class Overtime(PeriodRule):
    """Paid time beyond a norm in each period costs a percentage of the wage, the first 100 of it by ``cost.paid_time``.

    What is beyond 100 percent is charged for each minute, rounded half up to a cent a minute. History counts towards
    the norm, and overtime it already had fills the first tiers but is not charged. The norm is that of the whole
    period, also where the horizon or the history cuts it; with a scope of dates, time on other dates is left out.

    Source: Labour Law of the People's Republic of China, articles 41 and 44: at most 3 hours a day and 36 hours a
    month, at not less than 150 percent.

    Attributes
    ----------
    per
        The period: ``"day"``, ``"week"``, ``"month"``, ``"quarter"``, ``"year"``, ``"horizon"``, or ``"block"`` with
        ``days``. Rolling periods would charge the same time again and again.
    norm_minutes
        Paid time without overtime; ``None`` for the contract's weekly minutes, a seventh for each day of the period.
    tiers
        ``minutes`` of overtime at ``percent`` of the wage, one after another, not falling. If the last has
        ``minutes`` too, time beyond it is not allowed; at 100 percent it is allowed at no extra price.
    """

    name: ClassVar[str] = "cost.overtime"
    scoped_by: ClassVar[frozenset[str]] = BY_PEOPLE | BY_DATE

    per: Literal["day", "week", "month", "quarter", "year", "horizon", "block"] = "week"
    norm_minutes: Annotated[int, Field(ge=0, le=732 * MINUTES_PER_DAY)] | None = None
    tiers: Annotated[tuple[OvertimeTier, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _tiers_in_order(self) -> Self:
        percents = [tier.percent for tier in self.tiers]
        if percents != sorted(percents):
            raise ValueError(f"{self.name}: the percents of the tiers, {percents}, may not fall")
        if any(tier.minutes is None for tier in self.tiers[:-1]):
            raise ValueError(f"{self.name}: only the last tier may be without minutes")
        if self.tiers[-1].minutes is None and percents[-1] == 100:
            raise ValueError(f"{self.name}: the tiers charge and limit nothing; give a percent above 100 or minutes")
        return self

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse a norm that nobody could pass."""
        yield from super().faults(problem)
        days = longest_period(self)
        if days is not None and (self.norm_minutes or 0) >= days * MINUTES_PER_DAY:
            told = f"no {self.per} period has more than {days * MINUTES_PER_DAY} in its scope"
            yield f"nobody could pass its norm of {self.norm_minutes} minutes: {told}"

    def add_to(self, model: ModelContext) -> None:
        """Tie the paid time of each employee and period to the norm through priced tiers."""
        problem = model.problem
        spans, employees = list(self.spans(problem)), list(self.scope.employees_of(problem))
        past = [paid_by_date(problem, problem.history_of(e)) for e in employees]
        tally = tally_of_minutes(self, model, spans, model.paid, past)
        norm = self._norms(problem, employees, [span.days for span in spans])
        missing = np.maximum(norm - tally.before, 0)
        kept = tally.reach > missing
        if not kept.any():
            return
        (row, column, minutes), target = tally.terms_of(kept), missing[kept]
        width = self._left_of_tiers(np.maximum(tally.before - norm, 0)[kept])
        unit = units_of(row, minutes, np.column_stack([target, width]))
        target, width = target // unit, width // unit[:, None]
        if self.tiers[-1].minutes is None:
            width[:, -1] = -(-tally.reach[kept] // unit) - target
        extra = np.array([tier.percent - 100 for tier in self.tiers], np.int64)
        per_minute = (2 * _wages(problem)[employees][:, None] * extra + _PER_MINUTE) // (2 * _PER_MINUTE)
        cents = per_minute[np.nonzero(kept)[0]] * unit[:, None]
        number = np.repeat(np.arange(len(target)), len(extra))
        surplus = zip(number.tolist(), width.ravel().tolist(), cents.ravel().tolist(), strict=True)
        shortage = [(r, units, 0) for r, units in enumerate(target.tolist())]
        model.price_gaps(self, (row, column, minutes // unit[row]), target, shortage, list(surplus))

    def _left_of_tiers(self, done: IntArray) -> IntArray:
        """Give what is left of each tier after so much overtime, 0 for a tier without end; shape ``(rows, tiers)``."""
        length = np.array([tier.minutes or 0 for tier in self.tiers], np.int64)
        start = np.cumsum(length) - length
        left: IntArray = np.maximum(start + length - np.maximum(start, done[:, None]), 0)
        return left

    def _norms(self, problem: Problem, employees: list[int], days: list[int]) -> IntArray:
        """Give the norm of each employee and period, by the lengths of the periods."""
        if self.norm_minutes is not None:
            return np.full((len(employees), len(days)), self.norm_minutes, np.int64)
        weekly = [problem.contract_of[problem.staff[e].employee_id].weekly_minutes for e in employees]
        norms: IntArray = np.multiply.outer(np.array(weekly, np.int64), np.array(days, np.int64)) // 7
        return norms

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Price the overtime of each employee and period."""
        violations, penalties = [], []
        spans = list(self.spans(problem))
        lengths = [tier.minutes for tier in self.tiers]
        most = None if None in lengths else sum(filter(None, lengths))
        for employee in self.scope.employees_of(problem):
            name = problem.staff[employee].employee_id
            contract = problem.contract_of[name]
            wage = contract.wage_cents_per_hour
            own = (*problem.history_of(employee), *schedule.duties_of.get(name, ()))
            sums = DaySums(problem, self.scope, paid_by_date(problem, own))
            for span in spans:
                norm = contract.weekly_minutes * span.days // 7 if self.norm_minutes is None else self.norm_minutes
                over, before = max(0, sums.total(span) - norm), max(0, sums.before(span) - norm)
                words = f"{name}: {sums.total(span)} paid minutes in {span}, {over} beyond the norm of {norm}"
                if most is not None and over > max(most, before):
                    violations.append(self.violation(f"{words}, {most} at most", employee_id=name))
                cents = self._price(wage, over) - self._price(wage, before)
                if cents:
                    penalties.append(self.penalty(cents, words, employee_id=name))
        return Judgement(tuple(violations), tuple(penalties))

    def _price(self, cents_per_hour: int, minutes: int) -> int:
        """Give what overtime costs on top of the plain wage."""
        cents = 0
        for tier in self.tiers:
            within = minutes if tier.minutes is None else min(minutes, tier.minutes)
            cents += within * _rounded((tier.percent - 100) * cents_per_hour)
            minutes -= within
        return cents


class Travel(Rule):
    """A duty away from the home outlet costs the way there and back.

    Attributes
    ----------
    cents_per_minute
        Price of a minute on the way.
    """

    name: ClassVar[str] = "cost.travel"
    scoped_by: ClassVar[frozenset[str]] = BY_PEOPLE

    cents_per_minute: Annotated[int, Field(ge=0, le=10**6)]

    def applies_to(self, problem: Problem) -> bool:
        """Hold where travel times are given."""
        return bool(problem.travel.outlets)

    def add_to(self, model: ModelContext) -> None:
        """Charge the round trip of each duty."""
        problem, options = model.problem, model.options
        minutes = np.zeros((len(problem.staff), len(problem.outlets)), np.int64)
        for e in self.scope.employees_of(problem):
            home = problem.staff[e].home_outlet_id
            if home is not None:
                for o, outlet in enumerate(problem.outlets):
                    there, back = (home, outlet.outlet_id), (outlet.outlet_id, home)
                    minutes[e, o] = problem.travel.between(*there) + problem.travel.between(*back)
        cents = self.cents_per_minute * minutes[options.employee, options.outlet]
        of = np.flatnonzero(cents)
        model.penalise(self, model.duty_columns[of], cents[of])

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Price the round trip of each duty away from home."""
        home = {problem.staff[i].employee_id: problem.staff[i].home_outlet_id for i in self.scope.employees_of(problem)}
        penalties = []
        for duty in schedule.duty_list:
            base = home.get(duty.employee_id)
            if base is not None and base != duty.outlet_id:
                way = problem.travel.between(base, duty.outlet_id) + problem.travel.between(duty.outlet_id, base)
                penalties.append(self.penalty(self.cents_per_minute * way, f"{duty}: {way} minutes of travel", duty))
        return Judgement(penalties=tuple(penalties))
