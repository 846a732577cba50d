"""What people and rosters are worth: indicators of a roster."""

from schedsolver.scoring.kpis import kpis, shortages

__all__ = ["kpis", "shortages"]
