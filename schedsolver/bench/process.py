"""The other side of a worker: starts it on its own processors, measures it from outside, ends it when it must."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from schedsolver.bench.peer import search_path
from schedsolver.bench.record import Outcome

LOOK_SECONDS = 0.2
LONGEST_WORDS = 800
# What numerical libraries read to know how many threads to start.
THREAD_VARIABLES = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """Where a worker is ended from outside: wall-clock seconds, and resident memory in MB."""

    seconds: float
    memory_mb: float | None


class Worker:
    """A run in a process of its own.

    Parameters
    ----------
    spec
        What to run; see :func:`schedsolver.bench.worker.told_of`.
    cores
        The processors it may use; any when empty.
    workers
        Threads of its numerical libraries.
    limits
        Where to end it.
    scratch
        An empty folder for the files between both sides.
    """

    def __init__(self, spec: dict[str, Any], cores: Sequence[int], workers: int, limits: Limits, scratch: Path) -> None:
        self._limits = limits
        self._result, self._log = scratch / "result.json", scratch / "log.txt"
        spec_file = scratch / "spec.json"
        spec_file.write_text(json.dumps(spec | {"result": str(self._result)}), encoding="utf-8")
        self._started = time.perf_counter()
        self._process = _start(spec_file, self._log, workers)
        self._tree = psutil.Process(self._process.pid)
        _pin(self._tree, cores)
        self._looked = 0.0
        self._cpu: dict[tuple[int, float], float] = {}
        self._peak_bytes = 0
        self._ended_for: tuple[Outcome, str] | None = None

    @property
    def seconds(self) -> float:
        """Wall-clock time since it began."""
        return time.perf_counter() - self._started

    def poll(self) -> dict[str, Any] | None:
        """Look at the worker, and end it when it is past a limit; gives the fields of its record once it has ended."""
        if self._has_ended():
            return self._told()
        if self.seconds - self._looked >= LOOK_SECONDS:
            self._looked = self.seconds
            self._measure()
            self._keep_limits()
        return None

    def kill(self) -> None:
        """End the worker and everything it started."""
        family = [self._tree]
        with contextlib.suppress(psutil.Error):
            family += self._tree.children(recursive=True)
        for member in family:
            with contextlib.suppress(psutil.Error):
                member.kill()
        self._end_group()

    def wait(self) -> None:
        """Wait for the end of a worker that was killed."""
        while not self._has_ended():
            time.sleep(0.01)

    def _has_ended(self) -> bool:
        if self._process.returncode is not None:
            return True
        if not hasattr(os, "wait4"):
            return self._process.poll() is not None
        pid, status, usage = os.wait4(self._process.pid, os.WNOHANG)
        if pid == 0:
            return False
        self._process.returncode = os.waitstatus_to_exitcode(status)
        # Of the process and those it waited for: exact, and also of runs too short to be looked at. Not so the peak
        # of memory, which the system counts from before the process became Python, when it was a copy of this one.
        self._cpu[pid, 0.0] = max(0.0, usage.ru_utime + usage.ru_stime - sum(self._cpu.values()))
        return True

    def _measure(self) -> None:
        """Add up memory and processor time of the process and those it started."""
        resident = 0
        with contextlib.suppress(psutil.Error):
            for member in (self._tree, *self._tree.children(recursive=True)):
                with contextlib.suppress(psutil.Error), member.oneshot():
                    times = member.cpu_times()
                    self._cpu[member.pid, member.create_time()] = times.user + times.system
                    resident += member.memory_info().rss
        self._peak_bytes = max(self._peak_bytes, resident)

    def _keep_limits(self) -> None:
        if self._ended_for is not None:
            return
        most = self._limits.memory_mb
        if most is not None and self._peak_bytes > most * 2**20:
            words = f"took {self._peak_bytes / 2**20:.0f} MB, above the limit of {most:g} MB, and was ended"
            self._ended_for = Outcome.MEMORY, words
        elif self.seconds > self._limits.seconds:
            self._ended_for = Outcome.TIMEOUT, f"had not ended after {self._limits.seconds:g} s, and was ended"
        if self._ended_for is not None:
            self.kill()

    def _told(self) -> dict[str, Any]:
        measured = {
            "seconds": self.seconds,
            "cpu_seconds": round(sum(self._cpu.values()), 3),
            "peak_mb": round(self._peak_bytes / 2**20, 1) or None,
        }
        self._end_group()
        if self._ended_for is not None:
            outcome, message = self._ended_for
            return {"outcome": outcome, "message": message} | measured
        if self._result.is_file():
            told: dict[str, Any] = json.loads(self._result.read_text(encoding="utf-8"))
            return told | measured
        return {"outcome": Outcome.FAILED, "message": self._last_words()} | measured

    def _end_group(self) -> None:
        """End what the worker may have left behind, which is in its group or waits for its own input's end."""
        if os.name == "posix":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        if self._process.stdin is not None:
            self._process.stdin.close()

    def _last_words(self) -> str:
        code = self._process.returncode
        words = self._log.read_text(encoding="utf-8", errors="replace").strip()[-LONGEST_WORDS:]
        if code is not None and code < 0:
            return f"ended by signal {-code}; the system may have run out of memory. {words}".strip()
        return f"ended with code {code} and no result. {words}".strip()


def _start(spec_file: Path, log: Path, workers: int) -> subprocess.Popen[bytes]:
    # The same path: "-m" would look for modules in the working folder first, whatever the user keeps there.
    code = f"import sys; sys.path[:] = {search_path()!r}; from schedsolver.bench.worker import main; main()"
    environment = os.environ | dict.fromkeys(THREAD_VARIABLES, str(workers))
    with log.open("wb") as out:
        # In a session of its own, Ctrl-C does not reach it. Its standard input ends with this process.
        return subprocess.Popen(
            [sys.executable, "-c", code, str(spec_file)],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )


def _pin(process: psutil.Process, cores: Sequence[int]) -> None:
    """Keep a process, and what it will start, to some processors, where the system can."""
    if cores and hasattr(process, "cpu_affinity"):
        with contextlib.suppress(psutil.Error):
            process.cpu_affinity(list(cores))


def usable_cores() -> list[int]:
    """Give the processors this process may use."""
    here = psutil.Process()
    if hasattr(here, "cpu_affinity"):
        return list(here.cpu_affinity() or ())
    return list(range(psutil.cpu_count() or 1))
