"""Random customers of many replications of a period, drawn before anybody serves them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from schedsolver.domain.arrays import FloatArray, IntArray
from schedsolver.traffic.service_law import ServiceLaw


@dataclass(frozen=True)
class Customers:
    """Customers of all replications, in order of arrival within each.

    Attributes
    ----------
    first
        Position of the first customer of each replication, and the number of customers; shape
        ``(replications + 1,)``.
    arrival, slot, queue, service, patience
        Minutes after the beginning and their slot, the queue, minutes of service and of patience (infinite for no
        end); shape ``(customers,)``.
    slot_minutes, slots, queues
        The grid and the number of queues.
    """

    first: IntArray
    arrival: FloatArray
    slot: IntArray
    queue: IntArray
    service: FloatArray
    patience: FloatArray
    slot_minutes: float
    slots: int
    queues: int

    @property
    def replications(self) -> int:
        """How many times the period is simulated."""
        return len(self.first) - 1

    @property
    def replication(self) -> IntArray:
        """The replication of each customer."""
        return np.repeat(np.arange(self.replications), np.diff(self.first))


def draw_customers(
    expected: ArrayLike,
    slot_minutes: float,
    laws: Sequence[ServiceLaw],
    replications: int,
    seed: int = 0,
    patience_minutes: Sequence[float | None] | None = None,
) -> Customers:
    """Draw customers: Poisson arrivals at a rate that is constant within a slot, independent services and patience.

    The same seed gives the same customers, whoever will serve them: rosters compared on them differ by the roster
    alone (common random numbers).

    Parameters
    ----------
    expected
        Expected arrivals, shape ``(queues, slots)``.
    slot_minutes
        Length of a slot.
    laws
        Service of each queue.
    replications
        How many times the period is drawn.
    seed
        Of all randomness.
    patience_minutes
        Mean of the exponential patience of each queue, ``None`` for no end; no end anywhere when not given.

    Raises
    ------
    ValueError
        If an argument is out of range or the lengths differ.
    """
    means = np.asarray(expected, float)
    patient = [None] * len(laws) if patience_minutes is None else list(patience_minutes)
    _validate(means, slot_minutes, laws, patient, replications)
    queues, slots = means.shape
    generators = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(1 + 2 * queues)]
    counts = generators[0].poisson(means.sum(axis=0), (replications, slots))
    first = np.concatenate([[0], counts.sum(axis=1).cumsum()]).astype(np.int64)
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    slot = cell % slots
    queue = _chosen(means, slot, generators[0])
    service, patience = np.empty(len(queue)), np.full(len(queue), np.inf)
    for q, (law, mean) in enumerate(zip(laws, patient, strict=True)):
        own = np.flatnonzero(queue == q)
        service[own] = law.draw(generators[1 + 2 * q], len(own))
        if mean is not None:
            patience[own] = generators[2 + 2 * q].exponential(mean, len(own))
    arrival = (slot + _within(counts.ravel(), cell, generators[0])) * slot_minutes
    return Customers(first, arrival, slot, queue, service, patience, float(slot_minutes), slots, queues)


def _within(counts: IntArray, cell: IntArray, generator: np.random.Generator) -> FloatArray:
    """Draw when in its slot each customer comes, from 0 to 1 and in order.

    Independent uniform times in order are the sums of exponential gaps, divided by the sum of all gaps of the slot,
    of which there is one more than customers.
    """
    passed = generator.standard_exponential(len(cell) + len(counts)).cumsum()
    end = passed[counts.cumsum() + np.arange(len(counts))]
    begin = np.concatenate([[0.0], end[:-1]])
    within = (passed[np.arange(len(cell)) + cell] - begin[cell]) / (end - begin)[cell]
    return np.asarray(within)


def _chosen(means: FloatArray, slot: IntArray, generator: np.random.Generator) -> IntArray:
    """Draw the queue of each customer: those of a slot go to queues independently, in proportion to the means."""
    queue = np.zeros(len(slot), np.int64)
    if len(means) > 1:
        total = means.sum(axis=0)
        below = np.divide(means.cumsum(axis=0), total, out=np.ones(means.shape), where=total > 0)
        chance = generator.random(len(slot))
        for limit in below[:-1]:
            queue += chance >= limit[slot]
    return queue


def _validate(
    means: FloatArray,
    slot_minutes: float,
    laws: Sequence[ServiceLaw],
    patience: Sequence[float | None],
    replications: int,
) -> None:
    if means.ndim != 2 or means.shape[0] != len(laws) or len(patience) != len(laws):
        raise ValueError(
            f"expected arrivals have shape {means.shape}, with {len(laws)} service laws and {len(patience)} values of "
            "patience; give one row, one law and one value a queue"
        )
    if not np.all(np.isfinite(means)) or np.any(means < 0):
        raise ValueError("expected arrivals must be numbers, at least 0")
    if not slot_minutes > 0 or replications < 1:
        raise ValueError("slot_minutes must be positive and there must be at least one replication")
    if any(p is not None and not p > 0 for p in patience):
        raise ValueError("patience must be positive minutes; None for customers who never give up")
