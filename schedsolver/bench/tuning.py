"""A tuning as data: what is searched, on which instances, for which presets, and with how much effort."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator

from schedsolver.bench.contestant import Contestant
from schedsolver.bench.experiment import Limit, _read, _refuse_repeated
from schedsolver.bench.instances import Generated, InstanceSpec, Seed
from schedsolver.bench.invalid import InvalidExperiment, Name, usable_name
from schedsolver.bench.scores import FINAL_GAP, INTEGRAL, PRIMAL_DUAL, TO_PROOF, Measure, to_target
from schedsolver.bench.space import Choices, Point, Range, nested, refuse_unknown
from schedsolver.domain.base import Model
from schedsolver.domain.suggest import did_you_mean
from schedsolver.domain.wording import faults_of_error
from schedsolver.solve.presets import shipped_presets

GOALS: Mapping[str, Measure] = {m.column: m for m in (INTEGRAL, FINAL_GAP, PRIMAL_DUAL, TO_PROOF, to_target())}
# Fields of settings that parameters belong to.
SEARCHED = ("strategy", "cp_sat", "workers")


class Goal(Model):
    """What a preset is to be good at.

    Attributes
    ----------
    goal
        The measure that settings are chosen by, a column of :func:`~schedsolver.bench.measures.tidy`.
    fields
        Of the preset beside those searched, in place of the shipped preset's.
    limit
        Of its runs; the tuning's when ``None``.
    """

    goal: Literal["primal_integral", "primal_gap", "primal_dual_integral", "time_to_1_percent_gap", "time_to_target"]
    fields: dict[str, Any] = Field(default_factory=dict)
    limit: Limit | None = None

    @field_validator("fields")
    @classmethod
    def _are_not_searched(cls, value: dict[str, Any]) -> dict[str, Any]:
        for name in SEARCHED:
            if name in value:
                raise ValueError(f"{name} is searched; give it in the space, with a single choice if need be")
        return value


class Rung(Model):
    """How much the candidates still in the race are run.

    Attributes
    ----------
    instances, seeds
        The first so many of the training instances, and of the tuning's seeds; all where there are fewer.
    """

    instances: Annotated[int, Field(ge=1)]
    seeds: Annotated[int, Field(ge=1)] = 1


@dataclass(frozen=True)
class Group:
    """Presets that are tuned by the same runs, since they differ in what they are good at and in their gap only.

    Attributes
    ----------
    presets
        Their names.
    fields
        Of the settings of every run, beside the parameters searched.
    limit
        Of every run.
    """

    presets: tuple[str, ...]
    fields: Mapping[str, Any]
    limit: float

    @property
    def name(self) -> str:
        """What the group is called."""
        return usable_name("+".join(self.presets))

    @property
    def deterministic(self) -> bool:
        """Whether the runs are limited by work, not by time."""
        return bool(self.fields.get("deterministic"))

    def contestant(self, point: Point) -> Contestant:
        """Give who runs with some values of the parameters."""
        return Contestant.model_validate({**self.fields, **nested(point)})


class Tuning(Model):
    """What is searched, on which instances, for which presets, and with how much effort.

    Runs go on to their limit or to proof whatever the gap of a preset, so that presets that differ in the gap only
    share them.

    Attributes
    ----------
    name
        Title; that of its file by itself.
    training, validation
        What settings are chosen by, and what the choice is put to the proof on. They share no instance.
    space
        By parameter, for example ``"strategy.width"``, ``"cp_sat.linearization_level"`` or ``"workers"``: a list of
        choices, or a range. Deterministic presets leave ``workers`` out.
    presets
        Which of the library's presets to tune, and for what.
    auto
        The preset that ``Settings.auto`` starts from; its goal says which settings suit each shape of problem.
    method
        ``"halving"`` draws all candidates at random; ``"optuna"`` draws two thirds of them by what the first rung says
        of those before.
    candidates
        Number drawn, beside the defaults and the settings that the presets have now.
    changes
        Share of the parameters in which a candidate drawn at random differs from the defaults.
    rungs
        How much is run before each choice, ever more.
    eta
        After each rung but the last, one in so many candidates goes on.
    seeds
        Of the search; validation uses all.
    limit
        Seconds of search, or units of work for a deterministic preset.
    workers
        Threads of a run where they are not searched; a deterministic preset has one.
    draw
        Seed of drawing candidates.
    memory_mb, grace_factor, grace_seconds
        As in an :class:`~schedsolver.bench.experiment.Experiment`.
    """

    name: Name = "tuning"
    training: Annotated[tuple[InstanceSpec, ...], Field(min_length=1)]
    validation: Annotated[tuple[InstanceSpec, ...], Field(min_length=1)]
    space: Annotated[dict[str, Range | Choices], Field(min_length=1)]
    presets: Annotated[dict[str, Goal], Field(min_length=1)]
    auto: str = "balanced"
    method: Literal["halving", "optuna"] = "halving"
    candidates: Annotated[int, Field(ge=1, le=1000)] = 12
    changes: Annotated[float, Field(gt=0, le=1)] = 0.5
    rungs: Annotated[tuple[Rung, ...], Field(min_length=1)]
    eta: Annotated[float, Field(gt=1)] = 3.0
    seeds: Annotated[tuple[Seed, ...], Field(min_length=1), AfterValidator(_refuse_repeated)] = (1,)
    limit: Limit = 10.0
    workers: Annotated[int, Field(ge=1, le=256)] = 1
    draw: Seed = 0
    memory_mb: Annotated[int, Field(gt=0)] | None = None
    grace_factor: Annotated[float, Field(ge=1)] = 2.0
    grace_seconds: Annotated[float, Field(ge=0)] = 60.0

    @model_validator(mode="after")
    def _can_run(self) -> Self:
        self._refuse_other_presets()
        for before, after in zip(self.rungs, self.rungs[1:], strict=False):
            if after.instances < before.instances or after.seeds < before.seeds:
                raise ValueError("rungs: each must have the instances and seeds of the one before, and more")
        for name in self.space:
            refuse_unknown(name)
        for group in self.groups():
            self._try(group)
        return self

    def groups(self) -> list[Group]:
        """Put together the presets that can share their runs."""
        groups: list[Group] = []
        for name, goal in self.presets.items():
            fields, limit = {**self.base(name), "gap": 0.0}, goal.limit or self.limit
            same = next((g for g in groups if (g.fields, g.limit) == (fields, limit)), None)
            if same is not None:
                groups.remove(same)
            groups.append(Group((*(same.presets if same else ()), name), fields, limit))
        return groups

    def base(self, preset: str) -> dict[str, Any]:
        """Give the fields of a preset that are not searched."""
        shipped = shipped_presets()["presets"][preset]
        return {name: value for name, value in shipped.items() if name not in SEARCHED} | self.presets[preset].fields

    def space_of(self, group: Group) -> dict[str, Range | Choices]:
        """Give the parameters searched for some presets."""
        return {name: values for name, values in self.space.items() if name != "workers" or not group.deterministic}

    def measures(self, preset: str) -> tuple[Measure, ...]:
        """Give what settings are chosen by: the goal and, where gaps alone may not tell them apart, the integral."""
        goal = GOALS[self.presets[preset].goal]
        timed = not self.base(preset).get("deterministic")
        return (goal, INTEGRAL) if goal.kind == "gap" and timed else (goal,)

    def _refuse_other_presets(self) -> None:
        shipped = shipped_presets()["presets"]
        for name, goal in self.presets.items():
            if name not in shipped:
                hint = did_you_mean(name, shipped) or f"; there are {', '.join(shipped)}"
                raise ValueError(f'presets: there is no preset "{name}"{hint}')
            if self.base(name).get("deterministic") and goal.goal != "primal_gap":
                raise ValueError(f'presets: {name} is deterministic, so it is measured in work, not in time; its goal '
                                 'can be "primal_gap" only')  # fmt: skip
        if self.auto not in shipped:
            raise ValueError(f'auto: there is no preset "{self.auto}"{did_you_mean(self.auto, shipped)}')

    def _try(self, group: Group) -> None:
        """Make a contestant of every choice and of both ends of every range."""
        points: list[Point] = [{}]
        points += [{name: v} for name, values in self.space_of(group).items() for v in _ends(values)]
        for point in points:
            try:
                group.contestant(point)
            except ValidationError as error:
                where = f"space {', '.join(point)}" if point else f"presets {', '.join(group.presets)}"
                raise ValueError(f"{where}: {'; '.join(map(str, faults_of_error(error)))}") from None


def load_tuning(path: str | Path) -> Tuning:
    """Read a tuning.

    Parameters
    ----------
    path
        A ``.toml`` or ``.yaml`` file; paths in it are relative to its folder.

    Raises
    ------
    InvalidExperiment
        With everything that is wrong in it.
    """
    file = Path(path)
    fields = {"name": usable_name(file.stem)} | _read(file)
    try:
        return Tuning.model_validate(fields, context={"base": file.resolve().parent})
    except ValidationError as error:
        faults = dict.fromkeys(map(str, faults_of_error(error, known=_known())))
        raise InvalidExperiment([f"{file.name}: {fault}" for fault in faults]) from None


def _ends(values: Range | Choices) -> Iterable[Any]:
    return (values.low, values.high) if isinstance(values, Range) else values


def _known() -> Iterator[str]:
    for model in (Tuning, Goal, Rung, Range, InstanceSpec, Generated):
        yield from model.model_fields
