"""Says what a figure was measured on."""

from __future__ import annotations

import datetime as dt
import platform
from pathlib import Path

from schedsolver.solve.runner import versions
from schedsolver.solve.settings import usable_processors


def describe_machine() -> str:
    """Give date, processor, number of processors usable and versions in one line."""
    parts = [f"{dt.date.today()}", processor(), f"{usable_processors()} processors", platform.system()]
    return ", ".join(parts) + "; " + ", ".join(f"{name} {version}" for name, version in versions().items())


def processor() -> str:
    """Give the processor's name as the system tells it."""
    info = Path("/proc/cpuinfo")
    names = [line for line in info.read_text().splitlines() if line.startswith("model name")] if info.exists() else []
    return names[0].split(":")[1].strip() if names else platform.processor() or "unknown processor"
