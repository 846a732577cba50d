"""Tells whether a new result is worse than an old one, cell by cell or by more than chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from schedsolver.bench.curves import is_ranked
from schedsolver.bench.measures import tidy
from schedsolver.bench.paired import LEVEL, Paired, paired
from schedsolver.bench.record import RunRecord
from schedsolver.bench.scores import FINAL_GAP, INTEGRAL, WORK, Measure, to_target
from schedsolver.bench.store import load_records
from schedsolver.domain.wording import count_of
from schedsolver.errors import SchedSolverError

Runs = dict[str, RunRecord]
OLD, NEW = " (old)", " (new)"
BY_THE_CLOCK = (to_target(), INTEGRAL)


@dataclass(frozen=True)
class Comparison:
    """What became worse.

    Attributes
    ----------
    losses
        What is worse than the tolerance allows, in sentences; a guard fails if there are any.
    notes
        What else is worth knowing: gains, new cells, comparisons without a loss, what could not be compared.
    """

    losses: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was lost."""
        return not self.losses


def compare(
    old: Path | Sequence[RunRecord],
    new: Path | Sequence[RunRecord],
    *,
    tolerance: float = 0.0,
    deterministic: bool = False,
) -> Comparison:
    """Hold new results against old ones on the cells that both have.

    A cell that had a right roster and has none now is a loss, and so is a bound above a checked roster.

    Parameters
    ----------
    old, new
        Folders of results, or their runs.
    tolerance
        Share by which a cost, bound, time or work may be worse; for the final gap, the share added to it.
    deterministic
        Runs give the same on any machine (one worker, limits in work): the cost and the bound of each cell are held
        against themselves, and the work by its mean ratio. Otherwise each contestant is held against itself over all
        cells by time to 1 %, primal integral and final gap, and is worse if the interval lies wholly beyond the
        tolerance. With more intervals each is wider, so that with nothing changed one guard in 20 fails at most
        (Bonferroni). Times of different machines are not compared.

    Raises
    ------
    SchedSolverError
        If the results have no cell in common, or the tolerance is negative.
    """
    if not tolerance >= 0:
        raise SchedSolverError(f"tolerance is {tolerance:g}, but has to be a share of 0 or more, for example 0.02")
    before, after = _runs(old), _runs(new)
    shared = [key for key in before if key in after]
    if not shared:
        raise SchedSolverError("the two results have no cell (instance, settings, seed, limit) in common")
    same_machine = {before[key].machine for key in shared} == {after[key].machine for key in shared}
    frame = _side_by_side(before, after, shared)
    losses = [*_lost(before, after), *_disproved(frame)]
    notes = [*_about(before, after, shared)]
    if deterministic:
        worse, better = _by_cell(before, after, tolerance)
        losses += worse
        notes += better
        measures: tuple[Measure, ...] = (WORK,)
    else:
        measures = (*(BY_THE_CLOCK if same_machine else ()), FINAL_GAP)
        notes += [] if same_machine else ["The machines differ: times are not compared, and gaps may differ by speed."]
    for pair in _pairs(frame, measures):
        (losses if _is_loss(pair, tolerance) else notes).append(f"{pair.sentence()}.")
    return Comparison(tuple(losses), tuple(notes))


def _runs(results: Path | Sequence[RunRecord]) -> Runs:
    records = load_records(results) if isinstance(results, Path) else results
    return {record.key: record for record in records}


def _lost(before: Runs, after: Runs) -> Iterator[str]:
    for key, record in before.items():
        if not is_ranked(record):
            continue
        if key not in after:
            yield f"{key}: had a right roster, and is missing now."
        elif not is_ranked(after[key]):
            now = after[key]
            reason = f" ({now.message})" if now.message else ""
            yield f"{key}: had a right roster, and is {now.outcome.value.replace('_', ' ')} now{reason}."


def _disproved(frame: pd.DataFrame) -> Iterator[str]:
    wrong = frame[frame["bound_disproved"] & frame["settings"].str.endswith(NEW)]
    for run in wrong.itertuples():
        yield f"{run.instance}, {run.settings}, seed {run.seed}: bound {run.bound} is above a checked roster's cost."


def _about(before: Runs, after: Runs, shared: list[str]) -> Iterator[str]:
    gained = [key for key in shared if is_ranked(after[key]) and not is_ranked(before[key])]
    added = [key for key in after if key not in before]
    yield f"{count_of(len(shared), 'cell')} compared."
    if gained:
        yield f"Had no right roster before: {', '.join(gained)}."
    if added:
        yield f"New, so not compared: {', '.join(added)}."
    old, new = ({item for key in shared for item in runs[key].versions.items()} for runs in (before, after))
    if old != new:
        told = (", ".join(" ".join(item) for item in sorted(items)) for items in (old - new, new - old))
        yield "Versions differ: {} before, {} now.".format(*(words or "none recorded" for words in told))


def _by_cell(before: Runs, after: Runs, tolerance: float) -> tuple[list[str], list[str]]:
    """Hold each cell's cost and bound against itself; losses and gains."""
    losses, gains = [], []
    for key, old in before.items():
        new = after.get(key)
        if new is None or not (is_ranked(old) and is_ranked(new)):
            continue
        # A cost is better the lower, a bound the higher.
        for name, was, now, sign in (("cost", old.objective, new.objective, 1), ("bound", old.bound, new.bound, -1)):
            if was is None or was == now:
                continue
            told = f"{key}: {name} {'none' if now is None else f'{now:,}'}, was {was:,}."
            if now is None or sign * (now - was) > tolerance * abs(was):
                losses.append(told)
            elif sign * (now - was) < 0:
                gains.append(told)
    return losses, gains


def _side_by_side(before: Runs, after: Runs, shared: list[str]) -> pd.DataFrame:
    """Judge both results in one table, so that both are held against the same best."""
    sides = ((before, OLD), (after, NEW))
    renamed = [
        runs[key].model_copy(update={"contestant": runs[key].contestant + side})
        for runs, side in sides
        for key in shared
    ]
    return tidy(renamed)


def _pairs(frame: pd.DataFrame, measures: tuple[Measure, ...]) -> Iterator[Paired]:
    names = sorted(name.removesuffix(NEW) for name in frame["settings"].unique() if name.endswith(NEW))
    level = 1 - (1 - LEVEL) / (len(names) * len(measures))
    for measure in measures:
        for name in names:
            pair = paired(frame, name + OLD, name + NEW, measure, level=level)
            if pair.pairs:
                yield pair


def _is_loss(pair: Paired, tolerance: float) -> bool:
    """Tell whether the interval lies wholly beyond the tolerance; without an interval nothing is certain."""
    return pair.low > pair.measure.same + tolerance
