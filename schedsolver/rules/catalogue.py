"""The list of all rules, and which of them a problem is judged by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schedsolver.domain.rule import Rule
from schedsolver.rules.absence import AvailabilityKept, LeaveTaken
from schedsolver.rules.contract import DaysPerWeek, WeeklyHours
from schedsolver.rules.cost import PaidTime, Travel
from schedsolver.rules.cover import IntervalCover, ShiftCover
from schedsolver.rules.duty import DutyFollowsShiftType, OneDutyADay, StintsFillDuty
from schedsolver.rules.permission import PermissionHeld
from schedsolver.rules.pins import PinKept
from schedsolver.rules.rest import MinimumRest
from schedsolver.rules.site import CounterWindows, WithinOpeningHours
from schedsolver.rules.wishes import RequestGranted

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem

# Rules that hold without being listed in a problem; one listed there takes the place of its namesake.
STANDING: tuple[type[Rule], ...] = (
    DutyFollowsShiftType,
    OneDutyADay,
    StintsFillDuty,
    WithinOpeningHours,
    CounterWindows,
    PermissionHeld,
    LeaveTaken,
    AvailabilityKept,
    PinKept,
    RequestGranted,
    IntervalCover,
    ShiftCover,
)
# Rules that hold only where a problem lists them.
LISTED: tuple[type[Rule], ...] = (MinimumRest, DaysPerWeek, WeeklyHours, PaidTime, Travel)

# Rules whose view of heads the model's flows know; beside any other rule they leave out no column.
FORESEEN = frozenset((*STANDING, *LISTED))


def active_rules(problem: Problem) -> tuple[Rule, ...]:
    """Give the rules that have something to say about a problem: standing ones first, then as listed."""
    listed = {rule.name for rule in problem.rules}
    standing = (kind() for kind in STANDING if kind.name not in listed)
    return tuple(rule for rule in (*standing, *problem.rules) if rule.applies_to(problem))
