"""A problem small enough to hold in the head; tests change the part they are about."""

import datetime as dt
from typing import Any

from schedsolver.domain import (
    Activity,
    BreakWindow,
    Contract,
    Duty,
    Employee,
    Horizon,
    Outlet,
    Permission,
    Problem,
    Rest,
    ShiftType,
    Skill,
    Stint,
)

MONDAY = dt.date(2026, 3, 9)
TUESDAY = MONDAY + dt.timedelta(days=1)


def tiny(**changes: Any) -> Problem:
    """Two days in 60-minute slots, a hub and a satellite, two people, one shift with one hour's break."""
    tables: dict[str, Any] = {
        "horizon": Horizon(start=MONDAY, days=2, slot_minutes=60),
        "outlets": (Outlet(outlet_id="Hub", hub=True), Outlet(outlet_id="Sat", windows=1)),
        "contracts": (Contract(contract_id="full"),),
        "staff": (
            Employee(employee_id="E1", contract_id="full", home_outlet_id="Hub", tags=("senior",)),
            Employee(employee_id="E2", contract_id="full", home_outlet_id="Sat"),
        ),
        "skills": (Skill(skill_id="cash"),),
        "activities": (
            Activity(activity_id="counter", skill_id="cash", at_window=True, service_minutes=10),
            Activity(activity_id="calls", deferrable=True),
        ),
        "permissions": (
            Permission(employee_id="E1", skill_id="cash"),
            Permission(employee_id="E2", skill_id="cash"),
        ),
        "shift_types": (
            ShiftType(
                shift_type_id="day", start_from="09:00", start_to="10:00", minutes_min=300, minutes_max=360,
                breaks=(BreakWindow(minutes=60, start_from="12:00", start_to="13:00"),),
            ),
        ),
    }  # fmt: skip
    return Problem(**(tables | changes))


def at(clock: str, date: dt.date = MONDAY) -> dt.datetime:
    """The moment of a time of day such as ``"09:30"``."""
    return dt.datetime.combine(date, dt.time.fromisoformat(clock))


def duty(
    employee: str = "E1", start: str = "09:00", end: str = "15:00", *, date: dt.date = MONDAY, outlet: str = "Hub",
    shift: str = "day", pauses: tuple[tuple[str, str], ...] = (("12:00", "13:00"),), skill: str | None = None,
) -> Duty:  # fmt: skip
    """A duty of one date, by default 09:00-15:00 with the break 12:00-13:00."""
    return Duty(
        employee_id=employee, date=date, outlet_id=outlet, shift_type_id=shift, start=at(start, date),
        end=at(end, date), breaks=tuple(Rest(start=at(a, date), end=at(b, date)) for a, b in pauses), skill_id=skill,
    )  # fmt: skip


def stint(employee: str, activity: str, start: str, end: str, *, date: dt.date = MONDAY, outlet: str = "Hub") -> Stint:
    """A stint within one date."""
    return Stint(employee_id=employee, outlet_id=outlet, activity_id=activity, start=at(start, date), end=at(end, date))
