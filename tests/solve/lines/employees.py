"""Random small employees, and the cheapest line of one by trying them all before the checker's judges."""

import datetime as dt
import itertools
from collections.abc import Iterator

import numpy as np
from pydantic import ValidationError

from schedsolver.domain import Duty, Employee, Horizon, Outlet, Pin, Problem, Request, Rule, Schedule
from schedsolver.errors import InvalidProblem
from schedsolver.model.build import build_model
from schedsolver.rules.catalogue import active_rules
from schedsolver.rules.contract import DaysWorked, PaidHours
from schedsolver.rules.rest import MinimumRest
from schedsolver.rules.sequence import DaysOff, SameShifts, Successions, WorkDays
from schedsolver.rules.weekend import CompleteWeekends, WeekendsOff, WeekendsWorked
from schedsolver.solve.lines.describe import LineProblem, line_problems
from tests.solving import fixed_shift, moment, plain
from tests.tiny import MONDAY

FRIDAY = MONDAY + dt.timedelta(days=4)
SHIFTS = (fixed_shift("E", "06:00", "14:00"), fixed_shift("N", "20:00", "28:00"))
DAY = dt.timedelta(days=1)


def random_employee(rng: np.random.Generator) -> Problem:
    """One person, three or four days that may hold a weekend, two shift types, some rules, perhaps history."""
    while True:
        try:
            return _drawn(rng)
        except (InvalidProblem, ValidationError):
            continue


def _drawn(rng: np.random.Generator) -> Problem:
    days = int(rng.integers(3, 5))
    start = FRIDAY + int(rng.integers(-1, 3)) * DAY
    back = int(rng.integers(0, 4))
    history = [
        duty_on(start - b * DAY, int(kind) - 1) for b in range(1, back + 1) if (kind := rng.integers(0, 3))
    ]  # fmt: skip
    bare = plain(
        horizon=Horizon(start=start, days=days, slot_minutes=60, known_from=start - back * DAY if back else None),
        outlets=(Outlet(outlet_id="Hub"),),
        staff=(Employee(employee_id="E1", contract_id="full"),),
        shift_types=SHIFTS,
        history=tuple(history),
    )
    wishes = [
        Request(
            employee_id="E1", date=start + int(rng.integers(days)) * DAY, wish=str(rng.choice(["on", "off"])),
            shift_type_id=[None, "E", "N"][rng.integers(3)], cents=int(rng.integers(1, 9)),
        )
        for _ in range(rng.integers(0, 3))
    ]  # fmt: skip
    pins = [Pin(employee_id="E1", date=start, off=True)] if rng.integers(8) == 0 else []
    rules = [random_rule(rng, bare) for _ in range(rng.integers(1, 5))]
    return bare.replace(requests=tuple(wishes), pins=tuple(pins), rules=tuple(rules))


def random_rule(rng: np.random.Generator, problem: Problem) -> Rule:
    """Some rule on lines, hard or soft, perhaps bound to some days or shift types."""
    how = {"hard": True} if rng.integers(2) else {"hard": False, "weight": int(rng.integers(1, 9))}
    least = int(rng.integers(1, 4))
    most = least + int(rng.integers(0, 2))
    bounds = [{"minimum": least, "maximum": most}, {"minimum": least}, {"maximum": most}][rng.integers(3)]
    some = {"shift_types": ("N",)} if rng.integers(3) == 0 else {}
    when = {"scope": {"first_day": problem.horizon.start + DAY}} if rng.integers(4) == 0 else {}
    kind = rng.integers(10)
    if kind == 0:
        return WorkDays(**bounds, **some, **how, **when)
    if kind == 1:
        return DaysOff(**bounds, **some, **how, **when)
    if kind == 2:
        return SameShifts(**bounds, shift_types=("N",), **how, **when)
    if kind == 3:
        pairs = [("N", "E"), ("E", "E"), ("E", "N")][: rng.integers(1, 4)]
        return Successions(forbidden=pairs, days_between=int(rng.integers(0, 3)), **how, **when)
    if kind == 4:
        per = [{"per": "horizon"}, {"per": "week"}, {"per": "rolling", "days": 9}][rng.integers(3)]
        return WeekendsWorked(minimum=int(rng.integers(2)), maximum=int(rng.integers(2)), **per, **some, **how)
    if kind == 5:
        return WeekendsOff(minimum=1, per="horizon", **some, **how)
    if kind == 6:
        weekend = ((5, 6), (4, 5, 6), (6, 0))[rng.integers(3)]
        return CompleteWeekends(weekend=weekend, **some, **how)
    if kind == 7:
        return DaysWorked(per="horizon", **bounds, **some, **how, **when)
    if kind == 8:
        hours = {f"{side}_minutes": 480 * bound - 60 for side, bound in bounds.items()}
        return PaidHours(per="horizon", **hours, **some, **how, **when)
    return MinimumRest(minutes=int(rng.choice([660, 1200])), **how, **when)


def line_problem(problem: Problem) -> LineProblem:
    """The lines of the only employee."""
    return line_problems(build_model(problem).roster)[0]


def every_line(problem: Problem) -> Iterator[tuple[tuple[int, ...], int | None]]:
    """Each line as steps, 0 for off, with what the checker's judges charge for it; ``None`` where one forbids it."""
    rules = active_rules(problem)
    duties = {(d, k): duty_on(date, k) for d, date in enumerate(problem.horizon.dates) for k in range(len(SHIFTS))}
    for steps in itertools.product(range(1 + len(SHIFTS)), repeat=problem.horizon.days):
        roster = Schedule(duty_list=tuple(duties[d, s - 1] for d, s in enumerate(steps) if s))
        judgements = [rule.judge(problem, roster) for rule in rules]
        allowed = not any(judgement.violations for judgement in judgements)
        yield steps, sum(judgement.cents for judgement in judgements) if allowed else None


def duty_on(date: dt.date, kind: int, employee_id: str = "E1", outlet_id: str = "Hub") -> Duty:
    """Somebody's duty of a shift type."""
    shift = SHIFTS[kind]
    return Duty(
        employee_id=employee_id, date=date, outlet_id=outlet_id, shift_type_id=shift.shift_type_id,
        start=moment(shift.start_from, date), end=moment(shift.start_from + shift.minutes_min, date),
    )  # fmt: skip
