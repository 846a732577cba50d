"""What is solved: files and folders of the library, generated problems, instances of public formats."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from schedsolver.bench.invalid import Name, usable_name
from schedsolver.domain.base import Model
from schedsolver.domain.problem import Problem
from schedsolver.errors import InvalidProblem
from schedsolver.io import load
from schedsolver.io.formats import load_curtois, load_inrc2
from schedsolver.io.generator import GeneratorSpec, generate
from schedsolver.io.header import is_problem_folder
from schedsolver.io.text import read_text

BEST_FILE = "best_known.csv"
BEST_COLUMNS = ("best_known", "best_static_cost")
_INRC2_NAME = re.compile(r"n\d+w\d+_\d+_\d+(-\d+)*")


def _located(path: Path, info: ValidationInfo) -> Path:
    """Take a path as relative to the experiment's file, where there is one."""
    return Path((info.context or {}).get("base", "")) / path


Located = Annotated[Path, AfterValidator(_located)]
Seed = Annotated[int, Field(ge=0, lt=2**31)]


class Generated(GeneratorSpec):
    """Problems of the generator, one for each seed.

    Attributes
    ----------
    seeds
        In place of ``seed``, for several problems.
    """

    seeds: tuple[Seed, ...] = ()

    @model_validator(mode="after")
    def _one_way_of_seeds(self) -> Self:
        if self.seeds and "seed" in self.model_fields_set:
            raise ValueError("give either seed or seeds, not both")
        return self

    def specs(self) -> Iterator[GeneratorSpec]:
        """Give what to generate."""
        fields = {name: getattr(self, name) for name in GeneratorSpec.model_fields}
        for seed in self.seeds or (self.seed,):
            yield GeneratorSpec(**fields | {"seed": seed})


class InstanceSpec(Model):
    """One instance or several of a kind.

    Attributes
    ----------
    path
        A problem folder or ``.json`` file of the library, or a folder that holds such.
    generate
        Parameters of the generator, with ``seeds`` for several.
    curtois
        An instance of Curtois and Qu, or a folder that holds some.
    inrc2
        ``FOLDER/INSTANCE`` of the Second International Nurse Rostering Competition, or a folder whose
        ``best_known.csv``, or whose parent's, lists instances.
    problem
        A problem, from Python.
    glob
        Which of a folder to take, for example ``Instance[1-4].txt``.
    name
        In place of the name of the file or of what is generated; goes before it where there are several.
    best_known
        Cost of the best roster published, or a CSV file with the columns ``instance`` and ``best_known``. By
        itself, ``best_known.csv`` beside instances of public formats is used.
    optional
        Whether to go on without it when the file or folder is not there.
    """

    path: Located | None = None
    generate: Generated | None = None
    curtois: Located | None = None
    inrc2: Located | None = None
    problem: Problem | None = None
    glob: str | None = None
    name: Name | None = None
    best_known: int | Located | None = None
    optional: bool = False

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        kinds = ("path", "generate", "curtois", "inrc2", "problem")
        given = [kind for kind in kinds if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError(f"give one of {', '.join(kinds)}; here are {' and '.join(given) or 'none'}")
        if self.source is None and self.glob is not None:
            raise ValueError("glob picks from a folder; give it with path, curtois or inrc2 only")
        return self

    @property
    def source(self) -> Path | None:
        """The file or folder; ``None`` for what comes from none."""
        return self.path or self.curtois or self.inrc2

    @property
    def is_there(self) -> bool:
        """Whether the file or folder exists."""
        source = self.source
        if source is None or source.exists():
            return True
        return self.inrc2 is not None and _INRC2_NAME.fullmatch(source.name) is not None and source.parent.exists()


@dataclass(frozen=True)
class Instance:
    """An instance of an experiment.

    Attributes
    ----------
    name
        Its name in results.
    load
        Reads or makes the problem.
    best_known
        Best cost published.
    """

    name: str
    load: Callable[[], Problem]
    best_known: int | None = None


def instances_of(spec: InstanceSpec) -> list[Instance]:
    """Find the instances that a specification means.

    Raises
    ------
    InvalidProblem
        If there are none, or the best known costs cannot be read.
    """
    if not spec.is_there:
        raise InvalidProblem([f"{spec.source}: there is no such file or folder; correct it, or add optional: true"])
    found = list(_found(spec))
    if not found:
        raise InvalidProblem([f"{spec.source}: holds no instance{f' that matches {spec.glob}' if spec.glob else ''}"])
    if isinstance(spec.best_known, int) and len(found) > 1:
        raise InvalidProblem([f"{spec.source or 'generate'}: best_known is one cost, but there are {len(found)} "
                              "instances; give a CSV file"])  # fmt: skip
    costs = _best_costs(spec)
    return [Instance(_name(spec, own, len(found)), load, costs(own)) for own, load in found]


def _found(spec: InstanceSpec) -> Iterator[tuple[str, Callable[[], Problem]]]:
    """Give the own name of each instance, and how to get it."""
    if spec.problem is not None:
        given = spec.problem
        yield given.name or "problem", lambda: given
    elif spec.generate is not None:
        for one in spec.generate.specs():
            size = f"{one.outlets}x{one.staff or 'any'}x{one.days}d{one.slot_minutes}-{one.seed}"
            yield size if one.content == "basic" else f"{size}-{one.content}", partial(generate, one)
    elif spec.inrc2 is not None:
        for path in _inrc2_paths(spec.inrc2, spec.glob or "*"):
            yield path.name, partial(load_inrc2, path)
    elif spec.curtois is not None:
        paths = [spec.curtois] if spec.curtois.is_file() else _within(spec.curtois, spec.glob or "*.txt")
        yield from ((path.stem, partial(load_curtois, path)) for path in paths)
    elif spec.path is not None:
        for path in _problem_paths(spec.path, spec.glob):
            yield path.stem if path.is_file() else path.resolve().name, partial(load, path)


def _problem_paths(path: Path, glob: str | None) -> list[Path]:
    if glob is None and (path.is_file() or is_problem_folder(path)):
        return [path]
    return [p for p in _within(path, glob or "*") if glob or is_problem_folder(p) or p.suffix == ".json"]


def _within(folder: Path, glob: str) -> list[Path]:
    """Give what a folder holds, ``Instance2`` before ``Instance10``."""
    return sorted(folder.glob(glob), key=lambda path: _by_number(path.relative_to(folder).as_posix()))


def _by_number(text: str) -> list[Any]:
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", text)]


def _inrc2_paths(path: Path, glob: str) -> list[Path]:
    if _INRC2_NAME.fullmatch(path.name):
        return [path]
    names: list[str] = []
    if (path / BEST_FILE).is_file():
        names = list(_costs_in(path / BEST_FILE))
    elif (path.parent / BEST_FILE).is_file():
        names = [name for name in _costs_in(path.parent / BEST_FILE) if name.startswith(f"{path.name}_")]
    return [path / name for name in names if fnmatch(name, glob)]


def _name(spec: InstanceSpec, own: str, count: int) -> str:
    if spec.name is None:
        return usable_name(own)
    return spec.name if count == 1 else usable_name(f"{spec.name}-{own}")


def _best_costs(spec: InstanceSpec) -> Callable[[str], int | None]:
    """Give what tells the best known cost of an instance by its own name."""
    given = spec.best_known
    if isinstance(given, int):
        return lambda _: given
    source = spec.curtois or spec.inrc2
    beside = [source / BEST_FILE, source.parent / BEST_FILE, source.parent.parent / BEST_FILE] if source else []
    file = given or next((path for path in beside if path.is_file()), None)
    costs = _costs_in(file) if file is not None else {}
    # The published table of Curtois and Qu numbers the instances that the files name.
    return lambda own: costs.get(own, costs.get(own.removeprefix("Instance")))


def _costs_in(file: Path) -> dict[str, int | None]:
    """Read the best known costs by instance."""
    rows = list(csv.DictReader(read_text(file).splitlines()))
    column = next((name for name in BEST_COLUMNS if rows and name in rows[0]), None)
    if column is None or "instance" not in rows[0]:
        raise InvalidProblem([f"{file}: must have the columns instance and best_known, and a row for each instance"])
    costs: dict[str, int | None] = {}
    for number, row in enumerate(rows, start=2):
        text = (row[column] or "").strip()
        if text and not text.isdecimal():
            raise InvalidProblem([f'{file} row {number}: {column} "{text}" is not a whole number'])
        costs[row["instance"]] = int(text) if text else None
    return costs
