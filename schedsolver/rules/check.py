"""The independent checker: every rule, judged on the finished roster, without a solver."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schedsolver.domain.rule import Finding
from schedsolver.domain.suggest import did_you_mean
from schedsolver.errors import InvalidSchedule
from schedsolver.rules.catalogue import active_rules

if TYPE_CHECKING:
    import pandas as pd

    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Schedule


@dataclass(frozen=True)
class CheckReport:
    """What the checker found.

    Attributes
    ----------
    violations
        Broken hard rules; empty for a roster.
    penalties
        What soft rules cost, one finding each.
    cost_by_rule
        Cents by rule, for every rule that applies and counts.
    """

    violations: tuple[Finding, ...]
    penalties: tuple[Finding, ...]
    cost_by_rule: dict[str, int]

    @property
    def ok(self) -> bool:
        """Whether no hard rule is broken."""
        return not self.violations

    @property
    def objective(self) -> int:
        """The whole cost in cents."""
        return sum(self.cost_by_rule.values())

    def to_frame(self) -> pd.DataFrame:
        """Give one row a finding: kind, rule, cents, employee, outlet, activity, start, message."""
        import pandas as pd

        rows = [
            (kind, f.rule, f.cents, f.employee_id, f.outlet_id, f.activity_id, f.start, f.message)
            for kind, findings in (("violation", self.violations), ("penalty", self.penalties))
            for f in findings
        ]
        columns = ["kind", "rule", "cents", "employee", "outlet", "activity", "start", "message"]
        return pd.DataFrame(rows, columns=columns)


def check(problem: Problem, schedule: Schedule) -> CheckReport:
    """Judge a schedule by every rule of its problem and recompute the whole objective.

    Parameters
    ----------
    problem, schedule
        What was asked and what was answered.

    Returns
    -------
    Violations, penalties and cost; equal to the solver's objective to the last cent.

    Raises
    ------
    InvalidSchedule
        If the schedule names people, places or work its problem does not have.
    """
    refuse_unknown_names(problem, schedule)
    violations: list[Finding] = []
    penalties: list[Finding] = []
    cost: dict[str, int] = {}
    for rule in active_rules(problem):
        judgement = rule.judge(problem, schedule)
        violations += judgement.violations
        if not problem.counts(rule.name):
            continue
        penalties += judgement.penalties
        cost[rule.name] = cost.get(rule.name, 0) + judgement.cents
    return CheckReport(tuple(violations), tuple(penalties), cost)


def refuse_unknown_names(problem: Problem, schedule: Schedule) -> None:
    """Make sure that a schedule speaks of what its problem has.

    Raises
    ------
    InvalidSchedule
        With every name that the problem does not have.
    """
    unknown = list(_unknown_names(problem, schedule))
    if unknown:
        raise InvalidSchedule("\n".join(unknown))


def _unknown_names(problem: Problem, schedule: Schedule) -> Iterator[str]:
    known = {
        "employee_id": problem.employee_index,
        "outlet_id": problem.outlet_index,
        "shift_type_id": problem.shift_type_index,
        "skill_id": problem.skill_index,
        "activity_id": problem.activity_index,
    }
    for record in (*schedule.duty_list, *schedule.stint_list, *schedule.leave_list):
        for field, names in known.items():
            name = getattr(record, field, None)
            if name is not None and name not in names:
                yield f'{record}: {field.removesuffix("_id")} "{name}" is not in the problem{did_you_mean(name, names)}'
