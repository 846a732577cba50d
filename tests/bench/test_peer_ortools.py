"""OR-Tools' shift scheduling example: its instance prices rosters as it does, its model agrees with the library."""

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, given, settings

import schedsolver as ss
from benchmarks.peers import compact_cp_sat, ortools_example
from benchmarks.peers.ortools_instance import DAYS, FIRST, MISSING_CENTS, REWARDS, STAFF, WANTED, instance
from schedsolver.domain import Duty, Pin, Problem, Request, Schedule, ShiftRequirement
from schedsolver.errors import SchedSolverError
from schedsolver.rules.contract import DaysWorked, PaidHours
from schedsolver.rules.rest import MinimumRest
from schedsolver.rules.sequence import DaysOff, SameShifts, Successions, WorkDays
from tests.solving import counter_day, fixed_shift, plain, work
from tests.strategies import shift_problems
from tests.tiny import MONDAY, TUESDAY

Grid = list[str]


def random_grids(count: int) -> Iterator[Grid]:
    """Rosters of the example's instance, a word of 21 letters for each employee; "-" is off."""
    choice = random.Random(5)
    for _ in range(count):
        yield [
            "".join(c * choice.randint(1, 4) for c in choice.choices("MAN-", (3, 3, 3, 2), k=DAYS))[:DAYS]
            for _ in range(STAFF)
        ]


def schedule_of(grid: Grid) -> Schedule:
    starts = {"M": 6, "A": 14, "N": 22}
    duties = []
    for e, word in enumerate(grid):
        for day, shift in enumerate(f"{word}A"):
            if shift != "-":
                date = FIRST + dt.timedelta(days=day)
                start = dt.datetime.combine(date, dt.time(starts[shift]))
                duties.append(
                    Duty(employee_id=f"E{e}", date=date, outlet_id="ward", shift_type_id=shift, start=start,
                         end=start + dt.timedelta(hours=8))
                )  # fmt: skip
    return Schedule.of(duties)


def lengths(word: str, shift: str) -> list[int]:
    others = set(word) - {shift}
    for other in others:
        word = word.replace(other, " ")
    return [len(run) for run in word.split(" ") if run]


def example_penalty(grid: Grid) -> int:
    """What the example's objective comes to; of more than four nights in a row, which it bars, each after the third."""
    penalty = -2 * (grid[3][5] == "-") - 2 * (grid[5][10] == "N") + 4 * (grid[2][4] == "N")
    for word in grid:
        penalty += sum(20 * (n == 1) + 5 * max(0, n - 3) for n in lengths(word, "N"))
        penalty += 4 * sum(word[d : d + 2] == "AN" for d in range(DAYS - 1))
        for week in (word[:7], word[7:14], word[14:]):
            off, nights = week.count("-"), week.count("N")
            penalty += 7 * max(0, 2 - off) + 4 * max(0, off - 2) + 3 * (nights == 0)
    return penalty + sum(price * max(0, -missing) for _, price, missing in cover(grid))


def cover(grid: Grid) -> Iterator[tuple[str, int, int]]:
    """Shift, price of a head too many, and heads missing (below 0 for too many) of each day."""
    for day in range(DAYS):
        here = [word[day] for word in grid]
        for shift, price, wanted in zip("MAN", (2, 2, 5), WANTED[day % 7], strict=True):
            yield shift, price, wanted - here.count(shift)


def breaks_hard_rules(word: str) -> bool:
    weeks = (word[:7], word[7:14], word[14:])
    return (
        max(lengths(word, "-"), default=0) > 2
        or max(lengths(word, "N"), default=0) > 4
        or "NM" in word
        or any(not 1 <= week.count("-") <= 3 or week.count("N") > 4 for week in weeks)
    )


def test_the_instance_prices_rosters_as_the_example_does():
    problem = instance()
    for grid in random_grids(25):
        report = ss.check(problem, schedule_of(grid))
        missing = sum(max(0, heads) for _, _, heads in cover(grid))
        assert report.objective == example_penalty(grid) + REWARDS + MISSING_CENTS * missing
        broken = {v.employee_id for v in report.violations if v.rule != "pin.kept"}
        assert broken == {f"E{e}" for e, word in enumerate(grid) if breaks_hard_rules(word)}


def test_the_instance_pins_what_the_example_fixes():
    fixed = "0O0 1O0 2M0 3M0 4A0 5A0 6A3 7N0 0M1 1M1 2A1 3A1 4A1 5O1 6O1 7N1"
    pins = {(p.employee_id, (p.date - FIRST).days, p.shift_type_id or "O") for p in instance().pins}
    last = {(f"E{e}", DAYS, "A") for e in range(STAFF)}
    assert pins - last == {
        (f"E{e}", int(d), s) for e, s, d in (word[:1] + word[1:2] + word[2:] for word in fixed.split())
    }


RULES = (
    WorkDays(maximum=2, hard=False, weight=30),
    WorkDays(minimum=2, hard=False, weight=11),
    DaysOff(minimum=2, maximum=3, hard=False, weight=17),
    DaysWorked(per="horizon", minimum=1, maximum=2, hard=False, weight=23),
    DaysWorked(per="rolling", days=2, maximum=1, hard=False, weight=5),
    PaidHours(per="horizon", minimum_minutes=200, maximum_minutes=500, hard=False, weight=1),
)


@settings(max_examples=25, deadline=None)
@given(shift_problems(RULES))
def test_the_example_agrees_with_the_library_on_what_it_expresses(problem: Problem):
    found = ortools_example.solve(problem, 20.0, 1, 0)
    assume(not found.not_expressed)
    by_library = compact_cp_sat.solve(problem, 20.0, 1, 0)
    assert found.bound == by_library.bound
    if found.schedule is None:
        assert by_library.schedule is None
        return
    report = ss.check(problem, found.schedule)
    assert report.ok, report.violations
    assert report.objective == found.bound


def shifts(**changes: Any) -> Problem:
    """Two people, four days, early, late and night shifts, each missing at a price of its own."""
    kinds = (("early", "06:00", "14:00"), ("late", "14:00", "22:00"), ("night", "22:00", "30:00"))
    prices = {"early": (410, 90, 350, 120), "late": (330, 460, 140, 430), "night": (520, 280, 470, 150)}
    needs = [
        ShiftRequirement(date=MONDAY + dt.timedelta(days=d), shift_type_id=kind, minimum=d % 2, preferred=1,
                         maximum=1 + d // 2, minimum_cents=2 * cents, shortage_cents=cents, surplus_cents=50)
        for kind, own in prices.items()
        for d, cents in enumerate(own)
    ]  # fmt: skip
    tables = {
        "horizon": {"start": MONDAY, "days": 4, "slot_minutes": 60},
        "shift_types": tuple(fixed_shift(*kind) for kind in kinds),
        "shift_requirements": tuple(needs),
    }
    return plain(**(tables | changes))


SUNDAY = MONDAY - dt.timedelta(days=1)
PAST = (work("E1", "late", "14:00", "22:00", date=SUNDAY), work("E2", "night", "22:00", "30:00", date=SUNDAY))
WISHES = (
    Request(employee_id="E1", date=MONDAY, wish="on", shift_type_id="night", cents=350),
    Request(employee_id="E2", date=MONDAY, wish="off", cents=600),
    Request(employee_id="E1", date=TUESDAY, wish="on", cents=700),
    Request(employee_id="E2", date=TUESDAY, wish="off", shift_type_id="late", cents=600),
)


@pytest.mark.parametrize(
    "changes",
    [
        {"requests": WISHES},
        {"pins": (Pin(employee_id="E1", date=MONDAY, off=True), Pin(employee_id="E2", date=MONDAY, start="14:00"))},
        {"rules": (Successions(forbidden=(("late", "early"), ("night", "early"))),), "history": PAST},
        {
            "rules": (Successions(forbidden=(("night", "night"), ("night", "late")), hard=False, weight=90),),
            "history": PAST,
        },
        {"rules": (SameShifts(shift_types=("late", "night"), maximum=1),), "history": PAST},
        {"rules": (SameShifts(shift_types=("early",), minimum=2, hard=False, weight=60),)},
        {"rules": (WorkDays(maximum=3, hard=False, weight=60), DaysOff(minimum=2)), "history": PAST},
        {"rules": (WorkDays(minimum=2, maximum=2), DaysOff(minimum=2, hard=False, weight=70)), "history": PAST},
        {"rules": (DaysWorked(per="rolling", days=3, maximum=2),), "history": PAST},
        {"rules": (PaidHours(per="horizon", minimum_minutes=960, maximum_minutes=1000),)},
        {"rules": (DaysWorked(per="horizon", shift_types=("night",), minimum=1, maximum=1),)},
    ],
    ids=lambda changes: "-".join(rule.name for rule in changes.get("rules", ())) or next(iter(changes)),
)
def test_each_part_of_the_example_is_that_of_the_library(changes):
    problem = shifts(**changes)
    found = ortools_example.solve(problem, 10.0, 1, 0)
    report = ss.check(problem, found.schedule)
    assert (found.not_expressed, report.violations) == ((), ())
    assert report.objective == found.bound == compact_cp_sat.solve(problem, 10.0, 1, 0).bound
    # It binds: without it, rosters cost something else.
    assert found.bound != compact_cp_sat.solve(shifts(history=changes.get("history", ())), 10.0, 1, 0).bound


def test_the_example_keeps_duties_apart_over_midnight():
    kinds = (fixed_shift("long", "20:00", "33:00"), fixed_shift("early", "06:00", "14:00"))
    needs = tuple(
        ShiftRequirement(date=date, shift_type_id=kind, preferred=2, shortage_cents=100)
        for date, kind in ((MONDAY, "long"), (TUESDAY, "early"))
    )
    problem = plain(shift_types=kinds, shift_requirements=needs)
    assert ortools_example.solve(problem, 10.0, 1, 0).bound == 2 * 100
    before = (work("E1", "long", "20:00", "33:00", date=SUNDAY),)
    early = (ShiftRequirement(date=MONDAY, shift_type_id="early", preferred=2, shortage_cents=100),)
    again = plain(shift_types=kinds, shift_requirements=early, history=before)
    assert ortools_example.solve(again, 10.0, 1, 0).bound == 100


def test_the_example_tells_what_it_leaves_out():
    problem = shifts(rules=(MinimumRest(minutes=660), Successions(forbidden=(("late", "early"),), days_between=1)))
    assert ortools_example.solve(problem, 10.0, 1, 0).not_expressed == (
        "rest.minimum: there is nothing like it in the example",
        "sequence.successions: there is nothing like it in the example",
    )
    with pytest.raises(SchedSolverError, match="without activities"):
        ortools_example.solve(counter_day(), 1.0, 1, 0)
