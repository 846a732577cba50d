"""The results of an experiment as one HTML file that needs nothing else."""

from __future__ import annotations

import datetime as dt
import json
import os
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from schedsolver.bench import findings, tables
from schedsolver.bench.curves import primal_gaps
from schedsolver.bench.extras import need
from schedsolver.bench.judge import Judgement, judge
from schedsolver.bench.measures import ONE_PERCENT, tidy
from schedsolver.bench.record import Outcome, RunRecord
from schedsolver.bench.store import HEADER, load_records
from schedsolver.errors import SchedSolverError
from schedsolver.io.text import write_file

PAGE = "index.html"
GRID_POINTS = 160
LONGEST_EXPERIMENT = 20_000


def write_page(out: Path, target: float = ONE_PERCENT) -> Path:
    """Judge the runs of a folder and write ``index.html`` beside them.

    Parameters
    ----------
    out
        Folder of an experiment's results.
    target
        Share of the best cost by which a cost may exceed it to be on target.

    Returns
    -------
    The file.

    Raises
    ------
    SchedSolverError
        If there are no results, or matplotlib or jinja2 is not installed.
    CannotWrite
        If the file cannot be written.
    """
    records = load_records(out)
    experiment = json.loads((out / HEADER).read_text(encoding="utf-8"))["experiment"]
    text = render(records, experiment["name"], target=target, experiment=experiment, folder=str(out))
    write_file(out / PAGE, text)
    return out / PAGE


def render(
    records: Sequence[RunRecord],
    title: str,
    *,
    target: float = ONE_PERCENT,
    experiment: dict[str, Any] | None = None,
    folder: str = "OUT",
) -> str:
    """Give the page as text.

    Parameters
    ----------
    records
        Runs of one experiment.
    title
        Its name.
    target
        As in :func:`write_page`.
    experiment
        What was asked for, to be shown so that it can be run again.
    folder
        Where the results are, for the command that makes them again.

    Raises
    ------
    SchedSolverError
        If there are no runs, or matplotlib or jinja2 is not installed.
    """
    if not records:
        raise SchedSolverError("there are no finished runs to report; run the experiment first")
    need("jinja2", "write the page")
    need("matplotlib", "draw the figures of the page")
    import jinja2

    frame = tidy(records, target)
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("schedsolver.bench"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {"share": tables.share, "seconds": tables.seconds, "cost": _cost}
    return environment.get_template("page.html").render(
        title=title,
        date=dt.date.today().isoformat(),
        machines=sorted(frame["machine"].unique()),
        versions=sorted(frame["versions"].unique()),
        commands=[
            f"schedsolver bench run {shlex.quote(title + '.yaml')} --out {shlex.quote(folder)}",
            _report_command(folder, target),
        ],
        experiment=_told(experiment),
        runs=findings.of_runs(frame),
        parts=[_part(judged, frame, records) for judged in judge(frame)],
        outcomes=_outcomes(frame),
        failures=findings.failures(frame),
        not_expressed=findings.not_expressed(frame),
        resources=_resources(frame),
        target=target,
    )


def _part(judged: Judgement, frame: pd.DataFrame, records: Sequence[RunRecord]) -> dict[str, Any]:
    """Gather what the page shows of a limit."""
    from schedsolver.bench import plots

    all_runs = frame[frame["limit_seconds"] == judged.limit_seconds]
    names = [str(n) for n in judged.ranking.index] or sorted(map(str, all_runs["settings"].unique()))
    part: dict[str, Any] = {
        "limit": f"{judged.limit_seconds:g} s",
        "name": f"{judged.limit_seconds:g}".replace(".", "-"),
        "findings": findings.of_judgement(judged),
        "contestants": names,
        "instances": findings.by_instance(all_runs, names),
        "best": all_runs.groupby("instance")[["best_of_experiment", "best_known"]].first().astype(object).T.to_dict(),
        "ranking": [],
    }
    if not judged.ranking.empty:
        gaps = _mean_gaps(judged, [r for r in records if r.limit_seconds == judged.limit_seconds])
        part |= {
            "headings": tables.RANKING,
            "ranking": tables.ranking_rows(judged),
            "measure": judged.measure.name,
            "profile": plots.profile_plot(judged.profile),
            "to_target": plots.target_plot(judged.to_target, judged.limit_seconds),
            "gaps": plots.gap_plot(gaps, judged.limit_seconds),
            "portfolios": judged.portfolios,
            "virtual_best": judged.virtual_best,
        }
    return part


def _mean_gaps(judged: Judgement, records: Sequence[RunRecord]) -> pd.DataFrame:
    """Give the primal gap over time, mean over the runs judged of each contestant."""
    cells = judged.frame.set_index(["instance", "settings", "seed"])["best_of_experiment"]
    mine = [r for r in records if (r.instance, r.contestant, r.seed) in cells.index]
    curves = {(r.instance, r.contestant, r.seed): primal_gaps(r, _best(r, cells)) for r in mine}
    firsts = [curve.seconds[0] for curve in curves.values() if len(curve.seconds) and curve.seconds[0] > 0]
    limit = judged.limit_seconds
    low = min([limit / 10, *firsts]) if firsts else limit / 100
    grid = np.geomspace(max(low, limit / 1e4) * 0.8, limit, GRID_POINTS)
    rows = {key: curve.at(grid, 1.0) for key, curve in curves.items()}
    means = {n: np.mean([row for key, row in rows.items() if key[1] == n], axis=0) for n in judged.ranking.index}
    return pd.DataFrame(means, index=pd.Index(grid, name="seconds"))


def _best(record: RunRecord, cells: pd.Series) -> float:
    best = cells.loc[(record.instance, record.contestant, record.seed)]
    return 0.0 if pd.isna(best) else float(best)


def _outcomes(frame: pd.DataFrame) -> pd.DataFrame:
    """Count the runs by contestant (row) and outcome (column)."""
    counts = pd.crosstab(frame["settings"], frame["outcome"])
    return counts[[outcome.value for outcome in Outcome if outcome.value in counts]]


def _resources(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    """Give for each contestant the medians of what it took, as words."""
    columns = ["build_seconds", "seconds", "cpu_seconds", "peak_mb"]
    medians = frame.groupby("settings")[columns].median()
    return [
        (str(name), *(tables.seconds(row[c]) for c in columns[:3]), tables.megabytes(row["peak_mb"]))
        for name, row in medians.iterrows()
    ]


def _told(experiment: dict[str, Any] | None) -> str:
    """Give the experiment as YAML; nothing where it is too long to be read, as with problems made in Python."""
    text = yaml.safe_dump(_given(experiment), sort_keys=False, allow_unicode=True) if experiment else ""
    return text if len(text) < LONGEST_EXPERIMENT else ""


def _given(value: Any) -> Any:
    """Leave out what was left open, and tell files as they lie from here: others have them elsewhere."""
    if isinstance(value, dict):
        return {key: _given(item) for key, item in value.items() if item not in (None, [], {})}
    if isinstance(value, list):
        return [_given(item) for item in value]
    return os.path.relpath(value) if isinstance(value, str) and Path(value).is_absolute() else value


def _report_command(folder: str, target: float) -> str:
    return f"schedsolver bench report {shlex.quote(folder)}" + (f" --target {target:g}" * (target != ONE_PERCENT))


def _cost(value: Any) -> str:
    return "" if value is None or pd.isna(value) else f"{float(value):,.0f}"
