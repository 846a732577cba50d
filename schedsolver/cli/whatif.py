"""`schedsolver whatif`: the same problem with something changed, as a table and a picture.

Exit codes: 0 when done; 1 if a variant has no roster; 2 for bad input, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import schedsolver as ss
from schedsolver.cli.console import plain_console
from schedsolver.cli.progress import showing
from schedsolver.cli.summary import money, of_problem, print_table, share
from schedsolver.cli.values import made
from schedsolver.domain.base import parse_clock
from schedsolver.domain.wording import count_of
from schedsolver.io.text import write_file

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from schedsolver.solve.result import Progress
    from schedsolver.whatif.compare import Comparison

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

# At most so many people are tried by themselves.
MOST_CANDIDATES = 3
CENTS = ("cost_cents", "bound_cents", "wage_cents")

ProblemPath = Annotated[Path, typer.Argument(metavar="PROBLEM", help="Problem folder or .json file.")]
Seconds = Annotated[float, typer.Option("--time", metavar="SECONDS", help="Time limit of each roster.")]
Workers = Annotated[int | None, typer.Option(help="Threads; all processors when not given.")]
Replications = Annotated[int, typer.Option(min=2, help="How often customers are simulated.")]
Seed = Annotated[int, typer.Option(min=0, help="Of the search and the customers.")]
Plot = Annotated[Path | None, typer.Option(help="Picture to draw: .svg, .png or .pdf.")]
Out = Annotated[Path | None, typer.Option(help="CSV file for the table.")]
Counter = Annotated[str, typer.Option(help="Activity that customers leave.")]
Audit = Annotated[str, typer.Option(help="Activity that audits what they do at the devices.")]


@app.callback()
def whatif() -> None:
    """What if the cluster, its posts, people, hours, promises or channels were others."""


@app.command()
def pool(
    path: ProblemPath, time: Seconds = 60.0, replications: Replications = 500, seed: Seed = 0, workers: Workers = None,
    plot: Plot = None, out: Out = None,
) -> None:  # fmt: skip
    """The 1+N pool against everybody at home only, and at home only but as well served: rostered, simulated."""
    from schedsolver.whatif import pool_against_home

    problem = _loaded(path, plot)

    def run(settings: ss.Settings, told: Callable[[str, Progress], None]) -> Comparison:
        return pool_against_home(problem, settings, replications, seed, told)

    _compare(run, problem, time, seed, workers, plot, out, "People at home only, or shared by all outlets")


@app.command()
def certify(
    path: ProblemPath, skill: Annotated[str, typer.Argument(help="The skill.")],
    employee: Annotated[
        list[str] | None, typer.Option(help=f"Who; repeat it. By default the first {MOST_CANDIDATES} without it.")
    ] = None,
    time: Seconds = 60.0, replications: Replications = 500, seed: Seed = 0, workers: Workers = None,
    plot: Plot = None, out: Out = None,
) -> None:  # fmt: skip
    """One person more certified for a skill: each rostered and simulated against today."""
    from schedsolver.whatif import compare
    from schedsolver.whatif.variants import certified, without_skill

    problem = _loaded(path, plot)
    names = employee or list(without_skill(problem, skill)[:MOST_CANDIDATES])
    variants = {"today": problem} | {f"{name} with {skill}": certified(problem, name, skill) for name in names}

    def run(settings: ss.Settings, told: Callable[[str, Progress], None]) -> Comparison:
        return compare(variants, settings, replications, seed, told)

    _compare(run, problem, time, seed, workers, plot, out, f"One person more with {skill}")


@app.command()
def join(
    path: ProblemPath,
    first: Annotated[str, typer.Argument(help="An outlet.")],
    second: Annotated[str, typer.Argument(help="Its neighbour.")],
    replications: Replications = 500, seed: Seed = 0, plot: Plot = None, out: Out = None,
) -> None:  # fmt: skip
    """Two neighbouring outlets run as one: head-hours saved."""
    from schedsolver.whatif import joined

    problem = _loaded(path, plot)
    variants = {"apart": problem, f"{first} and {second} as one": joined(problem, first, second)}
    _needs(variants, replications, seed, plot, out, f"{first} and {second} run as one")


@app.command()
def posts(
    path: ProblemPath,
    merge: Annotated[
        list[str],
        typer.Option(
            metavar='"NAME=A+B ..."', help="Groups of activities that become one each; repeat it for a further step."
        ),
    ],
    replications: Replications = 500, seed: Seed = 0, plot: Plot = None, out: Out = None,
) -> None:  # fmt: skip
    """Posts merged into broader ones, step by step: heads needed."""
    from schedsolver.whatif import merged_posts

    problem = _loaded(path, plot)
    variants = {_posts(problem): problem}
    for step in merge:
        problem = merged_posts(problem, _groups(step))
        variants[f"{_posts(problem)}: {step}"] = problem
    _needs(variants, replications, seed, plot, out, "Posts merged into broader ones")


@app.command()
def hours(
    path: ProblemPath,
    outlet: Annotated[str, typer.Argument(help="The outlet.")],
    start: Annotated[str, typer.Option("--from", help="When it opens, HH:MM.")],
    end: Annotated[str, typer.Option("--to", help="When it closes, HH:MM.")],
    weekday: Annotated[list[int] | None, typer.Option(min=0, max=6, help="0 Monday to 6 Sunday; repeat it.")] = None,
    replications: Replications = 500, seed: Seed = 0, plot: Plot = None, out: Out = None,
) -> None:  # fmt: skip
    """Opening hours moved: customers come at the nearest open time, and need other heads."""
    from schedsolver.whatif.variants import opened, said

    problem = _loaded(path, plot)
    days = weekday or list(range(7))
    opens, closes = _clock("--from", start), _clock("--to", end)
    variants = {"today": problem, f"{outlet} {said(days, opens, closes)}": made("--from, --to", opened, problem, outlet,
                                                                              opens, closes, days)}  # fmt: skip
    _needs(variants, replications, seed, plot, out, f"Opening hours of {outlet} moved")


@app.command()
def service(
    path: ProblemPath,
    late: Annotated[list[float] | None, typer.Option(help="Share that may be late; repeat it.")] = None,
    activity: Annotated[list[str] | None, typer.Option(help="What is promised; all when not given.")] = None,
    replications: Replications = 500, seed: Seed = 0, plot: Plot = None, out: Out = None,
) -> None:  # fmt: skip
    """Level of service against cost: what stricter and laxer promises need."""
    from schedsolver.whatif import service_curve
    from schedsolver.whatif.curves import LATE_SHARES

    problem = _loaded(path, plot)
    shares = _in_range("--late", late or LATE_SHARES, with_nothing=False)
    table = service_curve(problem, shares, activity or (), replications=replications, seed=seed)
    lines = [("head_hours", "head-hours")]
    _show(problem, table.drop(columns="variant"), "Level of service against cost", out)
    _draw(plot, lambda: _curve(table, "promised", "customers who may be late, %", lines, "Service against cost"))


@app.command()
def channels(
    path: ProblemPath,
    moved: Annotated[list[float] | None, typer.Option(help="Share of counter customers that moves; repeat it.")] = None,
    counter: Counter = "counter",
    audit: Audit = "audit",
    audits: Annotated[float, typer.Option(min=0, help="Audits for each customer who moves.")] = 1.0,
    minutes: Annotated[
        float | None, typer.Option(help="Minutes that those who move take at the counter; as all others if not given.")
    ] = None,
    replications: Replications = 500, seed: Seed = 0, plot: Plot = None, out: Out = None,
) -> None:  # fmt: skip
    """Counter business that moves to smart devices: counter heads saved, audits needed."""
    from schedsolver.whatif import channel_curve
    from schedsolver.whatif.curves import MOVED_SHARES

    problem = _loaded(path, plot)
    shares = _in_range("--moved", moved or MOVED_SHARES, with_nothing=True)
    table = channel_curve(
        problem, shares, counter, audit, audits_per_customer=audits, moved_minutes=minutes,
        replications=replications, seed=seed,
    )  # fmt: skip
    lines = [("head_hours", "all"), ("counter_hours", counter), ("audit_hours", audit)]
    _show(problem, table.drop(columns="variant"), f"Customers of {counter} who move to smart devices", out)
    _draw(plot, lambda: _curve(table, "moved", f"customers of {counter} who moved, %", lines, "Channel migration"))


def _loaded(path: Path, plot: Path | None) -> ss.Problem:
    if plot is not None:
        from schedsolver.whatif.plots import refuse_format

        refuse_format(plot)
    return ss.load(path)


def _needs(
    variants: Mapping[str, ss.Problem], replications: int, seed: int, plot: Path | None, out: Path | None, title: str
) -> None:
    from schedsolver.whatif import needs

    table = needs(variants, replications, seed)
    _show(next(iter(variants.values())), table, f"{title}: what is needed", out)
    _draw(plot, lambda: _bars(table, "head_hours", title))


def _compare(
    run: Callable[[ss.Settings, Callable[[str, Progress], None]], Comparison], problem: ss.Problem, time: float,
    seed: int, workers: int | None, plot: Path | None, out: Path | None, title: str,
) -> None:  # fmt: skip
    settings = made("--time, --workers", ss.Settings, time_seconds=time, workers=workers, seed=seed)
    console = plain_console()
    with showing(console) as on_progress:
        last = ""

        def told(name: str, progress: Progress) -> None:
            nonlocal last
            if name != last:
                console.print(name)
                last = name
            on_progress(progress)

        found = run(settings, told)
    _show(problem, found.table, title, out)
    _draw(plot, lambda: _bars(found.table, "paid_hours", title))


def _show(problem: ss.Problem, table: pd.DataFrame, title: str, out: Path | None) -> None:
    console = plain_console()
    console.print(of_problem(problem))
    words = sum(column in ("variant", "promised", "moved") for column in table.columns)
    shown = table.apply(lambda column: column.map(_teller(str(column.name))))
    print_table(console, title, shown.rename(columns=lambda name: str(name).removesuffix("_cents")), words)
    if out is not None:
        write_file(out, table.to_csv(index=False))
        console.print(f"The table is in {out}", soft_wrap=True)


def _teller(column: str) -> Callable[[object], str]:
    """Give how the values of a column are told."""
    if column in CENTS:
        return lambda value: money(int(value))  # type: ignore[call-overload]
    if column.endswith(("_share", "_low", "_high")) or column in ("gap", "promised", "moved"):
        return lambda value: "" if value != value else share(float(value))  # type: ignore[arg-type]
    return lambda value: f"{value:,.1f}" if isinstance(value, float) else str(value)


def _bars(table: pd.DataFrame, hours: str, title: str) -> Figure:
    from schedsolver.whatif.plots import bars

    return bars(table, hours, title)


def _curve(table: pd.DataFrame, x: str, x_label: str, lines: list[tuple[str, str]], title: str) -> Figure:
    from schedsolver.whatif.plots import curve

    return curve(table, x, x_label, lines, title)


def _draw(plot: Path | None, figure: Callable[[], Figure]) -> None:
    if plot is not None:
        from schedsolver.whatif.plots import save

        save(figure(), plot)
        plain_console().print(f"The picture is {plot}", soft_wrap=True)


def _posts(problem: ss.Problem) -> str:
    return count_of(sum(not a.deferrable for a in problem.activities), "post")


def _groups(step: str) -> dict[str, list[str]]:
    groups = {}
    for group in step.split():
        name, equals, parts = group.partition("=")
        members = [part for part in parts.split("+") if part]
        if not (name and equals and len(members) > 1):
            raise typer.BadParameter(f'--merge "{group}" is not of the form NAME=A+B, of two activities or more')
        groups[name] = members
    return groups


def _clock(option: str, text: str) -> int:
    try:
        return int(parse_clock(text))
    except ValueError as error:
        raise typer.BadParameter(f"{option}: {error}") from None


def _in_range(option: str, shares: Iterable[float], *, with_nothing: bool) -> list[float]:
    found = sorted(shares)
    for value in found:
        if not (0 <= value <= 1) or (value == 0 and not with_nothing):
            raise typer.BadParameter(f"{option} is {value:g}; give a share such as 0.03, of all customers 1")
    return found
