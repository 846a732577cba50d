"""Tuning: successive halving on training instances, a verdict on others, and the presets that come of it.

Jamieson and Talwalkar (2016), "Non-stochastic best arm identification and hyperparameter optimization", AISTATS: all
candidates run on a few instances, the better ones on more, the best on all. Every run is a cell of an experiment, so
a tuning that was killed goes on where it was.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from schedsolver.bench.experiment import Experiment
from schedsolver.bench.instances import InstanceSpec, instances_of
from schedsolver.bench.machine import machine
from schedsolver.bench.measures import tidy
from schedsolver.bench.paired import Paired, paired
from schedsolver.bench.plan import make_plan
from schedsolver.bench.profiles import shifted_geometric_mean
from schedsolver.bench.record import RunRecord
from schedsolver.bench.run import RunProgress, run_plan
from schedsolver.bench.scores import FINAL_GAP, Measure, scores
from schedsolver.bench.tuning import DEFAULT, PresetGoal, Tuning, Value, fields_of, names_of, there
from schedsolver.solve.presets import shape_of
from schedsolver.solve.result import versions

Points = Mapping[str, Mapping[str, Value]]
OnProgress = Callable[[RunProgress], None]


@dataclass(frozen=True)
class Verdict:
    """What came of one goal.

    Attributes
    ----------
    chosen
        Candidate that won the training.
    adopted
        The same if it is also better than the defaults on the validation instances, else the defaults.
    sentence
        Why, in words.
    means
        Mean of the measure by candidate in each rung.
    """

    chosen: str
    adopted: str
    sentence: str
    means: tuple[Mapping[str, float], ...]


@dataclass(frozen=True)
class Tuned:
    """What a tuning found.

    Attributes
    ----------
    tuning, points
        What was asked for, and the parameters of each candidate.
    verdicts
        By preset.
    by_shape
        By shape of problem, the parameters that suit it best by the final gap.
    """

    tuning: Tuning
    points: Points
    verdicts: Mapping[str, Verdict]
    by_shape: Mapping[str, Verdict]

    def presets(self) -> dict[str, Any]:
        """Give the contents of a presets file; see :mod:`schedsolver.solve.presets`."""
        presets = {
            name: self.tuning.presets[name].fields | fields_of(self.points[verdict.adopted])
            for name, verdict in self.verdicts.items()
        }
        rows = [
            {"shape": shape, "preset": "balanced"} | fields_of(self.points[verdict.adopted])
            for shape, verdict in self.by_shape.items()
        ]
        return {"presets": presets, "auto": rows}

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values for JSON."""
        return {
            "date": dt.date.today().isoformat(),
            "machine": machine(),
            "versions": versions(),
            "tuning": self.tuning.model_dump(mode="json", exclude={"training", "validation"}),
            "training": names_of(self.tuning.training),
            "validation": names_of(self.tuning.validation),
            "points": {name: dict(point) for name, point in self.points.items()},
            "presets": {name: vars(verdict) for name, verdict in self.verdicts.items()},
            "auto": {name: vars(verdict) for name, verdict in self.by_shape.items()},
        }


def tune(tuning: Tuning, out: str | Path, parallel: int | None = None, on_progress: OnProgress | None = None) -> Tuned:
    """Find settings for each preset of a tuning.

    Parameters
    ----------
    tuning
        What to find.
    out
        Folder for the runs: a new one, or that of the same tuning to go on with.
    parallel
        Most runs at once.
    on_progress
        Called with the progress of each rung.

    Raises
    ------
    InvalidExperiment
        If something is wrong with the tuning.
    CannotWrite
        If ``out`` cannot be written.
    """
    points = tuning.points()
    shapes = _shapes(tuning.training), _shapes(tuning.validation)
    verdicts: dict[str, Verdict] = {}
    by_shape: dict[str, Verdict] = {}
    for deterministic in (False, True):
        goals = {name: goal for name, goal in tuning.presets.items() if goal.deterministic is deterministic}
        if not goals:
            continue
        runs = _Runs(tuning, points, deterministic, Path(out), parallel, on_progress)
        means, last = _halved(tuning, goals, runs)
        chosen = {name: _best(means[name][-1]) for name in goals}
        of_shape = {} if deterministic else _best_by_shape(last, *shapes)
        frame = runs.judged(there(tuning.validation), [DEFAULT, *chosen.values(), *of_shape.values()])
        verdicts |= {name: verdict_of(frame, chosen[name], goal.measure, means[name]) for name, goal in goals.items()}
        own = frame["instance"].map(shapes[1])
        by_shape |= {shape: verdict_of(frame[own == shape], best, FINAL_GAP, []) for shape, best in of_shape.items()}
    return Tuned(tuning, points, {name: verdicts[name] for name in tuning.presets}, by_shape)


def mean_scores(frame: pd.DataFrame, measure: Measure) -> dict[str, float]:
    """Give each contestant's mean over all tasks: the shifted geometric mean of times, the mean of gaps."""
    table = scores(frame, measure).fillna(1.0 if measure.kind == "gap" else math.inf)
    mean = shifted_geometric_mean if measure.is_ratio else (lambda values: float(values.mean()))
    return {str(name): mean(table[name].to_numpy()) for name in table}


def kept(means: Mapping[str, float], count: int) -> list[str]:
    """Give so many of the candidates with the least means; of equals those named first."""
    return sorted(means, key=lambda name: means[name])[:count]


def verdict_of(frame: pd.DataFrame, chosen: str, measure: Measure, means: Iterable[Mapping[str, float]]) -> Verdict:
    """Judge a candidate against the defaults: it is adopted only if it is better beyond doubt."""
    if chosen == DEFAULT:
        return Verdict(chosen, DEFAULT, f"the defaults were best in training by {measure.name}", tuple(means))
    found = paired(frame, DEFAULT, chosen, measure)
    adopted = chosen if _is_better(found) else DEFAULT
    words = "adopted" if adopted == chosen else "the defaults stay"
    return Verdict(chosen, adopted, f"{found.sentence()}: {words}", tuple(means))


def _is_better(found: Paired) -> bool:
    return found.decided and found.value < found.measure.same


def _best(means: Mapping[str, float]) -> str:
    return kept(means, 1)[0]


def _halved(
    tuning: Tuning, goals: Mapping[str, PresetGoal], runs: _Runs
) -> tuple[dict[str, list[dict[str, float]]], pd.DataFrame]:
    """Run the rungs and give the means of each, and the last; who is among the best by any goal goes on, for that."""
    counts = tuning.rungs()
    alive = {name: list(runs.points) for name in goals}
    means: dict[str, list[dict[str, float]]] = {name: [] for name in goals}
    training = there(tuning.training)
    for rung, _ in enumerate(counts):
        share = -(-len(training) * (rung + 1) // len(counts))
        everyone = list(dict.fromkeys(name for names in alive.values() for name in names))
        frame = runs.trained(training[:share], everyone)
        for name, goal in goals.items():
            own = mean_scores(frame[frame["settings"].isin(alive[name])], goal.measure)
            means[name].append(own)
            if rung + 1 < len(counts):
                alive[name] = kept(own, counts[rung + 1])
    return means, frame


def _best_by_shape(frame: pd.DataFrame, training: Mapping[str, str], validation: Mapping[str, str]) -> dict[str, str]:
    """Give who is best in the last rung, by shape of problem; only shapes that can be judged too."""
    shapes = frame["instance"].map(training)
    both = sorted(set(validation.values()) & set(shapes))
    return {shape: _best(mean_scores(frame[shapes == shape], FINAL_GAP)) for shape in both}


def _shapes(specs: Iterable[InstanceSpec]) -> dict[str, str]:
    return {i.name: shape_of(i.load()) for spec in there(specs) for i in instances_of(spec)}


@dataclass(frozen=True)
class _Runs:
    """Runs candidates, those with a gap of 0, as cells of two experiments: to train on and to judge by."""

    tuning: Tuning
    points: Points
    deterministic: bool
    out: Path
    parallel: int | None
    on_progress: OnProgress | None

    def trained(self, instances: Sequence[InstanceSpec], names: Iterable[str]) -> pd.DataFrame:
        return self._run("training", instances, names)

    def judged(self, instances: Sequence[InstanceSpec], names: Iterable[str]) -> pd.DataFrame:
        return self._run("validation", instances, names)

    def _run(self, what: str, instances: Sequence[InstanceSpec], names: Iterable[str]) -> pd.DataFrame:
        kind = f"{what}-deterministic" if self.deterministic else what
        always: dict[str, Any] = {"gap": 0.0} | ({"deterministic": True} if self.deterministic else {})
        experiment = Experiment.model_validate(
            {
                "name": f"{self.tuning.name}-{kind}",
                "instances": tuple(instances),
                "contestants": {name: always | fields_of(self.points[name]) for name in dict.fromkeys(names)},
                "seeds": self.tuning.seeds,
                "limits": (self.tuning.limit,),
                "workers": self.tuning.workers,
            }
        )
        records: list[RunRecord] = run_plan(make_plan(experiment), self.out / kind, self.parallel, self.on_progress)
        return tidy(records)
