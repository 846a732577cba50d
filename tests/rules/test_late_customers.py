"""Cover in customers: tables, prices, and model against checker."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import schedsolver as ss
from schedsolver.domain import Activity, Arrivals, Contract, Employee, Horizon, OpeningHours, Outlet, ServicePromise
from schedsolver.errors import InvalidProblem
from schedsolver.rules import PaidTime, check
from schedsolver.rules.cover import IntervalCover
from schedsolver.rules.late_customers import LateCustomers
from schedsolver.scoring import shortages
from schedsolver.traffic import ServiceLaw, queue_tables
from schedsolver.traffic.late_prices import convex_savings, late_cells
from schedsolver.traffic.offered_load import modified_offered_load
from tests.miniatures import miniatures
from tests.solving import FixedModel, assert_agree, assert_agree_on, fixed_shift, judged, roster_of, spell, words
from tests.tiny import MONDAY, tiny

COUNTER = Activity(
    activity_id="counter", service_minutes=10, wait_limit_minutes=5, shortage_cents_per_hour=(7777,),
    surplus_cents_per_hour=9,
)  # fmt: skip
CALLS = Activity(activity_id="calls", deferrable=True)
RULE = LateCustomers(cents_per_customer=100)


def come(start: str, customers: float, outlet: str = "Hub", activity: str = "counter") -> Arrivals:
    return Arrivals(outlet_id=outlet, activity_id=activity, date=MONDAY, start=start, customers=customers)


def branch(*traffic: Arrivals, rules=(RULE,), **changes) -> ss.Problem:
    """Two outlets open 09:00-12:00, two people who may work 09:00-11:00; customers take ten minutes."""
    tables = {
        "horizon": Horizon(start=MONDAY, days=1, slot_minutes=60), "activities": (COUNTER, CALLS), "permissions": (),
        "opening": tuple(OpeningHours(outlet_id=o, weekday=0, start="09:00", end="12:00") for o in ("Hub", "Sat")),
        "outlets": (Outlet(outlet_id="Hub"), Outlet(outlet_id="Sat")),
        "staff": tuple(Employee(employee_id=e, contract_id="full") for e in ("E1", "E2")),
        "shift_types": (fixed_shift("day", "09:00", "11:00"),), "traffic": traffic, "rules": rules,
    }  # fmt: skip
    return tiny(**(tables | changes))


def late(customers, limit=5.0):
    """Expected late customers of a day by slot and heads."""
    load = modified_offered_load(customers, 60, ServiceLaw.of(10))
    return queue_tables(customers, load, ServiceLaw.of(10), limit, most_heads=20).late_customers


# ---------------------------------------------------------------- tables


@pytest.mark.parametrize(
    ("losses", "savings"),
    [
        ([9, 5, 2, 1], [4, 3, 1]),
        # Nothing until the second head, which saves six: three each.
        ([8, 8, 2, 1], [3, 3, 1]),
        ([8, 8, 8, 2], [2, 2, 2]),
        # 1, 3: two each; then 2 alone joins them, 2 each.
        ([7, 6, 3, 1, 1], [2, 2, 2, 0]),
        ([5, 5, 5], [0, 0]),
        ([5], []),
    ],
)
def test_savings_by_hand(losses, savings):
    assert convex_savings(np.array(losses, float)).tolist() == savings


@given(st.lists(st.floats(0, 50), min_size=1, max_size=8))
def test_savings_are_the_slopes_of_the_highest_convex_curve_below(drops):
    losses = np.concatenate([np.cumsum(drops[::-1])[::-1], [0.0]])
    savings = convex_savings(losses)
    curve = losses[0] - np.concatenate([[0.0], savings.cumsum()])
    n = len(losses)
    straight = [
        min(
            losses[i] + (losses[j] - losses[i]) * (h - i) / (j - i) if j > i else losses[h]
            for i in range(h + 1)
            for j in range(h, n)
        )
        for h in range(n)
    ]
    assert curve == pytest.approx(straight, abs=1e-9)
    assert np.all(np.diff(savings) <= 1e-9)


def test_prices_are_late_customers_by_the_formula():
    cells = late_cells(branch(come("09:00", 12), come("10:00", 24)), 1000)
    assert [(c.outlet, c.activity, c.slot) for c in cells] == [(0, 0, 9), (0, 0, 10)]
    table = late([12.0, 24.0])
    for cell, losses in zip(cells, table, strict=True):
        # Beyond the load each head saves less than the one before, so the curve is the formula's.
        for heads in range(6, 9):
            assert cell.cents_with(heads) == pytest.approx(1000 * losses[heads], abs=10)
        assert sum(cell.savings) == pytest.approx(1000 * losses[0], abs=10)
        assert list(cell.savings) == sorted(cell.savings, reverse=True)


def test_windows_limits_and_promises_count():
    def cells(**changes):
        counter = COUNTER.model_copy(update={"at_window": True})
        return late_cells(branch(come("09:00", 12), **({"activities": (counter, CALLS)} | changes)), 1000)

    three = cells(outlets=(Outlet(outlet_id="Hub", windows=3), Outlet(outlet_id="Sat")))
    assert len(three[0].savings) == 3
    patient = cells(promises=(ServicePromise(activity_id="counter", wait_limit_minutes=30, late_share_of_day=0.5),))
    assert patient[0].cents_with(3) == pytest.approx(1000 * late([12.0], 30)[0, 3], abs=5)
    assert patient[0].cents_with(3) < cells()[0].cents_with(3)


# ---------------------------------------------------------------- judged by hand


@pytest.mark.parametrize("heads", range(9))
def test_every_head_saves_customers_until_none_is_late(heads):
    # 12 customers of ten minutes in an hour, who wait five: most are late with two heads, hardly any with seven.
    problem = branch(come("09:00", 12), staff=crowd(9))
    crew = [spell(f"E{i}", "counter", "09:00", "10:00") for i in range(heads)]
    found = judged(RULE, problem, *crew)
    savings = np.floor(100 * convex_savings(late([12.0])[0]) + 0.5).astype(int)
    useful = int((savings > 0).sum())
    assert useful == 7
    assert found.violations == ()
    assert found.cents == savings[heads:].sum() + 9 * max(0, heads - useful)


def crowd(count: int):
    return tuple(Employee(employee_id=f"E{i}", contract_id="full") for i in range(count))


def test_it_says_how_many_where_and_when():
    problem = branch(come("09:00", 12), come("10:00", 1, "Sat"))
    found = judged(RULE, problem, *(spell(e, "counter", "09:00", "10:00") for e in ("E1", "E2")))
    savings = np.floor(100 * convex_savings(late([12.0])[0]) + 0.5)
    hub = f"2 heads on counter at Hub at 2026-03-09 09:00: {savings[2:].sum() / 100:.2f} customers late"
    assert words(found) == [hub, "0 heads on counter at Sat at 2026-03-09 10:00: 1.00 customers late"]
    assert (found.penalties[1].outlet_id, found.penalties[1].activity_id) == ("Sat", "counter")


def test_only_heads_there_on_that_work_then_count():
    problem = branch(come("09:00", 12))
    nobody = judged(RULE, problem).cents
    for other in (
        spell("E1", "counter", "09:00", "10:00", outlet="Sat"),
        spell("E1", "calls", "09:00", "10:00"),
        spell("E1", "counter", "10:00", "11:00"),
    ):
        assert judged(RULE, problem, other).cents == nobody
    assert judged(RULE, problem, spell("E1", "counter", "09:00", "10:00")).cents < nobody


def test_more_than_are_of_use_cost_their_surplus():
    free = judged(RULE, branch(come("09:00", 0.1)), *(spell(e, "counter", "09:00", "10:00") for e in ("E1", "E2")))
    assert free.cents == 9
    assert words(free) == ["2 heads on counter at Hub at 2026-03-09 09:00: more than are of use"]


def test_heads_are_asked_for_only_where_customers_are_not_priced():
    hub = LateCustomers(cents_per_customer=100, scope={"outlets": ["Hub"]})
    problem = branch(come("09:00", 3), come("09:00", 3, "Sat"), rules=(hub,))
    charged = {f.outlet_id for f in IntervalCover().judge(problem, roster_of([])).penalties}
    assert charged == {"Sat"}
    report = check(problem, roster_of([]))
    assert report.cost_by_rule["cover.late_customers"] == judged(hub, problem).cents > 0
    # Slots nobody comes in are still cells of cover, where a head is one too many.
    idle = spell("E1", "counter", "10:00", "11:00")
    assert judged(IntervalCover(), problem, idle).cents == judged(IntervalCover(), problem).cents + 9


def test_shortages_tell_what_late_customers_cost():
    problem = branch(come("09:00", 12))
    table = shortages(problem, roster_of([]))
    assert table["cents"].tolist() == [judged(RULE, problem).cents]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"traffic": ()}, "no customers are expected in its scope"),
        (
            {"rules": (LateCustomers(cents_per_customer=1, scope={"outlets": ["Sat"]}),)},
            "cover.late_customers: no customers are expected in its scope; give traffic, or leave it out",
        ),
    ],
)
def test_a_rule_without_customers_is_refused(changes, why):
    with pytest.raises(InvalidProblem, match=why):
        branch(**({"traffic": (come("09:00", 3),), "rules": (RULE,)} | changes))


def test_a_customer_costs_something():
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        LateCustomers(cents_per_customer=0)


# ---------------------------------------------------------------- model and checker

CASES = {
    "two outlets compete for two people": branch(come("09:00", 12), come("10:00", 4), come("09:00", 7, "Sat")),
    "hardly anybody comes": branch(come("09:00", 0.1), come("10:00", 0.1)),
    "one outlet asks for heads": branch(
        come("09:00", 6), come("10:00", 6, "Sat"),
        rules=(LateCustomers(cents_per_customer=30, scope={"outlets": ["Sat"]}),),
    ),
    "half hours, a break, other work": branch(
        come("09:30", 5), come("10:00", 9), come("10:30", 4, activity="lobby"),
        horizon=Horizon(start=MONDAY, days=1, slot_minutes=30), outlets=(Outlet(outlet_id="Hub"),),
        opening=(OpeningHours(outlet_id="Hub", weekday=0, start="09:00", end="12:00"),),
        activities=(COUNTER, Activity(activity_id="lobby", service_minutes=4, wait_limit_minutes=0), CALLS),
        shift_types=(fixed_shift("day", "09:30", "11:00"),),
        promises=(ServicePromise(activity_id="counter", wait_limit_minutes=10, late_share_of_day=0.1),),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_model_and_checker_agree_on_every_set_of_duties(name):
    costs = assert_agree(CASES[name])
    assert len({cost for cost in costs if cost is not None}) > 1


@settings(max_examples=60)
@given(st.data())
def test_model_and_checker_agree_on_random_problems(data):
    bare = data.draw(miniatures().filter(lambda p: p.activities and p.opening))
    slot = bare.horizon.slot_minutes
    rows = [
        Arrivals(outlet_id=o.outlet_id, activity_id=bare.activities[0].activity_id, date=date, start=start,
                 customers=data.draw(st.sampled_from([0.2, 3.0, 9.0])))
        for o in bare.outlets
        for date in bare.horizon.dates
        for begin, end in bare.open_intervals(o.outlet_id, date)[:1]
        for start in range(begin, min(end, 24 * 60), slot)
    ]  # fmt: skip
    activities = tuple(a.model_copy(update={"service_minutes": 12.0}) for a in bare.activities)
    fields = {"interval_requirements": (), "activities": activities, "traffic": tuple(rows)}
    kept = tuple(rule for rule in bare.rules if rule.name not in ("cover.levels", "cover.intervals"))
    rule = LateCustomers(cents_per_customer=data.draw(st.sampled_from([1, 90, 2000])))
    problem = bare.replace(**fields, rules=(*kept, rule) if rows else kept)
    fixed = FixedModel(problem)
    chosen = data.draw(st.sets(st.integers(0, max(0, len(fixed.options) - 1)), max_size=3))
    assert_agree_on(fixed, problem, sorted(i for i in chosen if i < len(fixed.options)))


def test_one_person_goes_where_most_customers_are_spared():
    problem = branch(come("09:00", 4), come("09:00", 6, "Sat"), come("10:00", 2, "Sat"), staff=crowd(1))
    result = ss.solve(problem, ss.Settings(deterministic=True))
    assert result.schedule.duties["outlet"].tolist() == ["Sat"]
    savings = sum(cell.savings[0] for cell in late_cells(problem, 100) if cell.outlet == 1)
    assert result.objective == result.bound == judged(RULE, problem).cents - savings


@pytest.mark.parametrize(("cents_per_customer", "duties"), [(100, 0), (900, 1), (100_000, 2)])
def test_customers_are_worth_wages_or_not(cents_per_customer, duties):
    # An hour of work costs 1000; the first head spares about 1.5 customers an hour, the second most of the rest.
    problem = branch(
        come("09:00", 2), come("10:00", 2), rules=(LateCustomers(cents_per_customer=cents_per_customer), PaidTime()),
        contracts=(Contract(contract_id="full", wage_cents_per_hour=1000),), outlets=(Outlet(outlet_id="Hub"),),
        opening=(OpeningHours(outlet_id="Hub", weekday=0, start="09:00", end="12:00"),),
    )  # fmt: skip
    result = ss.solve(problem, ss.Settings(deterministic=True))
    assert len(result.schedule.duty_list) == duties
    assert result.objective == result.bound
