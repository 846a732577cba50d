"""The course of a search: a live display on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.panel import Panel
from rich.spinner import Spinner
from rich.table import Table

from schedsolver.cli.summary import money, share
from schedsolver.solve.result import Progress

SILENCE_SECONDS = 10.0


@contextmanager
def showing(console: Console) -> Iterator[Callable[[Progress], None]]:
    """Give the function that shows progress on a console as long as the search runs."""
    if not console.is_terminal or console.is_dumb_terminal:
        yield ProgressLines(console)
        return
    spinner = Spinner("dots")
    with Live(spinner, console=console, transient=True) as live:
        yield lambda progress: live.update(_panel(progress, spinner))


class ProgressLines:
    """Prints a line for each better roster and for the first bound, and one at least every ten seconds."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last: Progress | None = None

    def __call__(self, progress: Progress) -> None:
        """Print the state of the search if it is news."""
        last = self._last
        if last is not None and _same(last, progress) and progress.seconds - last.seconds < SILENCE_SECONDS:
            return
        self._last = progress
        figures = f"cost {_or_none(progress.objective)}  bound {_or_none(progress.bound)}  gap {_gap(progress)}"
        self._console.print(f"{progress.seconds:6.1f} s  {figures}  {progress.phase}", soft_wrap=True)


def _same(one: Progress, other: Progress) -> bool:
    return one.objective == other.objective and (one.bound is None) == (other.bound is None)


def _panel(progress: Progress, spinner: Spinner) -> Panel:
    spinner.update(text=progress.phase)
    figures = Table.grid(padding=(0, 3))
    figures.add_row("cost", "bound", "gap", "time", style="dim")
    now = (_or_none(progress.objective), _or_none(progress.bound), _gap(progress), f"{progress.seconds:.0f} s")
    figures.add_row(*now, style="bold")
    rows = Table.grid()
    rows.add_row(figures)
    rows.add_row(spinner)
    return Panel(rows, title="solving; Ctrl-C ends with the best roster so far", expand=False)


def _or_none(cents: int | None) -> str:
    return "none yet" if cents is None else money(cents)


def _gap(progress: Progress) -> str:
    return "unknown" if progress.gap is None else share(progress.gap)
