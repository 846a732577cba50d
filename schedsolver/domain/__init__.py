"""What a problem and a schedule are, as frozen models, without any solver."""

from schedsolver.domain.calendar import Calendar, SpecialDay
from schedsolver.domain.fair import Carried, FairItem
from schedsolver.domain.horizon import Horizon
from schedsolver.domain.people import Availability, Contract, Employee, Leave, Permission, Pin, Preference, Request
from schedsolver.domain.places import OpeningHours, Outlet, TravelTimes
from schedsolver.domain.problem import Problem
from schedsolver.domain.promise import Promise, ServicePromise
from schedsolver.domain.rule import Finding, Judgement, Rule
from schedsolver.domain.schedule import Duty, PlannedLeave, Rest, Schedule, Stint
from schedsolver.domain.scope import Scope
from schedsolver.domain.work import (
    Activity,
    Arrivals,
    Backlog,
    BreakWindow,
    IntervalRequirement,
    ShiftRequirement,
    ShiftType,
    Skill,
)

__all__ = [
    "Activity",
    "Arrivals",
    "Availability",
    "Backlog",
    "BreakWindow",
    "Calendar",
    "Carried",
    "Contract",
    "Duty",
    "Employee",
    "FairItem",
    "Finding",
    "Horizon",
    "IntervalRequirement",
    "Judgement",
    "Leave",
    "OpeningHours",
    "Outlet",
    "Permission",
    "Pin",
    "PlannedLeave",
    "Preference",
    "Problem",
    "Promise",
    "Request",
    "Rest",
    "Rule",
    "Schedule",
    "Scope",
    "ServicePromise",
    "ShiftRequirement",
    "ShiftType",
    "Skill",
    "SpecialDay",
    "Stint",
    "TravelTimes",
]
