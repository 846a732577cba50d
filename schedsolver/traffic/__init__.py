"""From customers to heads: records, profiles, forecasts and service times, queueing formulas, staffing."""
