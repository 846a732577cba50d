"""The customers of a generated cluster, slot by slot."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from schedsolver.domain import Arrivals
from schedsolver.io.generator.cluster import AUDIT, COUNTER, FX, WEEKDAY_HOURS, WEEKEND_HOURS, outlets_of, sizes_of
from schedsolver.io.generator.spec import GRID_MINUTES, GeneratorSpec

COLUMNS = ("date", "start", "customers")
MORNING, AFTERNOON = (9 * 60, 11 * 60), (14 * 60, 16 * 60)

# How customers spread within each peak and within the rest of the day, by half-hour from 08:30.
SHAPE = np.array([8, 16, 22, 23, 19, 16, 13, 9, 8, 9, 11, 16, 20, 18, 14, 10, 7, 4, 2], dtype=float)


def customers_per_day(spec: GeneratorSpec) -> float:
    """Give the counter customers of the whole cluster on an average working day.

    Foreign exchange is among them; customers at smart devices come on top.
    """
    return spec.load * sum(size.customers_per_day for size in sizes_of(spec))


def cluster_curve(spec: GeneratorSpec) -> pd.DataFrame:
    """Give the expected counter customers of the whole cluster, as if every outlet opened on every day.

    Returns
    -------
    Columns ``date``, ``start`` (minutes after midnight) and ``customers`` (in that slot).
    """
    curves = {hours: _shares_of_day(spec, *hours) for hours in (WEEKDAY_HOURS, WEEKEND_HOURS)}
    days = []
    for date in spec.dates:
        curve = curves[WEEKDAY_HOURS if date.weekday() < 5 else WEEKEND_HOURS]
        factor = spec.weekday_factors[date.weekday()] * spec.payday_factors.get(date.day, 1.0)
        days.append(curve.assign(date=date, customers=curve["share"] * customers_per_day(spec) * factor))
    return pd.concat(days, ignore_index=True)[list(COLUMNS)]


def arrivals_of(spec: GeneratorSpec, curve: pd.DataFrame, rng: np.random.Generator) -> tuple[Arrivals, ...]:
    """Split the cluster's customers over outlets by size and over activities, with noise.

    Customers of an outlet that is closed do not come. Small outlets do not change money: all of
    their customers go to the counter.

    Parameters
    ----------
    spec
        Parameters.
    curve
        Counter customers as :func:`cluster_curve` gives them.
    rng
        Source of the noise.
    """
    sizes = sizes_of(spec)
    total = sum(size.customers_per_day for size in sizes)
    rows = []
    for outlet, size in zip(outlets_of(spec), sizes, strict=True):
        open_now = curve[_is_open(spec, curve, hub=outlet.hub)]
        fx = spec.fx_customer_share if size.changes_money else 0.0
        for activity, ratio in ((COUNTER, 1 - fx), (FX, fx), (AUDIT, spec.audit_customer_ratio)):
            expected = open_now["customers"].to_numpy() * ratio * size.customers_per_day / total
            noisy = expected * np.maximum(0, rng.normal(1, spec.noise, len(expected)))
            rows += [
                Arrivals(outlet_id=outlet.outlet_id, activity_id=activity, date=date, start=start, customers=customers)
                for date, start, customers in zip(open_now["date"], open_now["start"], noisy.round(2), strict=True)
                if customers > 0
            ]
    return tuple(rows)


def check_curve(spec: GeneratorSpec, curve: pd.DataFrame) -> None:
    """Refuse customers that do not fit the horizon or its slots.

    Raises
    ------
    ValueError
        Naming the column, the row or the day at fault.
    """
    missing = [name for name in COLUMNS if name not in curve.columns]
    if missing:
        raise ValueError(f"traffic lacks the column {', '.join(missing)}; it needs {', '.join(COLUMNS)}")
    for row, (date, start, customers) in enumerate(zip(*(curve[name] for name in COLUMNS), strict=True)):
        if type(date) is not dt.date or not spec.start <= date <= spec.dates[-1]:
            raise ValueError(f"traffic row {row}: {date} is not a date from {spec.start} to {spec.dates[-1]}")
        if start % spec.slot_minutes:
            raise ValueError(f"traffic row {row}: minute {start} does not begin a slot of {spec.slot_minutes} minutes")
        if not customers >= 0:
            raise ValueError(f"traffic row {row}: {customers} customers; the number must be at least 0")
    if curve.duplicated(["date", "start"]).any():
        twice = curve[curve.duplicated(["date", "start"])].iloc[0]
        raise ValueError(f"traffic gives {twice['date']} minute {twice['start']} twice; add the rows up")
    open_at_hub = _is_open(spec, curve, hub=True)
    if not curve.loc[open_at_hub, "customers"].sum() > 0:
        raise ValueError("traffic has no customers within opening hours; look at its times and dates")


def _shares_of_day(spec: GeneratorSpec, opens: int, closes: int) -> pd.DataFrame:
    """Give the share of a day's customers in each slot between two times."""
    start = np.arange(opens, closes, spec.slot_minutes)
    shape = SHAPE[(start - WEEKDAY_HOURS[0]) // GRID_MINUTES]
    morning = (start >= MORNING[0]) & (start < MORNING[1])
    afternoon = (start >= AFTERNOON[0]) & (start < AFTERNOON[1])
    rest = 1 - spec.morning_share - spec.afternoon_share
    share = np.zeros(len(start))
    for slots, part in (
        (morning, spec.morning_share), (afternoon, spec.afternoon_share), (~(morning | afternoon), rest)
    ):  # fmt: skip
        share[slots] = part * shape[slots] / shape[slots].sum()
    return pd.DataFrame({"start": start, "share": share})


def _is_open(spec: GeneratorSpec, curve: pd.DataFrame, *, hub: bool) -> pd.Series:
    """Tell in which rows an outlet is open."""
    at_weekend = curve["date"].map(dt.date.weekday) >= 5
    opens = at_weekend.map({False: WEEKDAY_HOURS[0], True: WEEKEND_HOURS[0]})
    closes = at_weekend.map({False: WEEKDAY_HOURS[1], True: WEEKEND_HOURS[1]})
    within = (curve["start"] >= opens) & (curve["start"] < closes)
    open_at_weekend = spec.weekend == "all" or (spec.weekend == "hub" and hub)
    return within if open_at_weekend else within & ~at_weekend
