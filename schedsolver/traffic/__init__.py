"""From customers to heads: records, profiles, forecasts and service times, queueing formulas, staffing."""

from schedsolver.traffic.backtest import backtest, totals
from schedsolver.traffic.counts import Counts, counts_of, read_counts
from schedsolver.traffic.effects import CalendarEffects
from schedsolver.traffic.forecast import Forecast, forecast, seasonal_naive
from schedsolver.traffic.profiles import Memory
from schedsolver.traffic.promise import DayStaffing, Tables, queue_tables, staff_to_promise
from schedsolver.traffic.reading import ReadingReport
from schedsolver.traffic.records import Limits, Records, read_records
from schedsolver.traffic.service_law import ServiceLaw
from schedsolver.traffic.service_times import Override, ServiceTime, service_table, service_times, with_service_times
from schedsolver.traffic.transient import late_customers, staff_over_time

__all__ = [
    "CalendarEffects",
    "Counts",
    "DayStaffing",
    "Forecast",
    "Limits",
    "Memory",
    "Override",
    "ReadingReport",
    "Records",
    "ServiceLaw",
    "ServiceTime",
    "Tables",
    "backtest",
    "counts_of",
    "forecast",
    "late_customers",
    "queue_tables",
    "read_counts",
    "read_records",
    "seasonal_naive",
    "service_table",
    "service_times",
    "staff_over_time",
    "staff_to_promise",
    "totals",
    "with_service_times",
]
