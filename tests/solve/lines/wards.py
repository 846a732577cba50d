"""Small wards whose rosters can be tried one by one, and a larger one of random wishes."""

import datetime as dt

import numpy as np

from schedsolver.domain import Employee, Horizon, Outlet, Problem, Request, ShiftRequirement
from schedsolver.rules.contract import DaysWorked
from schedsolver.rules.sequence import DaysOff, Successions, WorkDays
from schedsolver.rules.weekend import WeekendsWorked
from tests.solve.lines.employees import SHIFTS
from tests.solving import plain
from tests.tiny import MONDAY


def ward(staff: int, days: int, seed: int = 0, **changes: object) -> Problem:
    """People with wishes, two shift types and cover of each, hard limits on runs, weekends and days in all."""
    rng = np.random.default_rng(seed)
    dates = [MONDAY + dt.timedelta(days=d) for d in range(days)]
    names = [f"E{i}" for i in range(staff)]
    wishes = [
        Request(
            employee_id=name, date=date, wish=str(rng.choice(["on", "off"])), cents=int(rng.integers(1, 4)),
            shift_type_id=str(rng.choice(["E", "N"])),
        )
        for name in names for date in dates if rng.integers(3) == 0
    ]  # fmt: skip
    cover = [
        ShiftRequirement(
            date=date, shift_type_id=shift, minimum=int(rng.integers(0, 2)),
            preferred=1 + int(rng.integers(staff // 2)), minimum_cents=100, shortage_cents=40, surplus_cents=1,
        )
        for date in dates for shift in ("E", "N")
    ]  # fmt: skip
    tables = {
        "horizon": Horizon(start=MONDAY, days=days, slot_minutes=60),
        "outlets": (Outlet(outlet_id="Hub"),),
        "staff": tuple(Employee(employee_id=name, contract_id="full") for name in names),
        "shift_types": SHIFTS,
        "requests": tuple(wishes),
        "shift_requirements": tuple(cover),
        "rules": (
            Successions(forbidden=[("N", "E")]),
            WorkDays(minimum=2, maximum=4),
            DaysOff(minimum=2),
            WeekendsWorked(maximum=max(1, days // 14)),
            DaysWorked(per="horizon", minimum=days // 2 - 1, maximum=days // 2 + 2),
        ),
    }
    return plain(**(tables | changes))
