"""What variants need and cost, and the pictures of it."""

import math

import numpy as np
import pytest

import schedsolver as ss
from schedsolver.domain import Activity, Contract, ServicePromise
from schedsolver.errors import CannotWrite, InvalidProblem
from schedsolver.simulate import simulate_queue
from schedsolver.traffic import ServiceLaw
from schedsolver.traffic.erlang import heads_needed
from schedsolver.whatif import channel_curve, compare, home_only, joined, needs, service_curve
from schedsolver.whatif.needs import mean_wage, needed_heads, needs_by_activity
from schedsolver.whatif.plots import bars, curve, refuse_format, save
from tests.simulate.test_roster import come
from tests.tiny import tiny
from tests.whatif.test_variants import bank

DAY = [8.0, 30, 12]


def busy(**changes):
    rows = [come(f"{9 + i:02}:00", n, outlet=o) for o in ("Hub", "Sat") for i, n in enumerate(DAY)]
    return bank(*rows, **changes)


def test_needs_are_heads_and_how_they_serve():
    table = needs({"today": busy(), "one": joined(busy(), "Hub", "Sat")}, replications=2000, seed=3)
    heads = heads_needed(np.array(DAY) / 6, 10, 20, 0.97)
    both = heads_needed(np.array(DAY) / 3, 10, 20, 0.97)
    assert table["variant"].tolist() == ["today", "one"]
    assert table["head_hours"].tolist() == [2 * heads.sum(), both.sum()]
    assert table["hours_saved"].tolist() == [0, 2 * heads.sum() - both.sum()]
    assert table["hours_saved"][1] > 0
    assert table["peak_heads"].tolist() == [2 * heads.max(), both.max()]
    alone = simulate_queue(DAY, heads, 60, ServiceLaw.of(10), replications=4000, seed=9)
    assert table["late_share"][0] == pytest.approx(alone.late.sum() / alone.customers.sum(), abs=0.004)
    assert table["worst_slot_late_share"][0] == pytest.approx(alone.late_share().max(), abs=0.01)


def test_needs_by_activity_leave_out_work_that_can_wait():
    table = needs_by_activity(busy())
    assert table["outlet"].tolist() == ["Hub", "Sat"]
    assert table["activity"].tolist() == ["counter"] * 2
    assert table["head_hours"].sum() == needed_heads(busy()).sum()


def test_hours_are_priced_at_the_mean_wage():
    contracts = (
        Contract(contract_id="full", weekly_minutes=2400, wage_cents_per_hour=3000),
        Contract(contract_id="part", weekly_minutes=600, wage_cents_per_hour=2000),
    )
    staff = tuple(e.model_copy(update={"contract_id": c}) for e, c in zip(busy().staff, ("full", "part"), strict=True))
    problem = busy(contracts=contracts, staff=staff)
    assert mean_wage(problem) == pytest.approx((2400 * 3000 + 600 * 2000) / 3000)
    assert needs({"a": problem}, 10)["wage_cents"][0] == round(2800 * needs_by_activity(problem)["head_hours"].sum())


def test_without_customers_nothing_is_late():
    row = needs({"idle": tiny()}, 10).iloc[0]
    assert row["head_hours"] == 0
    assert math.isnan(row["late_share"])


def test_laxer_promises_need_less_and_serve_worse():
    table = service_curve(busy(), [0.01, 0.05, 0.2], replications=400)
    assert table["promised"].tolist() == [0.01, 0.05, 0.2]
    assert table["head_hours"].is_monotonic_decreasing
    assert table["head_hours"].nunique() > 1
    assert table["late_share"].is_monotonic_increasing
    assert np.all(table["late_share"] <= table["promised"] * 1.2)


def test_limits_of_promises_are_kept_on_the_curve():
    strict = busy(promises=(ServicePromise(activity_id="counter", outlet_id="Sat", wait_limit_minutes=0,
                                           late_share_of_day=0.5),))  # fmt: skip
    usual, own = (service_curve(p, [0.05], replications=50)["head_hours"][0] for p in (busy(), strict))
    assert own > usual
    with pytest.raises(InvalidProblem, match='no activity "countre"'):
        service_curve(busy(), [0.05], ["countre"])


def test_hours_move_from_the_counter_to_audits():
    audit = Activity(activity_id="audit", service_minutes=2)
    problem = busy(activities=(*busy().activities, audit))
    table = channel_curve(problem, [0, 0.4, 0.8], replications=50)
    assert table["moved"].tolist() == [0, 0.4, 0.8]
    assert table["counter_hours"].is_monotonic_decreasing
    assert table["audit_hours"].is_monotonic_increasing
    assert table["audit_hours"][0] == 0
    assert (table["counter_hours"] + table["audit_hours"]).tolist() == table["head_hours"].tolist()
    assert table["hours_saved"][2] > 0


def test_rosters_of_variants_are_solved_and_simulated():
    # Customers at the satellite only, whose own person lacks the skill: the pool lends the hub's.
    problem = bank(
        come("09:00", 4, outlet="Sat"), come("10:00", 4, outlet="Sat"),
        permissions=tuple(p for p in bank().permissions if p.employee_id == "E1"),
    )  # fmt: skip
    told = []
    found = compare(
        {"home only": home_only(problem), "pool": problem}, ss.Settings(deterministic=True), 300, 1,
        lambda name, progress: told.append(name),
    )  # fmt: skip
    table = found.table.set_index("variant")
    assert set(told) == {"home only", "pool"}
    assert table.loc["home only", "lost_share"] == 1
    assert table.loc["pool", "late_share"] < 0.5 * table.loc["home only", "late_share"]
    assert table.loc["pool", "missing_hours"] < table.loc["home only", "missing_hours"]
    assert table.loc["pool", "cost_cents"] < table.loc["home only", "cost_cents"]
    assert table.loc["home only", "hours_saved"] == 0
    paid = table["paid_hours"]
    assert table.loc["pool", "hours_saved"] == paid["home only"] - paid["pool"]
    assert found.results["pool"].objective == table.loc["pool", "cost_cents"]
    assert ss.check(problem, found.results["pool"].schedule).ok


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
def test_pictures(tmp_path, suffix):
    table = needs({"today": busy(), "one": joined(busy(), "Hub", "Sat")}, 20)
    first, again = tmp_path / f"a{suffix}", tmp_path / "deep" / f"a{suffix}"
    for path in (first, again):
        save(bars(table, "head_hours", "Joined"), path)
    assert first.read_bytes() == again.read_bytes()
    if suffix == ".svg":
        assert all(word in first.read_text() for word in ("Joined", "today", "head hours", "customers late, %"))


def test_a_curve(tmp_path):
    table = service_curve(busy(), [0.02, 0.1], replications=20)
    save(curve(table, "promised", "promised, %", [("head_hours", "all")], "Service"), tmp_path / "c.svg")
    text = (tmp_path / "c.svg").read_text()
    assert all(word in text for word in ("promised, %", "worst slot", "all customers"))


def test_other_pictures_are_refused(tmp_path):
    with pytest.raises(CannotWrite, match=r"is no picture this can draw; end its name in .svg, .png, .pdf"):
        refuse_format(tmp_path / "a.jpg")
