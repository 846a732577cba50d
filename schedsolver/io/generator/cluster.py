"""The places and the work of a generated cluster."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from schedsolver.domain import Activity, BreakWindow, Contract, OpeningHours, Outlet, ShiftType, Skill, TravelTimes
from schedsolver.io.generator.spec import GeneratorSpec

COUNTER, FX, AUDIT, MAINTENANCE = "counter", "fx", "audit", "maintenance"

CASH_MINUTES, NON_CASH_MINUTES, FX_MINUTES, AUDIT_MINUTES = 5.0, 8.0, 15.0, 3.0

WEEKDAY_HOURS = (8 * 60 + 30, 18 * 60)
WEEKEND_HOURS = (9 * 60, 16 * 60)

MAP_MINUTES = 40.0

# Without one head, some ten customers an hour are served late or leave; each is taken to be worth 30 and more.
SHORTAGE_CENTS_PER_HOUR = (30_000, 45_000, 60_000)


@dataclass(frozen=True)
class Size:
    """A kind of outlet.

    Attributes
    ----------
    customers_per_day
        Counter customers on an average working day.
    windows
        Counter windows.
    changes_money
        Whether foreign exchange is offered.
    """

    customers_per_day: int
    windows: int
    changes_money: bool


SMALL = Size(customers_per_day=40, windows=3, changes_money=False)
MEDIUM = Size(customers_per_day=90, windows=4, changes_money=True)
LARGE = Size(customers_per_day=200, windows=6, changes_money=True)

FULL_TIME = Contract(contract_id="full-time", weekly_minutes=2400, wage_cents_per_hour=4800)
SENIOR = Contract(contract_id="senior", weekly_minutes=2400, wage_cents_per_hour=5600)
PART_TIME = Contract(contract_id="part-time", weekly_minutes=1440, wage_cents_per_hour=5000)
CONTRACTS = (FULL_TIME, SENIOR, PART_TIME)

SKILLS = (
    Skill(skill_id=COUNTER, name="Counter service"),
    Skill(skill_id=FX, name="Foreign exchange"),
    Skill(skill_id=AUDIT, name="Smart-device audit"),
    Skill(skill_id=MAINTENANCE, name="Customer maintenance"),
)

SHIFT_TYPES = (
    ShiftType(
        shift_type_id="full",
        start_from="08:30",
        start_to="09:30",
        minutes_min=510,
        minutes_max=540,
        breaks=(BreakWindow(minutes=60, start_from="11:00", start_to="13:30"),),
    ),
    ShiftType(shift_type_id="half", start_from="08:30", start_to="14:00", minutes_min=240, minutes_max=300),
)


def sizes_of(spec: GeneratorSpec) -> tuple[Size, ...]:
    """Give the size of each outlet: the hub is large, its satellites by turns medium and small."""
    return (LARGE, *(MEDIUM if i % 2 else SMALL for i in range(1, spec.outlets)))


def outlets_of(spec: GeneratorSpec) -> tuple[Outlet, ...]:
    """Make the hub and its satellites."""
    hub, *satellites = sizes_of(spec)
    return (
        Outlet(outlet_id="HUB", name="Hub", hub=True, windows=hub.windows),
        *(
            Outlet(outlet_id=f"S{i:02d}", name=f"Satellite {i}", windows=size.windows)
            for i, size in enumerate(satellites, start=1)
        ),
    )


def opening_of(spec: GeneratorSpec, outlets: tuple[Outlet, ...]) -> tuple[OpeningHours, ...]:
    """Give the opening hours of each outlet by weekday."""
    rows = []
    for outlet in outlets:
        at_weekend = spec.weekend == "all" or (spec.weekend == "hub" and outlet.hub)
        for weekday in range(7 if at_weekend else 5):
            start, end = WEEKDAY_HOURS if weekday < 5 else WEEKEND_HOURS
            rows.append(OpeningHours(outlet_id=outlet.outlet_id, weekday=weekday, start=start, end=end))
    return tuple(rows)


def travel_of(outlets: tuple[Outlet, ...], rng: np.random.Generator) -> TravelTimes:
    """Draw the satellites on a square map with the hub in its middle, and round times up to 5 minutes."""
    points = rng.uniform(0, MAP_MINUTES, size=(len(outlets), 2))
    points[0] = MAP_MINUTES / 2
    direct = np.linalg.norm(points[:, None] - points[None, :], axis=2)
    minutes = 5 * np.ceil(direct / 5).astype(int)
    return TravelTimes(outlets=tuple(o.outlet_id for o in outlets), minutes=tuple(map(tuple, minutes.tolist())))


def activities_of(spec: GeneratorSpec) -> tuple[Activity, ...]:
    """Make the four activities; the counter's service time is the mean over cash and non-cash customers."""
    cash, other = spec.cash_customer_share, 1 - spec.cash_customer_share - spec.fx_customer_share
    mean = (CASH_MINUTES * cash + NON_CASH_MINUTES * other) / (cash + other) if cash + other > 0 else CASH_MINUTES
    return (
        Activity(
            activity_id=COUNTER, name="Counter service", skill_id=COUNTER, at_window=True,
            service_minutes=round(mean, 2), wait_limit_minutes=20, target_share=0.97,
            shortage_cents_per_hour=SHORTAGE_CENTS_PER_HOUR,
        ),
        Activity(
            activity_id=FX, name="Foreign exchange", skill_id=FX, min_level=2, at_window=True,
            service_minutes=FX_MINUTES, wait_limit_minutes=30, target_share=0.80,
            shortage_cents_per_hour=SHORTAGE_CENTS_PER_HOUR,
        ),
        Activity(
            activity_id=AUDIT, name="Smart-device audit", skill_id=AUDIT,
            service_minutes=AUDIT_MINUTES, wait_limit_minutes=5, target_share=0.80,
            shortage_cents_per_hour=SHORTAGE_CENTS_PER_HOUR,
        ),
        Activity(
            activity_id=MAINTENANCE, name="Customer maintenance", skill_id=MAINTENANCE, deferrable=True,
        ),
    )  # fmt: skip
