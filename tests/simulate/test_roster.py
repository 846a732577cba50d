import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from schedsolver.domain import Activity, Arrivals, Permission, Schedule, Skill
from schedsolver.errors import InvalidProblem, InvalidSchedule
from schedsolver.simulate.queue import simulate_queue
from schedsolver.simulate.roster import simulate
from schedsolver.traffic.service_law import ServiceLaw
from tests.tiny import MONDAY, TUESDAY, stint, tiny

MEASURES = [
    "customers", "late", "lost", "late_share", "late_low", "late_high", "lost_share", "mean_wait", "mean_queue",
    "head_hours", "utilisation",
]  # fmt: skip


def come(start, customers, *, outlet="Hub", activity="counter", date=MONDAY) -> Arrivals:
    return Arrivals(outlet_id=outlet, activity_id=activity, date=date, start=start, customers=customers)


def bank(*traffic, **changes):
    """Counter and fx, ten minutes each; E1 may do both, E2 the counter only; calls wait."""
    tables = {
        "skills": (Skill(skill_id="cash"), Skill(skill_id="fx")),
        "activities": (
            Activity(activity_id="counter", skill_id="cash", service_minutes=10),
            Activity(activity_id="fx", skill_id="fx", service_minutes=10, wait_limit_minutes=5),
            Activity(activity_id="calls", deferrable=True),
        ),
        "permissions": (
            Permission(employee_id="E1", skill_id="cash"),
            Permission(employee_id="E1", skill_id="fx"),
            Permission(employee_id="E2", skill_id="cash"),
        ),
        "traffic": traffic,
    }
    return tiny(**(tables | changes))


def roster(*stints) -> Schedule:
    return Schedule.of([], [stint(*parts) for parts in stints])


def test_one_queue_is_the_queue_simulated_alone():
    problem = bank(come("09:00", 8), come("10:00", 12), come("11:00", 2))
    result = simulate(problem, roster(("E1", "counter", "09:00", "12:00"), ("E2", "counter", "10:00", "11:00")), 400, 7)
    alone = simulate_queue([8, 12, 2], [1, 2, 1], 60, ServiceLaw.of(10), replications=4000, seed=8)
    late = result.by_slot.set_index("start")
    assert late.index.strftime("%H:%M").tolist() == ["09:00", "10:00", "11:00"]
    truth = alone.late_share()[0]
    assert np.all(np.abs(late["late_share"] - truth) < late["late_high"] - late["late_low"])
    assert late["head_hours"].tolist() == [1, 2, 1]
    assert late["utilisation"].tolist() == pytest.approx((alone.busy_minutes / alone.staffed_minutes)[0], rel=0.05)
    assert late["mean_queue"].tolist() == pytest.approx(alone.queue_minutes[0] / 4000 / 60, rel=0.25)
    assert result.late_share == pytest.approx(alone.late.sum() / alone.customers.sum(), rel=0.25)


def test_tables_sum_up_alike():
    problem = bank(come("09:00", 8), come("09:00", 3, activity="fx"), come("09:00", 4, outlet="Sat", date=TUESDAY))
    result = simulate(problem, roster(("E1", "fx", "09:00", "11:00"), ("E2", "counter", "09:00", "10:00")), 300)
    whole, slots = result.table(), result.by_slot
    assert list(whole) == MEASURES
    assert list(slots) == ["outlet", "activity", "start", *MEASURES]
    assert list(result.by_outlet["outlet"]) == ["Hub", "Sat"]
    assert list(result.by_activity["activity"]) == ["counter", "fx", "counter"]
    assert result.table("date")["date"].tolist() == [pd.Timestamp(MONDAY), pd.Timestamp(TUESDAY)]
    for table in (slots, result.by_outlet, result.by_activity, result.table("date")):
        assert table[["customers", "late", "lost", "head_hours"]].sum().tolist() == pytest.approx(
            whole[["customers", "late", "lost", "head_hours"]].iloc[0].tolist()
        )
        assert np.average(table["mean_wait"], weights=table["customers"]) == pytest.approx(whole["mean_wait"][0])
        assert np.average(table["late_share"], weights=table["customers"]) == pytest.approx(whole["late_share"][0])
    assert whole["late_share"][0] == result.late_share
    assert whole["customers"][0] == pytest.approx(15, rel=0.05)
    assert whole["head_hours"][0] == 3
    # Nobody is at Sat: all leave at 10:00, two thirds of them after 20 minutes
    sat = result.by_outlet.iloc[1]
    assert sat["lost_share"] == 1
    assert sat["late_share"] == pytest.approx(2 / 3, rel=0.07)
    assert sat["mean_wait"] == pytest.approx(30, rel=0.05)
    assert sat["mean_queue"] == pytest.approx(2, rel=0.1)
    assert sat["utilisation"] == sat["head_hours"] == 0


def test_each_activity_has_its_own_limit():
    problem = bank(come("09:00", 5), come("09:00", 5, activity="fx"))
    result = simulate(problem, roster(("E1", "fx", "09:00", "10:00"), ("E2", "counter", "09:00", "10:00")), 2000)
    counter, fx = result.by_activity["late_share"]
    waits = [simulate_queue([5], [1], 60, ServiceLaw.of(10), wait_limit_minutes=m, replications=2000) for m in (20, 5)]
    assert [counter, fx] == pytest.approx([f.late.sum() / f.customers.sum() for f in waits], rel=0.1)


def test_people_move_between_outlets_by_slot():
    problem = bank(come("09:00", 3), come("10:00", 3, outlet="Sat"))
    result = simulate(
        problem,
        Schedule.of(
            [], [stint("E1", "counter", "09:00", "10:00"), stint("E1", "counter", "10:00", "11:00", outlet="Sat")]
        ),
        200,
    )
    assert result.by_outlet["head_hours"].tolist() == [1, 1]
    # Who still waits at Hub when E1 leaves goes; at Sat E1 stays until all are served
    assert 0 < result.by_outlet["lost_share"][0] < 0.25
    assert result.by_outlet["mean_wait"][0] < 30
    assert result.by_outlet["lost_share"][1] == 0


def test_help_serves_others_only_where_permitted():
    problem = bank(come("09:00", 4), come("09:00", 4, activity="fx"))
    both = roster(("E1", "counter", "09:00", "10:00"), ("E2", "counter", "09:00", "10:00"))
    without = simulate(problem, both, 200).by_activity.set_index("activity")
    helped = simulate(problem, both, 200, help_order=["counter", "fx"]).by_activity.set_index("activity")
    assert without["lost_share"].tolist() == [0, 1]
    assert 0 < helped["lost_share"]["fx"] < 0.6
    assert helped["mean_wait"]["counter"] > without["mean_wait"]["counter"]
    # E2 may not do fx, so that nobody helps
    alone = roster(("E2", "counter", "09:00", "10:00"))
    assert simulate(problem, alone, 50, help_order=["counter", "fx"]).by_activity["lost_share"].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("right", "lost"),
    [({}, False), ({"level": 1}, True), ({"outlet_id": "Sat"}, True), ({"valid_from": TUESDAY}, True)],
)
def test_help_needs_the_level_there_and_then(right, lost):
    held = Permission(**({"employee_id": "E1", "skill_id": "fx", "level": 2} | right))
    activities = bank().activities
    problem = bank(
        come("09:00", 2, activity="fx"),
        activities=(activities[0], activities[1].model_copy(update={"min_level": 2}), activities[2]),
        permissions=(Permission(employee_id="E1", skill_id="cash"), held),
    )
    found = simulate(problem, roster(("E1", "counter", "09:00", "10:00")), 50, help_order=["counter", "fx"])
    assert (found.table()["lost_share"][0] == 1) == lost


def test_the_mean_queue_is_over_the_time_it_is_open():
    problem = bank(come("09:00", 8), come("10:00", 8), come("09:00", 2, activity="fx"))
    result = simulate(problem, roster(("E1", "counter", "09:00", "11:00")), 200)
    slots = result.by_slot
    assert result.table("activity")["mean_queue"][0] == pytest.approx(slots["mean_queue"][:2].mean())
    assert result.table()["mean_queue"][0] == pytest.approx(slots["mean_queue"].sum() / 2)


def test_people_drop_work_that_waits_for_customers():
    problem = bank(come("09:00", 4))
    calls = roster(("E1", "calls", "09:00", "10:00"))
    assert simulate(problem, calls, 50).table()["lost_share"][0] == 1
    helped = simulate(problem, calls, 50, help_order=["counter", "calls"])
    assert helped.table()["lost_share"][0] < 0.3
    assert helped.table()["head_hours"][0] == 0
    assert helped.figures.overtime_minutes > 20


def test_service_and_patience_can_be_told():
    problem = bank(come("09:00", 6))
    one = roster(("E1", "counter", "09:00", "10:00"))
    exact = simulate(problem, one, 2000, service={"counter": ServiceLaw.of(10, cv=0)}).table()
    plain, hasty = (
        simulate(problem, one, 2000).table(),
        simulate(problem, one, 2000, patience_minutes={"counter": 5}).table(),
    )
    assert exact["mean_wait"][0] < 0.92 * plain["mean_wait"][0]
    assert plain["lost"][0] == 0
    assert hasty["lost_share"][0] > 0.2
    assert hasty["mean_wait"][0] < 5


def test_rosters_meet_the_same_customers():
    problem = bank(come("09:00", 6))
    one, two = (roster(*[(e, "counter", "09:00", "10:00") for e in people]) for people in (["E1"], ["E1", "E2"]))
    first, second = simulate(problem, one, 20, seed=3), simulate(problem, two, 20, seed=3)
    assert first.figures.customers.tolist() == second.figures.customers.tolist()
    assert_frame_equal(simulate(problem, one, 20, seed=3).by_slot, first.by_slot)


def test_what_cannot_be_simulated_is_refused():
    problem = bank(come("09:00", 6))
    with pytest.raises(InvalidProblem, match="there are no customers to simulate; add rows of traffic"):
        simulate(bank(), roster())
    with pytest.raises(InvalidProblem, match=r'help_order names activity "fox", .* \(did you mean "fx"\?\)'):
        simulate(problem, roster(), help_order=["fox"])
    with pytest.raises(InvalidProblem, match='patience_minutes names activity "x"'):
        simulate(problem, roster(), patience_minutes={"x": 3})
    with pytest.raises(InvalidSchedule, match="E9"):
        simulate(problem, roster(("E9", "counter", "09:00", "10:00")))
    with pytest.raises(ValueError, match=r"cannot sum up by \['hour'\]"):
        simulate(problem, roster(), 2).table("hour")
