"""What people wish: requests to work or to be off, and preferred outlets, activities and colleagues."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.domain.line import DayPrices, DutyKinds
from schedsolver.domain.rule import Judgement, ModelContext, Rule
from schedsolver.rules.pairing import dates_met, keep_apart, meets, need_company
from schedsolver.rules.presence import apart, everywhere
from schedsolver.traffic.staffing import cents_per_slot

if TYPE_CHECKING:
    from schedsolver.domain.people import Preference, Request
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Schedule


class RequestGranted(Rule):
    """Each request not granted costs its own price."""

    name: ClassVar[str] = "request.granted"

    def applies_to(self, problem: Problem) -> bool:
        """Hold where there are requests."""
        return bool(problem.requests)

    def add_to(self, model: ModelContext) -> None:
        """Charge duties on a day wished off, and days wished on without a duty."""
        problem, options = model.problem, model.options
        for request in problem.requests:
            own = options.of_employee(problem.employee_index[request.employee_id])
            meant = options.day[own] == problem.horizon.day_index(request.date)
            if request.shift_type_id is not None:
                meant &= options.shift_type[own] == problem.shift_type_index[request.shift_type_id]
            column = model.duty_columns[own][meant]
            if not model.one_a_day and len(column):
                column = model.any_of(np.zeros(len(column), np.int64), column, 1)
            if request.wish == "on":
                terms = (np.zeros(len(column)), column, np.ones(len(column)))
                model.price_gaps(self, terms, [1], shortage=[(0, 1, request.cents)], surplus=[])
            else:
                model.penalise(self, column, np.full(len(column), request.cents))

    def line_parts(self, problem: Problem, employee: int, kinds: DutyKinds) -> tuple[DayPrices, ...]:
        """Charge what does not grant a wish for work; duties on a day wished off cost by themselves."""
        cents = np.zeros((problem.horizon.days, 1 + len(kinds)), np.int64)
        name = problem.staff[employee].employee_id
        for request in (r for r in problem.requests if r.employee_id == name and r.wish == "on"):
            grants = np.arange(1 + len(kinds)) > 0
            if request.shift_type_id is not None:
                grants[1:] = kinds.shift_type == problem.shift_type_index[request.shift_type_id]
            cents[problem.horizon.day_index(request.date), ~grants] += request.cents
        return (DayPrices(cents),)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Find the requests not granted."""
        worked: dict[tuple[str, object], set[str]] = {}
        for duty in schedule.duty_list:
            worked.setdefault((duty.employee_id, duty.date), set()).add(duty.shift_type_id)
        return Judgement(
            penalties=tuple(
                self.penalty(r.cents, f"{r.employee_id} wished {_words(r)}", employee_id=r.employee_id)
                for r in problem.requests
                if (r.wish == "on") != _has(worked.get((r.employee_id, r.date), set()), r.shift_type_id)
            )
        )


class _PreferenceRule(Rule):
    """Base of rules that price preferences of one kind.

    A person who prefers several things is content with any of them; having none costs the highest of the prices.
    """

    about: ClassVar[str]

    def applies_to(self, problem: Problem) -> bool:
        """Hold where there are such preferences."""
        return bool(self.preferences(problem))

    def preferences(self, problem: Problem) -> dict[str, list[Preference]]:
        """Give the preferences of this kind of everybody who has some, as listed."""
        found: dict[str, list[Preference]] = defaultdict(list)
        for preference in problem.preferences:
            if getattr(preference, self.about) is not None:
                found[preference.employee_id].append(preference)
        return found

    def prices(self, problem: Problem, index: Mapping[str, int], price: Callable[[int], int]) -> IntArray:
        """Give what a unit of each thing costs with each employee, shape ``(staff, things)``."""
        cents = np.zeros((len(problem.staff), len(index)), np.int64)
        for name, own in self.preferences(problem).items():
            prices = cents[problem.employee_index[name]]
            preferred = [row for row in own if row.wish == "prefer"]
            if preferred:
                prices[:] = price(max(row.cents for row in preferred))
                prices[[index[row.thing] for row in preferred]] = 0
            for row in own:
                prices[index[row.thing]] += price(row.cents) if row.wish == "avoid" else 0
        return cents


class PreferredOutlets(_PreferenceRule):
    """Each duty at an outlet that a person avoids, or at none of those they prefer, costs the preference's price."""

    name: ClassVar[str] = "preference.outlet"
    about: ClassVar[str] = "outlet_id"

    def add_to(self, model: ModelContext) -> None:
        """Charge duties by employee and outlet."""
        cents = self.prices(model.problem, model.problem.outlet_index, lambda price: price)
        cents = cents[model.options.employee, model.options.outlet]
        charged = np.flatnonzero(cents)
        model.penalise(self, model.duty_columns[charged], cents[charged])

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Find duties elsewhere than preferred, or where a person would rather not be."""
        preferences = self.preferences(problem)
        return Judgement(
            penalties=tuple(
                self.penalty(cents, f"{duty}: {words}", duty)
                for duty in schedule.duty_list
                for cents, words in _against(preferences.get(duty.employee_id, ()), duty.outlet_id)
            )
        )


class PreferredActivities(_PreferenceRule):
    """Each hour on an activity that a person avoids, or on none of those they prefer, costs the preference's price.

    An hour is charged slot by slot, each rounded half up to a cent.
    """

    name: ClassVar[str] = "preference.activity"
    about: ClassVar[str] = "activity_id"

    def tells_heads_apart(self, problem: Problem) -> tuple[BoolArray, BoolArray]:
        """Count everybody alone who has such a preference."""
        people = [problem.employee_index[name] for name in self.preferences(problem)]
        return apart(problem, people), everywhere(problem)

    def add_to(self, model: ModelContext) -> None:
        """Charge the heads of each employee by activity."""
        problem, heads = model.problem, model.heads
        cents = self.prices(problem, problem.activity_index, lambda price: cents_per_slot(price, problem))
        cents = cents[heads.employee, heads.activity]
        charged = np.flatnonzero(cents)
        model.penalise(self, heads.column[charged], cents[charged])

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Find work on other activities than preferred, or on those a person would rather not do."""
        preferences = self.preferences(problem)
        return Judgement(
            penalties=tuple(
                self.penalty(
                    cents_per_slot(cents, problem) * (stint.minutes // problem.horizon.slot_minutes),
                    f"{stint}: {words}",
                    employee_id=stint.employee_id,
                    outlet_id=stint.outlet_id,
                    activity_id=stint.activity_id,
                    start=stint.start,
                )
                for stint in schedule.stint_list
                for cents, words in _against(preferences.get(stint.employee_id, ()), stint.activity_id)
            )
        )


class PreferredColleagues(_PreferenceRule):
    """Each date with a colleague whom a person avoids, and each duty with none they prefer, costs the price.

    Two people are together when duties of theirs overlap at the same outlet; duties before the horizon do not
    count. A date is that of the duty of the person whose preference it is.
    """

    name: ClassVar[str] = "preference.colleague"
    about: ClassVar[str] = "colleague_id"

    def add_to(self, model: ModelContext) -> None:
        """Keep people apart, or together, at the price of each preference."""
        index = model.problem.employee_index
        for name, own in self.preferences(model.problem).items():
            for row in own:
                if row.wish == "avoid":
                    keep_apart(self._at(row.cents), model, index[name], index[row.thing])
            preferred = [row for row in own if row.wish == "prefer"]
            if preferred:
                price = max(row.cents for row in preferred)
                need_company(self._at(price), model, index[name], [index[row.thing] for row in preferred])

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Find the dates with someone avoided, and the duties with nobody preferred."""
        penalties = []
        for name, own in self.preferences(problem).items():
            preferred = {row.thing: row.cents for row in own if row.wish == "prefer"}
            company = [duty for colleague in preferred for duty in schedule.duties_of.get(colleague, ())]
            for duty in schedule.duties_of.get(name, ()) if preferred else ():
                if not meets(duty, company):
                    words = f"{duty}: prefers {' or '.join(preferred)} there at the same time"
                    penalties.append(self.penalty(max(preferred.values()), words, duty))
            for row in own:
                if row.wish == "avoid":
                    for duty in dates_met(self, problem, schedule, name, row.thing).values():
                        words = f"{duty}: avoids {row.thing}, who is there at the same time"
                        penalties.append(self.penalty(row.cents, words, duty))
        return Judgement(penalties=tuple(penalties))

    def _at(self, cents: int) -> Rule:
        """Give this rule as one that charges so much for each unit."""
        return self.model_copy(update={"hard": False, "weight": cents})


def _against(own: Sequence[Preference], thing: str) -> Iterator[tuple[int, str]]:
    """Give price and words of what speaks against a thing in one person's preferences."""
    preferred = {row.thing: row.cents for row in own if row.wish == "prefer"}
    if preferred and thing not in preferred:
        yield max(preferred.values()), f"prefers {' or '.join(preferred)}"
    for row in own:
        if row.wish == "avoid" and row.thing == thing:
            yield row.cents, f"avoids {thing}"


def _has(shifts: set[str], wanted: str | None) -> bool:
    return bool(shifts) if wanted is None else wanted in shifts


def _words(request: Request) -> str:
    shift = "" if request.shift_type_id is None else f" on shift {request.shift_type_id}"
    return f"{'to work' if request.wish == 'on' else 'not to work'}{shift} on {request.date}"
