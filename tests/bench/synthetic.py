"""Made-up runs: contestants that near the best at different speeds, with failures of every kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from schedsolver.bench.measures import tidy
from schedsolver.bench.record import Outcome, RunRecord
from schedsolver.bench.store import CELLS, HEADER


def run(instance: str = "a", contestant: str = "x", **fields: Any) -> RunRecord:
    """Make one run; a right roster of cost 100 unless told otherwise."""
    told: dict[str, Any] = {"seed": 1, "limit_seconds": 10.0, "workers": 1, "outcome": Outcome.OK, "seconds": 10.0}
    if fields.get("outcome", Outcome.OK) is Outcome.OK:
        told["objective"] = 100
    return RunRecord(instance=instance, contestant=contestant, **(told | fields))


def at(seconds: float, instance: str = "a", contestant: str = "x", **fields: Any) -> RunRecord:
    """Make a run that has the best roster from a moment on."""
    return run(instance, contestant, trace=((seconds, 100, None),), **fields)


def failed(instance: str = "a", contestant: str = "x", **fields: Any) -> RunRecord:
    return run(instance, contestant, outcome=Outcome.FAILED, message="exit code 1", **fields)


def duel(ratios: list[float], seeds: int = 1, **fields: Any) -> pd.DataFrame:
    """Give runs in which y takes a multiple of the second that x takes, by instance."""
    return tidy(
        [
            at(seconds, f"i{place}", name, seed=seed, **fields)
            for place, ratio in enumerate(ratios)
            for seed in range(seeds)
            for name, seconds in (("x", 1.0), ("y", ratio))
        ]
    )


def experiment(
    contestants: int = 3, instances: int = 8, seeds: int = 3, limit: float = 60.0, failures: float = 0.03
) -> list[RunRecord]:
    """Make runs in which contestant 0 is quickest, and each later one slower by a third and rougher at the end."""
    random = np.random.default_rng(1)
    return [
        _made(random, f"{'week' if i % 2 else 'month'}-{i:02d}", i, c, seed, limit, failures)
        for i in range(instances)
        for c in range(contestants)
        for seed in range(1, seeds + 1)
    ]


NAMES = (
    "balanced",
    "fast",
    "proof",
    "no-lp",
    "wide-nbh",
    "peer:rosterer",
    "lns-heavy",
    "old-default",
    "cp-only",
    "mip",
)


def _made(
    random: np.random.Generator, name: str, size: int, place: int, seed: int, limit: float, failures: float
) -> RunRecord:
    common = {"instance": name, "contestant": NAMES[place], "seed": seed, "limit_seconds": limit, "workers": 2}
    measured = {
        "seconds": limit + 1.0,
        "cpu_seconds": 1.9 * limit,
        "peak_mb": 300.0 + 20 * size,
        "machine": "Some processor, 2 processors, Linux",
        "versions": {"python": "3.11.9", "ortools": "9.15.1", "schedsolver": "0.1.0"},
    }
    if random.random() < failures * (1 + place):
        outcome = random.choice([Outcome.WRONG, Outcome.UNCHECKED, Outcome.FAILED, Outcome.TIMEOUT, Outcome.NO_ROSTER])
        said = {"wrong": "rest.minimum: E07 has 9 h between duties, 11 h wanted", "failed": "exit code 1"}
        return RunRecord(**common, **measured, outcome=outcome, message=said.get(str(outcome), "killed"))
    best = 10_000 + 731 * size
    speed = (0.4 + 0.12 * size) * 1.33**place * random.lognormal(0, 0.3)
    rough = max(0.0, random.normal(0.002 * place, 0.004))
    first = 0.3 * speed
    moments = np.geomspace(first, max(limit * 0.95, first * 2), 25)
    excess = rough + 0.8 * np.exp(-(moments - first) / speed)
    costs = np.minimum.accumulate(np.round(best * (1 + excess)).astype(int))
    proved = np.round(best * (1 - 0.5 * np.exp(-moments / (4 * speed)) - 0.003)).astype(int)
    trace = tuple((float(t), int(c), int(b)) for t, c, b in zip(moments, costs, proved, strict=True) if t <= limit)
    cannot = ("pairing of mentors", "travel between outlets") if NAMES[place].startswith("peer") else ()
    return RunRecord(
        **common,
        **measured,
        outcome=Outcome.OK,
        objective=trace[-1][1],
        bound=None if cannot else trace[-1][2],
        best_known=best if size % 3 else None,
        build_seconds=0.1,
        solver_seconds=limit,
        first_solution_seconds=first,
        deterministic_time=None if cannot else limit * 0.8,
        trace=() if cannot and seed == 1 else trace,
        not_expressed=cannot,
    )


def write_folder(out: Path, records: list[RunRecord]) -> Path:
    """Write runs as a finished experiment leaves them."""
    (out / CELLS).mkdir(parents=True)
    (out / HEADER).write_text(json.dumps({"experiment": {"name": out.name}}), encoding="utf-8")
    for record in records:
        content = {"digest": "", "record": record.model_dump(mode="json")}
        (out / CELLS / f"{record.key}.json").write_text(json.dumps(content), encoding="utf-8")
    return out
