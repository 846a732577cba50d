"""Rosters by column generation over lines of work: one employee's whole horizon is one column."""
