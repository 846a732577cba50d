"""The CP-SAT model under construction: what rules write to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from ortools.sat.python import cp_model

from schedsolver.domain.arrays import BoolArray, IntArray, short
from schedsolver.domain.columns import CrewColumns, HeadColumns, LeaveColumns, MoveColumns, PaidColumns
from schedsolver.domain.rule import Rule, Tier, is_of
from schedsolver.model.record import Record, Rows
from schedsolver.model.relaxation import UNBOUNDED, Relaxation
from schedsolver.model.settled import Excess, Gap, Largest, Settled, Square

if TYPE_CHECKING:
    from schedsolver.domain.options import DutyOptions
    from schedsolver.domain.problem import Problem

_NOTHING = np.zeros(0, np.int64)


class RosterModel:
    """A ``CpModel`` whose variables are addressed by column number; see ``domain.rule.ModelContext``.

    Attributes
    ----------
    problem, options
        What is modelled; option ``i`` is column ``i``.
    rules
        The rules that are written into it.
    one_a_day
        Whether nobody may have two duties on a date.
    crew, heads
        Columns that count people at work, and heads on activities; filled by the flows.
    paid
        What paid time is made of: every duty, and the ways of ``moves``.
    moves, leaves
        Moves and leave planned, where there are any; filled before the rules write.
    core
        Whether the rows that are written now are of the core of the problem; see :class:`Relaxation`.
    """

    def __init__(
        self, problem: Problem, options: DutyOptions, rules: Sequence[Rule], *, one_a_day: bool = True
    ) -> None:
        self.problem = problem
        self.options = options
        self.rules = tuple(rules)
        self.one_a_day = one_a_day
        self._record = Record()
        self._made: list[int] = []
        # Upper bounds of the columns, then room for more.
        self._bounds = np.zeros(1, np.int64)
        self._columns = 0
        self.core = True
        self.duty_columns = self.new_columns(np.ones(len(options), np.int64))
        self.crew = CrewColumns(*[_NOTHING] * 5)
        self.heads = HeadColumns(*[_NOTHING] * 6)
        self.paid = PaidColumns(options.employee, options.day, options.paid_minutes, self.duty_columns)
        self.moves = MoveColumns(*[_NOTHING] * 5)
        self.leaves = LeaveColumns(*[_NOTHING] * 4)
        self._days_worked: dict[bytes, IntArray] = {}
        self._settled: list[Settled] = []
        self._gaps: list[tuple[Rule, Gap]] = []
        self._costs: dict[str, list[tuple[IntArray, IntArray]]] = defaultdict(list)

    @property
    def columns(self) -> int:
        """Number of columns."""
        return self._columns

    @property
    def rows(self) -> int:
        """Number of rows."""
        return sum(len(block.terms) for block in self._record.rows)

    @property
    def cp(self) -> cp_model.CpModel:
        """The model with all that has been added so far, written when it is asked for."""
        return self._record.model()

    @property
    def _upper(self) -> IntArray:
        """Upper bound of each column, shape ``(columns,)``."""
        return self._bounds[: self._columns]

    def new_columns(self, upper: ArrayLike) -> IntArray:
        """Add one integer column in ``[0, upper[i]]`` for each ``i``."""
        bounds = np.array(upper, np.int64)
        first, end = self._columns, self._columns + len(bounds)
        if end > len(self._bounds):
            self._bounds = np.concatenate([self._upper, np.zeros(end, np.int64)])
        self._bounds[first:end] = bounds
        self._columns = end
        self._made.append(first)
        self._record.columns.append(bounds)
        return np.arange(first, end, dtype=np.int64)

    def days_worked(self, chosen: BoolArray) -> IntArray:
        """Give a 0-1 column for each employee and day that says whether a chosen duty is given."""
        key = np.packbits(chosen).tobytes()
        if key not in self._days_worked:
            days = self.problem.horizon.days
            option = np.flatnonzero(chosen)
            cell = self.options.employee[option] * days + self.options.day[option]
            cells = len(self.problem.staff) * days
            worked = self.any_of(cell, self.duty_columns[option], cells, clique=self.cliques[option])
            self._days_worked[key] = worked.reshape(-1, days)
        return self._days_worked[key]

    @cached_property
    def cliques(self) -> IntArray:
        """A number for each option, shape ``(options,)``; of an employee's options of a day with the same, one at most.

        Where someone may have two duties a day, those with the same number have a moment in common, which rules forbid.
        There are as few numbers as can be: each moment is the last of the duty that ends first of those without one.
        """
        options = self.options
        clique = np.zeros(len(options), np.int64)
        if self.one_a_day:
            return clique
        new_day = np.flatnonzero(np.diff(options.employee) | np.diff(options.day)) + 1
        for own in np.split(np.arange(len(options)), new_day):
            left, number = own, 0
            while len(left):
                there = options.start[left] < options.end[left].min()
                clique[left[there]] = number
                left, number = left[~there], number + 1
        return clique

    def any_of(self, row: ArrayLike, column: ArrayLike, rows: int, *, clique: ArrayLike | None = None) -> IntArray:
        """Give a 0-1 column for each row that is 1 exactly when one of the row's 0-1 columns is; -1 for no entry."""
        of, columns = np.asarray(row, np.int64), np.asarray(column, np.int64)
        numbers = np.arange(len(of)) if clique is None else np.asarray(clique, np.int64)
        entries = np.bincount(of, minlength=rows)
        answer = np.full(rows, -1, np.int64)
        alone = entries[of] == 1
        answer[of[alone]] = columns[alone]
        several = np.flatnonzero(entries > 1)
        answer[several] = self.new_columns(np.ones(len(several), np.int64))
        of, columns, numbers = of[~alone], columns[~alone], numbers[~alone]
        wide = int(numbers.max(initial=0)) + 1
        groups, group = np.unique(of * wide + numbers, return_inverse=True)
        row_of_group = groups // wide
        # One clique is the whole row, and two bounds of one row say it all.
        whole = (np.bincount(row_of_group, minlength=rows) == 1)[several]
        self.require(
            np.concatenate([np.searchsorted(several, of), np.arange(len(several))]),
            np.concatenate([columns, answer[several]]),
            np.repeat([1, -1], [len(of), len(several)]),
            np.zeros(len(several)),
            np.where(whole, 0, UNBOUNDED),
        )
        split = ~whole[np.searchsorted(several, row_of_group)]
        inside, number = split[group], np.cumsum(split) - 1
        self.require(
            np.concatenate([number[group[inside]], np.arange(split.sum())]),
            np.concatenate([columns[inside], answer[row_of_group[split]]]),
            np.repeat([1, -1], [inside.sum(), split.sum()]),
            None,
            np.zeros(split.sum()),
        )
        return answer

    def require(
        self,
        row: ArrayLike,
        column: ArrayLike,
        coefficient: ArrayLike,
        lower: ArrayLike | None,
        upper: ArrayLike | None,
    ) -> None:
        """Add rows ``lower[r] <= sum of coefficient[i] * column[i] over row[i] == r <= upper[r]``."""
        count = len(np.asarray(lower if upper is None else upper))
        low = np.full(count, -UNBOUNDED) if lower is None else np.asarray(lower, np.int64)
        high = np.full(count, UNBOUNDED) if upper is None else np.asarray(upper, np.int64)
        rows, columns, coefficients = self._merged(row, column, coefficient)
        first = np.searchsorted(rows, np.arange(count + 1))
        divisor = np.ones(count, np.int64)
        terms = np.diff(first)
        if len(columns):
            divisor[terms > 0] = np.gcd.reduceat(np.abs(coefficients), first[:-1][terms > 0])
        self._record.rows.append(
            Rows(
                terms,
                columns.astype(np.int32),
                short(coefficients // np.repeat(divisor, terms)),
                np.where(low <= -UNBOUNDED, low, -(-low // divisor)),
                np.where(high >= UNBOUNDED, high, high // divisor),
                self.core,
            )
        )

    def relaxation(self) -> Relaxation:
        """Give the linear relaxation: all rows but those of squares."""
        column, coefficient = self._record.terms()
        blocks = self._record.rows or [Rows(_NOTHING, column, coefficient, _NOTHING, _NOTHING)]
        terms = np.concatenate([block.terms for block in blocks])
        return Relaxation(
            self.column_cents(),
            np.zeros(self.columns, np.int64),
            self._upper.copy(),
            np.concatenate([block.lower for block in blocks]),
            np.concatenate([block.upper for block in blocks]),
            np.concatenate([[0], np.cumsum(terms)]),
            column,
            coefficient,
            not self._record.squares,
            np.concatenate([np.full(len(block.terms), block.core) for block in blocks]),
            np.searchsorted(self._made, np.arange(self.columns), side="right"),
        )

    def limit(
        self,
        rule: Rule,
        row: ArrayLike,
        column: ArrayLike,
        coefficient: ArrayLike,
        upper: ArrayLike,
        excess: ArrayLike | None = None,
        *,
        step: int = 1,
        units: ArrayLike | None = None,
    ) -> None:
        """Keep rows at or below ``upper``: strictly for a hard rule, else at its weight for each unit over."""
        most = np.asarray(upper, np.int64)
        if rule.hard:
            self.require(row, column, coefficient, None, most)
            return
        over = self.excess(row, column, coefficient, most, excess, step=step)
        kinds, first = np.unique(over, return_index=True)
        times = np.ones(len(most), np.int64) if units is None else np.asarray(units, np.int64)
        self.penalise(rule, kinds, rule.weight * times[first])

    def excess(
        self,
        row: ArrayLike,
        column: ArrayLike,
        coefficient: ArrayLike,
        upper: ArrayLike,
        excess: ArrayLike | None = None,
        *,
        step: int = 1,
    ) -> IntArray:
        """Give a column for each row that is at least the steps by which it exceeds ``upper``, once settled exactly."""
        most = np.asarray(upper, np.int64)
        rows, columns, factors = (np.asarray(part, np.int64) for part in (row, column, coefficient))
        numbers = np.arange(len(most)) if excess is None else np.asarray(excess, np.int64)
        kinds, kind_of_row = np.unique(numbers, return_inverse=True)
        largest = np.zeros(len(most), np.int64)
        np.add.at(largest, rows, np.maximum(factors, 0) * self._upper[columns])
        width = np.zeros(len(kinds), np.int64)
        np.maximum.at(width, kind_of_row, -((most - largest) // step))
        over = self.new_columns(width)[kind_of_row]
        self._settled.append(Excess(rows, columns, factors, most, over, step))
        self.require(
            np.concatenate([rows, np.arange(len(most))]),
            np.concatenate([columns, over]),
            np.concatenate([factors, np.full(len(most), -step)]),
            None,
            most,
        )
        return over

    def largest(self, column: ArrayLike, count: int) -> tuple[IntArray, IntArray]:
        """Give columns and coefficients whose sum is at least that of the ``count`` largest, once settled exactly."""
        columns = np.asarray(column, np.int64)
        bounds = self._upper[columns]
        mark = self.new_columns([bounds.max(initial=0)])
        beyond = self.new_columns(bounds)
        each = np.arange(len(columns))
        self._settled.append(Largest(columns, count, int(mark[0]), beyond))
        self.require(
            np.tile(each, 3),
            np.concatenate([columns, beyond, np.repeat(mark, len(columns))]),
            np.repeat([1, -1, -1], len(columns)),
            None,
            np.zeros(len(columns)),
        )
        return np.concatenate([mark, beyond]), np.concatenate([[count], np.ones(len(columns), np.int64)])

    def squares(self, column: ArrayLike) -> IntArray:
        """Give a column for each column that is its square."""
        columns = np.asarray(column, np.int64)
        square = self.new_columns(self._upper[columns] ** 2)
        self._settled.append(Square(columns, square))
        self._record.squares += zip(columns.tolist(), square.tolist(), strict=True)
        return square

    def price_gaps(
        self,
        rule: Rule,
        terms: tuple[ArrayLike, ArrayLike, ArrayLike],
        target: ArrayLike,
        shortage: Sequence[Tier],
        surplus: Sequence[Tier],
    ) -> IntArray:
        """Charge a rule for what sums of columns lack of their targets, or have beyond them."""
        row, column, coefficient = (np.asarray(part, np.int64) for part in terms)
        wanted = np.asarray(target, np.int64)
        tiers = np.array([*shortage, *surplus], np.int64).reshape(-1, 3)
        sign = np.repeat([1, -1], [len(shortage), len(surplus)])
        gap = self.new_columns(tiers[:, 1])
        self.penalise(rule, gap, tiers[:, 2])
        self._gaps.append((rule, Gap(row, column, coefficient, wanted, tiers, sign, gap)))
        self._settled.append(self._gaps[-1][1])
        self.require(
            np.concatenate([row, tiers[:, 0]]),
            np.concatenate([column, gap]),
            np.concatenate([coefficient, sign]),
            wanted,
            wanted,
        )
        return gap

    def shortages(self, rule: Rule) -> tuple[IntArray, IntArray, IntArray]:
        """Give row, column and price of each column that counts what a sum priced by a rule lacks of its target."""
        own = [gap for of, gap in self._gaps if of == rule]
        tiers = np.concatenate([np.zeros((0, 3), np.int64), *(gap.tiers[gap.sign > 0] for gap in own)])
        columns = np.concatenate([_NOTHING, *(gap.gap[gap.sign > 0] for gap in own)])
        return tiers[:, 0], columns, tiers[:, 2]

    def duties_in(self, values: IntArray) -> IntArray:
        """Give the duty options that a solution has, in order."""
        return np.flatnonzero(values[self.duty_columns])

    def settled(self, values: IntArray, since: IntArray | None = None) -> IntArray:
        """Give a solution with every priced gap and excess as small as the decisions allow.

        A solver that stops early may leave a shortage and a surplus that cancel.

        Parameters
        ----------
        values
            The solution, shape ``(columns,)``.
        since
            Another one that is settled; where the two are the same, nothing is worked out again.
        """
        best = values.copy()
        changed = np.ones(len(values), bool) if since is None else values != since
        for part in self._settled:
            part.settle(best, changed)
        return best

    def penalise(self, rule: Rule, column: ArrayLike, cents: ArrayLike) -> None:
        """Charge ``cents[i]`` for each unit of ``column[i]`` to the rule."""
        columns, prices = np.asarray(column, np.int64), np.asarray(cents, np.int64)
        if np.any(prices < 0):
            raise ValueError(f"{rule.name} charges {prices.min()} cents; prices may not be negative")
        self._costs[rule.name].append((columns, prices))

    def charges_of(self, names: Iterable[str]) -> tuple[IntArray, IntArray]:
        """Give columns and cents of all charges of the rules, or families of rules, named so far."""
        named = list(names)
        found = [part for rule, charges in self._costs.items() if is_of(rule, named) for part in charges]
        columns, cents = zip(*found, strict=True) if found else ([_NOTHING], [_NOTHING])
        return np.concatenate(columns), np.concatenate(cents)

    def set_objective(self) -> None:
        """Write the sum of all charges that count as the model's objective; call once, after all rules."""
        cents = self.column_cents()
        charged = np.flatnonzero(cents)
        self._record.objective = charged, cents[charged]

    def column_cents(self) -> IntArray:
        """Give what a unit of each column costs by all rules that count, shape ``(columns,)``."""
        cents = np.zeros(self.columns, np.int64)
        for rule, charges in self._costs.items():
            for column, price in charges if self.problem.counts(rule) else ():
                np.add.at(cents, column, price)
        return cents

    def cost(self, values: IntArray) -> int:
        """Give the cents that all rules charge at a solution, ``values`` of shape ``(columns,)``."""
        return sum(self.cost_by_rule(values).values())

    def cost_by_rule(self, values: IntArray) -> dict[str, int]:
        """Give the cents that each rule which counts charges at a solution, ``values`` of shape ``(columns,)``."""
        return {
            name: int(sum((values[column] * price).sum() for column, price in charges))
            for name, charges in self._costs.items()
            if self.problem.counts(name)
        }

    def _merged(self, row: ArrayLike, column: ArrayLike, coefficient: ArrayLike) -> tuple[IntArray, IntArray, IntArray]:
        """Sort terms by row and column, adding up those that meet."""
        rows, columns, factors = (np.asarray(part, np.int64) for part in (row, column, coefficient))
        keys, place = np.unique(rows * self.columns + columns, return_inverse=True)
        sums = np.zeros(len(keys), np.int64)
        np.add.at(sums, place, factors)
        kept = sums != 0
        return keys[kept] // self.columns, keys[kept] % self.columns, sums[kept]
