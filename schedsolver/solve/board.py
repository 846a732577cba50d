"""What the threads of a search share: the best checked roster, the best bound, and when to stop."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from schedsolver.domain.arrays import IntArray
from schedsolver.errors import CheckFailed
from schedsolver.model.names import schedule_of
from schedsolver.rules.check import CheckReport, check
from schedsolver.solve.cpsat import CpLimits
from schedsolver.solve.result import ENDING, Incumbent, Progress, StopReason, versions

if TYPE_CHECKING:
    from schedsolver.domain.schedule import Schedule
    from schedsolver.model.build import BuiltModel
    from schedsolver.solve.checkpoint import Checkpoint
    from schedsolver.solve.settings import Settings
    from schedsolver.solve.start import Start

# What the tree search's floating point may add to a bound; more is a defect.
BOUND_TOLERANCE = 1e-6
Naming = Callable[[IntArray], tuple["BuiltModel", IntArray] | None]
# Better rosters kept for a program that is slow to ask for them; older ones are given up.
MOST_WAITING = 16


class Board:
    """Safe to use from several threads.

    Parameters
    ----------
    model
        What is solved.
    settings
        When to stop.
    started
        What the clock said when solving began.
    clock
        Gives the time in seconds.

    Attributes
    ----------
    stop
        Set when the search should end.
    failure
        The first error of a thread, ``None`` as long as there is none.
    best
        The best roster, checked; ``None`` before the first.
    values
        The best solution of the model, shape ``(columns,)``; what the search goes on from.
    cost
        Cents of the roster that ``values`` stand for; 0 without them.
    naming
        Gives, for a solution of the model, another model that also keeps the rules which that one does without, and
        its values; ``None`` for what cannot keep them. Unset where the model has all rules.
    start
        The earlier roster to begin with, if there is one.
    spent
        Seconds of an earlier search that this one goes on from.
    found
        The latest better rosters, for others to take away.
    bound
        No roster costs less; ``None`` before the first bound.
    trace
        Each improvement.
    work
        Deterministic time so far, roughly seconds.
    doing
        What the search is at, in words.
    """

    def __init__(
        self, model: BuiltModel, settings: Settings, started: float, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.model = model
        self.settings = settings
        self.started = started
        self.began = clock()
        self.stop = threading.Event()
        self.reason: StopReason | None = None
        self.failure: Exception | None = None
        self.best: Incumbent | None = None
        self.values: IntArray | None = None
        self.found: deque[Incumbent] = deque(maxlen=MOST_WAITING)
        self.bound: int | None = None
        self.trace: list[Progress] = []
        self.work = 0.0
        self.doing = "first roster"
        self._clock = clock
        self.spent = 0.0
        self.start: Start | None = None
        self.cost = 0
        self.naming: Naming | None = None
        self._better_at: float | None = None
        self._lock = threading.Lock()

    def offer(self, values: IntArray, phase: str) -> None:
        """Take a solution if it is better; it is checked without the solver first.

        Raises
        ------
        CheckFailed
            If the checker finds a violation or another cost than the model.
        """
        model, counts = self.model, self.model.roster.settled(values)
        values = counts
        if self.naming is not None:
            if self.values is not None and model.roster.cost(values) >= self.cost:
                return
            named = self.naming(values)
            if named is None:
                return
            model, counts = named[0], named[0].roster.settled(named[1])
        by_rule = model.roster.cost_by_rule(counts)
        cost = sum(by_rule.values())
        if self.values is not None and cost >= self.cost:
            return
        if self.best is not None and cost >= self.best.objective:
            # Dearer than the roster the search was given, but one that it can go on from.
            with self._lock:
                self.values, self.cost = values, cost
            return
        schedule = schedule_of(model, counts)
        report = check(self.model.roster.problem, schedule)
        if not report.ok:
            raise CheckFailed(f"a roster from phase '{phase}' breaks {report.violations[0]}")
        for rule in sorted(by_rule.keys() | report.cost_by_rule.keys()):
            ours, checked = by_rule.get(rule, 0), report.cost_by_rule.get(rule, 0)
            if ours != checked:
                raise CheckFailed(f"phase '{phase}' says {ours} cents for {rule}, the checker {checked}")
        with self._lock:
            if self.best is None or cost < self.best.objective:
                if self.best is not None:
                    self._better_at = self.moment
                self.values, self.cost = values, cost
                self._keep(schedule, report, phase)

    def restore(self, kept: Checkpoint, report: CheckReport) -> None:
        """Go on from where an earlier search was; its roster, judged anew, is begun with as any other.

        Where the rules judge it otherwise than then, they have changed, and the bound is not one any more.
        """
        self.spent, self.work, self.trace = kept.seconds, kept.work, kept.moments()
        same = kept.library == versions()["schedsolver"] and report.ok and report.objective == kept.objective
        self.bound = kept.bound if same else None

    def begin_with(self, start: Start, phase: str) -> None:
        """Begin with an earlier roster: the best at once if it passes the check."""
        self.start = start
        if start.report.ok:
            with self._lock:
                self._keep(start.schedule, start.report, phase)

    def _keep(self, schedule: Schedule, report: CheckReport, phase: str) -> None:
        self.best = Incumbent(self._seconds, report.objective, self.bound, phase, schedule, report.cost_by_rule)
        self.found.append(self.best)
        self._note(phase)

    def expect_better(self) -> None:
        """Say that better rosters should follow from now on, so that a time without one counts."""
        if self._better_at is None:
            self._better_at = self.moment

    def raise_bound(self, bound: int, phase: str) -> None:
        """Take a bound that holds for the whole problem if it is better."""
        with self._lock:
            if self.bound is None or bound > self.bound:
                self.bound = bound
                self._note(phase)

    def guarded(self, work: Callable[[], None]) -> Callable[[], None]:
        """Wrap what a thread does so that an error ends the search instead of getting lost."""

        def run() -> None:
            try:
                work()
            except Exception as error:
                self.failure = self.failure or error
                self.end(StopReason.INTERRUPTED)

        return run

    def end(self, reason: StopReason) -> None:
        """End the search; the first reason given stands."""
        if self.reason is None:
            self.reason = reason
        self.stop.set()

    @property
    def stopped(self) -> bool:
        """Whether the search should end; asked by the engines."""
        patience, since = self.settings.stall_seconds, self._better_at
        if self.seconds_left <= 0:
            self.end(StopReason.TIME)
        elif patience is not None and since is not None and self.moment - since >= patience:
            self.end(StopReason.STALLED)
        return self.stop.is_set()

    @property
    def seconds_left(self) -> float:
        """Wall-clock time left; plenty when deterministic."""
        if self.settings.deterministic:
            return float("inf")
        return self.settings.time_seconds - self.spent - (self._clock() - self.began)

    @property
    def work_left(self) -> float:
        """Deterministic time left."""
        return self.settings.work_limit - self.work

    def spend(self, work: float) -> None:
        """Account for work."""
        with self._lock:
            self.work += work

    def limits(self, seconds: float = math.inf, work: float = math.inf, gap: float = 0.0) -> CpLimits:
        """Give limits of a run of CP-SAT within what is left; when deterministic, seconds are units of work."""
        deterministic = self.settings.deterministic
        return CpLimits(
            seconds=math.inf if deterministic else min(seconds, self.seconds_left),
            work=min(seconds if deterministic else math.inf, work, self.work_left),
            gap=gap,
            seed=self.settings.seed,
            parameters=self.settings.cp_sat,
        )

    @property
    def _seconds(self) -> float:
        return self.spent + self._clock() - self.started

    @property
    def moment(self) -> float:
        """When it is: by the clock, or in work when deterministic; only differences mean anything."""
        return self.work if self.settings.deterministic else self._clock()

    def progress(self, phase: str) -> Progress:
        """Give the state of the search now."""
        objective = self.best.objective if self.best is not None else None
        doing = ENDING if self.stop.is_set() else self.doing
        return Progress(self._seconds, objective, self.bound, phase, doing=doing)

    def note(self, phase: str) -> None:
        """Enter something worth knowing into the trace."""
        with self._lock:
            self._note(phase)

    def _note(self, phase: str) -> None:
        now = self.progress(phase)
        self.trace.append(now)
        if now.objective is None:
            return
        proved, target = now.bound is not None and now.bound >= now.objective, self.settings.target_cents
        if now.bound is not None and now.bound > now.objective + BOUND_TOLERANCE * now.objective + 1:
            raise CheckFailed(f"phase '{phase}' leaves a bound of {now.bound}, above a roster of {now.objective} cents")
        if proved:
            self.end(StopReason.OPTIMAL)
        elif target is not None and now.objective <= target:
            self.end(StopReason.TARGET)
        elif now.gap is not None and now.gap <= self.settings.gap:
            self.end(StopReason.GAP)
