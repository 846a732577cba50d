"""When a search by places names its best solution."""

from types import SimpleNamespace

import numpy as np
import pytest

from schedsolver.solve import announce
from schedsolver.solve.announce import (
    CARE,
    CARE_SHARE,
    EVERY,
    PART_SECONDS,
    PLACES,
    ROUGH_SLACK,
    SLACK,
    Announcer,
)


class World:
    """A board, names that take so many seconds to find and more for each place with care, and a clock."""

    def __init__(self, monkeypatch, left=1000.0, takes=2.0, each=0.0, deterministic=False):
        self.now, self.left, self.takes, self.each = 100.0, left, takes, each
        self.offers: list[tuple[object, str, int | None]] = []
        self.values, self.seconds_left = np.zeros(1), left
        self.settings = SimpleNamespace(deterministic=deterministic, time_seconds=left)
        self.naming = SimpleNamespace(most=None, waiting=0, changes=lambda values: 0, help=lambda: None)
        monkeypatch.setattr(announce, "time", SimpleNamespace(perf_counter=lambda: self.now))
        self.announcer = Announcer(self, self.naming)

    def offer(self, values, phase):
        self.offers.append((values, phase, self.naming.most))
        self.pass_time(self.takes + self.each * self.naming.most)

    def pass_time(self, seconds):
        self.now += seconds
        self.seconds_left -= seconds

    def solve_part(self, values, parts=1):
        self.announcer.parts += parts
        self.announcer.offer_if_due(values, "part")
        return len(self.offers)


def test_names_are_found_after_some_parts_and_not_for_what_was_named(monkeypatch):
    world, better = World(monkeypatch), np.ones(1)
    assert world.solve_part(better, EVERY - 1) == 0
    assert world.solve_part(better) == 1
    assert world.announcer.parts == 0
    world.pass_time(100)
    assert world.solve_part(better, EVERY) == 1
    world.naming.waiting = 1
    assert world.solve_part(better, EVERY) == 1
    world.announcer.careful = True
    assert world.solve_part(better) == 2
    assert world.offers[0][:2] == (better, "part")


@pytest.mark.parametrize(("careful", "slack"), [(True, SLACK), (False, ROUGH_SLACK)])
def test_finding_names_takes_a_share_of_the_time_at_most(monkeypatch, careful, slack):
    world = World(monkeypatch)
    world.announcer.careful = careful
    assert world.solve_part(np.ones(1), EVERY) == 1
    world.pass_time(slack * world.takes - 0.1)
    assert world.solve_part(np.ones(1), EVERY) == 1
    world.pass_time(0.1)
    assert world.solve_part(np.ones(1)) == 2


def test_names_get_care_once_that_is_worth_it_and_a_few_places_at_a_time(monkeypatch):
    world = World(monkeypatch)
    world.announcer.offer(np.ones(1), "staffing")
    world.announcer.careful = True
    world.announcer.offer(np.ones(1), "after")
    assert [most for _, _, most in world.offers] == [0, PLACES]


def named_twice(world: World, waiting: int) -> None:
    """Let it know how long names take, without care and with."""
    world.announcer.offer(np.zeros(1), "without care")
    world.announcer.careful, world.naming.waiting = True, waiting
    world.announcer.offer(np.zeros(1), "with care")
    assert [most for _, _, most in world.offers] == [0, PLACES]
    world.offers.clear()


def almost_over(world: World, seconds: float) -> None:
    """Let another part of full length end before all would be named so many times, and so much later."""
    world.seconds_left = SLACK * world.takes + PART_SECONDS + seconds


def test_when_time_is_nearly_up_what_is_new_is_named_quickly_and_then_with_care(monkeypatch):
    world, better, still_better = World(monkeypatch, each=0.01), np.ones(1), np.full(1, 2)
    named_twice(world, 1)
    world.naming.waiting = 0
    almost_over(world, 0.01)
    assert world.solve_part(better) == 0
    assert world.announcer.part_seconds == PART_SECONDS
    world.pass_time(0.02)
    assert world.solve_part(better) == 1
    world.naming.waiting = 3
    assert world.solve_part(still_better) == 2
    assert [values is better for values, _, _ in world.offers] == [True, True]
    quick, careful = [most for _, _, most in world.offers]
    assert quick == 0
    assert careful > PLACES
    world.seconds_left = 1.0
    assert world.announcer.part_seconds == 0


@pytest.mark.parametrize(
    ("waiting", "changes", "spare", "named"),
    [
        # Two seconds to name all, once more as long to be safe, and a fifth of one for each change.
        (0, 5, 5.1, "new"), (0, 5, 4.9, None), (0, 4, 4.9, "new"),
        (1, 5, 5.1, "old"), (1, 5, 2.5, "old"), (1, 5, 2.1, None),
    ],
)  # fmt: skip
def test_in_the_end_what_is_new_waits_for_care_and_needs_time_for_its_own(monkeypatch, waiting, changes, spare, named):
    world, better = World(monkeypatch, each=0.2), np.ones(1)
    named_twice(world, 40)
    old = world.announcer._named
    world.naming.waiting, world.naming.changes = waiting, lambda values: changes * (values is better)
    world.seconds_left = spare
    world.announcer.offer(better, "in the end")
    assert [values for values, _, _ in world.offers] == {"new": [better], "old": [old], None: []}[named]


def test_in_the_end_care_that_waits_comes_before_the_next_part(monkeypatch):
    world = World(monkeypatch, each=0.5)
    named_twice(world, 4)
    almost_over(world, 4.1)
    assert world.announcer.part_seconds == PART_SECONDS
    world.pass_time(0.2)
    assert world.announcer.part_seconds == 0
    assert world.solve_part(np.ones(1)) == 1
    world.naming.changes = lambda values: 1
    assert world.announcer.part_seconds > 0
    world.naming.waiting, world.naming.changes = 0, lambda values: 0
    assert world.announcer.part_seconds > 0


def test_what_is_new_waits_for_no_care_of_other_duties(monkeypatch):
    """A solution that is no better is not named at all: what waits is older."""
    world, better = World(monkeypatch, each=0.2), np.ones(1)
    named_twice(world, 40)
    world.naming.changes = lambda values: 3
    almost_over(world, 0)
    world.announcer.offer(better, "in the end")
    assert world.offers[0][0] is better


def test_before_the_end_what_is_new_is_named_at_once(monkeypatch):
    world, better = World(monkeypatch, each=0.2), np.ones(1)
    named_twice(world, 40)
    world.pass_time(100)
    almost_over(world, CARE * 40 * world.each + 1)
    assert world.solve_part(better, EVERY) == 1
    assert world.offers[0][0] is better


def test_what_is_rough_is_named_even_when_time_is_up(monkeypatch):
    world, better = World(monkeypatch), np.ones(1)
    world.seconds_left = -1.0
    world.announcer.offer(better, "staffing")
    assert [most for _, _, most in world.offers] == [0]


@pytest.mark.parametrize(("waiting", "seconds"), [(30, CARE * 30 * 0.2), (10_000, CARE_SHARE * 1000)])
def test_names_are_found_all_the_time_once_those_that_wait_for_care_need_what_is_left(monkeypatch, waiting, seconds):
    world = World(monkeypatch, each=0.2)
    named_twice(world, waiting)
    world.seconds_left = SLACK * world.takes + PART_SECONDS + seconds + 0.1
    assert world.solve_part(np.ones(1)) == 0
    world.seconds_left -= 0.2
    for turn in (1, 2):
        assert world.solve_part(np.full(1, turn)) == turn
    assert all(most >= PLACES for _, _, most in world.offers)
    assert {values.tolist() == [0] for values, _, _ in world.offers} == {True}


@pytest.mark.parametrize(("takes", "places"), [(0.5, PLACES), (8.0, 80)])
def test_where_all_else_takes_long_more_places_have_care_at_once(monkeypatch, takes, places):
    world = World(monkeypatch, takes=takes, each=0.2)
    named_twice(world, 500)
    world.announcer.offer(np.ones(1), "next")
    assert world.offers[0][2] == places


def test_no_more_places_have_care_than_there_is_time_for(monkeypatch):
    world, better = World(monkeypatch, takes=8.0, each=0.2), np.ones(1)
    named_twice(world, 500)
    world.announcer.offer(better, "next")
    world.seconds_left = world.takes + 4.1
    world.announcer.offer(better, "a few more")
    world.announcer.offer(better, "no time")
    assert [most for _, _, most in world.offers] == [80, 20]


def test_nothing_has_care_once_time_is_up(monkeypatch):
    world = World(monkeypatch)
    same = np.ones(1)
    world.announcer.offer(same, "without care")
    world.announcer.careful, world.naming.waiting = True, 5
    world.seconds_left = -1.0
    world.announcer.offer(same, "the same")
    assert len(world.offers) == 1


def test_work_that_is_counted_heeds_no_clock(monkeypatch):
    world = World(monkeypatch, deterministic=True, left=float("inf"))
    assert world.solve_part(np.ones(1), EVERY) == 1
    assert world.solve_part(np.ones(1), EVERY) == 2
    assert world.announcer.part_seconds == float("inf")


def test_care_of_the_same_is_measured_by_itself(monkeypatch):
    """All else was found before, so that it takes no part of the time."""
    world = World(monkeypatch, each=0.2)
    named_twice(world, 500)
    world.takes = 1.0
    world.announcer.offer(world.announcer._named, "the same")
    most = world.offers[0][2]
    assert world.announcer._each == pytest.approx(world.each + world.takes / most)


def test_a_thread_helps_the_one_that_finds_names(monkeypatch):
    world, helped = World(monkeypatch), []
    world.naming.help = lambda: helped.append(1)
    world.offer = lambda values, phase: world.solve_part(np.ones(1), EVERY)
    assert world.solve_part(np.ones(1), EVERY - 1) == 0
    assert not helped
    world.solve_part(np.ones(1))
    assert helped == [1]


def test_one_thread_at_a_time_finds_names(monkeypatch):
    world = World(monkeypatch)
    inside = []
    world.offer = lambda values, phase: inside.append(world.solve_part(np.ones(1), EVERY))
    world.announcer.parts = EVERY
    world.announcer.offer_if_due(np.ones(1), "outer")
    assert inside == [0]


def test_a_thread_that_fails_leaves_the_others_their_turn(monkeypatch):
    world = World(monkeypatch)
    world.takes = None
    world.announcer.parts = EVERY
    with pytest.raises(TypeError):
        world.announcer.offer_if_due(np.ones(1), "fails")
    world.takes = 1.0
    assert world.solve_part(np.zeros(1), EVERY) == 2
