"""Leave that the model plans: a column for each block of days that a rule may give someone off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.columns import LeaveColumns
from schedsolver.rules.leave import MandatoryLeave

if TYPE_CHECKING:
    from schedsolver.model.context import RosterModel


def add_leaves(model: RosterModel) -> None:
    """Fill the ``leaves`` of a model; none unless a rule asks for leave."""
    rules = (rule for rule in model.rules if isinstance(rule, MandatoryLeave))
    blocks = [block for rule in rules for block in rule.blocks(model.problem)]
    employee, first_day, last_day = np.array(blocks, np.int64).reshape(-1, 3).T
    column = model.new_columns(np.ones(len(blocks), np.int64))
    model.leaves = LeaveColumns(employee, first_day, last_day, column)
