"""The linear relaxation of a model: its columns and rows, and the parts of it that searches solve."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from ortools.sat.python import cp_model

from schedsolver.domain.arrays import BoolArray, FloatArray, Int32Array, IntArray, ShortArray

# Far beyond any sum of bounded columns, far within what the solver can add up.
UNBOUNDED = 2**53
AnyArray = TypeVar("AnyArray", IntArray, FloatArray)


@dataclass(frozen=True)
class Relaxation:
    """Minimise ``cost @ x`` over ``row_lower <= A x <= row_upper`` and ``lower <= x <= upper``.

    Attributes
    ----------
    cost, lower, upper
        By column, shape ``(columns,)``.
    row_lower, row_upper
        By row, shape ``(rows,)``.
    first, column, coefficient
        ``A`` by rows: the terms of row ``r`` are at ``first[r]`` to ``first[r + 1]``.
    exact
        Whether nothing was dropped, so that its integer solutions are the model's.
    core
        Which rows are of the core of the problem, shape ``(rows,)``: a large relaxation is solved with those first, as
        few of the others matter. ``None`` where all are.
    made
        When each column was made, shape ``(columns,)``, those made at once alike: what a row is there to decide are its
        latest. ``None`` where nothing is known of that.
    """

    cost: IntArray
    lower: IntArray
    upper: IntArray
    row_lower: IntArray
    row_upper: IntArray
    first: IntArray
    column: Int32Array
    coefficient: ShortArray
    exact: bool
    core: BoolArray | None = None
    made: IntArray | None = None

    def with_rows(self, chosen: BoolArray) -> Relaxation:
        """Give the relaxation without the rows that are not chosen, shape ``(rows,)``."""
        kept = np.flatnonzero(chosen)
        inside = chosen[self._row_of]
        return replace(
            self,
            row_lower=self.row_lower[kept],
            row_upper=self.row_upper[kept],
            first=np.concatenate([[0], np.cumsum(np.diff(self.first)[kept])]),
            column=self.column[inside],
            coefficient=self.coefficient[inside],
            exact=False,
            core=None,
        )

    def broken(self, values: FloatArray) -> BoolArray:
        """Tell which rows some values, whole or not, do not keep; shape ``(rows,)``."""
        sums = self._sums(values)
        tolerance = 1e-6 * np.maximum(1.0, np.abs(sums))
        broken: BoolArray = (sums < self.row_lower - tolerance) | (sums > self.row_upper + tolerance)
        return broken

    def within(self, lower: IntArray, upper: IntArray) -> Part:
        """Give the part of the relaxation that tighter bounds leave open.

        Parameters
        ----------
        lower, upper
            Bounds of the columns, shape ``(columns,)``; columns where they meet are taken out.
        """
        open_columns = np.flatnonzero(lower < upper)
        position = np.full(len(self.cost), -1, np.int32)
        position[open_columns] = np.arange(len(open_columns))
        inside = position[self.column] >= 0
        settled = self._sums(np.where(lower < upper, 0, lower))
        row_lower, row_upper = _shifted(self.row_lower, settled), _shifted(self.row_upper, settled)
        first = np.concatenate([[0], np.cumsum(inside)])[self.first]
        # Rows that the fixed columns settle would only be in the way, unless they cannot be kept any more.
        kept = (np.diff(first) > 0) | (row_lower > 0) | (row_upper < 0)
        part = Relaxation(
            self.cost[open_columns],
            lower[open_columns],
            upper[open_columns],
            row_lower[kept],
            row_upper[kept],
            np.append(first[:-1][kept], first[-1]),
            position[self.column[inside]],
            self.coefficient[inside],
            self.exact,
        )
        return Part(part, open_columns, np.flatnonzero(kept), lower)

    def among(self, chosen: BoolArray) -> Relaxation:
        """Give the relaxation with some columns only, and the rows that have no others.

        Parameters
        ----------
        chosen
            Which columns, shape ``(columns,)``.
        """
        others = np.bincount(self._row_of[~chosen[self.column]], minlength=len(self.row_lower))
        rows = (others == 0) & (np.diff(self.first) > 0)
        columns, kept = np.flatnonzero(chosen), self.with_rows(rows)
        return replace(
            kept,
            cost=self.cost[columns],
            lower=self.lower[columns],
            upper=self.upper[columns],
            column=(np.cumsum(chosen, dtype=np.int32) - 1)[kept.column],
            exact=self.exact,
            core=None if self.core is None else self.core[rows],
            made=None,
        )

    def floor(self, chosen: BoolArray) -> int:
        """Give what some columns, shape ``(columns,)``, cost at least whatever the rows."""
        return int(np.minimum(self.cost * self.lower, self.cost * self.upper)[chosen].sum())

    def around(self, columns: IntArray, values: IntArray) -> Part:
        """Give the part that frees some columns, the others staying as they are; only rows with a free column are kept.

        Parameters
        ----------
        columns
            Columns to free.
        values
            Value of every column, shape ``(columns,)``; rows without a free column are taken to hold.
        """
        open_columns = np.unique(columns)
        kept = self._rows_with(open_columns)
        term = _ranges(self.first[kept], self.first[kept + 1])
        row = np.repeat(np.arange(len(kept)), np.diff(self.first)[kept])
        position = np.full(len(self.cost), -1, np.int32)
        position[open_columns] = np.arange(len(open_columns))
        inside = position[self.column[term]] >= 0
        settled = np.zeros(len(kept), np.int64)
        outside = term[~inside]
        np.add.at(settled, row[~inside], self.coefficient[outside] * values[self.column[outside]])
        part = Relaxation(
            self.cost[open_columns],
            self.lower[open_columns],
            self.upper[open_columns],
            _shifted(self.row_lower[kept], settled),
            _shifted(self.row_upper[kept], settled),
            np.concatenate([[0], np.cumsum(np.bincount(row[inside], minlength=len(kept)))]),
            position[self.column[term[inside]]],
            self.coefficient[term[inside]],
            self.exact,
        )
        return Part(part, open_columns, kept, values)

    def with_room(self, part: Part, amount: FloatArray) -> Part:
        """Give a part whose rows leave room for some of the columns that it has not, where rows add up time.

        Rows that only count columns are as they were: half a duty rules none out.

        Parameters
        ----------
        part
            Of this relaxation.
        amount
            How much of each column will come later, shape ``(columns,)``; of those of the part nothing does.
        """
        later = np.flatnonzero(amount)
        terms = self._terms_of(later[~np.isin(later, part.columns)])
        terms = terms[np.abs(self.coefficient[terms]) > 1]
        sums = np.zeros(len(self.row_lower))
        np.add.at(sums, self._row_of[terms], self.coefficient[terms] * amount[self.column[terms]])
        room = np.rint(sums[part.rows]).astype(np.int64)
        rows = part.relaxation
        lower, upper = _shifted(rows.row_lower, room), _shifted(rows.row_upper, room)
        return replace(part, relaxation=replace(rows, row_lower=lower, row_upper=upper))

    def reach(self, columns: IntArray, closed: BoolArray) -> IntArray:
        """Give some columns and those that follow from them by rows, directly or through others that are not closed.

        Parameters
        ----------
        columns
            Where to begin; closed or not.
        closed
            Which columns are neither given nor gone through otherwise, shape ``(columns,)``.
        """
        seen, seen_rows = np.zeros(len(self.cost), bool), np.zeros(len(self.row_lower), bool)
        new = np.unique(columns)
        while new.size:
            seen[new] = True
            rows = self._rows_with(new)
            rows = rows[~seen_rows[rows]]
            seen_rows[rows] = True
            terms = _ranges(self.first[rows], self.first[rows + 1])
            near = np.unique(self.column[terms[self._latest[terms]]]).astype(np.int64)
            new = near[~seen[near] & ~closed[near]]
        return np.flatnonzero(seen)

    def spread(self, label: IntArray) -> IntArray:
        """Give columns without a label that of the columns they follow from by rows, the nearest first.

        Parameters
        ----------
        label
            Of every column, shape ``(columns,)``; negative for none.

        Returns
        -------
        The same; -2 for columns that follow from others of several labels at once.
        """
        label = label.copy()
        while True:
            of_term = label.astype(np.int32)[self.column]
            lowest, highest = _extremes(self._row_of, of_term, of_term >= 0, len(self.row_lower))
            follows = self._latest & (of_term == -1) & (highest[self._row_of] >= 0)
            if not follows.any():
                return label
            least, _ = _extremes(self.column, lowest[self._row_of], follows, len(self.cost))
            _, most = _extremes(self.column, highest[self._row_of], follows, len(self.cost))
            new = np.unique(self.column[follows])
            label[new] = np.where(least[new] == most[new], least[new], -2)

    def model(self) -> cp_model.CpModel:
        """Give the relaxation as a model again, with whole columns."""
        model = cp_model.CpModel()
        for low, high in zip(self.lower.tolist(), self.upper.tolist(), strict=True):
            model.proto.variables.add().domain.extend((low, high))
        columns, coefficients, first = self.column.tolist(), self.coefficient.tolist(), self.first.tolist()
        for r, (low, high) in enumerate(zip(self.row_lower.tolist(), self.row_upper.tolist(), strict=True)):
            linear = model.proto.constraints.add().linear
            linear.vars.extend(columns[first[r] : first[r + 1]])
            linear.coeffs.extend(coefficients[first[r] : first[r + 1]])
            linear.domain.extend((low, high))
        charged = np.flatnonzero(self.cost)
        model.proto.objective.vars.extend(charged.tolist())
        model.proto.objective.coeffs.extend(self.cost[charged].tolist())
        return model

    @cached_property
    def _row_of(self) -> Int32Array:
        """Row of each term; of these there are many, so that what is kept of each is small."""
        return np.repeat(np.arange(len(self.row_lower), dtype=np.int32), np.diff(self.first))

    @cached_property
    def _latest(self) -> BoolArray:
        """Which terms are of the latest columns of their row, shape ``(terms,)``."""
        if self.made is None:
            return np.ones(len(self.column), bool)
        made = self.made.astype(np.int32)[self.column]
        latest = np.zeros(len(self.row_lower), np.int32)
        np.maximum.at(latest, self._row_of, made)
        is_latest: BoolArray = made == latest[self._row_of]
        return is_latest

    @cached_property
    def _by_column(self) -> tuple[Int32Array, IntArray]:
        """Terms in order of their columns, and where those of each column begin."""
        order = np.argsort(self.column, kind="stable").astype(np.int32)
        return order, np.concatenate([[0], np.cumsum(np.bincount(self.column, minlength=len(self.cost)))])

    def _terms_of(self, columns: IntArray) -> Int32Array:
        order, first = self._by_column
        return order[_ranges(first[columns], first[columns + 1])]

    def _rows_with(self, columns: IntArray) -> IntArray:
        """Give the rows that have some of the columns, in order."""
        return np.unique(self._row_of[self._terms_of(columns)]).astype(np.int64)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is only there to be found fast, as another process has its own."""
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}

    def holds(self, values: IntArray, since: IntArray | None = None) -> bool:
        """Tell whether whole values keep all bounds and rows.

        Parameters
        ----------
        values
            Shape ``(columns,)``.
        since
            Values that keep them all; rows where the two are the same are not looked at.
        """
        if not np.all((self.lower <= values) & (values <= self.upper)):
            return False
        every = np.arange(len(self.row_lower))
        rows = every if since is None else self._rows_with(np.flatnonzero(values != since))
        sums = self._sums(values, rows)
        return bool(np.all((self.row_lower[rows] <= sums) & (sums <= self.row_upper[rows])))

    def _sums(self, values: AnyArray, rows: IntArray | None = None) -> AnyArray:
        """Give the sums of some rows in order, of all of them by itself."""
        length = np.diff(self.first) if rows is None else np.diff(self.first)[rows]
        term = slice(None) if rows is None else _ranges(self.first[rows], self.first[rows + 1])
        sums, filled = np.zeros(len(length), values.dtype), length > 0
        if filled.any():
            begin = (np.cumsum(length) - length)[filled]
            sums[filled] = np.add.reduceat(self.coefficient[term] * values[self.column[term]], begin)
        return sums


@dataclass(frozen=True)
class Part:
    """What is left of a relaxation once some columns are fixed.

    Attributes
    ----------
    relaxation
        The rows and columns left open.
    columns, rows
        Which columns and rows of the whole those are.
    fixed
        Value of every column of the whole that is not open.
    """

    relaxation: Relaxation
    columns: IntArray
    rows: IntArray
    fixed: IntArray

    def whole(self, values: IntArray) -> IntArray:
        """Give the values of all columns from those of the open ones."""
        full = self.fixed.copy()
        full[self.columns] = values
        return full

    def put(self, values: IntArray, into: IntArray) -> IntArray:
        """Give values of all columns, the open ones as in some values and the others as in those to put them into."""
        both = into.copy()
        both[self.columns] = values[self.columns]
        return both


def _ranges(first: IntArray, end: IntArray) -> IntArray:
    """Give all numbers from each first up to before its end, one range after the other."""
    length = end - first
    numbers: IntArray = np.arange(length.sum()) + np.repeat(first - np.cumsum(length) + length, length)
    return numbers


def _extremes(
    group: IntArray | Int32Array, value: Int32Array, among: BoolArray, groups: int
) -> tuple[Int32Array, Int32Array]:
    """Give the lowest and highest of some values in each group; a highest of -1 where there are none."""
    lowest, highest = np.full(groups, np.iinfo(np.int32).max, np.int32), np.full(groups, -1, np.int32)
    np.minimum.at(lowest, group[among], value[among])
    np.maximum.at(highest, group[among], value[among])
    return lowest, highest


def _shifted(bounds: IntArray, by: IntArray) -> IntArray:
    """Move finite bounds to account for fixed columns."""
    return np.where((bounds <= -UNBOUNDED) | (bounds >= UNBOUNDED), bounds, bounds - by)
