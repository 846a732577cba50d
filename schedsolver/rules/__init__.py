"""The rules of a roster, one file a family; each rule's model, check and words side by side.

Importing this package imports no solver.
"""

from schedsolver.rules.catalogue import LISTED, STANDING, active_rules
from schedsolver.rules.check import CheckReport, check
from schedsolver.rules.contract import DaysPerWeek, WeeklyHours
from schedsolver.rules.cost import PaidTime, Travel
from schedsolver.rules.rest import MinimumRest

__all__ = [
    "LISTED",
    "STANDING",
    "CheckReport",
    "DaysPerWeek",
    "MinimumRest",
    "PaidTime",
    "Travel",
    "WeeklyHours",
    "active_rules",
    "check",
]
