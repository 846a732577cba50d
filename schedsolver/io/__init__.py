"""Reading and writing: JSON, folders of CSV files, generated problems."""

from schedsolver.io.folder import load, save
from schedsolver.io.schedules import load_schedule, save_schedule

__all__ = ["load", "load_schedule", "save", "save_schedule"]
