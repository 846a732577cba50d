import numpy as np
import pytest

from schedsolver.domain import Activity, BreakWindow, Horizon, IntervalRequirement, OpeningHours, Outlet, Permission
from schedsolver.domain.arrays import IntArray
from schedsolver.model.build import BuiltModel, build_model
from tests.solving import FixedModel, fixed_shift, plain
from tests.tiny import MONDAY, tiny

COUNTER = Activity(activity_id="counter", skill_id="cash", surplus_cents_per_hour=10)
CALLS = Activity(activity_id="calls", deferrable=True)


def branch(*shifts, **changes):
    """Two people at one outlet on one day, open 09:00-15:00, both permitted for cash."""
    tables = {
        "horizon": Horizon(start=MONDAY, days=1, slot_minutes=60), "outlets": (Outlet(outlet_id="Hub"),),
        "opening": (OpeningHours(outlet_id="Hub", weekday=0, start="09:00", end="15:00"),),
        "staff": tuple(e.model_copy(update={"home_outlet_id": None}) for e in tiny().staff),
        "activities": (COUNTER, CALLS), "shift_types": shifts,
    }  # fmt: skip
    return tiny(**(tables | changes))


def counter_heads(heads: int, start: str = "09:00", end: str = "15:00") -> IntervalRequirement:
    place = {"outlet_id": "Hub", "activity_id": "counter", "date": MONDAY}
    return IntervalRequirement(**place, start=start, end=end, heads=heads)


def head_counts(model: BuiltModel, values: IntArray) -> dict[int, int]:
    """People at work on anything, by slot."""
    heads = model.roster.heads
    counts = np.bincount(heads.slot, weights=values[heads.column])
    return {slot: int(count) for slot, count in enumerate(counts) if count}


DAY = fixed_shift("day", "09:00", "12:00")
LATE = fixed_shift("late", "11:00", "15:00")


def test_without_activities_there_are_no_flows():
    assert build_model(plain(shift_types=(DAY,))).flows is None


def test_people_who_may_do_the_same_share_a_chain_from_first_start_to_last_end():
    chains = build_model(branch(DAY, LATE)).flows.chains
    assert chains.of_option.tolist() == [0, 0, 0, 0]
    assert (chains.people.tolist(), chains.first_slot.tolist(), chains.slots.tolist()) == ([2], [9], [6])
    assert chains.links[1].tolist() == list(range(9, 15))
    assert chains.may.tolist() == [[True, True]]


def test_people_who_may_do_different_things_have_chains_of_their_own():
    chains = build_model(branch(DAY, permissions=(Permission(employee_id="E2", skill_id="cash"),))).flows.chains
    assert len(set(chains.of_option.tolist())) == 2
    assert sorted(map(tuple, chains.may.tolist())) == [(False, True), (True, True)]
    assert (chains.people.tolist(), chains.offset.tolist()) == ([1, 1], [0, 3])


def test_every_outlet_and_day_has_chains_of_its_own():
    hours = tuple(
        OpeningHours(outlet_id=o, weekday=w, start="09:00", end="12:00") for o in ("Hub", "Sat") for w in (0, 1)
    )
    problem = tiny(shift_types=(DAY,), opening=hours)
    chains = build_model(problem).flows.chains
    assert sorted(zip(chains.outlet.tolist(), chains.first_slot.tolist(), strict=True)) == [
        (0, 9),
        (0, 33),
        (1, 9),
        (1, 33),
    ]
    assert chains.people.tolist() == [2, 2, 2, 2]


@pytest.mark.parametrize(
    ("given", "at_work"),
    [
        ((), {}),
        ((0,), {9: 1, 10: 1, 11: 1}),
        ((0, 3), {9: 1, 10: 1, 11: 2, 12: 1, 13: 1, 14: 1}),
        ((0, 2), {9: 2, 10: 2, 11: 2}),
    ],
)
def test_everyone_present_is_at_work_on_something(given, at_work):
    fixed = FixedModel(branch(DAY, LATE))
    assert head_counts(fixed.model, fixed.solve(given)) == at_work


def test_presence_past_midnight_and_past_the_horizon_is_carried_on():
    night = (OpeningHours(outlet_id="Hub", weekday=0, start="22:00", end="30:00"),)
    fixed = FixedModel(branch(fixed_shift("night", "22:00", "26:00"), opening=night))
    assert head_counts(fixed.model, fixed.solve((0, 1))) == dict.fromkeys(range(22, 26), 2)


def test_each_break_of_each_person_is_taken_once_where_it_costs_least():
    # Two hours off between 10:00 and 12:00 and between 12:00 and 14:00; the counter needs both people but
    # from 11:00 to 12:00 and from 12:00 to 13:00, so the first breaks fall at 11:00 and the second at 12:00.
    windows = tuple(
        BreakWindow(minutes=60, start_from=a, start_to=b) for a, b in (("10:00", "11:00"), ("12:00", "13:00"))
    )
    need = (counter_heads(2, "09:00", "11:00"), counter_heads(2, "13:00", "15:00"))
    fixed = FixedModel(branch(fixed_shift("day", "09:00", "15:00", breaks=windows), interval_requirements=need))
    values = fixed.solve((0, 1))
    assert head_counts(fixed.model, values) == {9: 2, 10: 2, 13: 2, 14: 2}
    breaks = fixed.model.flows.breaks
    assert breaks.of_option.tolist() == [[0, 1], [0, 1]]
    assert breaks.slot.tolist() == [10, 11, 12, 13]
    assert values[breaks.column].tolist() == [0, 2, 2, 0]


def test_breaks_with_other_windows_or_lengths_are_counted_apart():
    # The break of the shorter duty is clipped to 10:00, that of the longer one may begin at 10:00 or 11:00.
    pause = BreakWindow(minutes=60, start_from="10:00", start_to="11:00")
    flex = fixed_shift("day", "09:00", "12:00", breaks=(pause,)).model_copy(update={"minutes_max": 240})
    breaks = build_model(branch(flex)).flows.breaks
    assert breaks.slot.tolist() == [10, 10, 11]
    assert breaks.of_option.ravel().tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("activities", "needs", "columns"),
    [
        ((COUNTER, CALLS), (), {1}),  # nobody is surplus at the counter while there are calls to make
        ((COUNTER, CALLS), (counter_heads(1),), {0, 1}),
        ((COUNTER,), (), {0}),
        ((COUNTER, CALLS.model_copy(update={"at_window": True})), (), {1}),
    ],
)
def test_surplus_that_could_only_cost_has_no_columns(activities, needs, columns):
    model = build_model(branch(DAY, activities=activities, interval_requirements=needs))
    assert set(model.roster.heads.activity.tolist()) == columns


@pytest.mark.parametrize(("surplus_cents", "columns"), [(0, {1}), (60, {0, 1})])
def test_work_that_can_wait_at_a_price_leaves_other_surplus_open(surplus_cents, columns):
    priced = IntervalRequirement(
        outlet_id="Hub", activity_id="calls", date=MONDAY, start="09:00", end="15:00", heads=1,
        surplus_cents_per_hour=surplus_cents,
    )  # fmt: skip
    model = build_model(branch(DAY, interval_requirements=(priced,)))
    assert set(model.roster.heads.activity.tolist()) == columns


@pytest.mark.parametrize(("maximum", "columns"), [(None, {1}), (1, {0, 1})])
def test_work_that_can_wait_up_to_a_maximum_leaves_other_surplus_open(maximum, columns):
    limited = IntervalRequirement(
        outlet_id="Hub", activity_id="calls", date=MONDAY, start="09:00", end="15:00", heads=0,
        surplus_cents_per_hour=0, maximum=maximum,
    )  # fmt: skip
    model = build_model(branch(DAY, interval_requirements=(limited,)))
    assert set(model.roster.heads.activity.tolist()) == columns


def test_work_that_can_wait_at_few_windows_leaves_other_surplus_open():
    at_window = (COUNTER, CALLS.model_copy(update={"at_window": True}))
    model = build_model(branch(DAY, activities=at_window, outlets=(Outlet(outlet_id="Hub", windows=1),)))
    assert set(model.roster.heads.activity.tolist()) == {0, 1}


def test_a_problem_in_which_nobody_may_do_anything_still_has_a_model():
    model = build_model(branch(DAY, activities=(COUNTER,), permissions=()))
    assert len(model.roster.options) == len(model.roster.heads.column) == 0
