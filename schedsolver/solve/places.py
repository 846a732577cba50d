"""The search where rules make many rows: staff outlet after outlet, then improve on that.

With so many rows the linear relaxation takes most of the time there is, a dive from it longer than that, and a tree
search does not come to its first node. The duties of one outlet on one day are another matter: given all others, their
linear programme is solved in a tenth of a second and nearly is the answer. So an outline of the problem says who should
work where on which day, and how long; outlets are staffed one after the other, by those people and then by anybody; and
then a few outlets and days are solved at once, chosen at random, until time is up. Beside, the relaxation is solved row
by row for the bound; from then on only the duties that it finds likely are chosen from, so that two outlets or a week
of one are no harder than one outlet and day before.
"""

from __future__ import annotations

import itertools
import math
import threading
import time
from collections import deque
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.arrays import BoolArray, FloatArray, IntArray
from schedsolver.domain.horizon import weeks_of
from schedsolver.domain.rule import is_of
from schedsolver.model.build import build_model
from schedsolver.model.options import duty_options
from schedsolver.model.relaxation import Part, Relaxation
from schedsolver.rules.catalogue import ORDER, active_rules
from schedsolver.solve.announce import Announcer
from schedsolver.solve.choice import Kind, Losses, Payoff
from schedsolver.solve.cpsat import CpStatus, solve_cp
from schedsolver.solve.guide import by_weeks, prices_above, solve_by_rows
from schedsolver.solve.highs import LinearGuide, LpResult, MipTask, run_mip
from schedsolver.solve.lines.rounding import whole_lines
from schedsolver.solve.neighbourhoods import part_of
from schedsolver.solve.outline import expected, few_options, outline_of, shares_of, whole_places

if TYPE_CHECKING:
    from schedsolver.model.build import BuiltModel
    from schedsolver.model.context import RosterModel
    from schedsolver.solve.board import Board
    from schedsolver.solve.naming import Naming

# Gap at which the duties of a part are good enough, and nodes of the tree search for them.
PLACE_GAP, PLACE_NODES = 0.001, 50
# Work that this counts as, when deterministic; HiGHS does not count any.
PLACE_WORK = 0.5
# Work of a run of CP-SAT at least: writing the part down takes time too.
LEAST_WORK = 0.2
STAFFING = "outlet by outlet"
# The part that is staffed at a time, or solved again as long as there is no relaxation.
ONE: Kind = ("places", 1)
# Relaxations and outlines of more rows are solved week by week.
WEEK_ROWS = 100_000
# Seconds between looks at the clock where there is nothing to do but wait for it.
NAP = 0.1
# A relaxation is solved so many times at most, with more of its rows each time.
MOST_ROUNDS = 3


class PlaceSearch:
    """Improves on the roster of a board, place by place.

    Parameters
    ----------
    board
        Has a roster to begin with; takes better ones and the bound. What rows of its model are not linear has to follow
        from the decisions.
    naming
        Deals out activities; told with how much care.
    """

    def __init__(self, board: Board, naming: Naming) -> None:
        self._board, self._relaxation = board, board.model.relaxation
        self._model: BuiltModel = board.model
        self._strategy = board.settings.strategy
        assert board.values is not None, "the search opens with a roster"
        self._now = board.values
        self._announcer = Announcer(board, naming)
        self._lock = threading.Lock()
        # Days and outlets that wait to be staffed, options to choose from there, and how much of each is expected; at
        # the second turn anybody may come.
        self._unstaffed: deque[tuple[int, int]] = deque()
        self._allowed: BoolArray | None = np.zeros(len(self._model.roster.options), bool)
        self._expected: FloatArray = np.zeros(len(self._model.roster.options))
        # How far above itself a relaxation prices each option, once there is one.
        self._above: FloatArray | None = None
        self._losses = Losses(self._model)
        self._payoff = Payoff(self._strategy.small_neighbourhoods or (ONE,))
        # Kinds of parts whose turn it is to be solved by CP-SAT: an engine keeps its turn as long as it proves optima.
        self._for_cp_sat: set[Kind] = set()

    def run(self) -> None:
        """Search until the board says stop."""
        rng = np.random.default_rng(self._board.settings.seed)
        if self._board.settings.threads == 1:
            self._staff()
            self._relax_and_improve(rng)
        else:
            other = rng.spawn(1)[0]
            beside = threading.Thread(target=self._board.guarded(lambda: self._relax_and_improve(other)), daemon=True)
            beside.start()
            self._staff()
            self._staff_again()
            self._improve(rng)
            beside.join()
        self._announcer.offer(self._now, self._board.doing)

    def _relax_and_improve(self, rng: np.random.Generator) -> None:
        """Solve the relaxation; before the last and longest of its rounds, improve for as long as the others took.

        A single thread has a bound first, and gives everybody their second turn among the duties near it. A round takes
        longer than the one before, so none is begun for which there is less time than that.
        """
        parts = by_weeks(self._model, self._relaxation, WEEK_ROWS)
        bounds = [self._relaxation.floor(part) for part in parts]
        rounds = [solve_by_rows(partial(self._only, part), lambda: self._board.stopped) for part in parts]
        began, took = time.perf_counter(), [0.0] * len(parts)
        for turn, of in itertools.product(range(MOST_ROUNDS), range(len(parts))):
            if (turn, of) == (1, 0) and self._board.settings.threads == 1:
                self._staff_again()
            if turn == MOST_ROUNDS - 1 and not self._board.settings.deterministic:
                self._improve(rng, (time.perf_counter() - began) / len(parts))
            if self._board.seconds_left < took[of]:
                continue
            since = time.perf_counter()
            lp = next(rounds[of], None)
            took[of] = time.perf_counter() - since
            if lp is not None:
                bounds[of] = max(bounds[of], lp.bound)
                self._board.raise_bound(sum(bounds), "linear relaxation")
                self._guided(lp, parts[of])
                self._staff_places()
        self._improve(rng)

    def _only(self, columns: BoolArray) -> Relaxation:
        """Give the part of the relaxation with some columns only."""
        return self._relaxation if columns.all() else self._relaxation.among(columns)

    def _guided(self, lp: LpResult, part: BoolArray) -> None:
        """Choose from now on from the duties near a relaxation, of a week perhaps, shape ``(columns,)``."""
        duties = self._model.roster.duty_columns
        own = lp.among(part)
        self._losses.expect(own.values, part)
        above = prices_above(own, duties)
        self._above = np.where(part[duties], above, 0 if self._above is None else self._above)

    def _near(self, kind: Kind) -> BoolArray | None:
        """Tell which options a kind of part chooses from, shape ``(options,)``; all of them without a relaxation."""
        width = self._strategy.stretch_width if kind[0] == "stretch" else self._strategy.place_width
        return None if self._above is None else self._above <= width

    # ------------------------------------------------------------ staffing

    def _staff(self) -> None:
        """Staff each outlet and day, by those whom the outline has there if there is one."""
        placed = np.zeros(len(self._model.roster.options), bool)
        for also, much in self._outlines():
            self._allowed = placed = placed | also
            self._expected += much
            self._staff_where(also)
        self._announcer.offer(self._now, STAFFING)

    def _staff_again(self) -> None:
        """Staff each outlet and day once more, by anybody."""
        self._allowed = None
        self._staff_where(np.ones(len(self._model.roster.options), bool))
        # Care for duties that everybody's second turn changes is lost.
        self._announcer.careful = True

    def _staff_where(self, chosen: BoolArray) -> None:
        """Staff the outlets and days of the chosen options, shape ``(options,)``."""
        options = self._model.roster.options
        self._unstaffed.extend(sorted({*zip(options.day[chosen], options.outlet[chosen], strict=True)}))
        self._staff_places()

    def _staff_places(self) -> None:
        """Take part in staffing, until every outlet and day that waits is begun.

        Who is expected at places not staffed yet keeps the time for it: otherwise the first days take it all.
        """
        options, later = self._model.roster.options, np.zeros(self._model.roster.columns)
        while not self._board.stopped:
            self._board.doing = STAFFING
            try:
                day, outlet = self._unstaffed.popleft()
            except IndexError:
                return
            now, free = self._now, (options.day == day) & (options.outlet == outlet)
            among = self._near(ONE) if self._allowed is None else self._allowed
            part = part_of(self._model, self._relaxation, free, now, among)
            later[self._model.roster.duty_columns] = self._expected
            if self._again(self._relaxation.with_room(part, later), now, ONE):
                self._expected[free] = 0
            else:
                self._unstaffed.append((day, outlet))
            self._announcer.offer_if_due(self._now, STAFFING)

    def _outlines(self) -> Iterator[tuple[BoolArray, FloatArray]]:
        """Solve the outline, perhaps week by week; tell which options have people where it has them, and how much."""
        options, outline = self._model.roster.options, outline_of(self._model.roster.problem)
        nothing = np.zeros(len(options))
        if outline is None:
            yield np.ones(len(options), bool), nothing
            return
        rules = active_rules(outline)
        every = duty_options(outline, rules)
        model = build_model(outline, rules, every.where(few_options(every)))
        roster, given = model.roster, np.zeros(len(model.roster.options))
        for part in by_weeks(model, model.relaxation, WEEK_ROWS):
            self._board.doing = "outline"
            own = part[roster.duty_columns]
            if not own.any():
                continue
            week = model.relaxation.among(part)
            lp = LinearGuide(week, lambda: self._board.stopped, method="ipm", crossover=False).solve()
            if lp is None:
                yield np.isin(options.day, roster.options.day[own]), nothing
                continue
            given[own] = lp.among(part).values[roster.duty_columns[own]]
            if not _orders_days(roster):
                yield self._placed(roster, np.where(own, given, 0))
        if _orders_days(roster):
            yield self._placed(roster, given)

    def _placed(self, outlined: RosterModel, given: FloatArray) -> tuple[BoolArray, FloatArray]:
        """Put people wholly where an outline gives shares; where the order of days has rules, by lines of work."""
        problem, options = outlined.problem, self._model.roster.options
        week = np.array(weeks_of(problem.horizon.dates))
        share = shares_of(outlined.options, given, (len(problem.staff), len(week), len(problem.outlets)))
        whole = None
        if _orders_days(outlined):
            seed = self._board.settings.seed
            whole = whole_lines(outlined, given, share, week, seed, lambda: self._board.stopped)
        if whole is None:
            whole = whole_places(share, week)
        much = expected(outlined.options, given, options, week, whole)
        return much > 0, much

    # ------------------------------------------------------------ improving

    def _improve(self, rng: np.random.Generator, seconds: float = math.inf) -> None:
        """Solve a few outlets and days again, until told to stop or time is up; name what comes of it now and then."""
        self._board.expect_better()
        end = time.perf_counter() + seconds
        while not self._board.stopped and self._board.work_left > 0 and time.perf_counter() < end:
            now = self._now
            kind = ONE if self._above is None else self._payoff.next(rng)
            phase = self._board.doing = f"neighbourhood of {kind[0]}"
            if self._announcer.part_seconds > 0:
                free = self._losses.options(kind, now, rng)
                self._again(part_of(self._model, self._relaxation, free, now, self._near(kind)), now, kind)
            else:
                # What time is left is for names.
                self._board.stop.wait(NAP)
            self._announcer.offer_if_due(self._now, phase)

    def _again(self, part: Part, now: IntArray, kind: Kind) -> bool:
        """Solve a part by the engine whose turn it is for its kind; tell whether the outcome goes with the best."""
        if self._board.work_left <= 0:
            return True
        began, solve = time.perf_counter(), self._by_cp_sat if kind in self._for_cp_sat else self._by_highs
        values, proved, work = solve(part, now)
        found = None if values is None else self._model.kept(part.whole(values), now)
        took = work if self._board.settings.deterministic else time.perf_counter() - began
        self._board.spend(work)
        with self._lock:
            before = self._now
            self._announcer.parts += 1
            if not proved:
                self._for_cp_sat ^= {kind}
            goes = found is None or self._take(found, part)
            saved = 0 if self._now is before else self._relaxation.cost @ (before - self._now)
            self._payoff.note(kind, float(saved), took)
        return goes

    def _by_highs(self, part: Part, now: IntArray) -> tuple[IntArray | None, bool, float]:
        """Give a solution, whether none is better, and the work; small linear programmes nearly are the answer."""
        settings = self._board.settings
        task = MipTask(
            part.relaxation, gap=PLACE_GAP, nodes=PLACE_NODES, seconds=self._announcer.part_seconds,
            seed=settings.seed, start=now[part.columns],
        )  # fmt: skip
        found = run_mip(task, stopped=lambda: self._board.stopped)
        return found.values, found.proved, PLACE_WORK

    def _by_cp_sat(self, part: Part, now: IntArray) -> tuple[IntArray | None, bool, float]:
        """Do the same where the tree search of a linear programme does not come to an end."""
        limits = self._board.limits(self._announcer.part_seconds, self._strategy.neighbourhood_work)
        found = solve_cp(part.relaxation.model(), limits, hint=now[part.columns], stop=self._board.stop)
        return found.values, found.status is CpStatus.OPTIMAL, max(found.work, LEAST_WORK)

    def _take(self, values: IntArray, part: Part) -> bool:
        """Put what a part has decided into the best solution, if that is better; tell whether rows allow both.

        Another thread may have found a better one since the part was begun, and what it found is not given up.
        """
        both = self._both(values, part)
        if both is not None and self._relaxation.cost @ (both - self._now) < 0:
            self._now = both
        return both is not None

    def _both(self, values: IntArray, part: Part) -> IntArray | None:
        """Give the best solution with what a part has decided, if rows allow both."""
        both = part.put(values, into=self._now)
        kept = self._model.kept(both, self._now)
        if kept is not None:
            return kept
        # What follows from the decisions may depend on those of either.
        follows = part.columns[~self._model.decisions[part.columns]]
        rest = self._relaxation.around(follows, both)
        found = run_mip(MipTask(rest.relaxation)).values
        return None if found is None else self._model.kept(rest.whole(found), self._now)


def _orders_days(outlined: RosterModel) -> bool:
    """Tell whether rules of an outline look at the order of somebody's days, which a flow would break."""
    return any(is_of(rule.name, ORDER) for rule in outlined.rules)
