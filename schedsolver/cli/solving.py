"""Solving from the command line: what is shown on the way, how it is ended, and what is written."""

from __future__ import annotations

import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console

import schedsolver as ss
from schedsolver.cli import summary
from schedsolver.cli.console import plain_console
from schedsolver.cli.progress import showing
from schedsolver.cli.roster_folder import refuse_unfit, write_roster
from schedsolver.solve.result import Status, StopReason

# What to allow a search that goes on, by why it ended.
FURTHER = {
    StopReason.TIME: "a longer --time",
    StopReason.WORK: "more --time or --work",
    StopReason.GAP: "a smaller --gap",
    StopReason.TARGET: "a lower --target",
    StopReason.STALLED: "a longer --stall",
}


def solve_into(
    problem: ss.Problem,
    settings: ss.Settings,
    out: Path,
    *,
    start: ss.Schedule | None = None,
    checkpoint: Path | None = None,
    resume: bool = False,
) -> None:
    """Solve a problem, showing how it goes, and write what comes of it into a folder.

    Parameters
    ----------
    problem, settings, start, checkpoint, resume
        As for :func:`schedsolver.solve`; a checkpoint from which there is nothing to go on is taken away.
    out
        The folder.
    """
    refuse_unfit(out)
    console = plain_console()
    console.print(summary.of_problem(problem))
    if resume and checkpoint is not None and not checkpoint.exists():
        console.print(f"There is no {checkpoint} to go on from; this begins anew.", soft_wrap=True)
    limit = None if settings.deterministic else settings.time_seconds
    with _interruptible(checkpoint), _telling_warnings(console), showing(console, limit) as on_progress:
        result = ss.solve(problem, settings, on_progress, start=start, checkpoint=checkpoint, resume=resume)
        on_progress(result.trace[-1])
    write_roster(result, out)
    summary.print_result(console, problem, result)
    summary.print_files(console, out)
    if checkpoint is not None and result.status is Status.OPTIMAL:
        checkpoint.unlink(missing_ok=True)
    elif checkpoint is not None:
        further = f" and {FURTHER[result.stopped_because]}" if result.stopped_because in FURTHER else ""
        console.print(f"To go on with the search, give the same command with --resume{further}.", soft_wrap=True)


@contextmanager
def _interruptible(checkpoint: Path | None) -> Iterator[None]:
    """Take SIGTERM, by which machines end a command, for Ctrl-C; ended at once, say whether anything is kept."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        if checkpoint is not None and checkpoint.exists():
            typer.echo("no roster was written; the same command with --resume goes on from the last state", err=True)
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _telling_warnings(console: Console) -> Iterator[None]:
    """Print warnings in words, without the place in the code they come from."""
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_args, **_more: console.print(f"warning: {message}", soft_wrap=True)
        yield
