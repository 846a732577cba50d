import pytest
from hypothesis import given

from schedsolver.domain import Activity, Arrivals, Horizon, IntervalRequirement, OpeningHours, Outlet, ShiftType
from schedsolver.errors import InvalidProblem
from schedsolver.traffic.erlang import heads_needed
from schedsolver.traffic.staffing import Cell, cents_per_piece, required_cells
from tests.strategies import problems
from tests.tiny import MONDAY, TUESDAY, tiny

COUNTER = {"activity_id": "counter", "service_minutes": 10, "wait_limit_minutes": 5, "target_share": 0.8}
HUB, SAT = 0, 1


def bank(**changes):
    """The hub open 09-12 and the satellite 10-12 on Monday only; service is counter, calls can wait."""
    tables = {
        "activities": (
            Activity(**COUNTER, shortage_cents_per_hour=(100, 300), surplus_cents_per_hour=50),
            Activity(activity_id="calls", deferrable=True, service_minutes=5),
        ),
        "opening": (
            OpeningHours(outlet_id="Hub", weekday=0, start="09:00", end="12:00"),
            OpeningHours(outlet_id="Sat", weekday=0, start="10:00", end="12:00"),
        ),
        "permissions": (),
    }
    return tiny(**(tables | changes))


def stated(start, end, heads, *, outlet="Hub", activity="counter", **more) -> IntervalRequirement:
    return IntervalRequirement(
        outlet_id=outlet, activity_id=activity, start=start, end=end, heads=heads, **({"date": MONDAY} | more)
    )


def arrivals(start, customers, *, outlet="Hub", activity="counter") -> Arrivals:
    return Arrivals(outlet_id=outlet, activity_id=activity, date=MONDAY, start=start, customers=customers)


def heads(problem) -> dict[tuple[int, int, int], int]:
    return {(c.outlet, c.activity, c.slot): c.heads for c in required_cells(problem)}


def test_open_slots_of_service_have_a_cell_that_needs_nobody():
    empty = {"heads": 0, "shortage_cents": (100, 300), "surplus_cents": 50}
    assert required_cells(bank()) == (
        Cell(HUB, 0, 9, **empty),
        Cell(HUB, 0, 10, **empty),
        Cell(HUB, 0, 11, **empty),
        Cell(SAT, 0, 10, **empty),
        Cell(SAT, 0, 11, **empty),
    )


def test_a_requirement_needs_its_heads_in_each_slot_it_spans():
    assert heads(bank(interval_requirements=(stated("10:00", "12:00", 3),))) == {
        (HUB, 0, 9): 0, (HUB, 0, 10): 3, (HUB, 0, 11): 3, (SAT, 0, 10): 0, (SAT, 0, 11): 0,
    }  # fmt: skip


def test_deferrable_work_has_a_cell_only_where_required():
    problem = bank(interval_requirements=(stated("11:00", "12:00", 1, outlet="Sat", activity="calls"),))
    assert [(c.outlet, c.slot, c.heads) for c in required_cells(problem) if c.activity == 1] == [(SAT, 11, 1)]


def test_heads_follow_from_traffic():
    # 12 customers of 10 minutes in an hour are 2 erlangs; 3 heads: 4/9 wait, 27 % longer than 5 minutes;
    # 4 heads: C = 4/23, 6 % longer.
    assert heads(bank(traffic=(arrivals("10:00", 12),)))[HUB, 0, 10] == 4


def test_a_single_customer_needs_a_head():
    assert heads(bank(traffic=(arrivals("10:00", 1),)))[HUB, 0, 10] == 1


def test_half_the_slot_is_twice_the_load():
    # 12 customers in half an hour are 4 erlangs: 5 heads leave 34 % late, 6 heads 10 %
    problem = bank(horizon=Horizon(start=MONDAY, days=2, slot_minutes=30), traffic=(arrivals("10:00", 12),))
    assert heads(problem)[HUB, 0, 20] == 6


def test_each_activity_is_staffed_by_its_own_times_and_target():
    fx = Activity(activity_id="fx", service_minutes=20, wait_limit_minutes=0, target_share=0.9)
    problem = bank(
        activities=(Activity(**COUNTER), fx),
        traffic=(arrivals("10:00", 12), arrivals("10:00", 12, activity="fx")),
    )
    found = heads(problem)
    assert found[HUB, 0, 10] == 4
    assert found[HUB, 1, 10] == heads_needed(4, 20, 0, 0.9) == 8


@pytest.mark.parametrize(
    ("windows", "at_window", "needed"), [(2, True, 2), (0, True, 0), (9, True, 4), (None, True, 4), (2, False, 4)]
)
def test_windows_limit_the_heads_of_traffic_at_windows(windows, at_window, needed):
    problem = bank(
        outlets=(Outlet(outlet_id="Hub", windows=windows), Outlet(outlet_id="Sat")),
        activities=(Activity(**COUNTER, at_window=at_window),),
        traffic=(arrivals("10:00", 12),),
    )
    assert heads(problem)[HUB, 0, 10] == needed


def test_windows_do_not_limit_what_is_stated():
    problem = bank(
        outlets=(Outlet(outlet_id="Hub", windows=2), Outlet(outlet_id="Sat")),
        activities=(Activity(**COUNTER, at_window=True),),
        interval_requirements=(stated("10:00", "11:00", 5),),
    )
    assert heads(problem)[HUB, 0, 10] == 5


def test_stated_and_derived_heads_stand_side_by_side():
    problem = bank(
        traffic=(arrivals("10:00", 12), arrivals("11:00", 0)), interval_requirements=(stated("09:00", "10:00", 7),)
    )
    assert [heads(problem)[HUB, 0, slot] for slot in (9, 10, 11)] == [7, 4, 0]


def test_no_customers_need_nobody_even_where_it_is_closed():
    assert heads(bank(traffic=(arrivals("20:00", 0),))) == heads(bank())


def test_traffic_of_deferrable_work_is_required():
    assert heads(bank(traffic=(arrivals("10:00", 6, activity="calls"),)))[HUB, 1, 10] == heads_needed(0.5, 5, 20, 0.97)


@pytest.mark.parametrize(
    ("slot", "per_hour", "per_slot"),
    [
        (60, 101, 101),
        (30, 100, 50),
        (30, 101, 51),
        (20, 100, 33),
        (20, 101, 34),
        (20, 0, 0),
        (15, 1, 0),
        (15, 2, 1),
        (15, 3, 1),
    ],
)
def test_prices_are_for_the_slot_rounded_half_up(slot, per_hour, per_slot):
    work = Activity(**COUNTER, shortage_cents_per_hour=(per_hour, per_hour + 60), surplus_cents_per_hour=per_hour)
    problem = bank(horizon=Horizon(start=MONDAY, days=1, slot_minutes=slot), activities=(work,))
    cell = required_cells(problem)[0]
    assert cell.shortage_cents == (per_slot, per_slot + slot)
    assert cell.surplus_cents == per_slot


def test_a_requirement_may_have_prices_of_its_own():
    row = stated("10:00", "11:00", 1, shortage_cents_per_hour=(7,), surplus_cents_per_hour=0)
    cells = {c.slot: c for c in required_cells(bank(interval_requirements=(row,))) if c.outlet == HUB}
    assert (cells[10].shortage_cents, cells[10].surplus_cents) == ((7,), 0)
    assert (cells[11].shortage_cents, cells[11].surplus_cents) == ((100, 300), 50)


def test_a_requirement_may_have_a_minimum_and_a_maximum():
    horizon = Horizon(start=MONDAY, days=1, slot_minutes=30)
    row = stated("10:00", "11:00", 2, minimum=1, maximum=3, minimum_cents_per_hour=601)
    cells = {c.slot: c for c in required_cells(bank(interval_requirements=(row,), horizon=horizon)) if c.outlet == HUB}
    assert [(cells[s].minimum, cells[s].minimum_cents, cells[s].maximum) for s in (20, 21)] == [(1, 301, 3)] * 2
    assert (cells[22].minimum, cells[22].minimum_cents, cells[22].maximum) == (0, 0, None)


# Five heads at 100, 200, 400 and 400; the last two, below the minimum, at 1000.
PRICED = Cell(0, 0, 0, 5, (100, 200, 400), 10, minimum=2, minimum_cents=1000)


@pytest.mark.parametrize(
    ("missing", "cents"), [(-1, 0), (0, 0), (1, 100), (2, 300), (3, 700), (4, 1700), (5, 2700)]
)  # fmt: skip
def test_missing_heads_cost_more_and_more_and_most_below_the_minimum(missing, cents):
    assert PRICED.cents_without(missing) == cents


def test_the_last_price_holds_for_all_further_heads():
    assert Cell(0, 0, 0, 5, (100, 200, 400), 10).cents_without(5) == 100 + 200 + 3 * 400


@pytest.mark.parametrize(
    ("pieces", "missing", "cents"),
    [
        (2, 1, 50),
        (2, 2, 100),
        (2, 3, 200),
        (2, 7, 1200),
        (2, 10, 2700),
        (3, 1, 33),
        (3, 3, 99),
        (3, 4, 166),
        (3, -2, 0),
    ],
)
def test_pieces_of_a_head_share_its_price(pieces, missing, cents):
    assert PRICED.cents_without(missing, pieces) == cents


@pytest.mark.parametrize(("cents", "pieces", "each"), [(10, 1, 10), (5, 2, 3), (4, 3, 1), (5, 3, 2), (0, 7, 0)])
def test_the_price_of_a_piece_is_rounded_half_up(cents, pieces, each):
    assert cents_per_piece(cents, pieces) == each


def test_a_requirement_without_prices_takes_those_of_the_activity():
    cells = required_cells(bank(interval_requirements=(stated("10:00", "11:00", 1),)))
    assert {(c.shortage_cents, c.surplus_cents) for c in cells} == {((100, 300), 50)}


def test_a_closed_date_has_no_cell():
    rows = (*bank().opening, OpeningHours(outlet_id="Hub", date=MONDAY))
    assert {c.outlet for c in required_cells(bank(opening=rows))} == {SAT}


def test_slots_go_on_past_midnight_but_not_past_the_horizon():
    rows = (
        OpeningHours(outlet_id="Hub", weekday=0, start="23:00", end="25:00"),
        OpeningHours(outlet_id="Hub", weekday=1, start="22:00", end="26:00"),
        OpeningHours(outlet_id="Sat", date=MONDAY),
    )
    assert list(heads(bank(opening=rows))) == [(HUB, 0, slot) for slot in (23, 24, 46, 47)]


def test_around_the_clock_every_slot_has_one_cell():
    problem = bank(opening=())
    assert list(heads(problem)) == [(o, 0, slot) for o in (HUB, SAT) for slot in range(48)]


def test_the_second_day_follows_the_first():
    rows = tuple(OpeningHours(outlet_id=o, weekday=1, start="09:00", end="10:00") for o in ("Hub", "Sat"))
    problem = bank(opening=rows, interval_requirements=(stated("09:00", "10:00", 2, outlet="Sat", date=TUESDAY),))
    assert heads(problem) == {(HUB, 0, 33): 0, (SAT, 0, 33): 2}


def test_a_problem_without_activities_has_no_cells():
    shift = ShiftType(shift_type_id="day", start_from=540, start_to=540, minutes_min=300, minutes_max=300)
    assert required_cells(tiny(activities=(), shift_types=(shift,))) == ()


def test_traffic_beyond_all_reason_is_refused():
    with pytest.raises(InvalidProblem, match=r"traffic\[0\]: 1e\+06 customers .*check the count"):
        bank(traffic=(arrivals("10:00", 1e6),))


@given(problems())
def test_cells_are_unique_in_order_and_within_the_horizon(problem):
    cells = required_cells(problem)
    keys = [(c.outlet, c.activity, c.slot) for c in cells]
    assert keys == sorted(set(keys))
    assert all(0 <= c.slot < problem.horizon.slots for c in cells)
    assert all(list(c.shortage_cents) == sorted(c.shortage_cents) for c in cells)
