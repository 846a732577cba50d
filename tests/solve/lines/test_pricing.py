"""Lines by dynamic programming against all lines judged by the checker."""

import numpy as np
import pytest

from schedsolver.domain import Problem
from schedsolver.domain.line import walked
from schedsolver.solve.lines.describe import LineProblem
from schedsolver.solve.lines.machine import Machine, machine_of, product_of
from schedsolver.solve.lines.pricing import best_lines
from tests.solve.lines.employees import every_line, line_problem, random_employee


def machine_for(line: LineProblem) -> Machine:
    days, steps = line.day_cents.shape
    return machine_of(line.walks, product_of(line.walks, days, steps, range(len(line.walks))))


def duals(rng: np.random.Generator, line: LineProblem) -> np.ndarray:
    return rng.integers(-12, 3, len(line.options)).astype(float)


@pytest.mark.parametrize("seed", range(20))
def test_agrees_with_brute_force_on_a_thousand_random_employees(seed: int) -> None:
    rng = np.random.default_rng(seed)
    infeasible = 0
    for _ in range(50):
        problem = random_employee(rng)
        line = line_problem(problem)
        extra = duals(rng, line)
        gain = np.zeros(line.day_cents.shape)
        gain[line.day, line.step] = extra
        allowed = np.zeros(line.day_cents.shape, bool)
        allowed[:, 0] = allowed[line.day, line.step] = True
        days = np.arange(problem.horizon.days)
        prices = {
            steps: cents + gain[days, list(steps)].sum()
            for steps, cents in as_steps(problem, line)
            if cents is not None and allowed[days, list(steps)].all()
        }
        machine = machine_for(line)
        found = best_lines(machine, line.priced(extra)[0], 3)
        assert [f.value for f in best_lines(machine, line.priced(extra)[0], 3, compiled=False)] == [
            f.value for f in found
        ]
        infeasible += not prices
        assert bool(found) == bool(prices), problem.to_json()
        if prices:
            assert found[0].value == pytest.approx(min(prices.values())), problem.to_json()
        for one in found:
            assert one.value == pytest.approx(prices[tuple(one.steps.tolist())]), problem.to_json()
    assert infeasible < 25


def as_steps(problem: Problem, line: LineProblem) -> list[tuple[tuple[int, ...], int | None]]:
    """All lines, in the steps of the employee: shift types that are not open to them have no number."""
    lines = every_line(problem)
    if line.day_cents.shape[1] == 3:
        return list(lines)
    shift = int(line_shift(problem))
    return [
        (tuple(int(s == shift + 1) for s in steps), cents)
        for steps, cents in lines
        if set(steps) <= {0, shift + 1}
    ]  # fmt: skip


def line_shift(problem: Problem) -> int:
    from schedsolver.model.build import build_model

    kinds = build_model(problem).roster.options.shift_type
    return int(kinds[0]) if len(kinds) else 0


def test_walked_alone_says_what_the_judges_say() -> None:
    rng = np.random.default_rng(7)
    for _ in range(60):
        problem = random_employee(rng)
        line = line_problem(problem)
        own = np.full(line.day_cents.shape, np.inf)
        own[:, 0] = 0
        own[line.day, line.step] = line.cents
        for steps, cents in as_steps(problem, line):
            day = np.arange(problem.horizon.days)
            price = float((own + line.day_cents)[day, list(steps)].sum())
            kept = [walked(walk, steps) for walk in line.walks]
            assert (cents is not None) == (all(ok for ok, _ in kept) and np.isfinite(price)), problem.to_json()
            if cents is not None:
                assert cents == price + sum(c for _, c in kept), problem.to_json()


def test_a_band_around_an_even_spread_only_loses_lines() -> None:
    """Far from even spreads are lost; what is left is priced as without a band."""
    rng = np.random.default_rng(3)
    tighter = 0
    for _ in range(60):
        line = line_problem(random_employee(rng))
        days, steps = line.day_cents.shape
        product = product_of(line.walks, days, steps, range(len(line.walks)))
        prices, _ = line.priced(duals(rng, line))
        whole = best_lines(machine_of(line.walks, product), prices)
        banded = best_lines(machine_of(line.walks, product, band_days=0), prices)
        if banded:
            assert banded[0].value >= whole[0].value - 1e-9
            assert all(walked(walk, banded[0].steps.tolist())[0] for walk in line.walks)
            tighter += banded[0].value > whole[0].value + 1e-9
    assert tighter
