"""Problems with something changed: who may work where, opening hours, outlets and posts merged, channels."""

import pytest

import schedsolver as ss
from schedsolver.domain import (
    Activity,
    IntervalRequirement,
    OpeningHours,
    Outlet,
    Permission,
    Preference,
    ServicePromise,
    Skill,
    TravelTimes,
)
from schedsolver.errors import InvalidProblem
from schedsolver.rules import MinimumRest
from schedsolver.rules.late_customers import LateCustomers
from schedsolver.rules.outlets import DifferentOutlets
from schedsolver.traffic.queues import queue_days
from schedsolver.whatif import certified, home_only, joined, merged_posts, migrated, opened
from schedsolver.whatif.variants import without_skill
from tests.simulate.test_roster import bank as bank_of
from tests.simulate.test_roster import come
from tests.tiny import MONDAY, TUESDAY, duty, stint

OPEN = tuple(OpeningHours(outlet_id=o, weekday=w, start="09:00", end="15:00") for o in ("Hub", "Sat") for w in range(7))


def bank(*traffic, **changes):
    """Two outlets, counter and fx; E1 at the hub may do both everywhere, E2 at the satellite the counter."""
    return bank_of(*(traffic or (come("09:00", 4), come("09:00", 2, outlet="Sat"))), **({"opening": OPEN} | changes))


def customers(problem):
    rows = sorted((r.outlet_id, r.activity_id, r.start // 60, r.customers) for r in problem.traffic)
    return [(*place, pytest.approx(count)) for *place, count in rows]


# ---------------------------------------------------------------- people


def test_at_home_only_nobody_is_lent():
    problem = bank(
        permissions=(
            Permission(employee_id="E1", skill_id="cash"),
            Permission(employee_id="E1", skill_id="fx", outlet_id="Sat"),
            Permission(employee_id="E2", skill_id="cash", outlet_id="Sat", level=2),
        )
    )
    alone = home_only(problem)
    held = [(p.employee_id, p.skill_id, p.outlet_id, p.level) for p in alone.permissions]
    assert held == [("E1", "cash", "Hub", 1), ("E2", "cash", "Sat", 2)]
    away = ss.Schedule.of([duty(outlet="Sat")], [stint("E1", "calls", "09:00", "12:00", outlet="Sat")])
    assert "site.loans" in {v.rule for v in ss.check(alone, away).violations}
    assert "site.loans" not in {v.rule for v in ss.check(problem, away).violations}
    here = ss.Schedule.of([duty()], [stint("E1", "counter", "09:00", "12:00"), stint("E1", "calls", "13:00", "15:00")])
    assert ss.check(alone, here).ok


def test_people_without_a_home_stay_free():
    staff = tuple(
        e.model_copy(update={"home_outlet_id": None if e.employee_id == "E2" else "Hub"}) for e in bank().staff
    )
    alone = home_only(bank(staff=staff))
    assert {p.outlet_id for p in alone.permissions if p.employee_id == "E2"} == {None}


def test_one_more_is_certified_as_far_as_asked():
    fx = Activity(activity_id="fx", skill_id="fx", min_level=2, service_minutes=10)
    problem = bank(come("09:00", 1, activity="fx"), activities=(*bank().activities[:1], fx, bank().activities[2]))
    assert without_skill(problem, "fx") == ("E1", "E2")
    more = certified(problem, "E2", "fx")
    assert more.permissions[:-1] == problem.permissions
    assert more.permissions[-1] == Permission(employee_id="E2", skill_id="fx", level=2)
    assert without_skill(more, "fx") == ("E1",)
    assert certified(problem, "E2", "fx", level=1).permissions[-1].level == 1


# ---------------------------------------------------------------- opening hours


def test_customers_come_when_it_is_open():
    problem = bank(come("09:00", 4), come("10:00", 3), come("14:00", 2), come("09:00", 7, date=TUESDAY),
                   come("09:00", 5, outlet="Sat"))  # fmt: skip
    later = opened(problem, "Hub", 10 * 60, 13 * 60, [0])
    assert [(r.outlet_id, r.date.day, r.start // 60, r.customers) for r in later.traffic] == [
        ("Hub", 9, 10, 7), ("Hub", 9, 12, 2), ("Hub", 10, 9, 7), ("Sat", 9, 9, 5),
    ]  # fmt: skip
    assert later.open_intervals("Hub", MONDAY) == ((600, 780),)
    assert later.open_intervals("Hub", TUESDAY) == ((540, 900),)


def test_stated_heads_outside_new_hours_are_dropped():
    rows = [
        IntervalRequirement(outlet_id=o, activity_id="counter", date=MONDAY, start=s, end=e, heads=1)
        for o, s, e in (("Hub", "09:00", "10:00"), ("Hub", "10:00", "12:00"), ("Sat", "09:00", "10:00"))
    ]
    problem = bank(come("13:00", 1), interval_requirements=tuple(rows))
    assert opened(problem, "Hub", 600, 900, [0]).interval_requirements == tuple(rows[1:])


# ---------------------------------------------------------------- outlets joined


def test_two_outlets_are_one():
    problem = bank(
        come("09:00", 4), come("10:00", 1), come("09:00", 2, outlet="Sat"),
        come("09:00", 3, outlet="Sat", activity="fx"),
        outlets=(Outlet(outlet_id="Hub", hub=True, windows=2), Outlet(outlet_id="Sat", windows=1)),
        travel=TravelTimes(outlets=("Hub", "Sat"), minutes=((0, 10), (10, 0))),
        opening=(
            OpeningHours(outlet_id="Hub", weekday=0, start="09:00", end="12:00"),
            OpeningHours(outlet_id="Sat", weekday=0, start="09:00", end="11:00"),
            OpeningHours(outlet_id="Sat", weekday=1, start="10:00", end="14:00"),
            OpeningHours(outlet_id="Hub", weekday=2, start="09:00", end="12:00"),
        ),
        promises=(
            ServicePromise(activity_id="counter", outlet_id="Sat", late_share_of_day=0.1),
            ServicePromise(activity_id="counter", outlet_id="Hub", late_share_of_day=0.2),
            ServicePromise(activity_id="fx", outlet_id="Sat", late_share_of_day=0.3),
        ),
        preferences=(Preference(employee_id="E1", wish="avoid", outlet_id="Sat", cents=5),),
        rules=(LateCustomers(cents_per_customer=3, scope={"outlets": ["Sat"]}),),
    )  # fmt: skip
    one = joined(problem, "Hub", "Sat")
    assert [(o.outlet_id, o.hub, o.windows) for o in one.outlets] == [("Hub", True, 3)]
    assert customers(one) == [("Hub", "counter", 9, 6), ("Hub", "counter", 10, 1), ("Hub", "fx", 9, 3)]
    assert one.open_intervals("Hub", MONDAY) == ((540, 720),)
    assert one.open_intervals("Hub", TUESDAY) == ((600, 840),)
    assert {e.home_outlet_id for e in one.staff} == {"Hub"}
    assert one.travel.outlets == ("Hub",)
    assert [(p.activity_id, p.outlet_id, p.late_share_of_day) for p in one.promises] == [
        ("counter", "Hub", 0.2), ("fx", "Hub", 0.3),
    ]  # fmt: skip
    assert one.preferences[0].outlet_id == "Hub"
    assert one.rules[0].scope.outlets == ("Hub",)


def test_days_with_hours_of_their_own_are_open_when_either_is():
    rows = (*OPEN, OpeningHours(outlet_id="Sat", date=MONDAY, start="12:00", end="17:00"),
            OpeningHours(outlet_id="Hub", date=TUESDAY), OpeningHours(outlet_id="Sat", date=TUESDAY))  # fmt: skip
    one = joined(bank(come("12:00", 1), opening=rows), "Sat", "Hub")
    assert one.open_intervals("Sat", MONDAY) == ((540, 1020),)
    assert one.open_intervals("Sat", TUESDAY) == ()


def test_stated_heads_of_both_add_up():
    def asked(outlet, start, end, heads, **more):
        return IntervalRequirement(
            outlet_id=outlet, activity_id="fx", date=MONDAY, start=start, end=end, heads=heads, **more
        )

    rows = (
        asked("Hub", "09:00", "11:00", 2, minimum=1, maximum=4),
        asked("Sat", "10:00", "12:00", 1, minimum=1, maximum=2),
    )
    one = joined(bank(come("12:00", 1), interval_requirements=rows), "Hub", "Sat")
    found = [(r.start // 60, r.end // 60, r.heads, r.minimum, r.maximum) for r in one.interval_requirements]
    assert found == [(9, 10, 2, 1, 4), (10, 11, 3, 2, 6), (11, 12, 1, 1, 2)]


# ---------------------------------------------------------------- posts merged


def test_posts_become_one_with_the_customers_of_all():
    counter = Activity(
        activity_id="counter", skill_id="cash", at_window=True, service_minutes=5, service_cv=0.0, target_share=0.9,
        shortage_cents_per_hour=(1, 9),
    )  # fmt: skip
    fx = Activity(
        activity_id="fx", skill_id="fx", min_level=2, service_minutes=20, service_cv=0.0, wait_limit_minutes=10,
        target_share=0.8, surplus_cents_per_hour=900,
    )  # fmt: skip
    problem = bank(
        come("09:00", 9), come("09:00", 1, activity="fx"), come("10:00", 2, activity="fx"),
        activities=(counter, fx, bank().activities[2]),
        rules=(
            LateCustomers(cents_per_customer=3, scope={"activities": ["counter", "fx"]}),
            DifferentOutlets(maximum=1, per="week"),
            MinimumRest(minutes=600),
        ),
        promises=(
            ServicePromise(activity_id="counter", late_share_of_day=0.03, late_share_of_slot=0.2),
            ServicePromise(activity_id="fx", wait_limit_minutes=30, mean_wait_of_day=4, late_share_of_slot=0.1),
        ),
    )  # fmt: skip
    one = merged_posts(problem, {"desk": ["counter", "fx"]})
    assert [a.activity_id for a in one.activities] == ["calls", "desk"]
    desk = one.activities[1]
    assert customers(one) == [("Hub", "desk", 9, 10), ("Hub", "desk", 10, 2)]
    # Nine of five minutes, three of twenty.
    assert desk.service_minutes == pytest.approx((9 * 5 + 3 * 20) / 12)
    assert (desk.service_cv * desk.service_minutes) ** 2 == pytest.approx((9 * 25 + 3 * 400) / 12 - 8.75**2)
    assert (desk.wait_limit_minutes, desk.target_share, desk.at_window) == (10, 0.8, False)
    assert (desk.shortage_cents_per_hour[-1], desk.surplus_cents_per_hour) == (24_000, 900)
    assert one.promises == (
        ServicePromise(activity_id="desk", late_share_of_day=0.03, late_share_of_slot=0.1, wait_limit_minutes=30),
    )
    assert one.rules[0].scope.activities == ("desk",)
    assert one.rules[1:] == problem.rules[1:]
    assert queue_days(one)[0].customers == (10.0, 2.0)


def test_who_has_every_skill_may_do_the_broader_post():
    skills = (Skill(skill_id="cash"), Skill(skill_id="fx"), Skill(skill_id="desk"))
    held = (
        ("E1", "cash", {"outlet_id": "Hub"}),
        ("E1", "fx", {"valid_from": MONDAY, "level": 2}),
        ("E1", "fx", {"outlet_id": "Sat", "level": 2}),
        ("E2", "cash", {}),
        ("E2", "fx", {"level": 1}),
    )
    fx = Activity(activity_id="fx", skill_id="fx", min_level=2, service_minutes=20)
    problem = bank(
        activities=(bank().activities[0], fx), skills=skills,
        permissions=tuple(Permission(employee_id=e, skill_id=s, **more) for e, s, more in held),
    )  # fmt: skip
    one = merged_posts(problem, {"desk": ["counter", "fx"]})
    assert one.activities[0].skill_id == "desk 2"
    assert one.permissions[len(held) :] == (
        Permission(employee_id="E1", skill_id="desk 2", outlet_id="Hub", valid_from=MONDAY),
    )


def test_one_skill_of_all_parts_stays():
    parts = (
        Activity(activity_id="a", skill_id="cash", min_level=1, service_minutes=5),
        Activity(activity_id="b", skill_id="cash", min_level=3, service_minutes=5),
        Activity(activity_id="c", service_minutes=5),
    )
    problem = bank(come("09:00", 1, activity="a"), activities=parts, permissions=())
    one = merged_posts(problem, {"a": ["a", "b"]})
    assert [(a.activity_id, a.skill_id, a.min_level) for a in one.activities] == [("c", None, 1), ("a", "cash", 3)]
    assert merged_posts(problem, {"all": ["a", "b", "c"]}).activities[0].skill_id == "cash"


# ---------------------------------------------------------------- channels


def test_those_who_move_are_audited_where_they_came():
    problem = bank(come("09:00", 10), come("09:00", 1, activity="fx"), come("10:00", 4, outlet="Sat"))
    moved = migrated(problem, 0.3, "counter", "fx", audits_per_customer=0.5)
    assert customers(moved) == [
        ("Hub", "counter", 9, 7), ("Hub", "fx", 9, 2.5), ("Sat", "counter", 10, 2.8), ("Sat", "fx", 10, 0.6),
    ]  # fmt: skip
    assert customers(migrated(problem, 0, "counter", "fx")) == customers(problem)
    everybody = migrated(problem, 1, "counter", "fx")
    assert {r.activity_id for r in everybody.traffic} == {"fx"}


def test_short_business_moves_first_and_work_is_not_lost():
    moved = migrated(bank(come("09:00", 10)), 0.25, "counter", "fx", moved_minutes=4)
    # Ten customers of ten minutes: a quarter of four minutes leave, the rest take twelve.
    assert moved.activities[0].service_minutes == pytest.approx(12)
    assert 0.75 * 10 * 12 + 0.25 * 10 * 4 == 10 * 10


# ---------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda p: certified(p, "E3", "fx"), 'the problem has no employee "E3"'),
        (lambda p: certified(p, "E1", "fz"), r'the problem has no skill "fz"'),
        (lambda p: opened(p, "Hubb", 540, 600), r'no outlet "Hubb" \(did you mean "Hub"\?\)'),
        (lambda p: opened(p, "Hub", 540, 600, [5]), "Hub is never open on those weekdays"),
        (lambda p: opened(p.replace(opening=()), "Hub", 540, 600), "opening: is empty"),
        (lambda p: joined(p, "Hub", "Hub"), '"Hub" is one outlet already'),
        (lambda p: joined(p, "Hub", "Set"), 'no outlet "Set"'),
        (lambda p: merged_posts(p, {"desk": ["counter", "fy"]}), 'no activity "fy"'),
        (lambda p: merged_posts(p, {"a": ["fx"], "b": ["fx"]}), '"fx" is in two groups'),
        (lambda p: merged_posts(p, {"calls": ["counter", "fx"]}), '"calls" is an activity that is not merged'),
        (lambda p: merged_posts(p, {"desk": ["counter", "calls"]}), "can wait and work that cannot: counter, calls"),
        (lambda p: migrated(p, 1.5, "counter", "fx"), r"the share that moves is 1.5; it must lie from 0 to 1"),
        (lambda p: migrated(p, 0.5, "countre", "fx"), 'no activity "countre"'),
        (lambda p: migrated(p, 0.5, "counter", "calls"), '"calls" has no service_minutes'),
        (lambda p: migrated(p, 0.5, "fx", "fx"), 'counter and audit are both "fx"'),
        (lambda p: migrated(p, 0.5, "counter", "fx", moved_minutes=20), "of 50% of the customers it must lie in"),
        (lambda p: migrated(p, 0.5, "counter", "fx", audits_per_customer=-1), "audits_per_customer is -1"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(change, why):
    with pytest.raises(InvalidProblem, match=why):
        change(bank())
