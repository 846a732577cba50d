"""What a tuning run is: instances to learn on and to judge on, a space of settings, goals; and its candidates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from schedsolver.bench.contestant import Contestant
from schedsolver.bench.experiment import Limit, load_as
from schedsolver.bench.instances import InstanceSpec, Seed, instances_of
from schedsolver.bench.invalid import InvalidExperiment, Name
from schedsolver.bench.scores import FINAL_GAP, INTEGRAL, PRIMAL_DUAL, Measure
from schedsolver.domain.base import Model
from schedsolver.solve.settings import Settings

DEFAULT = "default"
# Share of the parameters that a candidate changes: where one is good, it is seen which change did it.
CHANGED = 0.4
TRIES = 50
GOALS: Mapping[str, Measure] = {
    "primal integral": INTEGRAL,
    "final gap": FINAL_GAP,
    "primal-dual integral": PRIMAL_DUAL,
}
Value = bool | int | float | str


class PresetGoal(Model):
    """What a preset is to be good at.

    Attributes
    ----------
    goal
        The measure that decides, over the whole limit.
    deterministic
        Whether its runs are; the limit then counts units of work.
    fields
        Settings that it has beside the strategy found, such as its gap; runs are made with a gap of 0.
    """

    goal: Literal["primal integral", "final gap", "primal-dual integral"]
    deterministic: bool = False
    fields: dict[str, Any] = Field(default_factory=dict)

    @property
    def measure(self) -> Measure:
        """The measure."""
        return GOALS[self.goal]


class Tuning(Model):
    """A search for the settings that are best at some goals.

    Attributes
    ----------
    name
        Title; that of its file by itself.
    training, validation
        Instances to choose by, and others to judge the choice by.
    space
        Values to choose from for each parameter, by its dotted name such as ``"strategy.width"`` or
        ``"cp_sat.linearization_level"``.
    presets
        What to find, by the name of the preset.
    candidates
        Number of settings tried, the defaults among them.
    eta
        Each rung keeps one in so many candidates for each goal.
    seeds, limit, workers
        Of every run.
    random_seed
        Of the draw of candidates.
    """

    name: Name = "tuning"
    training: Annotated[tuple[InstanceSpec, ...], Field(min_length=1)]
    validation: Annotated[tuple[InstanceSpec, ...], Field(min_length=1)]
    space: Annotated[dict[str, Annotated[tuple[Value, ...], Field(min_length=1)]], Field(min_length=1)]
    presets: Annotated[dict[Name, PresetGoal], Field(min_length=1)]
    candidates: Annotated[int, Field(ge=2, le=1000)] = 9
    eta: Annotated[int, Field(ge=2)] = 3
    seeds: Annotated[tuple[Seed, ...], Field(min_length=1)] = (0,)
    limit: Limit = 10.0
    workers: Annotated[int, Field(ge=1, le=256)] = 1
    random_seed: Seed = 0

    @model_validator(mode="after")
    def _can_run(self) -> Self:
        for name, values in self.space.items():
            for value in values:
                # A contestant knows the names of CP-SAT too.
                Contestant.model_validate(fields_of({name: value}))
        for preset in self.presets.values():
            Settings.model_validate(preset.fields)
        return self

    def points(self) -> dict[str, dict[str, Value]]:
        """Draw the candidates, all different: what each changes of the defaults, by its name; the first nothing.

        A space with fewer settings than candidates gives those it has.
        """
        rng = np.random.default_rng(self.random_seed)
        default = _flat(Settings().model_dump())
        drawn: list[dict[str, Value]] = [{}]
        for _ in range(TRIES * self.candidates):
            values = {name: values[int(rng.integers(len(values)))] for name, values in self.space.items()}
            changed = {name for name, value in values.items() if default.get(name) != value and rng.random() < CHANGED}
            point = {name: value for name, value in values.items() if name in changed}
            if point not in drawn and len(drawn) < self.candidates:
                drawn.append(point)
        return {f"c{i}" if i else DEFAULT: point for i, point in enumerate(drawn)}

    def rungs(self) -> list[int]:
        """Give how many candidates a goal keeps for each rung; at least two come to the last."""
        counts = [len(self.points())]
        while counts[-1] > self.eta:
            counts.append(max(2, -(-counts[-1] // self.eta)))
        return counts


def load_tuning(path: str | Path) -> Tuning:
    """Read a tuning from a ``.toml`` or ``.yaml`` file; paths in it are relative to its folder.

    Raises
    ------
    InvalidExperiment
        With everything that is wrong in it.
    """
    tuning = load_as(Tuning, path, known=InstanceSpec.model_fields)
    shared = set(names_of(tuning.training)) & set(names_of(tuning.validation))
    if shared:
        raise InvalidExperiment([f"{Path(path).name}: {', '.join(sorted(shared))} is to be learned on and judged on"])
    return tuning


def there(specs: Iterable[InstanceSpec]) -> list[InstanceSpec]:
    """Leave out what is optional and not there."""
    return [spec for spec in specs if not spec.optional or spec.is_there]


def fields_of(point: Mapping[str, Value]) -> dict[str, Any]:
    """Give nested fields of settings from dotted names.

    >>> fields_of({"gap": 0.1, "strategy.days": 2, "strategy.outlets": 1})
    {'gap': 0.1, 'strategy': {'days': 2, 'outlets': 1}}
    """
    fields: dict[str, Any] = {}
    for name, value in point.items():
        table, _, field = name.rpartition(".")
        (fields.setdefault(table, {}) if table else fields)[field] = value
    return fields


def _flat(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"{name}.{inner}" if inner else name: value
        for name, nested in fields.items()
        for inner, value in (nested.items() if isinstance(nested, dict) else [("", nested)])
    }


def names_of(specs: Iterable[InstanceSpec]) -> list[str]:
    """Give the names of the instances that are there."""
    return [instance.name for spec in there(specs) for instance in instances_of(spec)]
