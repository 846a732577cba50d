"""Says what a figure was measured on."""

from __future__ import annotations

import datetime as dt

from schedsolver.bench.machine import machine
from schedsolver.solve.result import versions


def describe_machine() -> str:
    """Give date, processor, number of processors usable and versions in one line."""
    software = ", ".join(f"{name} {version}" for name, version in versions().items())
    return f"{dt.date.today()}, {machine()}; {software}"
