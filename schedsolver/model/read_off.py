"""The linear relaxation read off a CP-SAT model that something else has written.

Linear rows, at-most-ones, clauses and implications are kept, everything else is dropped; dropping keeps every bound
valid.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from schedsolver.model.relaxation import Relaxation

Row = tuple[list[int], list[int], int, int]


def relaxation_of(model: cp_model.CpModel) -> Relaxation:
    """Derive the linear relaxation of a model."""
    proto = model.proto
    cost = np.zeros(len(proto.variables), np.int64)
    cost[np.array(proto.objective.vars, np.int64)] = np.array(proto.objective.coeffs, np.int64)
    domains = [list(v.domain) for v in proto.variables]
    exact = all(len(domain) == 2 for domain in domains)
    columns: list[int] = []
    coefficients: list[int] = []
    ends, lows, highs = [0], [], []
    for constraint in proto.constraints:
        rows = _rows_of(constraint)
        exact &= rows is not None
        for terms, factors, low, high in rows or ():
            columns += terms
            coefficients += factors
            ends.append(len(columns))
            lows.append(low)
            highs.append(high)
    return Relaxation(
        cost,
        np.array([domain[0] for domain in domains], np.int64),
        np.array([domain[-1] for domain in domains], np.int64),
        np.array(lows, np.int64),
        np.array(highs, np.int64),
        np.array(ends, np.int64),
        np.array(columns, np.int64),
        np.array(coefficients, np.int64),
        exact,
    )


def _rows_of(constraint: Any) -> list[Row] | None:
    """Give the rows that say the same as a constraint, or ``None`` when there are none."""
    enforced = list(constraint.enforcement_literal)
    if constraint.has_linear() and not enforced and len(constraint.linear.domain) == 2:
        linear = constraint.linear
        return [(list(linear.vars), list(linear.coeffs), linear.domain[0], linear.domain[1])]
    if constraint.has_bool_or():
        negated = [-literal - 1 for literal in enforced]
        return [_literal_row([*constraint.bool_or.literals, *negated], 1, None)]
    if constraint.has_bool_and() and enforced:
        negated = [-literal - 1 for literal in enforced]
        return [_literal_row([literal, *negated], 1, None) for literal in constraint.bool_and.literals]
    if constraint.has_at_most_one() and not enforced:
        return [_literal_row(list(constraint.at_most_one.literals), 0, 1)]
    if constraint.has_exactly_one() and not enforced:
        return [_literal_row(list(constraint.exactly_one.literals), 1, 1)]
    return None


def _literal_row(literals: list[int], low: int, high: int | None) -> Row:
    """Bound the number of true literals; literal ``-i - 1`` is the negation of column ``i``."""
    terms = [literal if literal >= 0 else -literal - 1 for literal in literals]
    factors = [1 if literal >= 0 else -1 for literal in literals]
    negations = factors.count(-1)
    return terms, factors, low - negations, (len(literals) if high is None else high) - negations
