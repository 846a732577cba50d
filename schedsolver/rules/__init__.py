"""The rules of a roster, one file a family; each rule's model, check and words side by side.

Importing this package imports no solver.
"""

from schedsolver.rules.catalogue import LISTED, STANDING, active_rules
from schedsolver.rules.check import CheckReport, check
from schedsolver.rules.contract import AverageHours, DaysWorked, PaidHours
from schedsolver.rules.cost import DayPay, Overtime, OvertimeTier, PaidTime, Travel
from schedsolver.rules.rest import MinimumRest
from schedsolver.rules.weekly import WeeklyHours

__all__ = [
    "LISTED",
    "STANDING",
    "AverageHours",
    "CheckReport",
    "DayPay",
    "DaysWorked",
    "MinimumRest",
    "Overtime",
    "OvertimeTier",
    "PaidHours",
    "PaidTime",
    "Travel",
    "WeeklyHours",
    "active_rules",
    "check",
]
