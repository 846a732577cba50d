"""What fairness costs: rosters between the cheapest and the fairest, none of them worse than another in everything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schedsolver.domain.rule import Rule, is_of
from schedsolver.domain.schedule import Schedule
from schedsolver.errors import InvalidProblem
from schedsolver.rules.check import check
from schedsolver.solve.result import Progress
from schedsolver.solve.runner import solve
from schedsolver.solve.settings import Settings
from schedsolver.solve.strategy import Strategy

if TYPE_CHECKING:
    import pandas as pd

    from schedsolver.domain.problem import Problem

FACTORS = (0.0, 0.25, 1.0, 4.0, 16.0)
# What changes with the price of fairness is first of all who works which duty.
STRATEGY = Strategy(reassign_share=0.8)
FAIR, COVER = ("fair",), ("cover",)


@dataclass(frozen=True)
class Point:
    """One roster, and what it comes to.

    Attributes
    ----------
    factor
        How many times the weights of the fairness rules it was made with.
    cover_cents, cost_cents
        What rules on cover charge, and all others but those on fairness.
    unfairness_cents
        What the fairness rules charge at the weights of the problem.
    schedule
        The roster.
    """

    factor: float
    cover_cents: int
    cost_cents: int
    unfairness_cents: int
    schedule: Schedule

    @property
    def money_cents(self) -> int:
        """Cover and cost together."""
        return self.cover_cents + self.cost_cents

    def dominates(self, other: Point) -> bool:
        """Tell whether it is no worse than another in anything, and better in something."""
        ours, theirs = (
            (p.cover_cents, p.cost_cents, p.unfairness_cents) for p in (self, other)
        )  # fmt: skip
        return ours != theirs and all(a <= b for a, b in zip(ours, theirs, strict=True))


@dataclass(frozen=True)
class Frontier:
    """Rosters of which none dominates another.

    Attributes
    ----------
    points
        From the cheapest to the fairest.
    """

    points: tuple[Point, ...]

    def to_frame(self) -> pd.DataFrame:
        """Give one row a point, in cents.

        Columns: factor, cover, cost, money (both together), unfairness, price (money above that of the cheapest) and
        price_per_unfairness (price for each cent of unfairness less than that of the cheapest; blank for itself).
        """
        import pandas as pd

        frame = pd.DataFrame(
            [(p.factor, p.cover_cents, p.cost_cents, p.money_cents, p.unfairness_cents) for p in self.points],
            columns=["factor", "cover", "cost", "money", "unfairness"],
        )
        cheapest = frame.iloc[0]
        price = frame["money"] - int(cheapest["money"])
        less = int(cheapest["unfairness"]) - frame["unfairness"]
        return frame.assign(price=price, price_per_unfairness=price / less.where(less != 0))


def frontier(
    problem: Problem,
    settings: Settings | None = None,
    factors: Sequence[float] = FACTORS,
    on_progress: Callable[[Progress], None] | None = None,
    *,
    start: Schedule | None = None,
) -> Frontier:
    """Trade cost and cover against fairness by weighing fairness less and more.

    Parameters
    ----------
    problem
        A problem with soft fairness rules.
    settings
        Limits of each roster; each search begins with the roster before, so keep ``factors`` in order. By default four
        fifths of the time go to who works the duties there are.
    factors
        How many times the weights of the fairness rules to solve with, each at least 0.
    on_progress
        As for :func:`~schedsolver.solve.runner.solve`.
    start
        A roster for the first search to begin with; a cheap one makes the frontier begin where money does.

    Returns
    -------
    The rosters found that no other one found dominates, from the cheapest to the fairest. Each is as near to the true
    frontier as its search came to the optimum.

    Raises
    ------
    InvalidProblem
        If the problem has no soft fairness rule, or a factor is negative or missing.
    InfeasibleProblem, NoSolutionFound, CheckFailed
        As for :func:`~schedsolver.solve.runner.solve`.
    """
    _refuse_faulty(problem, factors)
    settings = settings or Settings(strategy=STRATEGY)
    points: list[Point] = []
    for factor in factors:
        weighed = problem.replace(rules=[part for rule in problem.rules for part in _weighed(rule, factor)])
        schedule = start = solve(weighed, settings, on_progress, start=start).schedule
        charged = check(problem, schedule).cost_by_rule
        cover, unfair = (sum(c for name, c in charged.items() if is_of(name, family)) for family in (COVER, FAIR))
        points.append(Point(factor, cover, sum(charged.values()) - cover - unfair, unfair, schedule))
    kept = [point for point in points if not any(other.dominates(point) for other in points)]
    distinct = {(p.cover_cents, p.cost_cents, p.unfairness_cents): p for p in reversed(kept)}
    return Frontier(tuple(sorted(distinct.values(), key=lambda p: (p.money_cents, p.unfairness_cents))))


def _weighed(rule: Rule, factor: float) -> list[Rule]:
    """Give a rule with its weight changed if it is a soft one on fairness; without any weight it is left out."""
    if rule.hard or not is_of(rule.name, FAIR):
        return [rule]
    weight = round(rule.weight * factor)
    return [rule.model_copy(update={"weight": weight})] if weight else []


def _refuse_faulty(problem: Problem, factors: Sequence[float]) -> None:
    faults = []
    if not any(not rule.hard and is_of(rule.name, FAIR) for rule in problem.rules):
        faults.append("there is no soft fairness rule whose price could be found; list one, such as fair.distance")
    if not factors or not all(factor >= 0 for factor in factors):
        faults.append(f"the factors are {list(factors)}; give at least one, none below 0")
    if faults:
        raise InvalidProblem(faults)
