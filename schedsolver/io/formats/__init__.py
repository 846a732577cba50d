"""Public benchmark formats of nurse rostering, read as problems and rosters."""

from schedsolver.io.formats.curtois import load_curtois
from schedsolver.io.formats.inrc2 import load_inrc2, load_inrc2_roster
from schedsolver.io.formats.shifts import roster_of_shifts

__all__ = ["load_curtois", "load_inrc2", "load_inrc2_roster", "roster_of_shifts"]
