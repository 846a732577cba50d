"""Schedules cross-qualified staff across 1+N outlets to the customer peaks."""
