"""Why there is no roster: which pins contradict each other or a hard rule, or which hard rules each other."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.arrays import IntArray
from schedsolver.errors import InvalidProblem
from schedsolver.model.build import build_model
from schedsolver.model.options import admitted, every_duty
from schedsolver.rules.catalogue import active_rules
from schedsolver.rules.pins import matching
from schedsolver.solve.cpsat import CpLimits, CpStatus, solve_cp

if TYPE_CHECKING:
    from schedsolver.domain.options import DutyOptions
    from schedsolver.domain.people import Pin
    from schedsolver.domain.problem import Problem
    from schedsolver.model.context import RosterModel
    from schedsolver.solve.settings import Settings


LEAST_SECONDS = 10.0


def contradictions(problem: Problem, settings: Settings) -> list[str]:
    """Say in words why a problem proved infeasible has no roster.

    Parameters
    ----------
    problem
        A problem without any roster.
    settings
        Its seed, and its time as a limit on how far the set of pins is narrowed down.

    Returns
    -------
    One sentence for each pin in the contradiction: pins that no single duty can keep, else a small
    set of pins that cannot be kept together, else a small set of listed rules.
    """
    duties = every_duty(problem)
    alone = [reason for pin in problem.pins if (reason := _impossible_alone(pin, problem, duties)) is not None]
    if alone:
        return alone
    pins = _small_core(problem, settings)
    if not pins:
        core = _contradictory_rules(problem, settings)
        named = [f"{problem.rules[i].name} (rules[{i}]): {_first_sentence(problem.rules[i])}" for i in core]
        return named or ["the rules that always hold cannot all be kept, whatever rules are listed"]
    return [f"{pin.describe()} (pins[{problem.pins.index(pin)}])" for pin in pins]


def _impossible_alone(pin: Pin, problem: Problem, duties: DutyOptions) -> str | None:
    """Say why no duty can keep a pin: the first rule after which none is left."""
    if pin.off:
        return None
    options = duties.where(matching(pin, problem, duties))
    where = f"{pin.describe()} (pins[{problem.pins.index(pin)}])"
    if not len(options):
        return f"{where}, but no shift type has such a duty"
    for rule in active_rules(problem):
        options = admitted(rule, problem, options)
        if not len(options):
            return f"{where}, but {rule.name} allows no such duty: {_first_sentence(rule)}"
    return None


def _small_core(problem: Problem, settings: Settings) -> list[Pin]:
    """Find pins that cannot be kept together, leaving out what can be left out while time allows.

    Days without a pin stay free of duties: hard rules only limit what is given, so others' duties
    could not help. None are given when that is not what makes the problem infeasible.
    """
    roster = build_model(problem.replace(pins=())).roster
    switches = roster.new_columns(np.ones(len(problem.pins)))
    pinned = np.zeros(len(roster.options), bool)
    for pin, switch in zip(problem.pins, switches, strict=True):
        chosen = matching(pin, problem, roster.options)
        pinned |= chosen
        _switched(roster, pin, roster.duty_columns[chosen], int(switch))
    roster.cp.clear_objective()
    free = roster.duty_columns[~pinned]
    deadline = time.monotonic() + max(LEAST_SECONDS, settings.time_seconds)

    def impossible(kept: list[int]) -> bool:
        values = np.zeros(roster.columns, np.int64)
        values[switches[kept]] = 1
        limits = CpLimits(seconds=max(0.0, deadline - time.monotonic()), seed=settings.seed)
        fixed = np.concatenate([free, switches])
        result = solve_cp(roster.cp, limits, fixed=fixed, fix_to=values, stop=threading.Event())
        return result.status is CpStatus.INFEASIBLE

    core = list(range(len(problem.pins)))
    if not impossible(core):
        return []
    step = max(1, len(core) // 2)
    while step:
        for first in range(0, len(core), step):
            fewer = core[:first] + core[first + step :]
            if impossible(fewer):
                core = fewer
                break
        else:
            step //= 2
    return [problem.pins[i] for i in core]


def _contradictory_rules(problem: Problem, settings: Settings) -> list[int]:
    """Find listed rules that cannot be kept together, by leaving out one after another while time allows."""
    deadline = time.monotonic() + max(LEAST_SECONDS, settings.time_seconds)

    def impossible(kept: list[int]) -> bool:
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        try:
            fewer = problem.replace(rules=tuple(problem.rules[i] for i in kept))
        except InvalidProblem:
            # A rule that others are about, such as two duties a day for moves, stays with them.
            return False
        roster = build_model(fewer).roster
        roster.cp.clear_objective()
        limits = CpLimits(seconds=left, seed=settings.seed)
        return solve_cp(roster.cp, limits, stop=threading.Event()).status is CpStatus.INFEASIBLE

    core = list(range(len(problem.rules)))
    # Twice, as a rule that others are about can go once those have gone.
    for i in [*core, *core]:
        fewer = [j for j in core if j != i]
        if len(fewer) < len(core) and impossible(fewer):
            core = fewer
    return core


def _switched(roster: RosterModel, pin: Pin, column: IntArray, switch: int) -> None:
    """With the switch on, no duty of a day off is given, or one that the pin allows is; off, all is free."""
    ones = np.ones(len(column), np.int64)
    coefficient, most = (np.append(ones, len(column)), len(column)) if pin.off else (np.append(-ones, 1), 0)
    roster.require(np.zeros(len(column) + 1), np.append(column, switch), coefficient, None, [most])


def _first_sentence(rule: object) -> str:
    text = (type(rule).__doc__ or "").strip().splitlines()
    return text[0] if text else ""
