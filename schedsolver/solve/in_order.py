"""One objective after another: cover before cost, cost before fairness, fairness before wishes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from schedsolver.domain.base import Identifier, Model
from schedsolver.domain.rule import is_of, unknown_rules
from schedsolver.domain.schedule import Schedule
from schedsolver.errors import InvalidProblem
from schedsolver.rules.budget import Budget
from schedsolver.rules.catalogue import active_rules
from schedsolver.rules.check import check
from schedsolver.solve.result import Progress, Result
from schedsolver.solve.runner import solve
from schedsolver.solve.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from schedsolver.domain.problem import Problem


class Step(Model):
    """One objective of several.

    Attributes
    ----------
    name
        What it is called.
    rules
        The rules whose price it is, or families such as ``"cover"``; empty for all that no other step has.
    loss_percent, loss_cents
        How much more later steps may let it cost than it came to: a share of that, and an amount.
    """

    name: Identifier
    rules: tuple[Identifier, ...] = ()
    loss_percent: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    loss_cents: Annotated[int, Field(ge=0)] = 0

    def budget(self, cents: int) -> int:
        """Give what later steps may let it cost."""
        return cents + math.floor(cents * self.loss_percent / 100) + self.loss_cents


COVER_COST_FAIRNESS_WISHES = (
    Step(name="cover", rules=("cover",)),
    Step(name="cost"),
    Step(name="fairness", rules=("fair",)),
    Step(name="wishes", rules=("request", "preference")),
)


@dataclass(frozen=True)
class InOrder:
    """A roster that was made step by step.

    Attributes
    ----------
    schedule
        The roster of the last step.
    results
        What each step gave, by name; their objectives are those of the step alone.
    cents
        What the rules of each step charge for the roster in the end.
    """

    schedule: Schedule
    results: dict[str, Result]
    cents: dict[str, int]

    def to_frame(self) -> pd.DataFrame:
        """Give one row a step: step, best (what it came to), bound, final (what it costs in the end), gap."""
        import pandas as pd

        rows = [(name, r.objective, r.bound, self.cents[name], r.gap) for name, r in self.results.items()]
        return pd.DataFrame(rows, columns=["step", "best", "bound", "final", "gap"])


def solve_in_order(
    problem: Problem,
    steps: Sequence[Step] = COVER_COST_FAIRNESS_WISHES,
    settings: Settings | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> InOrder:
    """Optimise one objective after another, each within what the ones before may lose (lexicographic, or nearly so).

    Parameters
    ----------
    problem
        What to solve; all its hard rules hold in every step.
    steps
        The objectives, the most important first. Rules that no step has are not optimised, unless a step has no rules.
    settings
        Limits for all steps together, which have equal parts of the time or work; each step begins with the roster of
        the one before, so it never does worse than that.
    on_progress
        As for :func:`~schedsolver.solve.runner.solve`.

    Returns
    -------
    The roster of the last step, and what each step came to.

    Raises
    ------
    InvalidProblem
        If there are no steps, two of one name or two with all other rules, or a step names a rule that is not there.
    InfeasibleProblem, NoSolutionFound, CheckFailed
        As for :func:`~schedsolver.solve.runner.solve`.
    """
    _refuse_faulty(steps)
    names = _names_by_step(problem, steps)
    each = _part_of(settings or Settings(), len(names))
    budgets: list[Budget] = []
    results: dict[str, Result] = {}
    start: Schedule | None = None
    for step in steps:
        if step.name not in names:
            continue
        own = names[step.name]
        asked = problem.replace(counted=own, rules=(*problem.rules, *budgets))
        result = results[step.name] = solve(asked, each, on_progress, start=start)
        start = result.schedule
        budgets.append(Budget(rules=own, cents=step.budget(result.objective)))
    assert start is not None, "some rule always applies"
    charged = check(problem.replace(counted=()), start).cost_by_rule
    return InOrder(start, results, {name: sum(charged[rule] for rule in own) for name, own in names.items()})


def _names_by_step(problem: Problem, steps: Sequence[Step]) -> dict[str, tuple[str, ...]]:
    """Give the rules of each step that apply to a problem; steps without any are left out."""
    there = dict.fromkeys(rule.name for rule in active_rules(problem))
    named = [name for step in steps for name in step.rules]
    found = {
        step.name: tuple(rule for rule in there if (is_of(rule, step.rules) if step.rules else not is_of(rule, named)))
        for step in steps
    }
    return {name: rules for name, rules in found.items() if rules}


def _part_of(settings: Settings, steps: int) -> Settings:
    """Give the settings of one of several steps; a target for the whole is none for a step."""
    work = settings.work_limit / steps
    limits = {"time_seconds": settings.time_seconds / steps, "target_cents": None}
    return settings.model_copy(update=limits | ({"deterministic_work": work} if math.isfinite(work) else {}))


def _refuse_faulty(steps: Sequence[Step]) -> None:
    names = [step.name for step in steps]
    faults = [fault for step in steps for fault in unknown_rules(step.rules)]
    if not steps:
        faults.append("there are no steps to solve in order; give at least one")
    faults += [
        f'two steps are called "{name}"; name each once' for name in dict.fromkeys(names) if names.count(name) > 1
    ]
    if sum(not step.rules for step in steps) > 1:
        faults.append("two steps have all rules that no other step has; name the rules of one of them")
    if faults:
        raise InvalidProblem(faults)
