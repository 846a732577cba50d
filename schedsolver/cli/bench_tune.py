"""`schedsolver bench tune`: find settings for the presets by measurement.

Exit codes: 0 when done; 2 on bad input; 130 when interrupted, and the same command goes on.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Annotated

import typer

from schedsolver.bench.extras import need
from schedsolver.cli.bench_progress import showing_cells
from schedsolver.cli.console import INTERRUPTED, plain_console

RESULT = "tuning.json"


def tune(
    tuning: Annotated[Path, typer.Argument(metavar="TUNING", help="A .toml or .yaml file.")],
    out: Annotated[Path, typer.Option(help="Folder for the runs: a new one, or an earlier tuning's to go on with.")],
    parallel: Annotated[
        int | None, typer.Option(min=1, help="Most runs at once; as many as there are processors for by itself.")
    ] = None,
    presets: Annotated[
        Path | None, typer.Option(help="Write the presets found, beside those shipped, to this file.")
    ] = None,
) -> None:
    """Search for better settings on training instances, and judge them on others."""
    for module in ("psutil", "tomli_w"):
        need(module, "tune settings")
    import tomli_w

    from schedsolver.bench.tune import tune as find
    from schedsolver.bench.tuning import load_tuning
    from schedsolver.io.text import write_file
    from schedsolver.solve.presets import tables_with

    console = plain_console()
    wanted = load_tuning(tuning)
    console.print(f"{wanted.name}: {len(wanted.points())} candidates, rungs of {wanted.rungs()} for each goal")
    try:
        with showing_cells(console) as on_progress:
            found = find(wanted, out, parallel, on_progress)
    except KeyboardInterrupt:
        console.print(f"Interrupted; finished runs are kept in {out}. The same command goes on.", soft_wrap=True)
        raise typer.Exit(INTERRUPTED) from None
    write_file(out / RESULT, json.dumps(found.to_dict(), indent=1))
    for name, verdict in (*found.verdicts.items(), *found.by_shape.items()):
        console.print(f"{name}: {verdict.sentence}", soft_wrap=True)
    if presets is not None:
        header = f"# Written by `schedsolver bench tune` from {tuning.name} on {dt.date.today()}.\n\n"
        write_file(presets, header + tomli_w.dumps(tables_with(found.presets())))
        console.print(f"Presets are in {presets}", soft_wrap=True)
