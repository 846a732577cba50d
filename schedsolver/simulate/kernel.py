"""The event loop of the simulation, compiled: customers, queues and people who change places slot by slot."""

from __future__ import annotations

import numpy as np
from numba import njit

from schedsolver.domain.arrays import BoolArray, FloatArray, IntArray

NOBODY = -1


@njit(cache=True)
def run_replications(
    first: IntArray,
    arrival: FloatArray,
    queue: IntArray,
    service: FloatArray,
    patience: FloatArray,
    serves: IntArray,
    slot_minutes: float,
    queues: int,
) -> tuple[FloatArray, IntArray]:
    """Serve the customers of each replication.

    A free person takes the customer who has waited longest in the first of their queues that has one; a customer
    who finds several free people takes one for whom this queue comes first. Nobody is interrupted: who is busy when
    a slot ends finishes first, then turns to the queues of the slot begun since. Where a slot begins, free people
    choose in their order.

    Parameters
    ----------
    first
        Position of the first customer of each replication, and the number of customers, shape ``(replications + 1,)``.
    arrival, queue, service, patience
        When customers come, to which queue, how long serving them takes and after how long a wait they give up
        (infinite for never), in minutes, shape ``(customers,)``; arrivals in order within a replication.
    serves
        Queues that a person serves in a slot, the first preferred, then -1; shape ``(slots, people, ranks)``. The last
        slot goes on until all is done.
    slot_minutes
        Length of a slot; the first begins at 0.
    queues
        Number of queues.

    Returns
    -------
    Waits in minutes and the person who served, -1 for nobody, each of shape ``(customers,)``. The wait of those whom
    nobody served ends with their patience or with the last slot.
    """
    slots, people, _ = serves.shape
    present = [np.flatnonzero(serves[slot, :, 0] != NOBODY) for slot in range(slots)]
    wait, server = np.zeros(len(arrival)), np.full(len(arrival), NOBODY)
    behind = np.full(len(arrival), NOBODY)
    for replication in range(len(first) - 1):
        coming, end = int(first[replication]), int(first[replication + 1])
        head, tail = np.full(queues, NOBODY), np.full(queues, NOBODY)
        free = np.ones(people, np.bool_)
        # Those at work, side by side in any order, when they finish, and whose turn is next.
        busy, finish, working = np.zeros(people, np.int64), np.zeros(people), 0
        turn, next_finish = 0, np.inf
        slot, here, now_serves = 0, present[0], serves[0]
        while True:
            next_arrival = arrival[coming] if coming < end else np.inf
            next_slot = (slot + 1) * slot_minutes if slot + 1 < slots else np.inf
            now = min(next_arrival, next_slot, next_finish)
            if now == np.inf:
                break
            if next_finish == now:
                person = int(busy[turn])
                until = _take(person, now, now_serves, head, behind, arrival, service, patience, wait, server)
                finish[turn] = until
                if until == np.inf:
                    free[person] = True
                    working -= 1
                    busy[turn], finish[turn] = busy[working], finish[working]
                turn, next_finish = _next_finish(finish, working)
            elif next_slot == now:
                slot += 1
                here, now_serves = present[slot], serves[slot]
                for i in range(len(here)):
                    person = int(here[i])
                    if free[person]:
                        until = _take(person, now, now_serves, head, behind, arrival, service, patience, wait, server)
                        if until < np.inf:
                            free[person] = False
                            busy[working], finish[working] = person, until
                            working += 1
                turn, next_finish = _next_finish(finish, working)
            else:
                # Where somebody waits, nobody is free.
                person = NOBODY
                if head[queue[coming]] == NOBODY:
                    person = _free_person(int(queue[coming]), now_serves, here, free)
                if person != NOBODY:
                    server[coming], free[person] = person, False
                    busy[working], finish[working] = person, now + service[coming]
                    if finish[working] < next_finish:
                        turn, next_finish = working, finish[working]
                    working += 1
                elif head[queue[coming]] == NOBODY:
                    head[queue[coming]] = tail[queue[coming]] = coming
                else:
                    behind[tail[queue[coming]]] = coming
                    tail[queue[coming]] = coming
                coming += 1
        _close(head, behind, arrival, patience, slots * slot_minutes, wait)
    return wait, server


@njit(cache=True)
def _next_finish(finish: FloatArray, working: int) -> tuple[int, float]:
    """Find which of those at work finishes first, and when; infinite when nobody is at work."""
    turn, first = 0, np.inf
    for place in range(working):
        if finish[place] < first:
            turn, first = place, finish[place]
    return turn, first


@njit(cache=True)
def _free_person(queue: int, serves: IntArray, here: IntArray, free: BoolArray) -> int:
    """Find the free person of those here for whom a queue has the best rank; of several the first."""
    for rank in range(serves.shape[1]):
        for person in here:
            if free[person] and serves[person, rank] == queue:
                return int(person)
    return NOBODY


@njit(cache=True)
def _take(
    person: int,
    now: float,
    serves: IntArray,
    head: IntArray,
    behind: IntArray,
    arrival: FloatArray,
    service: FloatArray,
    patience: FloatArray,
    wait: FloatArray,
    server: IntArray,
) -> float:
    """Let somebody begin with the next customer who is still there; give when they finish, infinite without one."""
    for rank in range(serves.shape[1]):
        queue = serves[person, rank]
        if queue == NOBODY:
            break
        while head[queue] != NOBODY:
            customer = head[queue]
            head[queue] = behind[customer]
            wait[customer] = now - arrival[customer]
            if wait[customer] <= patience[customer]:
                server[customer] = person
                return now + float(service[customer])
            wait[customer] = patience[customer]
    return np.inf


@njit(cache=True)
def _close(
    head: IntArray,
    behind: IntArray,
    arrival: FloatArray,
    patience: FloatArray,
    end: float,
    wait: FloatArray,
) -> None:
    """Settle those whom nobody came to serve."""
    for queue in range(len(head)):
        customer = head[queue]
        while customer != NOBODY:
            wait[customer] = min(patience[customer], max(end - arrival[customer], 0.0))
            customer = behind[customer]


@njit(cache=True)
def tally(
    first: IntArray,
    arrival: FloatArray,
    slot: IntArray,
    queue: IntArray,
    service: FloatArray,
    wait: FloatArray,
    server: IntArray,
    wait_limits: FloatArray,
    rostered: IntArray,
    slot_minutes: float,
) -> tuple[IntArray, FloatArray, FloatArray, FloatArray]:
    """Count what became of the customers of :func:`run_replications`.

    Parameters
    ----------
    first, arrival, queue, service, slot_minutes
        As there; ``slot`` is the one of the arrival.
    wait, server
        What it gave.
    wait_limits
        Minutes after which a wait is late, by queue.
    rostered
        The queue that a person counts for in a slot, -1 for none; shape ``(slots, people)``.

    Returns
    -------
    Customers, late and lost ones, shape ``(3, replications, queues, slots)``; their minutes of waiting by the slot of
    arrival, shape ``(replications, queues, slots)``; minutes of waiting, and minutes people were busy, by the slot in
    which they passed, summed over replications, shape ``(queues, slots)``.
    """
    slots, queues = len(rostered), len(wait_limits)
    counts = np.zeros((3, len(first) - 1, queues, slots), np.int64)
    waits = np.zeros((len(first) - 1, queues, slots))
    queued, busy = np.zeros((queues, slots)), np.zeros((queues, slots))
    for replication in range(len(first) - 1):
        for i in range(first[replication], first[replication + 1]):
            q = queue[i]
            counts[0, replication, q, slot[i]] += 1
            counts[1, replication, q, slot[i]] += wait[i] > wait_limits[q]
            counts[2, replication, q, slot[i]] += server[i] == NOBODY
            waits[replication, q, slot[i]] += wait[i]
            begin = arrival[i] + wait[i]
            if wait[i] > 0:
                for s in range(slot[i], slots):
                    if s * slot_minutes >= begin:
                        break
                    queued[q, s] += min(begin, (s + 1) * slot_minutes) - max(arrival[i], s * slot_minutes)
            if server[i] != NOBODY:
                for s in range(int(begin / slot_minutes), slots):
                    if s * slot_minutes >= begin + service[i]:
                        break
                    if rostered[s, server[i]] != NOBODY:
                        passed = min(begin + service[i], (s + 1) * slot_minutes) - max(begin, s * slot_minutes)
                        busy[rostered[s, server[i]], s] += passed
    return counts, waits, queued, busy
