"""A roster, or the heads of a single queue, under random customers."""

from schedsolver.simulate.customers import Customers, draw_customers
from schedsolver.simulate.figures import Figures
from schedsolver.simulate.queue import simulate_queue
from schedsolver.simulate.result import SimulationResult
from schedsolver.simulate.roster import simulate
from schedsolver.simulate.staffing import QueueToStaff, SimulatedStaffing, staff_by_simulation, staff_together

__all__ = [
    "Customers",
    "Figures",
    "QueueToStaff",
    "SimulatedStaffing",
    "SimulationResult",
    "draw_customers",
    "simulate",
    "simulate_queue",
    "staff_by_simulation",
    "staff_together",
]
