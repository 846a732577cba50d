import datetime as dt

import pytest

from schedsolver.domain import (
    Activity,
    Arrivals,
    Availability,
    BreakWindow,
    Contract,
    Duty,
    Employee,
    Horizon,
    IntervalRequirement,
    Leave,
    OpeningHours,
    Outlet,
    Permission,
    Pin,
    Preference,
    Request,
    ShiftRequirement,
    ShiftType,
    Skill,
    TravelTimes,
)
from schedsolver.errors import InvalidProblem
from tests.tiny import MONDAY, TUESDAY, at, duty, tiny

SUNDAY = MONDAY - dt.timedelta(days=1)
WEDNESDAY = MONDAY + dt.timedelta(days=2)


def faults(**changes) -> list[str]:
    """Every fault of the tiny problem with some tables changed."""
    try:
        tiny(**changes)
    except InvalidProblem as error:
        return [str(fault) for fault in error.faults]
    return []


def interval(start="09:00", end="12:00", *, date=MONDAY, outlet="Hub", activity="counter") -> IntervalRequirement:
    return IntervalRequirement(outlet_id=outlet, activity_id=activity, date=date, start=start, end=end, heads=1)


def arrivals(start="09:00", *, date=MONDAY, outlet="Hub", activity="counter", customers=5.0) -> Arrivals:
    return Arrivals(outlet_id=outlet, activity_id=activity, date=date, start=start, customers=customers)


def opening(start, end, *, outlet="Hub", **day) -> OpeningHours:
    return OpeningHours(outlet_id=outlet, start=start, end=end, **(day or {"date": MONDAY}))


def shift(**changes) -> ShiftType:
    fields = {"shift_type_id": "day", "start_from": 540, "start_to": 600, "minutes_min": 300, "minutes_max": 360}
    return ShiftType(**(fields | changes))


def prefers(wish="prefer", **fields) -> Preference:
    return Preference(**({"employee_id": "E1", "cents": 5} | fields), wish=wish)


def test_the_tiny_problem_has_no_fault():
    assert faults() == []


# ---------------------------------------------------------------- tables and names


@pytest.mark.parametrize(
    ("table", "what"), [("staff", "employee"), ("contracts", "contract"), ("shift_types", "shift type")]
)
def test_an_empty_table_is_refused(table, what):
    assert f"{table}: is empty; a roster needs at least one {what}" in faults(**{table: ()})


@pytest.mark.parametrize(
    ("table", "record", "key"),
    [
        ("outlets", Outlet(outlet_id="Hub"), "outlet_id"),
        ("staff", Employee(employee_id="E1", contract_id="full"), "employee_id"),
        ("contracts", Contract(contract_id="full"), "contract_id"),
        ("skills", Skill(skill_id="cash"), "skill_id"),
        ("activities", Activity(activity_id="counter"), "activity_id"),
        ("shift_types", shift(), "shift_type_id"),
    ],
)
def test_a_name_given_twice_is_refused(table, record, key):
    existing = getattr(tiny(), table)
    name = getattr(record, key)
    assert faults(**{table: (*existing, record)}) == [
        f'{table}[{len(existing)}]: {key} "{name}" is used twice: also names {table}[0]; give each its own'
    ]


def test_names_that_differ_in_capitals_only_are_refused():
    skills = (Skill(skill_id="cash"), Skill(skill_id="CASH"))
    assert faults(skills=skills) == [
        'skills[1]: skill_id "CASH" is used twice: "cash", the same but for capitals, names skills[0]; '
        "give each its own"
    ]


def test_two_hubs_are_refused():
    outlets = (Outlet(outlet_id="Hub", hub=True), Outlet(outlet_id="Sat", hub=True))
    assert faults(outlets=outlets) == ["outlets: Hub and Sat are all marked as hub; a cluster has one"]


def test_a_cluster_may_lack_a_hub():
    assert faults(outlets=(Outlet(outlet_id="Hub"), Outlet(outlet_id="Sat"))) == []


# ---------------------------------------------------------------- references


@pytest.mark.parametrize(
    ("table", "record", "message"),
    [
        ("permissions", Permission(employee_id="E7", skill_id="cash"), 'employee "E7" is not in staff'),
        ("permissions", Permission(employee_id="E1", skill_id="zzz"), 'skill "zzz" is not in skills'),
        ("permissions", Permission(employee_id="E1", skill_id="cash", outlet_id="X"), 'outlet "X" is not in outlets'),
        ("leave", Leave(employee_id="zz", first_day=MONDAY, last_day=MONDAY), 'employee "zz" is not in staff'),
        ("availability", Availability(employee_id="zz", weekday=0), 'employee "zz" is not in staff'),
        ("requests", Request(employee_id="zz", date=MONDAY, wish="on"), 'employee "zz" is not in staff'),
        (
            "requests",
            Request(employee_id="E1", date=MONDAY, wish="on", shift_type_id="zz"),
            'shift type "zz" is not in shift_types',
        ),
        ("preferences", prefers(employee_id="zz", outlet_id="Hub"), 'employee "zz" is not in staff'),
        ("preferences", prefers(outlet_id="X"), 'outlet "X" is not in outlets'),
        ("preferences", prefers(activity_id="zz"), 'activity "zz" is not in activities'),
        ("preferences", prefers(colleague_id="zz"), 'colleague "zz" is not in staff'),
        ("pins", Pin(employee_id="zz", date=MONDAY), 'employee "zz" is not in staff'),
        ("pins", Pin(employee_id="E1", date=MONDAY, outlet_id="X"), 'outlet "X" is not in outlets'),
        ("pins", Pin(employee_id="E1", date=MONDAY, shift_type_id="zz"), 'shift type "zz" is not in shift_types'),
        ("opening", opening("09:00", "17:00", outlet="X"), 'outlet "X" is not in outlets'),
        ("interval_requirements", interval(outlet="X"), 'outlet "X" is not in outlets'),
        ("interval_requirements", interval(activity="zz"), 'activity "zz" is not in activities'),
        ("traffic", arrivals(outlet="X"), 'outlet "X" is not in outlets'),
        ("traffic", arrivals(activity="zz"), 'activity "zz" is not in activities'),
        (
            "shift_requirements",
            ShiftRequirement(date=MONDAY, shift_type_id="zz"),
            'shift type "zz" is not in shift_types',
        ),
        (
            "shift_requirements",
            ShiftRequirement(date=MONDAY, shift_type_id="day", outlet_id="X"),
            'outlet "X" is not in outlets',
        ),
        (
            "shift_requirements",
            ShiftRequirement(date=MONDAY, shift_type_id="day", skill_id="zz"),
            'skill "zz" is not in skills',
        ),
        ("shift_types", shift(outlets=("Hub", "X")), 'outlet "X" is not in outlets'),
        ("activities", Activity(activity_id="fx", skill_id="zz"), 'skill "zz" is not in skills'),
        ("staff", Employee(employee_id="E9", contract_id="zz"), 'contract "zz" is not in contracts'),
        (
            "staff",
            Employee(employee_id="E9", contract_id="full", home_outlet_id="X"),
            'home outlet "X" is not in outlets',
        ),
    ],
)
def test_a_reference_to_nothing_is_refused(table, record, message):
    found = faults(**{table: (record,)})
    assert any(fault.startswith(f"{table}[0]: {message}") for fault in found)


def test_the_nearest_name_is_suggested():
    row = Leave(employee_id="E11", first_day=MONDAY, last_day=MONDAY)
    assert faults(leave=(row,)) == ['leave[0]: employee "E11" is not in staff (did you mean "E1"?)']


def test_travel_between_unknown_outlets_is_refused():
    assert faults(travel=TravelTimes(outlets=("X",), minutes=((0,),))) == ['travel: outlet "X" is not in outlets']


@pytest.mark.parametrize("thing", [{"outlet_id": "Sat"}, {"activity_id": "calls"}, {"colleague_id": "E2"}])
def test_what_someone_thinks_of_one_thing_is_said_once(thing):
    (name,) = thing.values()
    twice = prefers(**thing), prefers(**thing, cents=9)
    assert faults(preferences=twice) == [
        f"preferences[1]: E1 prefers {name}, again, after preferences[0]; keep one of them"
    ]
    opposite = prefers(**thing), prefers("avoid", **thing), prefers("avoid", **thing)
    assert faults(preferences=opposite) == [
        f"preferences[{i}]: E1 avoids {name}, and the opposite in preferences[0]; keep one of them" for i in (1, 2)
    ]


def test_people_may_prefer_and_avoid_different_things():
    rows = (
        prefers(outlet_id="Hub"), prefers(outlet_id="Sat"), prefers("avoid", activity_id="calls"),
        prefers(colleague_id="E2"), prefers("avoid", employee_id="E2", outlet_id="Hub"),
    )  # fmt: skip
    assert faults(preferences=rows) == []


def test_every_fault_is_given_but_none_that_only_follows():
    rows = (interval(outlet="X", date=WEDNESDAY), interval(activity="zz", start="09:10"))
    assert faults(interval_requirements=rows) == [
        'interval_requirements[0]: outlet "X" is not in outlets',
        'interval_requirements[1]: activity "zz" is not in activities',
    ]


# ---------------------------------------------------------------- travel and opening


def test_a_travel_matrix_without_every_outlet_is_refused():
    travel = TravelTimes(outlets=("Hub",), minutes=((0,),))
    assert faults(travel=travel) == ["travel: the travel matrix lacks Sat; add their rows and columns"]


def test_a_travel_matrix_that_repeats_an_outlet_is_refused():
    travel = TravelTimes(outlets=("Hub", "Sat", "Sat"), minutes=((0,) * 3,) * 3)
    assert faults(travel=travel) == ['travel: outlet "Sat" stands 2 times in the travel matrix; once is enough']


def test_a_whole_travel_matrix_is_accepted():
    assert faults(travel=TravelTimes(outlets=("Sat", "Hub"), minutes=((0, 9), (9, 0)))) == []


def test_opening_hours_of_some_outlets_only_are_refused():
    assert faults(opening=(opening("09:00", "17:00"),)) == [
        'outlets[1]: outlet "Sat" has no opening hours though others have; add them'
    ]


def test_a_date_row_is_enough_to_have_opening_hours():
    rows = (opening("09:00", "17:00", weekday=0), OpeningHours(outlet_id="Sat", date=MONDAY))
    assert faults(opening=rows) == []


# ---------------------------------------------------------------- the grid


@pytest.mark.parametrize(
    ("table", "record", "message"),
    [
        ("interval_requirements", interval("09:30", "12:00"), "start 09:30"),
        ("interval_requirements", interval("09:00", "12:30"), "end 12:30"),
        ("traffic", arrivals("09:20"), "start 09:20"),
        ("shift_types", shift(start_from=570), "start_from 09:30"),
        ("shift_types", shift(start_to=610), "start_to 10:10"),
        ("shift_types", shift(minutes_min=310), "minutes_min 310 minutes"),
        ("shift_types", shift(minutes_max=390), "minutes_max 390 minutes"),
        (
            "shift_types",
            shift(breaks=(BreakWindow(minutes=30, start_from=720, start_to=720),)),
            "a break of 30 minutes from 12:00",
        ),
        (
            "shift_types",
            shift(breaks=(BreakWindow(minutes=60, start_from=690, start_to=720),)),
            "a break of 60 minutes from 11:30",
        ),
        (
            "shift_types",
            shift(breaks=(BreakWindow(minutes=60, start_from=720, start_to=750),)),
            "a break of 60 minutes from 12:00",
        ),
    ],
)
def test_times_off_the_grid_are_refused(table, record, message):
    assert faults(**{table: (record,)}) == [f"{table}[0]: {message} is not on the grid of 60-minute slots"]


def test_opening_hours_off_the_grid_are_refused():
    rows = (opening("09:10", "17:20"), OpeningHours(outlet_id="Sat", date=MONDAY))
    assert faults(opening=rows) == [
        "opening[0]: start 09:10 is not on the grid of 60-minute slots",
        "opening[0]: end 17:20 is not on the grid of 60-minute slots",
    ]


def test_a_break_off_the_grid_is_named_once_each():
    windows = (
        BreakWindow(minutes=30, start_from=690, start_to=690),
        BreakWindow(minutes=20, start_from=780, start_to=780),
    )
    assert len(faults(shift_types=(shift(breaks=windows),))) == 2


def test_the_grid_does_not_matter_without_activities():
    assert faults(activities=(), shift_types=(shift(start_from=545, minutes_max=455),)) == []


# ---------------------------------------------------------------- requirements and traffic


def again(place: str, what: str, first: str) -> str:
    return f"{place}: asks for {what} again, after {first}; keep one of them"


def test_a_cell_asked_for_by_two_requirements_is_refused():
    rows = (interval("09:00", "12:00"), interval("11:00", "13:00"))
    assert faults(interval_requirements=rows) == [
        again("interval_requirements[1]", "counter at Hub on 2026-03-09 11:00", "interval_requirements[0]")
    ]


def test_a_cell_asked_for_by_requirement_and_traffic_is_refused():
    assert faults(interval_requirements=(interval(),), traffic=(arrivals("11:00"),)) == [
        again("traffic[0]", "counter at Hub on 2026-03-09 11:00", "interval_requirements[0]")
    ]


def test_traffic_given_twice_is_refused():
    assert faults(traffic=(arrivals(), arrivals())) == [
        again("traffic[1]", "counter at Hub on 2026-03-09 09:00", "traffic[0]")
    ]


@pytest.mark.parametrize(("minimum", "cents", "cheap"), [(1, 23_999, True), (1, 24_000, False), (0, 23_999, False)])
def test_a_minimum_that_costs_less_than_the_last_price_of_its_activity_is_refused(minimum, cents, cheap):
    row = interval().model_copy(update={"minimum": minimum, "minimum_cents_per_hour": cents})
    assert faults(interval_requirements=(row,)) == [
        f"interval_requirements[0]: minimum_cents_per_hour {cents} is below the shortage price 24000; "
        "missing the minimum must cost at least as much as missing the heads needed"
    ] * cheap  # fmt: skip
    own = row.model_copy(update={"shortage_cents_per_hour": (cents,)})
    assert faults(interval_requirements=(own,)) == []


def test_a_cell_asked_for_again_from_the_day_before_is_refused():
    rows = (interval("23:00", "26:00"), interval("01:00", "02:00", date=TUESDAY))
    assert faults(interval_requirements=rows) == [
        again("interval_requirements[1]", "counter at Hub on 2026-03-10 01:00", "interval_requirements[0]")
    ]


def test_cells_side_by_side_are_accepted():
    rows = (
        interval("09:00", "12:00"), interval("12:00", "13:00"), interval(outlet="Sat"), interval(date=TUESDAY),
        interval(activity="calls"),
    )  # fmt: skip
    assert faults(interval_requirements=rows, traffic=(arrivals("08:00"), arrivals("13:00"))) == []


HOURS = (opening("09:00", "12:00"), opening("13:00", "17:00"), OpeningHours(outlet_id="Sat", date=MONDAY))


@pytest.mark.parametrize("row", [interval("09:00", "12:00"), interval("13:00", "17:00"), interval("14:00", "15:00")])
def test_a_requirement_within_opening_hours_is_accepted(row):
    assert faults(opening=HOURS, interval_requirements=(row,)) == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (interval("08:00", "10:00"), "08:00-10:00 on 2026-03-09 is outside the opening hours of Hub"),
        (interval("16:00", "18:00"), "16:00-18:00 on 2026-03-09 is outside the opening hours of Hub"),
        (interval("11:00", "14:00"), "11:00-14:00 on 2026-03-09 is outside the opening hours of Hub"),
        (interval("12:00", "13:00"), "12:00-13:00 on 2026-03-09 is outside the opening hours of Hub"),
    ],
)
def test_a_requirement_outside_opening_hours_is_refused(row, words):
    assert faults(opening=HOURS, interval_requirements=(row,)) == [
        f"interval_requirements[0]: {words} (09:00-12:00, 13:00-17:00)"
    ]


def test_a_requirement_of_a_closed_outlet_is_refused():
    assert faults(opening=HOURS, interval_requirements=(interval(outlet="Sat"),)) == [
        "interval_requirements[0]: 09:00-12:00 on 2026-03-09 is outside the opening hours of Sat (closed)"
    ]


def test_traffic_in_the_last_open_slot_is_accepted_and_after_it_refused():
    assert faults(opening=HOURS, traffic=(arrivals("16:00"),)) == []
    assert faults(opening=HOURS, traffic=(arrivals("17:00"),)) == [
        "traffic[0]: 17:00-18:00 on 2026-03-09 is outside the opening hours of Hub (09:00-12:00, 13:00-17:00)"
    ]


def test_no_customers_may_come_while_it_is_closed():
    assert faults(opening=HOURS, traffic=(arrivals("17:00", customers=0),)) == []


def test_traffic_needs_a_service_time():
    assert faults(traffic=(arrivals(activity="calls"),)) == [
        'activities[1]: "calls" has traffic but no service_minutes; give the mean minutes a customer takes'
    ]


# ---------------------------------------------------------------- the horizon

ON_A_DATE = [
    ("interval_requirements", lambda date: interval(date=date)),
    ("shift_requirements", lambda date: ShiftRequirement(date=date, shift_type_id="day")),
    ("traffic", lambda date: arrivals(date=date)),
    ("requests", lambda date: Request(employee_id="E1", date=date, wish="off")),
    ("pins", lambda date: Pin(employee_id="E1", date=date)),
]


@pytest.mark.parametrize(("table", "row_on"), ON_A_DATE, ids=[table for table, _ in ON_A_DATE])
def test_rows_belong_to_the_days_planned(table, row_on):
    assert faults(**{table: (row_on(MONDAY), row_on(TUESDAY))}) == []
    assert faults(**{table: (row_on(SUNDAY), row_on(WEDNESDAY))}) == [
        f"{table}[0]: 2026-03-08 is outside the horizon 2026-03-09 to 2026-03-10",
        f"{table}[1]: 2026-03-11 is outside the horizon 2026-03-09 to 2026-03-10",
    ]


def test_a_requirement_may_run_past_midnight_but_not_past_the_horizon():
    assert faults(interval_requirements=(interval("22:00", "26:00"),)) == []
    assert faults(interval_requirements=(interval("22:00", "24:00", date=TUESDAY),)) == []
    assert faults(interval_requirements=(interval("22:00", "25:00", date=TUESDAY),)) == [
        "interval_requirements[0]: 2026-03-10 until 25:00 runs past the horizon 2026-03-09 to 2026-03-10; "
        "end it at 24:00"
    ]


def test_the_last_minute_of_the_horizon_is_the_last():
    minutes = Horizon(start=MONDAY, days=2, slot_minutes=1)
    assert faults(horizon=minutes, interval_requirements=(interval("23:00", "24:00", date=TUESDAY),)) == []
    assert len(faults(horizon=minutes, interval_requirements=(interval("23:00", "24:01", date=TUESDAY),))) == 1


def test_customers_do_not_come_after_the_horizon():
    assert faults(traffic=(arrivals("23:00", date=TUESDAY),)) == []
    assert len(faults(traffic=(arrivals("24:00", date=TUESDAY),))) == 1


def test_leave_and_availability_may_lie_outside():
    assert faults(
        leave=(Leave(employee_id="E1", first_day=SUNDAY, last_day=WEDNESDAY),),
        availability=(Availability(employee_id="E1", date=WEDNESDAY),),
    ) == []  # fmt: skip


# ---------------------------------------------------------------- history


def test_history_ends_before_the_horizon():
    assert faults(history=(duty(date=SUNDAY),)) == []
    assert faults(history=(duty(date=MONDAY),)) == [
        "history[0]: 2026-03-09 is not before the horizon 2026-03-09 to 2026-03-10; fix it with a pin instead"
    ]


def test_history_may_tell_of_what_is_no_longer_there():
    assert faults(history=(duty("Old", date=SUNDAY, outlet="Closed", shift="gone", skill="lost"),)) == []


def test_overlapping_history_is_refused():
    rows = (duty("E1", "12:00", "16:00", date=SUNDAY, pauses=()), duty("E1", "08:00", "12:01", date=SUNDAY, pauses=()))
    assert faults(history=rows) == [
        "history[0]: E1 at Hub on 2026-03-08 12:00-16:00 overlaps history[1]; one person is in one place at a time"
    ]


def test_history_may_touch_and_is_of_each_person_apart():
    rows = (
        duty("E1", "08:00", "12:00", date=SUNDAY, pauses=()),
        duty("E1", "12:00", "16:00", date=SUNDAY, pauses=()),
        duty("E2", "09:00", "15:00", date=SUNDAY, pauses=()),
    )
    assert faults(history=rows) == []


def test_overlap_with_a_long_duty_names_the_long_one():
    night = Duty(
        employee_id="E1", date=SUNDAY, outlet_id="Hub", shift_type_id="day", start=at("08:00", SUNDAY),
        end=at("20:00", SUNDAY),
    )  # fmt: skip
    rows = (
        night,
        duty("E1", "09:00", "10:00", date=SUNDAY, pauses=()),
        duty("E1", "11:00", "12:00", date=SUNDAY, pauses=()),
    )
    assert ["history[0]" in fault.partition(": ")[2] for fault in faults(history=rows)] == [True, True]


# ---------------------------------------------------------------- how faults are told


def test_an_invalid_problem_tells_every_fault():
    with pytest.raises(InvalidProblem) as raised:
        tiny(staff=(), contracts=())
    assert str(raised.value).splitlines() == [str(fault) for fault in raised.value.faults]
    assert len(raised.value.faults) == 4  # two empty tables, two permissions of nobody


def test_a_horizon_of_another_length_moves_the_limits():
    wednesday = interval(date=WEDNESDAY)
    assert faults(horizon=Horizon(start=MONDAY, days=3, slot_minutes=60), interval_requirements=(wednesday,)) == []


# ---------------------------------------------------------------- what nobody could meet


def shift_need(**changes) -> ShiftRequirement:
    return ShiftRequirement(date=MONDAY, shift_type_id="day", outlet_id="Hub", minimum=1, **changes)


# The tiny shift begins 09:00 to 10:00 and lasts five to six hours.
@pytest.mark.parametrize(("opens", "closes", "fits"), [("10:00", "15:00", True), ("10:00", "14:00", False),
                                                       ("11:00", "18:00", False)])  # fmt: skip
def test_a_shift_requirement_must_fit_the_opening_hours(opens, closes, fits):
    hours = (opening(opens, closes), opening(opens, closes, outlet="Sat"))
    message = f"shift_requirements[0]: no shift day on 2026-03-09 fits the opening hours of Hub ({opens}-{closes})"
    assert faults(opening=hours, shift_requirements=(shift_need(),)) == ([] if fits else [message])
    assert faults(opening=hours, shift_requirements=(shift_need().model_copy(update={"outlet_id": None}),)) == []


def test_a_shift_requirement_must_be_of_an_outlet_that_uses_the_shift():
    used = (shift(outlets=("Sat",)),)
    assert faults(shift_types=used, shift_requirements=(shift_need(),)) == [
        "shift_requirements[0]: Hub does not use shift day; add it to its outlets"
    ]


@pytest.mark.parametrize(("window", "fits"), [(("14:00", "15:00"), True), (("15:00", "22:00"), False),
                                              (("08:00", "09:00"), False), (("08:00", "10:00"), True)])  # fmt: skip
def test_a_break_no_duty_has_room_for_is_refused(window, fits):
    # Duties lie between 09:00 and 16:00: an hour off begins 10:00 to 14:00.
    pause = BreakWindow(minutes=60, start_from=window[0], start_to=window[1])
    message = (
        f'shift_types[0]: no duty of "day" has room for break 1, which begins {window[0]}-{window[1]}, '
        "at least a slot from the duty's start and end"
    )
    assert faults(shift_types=(shift(breaks=(pause,)),)) == ([] if fits else [message])


@pytest.mark.parametrize(("customers", "fits"), [(59_999.0, True), (60_000.0, False)])
def test_customers_beyond_all_reason_are_refused(customers, fits):
    # Ten minutes each in a slot of sixty: 60,000 keep 10,000 busy.
    message = "traffic[0]: 60000 customers of 10 minutes in one slot keep 10,000 people busy at once; check the count"
    assert faults(traffic=(arrivals(customers=customers),)) == ([] if fits else [message])


def test_history_begins_on_its_date():
    late = Duty(
        employee_id="E1", date=SUNDAY, outlet_id="Hub", shift_type_id="day", start=at("09:00"), end=at("12:00")
    )  # fmt: skip
    assert faults(history=(late,)) == ["history[0]: starts on 2026-03-09, not on its date 2026-03-08"]
