"""Whoever is on something done away from the outlet is not there for the rules on who is present."""

import pytest

import schedsolver as ss
from schedsolver.domain import Activity, Contract, Employee, Horizon, Outlet, Scope
from schedsolver.errors import InvalidProblem
from schedsolver.rules.cost import PaidTime
from schedsolver.rules.custody import DualControl, Post, Posts, Present
from schedsolver.rules.mentor import MentoredHours, MentorPresent
from schedsolver.rules.presence import People
from tests.solving import assert_agree, fixed_shift, judged, spell, work
from tests.tiny import MONDAY, tiny

HUB, SAT = Outlet(outlet_id="Hub"), Outlet(outlet_id="Sat")
COUNTER = Activity(activity_id="counter", surplus_cents_per_hour=4)
OUT = Activity(activity_id="out", deferrable=True, away=True)
NEW, OLD = (
    Employee(employee_id=name, contract_id="full", tags=(tag,)) for name, tag in (("New", "new"), ("Old", "old"))
)
THIRD = Employee(employee_id="Third", contract_id="full", tags=("old",))
GROUPS = {"trainees": People(tags=("new",)), "mentors": People(tags=("old",))}
OLDS = People(tags=("old",))
SOFT = {"hard": False, "weight": 30}
SHORT, LATE = fixed_shift("short", "09:00", "11:00"), fixed_shift("late", "10:00", "12:00")
TWO = Present(minimum=2, start="09:00", end="11:00")
BOTH = Posts(posts=(Post(who=OLDS), Post()), start="09:00", end="11:00")
GUARDED = DualControl(activities=("counter",), authorisers=OLDS)
RULES = {
    "present": TWO,
    "an old one present": Present(minimum=1, who=OLDS, start="09:00", end="11:00"),
    "posts": BOTH,
    "dual control": GUARDED,
    "mentor": MentorPresent(**GROUPS),
    "mentor at the counter": MentorPresent(**GROUPS, activities=("counter",)),
    "mentored": MentoredHours(**GROUPS, minutes=120),
    "all": GUARDED.model_copy(update={"authorisers": People()}),
}


def world(*rules, **changes):
    tables = {
        "horizon": Horizon(start=MONDAY, days=1, slot_minutes=60), "outlets": (HUB,), "skills": (), "permissions": (),
        "staff": (NEW, OLD), "activities": (COUNTER, OUT), "shift_types": (SHORT, LATE), "rules": rules,
        "contracts": (Contract(contract_id="full", wage_cents_per_hour=50),),
    }  # fmt: skip
    return tiny(**(tables | changes))


def busy(name, *activities):
    """A duty from nine on, and an activity in each of its hours."""
    clocks = [f"{9 + h:02d}:00" for h in range(len(activities) + 1)]
    yield work(name, "short", clocks[0], clocks[-1])
    for activity, start, end in zip(activities, clocks[:-1], clocks[1:], strict=True):
        yield spell(name, activity, start, end)


@pytest.mark.parametrize(
    ("name", "new", "old", "found"),
    [
        ("present", "counter counter", "counter counter", 0),
        ("present", "counter out", "counter counter", 1),
        ("present", "out out", "counter out", 3),
        ("an old one present", "out out", "counter counter", 0),
        ("an old one present", "counter counter", "out counter", 1),
        ("posts", "counter out", "counter counter", 1),
        ("posts", "counter counter", "out out", 2),
        ("dual control", "counter counter", "counter out", 2),
        ("dual control", "counter counter", "out out", 2),
        ("mentor", "counter counter", "counter out", 1),
        ("mentor", "counter out", "counter out", 0),
        ("mentor", "out out", "out out", 0),
        ("mentor at the counter", "counter out", "counter counter", 0),
        ("mentor at the counter", "counter counter", "out counter", 1),
        ("mentored", "counter counter", "counter counter", 0),
        ("mentored", "counter out", "counter counter", 1),
        ("mentored", "counter counter", "out out", 2),
    ],
)
def test_who_is_away_is_not_there(name, new, old, found):
    rule = RULES[name].model_copy(update=SOFT)
    records = [*busy("New", *new.split()), *busy("Old", *old.split())]
    # At dual control the old one at the counter has nobody else who is old.
    assert judged(rule, world(), *records).cents == 30 * found
    here = world(activities=(COUNTER, OUT.model_copy(update={"away": False})))
    assert judged(rule, here, *records).cents <= 30 * found


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("softness", [{}, SOFT])
def test_model_and_checker_agree_on_every_set_of_duties(name, softness):
    costs = assert_agree(world(RULES[name].model_copy(update=softness), PaidTime()))
    # Two duties of one person overlap, in 7 of 16 sets; the hard rules that nobody can keep by going away forbid more.
    strict = not softness and name in ("present", "an old one present", "posts", "mentored")
    assert (costs.count(None) > 7) == strict
    assert costs.count(None) >= 7
    assert any(cost is not None for cost in costs)


def test_model_and_checker_agree_with_three_people_at_two_places():
    rules = (TWO.model_copy(update=SOFT | {"scope": Scope(outlets=("Hub",))}), GUARDED)
    assert_agree(world(*rules, outlets=(HUB, SAT), staff=(NEW, OLD, THIRD), shift_types=(SHORT,)))


def test_people_stay_where_they_are_needed_rather_than_go_away():
    # To be away costs nothing, surplus at the counter 4 an hour, and one missing at the outlet 30 an hour.
    pins = tuple(ss.Pin(employee_id=name, date=MONDAY, shift_type_id="short") for name in ("New", "Old"))
    for rules, cost in (((), 0), ((TWO.model_copy(update=SOFT),), 4 * 4)):
        result = ss.solve(world(*rules, pins=pins), ss.Settings(time_seconds=20, gap=0))
        assert (result.objective, result.bound) == (cost, cost)


@pytest.mark.parametrize(
    "rule", [DualControl(activities=("out",)), MentorPresent(**GROUPS, activities=("counter", "out"))]
)
def test_nobody_can_be_looked_at_who_is_away(rule):
    with pytest.raises(InvalidProblem, match="out is done away from the outlet, where nobody of it can be looked at"):
        world(rule)
