"""Exchanging the duties of a roster: among all people at once, and in groups."""

import pytest

import schedsolver as ss
from schedsolver.domain import Availability, Request, ShiftRequirement
from schedsolver.errors import EngineLost
from schedsolver.solve import reassign
from schedsolver.solve.settings import Settings
from schedsolver.solve.strategy import Strategy
from tests.rules.test_agreement import days
from tests.rules.test_fairness import world
from tests.solving import fixed_shift, roster_of, work
from tests.tiny import MONDAY

ALONE = Settings(deterministic=True, strategy=Strategy(small_options=0, lines=False, reassign_share=1))


def ring(people: int):
    """Everybody has a duty that the one before them wishes for, and can work no other than these two.

    Only if all of them pass their duties on at once is anybody better off.
    """
    hours = [(f"{8 + i:02}:00", f"{9 + i:02}:00") for i in range(people)]
    wished = [(i + 1) % people for i in range(people)]
    return world(
        people=people, fair_items=(), horizon=days(1),
        shift_types=[fixed_shift(f"d{i}", *span) for i, span in enumerate(hours)],
        shift_requirements=[
            ShiftRequirement(date=MONDAY, shift_type_id=f"d{i}", minimum=1, maximum=1) for i in range(people)
        ],
        requests=[
            Request(employee_id=f"E{i}", date=MONDAY, wish="on", shift_type_id=f"d{k}", cents=10)
            for i, k in enumerate(wished)
        ],
        availability=[
            Availability(employee_id=f"E{i}", weekday=0, start=hours[k][0], end=hours[k][1])
            for i in range(people) for k in (i, wished[i])
        ],
    ), roster_of(work(f"E{i}", f"d{i}", *span) for i, span in enumerate(hours))  # fmt: skip


def exchanged(people: int) -> int:
    problem, given = ring(people)
    assert ss.check(problem, given).objective == 10 * people
    return ss.solve(problem, ALONE, start=given).objective


@pytest.mark.parametrize("people", [reassign.GROUP, reassign.GROUP + 1])
def test_all_people_exchange_at_once(people):
    assert exchanged(people) == 0


def test_outlets_go_on_where_nothing_is_rounded_and_the_engine_is_lost(monkeypatch):
    def lost(*_, **__):
        raise EngineLost("gone")

    monkeypatch.setattr(reassign, "solve_mip", lost)
    monkeypatch.setattr(reassign.LinearGuide, "dive", lambda *_, **__: None)
    assert exchanged(reassign.GROUP + 1) == 0


def test_without_a_linear_programme_small_groups_exchange(monkeypatch):
    monkeypatch.setattr(reassign.LinearGuide, "solve", lambda _: None)
    assert exchanged(reassign.GROUP) == 0
    assert exchanged(reassign.GROUP + 1) == 10 * (reassign.GROUP + 1), "more than a group"
