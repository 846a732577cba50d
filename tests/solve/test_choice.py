"""What a search by places solves again next."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

import schedsolver as ss
from schedsolver.domain import Schedule
from schedsolver.model.build import BuiltModel, build_model
from schedsolver.rules import check
from schedsolver.solve.choice import Kind, Losses, Payoff

PAIRS, WEEKS, TEAM = ("places", 2), ("stretch", 7), ("team", 3)


def seconds_of(payoff: Payoff, brings: dict[Kind, float], takes: dict[Kind, float], parts: int) -> Counter[Kind]:
    """Give the seconds that each kind has of some parts, which bring so much for each of the seconds they take."""
    rng, seconds = np.random.default_rng(1), Counter[Kind]()
    for _ in range(parts):
        kind = payoff.next(rng)
        seconds[kind] += takes[kind]
        payoff.note(kind, brings[kind] * takes[kind], takes[kind])
    return seconds


class TestPayoff:
    def test_every_kind_has_a_turn_at_first(self):
        payoff = Payoff([PAIRS, WEEKS, TEAM, PAIRS])
        assert [payoff.next(np.random.default_rng(0)) for _ in range(3)] == [PAIRS, WEEKS, TEAM]

    def test_time_goes_to_what_brings_most_for_it(self):
        seconds = seconds_of(Payoff([PAIRS, WEEKS]), {PAIRS: 30, WEEKS: 60}, {PAIRS: 1, WEEKS: 8}, 3000)
        assert seconds[WEEKS] / seconds[PAIRS] == pytest.approx(2, rel=0.15)

    def test_what_brings_nothing_keeps_a_little_time(self):
        seconds = seconds_of(Payoff([PAIRS, TEAM]), {PAIRS: 50, TEAM: 0}, {PAIRS: 1, TEAM: 1}, 3000)
        assert seconds[TEAM] / seconds[PAIRS] == pytest.approx(0.1, rel=0.3)

    def test_when_nothing_brings_anything_all_have_the_same_time(self):
        seconds = seconds_of(Payoff([PAIRS, WEEKS]), {PAIRS: 0, WEEKS: 0}, {PAIRS: 1, WEEKS: 4}, 3000)
        assert seconds[WEEKS] / seconds[PAIRS] == pytest.approx(1, rel=0.15)

    def test_what_was_long_ago_is_forgotten(self):
        payoff = Payoff([PAIRS, TEAM])
        for kind, first, later in ((PAIRS, 90, 1), (TEAM, 1, 90)):
            for cents in [first] * 20 + [later] * 20:
                payoff.note(kind, cents, 1)
        assert seconds_of(payoff, {PAIRS: 1, TEAM: 90}, {PAIRS: 1, TEAM: 1}, 1000)[TEAM] > 800

    def test_other_parts_are_not_its_business(self):
        payoff = Payoff([PAIRS])
        payoff.note(("places", 1), 1000, 1)
        assert {payoff.next(np.random.default_rng(0)) for _ in range(5)} == {PAIRS}


@pytest.fixture(scope="module")
def model() -> BuiltModel:
    return build_model(
        ss.generate(ss.GeneratorSpec(outlets=3, staff=9, days=9, seed=3, load=0.5, content="everything"))
    )


@pytest.fixture(scope="module")
def idle(model: BuiltModel) -> np.ndarray:
    return model.roster.settled(np.zeros(model.roster.columns, np.int64))


@pytest.fixture(scope="module")
def lost(model: BuiltModel) -> pd.Series:
    """What the checker says that each outlet lacks on each day when nobody works."""
    problem = model.roster.problem
    found = check(problem, Schedule.of([])).to_frame().dropna(subset=["outlet"])
    places = found["outlet"].map(problem.outlet_index), pd.to_datetime(found["start"]).dt.date
    return found.groupby([places[0], places[1].map(problem.horizon.day_index)])["cents"].sum()


def drawn(losses: Losses, kind: Kind, now: np.ndarray, times: int) -> list[set[tuple[int, int]]]:
    """Give the outlets and days that are chosen so many times."""
    rng, options = np.random.default_rng(5), losses._model.roster.options
    free = [losses.options(kind, now, rng) for _ in range(times)]
    return [{*zip(options.outlet[f].tolist(), options.day[f].tolist(), strict=True)} for f in free]


class TestLosses:
    def test_places_are_chosen_by_what_they_lack(self, model, idle, lost):
        chosen = Counter(place for places in drawn(Losses(model), ("places", 1), idle, 4000) for place in places)
        wanted = {place: 4000 * cents / lost.sum() for place, cents in lost.items()}
        assert len(wanted) > 15
        least = 0.05 / 1.05
        for place, times in wanted.items():
            floor = 4000 * least / len(wanted)
            assert chosen[place] == pytest.approx((1 - least) * times + floor, abs=5 * times**0.5 + 5)

    def test_what_a_relaxation_lacks_too_does_not_count(self, model, idle):
        losses, roster = Losses(model), model.roster
        losses.expect(idle.astype(float), np.ones(roster.columns, bool))
        assert len({place for places in drawn(losses, ("places", 1), idle, 300) for place in places}) > 15
        label, here = np.full(roster.columns, -1), (roster.options.outlet == 1) & (roster.options.day == 3)
        label[roster.duty_columns] = here
        label[model.filling.column] = (model.filling.outlet == 1) & (model.filling.day == 3)
        losses.expect(np.zeros(roster.columns), model.relaxation.spread(label) == 1)
        chosen = Counter(place for places in drawn(losses, ("places", 1), idle, 300) for place in places)
        assert chosen[1, 3] > 270

    def test_a_relaxation_of_a_week_tells_nothing_of_the_next(self, model, idle):
        losses, roster = Losses(model), model.roster
        week = np.full(roster.columns, -1)
        week[roster.duty_columns] = roster.options.day // 7
        week[model.filling.column] = model.filling.day // 7
        losses.expect(idle.astype(float), model.relaxation.spread(week) == 0)
        days = [day for places in drawn(losses, ("places", 1), idle, 300) for _, day in places]
        assert np.mean(np.array(days) >= 7) > 0.9

    def test_outlets_of_one_day(self, model, idle):
        for places in drawn(Losses(model), PAIRS, idle, 50):
            assert len({day for _, day in places}) == 1
            assert len(places) <= 2
        assert {len(places) for places in drawn(Losses(model), ("places", 9), idle, 200)} <= {1, 2, 3}

    def test_days_of_one_outlet(self, model, idle):
        firsts = set()
        for places in drawn(Losses(model), ("stretch", 3), idle, 100):
            days = sorted(day for _, day in places)
            assert len({outlet for outlet, _ in places}) == 1
            assert days[-1] - days[0] <= 2
            firsts.add(days[0])
        assert firsts >= {0, 1, 2, 3}
        assert all(len(places) <= 9 for places in drawn(Losses(model), ("stretch", 20), idle, 20))

    def test_a_team_has_a_skill_in_common_for_a_week(self, model, idle):
        rng, options, problem = np.random.default_rng(5), model.roster.options, model.roster.problem
        skills = [{p.skill_id for p in problem.permissions if p.employee_id == e.employee_id} for e in problem.staff]
        needed = {activity.skill_id for activity in problem.activities}
        for _ in range(50):
            free = Losses(model).options(TEAM, idle, rng)
            people = np.unique(options.employee[free])
            assert 0 < len(people) <= 3
            assert set.intersection(*(skills[e] for e in people)) & needed
            assert len({day // 7 for day in options.day[free].tolist()}) == 1
            week = options.day // 7 == options.day[free][0] // 7
            np.testing.assert_array_equal(free, np.isin(options.employee, people) & week)

    def test_nothing_is_chosen_where_nobody_may_work(self, model):
        problem = model.roster.problem
        nobody = build_model(problem.replace(permissions=(), rules=()))
        assert not len(nobody.roster.options)
        rng, now = np.random.default_rng(0), np.zeros(nobody.roster.columns, np.int64)
        assert not any(Losses(nobody).options(kind, now, rng).any() for kind in (PAIRS, WEEKS, TEAM))
