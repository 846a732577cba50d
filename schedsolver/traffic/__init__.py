"""From customers to heads: queueing formulas and staffing."""
