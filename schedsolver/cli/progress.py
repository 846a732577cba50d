"""The course of a search: a live display on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.panel import Panel
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from schedsolver.cli.summary import money, share
from schedsolver.solve.result import ENDING, Progress

SILENCE_SECONDS = 10.0


@contextmanager
def showing(console: Console, most_seconds: float | None = None) -> Iterator[Callable[[Progress], None]]:
    """Give the function that shows progress on a console as long as the search runs.

    Parameters
    ----------
    console
        Where to show it.
    most_seconds
        Time limit of the search, where it has one.
    """
    if not console.is_terminal or console.is_dumb_terminal:
        yield ProgressLines(console)
        return
    panel = ProgressPanel(most_seconds, "dots" if console.encoding.startswith("utf") else "line")
    with Live(panel.spinner, console=console, transient=True) as live:
        yield lambda progress: live.update(panel.of(progress))


class ProgressLines:
    """Prints a line for each better roster and for the first bound, and one at least every ten seconds."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last: Progress | None = None

    def __call__(self, progress: Progress) -> None:
        """Print the state of the search if it is news."""
        last = self._last
        is_news = last is None or not _same(last, progress)
        if last is not None and not is_news and progress.seconds - last.seconds < SILENCE_SECONDS:
            return
        self._last = progress
        now = f", now {progress.doing}" if progress.doing not in ("", progress.phase) and not is_news else ""
        figures = f"cost {_or_none(progress.objective)}  bound {_or_none(progress.bound)}  gap {_gap(progress)}"
        self._console.print(f"{progress.seconds:6.1f} s  {figures}  {progress.phase}{now}", soft_wrap=True)


def _same(one: Progress, other: Progress) -> bool:
    return one.objective == other.objective and (one.bound is None) == (other.bound is None)


class ProgressPanel:
    """Shows the figures, what the search is at, and what it owes the best roster to."""

    def __init__(self, most_seconds: float | None = None, spinner: str = "dots") -> None:
        self.spinner = Spinner(spinner, "building the model")
        self._limit = "" if most_seconds is None else f" of {most_seconds:.0f} s"
        self._best: Progress | None = None

    def of(self, progress: Progress) -> Panel:
        """Draw the state of the search."""
        if progress.objective is not None and (self._best is None or progress.objective < (self._best.objective or 0)):
            self._best = progress
        self.spinner.update(text=progress.doing or progress.phase)
        figures = Table.grid(padding=(0, 3))
        figures.add_row("cost", "bound", "gap", "time", style="dim")
        now = (_or_none(progress.objective), _or_none(progress.bound), _gap(progress))
        figures.add_row(*now, f"{progress.seconds:.0f} s{self._limit}", style="bold")
        rows = Table.grid()
        rows.add_row(figures)
        rows.add_row(self.spinner)
        if self._best is not None:
            rows.add_row(Text(f"best roster so far after {self._best.seconds:.0f} s", style="dim"))
        again = progress.doing == ENDING
        title = "ending; Ctrl-C again leaves at once" if again else "solving; Ctrl-C ends with the best roster so far"
        return Panel(rows, title=title, expand=False)


def _or_none(cents: int | None) -> str:
    return "none yet" if cents is None else money(cents)


def _gap(progress: Progress) -> str:
    return "unknown" if progress.gap is None else share(progress.gap)
