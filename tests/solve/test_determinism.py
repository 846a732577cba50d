"""A deterministic search gives the same roster in every process, whatever the seed of Python's hashes."""

import hashlib
import json
import os
import subprocess
import sys

import pytest

import schedsolver as ss
from schedsolver.domain import Employee, Horizon, Request, ShiftRequirement
from schedsolver.rules import DaysWorked, MinimumRest
from schedsolver.solve.checkpoint import fingerprint
from tests.solving import fixed_shift, plain
from tests.tiny import MONDAY

AS_IF_LARGE = ss.Strategy(small_options=0)
PROCESSES = 2


def shifts() -> ss.Problem:
    """A week of day and night shifts, with more wanted than there are people for."""
    problem = plain(
        horizon=Horizon(start=MONDAY, days=7, slot_minutes=60),
        staff=tuple(Employee(employee_id=f"E{i}", contract_id="full") for i in range(5)),
        shift_types=(fixed_shift("day", "08:00", "16:00"), fixed_shift("night", "22:00", "30:00")),
        rules=(MinimumRest(minutes=11 * 60), DaysWorked(maximum=4)),
    )
    dates = problem.horizon.dates
    needs = [
        ShiftRequirement(date=date, shift_type_id=name, preferred=2, shortage_cents=500)
        for date in dates
        for name in ("day", "night")
    ]
    wishes = [Request(employee_id=f"E{i}", date=dates[i], wish="off", cents=30) for i in range(5)]
    return problem.replace(shift_requirements=tuple(needs), requests=tuple(wishes))


def cluster(**more: object) -> ss.Problem:
    return ss.generate(ss.GeneratorSpec(**({"outlets": 2, "staff": 5, "days": 2, "seed": 5} | more)))


def searches() -> dict[str, ss.Result]:
    """Searches by all that takes part in them: the whole model, relaxation, dive, polish and neighbourhoods."""
    large = ss.Settings(deterministic=True, deterministic_work=0.2, gap=0, strategy=AS_IF_LARGE)
    small = ss.Settings(deterministic=True, deterministic_work=0.5, gap=0)
    first = ss.solve(cluster(), large)
    rested = cluster().replace(rules=(*cluster().rules[:-1], MinimumRest(minutes=16 * 60)))
    return {
        "cluster": first,
        "everything": ss.solve(cluster(staff=4, days=1, content="everything"), small),
        "shifts": ss.solve(shifts(), large),
        "a roster with too little rest, repaired": ss.solve(rested, small, start=first.schedule),
    }


def told() -> dict[str, list[object]]:
    """What must be the same: problem, roster, bound and course of each search."""
    return {
        name: [
            hashlib.sha256(result.schedule.model_dump_json().encode()).hexdigest(),
            result.objective, result.bound, round(result.deterministic_time, 9), str(result.stopped_because),
            [[p.objective, p.bound, p.phase] for p in result.trace],
        ]
        for name, result in searches().items()
    } | {"problem": [fingerprint(cluster()), fingerprint(shifts())]}  # fmt: skip


@pytest.fixture(scope="module")
def runs() -> list[dict[str, list[object]]]:
    code = "import json; from tests.solve.test_determinism import told; print(json.dumps(told()))"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONHASHSEED": str(seed)},
        )
        for seed in range(PROCESSES)
    ]
    printed = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * PROCESSES
    return [json.loads(text) for text in printed]


def test_every_process_finds_the_same(runs):
    for run in runs[1:]:
        assert run == runs[0]


def test_what_is_compared_is_worth_comparing(runs):
    phases = {point[2] for name, (*_, trace) in runs[0].items() if name != "problem" for point in trace}
    assert {"dive", "whole model"} <= phases
    assert runs[0]["a roster with too little rest, repaired"][-1][0][-1] == "start, repaired"
