"""A roster, or the heads of a single queue, under random customers."""

from schedsolver.simulate.customers import Customers, draw_customers
from schedsolver.simulate.figures import Figures
from schedsolver.simulate.queue import simulate_queue
from schedsolver.simulate.result import SimulationResult
from schedsolver.simulate.roster import simulate
from schedsolver.simulate.staffing import SimulatedStaffing, staff_by_simulation

__all__ = [
    "Customers",
    "Figures",
    "SimulatedStaffing",
    "SimulationResult",
    "draw_customers",
    "simulate",
    "simulate_queue",
    "staff_by_simulation",
]
