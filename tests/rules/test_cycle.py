"""Rotating rosters: who follows whom, by hand and on every roster."""

import datetime as dt

import pytest

from schedsolver.domain import Employee, Horizon, Outlet, Problem, Schedule, ShiftRequirement
from schedsolver.errors import InvalidProblem
from schedsolver.model.build import build_model
from schedsolver.rules.check import check
from schedsolver.rules.contract import DaysWorked
from schedsolver.rules.cycle import CyclicRoster
from schedsolver.rules.duty import DutiesPerDay
from schedsolver.rules.sequence import DaysOff, Successions, WorkDays
from schedsolver.solve.lines.search import suits_lines
from schedsolver.solve.runner import solve
from schedsolver.solve.settings import Settings
from tests.solving import assert_agree, fixed_shift, judged, plain, words, work
from tests.tiny import MONDAY

HUB, SAT = Outlet(outlet_id="Hub"), Outlet(outlet_id="Sat")
E1, E2, E3 = (Employee(employee_id=name, contract_id="full") for name in ("E1", "E2", "E3"))
EARLY, NIGHT = fixed_shift("early", "06:00", "14:00"), fixed_shift("night", "22:00", "30:00")
PAIR = CyclicRoster(team=("E1", "E2"), days=1)
SOFT = {"hard": False, "weight": 70}


def world(*rules, days: int = 2, **changes) -> Problem:
    tables = {
        "horizon": Horizon(start=MONDAY, days=days, slot_minutes=60), "staff": (E1, E2), "outlets": (HUB,),
        "shift_types": (EARLY, NIGHT), "rules": rules,
    }  # fmt: skip
    return plain(**(tables | changes))


def early(name: str, day: int, **where):
    return work(name, "early", "06:00", "14:00", date=MONDAY + dt.timedelta(days=day), **where)


def night(name: str, day: int, **where):
    return work(name, "night", "22:00", "30:00", date=MONDAY + dt.timedelta(days=day), **where)


def test_each_follows_the_one_before_and_the_first_the_last() -> None:
    problem = world(PAIR)
    kept = judged(PAIR, problem, early("E1", 0), early("E2", 1), night("E2", 0), night("E1", 1))
    assert not kept.violations
    assert not judged(PAIR, problem).violations


@pytest.mark.parametrize(
    ("duties", "said"),
    [
        ([early("E1", 0)], "E2 works nothing on 2026-03-10, but E1 works early at Hub on 2026-03-09"),
        ([early("E2", 1)], "E2 works early at Hub on 2026-03-10, but E1 works nothing on 2026-03-09"),
        ([early("E1", 0), night("E2", 1)], "E2 works night at Hub on 2026-03-10, but E1 works early at Hub on"),
        ([early("E2", 0)], "E1 works nothing on 2026-03-10, but E2 works early at Hub on 2026-03-09"),
        (
            [early("E1", 0), early("E2", 1, outlet="Sat")],
            "E2 works early at Sat on 2026-03-10, but E1 works early at Hub on 2026-03-09",
        ),
    ],
)  # fmt: skip
def test_says_who_does_not_follow(duties, said: str) -> None:
    judgement = judged(PAIR, world(PAIR, outlets=(HUB, SAT)), *duties)
    assert [said in text for text in words(judgement)] == [True]


def test_the_first_days_bind_nobody_and_others_are_free() -> None:
    """After two days of three the third person still does as they like."""
    rule = CyclicRoster(team=("E1", "E2"), days=2)
    problem = world(rule, days=3, staff=(E1, E2, E3))
    assert not judged(rule, problem, early("E1", 1), night("E2", 1), early("E3", 2)).violations
    assert len(judged(rule, problem, early("E1", 0)).violations) == 1


def test_a_soft_rule_charges_for_each_day_that_differs() -> None:
    soft = CyclicRoster(team=("E1", "E2"), days=1, **SOFT)
    judgement = judged(soft, world(soft), early("E1", 0), night("E2", 1), night("E1", 1))
    assert [finding.cents for finding in judgement.penalties] == [70, 70]


@pytest.mark.parametrize("how", [{}, SOFT])
@pytest.mark.parametrize("team", [("E1", "E2"), ("E2", "E1")])
def test_model_and_checker_agree_on_every_roster(how, team) -> None:
    costs = set(assert_agree(world(CyclicRoster(team=team, days=1, **how))))
    assert costs - {None} == ({0, 70, 140} if how else {0})


def test_model_and_checker_agree_on_outlets_and_three_people() -> None:
    assert_agree(world(PAIR, shift_types=(EARLY,), outlets=(HUB, SAT)))
    three = CyclicRoster(team=("E2", "E1", "E3"), days=1)
    assert_agree(world(three, staff=(E1, E2, E3), shift_types=(EARLY,)))


def test_refuses_what_makes_no_sense() -> None:
    with pytest.raises(ValueError, match="E1 cannot be in a team twice"):
        CyclicRoster(team=("E1", "E1"))
    with pytest.raises(InvalidProblem, match='"E9"'):
        world(CyclicRoster(team=("E1", "E9"), days=1))
    with pytest.raises(InvalidProblem, match="ends before anybody follows"):
        world(CyclicRoster(team=("E1", "E2")))
    with pytest.raises(InvalidProblem, match="no pattern to follow"):
        world(PAIR, DutiesPerDay(maximum=2))


def test_a_team_of_four_covers_four_weeks_with_one_pattern() -> None:
    """Two early duties and a night a day ask for 21 duties a week of four people."""
    dates = [MONDAY + dt.timedelta(days=d) for d in range(28)]
    team = tuple(f"E{i}" for i in range(1, 5))
    cover = [
        ShiftRequirement(date=date, shift_type_id=shift, minimum=0, preferred=heads, shortage_cents=9, surplus_cents=9)
        for date in dates for shift, heads in (("early", 2), ("night", 1))
    ]  # fmt: skip
    rules = (WorkDays(minimum=2, maximum=6), DaysOff(minimum=1), Successions(forbidden=[("night", "early")]))
    staff = tuple(Employee(employee_id=name, contract_id="full") for name in team)
    most = DaysWorked(per="horizon", maximum=21)
    problem = world(
        CyclicRoster(team=team), most, *rules, days=28, staff=staff, shift_requirements=tuple(cover)
    )  # fmt: skip
    assert not suits_lines(build_model(problem))
    result = solve(problem, Settings(deterministic=True, gap=0, deterministic_work=10.0))
    assert check(problem, result.schedule).ok
    assert result.objective == 0
    assert _pattern(result.schedule, "E2", 7) == _pattern(result.schedule, "E1", 0)
    assert _pattern(result.schedule, "E1", 21) == _pattern(result.schedule, "E2", 0)


def _pattern(schedule: Schedule, name: str, first: int) -> list[str | None]:
    """A member's shifts of a week."""
    own = {duty.date: duty.shift_type_id for duty in schedule.duties_of.get(name, ())}
    return [own.get(MONDAY + dt.timedelta(days=first + d)) for d in range(7)]
