"""Experiments as data: instances x contestants x seeds x limits, from a TOML or YAML file or from Python."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, field_validator

from schedsolver.bench.contestant import Contestant
from schedsolver.bench.instances import Generated, InstanceSpec, Seed
from schedsolver.bench.invalid import InvalidExperiment, Name, usable_name
from schedsolver.domain.base import Model
from schedsolver.domain.wording import faults_of_error
from schedsolver.errors import InvalidProblem
from schedsolver.io.text import OncePerName, parse_yaml, read_text
from schedsolver.solve.settings import Settings


def _refuse_repeated(values: tuple[Any, ...]) -> tuple[Any, ...]:
    repeated = [value for value, count in Counter(values).items() if count > 1]
    if repeated:
        raise ValueError(f"{repeated[0]} is given more than once")
    return values


def _as_list(value: Any) -> Any:
    return (value,) if isinstance(value, (int, float)) else value


AnyModel = TypeVar("AnyModel", bound=Model)
Limit = Annotated[float, Field(gt=0, le=1e6)]


class Experiment(Model):
    """What is to be run: every contestant on every instance with every seed under every limit.

    Attributes
    ----------
    name
        Title; that of its file by itself.
    instances
        What is solved.
    contestants
        Who solves, by name; a ``Settings`` or the fields of a contestant, of which there may be none.
    seeds
        Of the search.
    limits
        Seconds of search; units of work for contestants that are deterministic.
    workers
        Threads, and processors, of a run whose contestant does not set its own.
    memory_mb
        Ends a run that takes more resident memory; ``None`` for no limit.
    grace_factor, grace_seconds
        A run is ended ``grace_factor * limit + grace_seconds`` seconds after it began, reading, building the model
        and starting the process included.
    """

    name: Name = "experiment"
    instances: Annotated[tuple[InstanceSpec, ...], Field(min_length=1)]
    contestants: Annotated[dict[Name, Contestant], Field(min_length=1)]
    seeds: Annotated[tuple[Seed, ...], Field(min_length=1), AfterValidator(_refuse_repeated)] = (0,)
    limits: Annotated[
        tuple[Limit, ...], Field(min_length=1), BeforeValidator(_as_list), AfterValidator(_refuse_repeated)
    ] = (60.0,)
    workers: Annotated[int, Field(ge=1, le=256)] = 1
    memory_mb: Annotated[int, Field(gt=0)] | None = None
    grace_factor: Annotated[float, Field(ge=1)] = 2.0
    grace_seconds: Annotated[float, Field(ge=0)] = 60.0

    @field_validator("contestants", mode="before")
    @classmethod
    def _fields_of_settings(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        return {
            name: own.model_dump(exclude_unset=True) if isinstance(own, Settings) else {} if own is None else own
            for name, own in value.items()
        }


def load_experiment(path: str | Path) -> Experiment:
    """Read an experiment.

    Parameters
    ----------
    path
        A ``.toml`` or ``.yaml`` file; paths in it are relative to its folder.

    Raises
    ------
    InvalidExperiment
        With everything that is wrong in it.
    """
    return load_as(Experiment, path, known=[*InstanceSpec.model_fields, *Generated.model_fields])


def load_as(kind: type[AnyModel], path: str | Path, known: Iterable[str]) -> AnyModel:
    """Read a named record from a ``.toml`` or ``.yaml`` file; paths in it are relative to its folder.

    Parameters
    ----------
    kind
        What to read; its name is that of the file by itself.
    path
        The file.
    known
        Names of fields within its own, to suggest from.

    Raises
    ------
    InvalidExperiment
        With everything that is wrong in it.
    """
    file = Path(path)
    fields = {"name": usable_name(file.stem)} | _read_fields(file)
    try:
        return kind.model_validate(fields, context={"base": file.resolve().parent})
    except ValidationError as error:
        faults = faults_of_error(error, known={*kind.model_fields, *known})
        raise InvalidExperiment([f"{file.name}: {fault}" for fault in faults]) from None


def _read_fields(file: Path) -> dict[str, Any]:
    if file.suffix not in (".toml", ".yaml", ".yml"):
        raise InvalidExperiment([f"{file}: an experiment is a .toml or a .yaml file"])
    try:
        text = read_text(file)
        fields = tomllib.loads(text) if file.suffix == ".toml" else parse_yaml(file.name, text, _Loader)
    except InvalidProblem as error:
        raise InvalidExperiment([str(error)]) from None
    except tomllib.TOMLDecodeError as error:
        raise InvalidExperiment([f"{file.name}: {error}"]) from None
    if not isinstance(fields, dict):
        raise InvalidExperiment([f"{file.name}: must give the fields {', '.join(Experiment.model_fields)}"])
    return fields


class _Loader(OncePerName, yaml.SafeLoader):
    """Reads numbers and truth as YAML does, and each name once."""
