"""What a rule says of a finished schedule."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing a rule found: a broken hard rule, or what a soft one costs.

    Attributes
    ----------
    rule
        Name of the rule.
    message
        What was found, in words.
    cents
        Price; 0 for a violation.
    employee_id, outlet_id, activity_id, start
        Whom, where, on what and from when, as far as the finding has them.
    """

    rule: str
    message: str
    cents: int = 0
    employee_id: str | None = None
    outlet_id: str | None = None
    activity_id: str | None = None
    start: dt.datetime | None = None


@dataclass(frozen=True)
class Judgement:
    """What one rule says of one schedule.

    Attributes
    ----------
    violations
        Broken hard limits; the schedule is not a roster while there is one.
    penalties
        What soft limits cost; their cents add up to the rule's part of the objective.
    """

    violations: tuple[Finding, ...] = ()
    penalties: tuple[Finding, ...] = ()

    @property
    def cents(self) -> int:
        """The rule's part of the objective."""
        return sum(p.cents for p in self.penalties)
