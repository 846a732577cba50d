"""Why there is no roster: which pins contradict each other or a hard rule."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.model.build import build_model
from schedsolver.model.options import every_duty
from schedsolver.rules.catalogue import active_rules
from schedsolver.rules.pins import matching
from schedsolver.solve.cpsat import CpLimits, CpStatus, solve_cp

if TYPE_CHECKING:
    from schedsolver.domain.people import Pin
    from schedsolver.domain.problem import Problem
    from schedsolver.solve.settings import Settings


def contradictions(problem: Problem, settings: Settings) -> list[str]:
    """Say in words why a problem proved infeasible has no roster.

    Parameters
    ----------
    problem
        A problem without any roster.
    settings
        Its workers and seed are used.

    Returns
    -------
    One sentence for each pin in the contradiction: pins that no single duty can keep, else a
    smallest set of pins that cannot be kept together.
    """
    alone = [reason for pin in problem.pins if (reason := _impossible_alone(pin, problem)) is not None]
    if alone:
        return alone
    pins = _smallest_core(problem, settings)
    if not pins:
        return ["the hard rules contradict each other even without pins"]
    return [f"{pin.describe()} (pins[{problem.pins.index(pin)}])" for pin in pins]


def _impossible_alone(pin: Pin, problem: Problem) -> str | None:
    """Say why no duty can keep a pin: the first rule after which none is left."""
    if pin.off:
        return None
    options = every_duty(problem)
    options = options.where(matching(pin, problem, options))
    where = f"{pin.describe()} (pins[{problem.pins.index(pin)}])"
    if not len(options):
        return f"{where}, but no shift type has such a duty"
    for rule in active_rules(problem):
        kept = rule.admits(problem, options)
        if kept is not None:
            options = options.where(kept)
        if not len(options):
            return f"{where}, but {rule.name} allows no such duty: {_first_sentence(rule)}"
    return None


def _smallest_core(problem: Problem, settings: Settings) -> list[Pin]:
    """Find pins that cannot be kept together, though any fewer of them can.

    Days without a pin stay free of duties: hard rules only limit what is given, so others' duties
    could not help.
    """
    roster = build_model(problem.replace(pins=())).roster
    switches = roster.new_columns(np.ones(len(problem.pins)))
    pinned = np.zeros(len(roster.options), bool)
    for pin, switch in zip(problem.pins, switches, strict=True):
        chosen = matching(pin, problem, roster.options)
        pinned |= chosen
        column = roster.duty_columns[chosen]
        # With the switch on, no duty of a day off is given, or one that the pin allows is; off, all is free.
        ones = np.ones(len(column), np.int64)
        coefficient, most = (np.append(ones, len(column)), len(column)) if pin.off else (np.append(-ones, 1), 0)
        roster.require(np.zeros(len(column) + 1), np.append(column, switch), coefficient, None, [most])
    roster.cp.proto.objective.vars.clear()
    roster.cp.proto.objective.coeffs.clear()
    free = roster.duty_columns[~pinned]

    def possible(kept: list[int]) -> bool:
        values = np.zeros(roster.columns, np.int64)
        values[switches[kept]] = 1
        fixed = np.concatenate([free, switches])
        limits = CpLimits(workers=settings.threads, seed=settings.seed)
        result = solve_cp(roster.cp, limits, fixed=fixed, fix_to=values, stop=threading.Event())
        return result.status is not CpStatus.INFEASIBLE

    core = list(range(len(problem.pins)))
    if possible(core):
        return []
    step = max(1, len(core) // 2)
    while step:
        for first in range(0, len(core), step):
            fewer = core[:first] + core[first + step :]
            if not possible(fewer):
                core = fewer
                break
        else:
            step //= 2
    return [problem.pins[i] for i in core]


def _first_sentence(rule: object) -> str:
    text = (type(rule).__doc__ or "").strip().splitlines()
    return text[0] if text else ""
