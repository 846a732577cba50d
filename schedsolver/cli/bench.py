"""`schedsolver bench`: experiments with solver settings.

Exit codes of `run`: 0 when every cell has ended, however well; 2 for bad input, and nothing was run; 130 when it was
interrupted and the same command goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from schedsolver.bench.extras import need
from schedsolver.cli import bench_report, bench_tune
from schedsolver.cli.bench_progress import duration, line_of, showing_cells
from schedsolver.cli.console import INTERRUPTED, plain_console
from schedsolver.domain.wording import count_of

if TYPE_CHECKING:
    from schedsolver.bench.plan import Cell, Plan
    from schedsolver.bench.record import RunRecord

MOST_PROBLEMS = 10

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def bench() -> None:
    """Find out by measurement which settings are best."""


@app.command()
def run(
    experiment: Annotated[Path, typer.Argument(metavar="EXPERIMENT", help="A .toml or .yaml file.")],
    out: Annotated[Path, typer.Option(help="Folder for the results: a new one, or an earlier run's to go on with.")],
    parallel: Annotated[
        int | None, typer.Option(min=1, help="Most cells at once; as many as there are processors for by itself.")
    ] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Run again what failed or was ended before.")] = False,
) -> None:
    """Run every contestant of an experiment on every instance, with every seed and limit."""
    need("psutil", "run experiments")
    from schedsolver.bench.experiment import load_experiment
    from schedsolver.bench.plan import make_plan
    from schedsolver.bench.run import at_once, run_plan, waiting
    from schedsolver.bench.store import Store

    console = plain_console()
    plan = make_plan(load_experiment(experiment))
    for text in plan.warnings:
        typer.echo(f"warning: {text}", err=True)
    left = waiting(plan, Store(plan, out), retry=retry)
    console.print(_what_will_run(plan, left, at_once(plan.cells, parallel)), soft_wrap=True)
    try:
        with showing_cells(console) as on_progress:
            records = run_plan(plan, out, parallel, on_progress, retry=retry)
    except KeyboardInterrupt:
        console.print(f"Interrupted; finished cells are kept in {out}. The same command goes on.", soft_wrap=True)
        raise typer.Exit(INTERRUPTED) from None
    _print_end(console, records, out)


def _what_will_run(plan: Plan, left: Sequence[Cell], at_a_time: int) -> str:
    experiment = plan.experiment
    counts = (
        count_of(len(plan.problems), "instance"), count_of(len(experiment.contestants), "contestant"),
        count_of(len(experiment.seeds), "seed"), count_of(len(experiment.limits), "limit"),
    )  # fmt: skip
    finished = len(plan.cells) - len(left)
    by_limits = sum(cell.limit_seconds for cell in left) / at_a_time
    at_most = sum(cell.hard_seconds for cell in left) / at_a_time
    return (
        f"{experiment.name}: {' x '.join(counts)} = {count_of(len(plan.cells), 'cell')}"
        f"{f', {finished} of them finished' if finished else ''}, {at_a_time} at a time; "
        f"{duration(by_limits)} by their limits, {duration(at_most)} at most"
    )


def _print_end(console: Console, records: Iterable[RunRecord], out: Path) -> None:
    from schedsolver.bench.record import Outcome

    records = list(records)
    outcomes = Counter(record.outcome.value for record in records)
    told = ", ".join(f"{count} {outcome.replace('_', ' ')}" for outcome, count in outcomes.most_common())
    bad = [record for record in records if record.outcome is not Outcome.OK]
    for record in bad[:MOST_PROBLEMS]:
        console.print(line_of(record), soft_wrap=True)
    if len(bad) > MOST_PROBLEMS:
        console.print(f"... and {len(bad) - MOST_PROBLEMS} more")
    console.print(f"{count_of(len(records), 'cell')}: {told}. Results are in {out}", soft_wrap=True)


app.command()(bench_report.report)
app.command()(bench_report.compare)
app.command()(bench_tune.tune)
