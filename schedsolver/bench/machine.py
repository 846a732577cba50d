"""Says what a run was measured on."""

from __future__ import annotations

import platform
from pathlib import Path

import psutil

from schedsolver.solve.settings import usable_processors


def machine() -> str:
    """Give processor, number of processors usable, memory and system in one line."""
    gigabytes = psutil.virtual_memory().total / 2**30
    return f"{_processor()}, {usable_processors()} processors, {gigabytes:.0f} GiB, {platform.system()}"


def _processor() -> str:
    """Give the processor's name as the system tells it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown processor"
