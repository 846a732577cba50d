"""Pictures of what-ifs: variants side by side, or a curve over a range."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from schedsolver.bench.extras import need
from schedsolver.errors import CannotWrite
from schedsolver.io.text import writing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = (".svg", ".png", ".pdf")
# Told apart by readers with any colour vision (Okabe and Ito 2008).
HOURS, LATE, OTHER = "#0072B2", "#D55E00", "#009E73"


def refuse_format(path: Path) -> None:
    """Refuse a picture that could not be drawn, before time is spent on what it shows.

    Raises
    ------
    CannotWrite
        If the file name has another ending than ``FORMATS``.
    SchedSolverError
        If matplotlib is not installed.
    """
    if path.suffix.lower() not in FORMATS:
        raise CannotWrite(f"{path}: is no picture this can draw; end its name in {', '.join(FORMATS)}")
    need("matplotlib", "draw pictures")


def bars(table: pd.DataFrame, hours: str, title: str) -> Figure:
    """Draw variants as bars of hours, and the share of late customers beside them.

    Parameters
    ----------
    table
        One row a variant, with ``variant``, the column ``hours``, and where there are customers ``late_share``,
        perhaps with ``late_low`` and ``late_high``.
    hours
        The column to draw.
    title
        What the picture is about.
    """
    with_late = "late_share" in table and bool(table["late_share"].notna().any())
    figure, axes = _panels(title, 2 if with_late else 1, len(table))
    names, places = list(table["variant"]), range(len(table))
    axes[0].barh(places, table[hours], color=HOURS, height=0.6)
    axes[0].set_yticks(places, names)
    axes[0].invert_yaxis()
    axes[0].set_xlabel(hours.replace("_", " "))
    if with_late:
        share = 100 * table["late_share"]
        if "late_low" in table:
            reach = [share - 100 * table["late_low"], 100 * table["late_high"] - share]
            axes[1].errorbar(share, places, xerr=reach, fmt="o", color=LATE, capsize=3)
        else:
            axes[1].plot(share, places, "o", color=LATE)
        axes[1].set_yticks(places, [""] * len(names))
        axes[1].set_ylim(axes[0].get_ylim())
        axes[1].set_xlim(left=0)
        axes[1].set_xlabel("customers late, %")
    return figure


def curve(table: pd.DataFrame, x: str, x_label: str, lines: Sequence[tuple[str, str]], title: str) -> Figure:
    """Draw columns over a share, and the share of late customers below.

    Parameters
    ----------
    table
        One row a point, with ``late_share``.
    x, x_label
        The column of shares along the axis, and what to call it.
    lines
        Columns to draw, each with its name.
    title
        What the picture is about.
    """
    figure, axes = _panels(title, 2, 8)
    along = 100 * table[x]
    for (column, label), colour in zip(lines, (HOURS, OTHER, "#CC79A7", "#000000"), strict=False):
        axes[0].plot(along, table[column], "o-", color=colour, label=label)
    axes[0].set_ylim(bottom=0)
    axes[0].legend(frameon=False)
    axes[1].plot(along, 100 * table["late_share"], "o-", color=LATE, label="all customers")
    axes[1].plot(along, 100 * table["worst_slot_late_share"], "o:", color=LATE, label="worst slot")
    axes[1].set_ylim(bottom=0)
    axes[1].set_ylabel("customers late, %")
    axes[1].legend(frameon=False)
    for own in axes:
        own.set_xlabel(x_label)
    return figure


def save(figure: Figure, path: Path) -> None:
    """Write a picture in the format its name ends in; the same picture gives the same file.

    Raises
    ------
    CannotWrite
        If it cannot be written.
    """
    import matplotlib as mpl

    refuse_format(path)
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with mpl.rc_context({"svg.hashsalt": path.stem, "svg.fonttype": "none"}):
            kept = {} if path.suffix.lower() == ".png" else {"Date" if path.suffix == ".svg" else "CreationDate": None}
            figure.savefig(path, metadata=kept)


def _panels(title: str, count: int, rows: int) -> tuple[Figure, list[Axes]]:
    need("matplotlib", "draw pictures")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.6 * count, 1.4 + 0.35 * max(rows, 4)), layout="constrained")
    axes = [figure.add_subplot(1, count, i + 1) for i in range(count)]
    for own in axes:
        own.spines[["top", "right"]].set_visible(False)
        own.grid(visible=True, color="#dddddd", linewidth=0.6)
        own.set_axisbelow(True)
    figure.suptitle(title, fontsize=10)
    return figure, axes
