"""One page of plots of an appraisal; matplotlib is imported with this module only."""

from __future__ import annotations

import io
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

from schedsolver.scoring.appraise import Appraisal
from schedsolver.scoring.nine_grid import LEVELS
from schedsolver.scoring.stars import STARS
from schedsolver.scoring.tables import CLUSTER, EMPLOYEE, OUTLET

# Told apart by readers with any colour vision (Okabe and Ito 2008).
BLUE, ORANGE, GREEN, PINK, BLACK, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#bbbbbb"
KIND_COLOURS = (BLUE, GREEN, PINK, ORANGE)
STAR_COLOURS = ("#a6611a", "#dfc27d", "#e5e5e5", "#80cdc1", "#018571")
# Cells 1 to 9: the weaker corner, the diagonal, the better corner.
CELL_COLOURS = ("#f4c7ab", "#f9e3d3", "#eeeeee", "#f9e3d3", "#eeeeee", "#d5e8f2", "#eeeeee", "#d5e8f2", "#a9d0e6")
A4_LANDSCAPE = (11.69, 8.27)
MOST_NAMES, MOST_BARS, MOST_LABELS, MOST_LETTERS = 6, 10, 24, 19
STYLE: Any = {"font.size": 7.5, "axes.titlesize": 9, "axes.titleweight": "bold", "axes.titlelocation": "left"}


def appraisal_page(appraisal: Appraisal, title: str, certifications: pd.DataFrame | None = None) -> Figure:
    """Draw coverage against targets, the nine-grid, stars, performance, grades and whom to certify next.

    Parameters
    ----------
    appraisal
        What :func:`~schedsolver.scoring.appraise.appraise` gives.
    title
        Heading of the page.
    certifications
        What :func:`~schedsolver.solve.certify.certification_values` gives; kinds of manager are drawn without it.

    Returns
    -------
    A figure of the size of a sheet of A4.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=A4_LANDSCAPE, layout="constrained")
        figure.suptitle(title, fontsize=12, x=0.01, ha="left", fontweight="bold")
        panels = figure.subplots(2, 3)
        _coverage(panels[0, 0], appraisal.indicators)
        _grid(panels[0, 1], appraisal.grid)
        _stars(panels[0, 2], appraisal.indicators)
        _performance(panels[1, 0], appraisal.people)
        _grades(panels[1, 1], appraisal.indicators)
        if certifications is None or certifications.empty:
            _shares(panels[1, 2], "Kinds of manager", _of_cluster(appraisal.indicators, "kinds"), GREEN)
        else:
            _certifications(panels[1, 2], certifications)
    return figure


def as_svg(figure: Figure) -> str:
    """Give a figure as the text of an SVG file, the same for the same figure."""
    # Letters stay letters, so that the browser finds those that matplotlib's own font lacks.
    with mpl.rc_context({"svg.hashsalt": "schedsolver", "svg.fonttype": "none", "font.family": "sans-serif"}):
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def _coverage(axes: Axes, indicators: pd.DataFrame) -> None:
    """Draw the cluster as bars, outlets as dots and targets as marks."""
    own = indicators[indicators["group"] == "coverage"]
    names = list(dict.fromkeys(own["indicator"]))[::-1]
    place = {name: i for i, name in enumerate(names)}
    cluster, outlets = own[own[OUTLET] == CLUSTER], own[own[OUTLET] != CLUSTER]
    at = cluster["indicator"].map(place)
    axes.barh(at, cluster["value"], color=BLUE, height=0.55, alpha=0.85, label="cluster")
    axes.plot(outlets["value"], outlets["indicator"].map(place), ".", color=BLACK, markersize=4, label="an outlet")
    axes.plot(cluster["target"], at, "|", color=ORANGE, markersize=16, markeredgewidth=2.5, label="target")
    axes.set_yticks(range(len(names)), [_words(name) for name in names])
    axes.set_xlim(0, 1.04)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.06), ncols=3, frameon=False)
    _plain(axes, "Coverage of posts")


def _grid(axes: Axes, placed: pd.DataFrame) -> None:
    """Draw nine cells with the people in them, each with what is weakest."""
    for cell in range(1, 10):
        row, column = divmod(cell - 1, 3)
        axes.add_patch(mpl.patches.Rectangle((column, row), 1, 1, facecolor=CELL_COLOURS[cell - 1], edgecolor="white"))
        own = placed[placed["cell"] == cell].sort_values(["vertical", "horizontal"], ascending=False)
        names = [
            _cut(f"{who} ({_words(weak)})" if weak else str(who))
            for who, weak in zip(own[EMPLOYEE], own["weakest"], strict=True)
        ]
        more = [f"and {len(names) - MOST_NAMES + 1} more"] if len(names) > MOST_NAMES else []
        shown = names[: MOST_NAMES - 1] + more if more else names
        axes.text(column + 0.04, row + 0.95, str(len(names)), va="top", fontweight="bold")
        axes.text(column + 0.04, row + 0.80, "\n".join(shown), va="top", fontsize=5.4)
    axes.set_xlim(0, 3)
    axes.set_ylim(0, 3)
    axes.set_xticks([0.5, 1.5, 2.5], LEVELS)
    axes.set_yticks([0.5, 1.5, 2.5], LEVELS, rotation=90, va="center")
    axes.tick_params(length=0)
    axes.set_xlabel("what they know, and how safely they work")
    axes.set_ylabel("what they achieve")
    axes.set_title("Nine-grid, with the weakest component")
    axes.spines[:].set_visible(False)


def _stars(axes: Axes, indicators: pd.DataFrame) -> None:
    own = indicators[indicators["group"] == "stars"].pivot_table("value", index=OUTLET, columns="indicator")
    outlets = [outlet for outlet in dict.fromkeys(indicators[OUTLET]) if outlet in own.index and outlet != CLUSTER]
    own = own.loc[[CLUSTER, *outlets[::-1]]]
    left = pd.Series(0.0, index=own.index)
    for star, colour in zip(STARS, STAR_COLOURS, strict=True):
        axes.barh(range(len(own)), own[f"star{star}"], left=left, color=colour, height=0.65, label=f"{star}")
        left += own[f"star{star}"]
    axes.set_yticks(range(len(own)), [str(name) for name in own.index])
    for place, mean in enumerate(own["mean_stars"]):
        axes.text(1.02, place, f"{mean:.1f}", va="center")
    axes.set_xlim(0, 1.12)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1.0])
    axes.legend(title="stars", loc="upper center", bbox_to_anchor=(0.5, -0.06), ncols=5, frameon=False)
    _plain(axes, "Stars, and their mean")


def _performance(axes: Axes, people: pd.DataFrame) -> None:
    if "performance" not in people or people["performance"].isna().all():
        _nothing(axes, "Performance contract", "no contract was given")
        return
    own = people.dropna(subset=["performance"]).sort_values("performance", ascending=False, kind="stable")
    kinds = list(dict.fromkeys(own["kind"]))
    for kind, colour in zip(kinds, KIND_COLOURS * len(kinds), strict=False):
        at = [place for place, other in enumerate(own["kind"]) if other == kind]
        axes.bar(at, own["performance"].iloc[at], color=colour, width=0.75, label=str(kind))
    axes.axhline(1.0, color=BLACK, linewidth=0.8, linestyle="--")
    if len(own) <= MOST_LABELS:
        axes.set_xticks(range(len(own)), [str(name) for name in own[EMPLOYEE]], rotation=90)
    else:
        axes.set_xticks([])
        axes.set_xlabel(f"{len(own)} people, from the best")
    axes.legend(loc="upper right", ncols=2, frameon=False)
    axes.set_ylim(0, max(1.0, float(own["performance"].max())) * 1.2)
    _plain(axes, "Performance contract: score")


def _grades(axes: Axes, indicators: pd.DataFrame) -> None:
    shares = _of_cluster(indicators, "grades")
    if shares.empty:
        _nothing(axes, "Grades", "no ladder of grades was given")
        return
    _shares(axes, "Grades, and what the review says", shares, BLUE)


def _certifications(axes: Axes, values: pd.DataFrame) -> None:
    known = values.dropna(subset=["relaxed_cents"]).head(MOST_BARS)[::-1]
    axes.barh(range(len(known)), known["relaxed_cents"] / 100, color=ORANGE, height=0.6)
    names = [f"{who}: {skill} {level}" for who, skill, level in known[[EMPLOYEE, "skill", "level"]].to_numpy()]
    axes.set_yticks(range(len(known)), names)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set_xlabel("saved in the period, in units of money")
    _plain(axes, "Whom to certify next")


def _shares(axes: Axes, title: str, shares: pd.Series, colour: str) -> None:
    shown = shares[::-1]
    axes.barh(range(len(shown)), shown, color=colour, height=0.6, alpha=0.85)
    for place, value in enumerate(shown):
        axes.text(value + 0.01, place, f"{value:.0%}", va="center")
    axes.set_yticks(range(len(shown)), [_words(str(name)) for name in shown.index])
    axes.set_xlim(0, 1.12)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1.0])
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    _plain(axes, title)


def _of_cluster(indicators: pd.DataFrame, group: str) -> pd.Series:
    own = indicators[(indicators["group"] == group) & (indicators[OUTLET] == CLUSTER)]
    return own.set_index("indicator")["value"]


def _nothing(axes: Axes, title: str, words: str) -> None:
    axes.text(0.5, 0.5, words, ha="center", va="center", color=GREY, transform=axes.transAxes)
    axes.set_xticks([])
    axes.set_yticks([])
    _plain(axes, title)


def _plain(axes: Axes, title: str) -> None:
    axes.set_title(title)
    axes.spines[["top", "right"]].set_visible(False)


def _cut(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "…"


def _words(name: str) -> str:
    return name.replace("_", " ")
