"""The folder a roster is written to: refused before solving if it is not fit, and written whole."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from schedsolver.errors import CannotWrite
from schedsolver.io.schedules import ACTIVITIES_FILE, DUTIES_FILE, SCHEDULE_FILE, save_schedule
from schedsolver.io.text import write_file, writing
from schedsolver.solve.result import Result

RESULT_FILE = "result.json"
FILES = (SCHEDULE_FILE, DUTIES_FILE, ACTIVITIES_FILE, RESULT_FILE)
CHECKPOINT_FILE = "search.checkpoint"
PREFIX = ".schedsolver-"


def refuse_unfit(folder: Path) -> None:
    """Refuse a folder that cannot take a roster, before time is spent on one.

    Parameters
    ----------
    folder
        A new folder, an empty one, or one with an earlier roster, which will be replaced.

    Raises
    ------
    CannotWrite
        If it is a file, holds anything else, or cannot be written.
    """
    with writing(folder):
        if folder.exists() and not folder.is_dir():
            raise CannotWrite(f"{folder}: is a file; choose a new folder")
        others = _others(path.name for path in folder.iterdir()) if folder.exists() else []
        if others:
            shown = ", ".join(others[:3]) + (", ..." if len(others) > 3 else "")
            raise CannotWrite(
                f"{folder}: holds other files ({shown}); choose a new folder, or one of an earlier roster"
            )
        place = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        with TemporaryDirectory(prefix=PREFIX, dir=place):
            pass


def write_roster(result: Result, folder: Path) -> None:
    """Write ``schedule.json``, ``duties.csv``, ``activities.csv`` and ``result.json``: all of them or none.

    Raises
    ------
    CannotWrite
        If a file cannot be written.
    """
    with writing(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(mkdtemp(prefix=PREFIX, dir=folder if folder.exists() else folder.parent))
        try:
            roster = staged / "roster"
            save_schedule(result.schedule, roster)
            write_file(roster / RESULT_FILE, result.to_json())
            if not folder.exists():
                roster.rename(folder)
                return
            for name in FILES:
                (roster / name).replace(folder / name)
        finally:
            shutil.rmtree(staged, ignore_errors=True)


def _others(names: Iterable[str]) -> list[str]:
    """Give the names that no earlier search explains; hidden files, as file managers leave them, do not count."""
    seen = sorted(name for name in names if not name.startswith("."))
    ours = FILES if RESULT_FILE in seen else ()
    return [name for name in seen if name not in (*ours, CHECKPOINT_FILE)]
