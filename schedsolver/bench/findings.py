"""The findings of an experiment in plain sentences, and the lists behind them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import pandas as pd

from schedsolver.bench.judge import Judgement
from schedsolver.bench.measures import SEPARATOR
from schedsolver.domain.wording import count_of


def of_runs(frame: pd.DataFrame) -> list[str]:
    """Say what was run and what of it does not count."""
    ranked = int(frame["ranked"].sum())
    size = ", ".join(count_of(frame[c].nunique(), noun) for c, noun in (("instance", "instance"), ("seed", "seed")))
    said = [f"{count_of(len(frame), 'run')} of {count_of(frame['settings'].nunique(), 'contestant')}: {size}."]
    if ranked < len(frame):
        kinds = frame.loc[~frame["ranked"], "outcome"].value_counts()
        told = ", ".join(f"{number} {str(outcome).replace('_', ' ')}" for outcome, number in kinds.items())
        said.append(f"{count_of(len(frame) - ranked, 'run')} gave no right roster and count as failures: {told}.")
    for name, number in frame.groupby("settings")["bound_disproved"].sum().items():
        if number:
            said.append(f"{name} claims a bound above a checked roster in {count_of(number, 'run')}; it is not used.")
    better = frame[frame["gap_to_best_known"] < 0]
    if len(better):
        where = ", ".join(sorted(better["instance"].unique()))
        said.append(f"The best published cost is undercut on {where}; have these rosters checked by others.")
    return said


def of_judgement(judged: Judgement) -> list[str]:
    """Say who is best under a limit, by how much, and what several together would give."""
    if judged.ranking.empty:
        if judged.frame.empty:
            return ["No instance was run by every contestant, so nothing is compared."]
        return ["No run gave a right roster, so nobody is ranked."]
    said = [_leader(judged)]
    said += [f"{pair.sentence()}." for pair in judged.pairs]
    said += _together(judged)
    if judged.left_out:
        said.append(f"{count_of(judged.left_out, 'run')} left out: some contestant has not run that cell.")
    return said


def _leader(judged: Judgement) -> str:
    name, first = judged.ranking.index[0], judged.ranking.iloc[0]
    if len(judged.ranking) == 1:
        return f"{name} is the only contestant; its mean primal integral is {first['integral']:#.3g} s."
    said = f"{name} has the least primal integral: {first['integral']:#.3g} s in the mean"
    others = judged.ranking.iloc[1:]
    # The mean has a shift of 1 s, which the ratio does not have, so they may disagree where both are quick.
    less = [str(other) for other in others.index[others["high"] < 1]]
    if less:
        return f"{said}; by the ratio, which looks at short times more closely, {', '.join(less)} has less."
    alike = [str(other) for other in others.index[~(others["low"] > 1)]]
    if alike:
        return f"{said}; it cannot be told apart from {', '.join(alike)} by that."
    return f"{said}, and every other's is larger by more than the choice of instances explains."


def _together(judged: Judgement) -> list[str]:
    single = judged.portfolios[0]
    if len(judged.ranking) == 1:
        return []
    if len(judged.portfolios) == 1:
        return [f"By {judged.measure.name}, {single.members[0]} is best on every task: others would add nothing."]
    best = f"{single.members[0]} alone {single.score:#.3g} s"
    pair = judged.portfolios[1]
    both = f"{' with '.join(pair.members)} {pair.score:#.3g} s"
    said = [f"Mean {judged.measure.name}: {best}, {both}, the best on each task {judged.virtual_best:#.3g} s."]
    if not math.isnan(single.held_out):
        chosen = f"a single contestant gives {single.held_out:#.3g} s, a pair {pair.held_out:#.3g} s"
        said.append(f"Chosen by the other instances only, {chosen}.")
    return said


@dataclass(frozen=True)
class Failures:
    """Runs of a contestant that failed in the same way: how, why, how often and where."""

    contestant: str
    outcome: str
    message: str
    number: int
    instances: tuple[str, ...]


def failures(frame: pd.DataFrame) -> list[Failures]:
    """Gather the runs that are not ranked, by contestant, outcome and reason."""
    parts = frame[~frame["ranked"]].groupby(["settings", "outcome", "message"], sort=True)
    return [
        Failures(str(name), str(outcome), str(message), len(part), tuple(sorted(part["instance"].unique())))
        for (name, outcome, message), part in parts
    ]


def not_expressed(frame: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Give for each contestant what it could not express, with the number of instances this is true of."""
    told: dict[str, dict[str, int]] = {}
    some = frame[frame["not_expressed"] != ""].drop_duplicates(["settings", "instance"])
    for name, words in zip(some["settings"], some["not_expressed"], strict=True):
        for word in words.split(SEPARATOR):
            of = told.setdefault(str(name), {})
            of[word] = of.get(word, 0) + 1
    return told


@dataclass(frozen=True)
class InstanceCell:
    """What a contestant gave on an instance.

    Attributes
    ----------
    objective, gap
        Means over its right rosters: the cost, and the share by which it exceeds the best; NaN without one.
    runs, failed, reason
        Number of runs, of those without a right roster, and what was said of them.
    is_best
        Whether nobody has fewer failures, and nobody with as few a lower gap.
    """

    objective: float
    gap: float
    runs: int
    failed: int
    reason: str
    is_best: bool = False

    @property
    def order(self) -> tuple[float, float]:
        """Sorts the better cell first."""
        return self.failed / self.runs, self.gap

    @property
    def has_roster(self) -> bool:
        """Whether there is a right roster at all."""
        return self.failed < self.runs


def by_instance(frame: pd.DataFrame, contestants: list[str]) -> dict[str, list[InstanceCell]]:
    """Give for each instance a cell for each contestant."""
    table = {}
    for instance, part in frame.groupby("instance"):
        cells = [_cell(part[part["settings"] == name]) for name in contestants]
        least = min((cell.order for cell in cells if cell.has_roster), default=None)
        table[str(instance)] = [replace(c, is_best=c.has_roster and c.order == least) for c in cells]
    return table


def _cell(runs: pd.DataFrame) -> InstanceCell:
    failed = runs[~runs["ranked"]]
    why = zip(failed["outcome"], failed["message"], strict=True)
    reasons = {f"{outcome.replace('_', ' ')}{f': {message}' if message else ''}" for outcome, message in why}
    cost, gap = runs["objective"].astype(float).mean(), runs["gap_to_best"].mean()
    return InstanceCell(float(cost), float(gap), len(runs), len(failed), "; ".join(sorted(reasons)))
