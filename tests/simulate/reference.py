"""The same queues by a second way: in steps of customers and people, without any clock of events."""

import numpy as np


def waits_of_one_queue(arrival, service, servers):
    """Waits with a fixed number of servers who are always there (the recursion of Kiefer and Wolfowitz)."""
    free_at, waits = [0.0] * servers, []
    for came, takes in zip(arrival, service, strict=True):
        free_at.sort()
        begin = max(came, free_at[0])
        waits.append(begin - came)
        free_at[0] = begin + takes
    return np.array(waits)


def replay(customers, serves, patience):
    """Waits and servers of one replication, by trying again and again which start of service can happen first.

    A start is possible once the customer is there, and the person free, on a slot in which they serve the queue.
    """
    slots, people, _ = serves.shape
    waiting = list(range(len(customers.arrival)))
    wait, server = np.full(len(waiting), np.nan), np.full(len(waiting), -1)
    free_at = np.zeros(people)
    while True:
        best = None
        for c in waiting:
            for p in range(people):
                ready = max(customers.arrival[c], free_at[p])
                start = _earliest(ready, p, customers.queue[c], serves, customers.slot_minutes)
                if start is None or start - customers.arrival[c] > patience[c]:
                    continue
                slot = min(int(start // customers.slot_minutes), slots - 1)
                rank = list(serves[slot, p]).index(customers.queue[c])
                # An earlier start, then the better rank, the longer wait and the person's number; where a slot begins
                # people choose one after the other.
                turn = p if start == slot * customers.slot_minutes else 0
                key = (start, turn, rank, customers.arrival[c], p)
                if best is None or key < best[0]:
                    best = key, c, p
        if best is None:
            break
        (start, *_), c, p = best
        wait[c], server[c] = start - customers.arrival[c], p
        free_at[p] = start + customers.service[c]
        waiting.remove(c)
    for c in waiting:
        wait[c] = patience[c]
    return wait, server


def _earliest(moment, person, queue, serves, slot_minutes):
    """First moment from one on at which a person serves a queue."""
    slots = len(serves)
    first = min(int(moment // slot_minutes), slots - 1)
    for slot in range(first, slots):
        if queue in serves[slot, person]:
            return max(moment, slot * slot_minutes)
    return None
