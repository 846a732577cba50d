"""Generated problems with everything on: all that is asked for is there, and they can be solved."""

import itertools
from collections import Counter
from pathlib import Path

import pytest

import schedsolver as ss
from benchmarks.growth import CLUSTERS
from schedsolver.bench.experiment import load_experiment
from schedsolver.rules.catalogue import active_rules
from schedsolver.traffic.staffing import required_cells

SUITES = Path(__file__).parents[2] / "benchmarks" / "suites"
EXPECTED = {
    "backlog.done", "backlog.quotas", "cover.intervals", "custody.dual_control", "custody.pledge", "custody.posts",
    "custody.present", "duty.per_day", "leave.taken", "mentor.hours", "mentor.present", "outreach.teams",
    "site.moves", "training.sessions", "site.window_runs",
    "site.windows", "stint.length", "stint.switches",
}  # fmt: skip


def everything(**sizes) -> ss.Problem:
    return ss.generate(ss.GeneratorSpec(content="everything", **sizes))


def specs(suite: str) -> list[ss.GeneratorSpec]:
    experiment = load_experiment(SUITES / f"{suite}.toml")
    return [spec for instance in experiment.instances for spec in instance.generate.specs()]


SHAPES = specs("shapes")
TARGETS = [spec for size in ("week", "month", "largest", "twelve") for spec in specs(f"everything/{size}")]


def share_asked_for(spec: ss.GeneratorSpec) -> float:
    """Give the hours of heads that customers ask for, as a share of those that staff have on the working days."""
    problem = ss.generate(spec)
    counts_as = {"trainee": 0.5, "expert": 1.2}
    days = sum(date.weekday() < 5 for date in spec.dates)
    minutes = sum(
        problem.contract_of[e.employee_id].weekly_minutes * days / 5 * next((counts_as.get(t, 1) for t in e.tags), 1)
        for e in problem.staff
    )
    return sum(cell.heads for cell in required_cells(problem)) * spec.slot_minutes / minutes


def test_every_kind_of_work_and_rule_is_there():
    problem = everything()
    assert {rule.name for rule in active_rules(problem)} >= EXPECTED
    assert [len(shift.breaks) for shift in problem.shift_types] == [1, 2, 0]
    assert {b.activity_id for b in problem.backlogs} == {"maintenance", "portfolio"}
    tags = Counter(tag for e in problem.staff for tag in e.tags)
    assert min(tags[tag] for tag in ("deputy", "custodian", "mentor", "trainee", "expert")) >= 6
    homes = {tag: {e.home_outlet_id for e in problem.staff if tag in e.tags} for tag in tags}
    assert homes["deputy"] == homes["custodian"] == {o.outlet_id for o in problem.outlets}
    cover = next(rule for rule in problem.rules if rule.name == "cover.intervals")
    assert cover.head_percent == {"trainee": 50, "expert": 120}


def test_the_plain_problem_of_the_same_seed_has_the_same_people_and_customers():
    plain, full = ss.generate(ss.GeneratorSpec(seed=5)), everything(seed=5)
    assert full.traffic == plain.traffic
    assert [e.employee_id for e in full.staff] == [e.employee_id for e in plain.staff]
    assert full.permissions[: len(plain.permissions)] == plain.permissions
    assert full.rules[: len(plain.rules)] == plain.rules
    assert everything(seed=5) == full != everything(seed=6)


def test_the_customers_come_in_peaks():
    problem = everything(outlets=1, staff=10, days=1)
    counter = problem.activity_index["counter"]
    heads = {cell.slot: cell.heads for cell in required_cells(problem) if cell.activity == counter}
    morning, noon, afternoon = (heads[int(2 * hour)] for hour in (10, 12.5, 15))
    assert morning > noon < afternoon


def test_a_round_trip_through_a_folder(tmp_path):
    problem = everything(outlets=2, staff=9, days=3)
    ss.save(problem, tmp_path)
    assert ss.load(tmp_path) == problem


def test_those_not_bound_to_their_home_reach_it_the_hub_and_the_nearest_outlets():
    problem = everything(outlets=5, staff=20, reach=3, bound_share=0.5)
    for employee in problem.staff:
        rows = [p for p in problem.permissions if p.employee_id == employee.employee_id and p.skill_id != "pledge"]
        places = {p.outlet_id for p in rows}
        assert employee.home_outlet_id in places
        if len(places) > 1:
            others = places - {employee.home_outlet_id, "HUB"}
            farthest = max(problem.travel.between(employee.home_outlet_id, o) for o in others)
            left_out = {o.outlet_id for o in problem.outlets} - places
            assert len(places) == 3
            assert "HUB" in places
            assert all(problem.travel.between(employee.home_outlet_id, o) >= farthest for o in left_out)
    reached = Counter(len({p.outlet_id for p in problem.permissions if p.employee_id == e.employee_id and p.outlet_id})
                      for e in problem.staff)  # fmt: skip
    assert reached == {1: 10, 3: 10}


def test_twenty_shapes_differ_as_told():
    assert len(SHAPES) == len({spec.model_dump_json() for spec in SHAPES}) == 20
    assert all(spec.content == "everything" for spec in (*SHAPES, *TARGETS, *CLUSTERS))
    assert {spec.outlets for spec in SHAPES} >= {1, 2, 3, 6, 12}
    for low, high, field in ((0.25, 0.45, "morning_share"), (0.1, 0.6, "single_skilled_share")):
        values = [getattr(spec, field) for spec in SHAPES]
        assert min(values) < low
        assert max(values) > high
    asked = sorted(map(share_asked_for, SHAPES))
    assert asked[3] < 0.6
    assert 0.6 < asked[10] < 0.8
    assert asked[-4] > 1


def test_the_sizes_that_targets_are_set_for_and_those_that_grow():
    sizes = [(s.outlets, s.staff, s.days, s.slot_minutes) for s in TARGETS]
    assert sizes == [(6, 36, 7, 30), (6, 36, 28, 30), (12, 100, 28, 15), (12, 96, 7, 30)]
    grown = [spec.staff * spec.days for spec in CLUSTERS]
    assert len(grown) >= 5
    assert all(1.3 < b / a < 1.6 for a, b in itertools.pairwise(grown))
    assert all(0.6 < share_asked_for(spec) < 0.8 for spec in CLUSTERS)


@pytest.mark.parametrize(
    "spec", [s for s in (*SHAPES, *TARGETS, *CLUSTERS) if s.staff * s.days < 1000], ids=lambda s: s.seed
)
def test_nobody_working_is_a_roster_of_every_shape(spec):
    problem = ss.generate(spec)
    report = ss.check(problem, ss.Schedule.of(()))
    assert report.violations == ()
    assert report.objective > 0


@pytest.mark.parametrize(("outlets", "staff"), [(1, 1), (1, 4), (3, 3)])
def test_small_clusters_have_the_rules_they_have_people_for(outlets, staff):
    problem = everything(outlets=outlets, staff=staff, days=1)
    names = {rule.name for rule in problem.rules}
    assert ("custody.present" in names) == (staff > 1)
    assert ("mentor.present" in names) == (staff == 4)
    assert ss.check(problem, ss.Schedule.of(())).ok


def test_a_small_one_is_solved():
    problem = everything(outlets=2, staff=8, days=1, start="2026-03-03")
    result = ss.solve(problem, ss.Settings(deterministic=True, deterministic_work=6, gap=0.1))
    idle = ss.check(problem, ss.Schedule.of(())).objective
    assert ss.check(problem, result.schedule).ok
    assert result.bound <= result.objective < idle / 2
