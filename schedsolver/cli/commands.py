"""What the command `schedsolver` can do, and its exit codes.

0: a checked roster. 1: no roster, or the check failed. 2: bad input, and nothing was written. 130: ended at once by
Ctrl-C.
"""

from __future__ import annotations

import signal
import sys
from decimal import Decimal
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

import schedsolver as ss
from schedsolver.cli import appraise, bench, frontier, solving, summary, traffic, whatif
from schedsolver.cli.console import INTERRUPTED, leave_at_once, plain_console
from schedsolver.cli.roster_folder import CHECKPOINT_FILE
from schedsolver.domain.base import Model
from schedsolver.domain.wording import faults_of_error
from schedsolver.errors import (
    CannotWrite,
    CheckFailed,
    InfeasibleProblem,
    InvalidProblem,
    NoSolutionFound,
    Place,
    SchedSolverError,
)
from schedsolver.io.formats import load_curtois, load_inrc2
from schedsolver.io.header import is_problem_folder

EXAMPLE = "one_plus_n"
PUBLIC_FORMATS = {"curtois": load_curtois, "inrc2": load_inrc2}
FORMATS = ("auto", "json", "csv", *PUBLIC_FORMATS)
NO_ROSTER = (InfeasibleProblem, NoSolutionFound, CheckFailed)
# Close enough for the demo to end early on most machines; far finer than the customers of a week can be forecast.
DEMO_GAP = 0.0075
OPTIONS = {
    "time_seconds": "--time", "deterministic_work": "--work", "stall_seconds": "--stall", "target_cents": "--target",
}  # fmt: skip

AnyModel = TypeVar("AnyModel", bound=Model)


class _Commands(TyperGroup):
    """Ends with the exit code, and the words, of what the library raised on purpose."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except SchedSolverError as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(1 if isinstance(error, NO_ROSTER) else 2) from None
        except KeyboardInterrupt:
            # Another Ctrl-C must not cut the word short.
            before = signal.signal(signal.SIGINT, signal.SIG_IGN)
            typer.echo("interrupted", err=True)
            signal.signal(signal.SIGINT, before)
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(
    name="schedsolver",
    help="Schedule cross-qualified staff across a hub and its satellites to the customer peaks.",
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


app.add_typer(bench.app, name="bench")
app.command()(appraise.appraise)
app.add_typer(whatif.app, name="whatif")
app.command()(traffic.simulate)
app.command()(traffic.forecast)
app.command()(traffic.backtest)
app.command()(frontier.frontier)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal cannot show must not cost the user the roster.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app(prog_name="schedsolver")
    except SystemExit as end:
        if end.code == INTERRUPTED:
            leave_at_once()
        raise


def _format_hint(text: str) -> str:
    if text not in FORMATS:
        raise typer.BadParameter(f'"{text}" is not supported; the formats are {", ".join(FORMATS)}')
    return text


def _cents(text: str) -> int:
    """Read money as it is shown, with or without commas."""
    try:
        return round(100 * Decimal(text.replace(",", "")))
    except (ArithmeticError, ValueError):
        raise typer.BadParameter(f'"{text}" is not an amount of money; write it as 12345.67') from None


ProblemPath = Annotated[
    Path, typer.Argument(metavar="PROBLEM", help="Problem folder, .json file, or instance of a public format.")
]
Format = Annotated[
    str, typer.Option("--format", parser=_format_hint, metavar="|".join(FORMATS), help="What PROBLEM is.")
]
Cents = Annotated[
    int | None,
    typer.Option("--target", parser=_cents, metavar="COST", help="Stop at a roster of this cost, in money as shown."),
]
Seconds = Annotated[float, typer.Option("--time", metavar="SECONDS", help="Time limit of the search.")]


@app.command()
def demo(
    time: Seconds = 75.0,
    out: Annotated[Path, typer.Option(help="Folder for the roster.")] = Path("out/demo"),
) -> None:
    """Solve the example that comes with the library: a hub and five satellites, 36 people, one week."""
    solving.solve_into(ss.load(_example()), _valid(ss.Settings, time_seconds=time, gap=DEMO_GAP), out)


@app.command()
def generate(
    out: Annotated[Path, typer.Option(help="Folder for the problem.")],
    outlets: Annotated[int, typer.Option(help="The hub and its satellites.")] = 6,
    staff: Annotated[int, typer.Option(help="Number of employees.")] = 36,
    days: Annotated[int, typer.Option(help="Days planned.")] = 7,
    slot_minutes: Annotated[int, typer.Option(help="Length of a slot; divides 30.")] = 30,
    seed: Annotated[int, typer.Option(help="Same seed and numbers, same problem.")] = 1,
    everything: Annotated[
        bool, typer.Option("--everything", help="Add work that can wait, and every rule on who does what when.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the problem that --out holds.")] = False,
) -> None:
    """Make a problem of a hub and satellites with two daily peaks."""
    if not force and is_problem_folder(out):
        raise CannotWrite(f"{out}: holds a problem, which would be lost; choose a new folder, or add --force")
    sizes = {"outlets": outlets, "staff": staff, "days": days, "slot_minutes": slot_minutes}
    content = "everything" if everything else "basic"
    problem = ss.generate(_valid(ss.GeneratorSpec, **sizes, seed=seed, content=content))
    ss.save(problem, out)
    console = plain_console()
    console.print(summary.of_problem(problem))
    console.print(f"The problem is in {out}", soft_wrap=True)


@app.command()
def solve(
    path: ProblemPath,
    out: Annotated[Path, typer.Option(help="Folder for the roster: a new one, or one of an earlier roster.")],
    format_hint: Format = "auto",
    time: Seconds = 60.0,
    workers: Annotated[int | None, typer.Option(help="Threads; all processors when not given.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the search.")] = 0,
    gap: Annotated[float, typer.Option(help="Stop within this share of the optimum.")] = 0.001,
    target: Cents = None,
    stall: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="Stop when no better roster was found for so long.")
    ] = None,
    work: Annotated[
        float | None, typer.Option(metavar="UNITS", help="Stop after so much deterministic time, roughly seconds.")
    ] = None,
    deterministic: Annotated[
        bool, typer.Option("--deterministic", help="Same roster on every run; --time counts units of work.")
    ] = False,
    start: Annotated[
        Path | None,
        typer.Option(metavar="SCHEDULE", help="Begin with an earlier roster; what breaks today's rules is repaired."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the search that --out keeps; --time and --work count both.")
    ] = False,
) -> None:
    """Solve a problem and write the roster with its proof.

    The first Ctrl-C, or SIGTERM, ends the search with the best roster so far; the second ends the command at once.
    """
    settings = _valid(
        ss.Settings, time_seconds=time, gap=gap, workers=workers, seed=seed, deterministic=deterministic,
        deterministic_work=time if deterministic and work is None else work, stall_seconds=stall,
        target_cents=target,
    )  # fmt: skip
    problem = _load(path, format_hint)
    given = None if start is None else ss.load_schedule(start)
    solving.solve_into(problem, settings, out, start=given, checkpoint=out / CHECKPOINT_FILE, resume=resume)


@app.command()
def check(
    path: ProblemPath,
    schedule: Annotated[Path, typer.Argument(metavar="SCHEDULE", help="Roster folder, schedule.json or duties.csv.")],
    format_hint: Format = "auto",
) -> None:
    """Judge a roster by every rule of its problem, without a solver; exit 1 if it breaks one."""
    report = ss.check(_load(path, format_hint), ss.load_schedule(schedule))
    summary.print_check(plain_console(), report)
    if not report.ok:
        raise typer.Exit(1)


def _load(path: Path, format_hint: str) -> ss.Problem:
    if format_hint in PUBLIC_FORMATS:
        return PUBLIC_FORMATS[format_hint](path)
    if format_hint == "json" and path.is_dir():
        raise InvalidProblem([f"{path}: is a folder, but --format json wants a .json file"])
    if format_hint == "csv" and path.is_file():
        raise InvalidProblem([f"{path}: is a file, but --format csv wants a folder"])
    return ss.load(path)


def _example() -> Path:
    """Find the example: a wheel carries a copy inside the package (see pyproject.toml), a clone has it beside it."""
    package = Path(__file__).parents[1]
    inside = package / "examples" / EXAMPLE
    return inside if inside.is_dir() else package.parent / "examples" / EXAMPLE


def _valid(kind: type[AnyModel], **fields: Any) -> AnyModel:
    """Make settings from options; what is wrong with them is told by the option's name."""
    try:
        return kind(**fields)
    except ValidationError as error:
        told = dict.fromkeys(fault.told(_option_of) for fault in faults_of_error(error))
        raise typer.BadParameter("; ".join(told)) from None


def _option_of(place: Place) -> str:
    return OPTIONS.get(place.table, f"--{place.table.replace('_', '-')}") if place.table else ""
