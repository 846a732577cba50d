"""From the table of runs to one score for each contestant and task; lower is better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

TASK = ["instance", "seed", "limit_seconds"]
# Below this many seconds, clocks and the starting of processes say more than the contestant.
FLOOR_SECONDS = 0.05
LEAST_WORK = 1e-6


@dataclass(frozen=True)
class Measure:
    """What contestants are compared by.

    Attributes
    ----------
    column
        Of the table that :func:`~schedsolver.bench.measures.tidy` gives; lower is better.
    name
        What it is called in tables and plots.
    claim
        Sentence for a paired comparison, of ``{b}``, ``{a}`` and ``{value}``.
    kind
        Seconds and work are compared by their ratio, and seconds end at the limit; gaps by their difference.
    """

    column: str
    name: str
    claim: str
    kind: Literal["seconds", "work", "gap"] = "seconds"

    @property
    def is_ratio(self) -> bool:
        """Whether two contestants differ by a factor."""
        return self.kind != "gap"

    @property
    def same(self) -> float:
        """How two contestants compare that are the same: a ratio of 1, or a difference of 0."""
        return 1.0 if self.is_ratio else 0.0


def to_target(share: float = 0.01) -> Measure:
    """Give the time until the cost is within a share of the best."""
    there = f"{100 * share:g} %"
    return Measure("time_to_target", f"time to {there}", f"{{b}} reaches {there} in {{value}} the time of {{a}}")


TO_FIRST = Measure("time_to_first", "time to the first roster", "{b} has its first roster in {value} the time of {a}")
TO_PROOF = Measure("time_to_1_percent_gap", "time to a proved 1 %", "{b} proves 1 % in {value} the time of {a}")
INTEGRAL = Measure("primal_integral", "primal integral", "{b} has {value} the primal integral of {a}")
PRIMAL_DUAL = Measure("primal_dual_integral", "primal-dual integral", "{b} has {value} the primal-dual integral of {a}")
WORK = Measure("deterministic_time", "deterministic time", "{b} does {value} the work of {a}", "work")
FINAL_GAP = Measure(
    "primal_gap",
    "final gap to the best",
    "the final gap of {b} differs from that of {a} by {value} percentage points",
    "gap",
)


def scores(frame: pd.DataFrame, measure: Measure, penalty: float = 1.0) -> pd.DataFrame:
    """Lay the runs out by task and contestant.

    Parameters
    ----------
    frame
        From :func:`~schedsolver.bench.measures.tidy`.
    measure
        What to compare by.
    penalty
        A run that never got there counts as this multiple of its limit: 1 is PAR1, which censors at the limit, 10 the
        PAR10 of the literature on algorithm selection. Times past the limit count as the limit.

    Returns
    -------
    A row for each (instance, seed, limit), a column for each contestant; NaN where a cell was not run, and for work
    also where there is no right roster: how much work that would have taken is not known.
    """
    values = frame[measure.column].astype(float)
    if measure.kind == "seconds":
        limit = frame["limit_seconds"].astype(float)
        values = values.clip(FLOOR_SECONDS, limit).fillna(penalty * limit)
    elif measure.kind == "work":
        values = values.clip(lower=LEAST_WORK).where(frame["ranked"])
    return frame.assign(score=values).set_index([*TASK, "settings"])["score"].unstack()  # noqa: PD010


def reached(frame: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """Tell for each task and contestant whether it got there at all; a cell that was not run counts as not."""
    there = frame.assign(there=frame[measure.column].notna() & frame["ranked"])
    return there.set_index([*TASK, "settings"])["there"].unstack(fill_value=False)  # noqa: PD010


def common(frame: pd.DataFrame, contestants: int) -> pd.DataFrame:
    """Keep the tasks that all of so many contestants have run; a comparison over different tasks says nothing."""
    return frame[frame.groupby(TASK)["settings"].transform("nunique") == contestants]
