"""Simulated annealing of all lines together, compiled: blocks of days changed, given away or exchanged.

After Ceschia, Guido and Schaerf (2020), "Solving the static INRC-II nurse rostering problem by simulated annealing
based on large neighborhoods", Annals of Operations Research 288. Lines keep their hard rules at each step, and where
counts are beyond hard limits at the beginning they only come nearer to these, all counts of a line taken together; what
rules charge is looked up day by day until the old and the new line are in the same state again.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from schedsolver.domain.arrays import Int32Array, IntArray
from schedsolver.solve.lines.place import OFF, Place, entry_of, outside
from schedsolver.solve.lines.pricer import LONG_DAYS
from schedsolver.solve.lines.tables import END, FIRST, FOLLOW, NEVER, PAID, Tables

# Blocks are up to so many days long, and go on for another day with these odds, those exchanged longer.
LONGEST, LONGER, LONGER_SWAP = 14, 0.5, 0.7
# Shares of moves that exchange what two people have, and that only put the days of one person in another order.
SWAPS, SHUFFLES = 0.5, 0.2
# Over long horizons, share of moves that exchange days of one person that are weeks apart, in place of other orders.
FAR = 0.1


@njit(cache=True, nogil=True, forceinline=True)
def _draw(random: NDArray[np.uint64]) -> float:
    """Draw a number from 0 to 1 (Steele, Lea, Flood 2014: SplitMix)."""
    random[0] += np.uint64(0x9E3779B97F4A7C15)
    z = random[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return float(z >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@njit(cache=True, nogil=True, forceinline=True)
def _below(random: NDArray[np.uint64], end: int) -> int:
    """Draw a whole number from 0 to ``end - 1``."""
    return int(_draw(random) * end)


@njit(cache=True, nogil=True, forceinline=True)
def _change(
    tables: Tables, place: Place, employee: int, first: int, new: Int32Array, count: int, sums: IntArray
) -> int:
    """Give what it costs more if a line has other duties on some days; ``NEVER`` if it may not.

    ``sums`` is scratch, zero before and after.
    """
    cents = _follow(tables, place, employee, first, new, count, sums, place.sort.shape[1])
    return _counted(tables, place, employee, cents, sums)


@njit(cache=True, nogil=True, forceinline=True)
def _follow(
    tables: Tables, place: Place, employee: int, first: int, new: Int32Array, count: int, sums: IntArray, end: int
) -> int:
    """Give what days cost more if a line has other duties on some, and add up what it counts more in ``sums``.

    ``NEVER`` if it may not, or is not where it was by a day that is not the last.
    """
    days, after, cents = place.sort.shape[1], place.node[employee, first], 0
    base, steps = tables.own_counts[employee], tables.steps[employee]
    for day in range(first, end):
        j = place.entry[employee, day]
        if day < first + count:
            sort, old = new[day - first], place.sort[employee, day]
            i = entry_of(tables, employee, day, after, sort)
            if sort != old:
                cents += tables.cents[employee, day, sort] - tables.cents[employee, day, old]
        else:
            apart = after - place.node[employee, day]
            if apart == 0:
                return cents
            i = j + apart * steps
        after = tables.leads[i, FOLLOW]
        if after < 0:
            return NEVER
        cents += tables.leads[i, PAID] - tables.leads[j, PAID]
        if tables.leads[i, END] != tables.leads[j, END]:
            for k in range(tables.leads[i, FIRST], tables.leads[i, END]):
                sums[base + tables.counted[k]] += tables.amount[k]
            for k in range(tables.leads[j, FIRST], tables.leads[j, END]):
                sums[base + tables.counted[k]] -= tables.amount[k]
    if end < days and after != place.node[employee, end]:
        return NEVER
    return cents


@njit(cache=True, nogil=True, forceinline=True)
def _counted(tables: Tables, place: Place, employee: int, cents: int, sums: IntArray) -> int:
    """Add what counts cost that change by so much, unless the cents are ``NEVER``; sets ``sums`` to zero."""
    hard = 0
    for c in range(tables.own_counts[employee], tables.own_counts[employee + 1]):
        if sums[c] != 0 and cents != NEVER:
            units = outside(tables, c, place.total[c] + sums[c]) - outside(tables, c, place.total[c])
            cents += units * tables.price[c]
            hard += units * tables.price[c] if tables.hard[c] else 0
        sums[c] = 0
    return cents if hard <= 0 else NEVER


@njit(cache=True, nogil=True, forceinline=True)
def _cover(
    tables: Tables,
    place: Place,
    employee: int,
    first: int,
    old: Int32Array,
    new: Int32Array,
    count: int,
    extra: Int32Array,
) -> int:
    """Give what cover costs more if a line has other duties on some days; what it covers is added to ``extra``."""
    cents = 0
    for day in range(first, first + count):
        for sort, more in ((old[day - first], -1), (new[day - first], 1)):
            if sort == OFF or old[day - first] == new[day - first]:
                continue
            option = tables.option[employee, day, sort]
            for k in range(tables.row_first[option], tables.row_first[option + 1]):
                row = tables.row[k]
                now = place.covered[row] + extra[row]
                cents += tables.row_cents[row, now + more] - tables.row_cents[row, now]
                extra[row] += more
    return cents


@njit(cache=True, nogil=True, forceinline=True)
def _settle(
    tables: Tables,
    place: Place,
    employee: int,
    first: int,
    old: Int32Array,
    new: Int32Array,
    count: int,
    extra: Int32Array,
    share: int,
) -> None:
    """Cover what was added, ``share`` 1, or not, ``share`` 0."""
    for day in range(first, first + count):
        for sort in (old[day - first], new[day - first]):
            if sort == OFF or old[day - first] == new[day - first]:
                continue
            option = tables.option[employee, day, sort]
            for k in range(tables.row_first[option], tables.row_first[option + 1]):
                place.covered[tables.row[k]] += share * extra[tables.row[k]]
                extra[tables.row[k]] = 0


@njit(cache=True, nogil=True, forceinline=True)
def _commit(tables: Tables, place: Place, employee: int, first: int, new: Int32Array, count: int, cents: int) -> None:
    """Give a line other duties on some days, which costs so much more; cover is seen to already."""
    place.cents[employee] += cents
    after, base = place.node[employee, first], tables.own_counts[employee]
    for day in range(first, place.sort.shape[1]):
        if day >= first + count and place.node[employee, day] == after:
            break
        sort = new[day - first] if day < first + count else place.sort[employee, day]
        i, j = entry_of(tables, employee, day, after, sort), place.entry[employee, day]
        for k in range(tables.leads[i, FIRST], tables.leads[i, END]):
            place.total[base + tables.counted[k]] += tables.amount[k]
        for k in range(tables.leads[j, FIRST], tables.leads[j, END]):
            place.total[base + tables.counted[k]] -= tables.amount[k]
        place.sort[employee, day], place.node[employee, day], place.entry[employee, day] = sort, after, i
        after = tables.leads[i, FOLLOW]


@njit(cache=True, nogil=True, forceinline=True)
def _draw_block(tables: Tables, place: Place, employee: int, first: int, count: int, new: Int32Array) -> bool:
    """Draw one duty for all days of a block, or days off; tell whether there is such a duty on each of them."""
    own = tables.own_first[employee + 1] - tables.own_first[employee]
    drawn = _below(place.random, own + 1 + own // 3)
    sort = tables.own[tables.own_first[employee] + drawn] if drawn < own else OFF
    for i in range(count):
        new[i] = sort
        if tables.cents[employee, first + i, sort] == NEVER:
            return False
    return True


@njit(cache=True, nogil=True, forceinline=True)
def _shuffle(tables: Tables, place: Place, employee: int, first: int, count: int, new: Int32Array) -> bool:
    """Exchange the ends of a block, or move all of it by a day and its end to the other side, if that may be."""
    drawn = _draw(place.random)
    for i in range(count):
        if drawn < 0.5:
            source = count - 1 - i if i in (0, count - 1) else i
        else:
            source = (i + (1 if drawn < 0.75 else count - 1)) % count
        sort = place.sort[employee, first + source]
        new[i] = sort
        if tables.cents[employee, first + i, sort] == NEVER:
            return False
    return True


@njit(cache=True, nogil=True, forceinline=True)
def _takes(tables: Tables, place: Place, employee: int, other: int, first: int, count: int, new: Int32Array) -> bool:
    """Give someone what another has on some days; tell whether there are such duties."""
    for i in range(count):
        sort = place.sort[other, first + i]
        new[i] = sort
        if tables.cents[employee, first + i, sort] == NEVER:
            return False
    return True


@njit(cache=True, nogil=True, forceinline=True)
def _far(
    tables: Tables,
    place: Place,
    employee: int,
    first: int,
    count: int,
    temperature: float,
    sums: IntArray,
    extra: Int32Array,
) -> int:
    """Exchange what someone has on some days with what they have on those of other weeks; give what it costs more.

    It leaves all counts of the horizon as they are, which are at their limits in most lines.
    """
    days = place.sort.shape[1]
    second = first % 7 + 7 * _below(place.random, (days - count - first % 7) // 7 + 1)
    first, second = min(first, second), max(first, second)
    if second - first < count:
        return 0
    one, two = np.empty(LONGEST, np.int32), np.empty(LONGEST, np.int32)
    same = True
    for i in range(count):
        one[i], two[i] = place.sort[employee, first + i], place.sort[employee, second + i]
        if tables.cents[employee, first + i, two[i]] == NEVER or tables.cents[employee, second + i, one[i]] == NEVER:
            return 0
        same = same and one[i] == two[i]
    if same:
        return 0
    most = -temperature * math.log(max(1e-300, _draw(place.random)))
    cents = _cover(tables, place, employee, first, one, two, count, extra)
    cents += _cover(tables, place, employee, second, two, one, count, extra)
    made, own = False, 0
    if cents - place.cents[employee] <= most:
        own = _follow(tables, place, employee, first, two, count, sums, second)
        if own != NEVER:
            more = _follow(tables, place, employee, second, one, count, sums, days)
            own = NEVER if more == NEVER else own + more
        own = _counted(tables, place, employee, own, sums)
        made = own != NEVER and cents + own <= most
    _settle(tables, place, employee, first, one, two, count, extra, made)
    _settle(tables, place, employee, second, one, two, count, extra, made)
    if made:
        _commit(tables, place, employee, first, two, count, 0)
        _commit(tables, place, employee, second, one, count, own)
        return cents + own
    return 0


@njit(cache=True, nogil=True)
def anneal(tables: Tables, place: Place, who: IntArray, others: IntArray, moves: int, hot: float, cold: float) -> int:
    """Try so many changes while it gets colder, and make those that are better or not much worse.

    Parameters
    ----------
    tables
        What lines cost.
    place
        Where to begin; it is where annealing ends afterwards.
    who
        Whose lines to change.
    others
        With whom these may exchange what they have; may hold the same people.
    moves
        How many to try.
    hot, cold
        First and last temperature, in cents.

    Returns
    -------
    What the lines cost more in the end than at the beginning.
    """
    days = place.sort.shape[1]
    change, sums, extra = 0, np.zeros(len(place.total), np.int64), np.zeros(len(place.covered), np.int32)
    new, other_new = np.empty(LONGEST, np.int32), np.empty(LONGEST, np.int32)
    old, other_old = np.empty(LONGEST, np.int32), np.empty(LONGEST, np.int32)
    temperature, cooling = hot, (cold / hot) ** (1 / moves)
    longest = min(LONGEST, days)
    for _ in range(moves):
        temperature *= cooling
        employee = who[_below(place.random, len(who))]
        kind = _draw(place.random)
        count = 1 if kind < 1 - SHUFFLES else min(2, days)
        swap = kind < SWAPS
        while count < longest and _draw(place.random) < (LONGER_SWAP if swap else LONGER):
            count += 1
        first = _below(place.random, days - count + 1)
        other = employee
        if days >= LONG_DAYS and kind > 1 - FAR:
            change += _far(tables, place, employee, first, count, temperature, sums, extra)
            continue
        if swap:
            other = others[_below(place.random, len(others))]
            if other == employee:
                continue
            if not _takes(tables, place, employee, other, first, count, new):
                continue
            if not _takes(tables, place, other, employee, first, count, other_new):
                continue
        elif kind > 1 - SHUFFLES:
            if not _shuffle(tables, place, employee, first, count, new):
                continue
        elif not _draw_block(tables, place, employee, first, count, new):
            continue
        same = True
        for i in range(count):
            old[i], other_old[i] = place.sort[employee, first + i], place.sort[other, first + i]
            same = same and old[i] == new[i]
        if same:
            continue
        most = -temperature * math.log(max(1e-300, _draw(place.random)))
        apart, cents = not swap or not tables.alike, 0
        if apart:
            cents += _cover(tables, place, employee, first, old, new, count, extra)
        if swap and apart:
            cents += _cover(tables, place, other, first, other_old, other_new, count, extra)
        # No line costs less than nothing: most moves need not be followed any further.
        spared = place.cents[other] if swap else 0
        own = more = 0
        if cents - place.cents[employee] - spared <= most:
            own = _change(tables, place, employee, first, new, count, sums)
            cents += own
        else:
            cents = NEVER
        if swap and cents - spared <= most:
            more = _change(tables, place, other, first, other_new, count, sums)
            cents += more
        made = cents <= most
        if apart:
            _settle(tables, place, employee, first, old, new, count, extra, made)
        if swap and apart:
            _settle(tables, place, other, first, other_old, other_new, count, extra, made)
        if made:
            _commit(tables, place, employee, first, new, count, own)
            if swap:
                _commit(tables, place, other, first, other_new, count, more)
            change += cents
    return change
