"""A result in words and tables."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from schedsolver.cli.roster_folder import FILES
from schedsolver.domain.wording import count_of
from schedsolver.rules import CheckReport, check
from schedsolver.scoring import kpis, shortages
from schedsolver.solve.result import Result, Status

if TYPE_CHECKING:
    import pandas as pd

    from schedsolver.domain import Problem, Schedule
    from schedsolver.solve.start import Start

MOST_SHORTAGES = 12
MOST_VIOLATIONS = 50
SHIFT_COVER = "cover.shifts"


def money(cents: int) -> str:
    """Give cents in units of money.

    >>> money(-1234567)
    '-12,345.67'
    """
    units, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{units:,}.{rest:02d}"


def share(value: float) -> str:
    """Give a share in percent."""
    return f"{value:.2%}"


def of_problem(problem: Problem) -> str:
    """Say in a line what is to be solved."""
    horizon = problem.horizon
    size = f"{len(problem.outlets)} outlets, {len(problem.staff)} employees, {horizon.days} days from {horizon.start}"
    return f"{problem.name or 'Problem'}: {size}, {horizon.slot_minutes}-minute slots"


def print_result(console: Console, problem: Problem, result: Result) -> None:
    """Print what was found, how good it is, what it costs and what it lacks."""
    figures = kpis(problem, result.schedule)
    table = Table.grid(padding=(0, 2))
    table.add_row("status", f"{result.status} ({result.stopped_because})")
    table.add_row("cost", money(result.objective))
    table.add_row("bound", f"{money(result.bound)}, below which there is no roster")
    table.add_row("gap", share(result.gap))
    table.add_row("time", f"{result.wall_seconds:.1f} s, first roster after {result.first_solution_seconds:.1f} s")
    if figures["needed_hours"]:
        table.add_row("cover", f"{share(figures['cover_share'])} of {figures['needed_hours']:,.1f} hours needed")
    paid = f"{figures['paid_hours']:,.1f} hours paid, {figures['contract_hours']:,.1f} contracted"
    table.add_row("duties", f"{figures['duties']:.0f} of {figures['people_on_duty']:.0f} employees; {paid}")
    console.print(table)
    if result.start is not None:
        _print_start(console, result.start, result.schedule)
    if not result.schedule.duty_list and result.status is Status.FEASIBLE:
        console.print("Nobody is on duty yet: the time was enough for a first, idle roster only. Give it more.")
    _print_cost(console, result.cost_by_rule)
    _print_shortages(console, problem, result.schedule)


def _print_start(console: Console, start: Start, schedule: Schedule) -> None:
    broken = len(start.report.violations)
    what = f"{count_of(broken, 'violation')} of today's rules" if broken else "it keeps today's rules"
    kept = f"{start.kept_in(schedule):,} of its {start.duties:,} duties are as they were"
    console.print(f"The roster to begin with: {what}; {kept}.", soft_wrap=True)
    for sentence in start.dropped:
        console.print(f"  dropped {sentence}", soft_wrap=True)
    for finding in start.report.violations[:MOST_SHORTAGES]:
        console.print(f"  {finding.rule}: {finding.message}", soft_wrap=True)
    if broken > MOST_SHORTAGES:
        console.print(f"  ... and {broken - MOST_SHORTAGES} more")


def print_check(console: Console, report: CheckReport) -> None:
    """Print the violations and the cost of a roster."""
    count = len(report.violations)
    console.print("no violations" if not count else f"{count} violation{'s' * (count > 1)}")
    for finding in report.violations[:MOST_VIOLATIONS]:
        console.print(f"  {finding.rule}: {finding.message}", soft_wrap=True)
    if count > MOST_VIOLATIONS:
        console.print(f"  ... and {count - MOST_VIOLATIONS} more")
    _print_cost(console, report.cost_by_rule)


def print_table(console: Console, title: str, frame: pd.DataFrame, words: int) -> None:
    """Print a frame whose cells are texts or numbers; its first so many columns are words."""
    names = [str(name).replace("_", " ") for name in frame.columns]
    table = _table(title, names[:words], names[words:])
    for row in frame.itertuples(index=False, name=None):
        table.add_row(*map(str, row))
    console.print(table)


def print_files(console: Console, folder: Path) -> None:
    """Say where the files are."""
    console.print(f"The roster is in {folder}: {', '.join(FILES)}", soft_wrap=True)


def _print_cost(console: Console, cost_by_rule: dict[str, int]) -> None:
    table = _table("Cost by rule", ("rule",), ("cost",))
    dearest = sorted(cost_by_rule.items(), key=lambda item: (-abs(item[1]), item[0]))
    for rule, cents in dearest:
        if cents:
            table.add_row(rule, money(cents))
    table.add_section()
    table.add_row("total", money(sum(cost_by_rule.values())))
    console.print(table)


def _print_shortages(console: Console, problem: Problem, schedule: Schedule) -> None:
    missing = shortages(problem, schedule)
    duties = [f for f in check(problem, schedule).penalties if f.rule == SHIFT_COVER]
    if not len(missing) and not duties:
        console.print("No heads are missing anywhere.")
    if len(missing):
        hours = ((missing["end"] - missing["start"]).dt.total_seconds() / 3600 * missing["missing"]).sum()
        title = f"Missing: {hours:,.1f} head-hours, priced at {money(int(missing['cents'].sum()))}"
        table = _table(title, ("outlet", "activity", "date", "time"), ("heads", "missing", "cost"))
        for row in missing.nlargest(MOST_SHORTAGES, "cents").sort_index().to_dict("records"):
            when = (f"{row['start']:%Y-%m-%d}", f"{row['start']:%H:%M}-{row['end']:%H:%M}")
            heads = (f"{row['given']:g} of {row['needed']}", f"{row['missing']:g}")
            table.add_row(row["outlet"], row["activity"], *when, *heads, money(row["cents"]))
        _print_dearest(console, table, len(missing))
    if duties:
        table = _table("Duties missing or beyond what is wanted", ("where",), ("cost",))
        for finding in sorted(duties, key=lambda f: -f.cents)[:MOST_SHORTAGES]:
            table.add_row(finding.message, money(finding.cents))
        _print_dearest(console, table, len(duties))


def _print_dearest(console: Console, table: Table, count: int) -> None:
    if count > MOST_SHORTAGES:
        table.caption = f"the {MOST_SHORTAGES} dearest of {count}"
    console.print(table)


def _table(title: str, words: Iterable[str], figures: Iterable[str]) -> Table:
    table = Table(title=title, title_justify="left", caption_justify="left", box=SIMPLE)
    for name in words:
        table.add_column(name, overflow="fold")
    for name in figures:
        table.add_column(name, justify="right", no_wrap=True)
    return table
