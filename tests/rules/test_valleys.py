"""Work that can wait beside service and presence, all at once: model and checker agree on random small branches."""

from hypothesis import given, settings
from hypothesis import strategies as st

from schedsolver.domain import (
    Activity,
    Backlog,
    Employee,
    Horizon,
    IntervalRequirement,
    Outlet,
    Permission,
    Problem,
    Rule,
    Skill,
)
from schedsolver.rules.backlog import BacklogQuotas
from schedsolver.rules.custody import Post, Present
from schedsolver.rules.mentor import MentoredHours
from schedsolver.rules.outreach import OutreachTeams
from schedsolver.rules.presence import People
from schedsolver.rules.stints import StintLength
from schedsolver.rules.training import TrainingSessions
from tests.solving import FixedModel, assert_agree_on, fixed_shift
from tests.tiny import MONDAY, tiny

SHIFTS = (
    fixed_shift("early", "09:00", "11:00"), fixed_shift("late", "10:00", "12:00"), fixed_shift("day", "09:00", "12:00"),
)  # fmt: skip
TAGS = st.sampled_from([("new",), ("old",), ("old", "star"), ()])
SOFT = st.sampled_from([{"hard": False, "weight": 20}, {"hard": False, "weight": 20}, {}])
START = st.sampled_from([{"start_from": "09:00", "start_to": "09:00"}, {"start_from": "09:00", "start_to": "10:00"}])
GROUP = st.sampled_from([People(tags=("new",)), People(tags=("old",)), People(skill="talk"), People()])


@st.composite
def branches(draw: st.DrawFn) -> Problem:
    """Draw a branch of two or three people, with work that can wait and rules on it."""
    crowd = draw(st.integers(2, 3))
    names = [f"E{i}" for i in range(crowd)]
    problem = tiny(
        horizon=Horizon(start=MONDAY, days=1, slot_minutes=60),
        outlets=(Outlet(outlet_id="Hub"),),
        staff=tuple(Employee(employee_id=n, contract_id="full", home_outlet_id="Hub", tags=draw(TAGS)) for n in names),
        skills=(Skill(skill_id="talk"),),
        permissions=tuple(
            Permission(employee_id=n, skill_id="talk", level=draw(st.integers(1, 2)))
            for n in names
            if draw(st.booleans())
        ),
        activities=(
            Activity(
                activity_id="counter", shortage_cents_per_hour=(300,), surplus_cents_per_hour=draw(st.integers(0, 9))
            ),
            Activity(
                activity_id="out",
                deferrable=True,
                away=draw(st.booleans()),
                skill_id=draw(st.sampled_from([None, "talk"])),
            ),
            Activity(activity_id="calls", deferrable=True),
        )[: draw(st.integers(2, 3))],
        shift_types=draw(st.lists(st.sampled_from(SHIFTS), min_size=1, max_size=2, unique=True)),
        interval_requirements=draw(st.lists(_need(), max_size=1)),
    )
    if len(problem.activities) == 3 and draw(st.booleans()):
        minutes = draw(st.sampled_from([60, 150, 300]))
        owed = Backlog(
            backlog_id="owed", activity_id="calls", minutes=minutes, deadline=MONDAY, undone_cents_per_hour=7
        )
        problem = problem.replace(backlogs=(owed,))
    rules = [rule for rule in draw(_rules()) if not list(rule.faults(problem))]
    return problem.replace(rules=rules)


def _need() -> st.SearchStrategy[IntervalRequirement]:
    return st.builds(
        IntervalRequirement, outlet_id=st.just("Hub"), activity_id=st.just("counter"), date=st.just(MONDAY),
        start=st.just("09:00"), end=st.sampled_from(["10:00", "12:00"]), heads=st.integers(1, 2),
    )  # fmt: skip


@st.composite
def _rules(draw: st.DrawFn) -> list[Rule]:
    """Draw rules, not all of which have a meaning for every branch; one of them rations being out."""
    minutes = draw(st.sampled_from([60, 120]))
    together = draw(
        st.sampled_from(
            [
                OutreachTeams(
                    activity="out", members=2, mix=draw(st.lists(st.builds(Post, who=GROUP), max_size=2)),
                    windows=({**draw(START), "minutes": minutes},), wanted_minutes=120, missing_cents_per_hour=13,
                    recall_minutes=60 if minutes == 120 and draw(st.booleans()) else None,
                ),
                TrainingSessions(
                    activity="out", who=draw(GROUP), trainer=draw(st.none() | GROUP), minutes=minutes,
                    windows=(draw(START),), least=draw(st.integers(1, 2)), most=draw(st.none() | st.just(2)),
                    **draw(SOFT),
                ),
            ]
        )
    )  # fmt: skip
    others = [
        BacklogQuotas(at_home=draw(st.booleans()), **draw(SOFT)),
        StintLength(activities=("calls",), minimum=120, **draw(SOFT)),
        Present(who=draw(GROUP), minimum=1, start="09:00", end="12:00", **draw(SOFT)),
        MentoredHours(trainees=People(tags=("new",)), mentors=People(tags=("old",)), minutes=120, **draw(SOFT)),
    ]
    return [together, *draw(st.lists(st.sampled_from(others), max_size=2, unique_by=lambda rule: rule.name))]


@settings(max_examples=40)
@given(st.data())
def test_model_and_checker_agree_on_random_branches(data):
    problem = data.draw(branches())
    fixed = FixedModel(problem)
    for _ in range(2):
        chosen = data.draw(st.sets(st.integers(0, len(fixed.options) - 1), max_size=3))
        assert_agree_on(fixed, problem, sorted(chosen))
