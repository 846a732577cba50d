"""The fewest heads over a day for which a sum over its slots stays within a limit."""

from __future__ import annotations

import numpy as np

from schedsolver.domain.arrays import FloatArray, IntArray

# Sums of the same numbers in another order may differ by so much of themselves.
_ROUNDING = 1e-9


def least_heads(losses: FloatArray, limit: float) -> IntArray | None:
    """Choose a number of heads for each slot: the least in all for which the losses sum to at most a limit.

    Where each further head in a slot saves no more than the one before, taking the head that saves most, one after
    the other, is exact (marginal analysis: B. Fox, "Discrete optimization via marginal analysis", 1966). Otherwise all
    totals are tried by dynamic programming.

    Parameters
    ----------
    losses
        Loss of a slot at a number of heads, shape ``(slots, heads + 1)``, at least 0, not rising along heads;
        infinite where so few heads are not allowed.
    limit
        Most that the chosen losses may sum to.

    Returns
    -------
    Heads by slot, and of all choices with as few heads one with the least loss; ``None`` if no choice is within
    the limit.

    Raises
    ------
    ValueError
        If losses are negative, not numbers, or rise with heads.
    """
    _validate(losses)
    if not losses.size:
        return np.zeros(0, np.int64) if limit >= 0 else None
    if np.isinf(losses[:, -1]).any():
        return None
    first: IntArray = np.argmax(np.isfinite(losses), axis=1).astype(np.int64)
    start = float(losses[np.arange(len(first)), first].sum())
    room = limit + _ROUNDING * start
    if losses[:, -1].sum() > room:
        return None
    if start <= room:
        return first
    return _by_marginals(losses, first, start - room) if _convex(losses) else _by_totals(losses, first, room)


def _validate(losses: FloatArray) -> None:
    if losses.ndim != 2:
        raise ValueError(f"losses have shape {losses.shape}; give one row a slot and one column a number of heads")
    if np.any(np.isnan(losses)) or np.any(losses < 0):
        raise ValueError("losses must be numbers, at least 0, or infinite")
    rises = losses[:, 1:] > losses[:, :-1] * (1.0 + _ROUNDING)
    if rises.any():
        slot, heads = np.argwhere(rises)[0]
        raise ValueError(f"losses[{slot}] rise from {heads} to {heads + 1} heads; a further head must not do harm")


def _savings(losses: FloatArray) -> FloatArray:
    """Give what head ``h + 1`` saves after ``h``, shape ``(slots, heads)``; nothing up to the first allowed number."""
    finite = np.where(np.isfinite(losses), losses, 0.0)
    return np.where(np.isfinite(losses[:, :-1]), finite[:, :-1] - finite[:, 1:], 0.0)


def _convex(losses: FloatArray) -> bool:
    savings = _savings(losses)
    compared = np.isfinite(losses[:, :-2])
    return bool(np.all(np.diff(savings, axis=1)[compared] <= _ROUNDING * np.abs(losses[:, :-2][compared])))


def _by_marginals(losses: FloatArray, first: IntArray, needed: float) -> IntArray:
    """Take the heads that save most until they save what is needed."""
    savings = _savings(losses)
    order = np.argsort(-savings, axis=None, kind="stable")
    saved = np.cumsum(savings.ravel()[order])
    taken = int(np.searchsorted(saved, needed)) + 1
    slots = np.unravel_index(order[:taken], savings.shape)[0]
    return first + np.bincount(slots, minlength=len(first))


def _by_totals(losses: FloatArray, first: IntArray, room: float) -> IntArray:
    """Try every total: ``best[n]`` is the least loss of the slots so far with ``n`` heads beyond the first allowed."""
    best, choices = np.zeros(1), []
    for row, fewest in zip(losses, first.tolist(), strict=True):
        extra = row[fewest:]
        sums = np.full((len(extra), len(best) + len(extra) - 1), np.inf)
        for h, loss in enumerate(extra):
            sums[h, h : h + len(best)] = best + loss
        choices.append(np.argmin(sums, axis=0))
        best = sums.min(axis=0)
    total = int(np.argmax(best <= room))
    heads = first.copy()
    for slot in range(len(first) - 1, -1, -1):
        chosen = int(choices[slot][total])
        heads[slot] += chosen
        total -= chosen
    return heads
