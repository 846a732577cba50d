"""The figures of the benchmark page, as SVG that stands in HTML."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, PercentFormatter

# Told apart by readers with any colour vision (Okabe and Ito 2008), darkest on white first; then again, dashed.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#56B4E9", "#E69F00")
DASHES = ("-", "--", ":", "-.")
WIDTH, HEIGHT = 7.6, 3.5
LEGEND_ROW = 0.21
LARGEST_FACTOR = 100.0
LEAST_GAP = 0.001
# Matplotlib's own font, so that letters are as wide in the browser as they were when the legend was laid out.
STYLE: Any = {"svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9, "axes.titlesize": 9}


def profile_plot(profile: pd.DataFrame) -> str:
    """Draw performance profiles: share of tasks within a factor of the best, factors on a logarithmic axis."""
    figure, axes = _axes(list(map(str, profile.columns)))
    most = min(LARGEST_FACTOR, max(2.0, float(profile.index.max()) * 1.05))
    _steps(axes, profile, most)
    axes.set_xscale("log", base=2)
    axes.set_xlim(1, most)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}x"))
    axes.set_xlabel("factor of the time of the best contestant on the task")
    axes.set_ylabel("share of tasks")
    return _svg(figure, axes, "profile")


def target_plot(shares: pd.DataFrame, limit: float) -> str:
    """Draw time-to-target plots: share of runs that have reached it, seconds on a logarithmic axis."""
    figure, axes = _axes(list(map(str, shares.columns)))
    _steps(axes, shares, limit)
    reached = shares.index[shares.index > 0]
    first = float(reached.min()) if len(reached) else limit / 10
    _seconds(axes, min(first * 0.8, limit / 2), limit)
    axes.set_ylabel("share of runs at the target")
    return _svg(figure, axes, "target")


def gap_plot(gaps: pd.DataFrame, limit: float) -> str:
    """Draw the mean primal gap over time.

    Parameters
    ----------
    gaps
        Index: seconds, from above 0 to the limit. Columns: contestants.
    limit
        Right end of the axis, in seconds.
    """
    figure, axes = _axes(list(map(str, gaps.columns)))
    _steps(axes, gaps, limit)
    _seconds(axes, float(gaps.index.min()), limit)
    values = gaps.to_numpy()
    above = values[values > LEAST_GAP]
    axes.set_yscale("symlog", linthresh=LEAST_GAP)
    axes.set_yticks([0, *(m * 10.0**e for e in (-3, -2, -1) for m in (1, 2, 5)), 1.0])
    axes.set_ylim(0 if (values <= LEAST_GAP).any() else 0.7 * above.min(), 1.15)
    axes.set_ylabel("mean primal gap")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
    return _svg(figure, axes, "gap")


def _axes(contestants: Sequence[str]) -> tuple[Figure, Axes]:
    rows = math.ceil(len(contestants) / _legend_columns(contestants))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, HEIGHT + LEGEND_ROW * rows), layout="constrained")
        axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(visible=True, color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    return figure, axes


def _steps(axes: Axes, shares: pd.DataFrame, end: float) -> None:
    """Draw each column as steps that go on to the end of the axis; the best of the ranking lies on top."""
    moments = shares.index.to_numpy(dtype=float)
    # By name, so that a contestant looks the same wherever it is ranked.
    looks = {name: place for place, name in enumerate(sorted(shares.columns))}
    for place, (name, column) in enumerate(shares.items()):
        values, look = column.to_numpy(dtype=float), looks[str(name)]
        axes.step(
            np.append(moments, max(end, moments[-1])),
            np.append(values, values[-1]),
            where="post",
            label=str(name),
            color=COLOURS[look % len(COLOURS)],
            linestyle=DASHES[look // len(COLOURS) % len(DASHES)],
            linewidth=2.0 if place == 0 else 1.4,
            zorder=3 - place / 100,
        )


def _seconds(axes: Axes, low: float, high: float) -> None:
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_xlabel("seconds since the start of the run")


def _legend_columns(contestants: Sequence[str]) -> int:
    longest = max((len(name) for name in contestants), default=1)
    return max(1, min(len(contestants), int(WIDTH / (0.55 + 0.075 * longest))))


def _svg(figure: Figure, axes: Axes, name: str) -> str:
    names = [str(label) for label in axes.get_legend_handles_labels()[1]]
    with mpl.rc_context(STYLE | {"svg.hashsalt": name}):
        figure.legend(loc="outside lower center", ncols=_legend_columns(names), frameon=False, handlelength=2.6)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]
