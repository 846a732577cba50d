import datetime as dt

import pytest
from pydantic import ValidationError

import schedsolver as ss
from schedsolver.domain import BreakWindow, Contract, Employee, Request, Scope, SpecialDay, TravelTimes
from schedsolver.errors import InvalidProblem
from schedsolver.rules import DayPay, Overtime, PaidTime, Travel
from schedsolver.rules.duty import DutiesPerDay
from tests.rules.test_agreement import DAY as SHORT
from tests.rules.test_agreement import HUB, NOON, SAT, alone, days
from tests.solving import assert_agree, fixed_shift, judged, plain, words, work
from tests.tiny import MONDAY, TUESDAY

# ---------------------------------------------------------------- cost.paid_time


def wages(cents: int, *shifts, **changes):
    contracts = (Contract(contract_id="full", wage_cents_per_hour=cents), Contract(contract_id="part"))
    staff = (
        Employee(employee_id="E1", contract_id="full", tags=("senior",)),
        Employee(employee_id="E2", contract_id="part"),
    )
    return plain(contracts=contracts, staff=staff, shift_types=shifts, **changes)


@pytest.mark.parametrize(
    ("wage", "end", "cents"),
    [
        (3000, "11:00", 6000),
        (1001, "10:30", 1502),  # 1501.5
        (1, "09:30", 1),  # a half
        (1, "09:29", 0),
        (7, "09:04", 0),  # 28 / 60
        (8, "09:04", 1),  # 32 / 60
    ],
)
def test_a_duty_costs_its_time_at_the_wage_rounded_half_up(wage, end, cents):
    found = judged(PaidTime(), wages(wage, fixed_shift("day", "09:00", end)), work("E1", "day", "09:00", end))
    assert (found.violations, found.cents) == ((), cents)


def test_each_duty_is_rounded_for_itself():
    two = (work("E1", "day", "09:00", "09:30"), work("E1", "day", "09:00", "09:30", date=TUESDAY))
    assert judged(PaidTime(), wages(1, fixed_shift("day", "09:00", "09:30")), *two).cents == 2


def test_unpaid_breaks_are_left_out_and_paid_ones_are_not():
    shift = fixed_shift(
        "day",
        "09:00",
        "15:00",
        breaks=(
            BreakWindow(minutes=60, start_from="11:00", start_to="11:00"),
            BreakWindow(minutes=30, start_from="13:00", start_to="13:00", paid=True),
        ),
    )
    taken = work("E1", "day", "09:00", "15:00", pauses=(("11:00", "12:00"), ("13:00", "13:30")))
    found = judged(PaidTime(), wages(600, shift), taken)
    assert found.cents == 3000
    assert words(found) == ["E1 at Hub on 2026-03-09 09:00-15:00: 300 paid minutes"]


def test_wages_are_those_of_the_contract_and_history_is_already_paid():
    shift = fixed_shift("day", "09:00", "10:00")
    before = work("E1", "day", "09:00", "10:00", date=MONDAY.replace(day=1))
    problem = wages(600, shift, history=(before,))
    assert judged(PaidTime(), problem).cents == 0
    assert judged(PaidTime(), problem, work("E2", "day", "09:00", "10:00")).cents == 0
    assert judged(PaidTime(), problem, work("E1", "day", "09:00", "10:00")).cents == 600


@pytest.mark.parametrize(
    ("scope", "cents"),
    [(Scope(employees=("E1",)), 600), (Scope(contracts=("part",)), 0), (Scope(tags=("senior",)), 600)],
)
def test_the_scope_says_whose_time_is_paid(scope, cents):
    problem = wages(600, fixed_shift("day", "09:00", "10:00"))
    assert judged(PaidTime(scope=scope), problem, work("E1", "day", "09:00", "10:00")).cents == cents


# ---------------------------------------------------------------- cost.day_pay and cost.overtime
# The short shift is paid 120 minutes, the noon shift 180, the late shift 600; a minute of E1 costs a dollar.

LATE = fixed_shift("late", "14:00", "24:00")
TWICE = DutiesPerDay(maximum=2)
WAYS = TravelTimes(outlets=("Hub", "Sat"), minutes=((0, 30), (17, 0)))
STAFF = (
    Employee(employee_id="E1", contract_id="full", home_outlet_id="Hub", tags=("senior",)),
    Employee(employee_id="E2", contract_id="part"),
)


def contracts(wage: int = 6000, weekly: int = 700) -> tuple[Contract, ...]:
    return (
        Contract(contract_id="full", wage_cents_per_hour=wage, weekly_minutes=weekly),
        Contract(contract_id="part", wage_cents_per_hour=90, weekly_minutes=420),
    )


def day(offset: int) -> dt.date:
    return MONDAY + dt.timedelta(days=offset)


def on(*offsets: int, employee: str = "E1", shift: str = "day", outlet: str = "Hub"):
    """Duties on some days: two hours from 9, three from 12 or ten from 14 o'clock."""
    clock = {"day": ("09:00", "11:00"), "noon": ("12:00", "15:00"), "late": ("14:00", "24:00")}[shift]
    return tuple(work(employee, shift, *clock, date=day(offset), outlet=outlet) for offset in offsets)


def paying(first: int = 0, length: int = 7, **changes):
    tables = {
        "horizon": days(length, day(first)), "contracts": contracts(), "staff": STAFF, "outlets": (HUB, SAT),
        "shift_types": (SHORT, NOON, LATE),
    }  # fmt: skip
    return plain(**(tables | changes))


@pytest.mark.parametrize(("wage", "cents"), [(6000, 6000), (1001, 1001), (25, 25), (0, 0)])
def test_a_duty_on_such_a_day_costs_what_is_beyond_the_plain_wage(wage, cents):
    found = judged(DayPay(percent=150), paying(contracts=contracts(wage)), *on(0))
    assert (found.violations, found.cents) == ((), cents)
    assert words(found) == ["E1 at Hub on 2026-03-09 09:00-11:00: 120 paid minutes"]


@pytest.mark.parametrize(("percent", "wage", "cents"), [(101, 24, 0), (101, 25, 1), (200, 24, 48), (300, 6000, 24000)])
def test_each_duty_of_such_a_day_is_rounded_half_up(percent, wage, cents):
    # 2 hours at 24 cents are 48, one percent of it 0.48; at 25 cents it is half a cent.
    assert judged(DayPay(percent=percent), paying(contracts=contracts(wage)), *on(0)).cents == cents
    assert judged(DayPay(percent=percent), paying(contracts=contracts(wage)), *on(0, 1)).cents == 2 * cents


def test_ways_on_such_a_day_cost_too():
    problem = paying(travel=WAYS, rules=(TWICE,))
    found = judged(DayPay(percent=200), problem, *on(0), *on(0, shift="noon", outlet="Sat"))
    assert found.cents == 100 * (120 + 180 + 30)
    assert words(found)[-1] == "E1 at Sat on 2026-03-09 12:00-15:00: 30 minutes on the way"


@pytest.mark.parametrize(
    ("scope", "cents"),
    [
        (Scope(), 24000 + 180),
        (Scope(weekdays=(1,)), 12000),
        (Scope(day_kinds=("holiday",)), 12000 + 180),
        (Scope(last_day=MONDAY), 12000 + 180),
        (Scope(employees=("E2",)), 180),
        (Scope(contracts=("full",)), 24000),
        (Scope(employees=("E2",), first_day=TUESDAY), 0),
    ],
)
def test_the_scope_says_whose_and_which_days(scope, cents):
    problem = paying(special_days=(SpecialDay(date=MONDAY, kind="holiday"),), history=on(-1))
    assert judged(DayPay(percent=200, scope=scope), problem, *on(0, 1), *on(0, employee="E2")).cents == cents


def overtime(*tiers, **more) -> Overtime:
    fields = [dict(zip(("percent", "minutes"), tier, strict=False)) for tier in tiers]
    return Overtime(**({"norm_minutes": 240, "tiers": fields} | more))


def test_minutes_beyond_the_norm_cost_what_is_beyond_the_plain_wage():
    rule = overtime((150, 100), (300,))
    assert judged(rule, paying(), *on(0, 1)).penalties == ()
    found = judged(rule, paying(), *on(0, 1, 2))
    # 120 minutes beyond: 100 at half a dollar each, 20 at two.
    assert (found.violations, found.cents) == ((), 5000 + 4000)
    assert words(found) == ["E1: 360 paid minutes in 2026-03-09 to 2026-03-15, 120 beyond the norm of 240"]
    assert found.penalties[0].employee_id == "E1"
    assert judged(overtime((150, 120), (300,)), paying(), *on(0, 1, 2)).cents == 6000
    assert judged(overtime((150, 50), (200, 50), (300, 50)), paying(), *on(0, 1, 2)).cents == 2500 + 5000 + 4000


@pytest.mark.parametrize(("wage", "cents"), [(60, 120), (59, 0), (3500, 29 * 120), (180, 240), (179, 120)])
def test_a_minute_is_rounded_half_up(wage, cents):
    # At 150 percent and 60 cents an hour a minute of overtime costs half a cent; 3500 cents make 29.17.
    assert judged(overtime((150,)), paying(contracts=contracts(wage)), *on(0, 1, 2)).cents == cents


@pytest.mark.parametrize(("most", "count"), [(119, 1), (120, 0), (121, 0)])
def test_a_last_tier_with_minutes_is_a_limit(most, count):
    found = judged(overtime((100, most)), paying(), *on(0, 1, 2))
    told = f"E1: 360 paid minutes in 2026-03-09 to 2026-03-15, 120 beyond the norm of 240, {most} at most"
    assert [v.message for v in found.violations] == [told] * count
    assert [v.employee_id for v in found.violations] == ["E1"] * count
    assert found.cents == 0
    assert len(judged(overtime((100, most - 50), (150, 50)), paying(), *on(0, 1, 2)).violations) == count


@pytest.mark.parametrize(
    ("rule", "beyond"),
    [
        ({"norm_minutes": None}, 1200 - 700),
        ({"norm_minutes": None, "per": "day"}, 1200 - 200),
        ({"norm_minutes": None, "per": "block", "days": 2}, 1200 - 200),
        ({"norm_minutes": None, "per": "block", "days": 2, "anchor": TUESDAY}, 600 - 200 + 600 - 200),
        ({"norm_minutes": 600, "per": "day"}, 0),
        ({"norm_minutes": 500, "per": "month"}, 700),
        ({"norm_minutes": 500, "per": "horizon"}, 700),
        ({"norm_minutes": 500, "scope": Scope(weekdays=(0,))}, 100),
        ({"norm_minutes": None, "scope": Scope(first_day=TUESDAY, last_day=TUESDAY)}, 0),
        ({"norm_minutes": 500, "scope": Scope(employees=("E2",))}, 0),
    ],
)
def test_norm_and_period(rule, beyond):
    assert judged(overtime((150,), **rule), paying(), *on(0, 1, shift="late")).cents == 50 * beyond


def test_the_norm_of_a_cut_period_is_whole():
    # Friday to Sunday planned: still 700 minutes a week.
    assert judged(overtime((150,), norm_minutes=None), paying(4, 3), *on(4, shift="late"), *on(5)).cents == 50 * 20


def test_ways_are_overtime_too():
    problem = paying(travel=WAYS, rules=(TWICE,))
    duties = (*on(0), *on(0, shift="noon", outlet="Sat"))
    assert judged(overtime((150,)), problem, *duties).cents == 50 * (330 - 240)


def test_overtime_of_history_is_paid_already_but_fills_the_first_tiers():
    rule = overtime((150, 100), (300,))
    some = paying(2, 5, history=(*on(-1), *on(0, shift="noon"), *on(1)))
    # 300 minutes are 60 beyond the norm; of 120 more 40 are at half a dollar and 80 at two.
    assert judged(rule, some).penalties == ()
    assert judged(rule, some, *on(2)).cents == 2000 + 16000
    assert judged(overtime((150, 180)), some, *on(2)).violations == ()
    assert len(judged(overtime((150, 179)), some, *on(2)).violations) == 1
    much = paying(2, 5, history=on(0, 1, shift="late"))
    assert judged(overtime((150, 100)), much) == judged(overtime((150, 100)), paying())
    assert len(judged(overtime((150, 100)), much, *on(2)).violations) == 1
    assert judged(rule, much, *on(2)).cents == 24000


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"tiers": ()}, "at least 1"),
        ({"tiers": ({"percent": 200, "minutes": 5}, {"percent": 150})}, "the tiers, .200, 150., may not fall"),
        ({"tiers": ({"percent": 150}, {"percent": 200})}, "cost.overtime: only the last tier may be without minutes"),
        ({"tiers": ({"percent": 100},)}, "charge and limit nothing; give a percent above 100 or minutes"),
        ({"tiers": ({"percent": 100, "minutes": 5}, {"percent": 100})}, "charge and limit nothing"),
        ({"tiers": ({"percent": 99},)}, "percent"),
        ({"tiers": ({"percent": 150, "minutes": 0},)}, "minutes"),
        ({"tiers": ({"percent": 150},), "per": "rolling", "days": 7}, "per"),
        ({"tiers": ({"percent": 150},), "hard": False, "weight": 3}, "cannot be soft"),
    ],
)  # fmt: skip
def test_tiers_that_make_no_sense_are_refused(fields, told):
    with pytest.raises(ValidationError, match=told):
        Overtime(**fields)


def test_equal_percents_and_plain_limits_are_tiers_too():
    assert len(overtime((150, 5), (150,)).tiers) == 2
    assert overtime((100, 1), (101,)).tiers[0].minutes == 1


@pytest.mark.parametrize(
    ("period", "norm"),
    [({}, 10080), ({"per": "day"}, 1440), ({"per": "month", "scope": Scope(weekdays=(0,))}, 5 * 1440)],
)
def test_a_norm_nobody_could_pass_is_refused(period, norm):
    per = period.get("per", "week")
    told = f"nobody could pass its norm of {norm} minutes: no {per} period has more than {norm} in its scope"
    with pytest.raises(InvalidProblem, match=told):
        paying(rules=(overtime((150,), **period, norm_minutes=norm),))
    rule = overtime((150,), **period, norm_minutes=norm - 1)
    problem = paying(rules=(rule, overtime((150, 9), (200,), per="horizon", norm_minutes=99999), DayPay(percent=200)))
    assert ss.Problem.from_json(problem.to_json()) == problem


@pytest.mark.parametrize("percent", [100, 1001])
def test_such_a_percent_is_refused(percent):
    with pytest.raises(ValidationError, match="percent"):
        DayPay(percent=percent)


TWO = alone(SHORT, NOON, contracts=contracts(), staff=STAFF[:1])
LATER = TWO.replace(horizon=days(2, TUESDAY))
# Each case: a problem, and how many of its sets of duties are no roster.
CASES = {
    "day_pay": (TWO.replace(rules=(DayPay(percent=133, scope=Scope(weekdays=(1, 2))),)), 7),
    "day_pay: people, ways": (
        alone(SHORT, NOON, horizon=days(1), staff=STAFF, contracts=contracts(), outlets=(HUB, SAT), travel=WAYS,
              rules=(TWICE, DayPay(percent=177, scope=Scope(contracts=("full",))))), 256 - 81,
    ),
    "overtime: a day": (TWO.replace(rules=(overtime((150, 30), (200,), per="day", norm_minutes=100),)), 7),
    # 240 minutes in all at most: 120 and 180 are too many, as are 180 and 180.
    "overtime: limited": (TWO.replace(rules=(overtime((120, 10), (150, 30), norm_minutes=200),)), 7 + 3),
    "overtime: by contract, an odd norm and an odd tier": (
        alone(SHORT, NOON, horizon=days(2), contracts=contracts(weekly=701), staff=STAFF[:1],
              rules=(overtime((150, 7), (175,), norm_minutes=None, per="block", days=1),)), 7,
    ),
    "overtime: two contracts": (
        alone(SHORT, NOON, horizon=days(1), contracts=contracts(), staff=STAFF,
              rules=(overtime((200,), norm_minutes=None, per="day"), overtime((150, 60), (250,), norm_minutes=60))), 7,
    ),
    # The first block of two days begins with a day of history, the third is cut.
    "overtime: blocks, two contracts and wages": (
        alone(SHORT, horizon=days(4, TUESDAY), contracts=contracts(), staff=STAFF, history=on(0),
              rules=(overtime((150, 70), (250,), norm_minutes=None, per="block", days=2, anchor=MONDAY),)), 0,
    ),
    "overtime: history fills the first tier": (
        LATER.replace(history=on(0, shift="noon"), rules=(overtime((150, 99), (200, 99), (300,), norm_minutes=99),)), 7,
    ),
    # 180 minutes beyond are allowed and 60 were had, so 120 are left: nothing, or one short shift.
    "overtime: history in a limit": (
        LATER.replace(history=on(0, shift="noon"), rules=(overtime((150, 40), (200, 140), norm_minutes=120),)), 16 - 3,
    ),
    # 480 minutes beyond were had where 100 are allowed: nothing more may come.
    "overtime: history beyond": (
        LATER.replace(history=on(0, shift="late"), rules=(overtime((150, 100), norm_minutes=120),)), 15,
    ),
    "overtime: history below the norm, dates": (
        LATER.replace(history=on(0), rules=(overtime((150,), per="month", scope=Scope(weekdays=(0, 2))),)), 7,
    ),
    "overtime: ways": (
        alone(SHORT, NOON, horizon=days(1), staff=STAFF[:1], contracts=contracts(), outlets=(HUB, SAT), travel=WAYS,
              rules=(TWICE, overtime((150, 77), (180,), per="day"))), 16 - 9,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_model_and_checker_agree_on_every_set_of_duties(name):
    problem, forbidden = CASES[name]
    costs = assert_agree(problem)
    assert costs.count(None) == forbidden
    assert forbidden == 15 or max(cost for cost in costs if cost is not None) > 0


def test_overtime_and_day_pay_are_weighed_against_wishes():
    # A short shift on each of seven days, each wished for at 3000; two are within the norm of 240 minutes.
    wishes = tuple(Request(employee_id="E1", date=day(i), wish="on", cents=3000) for i in range(7))
    problem = alone(SHORT, horizon=days(7), requests=wishes, contracts=contracts(), staff=STAFF[:1])
    rule = overtime((110, 240), (150,))
    result = ss.solve(problem.replace(rules=(rule,)), ss.Settings(deterministic=True))
    # Two more duties cost 1200 each, a fifth 6000.
    assert (result.objective, result.bound) == (2400 + 3 * 3000, 11400)
    assert result.cost_by_rule["cost.overtime"] == 2400
    # On Monday and Tuesday a duty costs 12000 more, on other days nothing.
    double = DayPay(percent=200, scope=Scope(weekdays=(0, 1)))
    result = ss.solve(problem.replace(rules=(double,)), ss.Settings(deterministic=True))
    assert (result.objective, result.bound) == (6000, 6000)


# ---------------------------------------------------------------- cost.travel
# Ten minutes from hub to satellite, seventeen back; E1 is at home at the hub, E2 at the satellite.

TIMES = TravelTimes(outlets=("Hub", "Sat"), minutes=((0, 10), (17, 0)))
DAY = fixed_shift("day", "09:00", "15:00")


def travelling(**changes):
    return plain(shift_types=(DAY,), travel=TIMES, **changes)


@pytest.mark.parametrize(
    ("employee", "outlet", "cents"), [("E1", "Hub", 0), ("E1", "Sat", 81), ("E2", "Hub", 81), ("E2", "Sat", 0)]
)
def test_a_duty_away_from_home_costs_the_way_there_and_back(employee, outlet, cents):
    found = judged(Travel(cents_per_minute=3), travelling(), work(employee, "day", "09:00", "15:00", outlet=outlet))
    assert (found.violations, found.cents) == ((), cents)
    assert words(found) == (
        [f"{employee} at {outlet} on 2026-03-09 09:00-15:00: 27 minutes of travel"] if cents else []
    )


def test_whoever_has_no_home_outlet_does_not_travel():
    problem = travelling(staff=(Employee(employee_id="E1", contract_id="full"),))
    assert judged(Travel(cents_per_minute=3), problem, work("E1", "day", "09:00", "15:00", outlet="Sat")).cents == 0


@pytest.mark.parametrize(("scope", "cents"), [(Scope(employees=("E2",)), 0), (Scope(tags=("senior",)), 81)])
def test_the_scope_says_whose_travel_costs(scope, cents):
    away = work("E1", "day", "09:00", "15:00", outlet="Sat")
    assert judged(Travel(cents_per_minute=3, scope=scope), travelling(), away).cents == cents


def test_travel_matters_where_times_are_given():
    assert Travel(cents_per_minute=3).applies_to(travelling())
    assert not Travel(cents_per_minute=3).applies_to(plain())
