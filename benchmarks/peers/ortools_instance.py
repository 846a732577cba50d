"""The instance of Google OR-Tools' shift scheduling example, as a problem of this library.

Source of the facts: ``examples/python/shift_scheduling_sat.py`` of github.com/google/or-tools (Apache 2.0), as of 2021.
Eight employees have one of three shifts or a day off on each of 21 days from a Monday on.

Its units of penalty are cents here. What differs:

- A weight below 0, for a wish granted, is a price of not granting it here: costs are 4 more than the example's.
- Its cover must be met; here a head missing costs ``MISSING_CENTS``, far more than all else.
- It counts a run of nights that touches an end of its days as short; a minimum of the library is judged only where
  a run's both ends are known. So everybody has a morning shift on the day before, and on a 22nd day an afternoon
  shift that is pinned: no rule of the example prices one after whatever was before, and nothing is wanted on that day.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from schedsolver.domain import (
    Contract,
    Duty,
    Employee,
    Horizon,
    Outlet,
    Pin,
    Problem,
    Request,
    Rule,
    ShiftRequirement,
    ShiftType,
)
from schedsolver.rules.contract import DaysWorked
from schedsolver.rules.sequence import DaysOff, SameShifts, Successions

FIRST = dt.date(2026, 3, 2)
DAYS, STAFF = 21, 8
MISSING_CENTS = 100_000
# The wishes that are granted by a reward there.
REWARDS = 4
SHIFTS = {"M": "06:00", "A": "14:00", "N": "22:00"}
SURPLUS_CENTS = {"M": 2, "A": 2, "N": 5}
# Morning, afternoon and night shifts wanted, from Monday to Sunday.
WANTED = ((2, 3, 1), (2, 3, 1), (2, 2, 2), (2, 3, 1), (2, 2, 2), (1, 2, 3), (1, 3, 1))
# What is fixed of the first two days, by employee; "-" is a day off, "." is open. One more: 6 has A on the fourth day.
FIXED = ("-M", "-M", "MA", "MA", "AA", "A-", ".-", "NN")


def instance() -> Problem:
    """Give the example's problem."""
    pins = [_pin(e, day, shift) for e, own in enumerate(FIXED) for day, shift in enumerate(own) if shift != "."]
    return Problem(
        name="OR-Tools shift scheduling example",
        horizon=Horizon(start=FIRST, days=DAYS + 1, slot_minutes=60),
        outlets=(Outlet(outlet_id="ward"),),
        contracts=(Contract(contract_id="staff"),),
        staff=tuple(Employee(employee_id=f"E{e}", contract_id="staff") for e in range(STAFF)),
        shift_types=tuple(
            ShiftType(shift_type_id=name, start_from=start, start_to=start, minutes_min=480, minutes_max=480)
            for name, start in SHIFTS.items()
        ),
        shift_requirements=tuple(
            _wanted(day, shift, heads)
            for day in range(DAYS)
            for shift, heads in zip(SHIFTS, WANTED[day % 7], strict=True)
        ),
        pins=(*pins, _pin(6, 3, "A"), *(_pin(e, DAYS, "A") for e in range(STAFF))),
        requests=(
            Request(employee_id="E3", date=_date(5), wish="off", cents=2),
            Request(employee_id="E5", date=_date(10), wish="on", shift_type_id="N", cents=2),
            Request(employee_id="E2", date=_date(4), wish="off", shift_type_id="N", cents=4),
        ),
        history=tuple(_morning_before(e) for e in range(STAFF)),
        rules=_rules(),
    )  # fmt: skip


def _rules() -> tuple[Rule, ...]:
    nights: dict[str, Any] = {"shift_types": ("N",)}
    return (
        DaysOff(maximum=2),
        SameShifts(**nights, maximum=4),
        SameShifts(**nights, minimum=2, hard=False, weight=20),
        SameShifts(**nights, maximum=3, hard=False, weight=5),
        # Of the days off in a week one at least and three at most, two at no cost: 7 for one less, 4 for one more.
        DaysWorked(minimum=4, maximum=6),
        DaysWorked(maximum=5, hard=False, weight=7),
        DaysWorked(minimum=5, hard=False, weight=4),
        DaysWorked(**nights, maximum=4),
        DaysWorked(**nights, minimum=1, hard=False, weight=3),
        Successions(forbidden=(("A", "N"),), hard=False, weight=4),
        Successions(forbidden=(("N", "M"),)),
    )


def _date(day: int) -> dt.date:
    return FIRST + dt.timedelta(days=day)


def _pin(employee: int, day: int, shift: str) -> Pin:
    what: dict[str, Any] = {"off": True} if shift == "-" else {"shift_type_id": shift}
    return Pin(employee_id=f"E{employee}", date=_date(day), **what)


def _wanted(day: int, shift: str, heads: int) -> ShiftRequirement:
    prices = {"minimum_cents": MISSING_CENTS, "shortage_cents": 0, "surplus_cents": SURPLUS_CENTS[shift]}
    return ShiftRequirement(date=_date(day), shift_type_id=shift, minimum=heads, **prices)


def _morning_before(employee: int) -> Duty:
    begin, end = (dt.datetime.combine(_date(-1), dt.time(hour)) for hour in (6, 14))
    return Duty(
        employee_id=f"E{employee}", date=_date(-1), outlet_id="ward", shift_type_id="M", start=begin, end=end
    )  # fmt: skip
