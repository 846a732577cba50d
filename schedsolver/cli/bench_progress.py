"""What `schedsolver bench` shows while it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table

from schedsolver.cli.summary import money

if TYPE_CHECKING:
    from schedsolver.bench.record import RunRecord
    from schedsolver.bench.run import RunProgress


@contextmanager
def showing_cells(console: Console) -> Iterator[Callable[[RunProgress], None]]:
    """Give what shows progress: a live display on a terminal, a line for each finished cell elsewhere."""
    if not console.is_terminal or console.is_dumb_terminal:
        yield lambda progress: _print_finished(console, progress)
        return
    with Live(console=console, transient=True, refresh_per_second=4) as live:

        def show(progress: RunProgress) -> None:
            _print_finished(console, progress)
            live.update(_panel(progress))

        yield show


def _print_finished(console: Console, progress: RunProgress) -> None:
    for record in progress.finished:
        left = f"{progress.done} of {progress.total}, {duration(progress.left_seconds)} left"
        console.print(f"{line_of(record)}  ({left})", soft_wrap=True)


def line_of(record: RunRecord) -> str:
    """Give one run in a line."""
    cost = "no roster" if record.objective is None else f"cost {money(record.objective)}"
    ended = record.outcome.value.replace("_", " ")
    words = f": {record.message.splitlines()[0]}" if record.message else ""
    return f"{record.key}  {ended}  {cost}  {record.seconds:.1f} s{words}"


def _panel(progress: RunProgress) -> Panel:
    rows = Table.grid(padding=(0, 2))
    for key, seconds in progress.running:
        rows.add_row(key, f"{seconds:.0f} s")
    words = f"{progress.done} of {progress.total} cells, {duration(progress.left_seconds)} left"
    bar = ProgressBar(total=progress.total, completed=progress.done, width=60)
    return Panel(Group(words, bar, rows), title="running; Ctrl-C keeps what is finished", expand=False)


def duration(seconds: float) -> str:
    """Give a time as people say it.

    >>> duration(42), duration(150), duration(9000)
    ('42 s', '2 min 30 s', '2 h 30 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
