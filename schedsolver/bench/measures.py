"""One row of figures for each run of an experiment.

Definitions
-----------
``best_of_experiment`` is the lowest cost of any ranked run of the instance, or the published one if that is lower. A
run *is within 1 %* from the first moment at which its cost exceeds that best by at most 1 % of it; where the best is
0, only a cost of 0 is. A run that is not ranked has no objective and no times here, and the integrals and the primal
gap of a run that never found a roster, so that no mean over runs rewards a failure.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from schedsolver.bench.curves import Curve, incumbents, is_ranked, primal_gaps, proof_gaps
from schedsolver.bench.extras import need
from schedsolver.bench.record import RunRecord
from schedsolver.errors import CannotWrite, SchedSolverError
from schedsolver.solve.result import relative_gap

ONE_PERCENT = 0.01
SEPARATOR = " | "
COSTS = ("objective", "bound", "best_known", "best_of_experiment")
COLUMNS = (
    *("instance", "settings", "seed", "limit_seconds", "workers", "outcome", "message", "not_expressed", "ranked"),
    *("objective", "bound", "gap", "bound_disproved", "best_known", "gap_to_best_known"),
    *("best_of_experiment", "gap_to_best", "primal_gap"),
    *("time_to_first", "time_to_1_percent", "target", "time_to_target", "time_to_1_percent_gap"),
    *("primal_integral", "primal_integral_share", "primal_dual_integral", "primal_dual_integral_share"),
    *("build_seconds", "solver_seconds", "seconds", "cpu_seconds", "peak_mb", "deterministic_time"),
    *("machine", "versions"),
)


def tidy(records: Sequence[RunRecord], target: float = ONE_PERCENT) -> pd.DataFrame:
    """Give one row for each run.

    Parameters
    ----------
    records
        Runs of one experiment; the best cost of an instance is taken over all of them.
    target
        Share of the best cost by which ``time_to_target`` allows a cost to exceed it.

    Returns
    -------
    Columns, one row per run in the order given:

    ``instance, settings, seed, limit_seconds, workers``
        The cell; ``settings`` names the contestant.
    ``outcome, message, not_expressed, ranked``
        How it ended, why, what a peer could not say of the instance, and whether the run takes part in rankings.
    ``objective, bound, gap, bound_disproved``
        Cost, proved bound and ``(objective - bound) / objective``. A bound above a checked roster of any run of the
        instance is false: it is marked, and neither gap nor integral uses it.
    ``best_known, gap_to_best_known, best_of_experiment, gap_to_best, primal_gap``
        Shares of the best by which the cost exceeds it (a best of 0 counts as 1), and the primal gap in ``[0, 1]``.
    ``time_to_first, time_to_1_percent, target, time_to_target, time_to_1_percent_gap``
        Seconds until the first roster, a cost within 1 % and within ``target`` of the best, and a proved gap of 1 %.
        Empty when never.
    ``primal_integral, primal_integral_share, primal_dual_integral, primal_dual_integral_share``
        Integral over ``[0, limit]`` of the primal gap, and of the gap between cost and bound, both 1 before there is
        one, in seconds; and divided by the limit (Berthold 2013).
    ``build_seconds, solver_seconds, seconds, cpu_seconds, peak_mb, deterministic_time, machine, versions``
        As recorded.

    Raises
    ------
    SchedSolverError
        If a cell occurs twice, or the target is not positive.
    """
    if not target > 0:
        raise SchedSolverError(f"target is {target:g}, but has to be a share above 0, for example 0.01 for 1 %")
    _refuse_doubles(records)
    checked = _lowest((r.instance, r.objective) for r in records if is_ranked(r))
    best = _lowest([*checked.items(), *((r.instance, r.best_known) for r in records)])
    rows = [_row(r, checked.get(r.instance), best.get(r.instance), target) for r in records]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(dict.fromkeys(COSTS, "Int64"))


def write_results(frame: pd.DataFrame, out: Path) -> list[Path]:
    """Write the table as ``results.parquet`` and ``results.csv``.

    Raises
    ------
    CannotWrite
        If the folder cannot be written.
    SchedSolverError
        If pyarrow is not installed.
    """
    need("pyarrow", "write results.parquet")
    paths = [out / "results.parquet", out / "results.csv"]
    try:
        out.mkdir(parents=True, exist_ok=True)
        frame.to_parquet(paths[0], engine="pyarrow", index=False)
        frame.to_csv(paths[1], index=False)
    except OSError as error:
        raise CannotWrite(f"{out}: the results cannot be written ({error})") from error
    return paths


def _row(record: RunRecord, checked: int | None, best: int | None, target: float) -> dict[str, Any]:
    same = ("instance", "seed", "limit_seconds", "workers", "message", "bound", "best_known")
    taken = ("build_seconds", "solver_seconds", "seconds", "cpu_seconds", "peak_mb", "deterministic_time")
    return {
        **{name: getattr(record, name) for name in same},
        "settings": record.contestant,
        "outcome": record.outcome.value,
        "not_expressed": SEPARATOR.join(record.not_expressed),
        "ranked": is_ranked(record),
        "objective": record.objective if is_ranked(record) else None,
        "best_of_experiment": best,
        **_primal(record, best, target),
        **_dual(record, checked),
        **{name: _number(getattr(record, name)) for name in taken},
        "machine": record.machine,
        "versions": ", ".join(f"{name} {version}" for name, version in sorted(record.versions.items())),
    }


def _primal(record: RunRecord, best: int | None, target: float) -> dict[str, float]:
    found = incumbents(record)
    # Without a best there is no ranked run, so nothing was found and any number will do.
    gaps = primal_gaps(record, best or 0)
    excess = Curve(found.seconds, (found.levels - (best or 0)) / max(1, best or 0))
    final = found.levels[-1] if len(found.levels) else np.nan
    known = record.best_known
    first = found.seconds[0] if len(found.seconds) else np.nan
    area = gaps.area(record.limit_seconds)
    return {
        "gap_to_best_known": np.nan if known is None else (final - known) / max(1, known),
        "gap_to_best": excess.levels[-1] if len(excess.levels) else np.nan,
        "primal_gap": gaps.levels[-1] if len(gaps.levels) else 1.0,
        "time_to_first": _number(record.first_solution_seconds, first) if is_ranked(record) else np.nan,
        "time_to_1_percent": excess.first_at_most(ONE_PERCENT),
        "target": target,
        "time_to_target": excess.first_at_most(target),
        "primal_integral": area,
        "primal_integral_share": area / record.limit_seconds,
    }


def _dual(record: RunRecord, checked: int | None) -> dict[str, Any]:
    disproved = checked is not None and record.bound is not None and record.bound > checked
    trusted = record.model_copy(update={"bound": None}) if disproved else record
    gaps = proof_gaps(trusted)
    area = gaps.area(record.limit_seconds)
    both = is_ranked(trusted) and trusted.bound is not None
    return {
        "gap": relative_gap(trusted.objective or 0, trusted.bound or 0) if both else np.nan,
        "bound_disproved": disproved,
        "time_to_1_percent_gap": gaps.first_at_most(ONE_PERCENT),
        "primal_dual_integral": area,
        "primal_dual_integral_share": area / record.limit_seconds,
    }


def _number(value: float | None, otherwise: float = math.nan) -> float:
    return otherwise if value is None else float(value)


def _lowest(costs: Iterable[tuple[str, int | None]]) -> dict[str, int]:
    lowest: dict[str, int] = {}
    for instance, cost in costs:
        if cost is not None:
            lowest[instance] = min(cost, lowest.get(instance, cost))
    return lowest


def _refuse_doubles(records: Sequence[RunRecord]) -> None:
    twice = [key for key, count in Counter(record.key for record in records).items() if count > 1]
    if twice:
        more = f" and {len(twice) - 1} more" if len(twice) > 1 else ""
        raise SchedSolverError(f"the run {twice[0]}{more} occurs more than once; keep one result for each cell")
