import pytest
from pydantic import ValidationError

import schedsolver as ss
from schedsolver.domain import Activity, BreakWindow, Employee, Horizon, IntervalRequirement, Outlet, Scope
from schedsolver.errors import InvalidProblem
from schedsolver.rules.cost import PaidTime
from schedsolver.rules.duty import DutiesPerDay
from schedsolver.rules.stints import StintLength, Switches
from tests.solving import assert_agree, assert_settled, fixed_shift, judged, spell, words, work
from tests.tiny import MONDAY, TUESDAY, tiny

A, B = (Employee(employee_id=name, contract_id="full") for name in "AB")
SOFT = {"hard": False, "weight": 30}


def need(activity, start, end, heads=1):
    return IntervalRequirement(outlet_id="Hub", activity_id=activity, date=MONDAY, start=start, end=end, heads=heads)


def world(*shifts, days=1, **changes):
    tables = {
        "horizon": Horizon(start=MONDAY, days=days, slot_minutes=60), "staff": (A, B),
        "outlets": (Outlet(outlet_id="Hub"),), "skills": (), "permissions": (),
        "activities": tuple(
            Activity(activity_id=name, shortage_cents_per_hour=(100,), surplus_cents_per_hour=10)
            for name in ("counter", "lobby")
        ),
        "shift_types": shifts or (fixed_shift("day", "09:00", "13:00"),),
        "interval_requirements": (need("counter", "09:00", "10:00"), need("lobby", "10:00", "11:00"),
                                  need("counter", "11:00", "13:00")),
    }  # fmt: skip
    return tiny(**(tables | changes))


def on(name, *plan, date=MONDAY, **more):
    """A duty from 09:00 on, an activity each hour; None for a break."""
    pauses = tuple((f"{9 + i}:00", f"{10 + i}:00") for i, what in enumerate(plan) if what is None)
    duty = work(name, "day", "09:00", f"{9 + len(plan)}:00", date=date, pauses=pauses, **more)
    return duty, *(spell(name, what, f"{9 + i}:00", f"{10 + i}:00", date=date) for i, what in enumerate(plan) if what)


C, L = "counter", "lobby"


@pytest.mark.parametrize(
    ("fields", "plan", "units"),
    [
        ({"minimum": 120}, (C, C, L, L), []),
        ({"minimum": 120}, (C, L, L, C), [1, 1]),
        ({"minimum": 180}, (C, L, L, C), [2, 1, 2]),
        ({"minimum": 180}, (C, C, C, L), [2]),
        ({"minimum": 180, "activities": (C,)}, (C, C, C, L), []),
        ({"minimum": 120, "activities": (C,)}, (C, L, L, C), [1, 1]),
        ({"minimum": 180}, (C, C, None, C, C), [1, 1]),
        ({"maximum": 120}, (C, C, L, L), []),
        ({"maximum": 120}, (C, C, C, C), [2]),
        ({"maximum": 60}, (C, C, L, C), [1]),
        ({"maximum": 120}, (C, C, None, C, C), []),
        ({"minimum": 120, "maximum": 120}, (C, L, L, L), [1, 1]),
    ],
)
def test_lengths_of_stints(fields, plan, units):
    hard, soft = (judged(StintLength(**fields, **kind), world(), *on("A", *plan)) for kind in ({}, SOFT))
    assert (len(hard.violations), hard.penalties) == (len(units), ())
    assert (soft.violations, [p.cents for p in soft.penalties]) == ((), [30 * n for n in units])


def test_a_stint_too_short_is_named():
    found = judged(StintLength(minimum=120), world(), *on("A", L, C, C, C))
    assert words(found) == ["A is on lobby for 60 minutes from 2026-03-09 09:00, less than 120"]
    (violation,) = found.violations
    assert (violation.employee_id, violation.outlet_id, violation.activity_id) == ("A", "Hub", L)
    found = judged(StintLength(maximum=120), world(), *on("A", L, C, C, C))
    assert words(found) == ["A is on counter for 180 minutes from 2026-03-09 10:00, more than 120"]


@pytest.mark.parametrize(
    ("plan", "changes"),
    [((C, C, C, C), 0), ((C, L, L, L), 1), ((C, L, C, L), 3), ((C, None, L, L), 0), ((C, L, None, C, L), 2)],
)
@pytest.mark.parametrize("maximum", [0, 1, 2])
def test_changes_of_activity(plan, changes, maximum):
    hard, soft = (judged(Switches(maximum=maximum, **kind), world(), *on("A", *plan)) for kind in ({}, SOFT))
    over = max(0, changes - maximum)
    assert len(hard.violations) == (over > 0)
    assert soft.cents == 30 * over


def test_changes_of_a_date_add_up_over_outlets_and_people_stand_alone():
    problem = world(outlets=(Outlet(outlet_id="Hub"), Outlet(outlet_id="Sat")))
    there = work("A", "day", "14:00", "16:00", outlet="Sat")
    spells = [spell("A", what, *hours, outlet="Sat") for what, *hours in ((C, "14:00", "15:00"), (L, "15:00", "16:00"))]
    found = judged(Switches(maximum=1), problem, *on("A", C, L), there, *spells, *on("B", C, L))
    assert words(found) == ["A changes activity on 2026-03-09 at 10:00, 15:00, 1 times allowed"]
    assert words(judged(Switches(), problem, *on("B", C, L))) == ["B changes activity on 2026-03-09 at 10:00"]


@pytest.mark.parametrize("rule", [StintLength(minimum=120), Switches()])
def test_only_people_and_dates_of_the_scope_count(rule):
    problem = world(days=2)
    records = [record for name in "AB" for date in (MONDAY, TUESDAY) for record in on(name, C, L, C, C, date=date)]
    each = len(judged(rule, problem, *on("A", C, L, C, C)).violations)

    def count(**scope):
        return len(judged(rule.model_copy(update={"scope": Scope(**scope)}), problem, *records).violations) / each

    assert (count(), count(employees=("A",)), count(first_day=TUESDAY)) == (4, 2, 2)
    assert count(employees=("B",), last_day=MONDAY) == 1


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (StintLength(minimum=90), "90 minutes are no whole number of 60-minute slots"),
        (StintLength(minimum=60), "every stint lasts 60 minutes"),
        (StintLength(maximum=60, activities=("countr",)), 'did you mean "counter"'),
    ],
)
def test_what_means_nothing_is_refused(rule, said):
    with pytest.raises(InvalidProblem, match=said):
        world(rules=(rule,))


@pytest.mark.parametrize("rule", [StintLength(minimum=120), Switches()])
def test_stints_need_activities(rule):
    with pytest.raises(InvalidProblem, match="needs activities"):
        world(activities=(), interval_requirements=(), rules=(rule,))


@pytest.mark.parametrize(
    ("fields", "said"), [({}, "limits nothing"), ({"minimum": 120, "maximum": 60}, "minimum 120 is above maximum 60")]
)
def test_lengths_that_cannot_be(fields, said):
    with pytest.raises(ValidationError, match=said):
        StintLength(**fields)


PAUSED = fixed_shift("day", "09:00", "13:00", breaks=(BreakWindow(start_from="10:00", start_to="11:00", minutes=60),))
TWICE = (fixed_shift("am", "09:00", "11:00"), fixed_shift("pm", "11:00", "13:00"))


@pytest.mark.parametrize("kind", [{}, SOFT], ids=["hard", "soft"])
@pytest.mark.parametrize(
    "rule",
    [
        lambda kind: StintLength(minimum=120, **kind), lambda kind: StintLength(minimum=180, activities=(C,), **kind),
        lambda kind: StintLength(maximum=60, **kind), lambda kind: StintLength(maximum=120, activities=(C,), **kind),
        lambda kind: Switches(**kind), lambda kind: Switches(maximum=1, **kind),
        lambda kind: StintLength(minimum=120, scope=Scope(employees=("A",)), **kind),
        lambda kind: Switches(scope=Scope(employees=("B",)), **kind),
    ],
)  # fmt: skip
@pytest.mark.parametrize("shifts", [(), (PAUSED,)], ids=["whole", "paused"])
def test_model_and_checker_agree(rule, kind, shifts):
    assert_agree(world(*shifts, rules=(rule(kind), PaidTime())))


@pytest.mark.parametrize("rule", [StintLength(minimum=180, **SOFT), Switches(maximum=1, **SOFT)])
def test_two_duties_of_a_date_are_looked_at_as_one(rule):
    problem = world(*TWICE, staff=(A,), rules=(rule, DutiesPerDay(maximum=2), PaidTime()))
    assert None not in assert_agree(problem)
    assert_settled(problem)


def test_without_a_reason_nobody_changes_activity():
    costs = {}
    for name, rules in {"free": (), "priced": (Switches(hard=False, weight=1_000),)}.items():
        roster = ss.solve(world(rules=(*rules, PaidTime()))).schedule
        costs[name] = len(judged(Switches(), world(), *roster.duty_list, *roster.stint_list).violations)
    assert costs["free"] > 0
    assert costs["priced"] == 0
