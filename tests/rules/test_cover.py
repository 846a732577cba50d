import datetime as dt

import pytest
from pydantic import ValidationError

import schedsolver as ss
from schedsolver.domain import (
    Activity,
    Arrivals,
    Contract,
    Employee,
    Horizon,
    IntervalRequirement,
    OpeningHours,
    Outlet,
    Permission,
    Scope,
    ShiftRequirement,
    Skill,
)
from schedsolver.rules.cover import IntervalCover, ShiftCover
from tests.solving import assert_agree, fixed_shift, judged, plain, spell, words, work
from tests.tiny import MONDAY, TUESDAY, tiny

# ---------------------------------------------------------------- cover.intervals
# Open 09:00-11:00 on Monday only; one missing head on counter costs 100 an hour, the second 200, then 400.

OPEN = tuple(
    OpeningHours(outlet_id=o, date=d, start=s, end=e)
    for o in ("Hub", "Sat")
    for d, s, e in ((MONDAY, "09:00", "11:00"), (TUESDAY, None, None))
)
COUNTER = Activity(
    activity_id="counter", shortage_cents_per_hour=(100, 200, 400), surplus_cents_per_hour=10, service_minutes=10,
    wait_limit_minutes=0, target_share=0.6, at_window=True,
)  # fmt: skip
CALLS = Activity(activity_id="calls", deferrable=True)


def asked(heads: int, **more) -> IntervalRequirement:
    place = {"outlet_id": "Hub", "activity_id": "counter", "date": MONDAY, "start": "09:00", "end": "10:00"}
    return IntervalRequirement(**(place | {"heads": heads} | more))


def branch(*requirements: IntervalRequirement, **changes):
    tables = {
        "horizon": Horizon(start=MONDAY, days=2, slot_minutes=60), "opening": OPEN, "activities": (COUNTER, CALLS),
        "interval_requirements": requirements,
    }  # fmt: skip
    return tiny(**(tables | changes))


def crew(count: int, activity: str = "counter", **more):
    return [spell(f"E{i}", activity, "09:00", "10:00", **more) for i in range(count)]


@pytest.mark.parametrize(
    ("heads", "here", "cents"),
    [
        (1, 0, 100),
        (2, 0, 300),
        (3, 0, 700),
        (5, 0, 1500),
        (5, 1, 1100),
        (5, 4, 100),
        (2, 2, 0),
        (2, 3, 10),
        (1, 4, 30),
        (0, 2, 20),
    ],
)
def test_missing_heads_cost_tier_by_tier_and_surplus_heads_alike(heads, here, cents):
    found = judged(IntervalCover(), branch(asked(heads)), *crew(here))
    assert found.cents == cents
    assert found.violations == ()


def test_a_shortage_says_where_when_and_how_far():
    found = judged(IntervalCover(), branch(asked(3, start="09:00", end="11:00")), *crew(1))
    assert words(found) == [
        "1 of 3 heads on counter at Hub at 2026-03-09 09:00",
        "0 of 3 heads on counter at Hub at 2026-03-09 10:00",
    ]
    assert [p.cents for p in found.penalties] == [300, 700]
    assert (found.penalties[1].outlet_id, found.penalties[1].activity_id) == ("Hub", "counter")
    assert found.penalties[1].start == dt.datetime(2026, 3, 9, 10)


def test_only_heads_there_on_that_work_at_that_time_count():
    problem = branch(asked(1))
    assert judged(IntervalCover(), problem, *crew(1, outlet="Sat")).cents == 100 + 10
    assert judged(IntervalCover(), problem, *crew(1, "calls")).cents == 100
    assert judged(IntervalCover(), problem, spell("E1", "counter", "10:00", "11:00")).cents == 100 + 10


def test_a_requirement_may_have_prices_of_its_own():
    problem = branch(asked(2, shortage_cents_per_hour=(7,), surplus_cents_per_hour=3))
    assert judged(IntervalCover(), problem).cents == 14
    assert judged(IntervalCover(), problem, *crew(4)).cents == 6
    # The other slot keeps the prices of the activity.
    assert judged(IntervalCover(), problem, *crew(2), spell("E1", "counter", "10:00", "11:00")).cents == 10


@pytest.mark.parametrize(
    ("slot", "per_hour", "cents"), [(30, 25, 13), (30, 24, 12), (15, 30, 8), (15, 29, 7), (20, 100, 33), (20, 200, 67)]
)
def test_prices_of_a_slot_are_rounded_half_up(slot, per_hour, cents):
    problem = branch(
        asked(1, end=540 + slot, shortage_cents_per_hour=(per_hour,)),
        horizon=Horizon(start=MONDAY, days=1, slot_minutes=slot),
        shift_types=(fixed_shift("day", "09:00", "11:00"),),
        opening=tuple(o for o in OPEN if o.date == MONDAY),
    )
    assert judged(IntervalCover(), problem).cents == cents


def test_work_that_can_wait_is_never_surplus():
    assert judged(IntervalCover(), branch(), *crew(5, "calls")).cents == 0
    assert judged(IntervalCover(), branch(), *crew(5)).cents == 50


def test_a_closed_outlet_needs_nobody_and_prices_nothing():
    assert judged(IntervalCover(), branch(), spell("E1", "counter", "09:00", "11:00", date=TUESDAY)).cents == 0


@pytest.mark.parametrize(("windows", "cents"), [(1, 100), (2, 300), (None, 300)])
def test_traffic_asks_for_heads_by_erlang_c_but_no_more_than_windows(windows, cents):
    # 6 customers an hour of 10 minutes are 1 erlang; with 2 heads a third of them waits: 2 heads for 60 %.
    problem = branch(
        outlets=(Outlet(outlet_id="Hub", windows=windows), Outlet(outlet_id="Sat")),
        traffic=(Arrivals(outlet_id="Hub", activity_id="counter", date=MONDAY, start="09:00", customers=6),),
    )
    assert judged(IntervalCover(), problem).cents == cents


def test_past_the_horizon_nothing_is_needed_and_nothing_priced():
    night = tuple(
        OpeningHours(outlet_id=o, weekday=w, start="22:00", end="26:00") for o in ("Hub", "Sat") for w in (0, 1)
    )
    problem = branch(opening=night)
    # Monday night lies in the horizon, after Tuesday's midnight nothing does.
    assert judged(IntervalCover(), problem, spell("E1", "counter", "22:00", "26:00")).cents == 40
    assert judged(IntervalCover(), problem, spell("E1", "counter", "22:00", "26:00", date=TUESDAY)).cents == 20


@pytest.mark.parametrize(
    ("heads", "minimum", "here", "cents"),
    [
        (5, 2, 4, 100),
        (5, 2, 3, 300),
        (5, 2, 2, 700),
        (5, 2, 1, 1700),
        (5, 2, 0, 2700),
        (2, 2, 1, 1000),
        (1, 1, 0, 1000),
        (1, 1, 1, 0),
        (1, 1, 2, 10),
    ],
)
def test_heads_missing_below_the_minimum_cost_its_price(heads, minimum, here, cents):
    problem = branch(asked(heads, minimum=minimum, minimum_cents_per_hour=1000))
    assert judged(IntervalCover(), problem, *crew(here)).cents == cents


@pytest.mark.parametrize(("here", "violations"), [(2, 0), (3, 1)])
def test_the_maximum_of_heads_holds(here, violations):
    found = judged(IntervalCover(), branch(asked(1, maximum=2)), *crew(here))
    message = "3 of 1 heads on counter at Hub at 2026-03-09 09:00, above the maximum of 2"
    assert [v.message for v in found.violations] == [message] * violations
    places = [(v.outlet_id, v.activity_id, v.start) for v in found.violations]
    assert places == [("Hub", "counter", dt.datetime(2026, 3, 9, 9))] * violations
    assert found.cents == 10 * (here - 1)
    elsewhere = IntervalCover(scope=Scope(outlets=("Sat",)))
    assert judged(elsewhere, branch(asked(1, maximum=2)), *crew(here)).violations == ()


@pytest.mark.parametrize(
    ("scope", "cents"),
    [
        (Scope(), 300),
        (Scope(activities=("counter",)), 300),
        (Scope(activities=("calls",)), 0),
        (Scope(outlets=("Sat",)), 0),
        (Scope(first_day=TUESDAY), 0),
        (Scope(last_day=MONDAY), 300),
    ],
)
def test_the_scope_says_which_heads_are_priced(scope, cents):
    assert judged(IntervalCover(scope=scope), branch(asked(2))).cents == cents


def test_intervals_matter_where_there_are_activities():
    assert IntervalCover().applies_to(branch())
    assert not IntervalCover().applies_to(plain())


# ---------------------------------------------------------------- cover.intervals: parts of a head
# The trainee E1 counts as half a head, the expert E2 as 1.2; a tenth of a head is a piece.

PARTS = {"trainee": 50, "expert": 120}
PEOPLE = tuple(
    Employee(employee_id=f"E{i}", contract_id="full", tags=tags)
    for i, tags in enumerate([("trainee",), ("expert", "quick"), (), ("trainee",)], start=1)
)


def mixed(*requirements: IntervalRequirement, **changes):
    return branch(*requirements, staff=PEOPLE, **changes)


def at_counter(*names: str, **more):
    return [spell(name, "counter", "09:00", "10:00", **more) for name in names]


@pytest.mark.parametrize(
    ("percents", "pieces"),
    [
        ({}, 1),
        ({"trainee": 0}, 1),
        ({"trainee": 50}, 2),
        ({"trainee": 75}, 4),
        ({"trainee": 33}, 100),
        ({"expert": 120}, 5),
        ({"expert": 200}, 1),
        (PARTS, 10),
    ],
)
def test_a_head_is_cut_into_as_few_pieces_as_will_do(percents, pieces):
    assert IntervalCover(head_percent=percents).pieces == pieces


@pytest.mark.parametrize(
    ("heads", "names", "cents"),
    [
        (1, ("E3",), 0),
        (1, ("E1",), 50),
        (1, ("E1", "E4"), 0),
        (1, ("E2",), 2),
        (2, ("E2",), 80),
        (2, ("E1",), 10 * 10 + 5 * 20),
        (2, ("E2", "E1"), 30),
        (2, ("E2", "E3"), 2),
        (3, (), 700),
    ],
)
def test_people_with_a_tag_count_as_a_part_of_a_head(heads, names, cents):
    assert judged(IntervalCover(head_percent=PARTS), mixed(asked(heads)), *at_counter(*names)).cents == cents


def test_a_shortage_in_parts_says_so():
    found = judged(IntervalCover(head_percent=PARTS), mixed(asked(2)), *at_counter("E2"))
    assert words(found) == ["1.2 of 2 heads on counter at Hub at 2026-03-09 09:00"]


@pytest.mark.parametrize(("names", "cents"), [((), 26), (("E1",), 13), (("E3",), 0), (("E1", "E3"), 3), (("E2",), 0)])
def test_the_price_of_a_head_is_divided_among_its_pieces_rounded_half_up(names, cents):
    problem = mixed(asked(1, shortage_cents_per_hour=(25,), surplus_cents_per_hour=5))
    assert judged(IntervalCover(head_percent={"trainee": 50}), problem, *at_counter(*names)).cents == cents


def test_a_trainee_may_count_for_nothing():
    found = judged(IntervalCover(head_percent={"trainee": 0}), mixed(asked(1)), *at_counter("E1", "E4"))
    assert found.cents == 100
    assert judged(IntervalCover(head_percent={"trainee": 0}), mixed(asked(0)), *at_counter("E1")).cents == 0


@pytest.mark.parametrize(
    ("names", "broken"),
    [(("E1", "E4"), []), (("E1", "E3"), ["1.5"]), (("E2",), ["1.2"]), (("E3",), []), (("E1", "E2"), ["1.7"])],
)
def test_the_maximum_holds_for_heads_in_parts(names, broken):
    found = judged(IntervalCover(head_percent=PARTS), mixed(asked(1, maximum=1)), *at_counter(*names))
    message = "{} of 1 heads on counter at Hub at 2026-03-09 09:00, above the maximum of 1"
    assert [v.message for v in found.violations] == [message.format(heads) for heads in broken]


def test_heads_below_the_minimum_are_missed_piece_by_piece():
    problem = mixed(asked(2, minimum=1, minimum_cents_per_hour=1000))
    rule = IntervalCover(head_percent={"trainee": 50})
    assert [judged(rule, problem, *at_counter(*n)).cents for n in ((), ("E1",), ("E1", "E4"))] == [1100, 600, 100]


def test_parts_count_in_the_scope_only():
    rule = IntervalCover(head_percent=PARTS, scope=Scope(outlets=("Sat",)))
    assert judged(rule, mixed(asked(1)), *at_counter("E1")).cents == 0
    assert judged(rule, mixed(asked(1, outlet_id="Sat")), *at_counter("E1", outlet="Sat")).cents == 50


@pytest.mark.parametrize(
    ("percents", "fault"),
    [
        ({"trainee": 50, "quick": 110}, None),
        ({"trainees": 50}, 'tag "trainees" is not in the problem (did you mean "trainee"?)'),
        ({"quick": 110, "expert": 120}, "E2 has the tags quick and expert; head_percent may name only one of them"),
    ],
)
def test_tags_that_nobody_or_somebody_has_twice_are_refused(percents, fault):
    faults = [] if fault is None else [fault]
    assert list(IntervalCover(head_percent=percents).faults(mixed())) == faults


@pytest.mark.parametrize(
    ("percent", "message"),
    [
        (100, '"trainee" as 100, as everybody; leave it out'),
        (-1, "greater than or equal"),
        (1001, "less than or equal"),
    ],
)
def test_percents_that_change_nothing_or_lie_beyond_all_reason_are_refused(percent, message):
    with pytest.raises(ValidationError, match=message):
        IntervalCover(head_percent={"trainee": percent})


def test_parts_of_a_head_survive_a_file():
    problem = mixed(rules=(IntervalCover(head_percent=PARTS),))
    assert ss.Problem.from_json(problem.to_json()) == problem


# ---------------------------------------------------------------- cover.shifts

SHIFTS = (fixed_shift("day", "09:00", "15:00"), fixed_shift("late", "12:00", "18:00"))


def needing(**need):
    own = {"date": MONDAY, "shift_type_id": "day", "minimum_cents": 100, "shortage_cents": 10, "surplus_cents": 1}
    return plain(
        shift_types=SHIFTS,
        skills=(Skill(skill_id="cash"), Skill(skill_id="fx")),
        permissions=(Permission(employee_id="E1", skill_id="cash"),),
        shift_requirements=(ShiftRequirement(**(own | need)),),
    )


def duties(count: int, **more):
    return [work(f"E{i}", "day", "09:00", "15:00", **more) for i in range(count)]


@pytest.mark.parametrize(
    ("minimum", "preferred", "here", "cents"),
    [
        (2, 4, 0, 220),
        (2, 4, 1, 120),
        (2, 4, 2, 20),
        (2, 4, 3, 10),
        (2, 4, 4, 0),
        (2, 4, 6, 2),
        (2, None, 0, 200),
        (2, None, 2, 0),
        (2, None, 3, 1),
        (0, 1, 0, 10),
    ],
)
def test_duties_missing_below_minimum_and_preferred_cost_their_own_price(minimum, preferred, here, cents):
    found = judged(ShiftCover(), needing(minimum=minimum, preferred=preferred), *duties(here))
    assert found.violations == ()
    assert found.cents == cents


@pytest.mark.parametrize(("here", "count"), [(2, 0), (3, 1)])
def test_the_maximum_holds(here, count):
    found = judged(ShiftCover(), needing(maximum=2), *duties(here))
    assert len(found.violations) == count
    assert found.cents == here  # all above the 0 wanted
    if count:
        assert words(found)[0] == ("3 duties of 0 wanted on shift day on 2026-03-09, above the maximum of 2")


def test_only_duties_of_that_shift_date_outlet_and_skill_count():
    others = (
        work("E1", "late", "12:00", "18:00", outlet="Sat", skill="cash"),
        work("E2", "day", "09:00", "15:00", outlet="Sat", skill="cash", date=TUESDAY),
        work("E3", "day", "09:00", "15:00", outlet="Hub", skill="cash"),
        work("E4", "day", "09:00", "15:00", outlet="Sat", skill="fx"),
        work("E5", "day", "09:00", "15:00", outlet="Sat"),
    )
    problem = needing(outlet_id="Sat", skill_id="cash", minimum=1)
    found = judged(ShiftCover(), problem, *others)
    assert found.cents == 100
    assert words(found) == ["0 duties of 1 wanted on shift day on 2026-03-09 at Sat in skill cash"]
    assert judged(ShiftCover(), problem, *others, *duties(1, outlet="Sat", skill="cash")).cents == 0


def test_without_outlet_and_skill_every_duty_counts():
    here = (*duties(1, outlet="Sat", skill="cash"), work("E5", "day", "09:00", "15:00"))
    assert judged(ShiftCover(), needing(minimum=2), *here).cents == 0


def test_shifts_matter_where_some_are_asked_for():
    assert ShiftCover().applies_to(needing())
    assert not ShiftCover().applies_to(plain())


# ---------------------------------------------------------------- model and checker

DAY = fixed_shift("day", "09:00", "11:00")
LOBBY = Activity(activity_id="lobby", shortage_cents_per_hour=(50,), surplus_cents_per_hour=20)


def one_shift(*requirements: IntervalRequirement, shift=DAY, **changes):
    """E1 to E3 of the people above at the hub, all of whom may do everything, on a shift of two hours."""
    tables = {
        "staff": PEOPLE[:3], "shift_types": (shift,), "outlets": (Outlet(outlet_id="Hub"),),
        "horizon": Horizon(start=MONDAY, days=1, slot_minutes=60),
        "opening": tuple(o for o in OPEN if (o.outlet_id, o.date) == ("Hub", MONDAY)),
        "activities": (COUNTER, LOBBY),
    }  # fmt: skip
    tables |= changes
    tables["permissions"] = tuple(Permission(employee_id=e.employee_id, skill_id="cash") for e in tables["staff"])
    return branch(*requirements, **tables)


def in_skills(*skills: str | None):
    prices = {"minimum": 1, "minimum_cents": 100, "shortage_cents": 30, "surplus_cents": 7}
    return plain(
        horizon=Horizon(start=MONDAY, days=1, slot_minutes=60), staff=PEOPLE[:2], shift_types=(DAY,),
        outlets=(Outlet(outlet_id="Hub"),), skills=(Skill(skill_id="cash"), Skill(skill_id="fx")),
        permissions=tuple(
            Permission(employee_id=e, skill_id=s) for e, s in (("E1", "cash"), ("E1", "fx"), ("E2", "fx"))
        ),
        shift_requirements=tuple(
            ShiftRequirement(date=MONDAY, shift_type_id="day", skill_id=s, **prices) for s in skills
        ),
    )  # fmt: skip


WAITING = {"activity_id": "calls", "end": "11:00", "surplus_cents_per_hour": 0}
NIGHT = tuple(OpeningHours(outlet_id=o, weekday=0, start="22:00", end="26:00") for o in ("Hub", "Sat"))
ALL_PARTS = (IntervalCover(head_percent=PARTS),)
# Each case: a problem, and how many of its sets of duties are no roster.
CASES = {
    # All three cannot be at the counter, and there is nothing else to do.
    "minimum and maximum": (
        one_shift(asked(2, minimum=1, maximum=2, minimum_cents_per_hour=900), activities=(COUNTER,)), 1,
    ),
    "a minimum of all": (one_shift(asked(3, minimum=3, minimum_cents_per_hour=900)), 0),
    # Whoever is not among those called goes to the lobby, at a price.
    "a maximum of work that can wait": (one_shift(asked(0, maximum=1, **WAITING), activities=(LOBBY, CALLS)), 0),
    "a maximum of work that can wait and nothing else to do": (
        one_shift(asked(1, maximum=1, **WAITING), activities=(CALLS,)), 4,
    ),
    "parts of a head": (
        one_shift(asked(2), asked(1, start="10:00", end="11:00", shortage_cents_per_hour=(25, 75)), rules=ALL_PARTS), 0,
    ),
    # The expert and another with a whole head, or all three, are more than two heads.
    "parts of a head up to a maximum": (
        one_shift(asked(1, maximum=2), activities=(COUNTER,), rules=ALL_PARTS), 2,
    ),
    "parts of a head below the minimum": (
        one_shift(
            asked(2, minimum=1, minimum_cents_per_hour=900), rules=(IntervalCover(head_percent={"trainee": 33}),)
        ), 0,
    ),
    "parts that count for nothing": (
        one_shift(asked(1, maximum=1), rules=(IntervalCover(head_percent={"trainee": 0}),), activities=(COUNTER,)), 2,
    ),
    # Somebody who is at two outlets on a day is in no roster: of 4 x 4 ways 3 x 3 are left.
    "parts of a head at one outlet, past midnight": (
        one_shift(
            asked(1, start="23:00", end="24:00"), asked(1, start="23:00", end="24:00", outlet_id="Sat"),
            asked(2, start="24:00", end="25:00"), staff=PEOPLE[:2],
            outlets=(Outlet(outlet_id="Hub"), Outlet(outlet_id="Sat")), opening=NIGHT, activities=(COUNTER,),
            horizon=Horizon(start=MONDAY, days=2, slot_minutes=60), shift=fixed_shift("night", "23:00", "25:00"),
            rules=(IntervalCover(head_percent=PARTS, scope=Scope(outlets=("Hub",), first_day=TUESDAY)),),
        ), 7,
    ),
    # What is done past the horizon neither covers nor costs anything.
    "parts of a head past the horizon": (
        one_shift(asked(1, start="23:00", end="24:00"), opening=NIGHT[:1], activities=(COUNTER,),
                  shift=fixed_shift("night", "23:00", "25:00"), rules=ALL_PARTS), 0,
    ),
    # E1 in either skill, E2 in one.
    "duties in the skills asked for": (in_skills("cash", "fx"), 2),
    # E1 in none or either skill, E2 in none or one: of 32 sets 4 x 3 have a duty each at most.
    "duties in a skill or in none": (in_skills("cash", None, "fx"), 20),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_model_and_checker_agree_on_every_set_of_duties(name):
    problem, forbidden = CASES[name]
    assert assert_agree(problem).count(None) == forbidden


@pytest.mark.parametrize(("rules", "cost"), [((), 2000), (({"rule": "cover.intervals", "head_percent": PARTS},), 4000)])
def test_the_solver_counts_on_two_trainees_where_they_are_cheaper_than_an_expert(rules, cost):
    # For two hours a head is needed; trainees cost 10.00 an hour, an expert 30.00, a missing head 100.00.
    contracts = (
        Contract(contract_id="full", wage_cents_per_hour=1000),
        Contract(contract_id="dear", wage_cents_per_hour=3000),
    )
    staff = tuple(
        Employee(employee_id=f"E{i}", contract_id=c, tags=(tag,))
        for i, (c, tag) in enumerate([("full", "trainee"), ("dear", "expert"), ("full", "trainee")], start=1)
    )
    problem = one_shift(
        asked(1, end="11:00", shortage_cents_per_hour=(10_000,)), contracts=contracts, staff=staff,
        rules=({"rule": "cost.paid_time"}, *rules),
    )  # fmt: skip
    result = ss.solve(problem, ss.Settings(deterministic=True))
    assert result.objective == result.bound == cost
    assert len(result.schedule.duty_list) == cost // 2000
