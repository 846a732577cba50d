"""`schedsolver frontier`: what fairness costs, as a table, a picture and a roster for each point.

Exit codes: 0 when done; 1 when there is no roster; 2 for bad input, and nothing is written.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

import schedsolver as ss
from schedsolver.bench.extras import need
from schedsolver.cli.console import plain_console
from schedsolver.cli.progress import showing
from schedsolver.cli.summary import money, of_problem, print_table
from schedsolver.cli.values import made
from schedsolver.errors import CannotWrite
from schedsolver.io.text import write_file, writing

TABLE, PICTURE = "frontier.csv", "frontier.svg"
MONEY = ("cover", "cost", "money", "unfairness", "price")


def frontier(
    path: Annotated[Path, typer.Argument(metavar="PROBLEM", help="Problem folder or .json file, with fair.* rules.")],
    out: Annotated[Path, typer.Option(help="Folder for table, picture and rosters: a new or an empty one.")],
    time: Annotated[float, typer.Option(metavar="SECONDS", help="Time limit of each roster.")] = 60.0,
    factor: Annotated[
        list[float] | None,
        typer.Option(help="How many times the weights of the fairness rules; repeat it, the smallest first."),
    ] = None,
    start: Annotated[
        Path | None, typer.Option(metavar="ROSTER", help="A cheap roster to begin with, where one was found before.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the search.")] = 0,
    deterministic: Annotated[
        bool, typer.Option("--deterministic", help="Same rosters on every run; --time counts units of work.")
    ] = False,
) -> None:
    """Find rosters between the cheapest and the fairest, and the price of fairness in money."""
    # Only here is a solver needed.
    from schedsolver.solve.frontier import FACTORS, STRATEGY
    from schedsolver.solve.frontier import frontier as search

    need("matplotlib", "draw the frontier")
    problem = ss.load(path)
    limits = {"time_seconds": time, "deterministic_work": time if deterministic else None, "strategy": STRATEGY}
    settings = made("--time, --seed", ss.Settings, **limits, seed=seed, deterministic=deterministic)
    given = None if start is None else ss.load_schedule(start)
    with writing(out):
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise CannotWrite(f"{out}: is there already and not empty; choose a new folder")
    console = plain_console()
    console.print(of_problem(problem))
    with showing(console) as on_progress:
        found = search(problem, settings, factor or FACTORS, on_progress, start=given)
    table = found.to_frame()
    for point in found.points:
        ss.save_schedule(point.schedule, out / f"factor-{point.factor:g}")
    write_file(out / TABLE, table.to_csv(index=False, lineterminator="\n"))
    write_file(out / PICTURE, picture(table))
    amounts = {name: table[name].map(money) for name in MONEY}
    shown = pd.DataFrame({"factor": table["factor"].map("{:g}".format)} | amounts)
    print_table(console, "The frontier between money and fairness", shown, 1)
    console.print(f"{TABLE}, {PICTURE} and the roster of each point are in {out}", soft_wrap=True)


def picture(table: pd.DataFrame) -> str:
    """Draw what cover and cost come to against unfairness, with the factor at each point, as SVG.

    Parameters
    ----------
    table
        What :meth:`~schedsolver.solve.frontier.Frontier.to_frame` gives.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    style: Any = {"svg.fonttype": "none", "svg.hashsalt": "frontier", "font.size": 9}
    with mpl.rc_context(style):
        figure = Figure(figsize=(7.2, 3.6), layout="constrained")
        whole, parts = figure.subplots(1, 2)
        ordered = table.sort_values("unfairness")
        unfair = ordered["unfairness"] / 100
        whole.plot(unfair, ordered["price"] / 100, "o-", color="#0072B2")
        for x, y, factor in zip(unfair, ordered["price"] / 100, ordered["factor"], strict=True):
            whole.annotate(f"x {factor:g}", (x, y), textcoords="offset points", xytext=(7, 3))
        whole.set_ylabel("price of fairness: money above the cheapest")
        for name, colour in (("cost", "#D55E00"), ("cover", "#009E73")):
            parts.plot(unfair, (ordered[name] - ordered[name].min()) / 100, "o-", color=colour, label=name)
        parts.set_ylabel("above the least")
        parts.legend(frameon=False)
        for axes in (whole, parts):
            axes.set_xlabel("unfairness, at the weights of the problem")
            axes.margins(0.15)
            axes.grid(alpha=0.3)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()
