"""Measures of fairness: how far what each person has is from what each is entitled to.

Every measure takes amounts and, if people are not all entitled to the same, their entitlements as weights. Weights are
relative: only their proportions matter. Someone of weight 0 is entitled to nothing: without an amount such a person is
as good as absent, and any amount they have counts as wholly unfair. Where nobody has anything all are alike: the Gini
index is 0, Jain's 1. A single person always has exactly their due.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from schedsolver.domain.arrays import FloatArray

Kind = Literal["burden", "good"]
# Ratios of the same figures in another order differ in the last digits; that is no difference.
_TOLERANCE = 1e-9


def entitlements(amounts: ArrayLike, weights: ArrayLike | None = None) -> FloatArray:
    """Give what each person would have if all that there is were shared by weight.

    Parameters
    ----------
    amounts
        What each person has, shape ``(n,)``, at least 0.
    weights
        What each is entitled to, relative to the others, shape ``(n,)``; all alike when ``None``.

    Returns
    -------
    Parts of the sum of the amounts, shape ``(n,)``.

    Raises
    ------
    ValueError
        If there is nobody, the shapes differ, a number is negative or not finite, or there are amounts to which nobody
        is entitled.
    """
    has, due = _checked(amounts, weights)
    parts: FloatArray = due * has.sum()
    return parts


def deviations(amounts: ArrayLike, weights: ArrayLike | None = None) -> FloatArray:
    """Give how much more each person has than :func:`entitlements`, shape ``(n,)``; less is negative."""
    return np.asarray(amounts, float) - entitlements(amounts, weights)


def spread(amounts: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Give the range: the largest deviation from entitlement less the smallest."""
    apart = deviations(amounts, weights)
    return float(apart.max() - apart.min())


def distance(amounts: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Give the L1 distance from entitlement: the sum of all deviations, each without its sign."""
    return float(np.abs(deviations(amounts, weights)).sum())


def worst_off(amounts: ArrayLike, weights: ArrayLike | None = None, *, kind: Kind = "burden", count: int = 1) -> float:
    """Give what the ``count`` worst-off people have too much of a burden together, or too little of a good.

    Those who have no more of a burden than their due, or no less of a good, add nothing.
    """
    if count < 1:
        raise ValueError(f"the {count} worst-off are nobody; count at least 1")
    apart = deviations(amounts, weights) * (1 if kind == "burden" else -1)
    return float(np.sort(np.maximum(apart, 0.0))[-count:].sum())


def gini(amounts: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Give the Gini index of what people have for each unit of what they are entitled to.

    ``sum over pairs of |w_j a_i - w_i a_j| / (sum of w x sum of a)``: half the mean difference between any two people,
    each counted by weight, in terms of the mean. 0 is even, 1 the most uneven. Source: C. Gini (1912), Variabilita e
    mutabilita; weighted as in R. Lerman and S. Yitzhaki (1989), Journal of Econometrics 42.

    >>> gini([1, 2, 3, 4])
    0.25
    """
    has, due = _checked(amounts, weights)
    if not has.any():
        return 0.0
    pairs = np.abs(np.outer(has, due) - np.outer(due, has))
    return float(pairs.sum() / 2 / has.sum())


def jain(amounts: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Give Jain's index of what people have for each unit of what they are entitled to.

    ``(sum of a)^2 / (sum of w x sum of a^2 / w)``: 1 is even; of ``n`` people of equal weight the index is ``k / n``
    when ``k`` of them share all evenly. An amount without entitlement makes it 0. Source: R. Jain, D. Chiu and W. Hawe
    (1984), A quantitative measure of fairness and discrimination, DEC-TR-301.

    >>> round(jain([1, 2, 3, 4]), 5)
    0.83333
    """
    has, due = _checked(amounts, weights)
    if not has.any():
        return 1.0
    if has[due == 0].any():
        return 0.0
    some = due > 0
    return float(has.sum() ** 2 / np.sum(has[some] ** 2 / due[some]))


def compare(first: ArrayLike, second: ArrayLike, weights: ArrayLike | None = None, *, kind: Kind = "burden") -> int:
    """Compare two ways to share by lexicographic max-min: by the worst-off, then the next worst-off, and so on.

    Parameters
    ----------
    first, second
        What each person has, shape ``(n,)`` each.
    weights, kind
        As in :func:`worst_off`; people are compared by what they have for each unit of weight.

    Returns
    -------
    1 when the first is fairer, -1 when the second is, 0 when neither. Source: J. Rawls (1971), A Theory of Justice;
    A. Sen (1970), Collective Choice and Social Welfare (the lexical difference principle).
    """
    ordered = []
    for amounts in (first, second):
        has, due = _checked(amounts, weights)
        with np.errstate(divide="ignore", invalid="ignore"):
            # 0 / 0 is nobody's affair: such a person is neither worst-off nor best-off in either.
            rate = np.where((has == 0) & (due == 0), 0.0 if kind == "burden" else np.inf, has / due)
        ordered.append(-np.sort(-rate) if kind == "burden" else np.sort(rate))
    ours, theirs = ordered
    if len(ours) != len(theirs):
        raise ValueError(f"{len(ours)} and {len(theirs)} people cannot be compared; give both for the same people")
    differ = np.flatnonzero(~np.isclose(ours, theirs, rtol=_TOLERANCE, atol=_TOLERANCE))
    if not len(differ):
        return 0
    better = ours[differ[0]] < theirs[differ[0]]
    return 1 if better == (kind == "burden") else -1


def _checked(amounts: ArrayLike, weights: ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    """Give amounts, and weights that add up to 1."""
    has = np.asarray(amounts, float)
    due = np.ones(has.shape) if weights is None else np.asarray(weights, float)
    if has.ndim != 1 or not len(has):
        raise ValueError(f"the amounts have shape {has.shape}; give one number for each person, at least one")
    if due.shape != has.shape:
        raise ValueError(f"there are {len(has)} amounts but weights of shape {due.shape}; give one for each person")
    for name, numbers in (("amount", has), ("weight", due)):
        wrong = np.flatnonzero(~np.isfinite(numbers) | (numbers < 0))
        if len(wrong):
            raise ValueError(f"{name} {wrong[0]} is {numbers[wrong[0]]}; give a finite number of at least 0")
    total = due.sum()
    if total == 0 and has.any():
        raise ValueError("there are amounts but all weights are 0, so nobody is entitled to them; give somebody weight")
    return has, due / total if total else due
