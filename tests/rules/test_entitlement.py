"""What people are entitled to: by contract and availability, for goods by appraisal too, over the weeks remembered."""

import datetime as dt

import pytest

from schedsolver.domain import (
    Activity,
    Availability,
    Carried,
    Contract,
    FairItem,
    Leave,
    OpeningHours,
    Permission,
    Preference,
    Request,
    Skill,
    SpecialDay,
)
from schedsolver.rules.entitlement import WHOLE, exposures, item_dates, remembered, shares
from tests.rules.test_burdens import SATURDAY, SUNDAY, WEEK
from tests.rules.test_fairness import had, person
from tests.tiny import MONDAY

FULL, HALF = Contract(contract_id="full"), Contract(contract_id="half", weekly_minutes=1200)
CLOSING = FairItem(item_id="closing", counts="closings")
SATURDAYS = FairItem(item_id="sat", counts="duties", weekdays=(5,))
WISHES = FairItem(item_id="wish", counts="wishes", kind="good")


def exposed(item: FairItem = CLOSING, **changes) -> list[int]:
    tables = {"contracts": (FULL, HALF), "staff": (person(0), person(1), person(2, contract_id="half"))}
    return exposures(item, WEEK.replace(**(tables | changes))).tolist()


def off(first: dt.date, last: dt.date, **more) -> Leave:
    return Leave(employee_id="E1", first_day=first, last_day=last, **more)


def free(*weekdays: int, start: str = "00:00", end: str = "24:00") -> list[Availability]:
    return [Availability(employee_id="E1", weekday=day, start=start, end=end) for day in weekdays]


def test_a_part_timer_is_entitled_by_contract():
    assert exposed() == [2400, 2400, 1200]
    assert exposed(SATURDAYS) == [342, 342, 171]


@pytest.mark.parametrize(
    ("leave", "minutes"),
    [
        ([off(MONDAY - dt.timedelta(days=30), SUNDAY + dt.timedelta(days=30))], 0),
        ([off(MONDAY, MONDAY + dt.timedelta(days=3))], 1028),
        ([off(MONDAY, MONDAY), off(MONDAY, MONDAY)], 2057),
        ([off(MONDAY, SUNDAY, start="09:00", end="10:00")], 2400),
        ([off(MONDAY - dt.timedelta(days=9), MONDAY - dt.timedelta(days=1))], 2400),
    ],
)
def test_days_on_leave_do_not_count(leave, minutes):
    assert exposed(leave=leave) == [2400, minutes, 1200]


def test_availability_bounds_what_can_fall_on_someone():
    assert exposed(availability=free(0, 1, 2, 3, 4))[1] == 2400, "five days are a full week"
    assert exposed(availability=free(0, 1, 2))[1] == 3 * 480
    assert exposed(SATURDAYS, availability=free(0, 1, 2))[1] == 0
    assert exposed(SATURDAYS, availability=free(5))[1] == 342
    daily = Contract(contract_id="full", daily_minutes=600)
    assert exposed(availability=free(0, 1, 2), contracts=(daily, HALF))[1] == 3 * 600


@pytest.mark.parametrize(
    ("counts", "start", "end", "there"),
    [
        ("closings", "08:00", "17:59", False), ("closings", "12:00", "18:00", True),
        ("openings", "09:01", "18:00", False), ("openings", "09:00", "10:00", True),
        ("duties", "10:00", "11:00", True),
    ],
)  # fmt: skip
def test_who_is_never_there_when_it_falls_has_no_part_in_it(counts, start, end, there):
    item = FairItem(item_id="it", counts=counts)
    assert (exposed(item, availability=free(0, 1, 2, 3, 4, start=start, end=end))[1] > 0) == there


def test_hours_of_the_day_are_those_someone_is_available_in():
    noon = FairItem(item_id="noon", counts="hours", start="12:00", end="13:00")
    assert exposed(noon, availability=free(0, start="08:00", end="12:00"))[1] == 0
    assert exposed(noon, availability=free(0, start="08:00", end="12:30"))[1] == 480


def test_trips_need_a_home_and_wishes_a_wish():
    trips = FairItem(item_id="it", counts="trips")
    assert exposed(trips, staff=(person(0), person(1, home_outlet_id=None), person(2))) == [2400, 0, 2400]
    assert exposed(WISHES, requests=[Request(employee_id="E2", date=MONDAY, wish="off")]) == [0, 0, 1200]


def test_activities_need_the_permission():
    works = Activity(activity_id="till", skill_id="cash", min_level=2), Activity(activity_id="calls")
    cash = {"skills": (Skill(skill_id="cash"),), "activities": works}
    held = [
        Permission(employee_id="E0", skill_id="cash", level=2, valid_from=SATURDAY),
        Permission(employee_id="E1", skill_id="cash", level=1),
        Permission(employee_id="E2", skill_id="cash", level=3, outlet_id="Sat"),
    ]
    till = FairItem(item_id="it", counts="activity", activities=("till",))
    assert exposed(till, permissions=held, **cash) == [2 * 480, 0, 1200]
    assert exposed(till.model_copy(update={"outlets": ("Hub",)}), permissions=held, **cash) == [2 * 480, 0, 0]
    avoided = FairItem(item_id="it", counts="activity")
    dislike = Preference(employee_id="E1", wish="avoid", activity_id="calls", cents=1)
    assert exposed(avoided, permissions=held, preferences=[dislike], **cash) == [0, 2400, 0]


def test_who_may_do_nothing_where_and_when_it_falls_has_no_part_in_it():
    cash = {"skills": (Skill(skill_id="cash"),), "activities": (Activity(activity_id="till", skill_id="cash"),)}
    opening = [OpeningHours(outlet_id="Hub", weekday=day, start="09:00", end="18:00") for day in range(6)]
    opening += [OpeningHours(outlet_id="Sat", weekday=day, start="09:00", end="12:00") for day in range(5)]
    held = [
        Permission(employee_id="E0", skill_id="cash"),
        Permission(employee_id="E1", skill_id="cash", outlet_id="Sat"),
        Permission(employee_id="E2", skill_id="cash", valid_until=SATURDAY - dt.timedelta(days=1)),
    ]
    tables = {"opening": opening, "permissions": held, **cash}
    assert exposed(FairItem(item_id="it", counts="weekends"), **tables) == [480, 0, 0], "only the hub, on Saturday"
    assert exposed(SATURDAYS, **tables) == [342, 0, 0]
    assert exposed(CLOSING, **tables) == [2400, 2400, 1200]
    noon = free(0, 1, 2, 3, 4, start="09:00", end="12:00")
    assert exposed(CLOSING, availability=noon, **tables)[1] == 2400, "there it closes at noon"
    hub = CLOSING.model_copy(update={"outlets": ("Hub",)})
    assert exposed(hub, availability=noon, **tables)[1] == 0
    trips = FairItem(item_id="it", counts="trips")
    at = {"staff": (person(0), person(1), person(2, contract_id="half", home_outlet_id="Sat"))}
    assert exposed(trips, **tables, **at) == [2400, 2400, 1200]
    moved = [held[0].model_copy(update={"outlet_id": "Hub"}), held[1], held[2].model_copy(update={"outlet_id": "Sat"})]
    assert exposed(trips, **(tables | {"permissions": moved}), **at) == [0, 2400, 0]
    midday = FairItem(item_id="it", counts="hours", start="12:00", end="13:00", weekdays=(5,))
    assert exposed(midday, **tables) == [342, 0, 0]
    calls = Activity(activity_id="calls")
    assert exposed(SATURDAYS, **(tables | {"activities": (*cash["activities"], calls)})) == [342, 342, 171]


@pytest.mark.parametrize(("appraisal", "minutes"), [(0, 1920), (80, 1920), (90, 2160), (120, 2880), (300, 2880)])
def test_the_appraisal_moves_goods_within_bounds_and_burdens_not_at_all(appraisal, minutes):
    staff = person(0), person(1, appraisal_percent=appraisal)
    assert exposed(staff=staff) == [2400, 2400]
    assert exposed(FairItem(item_id="it", counts="weekends_off", kind="good"), staff=staff) == [
        685,
        685 * minutes // 2400,
    ]


def test_the_days_of_an_item():
    holiday = WEEK.replace(special_days=(SpecialDay(date=MONDAY, kind="holiday"),))
    assert item_dates(FairItem(item_id="it", counts="duties", day_kinds=("holiday",)), holiday) == [MONDAY]
    assert item_dates(FairItem(item_id="it", counts="weekends"), WEEK) == [SATURDAY, SUNDAY]
    assert exposed(FairItem(item_id="it", counts="duties", day_kinds=("holiday",))) == [0, 0, 0]


@pytest.mark.parametrize(
    ("minutes", "parts"),
    [([1, 1, 2], [2520, 2520, 5040]), ([1] * 11, [917] * 4 + [916] * 7), ([0, 7], [0, WHOLE]), ([0, 0], [0, 0])],
)
def test_shares_are_whole_parts_by_largest_remainder(minutes, parts):
    assert shares(minutes).tolist() == parts


# ---------------------------------------------------------------- weeks before


def remember(*rows: Carried, **fields) -> tuple[list[int], list[int]]:
    item = FairItem(item_id="duty", counts="duties", **fields)
    amounts, minutes = remembered(item, WEEK.replace(fair_items=(item,), carried=rows))
    return amounts.tolist(), minutes.tolist()


def test_weeks_before_fade_and_are_forgotten():
    rows = had(0, 2, 1000, weeks=1), had(0, 1, 500, weeks=2), had(1, 4, 800, weeks=3)
    assert remember(*rows, decay_percent=50) == ([75, 30, 0], [625, 100, 0])
    assert remember(*rows, decay_percent=0) == ([180, 240, 0], [1500, 800, 0])
    assert remember(*rows, decay_percent=0, window_weeks=3) == ([180, 0, 0], [1500, 0, 0])
    assert remember(*rows, window_weeks=1) == ([0, 0, 0], [0, 0, 0])


def test_a_part_of_a_week_ago_is_a_week_ago():
    row = Carried(
        employee_id="E0", item_id="duty", first_day=MONDAY - dt.timedelta(days=10), amount=1, exposure_minutes=60
    )
    assert remember(row, decay_percent=50)[0] == [15, 0, 0]


def test_people_who_have_left_are_not_remembered():
    assert remember(had(7, 5), decay_percent=0) == ([0, 0, 0], [0, 0, 0])
