"""The pool against home-only: who would be needed at home to serve as well, and what that costs in hours."""

import numpy as np
import pytest

import schedsolver as ss
from schedsolver.domain import Contract, Permission
from schedsolver.rules import PaidTime
from schedsolver.rules.late_customers import LateCustomers
from schedsolver.scoring.kpis import heads_given
from schedsolver.whatif import home_only, pool_against_home
from schedsolver.whatif.needs import needed_heads
from schedsolver.whatif.pool import AS_WELL, HOME, POOL, asking_for, with_more_people
from tests.simulate.test_roster import come, roster
from tests.whatif.test_variants import bank

# Customers at the satellite only, whose own person lacks the skill: the pool lends the hub's.
LENT = bank(
    come("09:00", 4, outlet="Sat"), come("10:00", 4, outlet="Sat"),
    permissions=(Permission(employee_id="E1", skill_id="cash"),),
    contracts=(Contract(contract_id="full", wage_cents_per_hour=100),), rules=(PaidTime(),),
)  # fmt: skip


def test_at_home_more_people_are_paid_for_the_same_service():
    told = []
    settings = ss.Settings(deterministic=True)
    found = pool_against_home(LENT, settings, 300, 1, lambda name, progress: told.append(name))
    table = found.table.set_index("variant")
    assert list(table.index) == [HOME, AS_WELL, POOL]
    assert set(told) == {HOME, AS_WELL, POOL}
    assert table["staff"].tolist() == [2, 3, 2]
    assert table["contract_hours"].tolist() == pytest.approx([2 * 40 * 2 / 7, 3 * 40 * 2 / 7, 2 * 40 * 2 / 7])
    # Nobody at home can serve, so nobody is paid; the pool pays one duty, and so would home-only with one person more.
    assert table["paid_hours"][HOME] == 0
    assert table["paid_hours"][AS_WELL] == table["paid_hours"][POOL] > 0
    assert table["hours_saved"][POOL] == table["hours_saved"][AS_WELL] == 0
    assert table["hours_saved"][HOME] == table["paid_hours"][POOL]
    assert table["lost_share"][HOME] == 1
    assert table["late_share"][AS_WELL] == pytest.approx(table["late_share"][POOL], abs=0.02)
    assert ss.check(LENT, found.results[POOL].schedule).ok


def test_more_people_know_everything_at_their_outlet():
    problem = LENT.replace(
        permissions=(*LENT.permissions, Permission(employee_id="E2", skill_id="fx", level=2, outlet_id="Sat"))
    )
    more = with_more_people(problem, np.array([0, 2]))
    extra = more.staff[2:]
    assert [(e.employee_id, e.home_outlet_id, e.contract_id) for e in extra] == [
        ("Sat extra 1", "Sat", "full"), ("Sat extra 2", "Sat", "full"),
    ]  # fmt: skip
    held = {(p.employee_id, p.skill_id, p.level, p.outlet_id) for p in more.permissions[2:]}
    assert held == {(e.employee_id, *right, "Sat") for e in extra for right in (("cash", 1), ("fx", 2))}


def test_what_the_pool_gives_is_asked_for_where_it_is_needed():
    problem = LENT.replace(rules=(LateCustomers(cents_per_customer=5), PaidTime()))
    pooled = roster(
        ("E1", "counter", "09:00", "12:00"), ("E2", "counter", "10:00", "11:00"), ("E2", "calls", "11:00", "12:00"),
    )  # fmt: skip
    at_sat = ss.Schedule.of([], [s.model_copy(update={"outlet_id": "Sat"}) for s in pooled.stint_list])
    asked = asking_for(home_only(problem), problem, at_sat)
    need = needed_heads(problem)[1, 0]
    expected = np.minimum(heads_given(problem, at_sat)[1, 0], need)
    found = {row.start // 60: row.heads for row in asked.interval_requirements}
    assert found == {slot: heads for slot, heads in enumerate(expected.tolist()) if heads}
    assert 11 not in found
    assert asked.traffic == ()
    assert [rule.name for rule in asked.rules] == ["cost.paid_time", "site.loans"]
