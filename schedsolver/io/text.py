"""Text files read with care and written whole."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from schedsolver.errors import CannotWrite, InvalidProblem

MAX_BYTES = 64 * 2**20
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SAVE_AS = 'save it again as UTF-8 (in Excel: Save As, "CSV UTF-8")'


def read_text(path: Path) -> str:
    """Read a text file, without the mark that Excel puts at its beginning.

    Raises
    ------
    InvalidProblem
        If it is not there, larger than ``MAX_BYTES``, not text, or not UTF-8.
    """
    data = _read_bytes(path)
    if data.startswith(_UTF16_MARKS):
        raise InvalidProblem([f"{path.name}: is not UTF-8 but UTF-16; {_SAVE_AS}"])
    if b"\0" in data:
        raise InvalidProblem([f"{path.name}: is not a text file; if it is a workbook, save it as CSV UTF-8"])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidProblem([f"{path.name} row {line}: is not UTF-8; {_SAVE_AS}"]) from None


class OncePerName:
    """Lets a YAML loader refuse a name that is given twice, of which YAML would silently keep the second."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Make a mapping of a node whose names all differ."""
        seen: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f'"{key.value}" is given twice; keep one', problem_mark=key.start_mark
                )
            seen.add(key.value)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)  # type: ignore[misc]
        return mapping


def parse_yaml(name: str, text: str, loader: type[yaml.BaseLoader | yaml.SafeLoader]) -> Any:
    """Give the contents of a YAML file.

    Raises
    ------
    InvalidProblem
        If it is not well formed, with the name of the file and the line.
    """
    try:
        return yaml.load(text, loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InvalidProblem([f"{name} line {line}: {error.problem}"]) from None
    except yaml.YAMLError as error:
        raise InvalidProblem([f"{name}: {error}"]) from None
    except RecursionError:
        raise InvalidProblem([f"{name}: is nested too deeply"]) from None


def write_file(path: Path, text: str) -> None:
    """Write a file whole or not at all.

    Raises
    ------
    CannotWrite
        If the file cannot be written.
    """
    staged = path.with_name(_hidden_name())
    with writing(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            staged.write_bytes(_encoded(path.name, text))
            staged.replace(path)
        finally:
            staged.unlink(missing_ok=True)


def write_folder(folder: Path, files: Mapping[str, str], outdated: Iterable[str] = ()) -> None:
    """Write files into a folder: none of them appears before all have been written.

    Parameters
    ----------
    folder
        Made when it is not there; its other files stay.
    files
        Text of each file by name.
    outdated
        Names of files that go if they are not among those written.

    Raises
    ------
    CannotWrite
        If a file cannot be written.
    """
    with writing(folder):
        is_new = not folder.exists()
        staged = (folder.parent if is_new else folder) / _hidden_name()
        try:
            staged.mkdir(parents=True)
            for name, text in files.items():
                (staged / name).write_bytes(_encoded(name, text))
            if is_new:
                staged.rename(folder)
                return
            for name in files:
                (staged / name).replace(folder / name)
            for name in set(outdated) - files.keys():
                (folder / name).unlink(missing_ok=True)
        finally:
            shutil.rmtree(staged, ignore_errors=True)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Say in the user's words what the operating system refuses to read."""
    try:
        yield
    except OSError as error:
        raise InvalidProblem([f"{path}: cannot be read: {error.strerror}"]) from None


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say in the user's words what the operating system refuses to write."""
    try:
        yield
    except OSError as error:
        raise CannotWrite(f"{path}: cannot be written: {error.strerror}") from error


def _read_bytes(path: Path) -> bytes:
    with reading(path):
        if not path.is_file():
            raise InvalidProblem([f"{path}: there is no such file"])
        size = path.stat().st_size
        if size > MAX_BYTES:
            limit = f"{size / 2**20:.0f} MiB, above the limit of {MAX_BYTES // 2**20} MiB"
            raise InvalidProblem([f"{path.name}: is too large: {limit}; keep only the rows of the horizon"])
        return path.read_bytes()


def _encoded(name: str, text: str) -> bytes:
    """Encode text; Excel takes a CSV for UTF-8 only when it begins with the mark."""
    return text.encode("utf-8-sig" if name.endswith(".csv") and not text.isascii() else "utf-8")


def _hidden_name() -> str:
    return f".{uuid.uuid4().hex}.tmp"
