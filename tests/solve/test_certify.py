"""What a certification is worth, by hand and by duality."""

import pytest

import schedsolver as ss
from schedsolver.domain import Activity, Employee, IntervalRequirement, Leave, Permission, Pin, Skill
from schedsolver.errors import InfeasibleProblem, InvalidProblem
from schedsolver.solve.certify import Certification, certification_values, possible_certifications
from tests.solving import fixed_shift, plain
from tests.tiny import MONDAY, tiny

QUICK = ss.Settings(deterministic=True)


def need(activity: str, start: str, end: str, heads: int = 1, outlet: str = "Hub") -> IntervalRequirement:
    return IntervalRequirement(
        outlet_id=outlet, activity_id=activity, date=MONDAY, start=start, end=end, heads=heads
    )  # fmt: skip


def counter_and_fx(**changes) -> ss.Problem:
    """One head on the counter from 9 to 12, one on fx from 10 to 12; nobody may do fx. A missing hour costs 100."""
    prices = {"shortage_cents_per_hour": (100,), "surplus_cents_per_hour": 0}
    tables = {
        "outlets": (ss.Outlet(outlet_id="Hub"),),
        "staff": tuple(Employee(employee_id=who, contract_id="full", home_outlet_id="Hub") for who in ("A", "B", "C")),
        "skills": (Skill(skill_id="cash"), Skill(skill_id="fx"), Skill(skill_id="sales")),
        "activities": (
            Activity(activity_id="counter", skill_id="cash", **prices),
            Activity(activity_id="fx", skill_id="fx", min_level=2, **prices),
            Activity(activity_id="calls", skill_id="sales", deferrable=True),
        ),
        "permissions": (
            Permission(employee_id="A", skill_id="cash"),
            Permission(employee_id="B", skill_id="cash"),
            Permission(employee_id="C", skill_id="cash"),
            Permission(employee_id="B", skill_id="fx"),
        ),
        "shift_types": (fixed_shift("am", "09:00", "12:00"),),
        "interval_requirements": (need("counter", "09:00", "12:00"), need("fx", "10:00", "12:00")),
        "leave": (Leave(employee_id="C", first_day=MONDAY, last_day=MONDAY),),
        "horizon": ss.Horizon(start=MONDAY, days=1, slot_minutes=60),
    }  # fmt: skip
    return tiny(**(tables | changes))


def values(problem: ss.Problem, *candidates: Certification, **more) -> dict[str, dict[str, float]]:
    more = {"by_roster": 10, "settings": QUICK} | more
    found = certification_values(problem, candidates or None, **more)
    return {row["employee"]: row for row in found.to_dict("records")}


def fx(employee: str, level: int = 2) -> Certification:
    return Certification(employee_id=employee, skill_id="fx", level=level)


def test_what_nobody_may_do_is_worth_its_shortage():
    found = values(counter_and_fx())
    for who in ("A", "B"):
        assert (found[who]["skill"], found[who]["level"], found[who]["outlet"]) == ("fx", 2, "Hub")
        for measure in ("estimate_cents", "relaxed_cents", "gain_cents", "gain_at_least", "gain_at_most"):
            assert found[who][measure] == 200
        assert found[who]["missing_hours_saved"] == 2
    # C is away all day.
    assert [found["C"][c] for c in ("relaxed_cents", "gain_cents", "missing_hours_saved")] == [0] * 3


def test_the_most_valuable_comes_first():
    found = certification_values(counter_and_fx(), [fx("C"), fx("A")], settings=QUICK)
    assert found["employee"].tolist() == ["A", "C"]


def test_who_is_needed_elsewhere_is_worth_the_difference():
    # Alone, A leaves the counter for fx only where that is dearer.
    away = tuple(Leave(employee_id=who, first_day=MONDAY, last_day=MONDAY) for who in ("B", "C"))
    assert values(counter_and_fx(leave=away), fx("A"))["A"]["gain_cents"] == 0
    dear = counter_and_fx(leave=away)
    dear = dear.replace(
        activities=tuple(
            a.model_copy(update={"shortage_cents_per_hour": (130,)}) if a.activity_id == "fx" else a
            for a in dear.activities
        )
    )
    row = values(dear, fx("A"))["A"]
    assert (row["relaxed_cents"], row["gain_cents"], row["gain_at_least"], row["gain_at_most"]) == (60, 60, 60, 60)
    assert row["estimate_cents"] >= 60
    assert row["missing_hours_saved"] == 0


def test_a_level_that_opens_nothing_is_worth_nothing():
    row = values(counter_and_fx(), fx("A", level=1))["A"]
    assert (row["estimate_cents"], row["relaxed_cents"], row["gain_cents"]) == (0, 0, 0)


def test_steps_not_taken_are_blank():
    found = certification_values(counter_and_fx(), by_relaxation=1, by_roster=0)
    assert found["relaxed_cents"].notna().tolist() == [True, False, False]
    assert found["gain_cents"].isna().all()
    assert found["missing_hours_saved"].isna().all()


def test_a_newcomer_has_no_estimate_and_is_valued_first():
    held = (Permission(employee_id="B", skill_id="cash"),)
    found = certification_values(counter_and_fx(permissions=held), by_relaxation=4)
    assert found[["employee", "skill"]].to_numpy().tolist() == [
        ["A", "fx"], ["A", "cash"], ["C", "cash"], ["C", "fx"], ["B", "fx"]
    ]  # fmt: skip
    assert found["estimate_cents"].isna().tolist() == [True] * 4 + [False]
    assert found["relaxed_cents"].tolist()[:4] == [200, 0, 0, 0]


def test_people_counted_in_parts_are_worth_their_part():
    # A counts as half a head: an hour of fx by A is worth half of it.
    problem = counter_and_fx(
        staff=(
            Employee(employee_id="A", contract_id="full", tags=("half",)),
            Employee(employee_id="B", contract_id="full"),
            Employee(employee_id="C", contract_id="full"),
        ),
        rules=({"rule": "cover.intervals", "head_percent": {"half": 50}},),
    )
    assert values(problem, fx("A"))["A"]["gain_cents"] == 100
    assert values(problem, fx("A"))["A"]["estimate_cents"] >= 100


def test_the_estimate_is_never_below_the_relaxation():
    problem = ss.generate(ss.GeneratorSpec(outlets=2, staff=6, days=1, seed=2))
    kept = [p for p in problem.permissions if p.skill_id not in ("fx", "audit") or p.employee_id == "E001"]
    found = certification_values(problem.replace(permissions=tuple(kept)), by_relaxation=20)
    assert len(found) > 6
    assert (found["estimate_cents"] >= found["relaxed_cents"] - 1).all()
    assert found["relaxed_cents"].max() > 0
    assert (found["relaxed_cents"] >= -1).all()


# ---------------------------------------------------------------- what can be learned


def test_every_lack_of_a_service_skill_is_listed():
    found = possible_certifications(counter_and_fx())
    assert found == tuple(fx(who) for who in "ABC")


def test_it_would_hold_where_the_person_may_work_and_lacks_it():
    problem = counter_and_fx(
        outlets=tuple(ss.Outlet(outlet_id=name) for name in ("Hub", "Mall", "Sat")),
        permissions=(
            Permission(employee_id="A", skill_id="cash", outlet_id="Hub"),
            Permission(employee_id="A", skill_id="cash", outlet_id="Sat"),
            Permission(employee_id="A", skill_id="fx", level=2, outlet_id="Sat"),
            Permission(employee_id="B", skill_id="cash", outlet_id="Mall"),
        ),
    )
    found = {(c.employee_id, c.skill_id): c.outlets for c in possible_certifications(problem)}
    # C may do nothing yet, and belongs to the hub.
    assert found == {("A", "fx"): ("Hub",), ("B", "fx"): ("Mall",), ("C", "cash"): ("Hub",), ("C", "fx"): ("Hub",)}
    held = Certification(employee_id="B", skill_id="fx", level=2, outlets=("Mall",)).given_in(problem).permissions[-1]
    assert held == Permission(employee_id="B", skill_id="fx", level=2, outlet_id="Mall")


def test_problems_without_activities_or_without_a_roster_are_refused():
    with pytest.raises(InvalidProblem, match="has none; give activities"):
        certification_values(plain())
    with pytest.raises(InvalidProblem, match=r'employee "Z" is not in staff'):
        certification_values(counter_and_fx(), [fx("Z")])
    with pytest.raises(InfeasibleProblem, match=r"pin: C works on 2026-03-09 \(pins\[0\]\), but leave\.taken"):
        certification_values(counter_and_fx(pins=(Pin(employee_id="C", date=MONDAY),)))
