"""What people wish: requests to work or to be off."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from schedsolver.domain.rule import Judgement, ModelContext, Rule

if TYPE_CHECKING:
    from schedsolver.domain.people import Request
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Schedule


class RequestGranted(Rule):
    """Each request not granted costs its own price."""

    name: ClassVar[str] = "request.granted"

    def applies_to(self, problem: Problem) -> bool:
        """Hold where there are requests."""
        return bool(problem.requests)

    def add_to(self, model: ModelContext) -> None:
        """Charge duties on a day wished off, and days wished on without a duty."""
        problem, options = model.problem, model.options
        for request in problem.requests:
            own = options.of_employee(problem.employee_index[request.employee_id])
            meant = options.day[own] == problem.horizon.day_index(request.date)
            if request.shift_type_id is not None:
                meant &= options.shift_type[own] == problem.shift_type_index[request.shift_type_id]
            column = model.duty_columns[own][meant]
            if request.wish == "on":
                terms = (np.zeros(len(column)), column, np.ones(len(column)))
                model.price_gaps(self, terms, [1], shortage=[(0, 1, request.cents)], surplus=[])
            else:
                model.penalise(self, column, np.full(len(column), request.cents))

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Find the requests not granted."""
        worked: dict[tuple[str, object], set[str]] = {}
        for duty in schedule.duty_list:
            worked.setdefault((duty.employee_id, duty.date), set()).add(duty.shift_type_id)
        return Judgement(
            penalties=tuple(
                self.penalty(r.cents, f"{r.employee_id} wished {_words(r)}", employee_id=r.employee_id)
                for r in problem.requests
                if (r.wish == "on") != _has(worked.get((r.employee_id, r.date), set()), r.shift_type_id)
            )
        )


def _has(shifts: set[str], wanted: str | None) -> bool:
    return bool(shifts) if wanted is None else wanted in shifts


def _words(request: Request) -> str:
    shift = "" if request.shift_type_id is None else f" on shift {request.shift_type_id}"
    return f"{'to work' if request.wish == 'on' else 'not to work'}{shift} on {request.date}"
