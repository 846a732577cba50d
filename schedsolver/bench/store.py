"""Where an experiment's results are: one file for each finished cell, so that a killed run can go on.

``experiment.json`` holds what was asked for, ``instances/`` each problem as it was solved, ``cells/`` one file a run.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
from pydantic import ValidationError

from schedsolver.bench.invalid import InvalidExperiment
from schedsolver.bench.plan import Cell, Plan
from schedsolver.bench.record import RunRecord
from schedsolver.errors import CannotWrite
from schedsolver.io.text import write_file, writing
from schedsolver.solve.result import versions

HEADER = "experiment.json"
CELLS = "cells"
INSTANCES = "instances"
LOCK = "running.json"
SCRATCH = "running"


def load_records(out: str | Path) -> list[RunRecord]:
    """Read the runs that a folder of results holds.

    Raises
    ------
    InvalidExperiment
        If the folder is none of results, or a file in it cannot be read.
    """
    folder = Path(out)
    if not (folder / HEADER).is_file():
        raise InvalidExperiment([f"{folder}: holds no results of an experiment; give the --out of a run"])
    return [_read_cell(path)[1] for path in sorted((folder / CELLS).glob("*.json"))]


class Store:
    """The results of a plan.

    Parameters
    ----------
    plan
        What is run.
    out
        The folder; made when it is not there.

    Attributes
    ----------
    done
        The record of each finished cell of the plan, by key.

    Raises
    ------
    InvalidExperiment
        If the folder holds results of something else.
    CannotWrite
        If it holds other files, or cannot be written.
    """

    def __init__(self, plan: Plan, out: str | Path) -> None:
        self._folder = Path(out)
        self._refuse_other(plan)
        self.done = dict(self._finished(plan))

    @contextlib.contextmanager
    def held(self, plan: Plan) -> Iterator[None]:
        """Keep the folder for this process; two runs at once would disturb each other's times.

        Raises
        ------
        InvalidExperiment
            If another process runs an experiment there.
        """
        lock = self._folder / LOCK
        holder = _holder_of(lock)
        if holder is not None:
            raise InvalidExperiment([f"{self._folder}: process {holder} is running an experiment there; let it end"])
        # A run that was killed left files behind.
        shutil.rmtree(self._folder / SCRATCH, ignore_errors=True)
        me = {"pid": os.getpid(), "created": psutil.Process().create_time()}
        write_file(lock, json.dumps(me))
        try:
            self._write_header(plan)
            yield
        finally:
            shutil.rmtree(self._folder / SCRATCH, ignore_errors=True)
            lock.unlink(missing_ok=True)

    def put(self, cell: Cell, record: RunRecord) -> None:
        """Keep the record of a finished cell."""
        content = {"digest": cell.digest, "record": record.model_dump(mode="json")}
        write_file(self._folder / CELLS / f"{cell.key}.json", json.dumps(content, indent=1))
        self.done[cell.key] = record

    def scratch(self, cell: Cell) -> Path:
        """Make a folder for the files of a cell while it runs.

        Raises
        ------
        CannotWrite
            If it cannot be made.
        """
        folder = self._folder / SCRATCH / cell.key
        with writing(folder):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        return folder

    def problem_file(self, cell: Cell) -> Path:
        """Give where the problem of a cell is."""
        return self._folder / INSTANCES / f"{cell.instance}.json"

    def _write_header(self, plan: Plan) -> None:
        for name, text in plan.problems.items():
            write_file(self._folder / INSTANCES / f"{name}.json", text)
        content = {"experiment": plan.experiment.model_dump(mode="json"), "versions": versions()}
        write_file(self._folder / HEADER, json.dumps(content, indent=1))

    def _refuse_other(self, plan: Plan) -> None:
        header = self._folder / HEADER
        if not header.is_file():
            with writing(self._folder):
                if self._folder.exists() and any(self._folder.iterdir()):
                    raise CannotWrite(f"{self._folder}: holds other files and no results; choose a new folder")
            return
        content = _read_json(header)
        name, there = content.get("experiment", {}).get("name"), content.get("versions")
        if name != plan.experiment.name:
            raise InvalidExperiment([f'{self._folder}: holds results of experiment "{name}", not of '
                                     f'"{plan.experiment.name}"; choose another folder'])  # fmt: skip
        if there != versions():
            raise InvalidExperiment([f"{self._folder}: holds results of other versions, {there}; now there are "
                                     f"{versions()}; choose another folder"])  # fmt: skip

    def _finished(self, plan: Plan) -> Iterator[tuple[str, RunRecord]]:
        for cell in plan.cells:
            path = self._folder / CELLS / f"{cell.key}.json"
            if path.is_file():
                digest, record = _read_cell(path)
                if digest != cell.digest:
                    raise InvalidExperiment([
                        f"{path}: holds a run of other settings or of another problem under the same name; choose "
                        "another folder, give the contestant or instance another name, or delete the file"
                    ])  # fmt: skip
                yield cell.key, record


def _read_cell(path: Path) -> tuple[str, RunRecord]:
    content = _read_json(path)
    try:
        return str(content["digest"]), RunRecord.model_validate(content["record"])
    except (KeyError, ValidationError):
        raise InvalidExperiment([f"{path}: is no record of a run; delete it to run it again"]) from None


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidExperiment([f"{path}: cannot be read: {error}; delete it to run it again"]) from None
    if not isinstance(content, dict):
        raise InvalidExperiment([f"{path}: is not of an experiment; choose another folder"])
    return content


def _holder_of(lock: Path) -> int | None:
    """Give the process that holds a folder, if it still lives."""
    if not lock.is_file():
        return None
    held = _read_json(lock)
    try:
        alive = psutil.Process(held["pid"]).create_time() == held["created"]
    except (psutil.Error, KeyError):
        return None
    return int(held["pid"]) if alive else None
