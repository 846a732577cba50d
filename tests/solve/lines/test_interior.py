"""The interior-point method against HiGHS, its Cholesky factors against numpy's, and the signs of its prices."""

import highspy
import numpy as np
import pytest

from schedsolver.solve.highs import silent_highs
from schedsolver.solve.lines.interior import Columns, Point, _factor, interior_point


def programme(seed: int, rows: int, many: int) -> Columns:
    """Give one like a master: each row may have more and less than wanted, at a price."""
    rng = np.random.default_rng(seed)
    matrix = rng.integers(0, 3, (rows, many)) * (rng.random((rows, many)) < 0.4)
    matrix[rng.integers(rows, size=many), np.arange(many)] = 1
    matrix = np.concatenate([matrix, np.eye(rows), -np.eye(rows)], axis=1)
    cost = np.append(rng.integers(0, 50, many), rng.integers(20, 60, 2 * rows)).astype(float)
    upper = np.where(rng.random(len(cost)) < 0.3, rng.integers(1, 4, len(cost)), np.inf)
    right = matrix @ np.where(np.isfinite(upper), upper / 2, rng.random(len(cost)))
    column, row = np.nonzero(matrix.T)
    first = np.searchsorted(column, np.arange(len(cost) + 1))
    return Columns(first, row, matrix[row, column].astype(float), cost, upper, right)


def solved(columns: Columns, share: float = 1e-9) -> tuple[float, Point]:
    found = interior_point(columns, np.ones(len(columns.cost)), np.zeros(len(columns.right)), 10.0, share, None)
    assert found is not None
    return found


def by_highs(columns: Columns) -> float:
    highs, many, rows = silent_highs(), len(columns.cost), len(columns.right)
    none = np.zeros(0)
    highs.addRows(rows, columns.right, columns.right, 0, none.astype(np.int32), none.astype(np.int32), none)
    upper = np.where(np.isfinite(columns.upper), columns.upper, highspy.kHighsInf)
    highs.addCols(
        many, columns.cost, np.zeros(many), upper, len(columns.row), columns.first[:-1].astype(np.int32),
        columns.row.astype(np.int32), columns.value,
    )  # fmt: skip
    highs.run()
    assert highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return float(highs.getObjectiveValue())


@pytest.mark.parametrize("seed", range(40))
def test_comes_to_the_cost_that_highs_finds(seed: int) -> None:
    columns = programme(seed, 3 + seed % 11, 20 + seed)
    cost, _ = solved(columns)
    assert cost == pytest.approx(by_highs(columns), rel=1e-6, abs=1e-5)


@pytest.mark.parametrize("seed", range(10))
def test_its_point_keeps_rows_and_bounds_and_its_prices_prove_the_cost(seed: int) -> None:
    columns = programme(seed, 8, 40)
    cost, point = solved(columns)
    many = len(columns.cost)
    owner = np.repeat(np.arange(many), np.diff(columns.first))
    sums = np.bincount(columns.row, columns.value * point.x[owner], 8)
    assert sums == pytest.approx(columns.right, abs=1e-5)
    assert np.all(point.x >= 0)
    assert np.all(point.x <= columns.upper + 1e-6)
    reduced = columns.cost - np.bincount(owner, columns.value * point.price[columns.row], many)
    bounded = np.isfinite(columns.upper)
    assert reduced[~bounded].min() >= -1e-4
    proved = columns.right @ point.price + (np.minimum(0, reduced[bounded]) * columns.upper[bounded]).sum()
    assert proved == pytest.approx(cost, rel=1e-6, abs=1e-3)


def test_ends_early_where_that_is_near_enough() -> None:
    columns = programme(3, 8, 40)
    exact, _ = solved(columns)
    rough, _ = solved(columns, 1e-2)
    assert rough != exact
    assert rough == pytest.approx(exact, rel=0.05)


def test_ends_when_told() -> None:
    columns = programme(3, 8, 40)
    assert interior_point(columns, np.ones(len(columns.cost)), np.zeros(8), 10.0, 1e-9, lambda: True) is None


@pytest.mark.parametrize("size", [1, 3, 4, 5, 8, 21, 50])
def test_cholesky_factors_are_those_of_numpy(size: int) -> None:
    rng = np.random.default_rng(size)
    half = rng.random((size, size)) * (rng.random((size, size)) < 0.3)
    matrix = half @ half.T + np.eye(size)
    ours = matrix.copy()
    _factor(ours)
    assert np.triu(ours) == pytest.approx(np.linalg.cholesky(matrix).T)


def test_rows_of_nothing_do_no_harm() -> None:
    columns = programme(5, 6, 30)
    wider = Columns(columns.first, columns.row, columns.value, columns.cost, columns.upper, np.append(columns.right, 0))
    cost, point = solved(wider)
    assert cost == pytest.approx(solved(columns)[0], rel=1e-7)
    assert np.isfinite(point.price).all()
