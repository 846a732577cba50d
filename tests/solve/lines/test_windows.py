"""Windows of days against the lines of the whole that they are cut from."""

import numpy as np
import pytest

from schedsolver.domain.line import walked
from schedsolver.model.build import build_model
from schedsolver.rules.contract import DaysWorked
from schedsolver.rules.sequence import DaysOff, Successions, WorkDays
from schedsolver.rules.weekend import WeekendsWorked
from schedsolver.solve.lines.describe import line_problems
from schedsolver.solve.lines.dive import dive
from schedsolver.solve.lines.generation import first_lines, generate
from schedsolver.solve.lines.master import Cover, Master, joined
from schedsolver.solve.lines.pricer import Pricers
from schedsolver.solve.lines.windows import window_of
from tests.solve.lines.wards import ward

RULES = (
    Successions(forbidden=[("N", "E")]),
    WorkDays(minimum=2, maximum=4),
    DaysOff(minimum=2, hard=False, weight=5),
    WeekendsWorked(maximum=2),
    DaysWorked(per="horizon", minimum=12, maximum=17, hard=False, weight=4),
)


@pytest.mark.parametrize(("first", "end", "people"), [(0, 9, 6), (8, 17, 6), (8, 17, 3), (20, 28, 6)])
@pytest.mark.parametrize("seed", range(3))
def test_what_a_window_saves_the_whole_saves_and_every_line_keeps_its_rules(
    first: int, end: int, people: int, seed: int
) -> None:
    problem = ward(6, 28, seed, rules=RULES)
    roster = build_model(problem).roster
    asked = [part for rule in roster.rules if (part := rule.line_cover(problem, roster.options)) is not None]
    cover, lines = Cover(asked, len(roster.options)), line_problems(roster)
    pricers = Pricers.of(lines, 1).among(range(len(lines)))
    started = first_lines(pricers, cover, pricers.employees, 1)
    assert started is not None
    given = np.sort(joined(started))

    def cents(options: np.ndarray) -> int:
        own = [options[np.isin(options, line.options)] for line in lines]
        return cover.cents(cover.counts(options)) + sum(line.cents_of(o) for line, o in zip(lines, own, strict=True))

    window = window_of(lines[:people], cover, roster.options.day, given, first, end)
    inner = Pricers.of(window.lines, 1)
    master = Master(window.cover, inner.employees)
    master.add(window.current)
    found = generate(inner, master, lambda: False)
    assert found is not None
    assert found.bound <= window.cents + 1e-6
    better = dive(inner, window.cover, found, lambda bound: False, 1e-6)
    assert better is not None
    chosen = window.options[joined(better)]
    kept = np.setdiff1d(given, window.options[window.inside])
    after = np.union1d(kept, chosen[roster.options.day[chosen] < end])
    assert cents(after) - cents(given) == window.cover.cents_with(better) - window.cents
    for line in lines:
        steps = line.steps_of(after[np.isin(after, line.options)])
        assert np.isfinite(line.day_cents[np.arange(len(steps)), steps]).all()
        assert all(walked(walk, steps.tolist())[0] for walk in line.walks)
