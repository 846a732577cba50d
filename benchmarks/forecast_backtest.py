"""Forecasts of a bank's calls against seasonal-naive, in weeks held back: error by half-hour, cover of the bands.

The series has a row for each half-hour of a year: date, start, calls. The settings below were chosen on weeks before
September; the weeks from September to Christmas were held back until they were.

    python -m benchmarks.forecast_backtest ../shared/data/traffic/anonymous_bank_1999_30min.csv
"""

from __future__ import annotations

import argparse
import datetime as dt
from functools import partial

import pandas as pd

from schedsolver.domain import Calendar
from schedsolver.traffic.backtest import backtest, totals
from schedsolver.traffic.counts import Counts, read_counts
from schedsolver.traffic.effects import CalendarEffects
from schedsolver.traffic.forecast import forecast

# Israel's bank holidays and weekend; salaries are paid around the first and the tenth.
EFFECTS = CalendarEffects(
    Calendar(country="IL", weekend=(4, 5)), paydays={"first_days": (1, 2, 3), "tenth": (10,)}, month_end_days=1
)
CHOSEN_ON = (dt.date(1999, 3, 7), 26)
HELD_BACK = (dt.date(1999, 9, 5), 16)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("series", help="CSV file: date, start, calls")
    parser.add_argument("--band", type=float, default=0.8, help="probability that a count lies in its band")
    arguments = parser.parse_args()
    counts = read_counts(
        arguments.series, 30, columns={"customers": "calls"}, outlet="bank", activity="calls", timezone="Asia/Jerusalem"
    )
    print(counts.report, end="\n\n")
    for title, weeks in (("settings were chosen on", CHOSEN_ON), ("held back", HELD_BACK)):
        for lead_days in (1, 22):
            tested = measure(counts, weeks, lead_days, arguments.band)
            print(f"{weeks[1]} weeks from {weeks[0]} ({title}), known up to {lead_days} day(s) before each")
            print(totals(tested).round(4).to_string(), end="\n\n")
            if weeks is HELD_BACK:
                print(by_week(tested).to_string(), end="\n\n")


def measure(counts: Counts, weeks: tuple[dt.date, int], lead_days: int, band_share: float) -> pd.DataFrame:
    first_days = [weeks[0] + dt.timedelta(weeks=i) for i in range(weeks[1])]
    profile = partial(forecast, effects=EFFECTS, band_share=band_share)
    methods = {"profile": lambda known, dates: profile(known, dates).table}
    return backtest(counts, methods, first_days, lead_days=lead_days)


def by_week(tested: pd.DataFrame) -> pd.DataFrame:
    own, naive = (tested[tested["method"] == name].set_index("first_day") for name in ("profile", "seasonal_naive"))
    table = {"profile": own["wape"], "seasonal_naive": naive["wape"], "covered": own["covered"]}
    return pd.DataFrame(table).round(3)


if __name__ == "__main__":
    main()
