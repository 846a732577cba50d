"""From a guide's solution to a roster that also keeps the rules the guide does without.

A guide says who works when and where, and counts breaks and activities. The rules that tell every person apart
(``Rule.in_guide`` is false) only see how activities follow each other, so with the duties fixed the days of
outlets hardly hang together: each is solved on its own, the others staying as they are.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.domain.schedule import Duty, Schedule, Stint
from schedsolver.model.build import BuiltModel, build_model
from schedsolver.model.names import schedule_of
from schedsolver.model.options import duty_options
from schedsolver.model.relaxation import Part
from schedsolver.model.values import counts_of
from schedsolver.rules.catalogue import active_rules

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.solve.strategy import Strategy

# Outlet and date.
_Place = tuple[str, dt.date]
# Employee, shift type, skill, start and end of each.
_Duties = set[tuple[object, ...]]
# Finds whole values of a part's open columns, starting from those of all columns; gives those of all, or None.
PartSolver = Callable[[Part, IntArray], IntArray | None]
# Finds the values of all columns of a model from those of its decisions, or None where these break a rule.
Finisher = Callable[[BuiltModel, IntArray], IntArray | None]


def model_for_search(problem: Problem, strategy: Strategy) -> BuiltModel:
    """Write the model that a search works on: all of it, or a guide where that has many options or rows.

    Parameters
    ----------
    problem
        What to model.
    strategy
        Tells how many options are few, and how many rows many.
    """
    rules = active_rules(problem)
    options = duty_options(problem, rules)
    guiding = tuple(rule for rule in rules if rule.in_guide)
    if len(options) <= strategy.small_options or guiding == rules:
        whole = build_model(problem, rules, options)
        if guiding == rules or not many_rules(whole, strategy):
            return whole
    return build_model(problem, guiding, options)


def many_rules(model: BuiltModel, strategy: Strategy) -> bool:
    """Tell whether rules make rows rather than duties, or simply many: a dive is not done in time then."""
    few = max(min(len(model.roster.options), strategy.dive_rows), strategy.place_rows)
    return model.flows is not None and model.roster.rows > few


class Naming:
    """What a guide's solutions mean once all rules are kept.

    Parameters
    ----------
    guide
        The model that solutions are of.

    Attributes
    ----------
    most
        So many outlets and dates are filled anew at a time, those first that have waited longest; the others stay as
        they come wherever that keeps all rules. All of them when ``None``.
    """

    def __init__(self, guide: BuiltModel) -> None:
        self._guide = guide
        self._problem = guide.roster.problem
        self._rules = active_rules(self._problem)
        self.most: int | None = None
        # Outlets and dates that stayed as they came, with the duties there.
        self._waiting: dict[_Place, _Duties] = {}
        self._care: _Care | None = None
        # Options given of what was named last, the model of all rules on these, and its values; not where these follow
        # from decisions by more than rows.
        self._last: tuple[BoolArray, BuiltModel, IntArray] | None = None

    @property
    def waiting(self) -> int:
        """How many outlets and dates stayed as they came."""
        return len(self._waiting)

    @property
    def needed(self) -> bool:
        """Whether there are rules that the guide does without."""
        return len(self._guide.roster.rules) < len(self._rules)

    def help(self) -> None:
        """Take part in filling outlets and dates anew that another thread has begun with, if it has."""
        care = self._care
        if care is not None:
            care.work()

    def changes(self, values: IntArray) -> int:
        """Count the outlets and days at which a solution has other duties than the one named last."""
        roster = self._guide.roster
        if self._last is None:
            return len(roster.problem.outlets) * roster.problem.horizon.days
        other = (values[roster.duty_columns] > 0) != self._last[0]
        return len({*zip(roster.options.outlet[other], roster.options.day[other], strict=True)})

    def of(
        self, values: IntArray, before: Schedule | None, solve: PartSolver, finish: Finisher
    ) -> tuple[BuiltModel, IntArray] | None:
        """Give the model of all rules on the duties of a solution, and the best values found for it.

        Of duties that were named just before, those that wait have their turn; all else is as it was then.

        Parameters
        ----------
        values
            A solution of the guide.
        before
            A roster whose breaks and activities are kept where duties are the same.
        solve
            Solves each part.
        finish
            Finds what follows once all is decided.

        Returns
        -------
        ``None`` if the activities of these duties cannot be made to keep all rules.
        """
        given = values[self._guide.roster.duty_columns] > 0
        if self._last is not None and np.array_equal(given, self._last[0]):
            _, model, now = self._last
            self._care = _Care(model, now, [self._columns_at(model, *place) for place in self._next()], solve)
            try:
                named = model, self._care.done()
            finally:
                self._care = None
        else:
            # Two models of everything are more than memory should hold.
            self._last = None
            anew = self._anew(values, given, before, solve, finish)
            if anew is None:
                return None
            named = anew
        self._last = (given, *named) if named[0].relaxation.exact else None
        return named

    def _anew(
        self, values: IntArray, given: BoolArray, before: Schedule | None, solve: PartSolver, finish: Finisher
    ) -> tuple[BuiltModel, IntArray] | None:
        guide = self._guide
        model = build_model(self._problem, self._rules, guide.roster.options.where(given))
        roster, duties, changed = _merged(schedule_of(guide, values), before)
        waiting = [place for place, same in self._waiting.items() if duties.get(place) == same]
        waiting += sorted(changed.difference(waiting))
        self._waiting = {place: duties[place] for place in waiting}
        now = self._filled(model, counts_of(model, roster), self._next(), solve)
        finished = finish(model, now)
        if finished is None and self._waiting:
            others, self._waiting = list(self._waiting), {}
            finished = finish(model, self._filled(model, now, others, solve))
        return None if finished is None else (model, finished)

    def _next(self) -> list[_Place]:
        """Give the outlets and dates whose turn it is; they wait no longer."""
        waiting = list(self._waiting)
        turn = waiting[: self.most]
        self._waiting = {place: self._waiting[place] for place in waiting[len(turn) :]}
        return turn

    def _filled(self, model: BuiltModel, now: IntArray, places: list[_Place], solve: PartSolver) -> IntArray:
        """Fill outlets and dates anew, one after the other; one that cannot be stays as it is."""
        relaxation, decisions = model.relaxation, model.decisions
        parts = [relaxation.reach(self._columns_at(model, *place), decisions) for place in places]
        for columns in parts:
            better = solve(relaxation.around(columns, now), now)
            now = now if better is None else better
        return now

    def _columns_at(self, model: BuiltModel, outlet: str, date: dt.date) -> IntArray:
        """Give what fills the duties of an outlet and date."""
        filling = model.filling
        at_outlet = filling.outlet == self._problem.outlet_index[outlet]
        columns: IntArray = filling.column[at_outlet & (filling.day == self._problem.horizon.day_index(date))]
        return columns


class _Care:
    """Outlets and dates of a roster to be filled anew, by as many threads as take part.

    Parameters
    ----------
    model
        The model of all rules on given duties.
    now
        Values of its columns, which keep all rows.
    places
        What fills the duties of each outlet and date.
    solve
        Solves each part.
    """

    def __init__(self, model: BuiltModel, now: IntArray, places: list[IntArray], solve: PartSolver) -> None:
        self._model, self._now, self._solve = model, now, solve
        self._places = deque(places)
        self._changed, self._at_work = threading.Condition(), 0

    def done(self) -> IntArray:
        """Take part, and give the values once all threads are done."""
        self.work()
        with self._changed:
            self._changed.wait_for(lambda: not (self._places or self._at_work))
            return self._now

    def work(self) -> None:
        """Take part until nothing is left to begin with."""
        while True:
            with self._changed:
                if not self._places:
                    return
                place, now = self._places.popleft(), self._now
                self._at_work += 1
            relaxation, kept = self._model.relaxation, True
            try:
                part = relaxation.around(relaxation.reach(place, self._model.decisions), now)
                better = self._solve(part, now)
                with self._changed:
                    kept = better is None or self._taken(better, part, now)
            finally:
                with self._changed:
                    if not kept:
                        self._places.append(place)
                    self._at_work -= 1
                    self._changed.notify_all()

    def _taken(self, better: IntArray, part: Part, since: IntArray) -> bool:
        """Put what was found for a part into what others have found meanwhile; tell whether rows allow both."""
        if self._now is not since:
            both = self._model.kept(part.put(better, into=self._now), self._now)
            if both is None:
                return False
            better = both
        if self._model.relaxation.cost @ (better - self._now) < 0:
            self._now = better
        return True


def _merged(new: Schedule, before: Schedule | None) -> tuple[Schedule, dict[_Place, _Duties], set[_Place]]:
    """Give a roster with the breaks and activities it had before where its duties are the same.

    The other parts of the answer are the duties of each outlet and date, and where they have changed.
    """
    fresh = _by_place(new)
    known = {} if before is None else _by_place(before)
    keys = {place: filled.key for place, filled in fresh.items()}
    changed = {place for place, key in keys.items() if place not in known or key != known[place].key}
    kept = [fresh[place] if place in changed else known[place] for place in sorted(fresh)]
    duties = (duty for filled in kept for duty in filled.duties)
    return Schedule.of(duties, (stint for filled in kept for stint in filled.stints), new.leave_list), keys, changed


@dataclass
class _Filled:
    """Duties of an outlet and date, with what fills them."""

    duties: list[Duty] = field(default_factory=list)
    stints: list[Stint] = field(default_factory=list)

    @property
    def key(self) -> _Duties:
        """What the duties are, whatever fills them."""
        return {(d.employee_id, d.shift_type_id, d.skill_id, d.start, d.end) for d in self.duties}


def _by_place(schedule: Schedule) -> dict[_Place, _Filled]:
    places: dict[_Place, _Filled] = defaultdict(_Filled)
    for duty in schedule.duty_list:
        places[duty.outlet_id, duty.date].duties.append(duty)
    for stint in schedule.stint_list:
        places[stint.outlet_id, schedule.date_of(stint)].stints.append(stint)
    return places
