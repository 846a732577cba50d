"""What a small problem's rosters cost, and peers that behave in every way."""

import os
import subprocess
import sys
import time
from pathlib import Path

from schedsolver.bench.peer import CannotExpress, PeerRoster
from schedsolver.domain import Duty, Problem, Schedule, Stint
from tests.tiny import MONDAY, at

# Of ``counter_day``: two heads wanted 10:00-12:00, duties 09:00-11:00 or 11:00-13:00, three people; an hour short costs
# 100 then 150, a surplus hour 20. Two in one half and one in the other: three surplus hours and one short.
OPTIMUM = 3 * 20 + 100
NOBODY = 2 * (100 + 150)


def one_duty(employee: str = "E0", *, filled: bool = True) -> Schedule:
    """One person 09:00-11:00; without work to do when not filled, which breaks a hard rule."""
    start, end = at("09:00"), at("11:00")
    duty = Duty(employee_id=employee, date=MONDAY, outlet_id="Hub", shift_type_id="am", start=start, end=end)
    work = Stint(employee_id=employee, outlet_id="Hub", activity_id="counter", start=start, end=end)
    return Schedule.of([duty], [work] if filled else [])


# A surplus hour, one head short 10:00-11:00 and two 11:00-12:00.
ONE_DUTY = 20 + 100 + (100 + 150)


# ---------------------------------------------------------------- peers


def good(problem: Problem, seconds: float, workers: int, seed: int) -> PeerRoster:
    trace = ((0.25, None, 90), (0.5, NOBODY, 90), (0.75, ONE_DUTY, 100))
    return PeerRoster(one_duty(), 100, trace, message=f"{seconds:g} s, {workers} workers, seed {seed}",
                      deterministic_time=7.5, versions={"abacus": "1.0"})  # fmt: skip


def other_prices(problem: Problem, seconds: float, workers: int, seed: int) -> PeerRoster:
    return PeerRoster(one_duty(), 9_999, ((0.5, 3, 1), (0.75, 2, 1), (0.875, 2, 2)), not_expressed=("surplus",))


def lawless(problem: Problem, seconds: float, workers: int, seed: int) -> PeerRoster:
    return PeerRoster(one_duty(filled=False))


def blind(problem: Problem, seconds: float, workers: int, seed: int) -> PeerRoster:
    return PeerRoster(one_duty(filled=False), 5, not_expressed=("breaks and activities",))


def boastful(problem: Problem, seconds: float, workers: int, seed: int) -> PeerRoster:
    return PeerRoster(one_duty(), ONE_DUTY + 1)


def lost(problem: Problem, seconds: float, workers: int, seed: int) -> PeerRoster:
    return PeerRoster(one_duty("E9"))


def idle(problem: Problem, seconds: float, workers: int, seed: int) -> PeerRoster:
    return PeerRoster(None, 99.5)


def wordless(problem: Problem, seconds: float, workers: int, seed: int) -> PeerRoster:
    raise CannotExpress("the abacus knows no breaks")


def broken(problem: Problem, seconds: float, workers: int, seed: int) -> PeerRoster:
    raise ZeroDivisionError("the abacus fell over")


def careless(problem: Problem, seconds: float, workers: int, seed: int) -> PeerRoster:
    return 42


def crashing(problem: Problem, seconds: float, workers: int, seed: int) -> PeerRoster:
    print("no more beads", file=sys.stderr, flush=True)
    os._exit(3)


def endless(problem: Problem, seconds: float, workers: int, seed: int) -> PeerRoster:
    while True:
        time.sleep(0.1)


def greedy(problem: Problem, seconds: float, workers: int, seed: int) -> PeerRoster:
    """Start a process that takes 400 MB, and write its number where the problem's name says."""
    hog = "import time; a = bytearray(b'1') * (400 * 2**20); time.sleep(600)"
    child = subprocess.Popen([sys.executable, "-c", hog])
    Path(problem.name).write_text(f"{child.pid}")
    return endless(problem, seconds, workers, seed)


def pinned(problem: Problem, seconds: float, workers: int, seed: int) -> PeerRoster:
    """Tell where and with how many threads it runs."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else workers
    return PeerRoster(one_duty(), message=f"{cores} cores, {os.environ['OMP_NUM_THREADS']} threads")
