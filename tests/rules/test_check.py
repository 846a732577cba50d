import subprocess
import sys

import pytest

from schedsolver.domain import Request, Rule, Schedule
from schedsolver.errors import InvalidSchedule
from schedsolver.rules import LISTED, STANDING, DaysWorked, MinimumRest, PaidTime, active_rules, check
from tests.solving import fixed_shift, plain, roster_of, work
from tests.tiny import MONDAY, TUESDAY, duty, stint, tiny


def world(**changes):
    return plain(shift_types=(fixed_shift("day", "09:00", "15:00"),), **changes)


def test_every_rule_is_standing_or_listed_under_its_own_name():
    kinds = (*STANDING, *LISTED)
    assert len({kind.name for kind in kinds}) == len(kinds)
    assert all(Rule.catalogue()[kind.name] is kind for kind in kinds)


def test_standing_rules_come_first_where_they_apply_then_the_listed_in_order():
    problem = world(rules=(PaidTime(), MinimumRest(minutes=60)))
    assert [rule.name for rule in active_rules(problem)] == [
        "duty.shift_type", "duty.per_day", "permission.held", "leave.planned", "cost.paid_time", "rest.minimum",
    ]  # fmt: skip


def test_a_listed_rule_takes_the_place_of_its_standing_namesake():
    per_day = next(kind for kind in STANDING if kind.name == "duty.per_day")
    names = [rule.name for rule in active_rules(world(rules=(per_day(),)))]
    assert names == ["duty.shift_type", "permission.held", "leave.planned", "duty.per_day"]


def test_a_report_adds_up_violations_and_cost_of_all_rules():
    wishes = (Request(employee_id="E1", date=MONDAY, wish="off", cents=40),)
    soft = (DaysWorked(maximum=0, hard=False, weight=5), DaysWorked(maximum=1, hard=False, weight=7))
    problem = world(requests=wishes, rules=soft)
    both = roster_of([work("E1", "day", "09:00", "15:00"), work("E1", "day", "09:00", "15:00", date=TUESDAY)])
    report = check(problem, both)
    assert report.ok
    assert report.cost_by_rule == {
        "duty.shift_type": 0, "duty.per_day": 0, "permission.held": 0, "leave.planned": 0,
        "request.granted": 40, "contract.days": 2 * 5 + 7,
    }  # fmt: skip
    assert report.objective == 57
    wrong = check(problem, roster_of([work("E1", "day", "10:00", "16:00")]))
    assert not wrong.ok
    assert [v.rule for v in wrong.violations] == ["duty.shift_type"]


def test_a_report_is_a_frame_of_findings():
    problem = world(requests=(Request(employee_id="E1", date=MONDAY, wish="off", cents=40),))
    frame = check(problem, roster_of([work("E1", "day", "10:00", "16:00")])).to_frame()
    assert frame.columns.tolist() == [
        "kind", "rule", "cents", "employee", "outlet", "activity", "start", "message"
    ]  # fmt: skip
    assert frame[["kind", "rule", "cents", "employee"]].to_numpy().tolist() == [
        ["violation", "duty.shift_type", 0, "E1"],
        ["penalty", "request.granted", 40, "E1"],
    ]
    assert frame["outlet"].notna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (duty("E3"), 'employee "E3" is not in the problem (did you mean "E2"?)'),
        (duty(outlet="Hubb"), 'outlet "Hubb" is not in the problem (did you mean "Hub"?)'),
        (duty(shift="dya"), 'shift_type "dya" is not in the problem (did you mean "day"?)'),
        (duty(skill="cashh"), 'skill "cashh" is not in the problem (did you mean "cash"?)'),
        (stint("E1", "count", "09:00", "10:00"), 'activity "count" is not in the problem'),
    ],
)
def test_names_the_problem_does_not_have_are_refused(record, message):
    with pytest.raises(InvalidSchedule) as caught:
        check(tiny(), roster_of([record]))
    assert message.split(" (")[0] in str(caught.value)


def test_nobody_working_is_a_roster():
    assert check(tiny(), Schedule()).ok


def test_checking_loads_no_solver():
    script = (
        "import sys, datetime as dt, schedsolver as ss\n"
        "horizon = ss.Horizon(start=dt.date(2026, 3, 9), days=1, slot_minutes=60)\n"
        "shift = ss.ShiftType(shift_type_id='d', start_from=540, start_to=540, minutes_min=60, minutes_max=60)\n"
        "problem = ss.Problem(horizon=horizon, outlets=[ss.Outlet(outlet_id='O')], shift_types=[shift],\n"
        "    contracts=[ss.Contract(contract_id='c')], staff=[ss.Employee(employee_id='e', contract_id='c')],\n"
        "    activities=[ss.Activity(activity_id='a')])\n"
        "assert ss.check(problem, ss.Schedule()).ok\n"
        "ss.kpis(problem, ss.Schedule())\n"
        "print([name for name in ('ortools', 'highspy') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
