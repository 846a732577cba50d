"""Progress as lines and as a live display."""

from io import StringIO

from rich.console import Console

from schedsolver.cli.progress import ProgressPanel, showing
from schedsolver.solve.result import Progress


def shown(*moments: Progress, terminal: bool) -> str:
    console = Console(file=StringIO(), force_terminal=terminal, width=100)
    with showing(console) as on_progress:
        for moment in moments:
            on_progress(moment)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_a_line_for_each_improvement_and_one_at_least_every_ten_seconds() -> None:
    moments = [
        Progress(0.1, None, None, "first roster"),
        Progress(0.2, None, None, "first roster"),
        Progress(1.0, 20_000, None, "first roster"),
        Progress(1.1, 20_000, 12_000, "linear relaxation"),
        Progress(1.2, 20_000, 12_500, "cuts"),
        Progress(2.0, 15_000, 12_500, "dive"),
        Progress(11.9, 15_000, 12_500, "dive"),
        Progress(12.0, 15_000, 12_600, "dive"),
        Progress(21.0, 15_000, 12_600, "dive"),
        Progress(22.0, 15_000, 12_600, "dive", doing="polish"),
        Progress(32.0, 15_000, 12_600, "polish", doing="polish"),
        Progress(33.0, 14_000, 12_600, "polish", doing="neighbourhood of days"),
    ]
    assert shown(*moments, terminal=False).splitlines() == [
        "   0.1 s  cost none yet  bound none yet  gap unknown  first roster",
        "   1.0 s  cost 200.00  bound none yet  gap unknown  first roster",
        "   1.1 s  cost 200.00  bound 120.00  gap 40.00%  linear relaxation",
        "   2.0 s  cost 150.00  bound 125.00  gap 16.67%  dive",
        "  12.0 s  cost 150.00  bound 126.00  gap 16.00%  dive",
        "  22.0 s  cost 150.00  bound 126.00  gap 16.00%  dive, now polish",
        "  32.0 s  cost 150.00  bound 126.00  gap 16.00%  polish",
        "  33.0 s  cost 140.00  bound 126.00  gap 10.00%  polish",
    ]


def test_a_terminal_shows_cost_bound_gap_time_and_what_the_search_is_at() -> None:
    screen = shown(Progress(61.4, 1_234_500, 1_200_000, "dive", doing="polish"), terminal=True)
    for figure in ("12,345.00", "12,000.00", "2.79%", "61 s", "polish", "best roster so far after 61 s", "solving"):
        assert figure in screen
    assert "dive" not in screen


def test_a_terminal_tells_the_limit_and_since_when_there_was_nothing_better() -> None:
    panel = ProgressPanel(most_seconds=300)
    moments = [Progress(3.0, 900, None, "first"), Progress(5.0, 800, None, "dive"), Progress(40.0, 800, 700, "dive")]
    for moment in moments:
        drawn = panel.of(moment)
    screen = Console(file=StringIO(), width=80)
    screen.print(drawn)
    assert isinstance(screen.file, StringIO)
    assert "40 s of 300 s" in screen.file.getvalue()
    assert "best roster so far after 5 s" in screen.file.getvalue()


def test_a_terminal_tells_that_the_search_is_ending() -> None:
    screen = shown(Progress(6.0, 900, None, "dive", doing="ending"), terminal=True)
    assert "ending; Ctrl-C again leaves at once" in screen
