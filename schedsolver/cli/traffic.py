"""`schedsolver simulate`, `forecast` and `backtest`: customers, and how a roster serves them.

Exit codes: 0 when done; 2 for bad input, and nothing is written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import schedsolver as ss
from schedsolver.cli.console import plain_console
from schedsolver.cli.summary import of_problem, print_table, share
from schedsolver.cli.values import date_of, made, numbers_of, pairs_of
from schedsolver.domain.base import format_clock
from schedsolver.io.text import write_file

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from schedsolver.simulate import SimulationResult
    from schedsolver.traffic import CalendarEffects, Counts

WORST_SLOTS = 10

Columns = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="NAME=THEIRS", help="What the file calls a column, such as customers=calls."),
]
SlotMinutes = Annotated[int, typer.Option(min=1, help="Length of a slot of the file, or to count customers by.")]
Outlet = Annotated[str | None, typer.Option(help="The outlet of every row, where the file has no such column.")]
Activity = Annotated[str | None, typer.Option(help="The activity of every row, where the file has no such column.")]
Timezone = Annotated[str | None, typer.Option(help="Whose clock is changed in summer, such as Europe/Berlin.")]
Country = Annotated[str, typer.Option(help="Whose public holidays count, such as CN; none when not given.")]
Weekend = Annotated[str, typer.Option(help="Rest days of a week, 0 for Monday.")]
Payday = Annotated[
    list[str] | None, typer.Option(metavar="NAME=DAY", help="A day of the month on which something is paid; repeat it.")
]
Source = Annotated[
    Path, typer.Argument(metavar="FILE", help="CSV: a row a customer (arrival), or a row a slot (start, customers).")
]


def simulate(
    path: Annotated[Path, typer.Argument(metavar="PROBLEM", help="Problem folder or .json file, with traffic.")],
    schedule: Annotated[Path, typer.Argument(metavar="SCHEDULE", help="Roster folder, schedule.json or duties.csv.")],
    replications: Annotated[int, typer.Option(min=2, help="How often the whole roster is simulated.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same customers.")] = 0,
    cv: Annotated[
        list[str] | None,
        typer.Option(metavar="ACTIVITY=CV", help="Standard deviation over mean of service times, not the problem's."),
    ] = None,
    patience: Annotated[
        list[str] | None,
        typer.Option(metavar="ACTIVITY=MINUTES", help="Mean time after which customers give up, not the problem's."),
    ] = None,
    helps: Annotated[
        list[str] | None,
        typer.Option("--helps", metavar="ACTIVITY", help="Activities whose people help each other, in this order."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="CSV file for the figures of every slot.")] = None,
) -> None:
    """Put a roster under random customers: who waits too long, where and when."""
    from schedsolver.simulate import simulate as run
    from schedsolver.traffic import ServiceLaw

    problem = ss.load(path)
    service_minutes = {a.activity_id: a.service_minutes or 0.0 for a in problem.activities}
    laws = {}
    for name, value in numbers_of("--cv", cv).items():
        if not service_minutes.get(name):
            raise typer.BadParameter(f'--cv: the problem has no activity "{name}" with service_minutes')
        laws[name] = made("--cv", ServiceLaw.of, service_minutes[name], value)
    patient = numbers_of("--patience", patience)
    if late := [name for name, minutes in patient.items() if not minutes > 0]:
        raise typer.BadParameter(f"--patience of {late[0]} must be above 0; leave it out for who never gives up")
    result = run(
        problem, ss.load_schedule(schedule), replications, seed,
        service=laws, patience_minutes=patient, help_order=helps or (),
    )  # fmt: skip
    console = plain_console()
    console.print(of_problem(problem))
    _print_simulation(console, result)
    if out is not None:
        write_file(out, result.by_slot.to_csv(index=False))
        console.print(f"The figures of every slot are in {out}", soft_wrap=True)


def forecast(
    source: Source,
    first: Annotated[str, typer.Option("--from", help="First date to forecast, YYYY-MM-DD.")],
    out: Annotated[Path, typer.Option(help="File to write, a traffic.csv of a problem.")],
    days: Annotated[int, typer.Option(min=1, max=732, help="Days to forecast.")] = 7,
    slot_minutes: SlotMinutes = 30,
    column: Columns = None,
    outlet: Outlet = None,
    activity: Activity = None,
    timezone: Timezone = None,
    country: Country = "",
    weekend: Weekend = "5,6",
    payday: Payday = None,
    take: Annotated[str, typer.Option(help="customers (the mean), or the band's low or high, to staff for.")] = (
        "customers"
    ),
    problem: Annotated[
        Path | None, typer.Option(help="Write only what this problem can take, and say what else.")
    ] = None,
    band: Annotated[float, typer.Option(min=0.01, max=0.99, help="Probability that a slot lies in its band.")] = 0.8,
    bands: Annotated[Path | None, typer.Option(help="CSV file for the mean and band of every slot.")] = None,
) -> None:
    """Forecast customers by outlet, activity and slot from records or counts of the past."""
    from schedsolver.traffic import forecast as run

    begin = date_of("--from", first)
    counts = _counts(source, slot_minutes, column, outlet, activity, timezone)
    dates = [begin + dt.timedelta(days=i) for i in range(days)]
    found = run(counts, dates, _effects(country, weekend, payday), band_share=band)
    rows, left = (found.arrivals(column=take), None) if problem is None else found.arrivals_for(ss.load(problem), take)
    console = plain_console()
    console.print(str(counts.report), soft_wrap=True)
    for note, alike in found.notes.groupby("note", sort=False):
        where = (alike["outlet"] + " " + alike["activity"]).tolist()
        told = "everywhere" if len(where) == len(found.profiles) else ", ".join(where)
        console.print(f"{told}: {note}", soft_wrap=True)
    by_day = found.table.pivot_table(index=["outlet", "activity"], columns="date", values="customers", aggfunc="sum")
    by_day.columns = [f"{date:%m-%d}" for date in by_day.columns]
    print_table(console, "Customers expected by day", by_day.round(0).astype(int).reset_index(), words=2)
    lines = [f"{r.outlet_id},{r.activity_id},{r.date},{format_clock(r.start)},{r.customers:g}" for r in rows]
    write_file(out, "\n".join(["outlet,activity,date,start,customers", *lines, ""]))
    console.print(f"{len(rows)} slots are in {out}", soft_wrap=True)
    if left is not None and len(left):
        why = ", ".join(f"{count} {reason}" for reason, count in left["why"].value_counts().items())
        console.print(f"{len(left)} slots were left out: {why}", soft_wrap=True)
    if bands is not None:
        shown = found.table.assign(start=found.table["start"].map(format_clock))
        write_file(bands, shown.to_csv(index=False, date_format="%Y-%m-%d"))
        console.print(f"Means and {band:.0%} bands are in {bands}", soft_wrap=True)


def backtest(
    source: Source,
    weeks: Annotated[int, typer.Option(min=1, help="Whole weeks held back: the last of the file.")] = 8,
    lead_days: Annotated[int, typer.Option(min=1, help="The last day known is so many before a week.")] = 1,
    slot_minutes: SlotMinutes = 30,
    column: Columns = None,
    outlet: Outlet = None,
    activity: Activity = None,
    timezone: Timezone = None,
    country: Country = "",
    weekend: Weekend = "5,6",
    payday: Payday = None,
) -> None:
    """Forecast weeks of the past from what was known before them, against last week's customers."""
    from schedsolver.traffic import backtest as run
    from schedsolver.traffic import forecast, totals

    counts = _counts(source, slot_minutes, column, outlet, activity, timezone)
    effects = _effects(country, weekend, payday)
    end = counts.table["date"].max().date() + dt.timedelta(days=1)
    firsts = [end - dt.timedelta(weeks=i) for i in range(weeks, 0, -1)]
    tested = run(
        counts, {"profile": lambda known, dates: forecast(known, dates, effects).table}, firsts, lead_days=lead_days
    )
    console = plain_console()
    console.print(str(counts.report), soft_wrap=True)
    by_week = tested.pivot_table(index="first_day", columns="method", values="wape").reset_index()
    by_week["first_day"] = by_week["first_day"].astype(str)
    print_table(console, "Weighted absolute percentage error by slot, week by week", _shares(by_week), words=1)
    told = totals(tested).reset_index()
    print_table(console, f"All {weeks} weeks", _shares(told, "wape", "covered"), words=1)


def _print_simulation(console: Console, result: SimulationResult) -> None:
    import pandas as pd

    shown = ["late_share", "late_low", "late_high", "lost_share", "utilisation"]
    kept = ["customers", *shown[:-1], "mean_wait", "mean_queue", "head_hours", "utilisation"]
    whole = result.table().assign(outlet="all", activity="")
    both = pd.concat([result.by_activity, whole], ignore_index=True)[["outlet", "activity", *kept]]
    title = f"{result.replications} replications, seed {result.seed}; late with its 95 % interval, waits in minutes"
    print_table(console, title, _shares(both, *shown), words=2)
    worst = result.by_slot.nlargest(WORST_SLOTS, "late")[["outlet", "activity", "start", *kept[:4], "mean_wait"]]
    worst = worst.assign(start=worst["start"].dt.strftime("%Y-%m-%d %H:%M"))
    print_table(console, "Where most are late", _shares(worst, *shown), words=3)


def _shares(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Show shares in percent and other broken numbers with two digits; all numbers are shares when none is named."""
    shown = table.copy()
    for name in table.select_dtypes("number").columns:
        as_share = name in columns if columns else True
        broken = table[name].dtype.kind == "f"
        shown[name] = [
            "" if value != value else share(value) if as_share else f"{value:,.2f}" if broken else f"{value:,}"
            for value in table[name]
        ]
    return shown


def _counts(
    source: Path, slot_minutes: int, column: Sequence[str] | None, outlet: str | None, activity: str | None,
    timezone: str | None,
) -> Counts:  # fmt: skip
    """Read a file of records, which has arrivals, or one of counts."""
    from schedsolver.traffic import counts_of, read_counts, read_records
    from schedsolver.traffic.reading import header_of

    columns = pairs_of("--column", column)
    given: dict[str, Any] = {"columns": columns, "outlet": outlet, "activity": activity, "timezone": timezone}
    if columns.get("arrival", "arrival") in header_of(source):
        return counts_of(read_records(source, **given), slot_minutes)
    return read_counts(source, slot_minutes, **given)


def _effects(country: str, weekend: str, payday: Sequence[str] | None) -> CalendarEffects:
    from schedsolver.domain import Calendar
    from schedsolver.traffic import CalendarEffects

    paydays: dict[str, tuple[int, ...]] = {}
    for item in payday or ():
        ((name, day),) = numbers_of("--payday", [item]).items()
        paydays[name] = (*paydays.get(name, ()), int(day))
    try:
        rest = tuple(int(day) for day in weekend.split(",") if day.strip())
    except ValueError:
        raise typer.BadParameter(f'--weekend is "{weekend}"; give days such as 5,6') from None
    named = {"country": country} if country else {}
    return CalendarEffects(made("--country, --weekend", Calendar, weekend=rest, **named), paydays=paydays)
