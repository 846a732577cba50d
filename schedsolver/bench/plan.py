"""From an experiment to its cells: everything is read and checked before anything runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from pydantic import ValidationError

from schedsolver.bench.contestant import Contestant
from schedsolver.bench.experiment import Experiment
from schedsolver.bench.instances import Instance, instances_of
from schedsolver.bench.invalid import InvalidExperiment
from schedsolver.bench.peer import find_peer
from schedsolver.bench.record import Outcome, RunRecord
from schedsolver.bench.weights import reweighted
from schedsolver.domain.problem import Problem
from schedsolver.domain.wording import faults_of_error
from schedsolver.errors import InvalidProblem, SchedSolverError
from schedsolver.solve.settings import usable_processors

Given = TypeVar("Given")


@dataclass(frozen=True)
class Cell:
    """One run of an experiment.

    Attributes
    ----------
    key
        Unique among the experiment's cells, and usable as the name of a file.
    instance, name, contestant
        What is solved; who solves, by name and in full.
    seed, limit_seconds, workers
        Of the run.
    hard_seconds
        After so long from its beginning the run is ended.
    best_known
        Best cost published for the instance.
    digest
        Changes with anything that the result depends on: the problem, the settings, the limit.
    """

    key: str
    instance: str
    name: str
    contestant: Contestant
    seed: int
    limit_seconds: float
    workers: int
    hard_seconds: float
    best_known: int | None
    digest: str


@dataclass(frozen=True)
class Plan:
    """What an experiment comes to.

    Attributes
    ----------
    experiment
        What was asked for, without peers that are optional and not there.
    cells
        The runs, in order.
    problems
        Text of each instance's problem, by name.
    warnings
        What is left out or does nothing, a sentence each.
    """

    experiment: Experiment
    cells: tuple[Cell, ...]
    problems: Mapping[str, str]
    warnings: tuple[str, ...]


def make_plan(experiment: Experiment) -> Plan:
    """Read every instance and import every peer, and lay out the cells.

    All contestants of an instance and seed stand together, and all instances of a seed before the next, so that
    a run cut short still compares like with like.

    Raises
    ------
    InvalidExperiment
        With everything that is wrong.
    """
    faults: list[str] = []
    absent = [spec for spec in experiment.instances if spec.optional and not spec.is_there]
    warnings = [f"{spec.source}: is not there, so it is left out" for spec in absent]
    present = [spec for spec in experiment.instances if spec not in absent]
    instances = [i for spec in present for i in _tried(faults, "", partial(instances_of, spec)) or ()]
    faults += _alike((instance.name for instance in instances), "instances", 'give them a "name" each')
    experiment = experiment.model_copy(update={"contestants": dict(_able(experiment, faults, warnings))})
    found = {i.name: _tried(faults, f"instance {i.name}: ", i.load) for i in instances}
    problems = {name: problem for name, problem in found.items() if problem is not None}
    warnings += _idle_weights(experiment, problems, faults)
    warnings += _crowded(experiment)
    if not (instances and experiment.contestants) and not faults:
        faults = [f"no {'contestant' if instances else 'instance'} is left to run", *warnings]
    texts = {name: problem.to_json() for name, problem in problems.items()}
    cells = () if faults else tuple(_cells(experiment, instances, problems, texts))
    faults += _alike((cell.key for cell in cells), "runs", "their limits or names are too much alike")
    if faults:
        raise InvalidExperiment(faults)
    return Plan(experiment, cells, texts, tuple(warnings))


def _tried(faults: list[str], who: str, work: Callable[[], Given]) -> Given | None:
    """Do something; what is wrong is noted."""
    try:
        return work()
    except InvalidProblem as error:
        faults += [f"{who}{line}" for line in str(error).splitlines()]
    except ValidationError as error:
        faults += [f"{who}{fault}" for fault in faults_of_error(error)]
    except SchedSolverError as error:
        faults.append(f"{who}{error}")
    return None


def _able(experiment: Experiment, faults: list[str], warnings: list[str]) -> Iterator[tuple[str, Contestant]]:
    """Give the contestants without those that are optional and cannot be imported."""
    for name, contestant in experiment.contestants.items():
        found: list[str] = []
        if contestant.peer is not None:
            _tried(found, f"contestant {name}: ", partial(find_peer, contestant.peer))
        if found and contestant.optional:
            warnings += [f"{fault}; it is left out" for fault in found]
        else:
            faults += found
            yield name, contestant


def _crowded(experiment: Experiment) -> Iterator[str]:
    """Tell of contestants with more workers than there are processors."""
    cores = usable_processors()
    for name, contestant in experiment.contestants.items():
        threads = contestant.settings(seed=0, limit_seconds=1.0, workers=experiment.workers).threads
        if threads > cores:
            yield f"contestant {name} has {threads} workers for {cores} processors, so they share them"


def _alike(names: Iterable[str], what: str, way_out: str) -> Iterator[str]:
    """Find names that are one and the same, also where file systems take capitals for small letters."""
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(name.casefold(), name)
        if other is not name:
            yield f'two {what} have the names "{other}" and "{name}"; {way_out}'


def _idle_weights(experiment: Experiment, problems: Mapping[str, Problem], faults: list[str]) -> Iterator[str]:
    """Try every contestant's weights; tell which of them change no instance."""
    for name, contestant in experiment.contestants.items():
        for rule, factor in contestant.rule_weights.items():
            who = f"contestant {name}, rule_weights {rule}: "
            changed = [
                _tried(faults, who, partial(reweighted, problem, {rule: factor})) != problem
                for problem in problems.values()
            ]
            if factor != 1 and changed and not any(changed):
                yield f"{who}no instance has a price of this rule, so it changes nothing"


def _cells(
    experiment: Experiment, instances: Iterable[Instance], problems: Mapping[str, Problem], texts: Mapping[str, str]
) -> Iterator[Cell]:
    hashes = {name: _hash(text) for name, text in texts.items()}
    for limit in experiment.limits:
        for seed in experiment.seeds:
            for instance in instances:
                for name in experiment.contestants:
                    problem = problems[instance.name], hashes[instance.name]
                    yield _cell(experiment, instance, name, (seed, limit), *problem)


def _cell(
    experiment: Experiment,
    instance: Instance,
    name: str,
    run: tuple[int, float],
    problem: Problem,
    problem_hash: str,
) -> Cell:
    seed, limit = run
    contestant = experiment.contestants[name]
    settings = contestant.settings(seed=seed, limit_seconds=limit, workers=experiment.workers, problem=problem)
    content: dict[str, Any] = {
        "problem": problem_hash,
        "best_known": instance.best_known,
        "peer": contestant.peer,
        "rule_weights": contestant.rule_weights,
        "settings": settings.model_dump(mode="json"),
    }
    record = RunRecord(
        instance=instance.name, contestant=name, seed=seed, limit_seconds=limit, workers=settings.threads,
        outcome=Outcome.OK, seconds=0,
        versions={},
    )  # fmt: skip
    return Cell(
        key=record.key,
        instance=instance.name,
        name=name,
        contestant=contestant,
        seed=seed,
        limit_seconds=limit,
        workers=settings.threads,
        hard_seconds=experiment.grace_factor * limit + experiment.grace_seconds,
        best_known=instance.best_known,
        digest=_hash(json.dumps(content, sort_keys=True)),
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
