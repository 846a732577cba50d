import datetime as dt
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedsolver.domain import (
    Activity,
    Arrivals,
    BreakWindow,
    Contract,
    Employee,
    Horizon,
    IntervalRequirement,
    Request,
    Schedule,
    ShiftRequirement,
    ShiftType,
    Stint,
    TravelTimes,
)
from schedsolver.errors import InvalidSchedule
from schedsolver.rules.cover import IntervalCover
from schedsolver.scoring.kpis import heads_given, kpis, shortages
from schedsolver.traffic.staffing import required_cells
from tests.strategies import problems, rosters
from tests.tiny import MONDAY, TUESDAY, at, duty, stint, tiny

COLUMNS = ["outlet", "activity", "start", "end", "needed", "given", "missing", "cents"]


def required(start, end, heads, *, outlet="Hub", activity="counter", **more) -> IntervalRequirement:
    place = {"outlet_id": outlet, "activity_id": activity, "date": MONDAY}
    return IntervalRequirement(**(place | more), start=start, end=end, heads=heads)


def stints_of(*parts) -> Schedule:
    return Schedule.of([], [stint(*part) for part in parts])


# ---------------------------------------------------------------- heads


def test_heads_are_counted_in_each_slot_a_stint_covers():
    heads = heads_given(tiny(), stints_of(("E1", "counter", "09:00", "11:00"), ("E2", "counter", "10:00", "12:00")))
    assert heads.shape == (2, 2, 48)
    assert heads[0, 0, 8:13].tolist() == [0, 1, 2, 1, 0]
    assert heads.sum() == 4


@pytest.mark.parametrize(
    ("start", "end", "slots"),
    [("09:20", "11:00", [10]), ("09:00", "10:40", [9]), ("09:20", "09:40", []), ("09:20", "10:40", [])],
)
def test_a_slot_covered_in_part_is_not_covered(start, end, slots):
    heads = heads_given(tiny(), stints_of(("E1", "counter", start, end)))
    assert np.flatnonzero(heads[0, 0]).tolist() == slots


def test_time_outside_the_horizon_is_left_out():
    place = {"employee_id": "E1", "outlet_id": "Hub", "activity_id": "counter"}
    early = Stint(**place, start=at("22:00", MONDAY - dt.timedelta(days=1)), end=at("01:00"))
    late = Stint(**place, start=at("22:00", TUESDAY), end=at("02:00", TUESDAY + dt.timedelta(days=1)))
    after = Stint(
        **place, start=at("02:00", TUESDAY + dt.timedelta(days=1)), end=at("03:00", TUESDAY + dt.timedelta(days=1))
    )
    heads = heads_given(tiny(), Schedule.of([], [early, late, after]))
    assert np.flatnonzero(heads[0, 0]).tolist() == [0, 46, 47]


# ---------------------------------------------------------------- cover


def test_cover_counts_needed_covered_missing_and_surplus_head_hours():
    problem = tiny(interval_requirements=(required("09:00", "11:00", 2), required("11:00", "12:00", 1)))
    schedule = stints_of(
        ("E1", "counter", "09:00", "12:00"),  # 1 of 2, 1 of 2, 1 of 1
        ("E2", "counter", "10:00", "13:00"),  # second of 2, then one too many, then nobody asked
    )
    found = kpis(problem, schedule)
    assert (found["needed_hours"], found["covered_hours"], found["missing_hours"]) == (5, 4, 1)
    assert found["surplus_hours"] == 2
    assert found["cover_share"] == 0.8


def test_half_hours_count_half():
    problem = tiny(
        horizon=Horizon(start=MONDAY, days=2, slot_minutes=30), interval_requirements=(required("09:00", "10:30", 1),)
    )
    found = kpis(problem, stints_of(("E1", "counter", "09:30", "11:00")))
    assert (found["needed_hours"], found["covered_hours"]) == (1.5, 1)
    assert (found["missing_hours"], found["surplus_hours"]) == (0.5, 0.5)


def test_deferrable_work_is_no_service():
    problem = tiny(interval_requirements=(required("09:00", "10:00", 3, activity="calls"),))
    found = kpis(problem, stints_of(("E1", "calls", "10:00", "12:00")))
    assert (found["needed_hours"], found["missing_hours"], found["surplus_hours"]) == (0, 0, 0)


def test_nothing_needed_is_all_covered():
    assert kpis(tiny(), Schedule())["cover_share"] == 1


# ---------------------------------------------------------------- waiting


def arrivals(start, customers, outlet="Hub") -> Arrivals:
    return Arrivals(outlet_id=outlet, activity_id="counter", date=MONDAY, start=start, customers=customers)


def test_customers_late_are_weighted_by_arrivals():
    # 10-minute service, nobody willing to wait. At 09:00 6 customers are 1 erlang for 2 heads: 1/3 wait.
    # At 10:00 12 customers are 2 erlangs for 1 head: all late. Together (6 / 3 + 12) / 18 = 7/9.
    problem = tiny(
        activities=(Activity(activity_id="counter", service_minutes=10, wait_limit_minutes=0),),
        traffic=(arrivals("09:00", 6), arrivals("10:00", 12), arrivals("11:00", 0)),
    )
    schedule = stints_of(("E1", "counter", "09:00", "11:00"), ("E2", "counter", "09:00", "10:00"))
    assert kpis(problem, schedule)["late_share"] == pytest.approx(7 / 9)


def test_the_wait_limit_and_the_slot_length_count():
    # 3 customers of 10 minutes in half an hour are 1 erlang for 2 heads: 1/3 wait, of whom e^-(2-1)*20/10 longer
    # than 20 minutes.
    problem = tiny(horizon=Horizon(start=MONDAY, days=1, slot_minutes=30), traffic=(arrivals("09:00", 3, "Sat"),))
    stints = [stint(e, "counter", "09:00", "09:30", outlet="Sat") for e in ("E1", "E2")]
    assert kpis(problem, Schedule.of([], stints))["late_share"] == pytest.approx(np.exp(-2) / 3)


def test_all_are_late_where_nobody_serves():
    assert kpis(tiny(traffic=(arrivals("09:00", 0.5),)), Schedule())["late_share"] == 1


@pytest.mark.parametrize("traffic", [(), (arrivals("09:00", 0),)])
def test_nobody_is_late_or_in_time_without_customers(traffic):
    assert "late_share" not in kpis(tiny(traffic=traffic), Schedule())


# ---------------------------------------------------------------- hours, wages, travel


def test_duties_people_and_paid_hours():
    windows = (
        BreakWindow(minutes=30, start_from="10:00", start_to="10:00", paid=True),
        BreakWindow(minutes=60, start_from="12:00", start_to="12:00"),
    )
    shift = ShiftType(
        shift_type_id="day", start_from="09:00", start_to="09:00", minutes_min=360, minutes_max=360, breaks=windows
    )
    problem = tiny(horizon=Horizon(start=MONDAY, days=2, slot_minutes=30), shift_types=(shift,))
    pauses = (("10:00", "10:30"), ("12:00", "13:00"))
    schedule = Schedule.of([duty("E1", pauses=pauses), duty("E1", date=TUESDAY, pauses=pauses)])
    found = kpis(problem, schedule)
    assert (found["duties"], found["people_on_duty"], found["paid_hours"]) == (2, 1, 10)


def test_missing_duties_are_those_wanted_and_not_there():
    need = {"date": MONDAY, "shift_type_id": "day"}
    needs = (
        ShiftRequirement(**need, minimum=1, preferred=3),  # two given anywhere: one missing
        ShiftRequirement(**need, outlet_id="Hub", minimum=1),  # met by E1
        ShiftRequirement(**(need | {"date": TUESDAY}), minimum=2),  # none given: two missing
        ShiftRequirement(**need, outlet_id="Sat", minimum=0),  # beyond is not missing
    )
    roster = Schedule.of([duty("E1"), duty("E2", outlet="Sat")])
    assert kpis(tiny(shift_requirements=needs), roster)["missing_duties"] == 3


def test_contract_hours_are_for_the_days_planned():
    contracts = (Contract(contract_id="full", weekly_minutes=2100), Contract(contract_id="half", weekly_minutes=1050))
    staff = tuple(Employee(employee_id=f"E{i}", contract_id=c) for i, c in ((1, "full"), (2, "half")))
    found = kpis(tiny(contracts=contracts, staff=staff), Schedule())
    assert found["contract_hours"] == pytest.approx(15)  # (35 + 17.5) / 7 * 2 days


@pytest.mark.parametrize(("wage", "cents"), [(3000, 15_000), (2, 10), (0, 0)])
def test_wages_are_of_paid_hours(wage, cents):
    problem = tiny(contracts=(Contract(contract_id="full", wage_cents_per_hour=wage),))
    assert kpis(problem, Schedule.of([duty()]))["wage_cents"] == cents


@pytest.mark.parametrize(("minutes", "cents"), [(29, 0), (30, 2), (31, 2), (89, 2), (90, 4)])
def test_the_wage_of_each_duty_is_rounded_half_up(minutes, cents):
    problem = tiny(contracts=(Contract(contract_id="full", wage_cents_per_hour=1),))
    ends = {29: "09:29", 30: "09:30", 31: "09:31", 89: "10:29", 90: "10:30"}
    both = [duty(e, "09:00", ends[minutes], pauses=()) for e in ("E1", "E2")]
    assert kpis(problem, Schedule.of(both))["wage_cents"] == cents


def test_travel_is_there_and_back_for_duties_away_from_home():
    staff = (
        Employee(employee_id="E1", contract_id="full", home_outlet_id="Hub"),
        Employee(employee_id="E2", contract_id="full"),
    )
    problem = tiny(staff=staff, travel=TravelTimes(outlets=("Hub", "Sat"), minutes=((0, 10), (25, 0))))
    schedule = Schedule.of([duty("E1"), duty("E1", date=TUESDAY, outlet="Sat"), duty("E2", outlet="Sat")])
    found = kpis(problem, schedule)
    assert (found["travel_trips"], found["travel_minutes"]) == (1, 35)


# ---------------------------------------------------------------- variety and wishes


def test_hours_by_activity_and_the_share_that_can_wait():
    schedule = stints_of(
        ("E1", "counter", "09:00", "12:00"), ("E1", "calls", "13:00", "14:00"), ("E2", "counter", "09:00", "13:00")
    )
    found = kpis(tiny(), schedule)
    assert (found["hours.counter"], found["hours.calls"]) == (7, 1)
    assert found["deferrable_share"] == 1 / 8
    assert found["cross_post_share"] == 1 / 2


def test_shares_of_nothing_are_0_and_every_activity_is_named():
    found = kpis(tiny(), Schedule())
    assert (found["deferrable_share"], found["cross_post_share"]) == (0, 0)
    assert (found["hours.counter"], found["hours.calls"]) == (0, 0)


def test_a_second_stint_on_the_same_activity_is_no_cross_post():
    schedule = stints_of(("E1", "counter", "09:00", "10:00"), ("E1", "counter", "11:00", "12:00"))
    assert kpis(tiny(), schedule)["cross_post_share"] == 0


def wish(employee, wish, shift=None, date=MONDAY) -> Request:
    return Request(employee_id=employee, date=date, wish=wish, shift_type_id=shift)


@pytest.mark.parametrize(
    ("requests", "share"),
    [
        ((), 1),
        ((wish("E1", "on"),), 1),
        ((wish("E1", "on", "day"),), 1),
        ((wish("E1", "on", "late"),), 0),
        ((wish("E1", "on", date=TUESDAY),), 0),
        ((wish("E1", "off"),), 0),
        ((wish("E1", "off", "day"),), 0),
        ((wish("E1", "off", "late"),), 1),
        ((wish("E2", "off"),), 1),
        ((wish("E2", "on"), wish("E2", "off"), wish("E1", "on"), wish("E1", "on", date=TUESDAY)), 1 / 2),
    ],
)
def test_wishes_are_granted_by_the_duty_of_the_day(requests, share):
    late = ShiftType(shift_type_id="late", start_from="15:00", start_to="15:00", minutes_min=300, minutes_max=300)
    problem = tiny(shift_types=(*tiny().shift_types, late), requests=requests)
    assert kpis(problem, Schedule.of([duty("E1")]))["requests_granted_share"] == share


# ---------------------------------------------------------------- shortages


def test_shortages_join_slots_alike_and_are_in_order_of_time():
    # prices of one missing head an hour 120.00, of the second 180.00, of further ones 240.00
    problem = tiny(
        interval_requirements=(
            required("09:00", "12:00", 2),
            required("09:00", "10:00", 5, outlet="Sat"),
            required("08:00", "09:00", 1, activity="calls"),
        )
    )
    frame = shortages(problem, stints_of(("E1", "counter", "09:00", "11:00")))
    assert list(frame.columns) == COLUMNS
    assert frame.to_numpy().tolist() == [
        ["Hub", "calls", at("08:00"), at("09:00"), 1, 0, 1, 12_000],
        ["Hub", "counter", at("09:00"), at("11:00"), 2, 1, 1, 24_000],
        ["Sat", "counter", at("09:00"), at("10:00"), 5, 0, 5, 12_000 + 18_000 + 3 * 24_000],
        ["Hub", "counter", at("11:00"), at("12:00"), 2, 0, 2, 30_000],
    ]


def test_shortages_apart_in_time_or_different_in_need_stay_apart():
    rows = (required("09:00", "10:00", 1), required("11:00", "12:00", 1), required("12:00", "13:00", 2))
    frame = shortages(tiny(interval_requirements=rows), stints_of(("E1", "counter", "12:00", "13:00")))
    assert frame[["needed", "given", "missing"]].to_numpy().tolist() == [[1, 0, 1], [1, 0, 1], [2, 1, 1]]


def test_a_run_with_several_prices_costs_them_all():
    rows = (
        required("09:00", "10:00", 1, shortage_cents_per_hour=(5,)),
        required("10:00", "11:00", 1, shortage_cents_per_hour=(7,)),
    )
    frame = shortages(tiny(interval_requirements=rows), Schedule())
    assert frame[["start", "end", "cents"]].to_numpy().tolist() == [[at("09:00"), at("11:00"), 12]]


def test_heads_missing_below_the_minimum_cost_its_price():
    rows = (required("09:00", "10:00", 3, minimum=1, minimum_cents_per_hour=30_000),)
    problem = tiny(interval_requirements=rows)
    assert shortages(problem, Schedule())["cents"].tolist() == [12_000 + 18_000 + 30_000]
    assert shortages(problem, stints_of(("E1", "counter", "09:00", "10:00")))["cents"].tolist() == [12_000 + 18_000]


# E1 is a senior and counts as a head and a half.
BY_PARTS = IntervalCover(head_percent={"senior": 150}, scope={"outlets": ["Hub"]})


def test_people_count_in_parts_of_a_head_where_the_rule_counts_them_so():
    rows = (required("09:00", "11:00", 2), required("09:00", "10:00", 2, outlet="Sat"))
    problem = tiny(interval_requirements=rows, rules=(BY_PARTS,))
    schedule = stints_of(("E1", "counter", "09:00", "10:00"), ("E2", "counter", "10:00", "12:00"))
    frame = shortages(problem, schedule)
    assert list(frame.columns) == COLUMNS
    # A piece of half a head costs 60.00; at the satellite the rule does not count, nor price.
    assert frame.to_numpy().tolist() == [
        ["Hub", "counter", at("09:00"), at("10:00"), 2, 1.5, 0.5, 6_000],
        ["Sat", "counter", at("09:00"), at("10:00"), 2, 0, 2, 0],
        ["Hub", "counter", at("10:00"), at("11:00"), 2, 1, 1, 12_000],
    ]
    found = kpis(problem, schedule)
    assert (found["needed_hours"], found["covered_hours"], found["surplus_hours"]) == (6, 2.5, 1)
    assert found["cover_share"] == 2.5 / 6
    here = stints_of(("E1", "counter", "09:00", "10:00"))
    there = Schedule.of([], [stint("E1", "counter", "09:00", "10:00", outlet="Sat")])
    assert [kpis(problem, s)["covered_hours"] for s in (here, there)] == [1.5, 1]


def test_a_shortage_may_run_past_midnight():
    frame = shortages(tiny(interval_requirements=(required("23:00", "25:00", 1),)), Schedule())
    assert frame[["start", "end"]].to_numpy().tolist() == [[at("23:00"), at("01:00", TUESDAY)]]


def test_no_shortage_is_an_empty_frame_of_the_same_types():
    full = shortages(tiny(interval_requirements=(required("09:00", "10:00", 1),)), Schedule())
    empty = shortages(tiny(interval_requirements=(required("09:00", "10:00", 0),)), Schedule())
    assert len(empty) == 0
    assert empty.dtypes.tolist() == full.dtypes.tolist()
    assert list(empty.columns) == COLUMNS


# ---------------------------------------------------------------- in general


@given(st.data())
def test_figures_hang_together(data):
    problem = data.draw(problems())
    schedule = data.draw(rosters(problem))
    found = kpis(problem, schedule)
    assert all(type(value) in (int, float) for value in found.values())
    assert all(0 <= value <= 1 for name, value in found.items() if name.endswith("_share"))
    assert found["covered_hours"] + found["missing_hours"] == pytest.approx(found["needed_hours"])
    worked = sum(d.minutes - sum(r.minutes for r in d.breaks) for d in schedule.duty_list) / 60
    if problem.activities:
        assert sum(v for name, v in found.items() if name.startswith("hours.")) == pytest.approx(worked)
    assert json.loads(json.dumps(found)) == found


@given(st.data())
def test_shortages_add_up_to_what_cells_lack(data):
    problem = data.draw(problems())
    schedule = data.draw(rosters(problem))
    heads = heads_given(problem, schedule)
    lacking = sum(max(0, c.heads - int(heads[c.outlet, c.activity, c.slot])) for c in required_cells(problem))
    frame = shortages(problem, schedule)
    slots = (frame["end"] - frame["start"]).dt.total_seconds() / 60 / problem.horizon.slot_minutes
    assert (frame["missing"] * slots).sum() == lacking
    assert frame["start"].is_monotonic_increasing
    assert (frame["missing"] > 0).all()


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (Schedule.of([duty("E9")]), 'E9 at Hub on 2026-03-09 09:00-15:00: employee "E9" is not in the problem'),
        (Schedule.of([duty(outlet="X")]), 'outlet "X" is not in the problem'),
        (stints_of(("E9", "counter", "09:00", "10:00")), 'employee "E9" is not in the problem'),
        (stints_of(("E1", "fx", "09:00", "10:00")), 'activity "fx" is not in the problem'),
    ],
)
def test_a_schedule_of_another_problem_is_refused(schedule, words):
    for judge in (kpis, shortages):
        with pytest.raises(InvalidSchedule, match=words):
            judge(tiny(), schedule)
