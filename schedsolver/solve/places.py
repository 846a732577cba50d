"""The search where rules make more rows than there are duties: staff outlet after outlet, then improve on that.

With so many rows the linear relaxation takes most of the time there is, a dive from it longer than that, and a tree
search does not come to its first node. The duties of one outlet on one day are another matter: given all others, their
linear programme is solved in a tenth of a second and nearly is the answer. So an outline of the problem says who should
work where on which day; outlets are staffed one after the other, by those people and then by anybody; and then two or
three outlets and days are solved at once, chosen at random, until time is up. Beside, the relaxation is solved row by
row for the bound.
"""

from __future__ import annotations

import itertools
import math
import threading
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.options import BoolArray, IntArray
from schedsolver.model.build import build_model
from schedsolver.model.relaxation import Part, Relaxation
from schedsolver.solve.cpsat import CpLimits, solve_cp
from schedsolver.solve.filling import fill_places
from schedsolver.solve.guide import near_duties, rounded, solve_by_rows
from schedsolver.solve.highs import LinearGuide, LpResult, MipTask, run_mip
from schedsolver.solve.neighbourhoods import columns_of, free_options
from schedsolver.solve.outline import outline_of, placed

if TYPE_CHECKING:
    from schedsolver.model.build import BuiltModel
    from schedsolver.solve.board import Board
    from schedsolver.solve.naming import Naming

# Gap at which the duties of an outlet and day are good enough, and nodes of the tree search for them.
PLACE_GAP, PLACE_NODES = 0.002, 15
# Work that this counts as, when deterministic; HiGHS does not count any.
PLACE_WORK = 0.5
# What a place with many people to choose from may take by the clock, where there is one.
PLACE_SECONDS = 10.0
# What a neighbourhood counts as at least: writing it down and naming what comes of it takes time too.
LEAST_WORK = 0.2
# A duty takes part in an outline's dive if its price is no more than this share of a duty's mean cost above itself.
OUTLINE_WIDTH = 0.01
# Beyond so many rows an outline takes minutes, in which half of the outlets can be staffed without one.
OUTLINE_ROWS = 30_000


class PlaceSearch:
    """Improves on the roster of a board, place by place.

    Parameters
    ----------
    board
        Has a roster to begin with; takes better ones and the bound.
    relaxation
        The model's rows; whatever is not linear among them has to follow from the decisions.
    naming
        Deals out activities; told to do so quickly as long as rosters are far from good.
    """

    def __init__(self, board: Board, relaxation: Relaxation, naming: Naming) -> None:
        self._board, self._relaxation, self._naming = board, relaxation, naming
        self._model: BuiltModel = board.model
        self._strategy = board.settings.strategy
        self.work_left = board.settings.work_limit - board.work
        self._near: BoolArray | None = None
        self._lock = threading.Lock()

    def run(self) -> None:
        """Search until the board says stop."""
        rng = np.random.default_rng(self._board.settings.seed)
        if self._board.settings.threads == 1:
            self._staff()
            self._relax()
            self._improve(rng)
            return
        other = rng.spawn(1)[0]
        beside = threading.Thread(target=self._board.guarded(lambda: self._relax_and_improve(other)), daemon=True)
        beside.start()
        self._staff()
        self._improve(rng)
        beside.join()

    def _relax_and_improve(self, rng: np.random.Generator) -> None:
        self._relax()
        self._improve(rng)

    def _relax(self) -> None:
        solve_by_rows(self._relaxation, lambda: self._board.stopped, self._guided)

    def _guided(self, lp: LpResult) -> None:
        self._board.raise_bound(lp.bound, "linear relaxation")
        self._near = near_duties(lp, self._model.roster.duty_columns, self._strategy.width)

    # ------------------------------------------------------------ staffing

    def _staff(self) -> None:
        """Staff each outlet and day, by those whom the outline has there if there is one."""
        allowed = self._outlined()
        self._board.doing = "outlet by outlet"
        self._naming.quick = True
        fill_places(
            self._model, self._relaxation, self._now, self._solved, partial(self._offer, phase="outlet by outlet"),
            lambda: self._board.stopped, allowed,
        )  # fmt: skip
        self._naming.quick = False

    def _outlined(self) -> BoolArray | None:
        """Solve the outline of the problem; tell which options have people where it has them, ``None`` without one."""
        problem = self._model.roster.problem
        outline = outline_of(problem)
        if outline is None:
            return None
        self._board.doing = "outline"
        roster = build_model(outline).roster
        relaxation, duties = roster.relaxation(), roster.duty_columns
        if len(relaxation.row_lower) > OUTLINE_ROWS:
            return None
        lp = LinearGuide(relaxation, lambda: self._board.stopped, method="ipm").solve()
        if lp is None:
            return None
        values = rounded(
            lp, relaxation, duties, OUTLINE_WIDTH, lambda: self._board.stopped,
            near=self._strategy.dive_near, share=self._strategy.dive_share,
        )  # fmt: skip
        return None if values is None else placed(roster.options, values[duties] > 0, self._model.roster.options)

    def _solved(self, part: Part, now: IntArray) -> IntArray | None:
        """Solve the duties of an outlet and day by HiGHS, whose linear programme nearly is the answer there."""
        if self.work_left <= 0:
            return None
        clock = not self._board.settings.deterministic
        task = MipTask(
            part.relaxation, gap=PLACE_GAP, nodes=PLACE_NODES,
            seconds=min(PLACE_SECONDS, self._board.seconds_left) if clock else math.inf,
            seed=self._board.settings.seed, start=now[part.columns],
        )  # fmt: skip
        values = run_mip(task, stopped=lambda: self._board.stopped).values
        self._account(PLACE_WORK)
        return None if values is None else self._kept(part.whole(values))

    def _kept(self, values: IntArray) -> IntArray | None:
        """Give a solution with what follows from it, or ``None`` if it keeps not all rows."""
        settled = self._model.roster.settled(values)
        return settled if self._relaxation.holds(settled) else None

    # ------------------------------------------------------------ improving

    def _improve(self, rng: np.random.Generator) -> None:
        """Solve a few outlets and days again by CP-SAT, the rest fixed, until told to stop."""
        duties = self._model.roster.duty_columns
        self._board.expect_better()
        for kind, size in itertools.cycle(self._strategy.small_neighbourhoods):
            if self._board.stopped or self.work_left <= 0:
                return
            now = self._now
            free = free_options(self._model, kind, size, rng)
            if self._near is not None:
                free &= self._near | (now[duties] > 0)
            columns = self._relaxation.reach(columns_of(self._model, free), self._model.decisions)
            self._again(self._relaxation.around(columns, now), now, f"neighbourhood of {kind}")

    def _again(self, part: Part, now: IntArray, phase: str) -> None:
        """Solve a part again and offer what comes of it."""
        self._board.doing = phase
        settings = self._board.settings
        limits = CpLimits(
            seconds=self._board.seconds_left,
            work=min(self._strategy.neighbourhood_work, self.work_left),
            seed=settings.seed,
            parameters=settings.cp_sat,
        )
        result = solve_cp(part.relaxation.model(), limits, hint=now[part.columns], stop=self._board.stop)
        self._account(max(result.work, LEAST_WORK))
        better = None if result.values is None else self._kept(part.whole(result.values))
        if better is not None:
            self._offer(better, phase, part)

    def _offer(self, values: IntArray, phase: str, part: Part | None = None) -> None:
        """Offer a roster; where another thread has found a better one meanwhile, what is new of this one in that."""
        with self._lock:
            if part is not None:
                both = self._both(values, part)
                values = values if both is None else both
            self._board.offer(values, phase)

    def _both(self, values: IntArray, part: Part) -> IntArray | None:
        """Give the best roster with what a part has decided, if rows allow both."""
        both = self._now.copy()
        both[part.columns] = values[part.columns]
        kept = self._kept(both)
        if kept is not None:
            return kept
        # What follows from the decisions may depend on those of either.
        follows = part.columns[~self._model.decisions[part.columns]]
        rest = self._relaxation.around(follows, both)
        found = run_mip(MipTask(rest.relaxation)).values
        return None if found is None else self._kept(rest.whole(found))

    @property
    def _now(self) -> IntArray:
        assert self._board.values is not None, "the search opens with a roster"
        return self._board.values

    def _account(self, work: float) -> None:
        with self._lock:
            self.work_left -= work
            self._board.work += work
