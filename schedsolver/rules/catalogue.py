"""The list of all rules, and which of them a problem is judged by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schedsolver.domain.rule import Rule
from schedsolver.rules.absence import AvailabilityKept, LeaveTaken
from schedsolver.rules.backlog import BacklogDone, BacklogQuotas
from schedsolver.rules.budget import Budget
from schedsolver.rules.contract import AverageHours, DaysWorked, PaidHours
from schedsolver.rules.cost import DayPay, Overtime, PaidTime, Travel
from schedsolver.rules.cover import IntervalCover, ShiftCover
from schedsolver.rules.cover_levels import LevelCover
from schedsolver.rules.custody import DualControl, Pledged, Posts, Present
from schedsolver.rules.cycle import CyclicRoster
from schedsolver.rules.duty import DutiesPerDay, DutyFollowsShiftType, StintsFillDuty
from schedsolver.rules.duty_limits import BarredHours, BreakDue, DutySpan
from schedsolver.rules.fair_indices import FairGini, FairJain
from schedsolver.rules.fairness import FairDistance, FairRange, FairRule, FairWorstOff
from schedsolver.rules.late_customers import LateCustomers
from schedsolver.rules.leave import MandatoryLeave, PlannedLeaveKept
from schedsolver.rules.mentor import MentoredHours, MentorPresent
from schedsolver.rules.outlets import DifferentOutlets, LoanCost, LoansPerPeriod
from schedsolver.rules.outreach import OutreachTeams
from schedsolver.rules.pairing import WorkApart, WorkTogether
from schedsolver.rules.permission import PermissionHeld
from schedsolver.rules.pins import PinKept
from schedsolver.rules.profiles import EuWorkingTime, PrcComprehensive, PrcStandard, Pregnant
from schedsolver.rules.rest import MinimumRest, WeeklyRest
from schedsolver.rules.rotation import PostRotation
from schedsolver.rules.sequence import DaysOff, SameShifts, Successions, WorkDays
from schedsolver.rules.site import CounterWindows, MovesPerDay, WithinOpeningHours
from schedsolver.rules.stints import StintLength, Switches
from schedsolver.rules.training import TrainingSessions
from schedsolver.rules.weekend import CompleteWeekends, ConsecutiveWeekends, WeekendsOff, WeekendsWorked
from schedsolver.rules.weekly import WeeklyHours
from schedsolver.rules.windows import WindowRuns
from schedsolver.rules.wishes import PreferredActivities, PreferredColleagues, PreferredOutlets, RequestGranted

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem

# Families of rules that say how many should work when, and how long each: the core of a problem, with which a search
# of a large one begins. What they leave out comes later.
CORE: tuple[str, ...] = ("cost", "contract", "cover", "request", "leave", "backlog")
# Families of rules on the order of somebody's working days and days off.
ORDER: tuple[str, ...] = ("sequence", "weekend")

# Rules that hold without being listed in a problem; one listed there takes the place of its namesake.
STANDING: tuple[type[Rule], ...] = (
    DutyFollowsShiftType,
    DutiesPerDay,
    StintsFillDuty,
    WithinOpeningHours,
    CounterWindows,
    MovesPerDay,
    PermissionHeld,
    LeaveTaken,
    PlannedLeaveKept,
    AvailabilityKept,
    PinKept,
    RequestGranted,
    PreferredOutlets,
    PreferredActivities,
    PreferredColleagues,
    IntervalCover,
    ShiftCover,
    BacklogDone,
)
# Rules that hold only where a problem lists them.
LISTED: tuple[type[Rule], ...] = (
    MinimumRest,
    WeeklyRest,
    MandatoryLeave,
    PostRotation,
    CyclicRoster,
    DaysWorked,
    PaidHours,
    AverageHours,
    WeeklyHours,
    WorkDays,
    DaysOff,
    SameShifts,
    Successions,
    WeekendsWorked,
    WeekendsOff,
    CompleteWeekends,
    ConsecutiveWeekends,
    DutySpan,
    BreakDue,
    BarredHours,
    WorkTogether,
    WorkApart,
    DifferentOutlets,
    LoansPerPeriod,
    LevelCover,
    LateCustomers,
    PaidTime,
    DayPay,
    Overtime,
    Travel,
    LoanCost,
    Present,
    Posts,
    DualControl,
    Pledged,
    MentorPresent,
    WindowRuns,
    StintLength,
    Switches,
    FairDistance,
    FairRange,
    FairWorstOff,
    FairGini,
    FairJain,
    MentoredHours,
    BacklogQuotas,
    OutreachTeams,
    TrainingSessions,
    Budget,
)
# Names for several rules at once.
PROFILES: tuple[type[Rule], ...] = (PrcStandard, PrcComprehensive, EuWorkingTime, Pregnant)

# Rules that may profit from heads on an activity which cover would call surplus.
PROFITING: tuple[type[Rule], ...] = (
    PreferredActivities,
    LevelCover,
    DualControl,
    MentorPresent,
    WindowRuns,
    StintLength,
    Switches,
)
# Rules whose view of heads the model's flows know; beside any other rule they leave out no column.
FORESEEN = frozenset((*STANDING, *LISTED)) - frozenset(PROFITING)


def may_want_surplus(rule: Rule, problem: Problem) -> bool:
    """Tell whether a rule may profit from heads on an activity which cover would call surplus."""
    shares_hours = isinstance(rule, FairRule) and rule.tells_heads_apart(problem) is not None
    return shares_hours or type(rule) not in FORESEEN


def active_rules(problem: Problem) -> tuple[Rule, ...]:
    """Give the rules that have something to say about a problem: standing ones first, then as listed."""
    listed = [part for rule in problem.rules for part in rule.parts()]
    names = {rule.name for rule in listed}
    standing = (kind() for kind in STANDING if kind.name not in names)
    return tuple(rule for rule in (*standing, *listed) if rule.applies_to(problem))
