"""CBC alone on the library's compact model, read as an integer programme.

CBC is COIN-OR's branch and cut, in the build that PuLP (package ``pulp``) ships. All of the problem is expressed, as
long as its rules write linear rows only. It runs at its defaults on ``workers`` threads, with a gap of 0 to stop at.
Of its log the moments of improvements are taken; costs there have six digits, the last one is exact.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.peers.compact import Compact
from benchmarks.peers.mps import values_of, write_mps
from benchmarks.peers.trail import Trail, foreign
from schedsolver.errors import SchedSolverError

if TYPE_CHECKING:
    from schedsolver.bench.peer import PeerRoster
    from schedsolver.domain.problem import Problem

# How much later than the limit it may end by itself, writing its solution included.
PATIENCE_SECONDS = 30.0
_IMPROVEMENT = re.compile(r"Integer solution of (\S+) found .*\((\S+) seconds\)")
_BOUND = re.compile(r"^Lower bound: +(\S+)$", re.MULTILINE)
_OPTIMUM = re.compile(r"^Optimal - objective value +(\S+)$")


def solve(problem: Problem, seconds: float, workers: int, seed: int) -> PeerRoster:
    trail = Trail(seconds)
    pulp, versions = foreign("pulp.apis.coin_api", "pulp")
    compact = Compact(problem)
    programme = compact.integer_programme()
    with tempfile.TemporaryDirectory() as folder:
        model, answer = Path(folder, "roster.mps"), Path(folder, "roster.sol")
        write_mps(programme, model)
        began = trail.elapsed
        log = _run(pulp.pulp_cbc_path, model, answer, trail, workers, seed)
        headline, *lines = answer.read_text().splitlines() if answer.exists() else ["without a solution"]
    message = f"CBC ended: {headline}"
    if "infeasible" in headline.lower() or not lines:
        return trail.roster(None, message=message, versions=versions)
    values = values_of(_named(lines), programme, "CBC")
    cost = compact.cost(values)
    steps = [(began + float(at), float(told)) for told, at in _IMPROVEMENT.findall(log)]
    for at, told in steps[:-1]:
        # Rounded to six digits, so one of the last may be on either side of what it stands for.
        if round(told) > cost:
            trail.found(round(told), at=at)
    trail.found(cost, values, at=steps[-1][0] if steps else None)
    bound = _BOUND.search(log) or _OPTIMUM.search(headline)
    if bound:
        trail.proved(float(bound[1]))
    return trail.roster(compact.schedule(values), message=message, versions=versions)


def _run(program: str, model: Path, answer: Path, trail: Trail, workers: int, seed: int) -> str:
    """Let CBC solve a file, and give its log."""
    limits = ["-sec", f"{trail.left:.3f}", "-timeMode", "elapsed", "-threads", str(workers), "-ratio", "0"]
    seeds = ["-randomSeed", str(seed), "-randomCbcSeed", str(seed)]
    command = [program, str(model), *limits, *seeds, "-solve", "-solution", str(answer)]
    try:
        ended = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=trail.left + PATIENCE_SECONDS
        )
    except subprocess.TimeoutExpired:
        return ""
    if ended.returncode:
        raise SchedSolverError(f"CBC ended with code {ended.returncode}: {ended.stderr or ended.stdout[-500:]}")
    return ended.stdout


def _named(lines: list[str]) -> dict[str, float]:
    """Give the value of each column from lines such as ``0 c0 1 0``, marked ``**`` where a bound is not kept."""
    cells = (line.removeprefix("**").split() for line in lines)
    return {name: float(value) for _, name, value, *_ in cells}
