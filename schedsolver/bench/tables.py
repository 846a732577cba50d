"""Results as the page and the terminal show them."""

from __future__ import annotations

import math

import pandas as pd
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from schedsolver.bench.findings import of_judgement, of_runs
from schedsolver.bench.judge import Judgement

RANKING = (
    "contestant",
    "right",
    "proved",
    "at target",
    "best on",
    "primal integral",
    "to target",
    "final gap",
    "integral by first",
    "time by first",
)
NEVER = "-"


def share(value: float) -> str:
    """Give a share in percent, with as many digits as it deserves.

    >>> share(0.1234), share(0.00123), share(0.0)
    ('12.3 %', '0.12 %', '0 %')
    """
    if math.isnan(value):
        return NEVER
    percent = 100 * value
    if percent == 0:
        return "0 %"
    return (
        f"{percent:.2f} %" if abs(percent) < 10 else f"{percent:,.1f} %" if abs(percent) < 100 else f"{percent:,.0f} %"
    )


def seconds(value: float) -> str:
    """Give seconds with three digits.

    >>> seconds(0.1234), seconds(75.06), seconds(3600.0)
    ('0.123 s', '75.1 s', '3,600 s')
    """
    if math.isnan(value):
        return NEVER
    return f"{value:,.0f} s" if value >= 100 else f"{value:#.3g} s"


def megabytes(value: float) -> str:
    """Give megabytes.

    >>> megabytes(1234.5)
    '1,234 MB'
    """
    return NEVER if math.isnan(value) else f"{value:,.0f} MB"


def factor(value: float, low: float, high: float) -> str:
    """Give a factor with its interval.

    >>> factor(1.234, 1.1, 1.4)
    '1.23x [1.10, 1.40]'
    """
    return f"{value:.2f}x" + ("" if math.isnan(low) else f" [{low:.2f}, {high:.2f}]")


def ranking_rows(judged: Judgement) -> list[tuple[str, ...]]:
    """Give the ranking as words, a row for each contestant under the headings :data:`RANKING`."""
    instances = judged.frame["instance"].nunique()
    rows = []
    for place, (name, row) in enumerate(judged.ranking.iterrows()):
        counts = [f"{row[column]:.0f}" for column in ("ranked", "proved", "on_target")]
        rows.append(
            (
                str(name),
                *(f"{count}/{row['runs']:.0f}" for count in counts),
                f"{row['best_on']:.0f}/{instances}",
                seconds(row["integral"]),
                seconds(row["time_to_target"]),
                share(row["primal_gap"]),
                factor(row["factor"], row["low"], row["high"]) if place else "1",
                factor(row["time_factor"], row["time_low"], row["time_high"]) if place else "1",
            )
        )
    return rows


def print_report(console: Console, frame: pd.DataFrame, judged: list[Judgement]) -> None:
    """Print what was run, and for each limit the ranking and the findings."""
    for sentence in of_runs(frame):
        console.print(sentence, soft_wrap=True)
    for part in judged:
        title = f"limit {part.limit_seconds:g} s, {part.measure.name}"
        if not part.ranking.empty:
            table = Table(*RANKING, box=SIMPLE, title=title, title_justify="left")
            for column in table.columns[1:]:
                column.justify = "right"
            for row in ranking_rows(part):
                table.add_row(*row)
            console.print(table)
        for sentence in of_judgement(part):
            console.print(sentence, soft_wrap=True)
