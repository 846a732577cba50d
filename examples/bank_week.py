"""Roster one week of a 1+5 cluster from a file of customers by half-hour.

    python examples/bank_week.py arrivals.csv --date-column date --start-column start --count-column calls

The file has one row a slot, or several that are added up: a date (YYYY-MM-DD), the time the slot
begins (HH:MM) and a number of customers; other columns are let be. A week of it, scaled so that the
hub gets about 200 counter customers on an average working day of the file, is split over the outlets
by size and over counter and foreign exchange by their usual shares; customers at smart devices come
on top. Staff, permissions and leave are generated from the seed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
from pydantic import ValidationError

import schedsolver as ss
from schedsolver.domain import Problem
from schedsolver.domain.base import format_clock, parse_clock, parse_date
from schedsolver.domain.horizon import monday_of
from schedsolver.domain.wording import faults_of_error
from schedsolver.errors import InvalidProblem
from schedsolver.io import save_schedule
from schedsolver.io.generator import GeneratorSpec, customers_per_day, generate
from schedsolver.io.generator.cluster import WEEKDAY_HOURS
from schedsolver.io.sheets import Sheet, read_sheet


def main(
    traffic: Annotated[Path, typer.Argument(help="CSV file with customers by slot")],
    date_column: str = "date",
    start_column: str = "start",
    count_column: str = "customers",
    week: Annotated[str | None, typer.Option(help="Monday to roster; a week of median traffic when not given")] = None,
    scale: Annotated[float, typer.Option(help="multiplies the customers of the cluster", min=0.01, max=10)] = 1.0,
    slot_minutes: int = 30,
    seed: int = 1,
    time: Annotated[float, typer.Option(help="seconds to solve", min=1)] = 90.0,
    out: Annotated[Path | None, typer.Option(help="folder to write the roster to")] = None,
) -> None:
    """Roster one week of a 1+5 cluster from a file of customers by slot."""
    try:
        arrivals = read_arrivals(traffic, date_column, start_column, count_column)
        monday = typical_week(arrivals) if week is None else parse_date(week)
        spec = GeneratorSpec(start=monday, slot_minutes=slot_minutes, seed=seed, noise=0)
        problem = week_problem(arrivals, spec, scale)
    except ValidationError as error:
        raise typer.BadParameter("; ".join(str(fault) for fault in faults_of_error(error))) from None
    except InvalidProblem as error:
        raise typer.BadParameter(str(error)) from None
    except ValueError as error:
        raise typer.BadParameter(f"{traffic.name}: {error}") from None

    print(f"{problem.name}; customers of the week of {monday}")
    result = ss.solve(problem, ss.Settings(time_seconds=time, gap=0.01, seed=seed), on_progress=progress_printer())
    print(report(problem, result))
    if out is not None:
        save_schedule(result.schedule, out)
        print(f"duties.csv, activities.csv and schedule.json are in {out}")


def read_arrivals(path: Path, date_column: str, start_column: str, count_column: str) -> pd.DataFrame:
    """Read customers by slot, whatever the columns are called.

    Returns
    -------
    Columns ``date``, ``start`` (minutes after midnight) and ``customers``, in order of time.

    Raises
    ------
    InvalidProblem
        If the file cannot be read as a table.
    ValueError
        If a column is missing or a value cannot be read, with its row.
    """
    sheet = read_sheet(path)
    readers: dict[str, tuple[str, Callable[[str], Any]]] = {
        "date": (date_column, parse_date),
        "start": (start_column, parse_clock),
        "customers": (count_column, _read_decimal_comma if sheet.decimal_comma else _read_count),
    }
    for name, _ in readers.values():
        if name not in sheet.table.columns:
            raise ValueError(f'there is no column "{name}"; the columns are {", ".join(sheet.table.columns)}')
    if not sheet.table.rows:
        raise ValueError("there are no rows below the header")
    columns = {field: _read_column(sheet, name, read) for field, (name, read) in readers.items()}
    return pd.DataFrame(columns).groupby(["date", "start"])["customers"].sum().reset_index()


def typical_week(arrivals: pd.DataFrame) -> dt.date:
    """Give the Monday of the week with the median number of customers, among weeks with all seven days.

    Raises
    ------
    ValueError
        If no week is complete.
    """
    days = arrivals.groupby("date")["customers"].sum().reset_index()
    weeks = days.groupby(days["date"].map(monday_of))["customers"].agg(["sum", "size"])
    complete = weeks[weeks["size"] == 7].sort_values("sum", kind="stable")
    if complete.empty:
        raise ValueError("no week from Monday to Sunday is complete; choose one with --week")
    median: dt.date = complete.index[(len(complete) - 1) // 2]
    return median


def week_problem(arrivals: pd.DataFrame, spec: GeneratorSpec, scale: float = 1.0) -> Problem:
    """Make the problem of the week that begins on ``spec.start``, with the file's customers.

    Parameters
    ----------
    arrivals
        As :func:`read_arrivals` gives them.
    spec
        The cluster; seven days from a Monday.
    scale
        1 gives the cluster its usual number of customers on an average working day of the file.

    Raises
    ------
    ValueError
        If the week is not in the file, does not begin on a Monday, or has nobody in opening hours.
    """
    if spec.start != monday_of(spec.start):
        raise ValueError(f"{spec.start} is not a Monday; that week begins on {monday_of(spec.start)}")
    within = arrivals["date"].isin(spec.dates)
    if not within.any():
        first, last = arrivals["date"].min(), arrivals["date"].max()
        raise ValueError(f"the week of {spec.start} is not in the file, which goes from {first} to {last}")
    week = arrivals[within]
    factor = scale * customers_per_day(spec) / _average_working_day(arrivals)
    traffic = _on_grid(week, _slot_minutes_of(arrivals), spec.slot_minutes)
    return generate(spec, traffic.assign(customers=traffic["customers"] * factor))


def progress_printer() -> Callable[[ss.Progress], None]:
    """Give a function that prints what changes in the course of a search."""
    last = ""

    def show(progress: ss.Progress) -> None:
        nonlocal last
        roster = "no roster yet" if progress.objective is None else f"{progress.objective} cents"
        line = roster if progress.gap is None else f"{roster}, gap {progress.gap:.2%}"
        if line != last:
            print(f"{progress.seconds:5.0f} s  {line}", flush=True)
            last = line

    return show


def report(problem: Problem, result: ss.Result) -> str:
    """Say in a few lines how good a roster is."""
    figures = ss.kpis(problem, result.schedule)
    return "\n".join(
        (
            f"cover      {figures['cover_share']:.1%} of {figures['needed_hours']:.0f} hours of heads needed",
            f"paid       {figures['paid_hours']:.0f} hours of {figures['contract_hours']:.0f} contracted",
            f"objective  {result.objective} cents, bound {result.bound}, gap {result.gap:.2%}",
            f"time       {result.wall_seconds:.0f} s",
        )
    )


def _average_working_day(arrivals: pd.DataFrame) -> float:
    """Give the mean number of customers in opening hours over Mondays to Fridays that have any."""
    opens, closes = WEEKDAY_HOURS
    working_day = arrivals["date"].map(dt.date.weekday) < 5
    open_now = arrivals[working_day & (arrivals["start"] >= opens) & (arrivals["start"] < closes)]
    days = open_now.groupby("date")["customers"].sum()
    if not (days > 0).any():
        raise ValueError(f"nobody comes from Monday to Friday, {format_clock(opens)}-{format_clock(closes)}")
    return float(days[days > 0].mean())


def _slot_minutes_of(arrivals: pd.DataFrame) -> int | None:
    """Give the length of the file's slots; ``None`` when all begin at the same time of day."""
    starts = np.unique(arrivals["start"])
    return int(np.gcd.reduce(np.diff(starts))) if len(starts) > 1 else None


def _on_grid(week: pd.DataFrame, source: int | None, target: int) -> pd.DataFrame:
    """Spread or add up customers from slots of one length to slots of another."""
    if source is None or source == target:
        return week
    if target % source == 0:
        floored = week.assign(start=week["start"] // target * target)
        return floored.groupby(["date", "start"])["customers"].sum().reset_index()
    if source % target:
        raise ValueError(f"its slots of {source} minutes neither divide nor are divided by {target} minutes")
    parts = source // target
    spread = week.loc[week.index.repeat(parts)].reset_index(drop=True)
    offset = np.tile(np.arange(parts) * target, len(week))
    return spread.assign(start=spread["start"] + offset, customers=spread["customers"] / parts)


def _read_column(sheet: Sheet, name: str, read: Callable[[str], Any]) -> list[Any]:
    """Read each distinct text once; name the first row that cannot be read."""
    known: dict[str, Any] = {}
    values = []
    for number, row in zip(sheet.row_numbers, sheet.table.rows, strict=True):
        text = row.get(name, "")
        if text not in known:
            try:
                known[text] = read(text)
            except ValueError as error:
                raise ValueError(f'row {number}, column "{name}": {error}') from None
        values.append(known[text])
    return values


def _read_decimal_comma(text: str) -> float:
    return _read_count(text.replace(",", "."))


def _read_count(text: str) -> float:
    try:
        count = float(text)
    except ValueError:
        raise ValueError(f'"{text}" is not a number of customers') from None
    if not 0 <= count < float("inf"):
        raise ValueError(f"{text} customers; the number must be at least 0")
    return count


if __name__ == "__main__":
    typer.run(main)
