"""A small problem folder; tests change the files they are about."""

from pathlib import Path

import pytest

from schedsolver import io
from schedsolver.errors import InvalidProblem

FILES = {
    "problem.yaml": "name: Two days\nhorizon: {start: 2026-03-09, days: 2, slot_minutes: 60}\n",
    "outlets.csv": "outlet,hub,windows\nHub,true,\nSat,,2\n",
    "opening.csv": (
        "outlet,weekday,start,end\nHub,0,09:00,17:00\nHub,1,09:00,17:00\nSat,0,09:00,17:00\nSat,1,09:00,17:00\n"
    ),
    "travel.csv": "outlet,Hub,Sat\nHub,0,25\nSat,30,0\n",
    "contracts.csv": "contract,weekly_minutes\nfull,2400\n",
    "staff.csv": "employee,contract,home_outlet,tags\nE0007,full,Hub,senior trainer\nE0008,full,,\n",
    "skills.csv": "skill\ncash\n",
    "permissions.csv": "employee,skill,valid_from,valid_until\nE0007,cash,2026-01-01,\n",
    "activities.csv": "activity,skill,service_minutes\ncounter,cash,7.5\n",
    "shift_types.csv": "shift_type,start_from,start_to,minutes_min,minutes_max\nday,09:00,10:00,300,420\n",
    "breaks.csv": "shift_type,minutes,start_from,start_to\nday,60,12:00,13:00\n",
    "interval_requirements.csv": "outlet,activity,date,start,end,heads\nHub,counter,2026-03-09,09:00,12:00,1\n",
    "leave.csv": "employee,first_day,last_day\nE0008,2026-03-10,2026-03-10\n",
}


def write(folder: Path, changes: dict[str, str | bytes | None] | None = None) -> Path:
    """Write the files, changed; ``None`` leaves a file out."""
    folder.mkdir(exist_ok=True)
    for name, text in (FILES | (changes or {})).items():
        if text is not None:
            (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def refusal(folder: Path, changes: dict[str, str | bytes | None]) -> list[str]:
    """Give the lines that say why the changed files are refused."""
    with pytest.raises(InvalidProblem) as caught:
        io.load(write(folder, changes))
    return str(caught.value).splitlines()
