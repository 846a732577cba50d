"""`schedsolver bench report` and `schedsolver bench compare`: what an experiment says.

Exit codes: `compare` ends with 1 if something was lost; both end with 2 on bad input.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from schedsolver.bench.extras import need
from schedsolver.cli.console import plain_console

Results = Annotated[Path, typer.Argument(metavar="OUT", help="Folder of an experiment's results.")]
Target = Annotated[float, typer.Option(help="Share above the best cost at which a run is on target.")]
Tolerance = Annotated[float, typer.Option(help="Share by which costs, bounds and times may be worse.")]
Deterministic = Annotated[
    bool, typer.Option("--deterministic", help="Runs are reproducible: hold each cell's cost and bound against itself.")
]


def report(out: Results, target: Target = 0.01) -> None:
    """Judge the runs of an experiment: results.parquet, results.csv, index.html, and a table here."""
    need("psutil", "read results")
    from schedsolver.bench.judge import judge
    from schedsolver.bench.measures import tidy, write_results
    from schedsolver.bench.page import write_page
    from schedsolver.bench.store import load_records
    from schedsolver.bench.tables import print_report

    frame = tidy(load_records(out), target)
    page = write_page(out, target)
    files = [*write_results(frame, out), page]
    console = plain_console()
    print_report(console, frame, judge(frame))
    console.print(f"Written: {', '.join(map(str, files))}", soft_wrap=True)


def compare(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="Folder of the results to hold against.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Folder of the new results.")],
    tolerance: Tolerance = 0.0,
    deterministic: Deterministic = False,
) -> None:
    """Hold new results against old ones; exit 1 if something became worse by more than chance or tolerance."""
    need("psutil", "read results")
    from schedsolver.bench import compare as results

    found = results.compare(old, new, tolerance=tolerance, deterministic=deterministic)
    console = plain_console()
    for heading, sentences in (("Lost:", found.losses), ("Else:", found.notes)):
        if sentences:
            console.print(heading)
        for sentence in sentences:
            console.print(f"  {sentence}", soft_wrap=True)
    console.print("Nothing was lost." if found.ok else f"{len(found.losses)} found worse.")
    if not found.ok:
        raise typer.Exit(1)
