import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedsolver.errors import InvalidProblem
from schedsolver.traffic.counts import counts_of, read_counts
from schedsolver.traffic.records import Limits, read_records
from tests.io.formats.public import DATA, needs

NAMED = {"outlet": "Hub", "activity": "counter"}


def read(rows, columns="date arrival service_start service_end", **more):
    return read_records(pd.DataFrame(rows, columns=columns.split()), **(NAMED | more))


def told(result) -> list[tuple[int, str, str, str]]:
    return list(result.report.remarks[["row", "column", "what", "action"]].itertuples(index=False, name=None))


def at(text) -> pd.Timestamp:
    return pd.Timestamp(text)


def test_a_plain_row_is_read_without_a_remark():
    result = read([("2026-03-09", "9:05", "09:07:30", "2026-03-09 09:20:00")])
    assert told(result) == []
    assert result.table.iloc[0].to_dict() == {
        "row": 0, "outlet": "Hub", "activity": "counter", "arrival": at("2026-03-09 09:05"),
        "service_start": at("2026-03-09 09:07:30"), "service_end": at("2026-03-09 09:20"),
        "wait_seconds": 150.0, "service_seconds": 750.0, "outcome": "served",
    }  # fmt: skip
    assert (result.report.rows_read, result.report.rows_used) == (1, 1)


def test_lengths_in_seconds_give_the_moments():
    result = read([("2026-03-09 9:05:00", 90, 600)], "arrival wait_seconds service_seconds")
    row = result.table.iloc[0]
    assert (row["service_start"], row["service_end"]) == (at("2026-03-09 09:06:30"), at("2026-03-09 09:16:30"))
    assert (row["wait_seconds"], row["service_seconds"]) == (90, 600)


def test_rows_come_by_arrival_and_keep_their_number():
    result = read([("2026-03-09", "10:00", None, None), ("2026-03-09", "09:00", None, None)])
    assert result.table["row"].tolist() == [1, 0]


def test_a_time_of_day_after_midnight_is_of_the_next_day():
    result = read([("2026-03-09", "23:50", "23:58", "00:10")])
    assert result.table.loc[0, "service_end"] == at("2026-03-10 00:10")
    assert result.table.loc[0, "service_seconds"] == 12 * 60
    assert told(result) == [
        (0, "service_end", "time of day after midnight", "repaired"),
        (0, "arrival", "customer served past midnight", "kept"),
    ]


def test_a_moment_after_midnight_needs_no_repair():
    result = read([("2026-03-09", "23:50", "2026-03-09 23:58", "2026-03-10 00:10")])
    assert told(result) == [(0, "arrival", "customer served past midnight", "kept")]


def test_an_arrival_written_past_24_hours_is_of_the_next_day():
    result = read([("2026-03-09", "24:10", None, None)])
    assert result.table.loc[0, "arrival"] == at("2026-03-10 00:10")
    assert told(result) == [(0, "arrival", "time past midnight", "repaired")]


def test_negative_times_are_blank_and_the_customer_counts():
    result = read([("2026-03-09", "09:10", "2026-03-09 09:05", "2026-03-09 09:20")])
    assert told(result) == [(0, "service_start", "negative wait time", "repaired")]
    assert np.isnan(result.table.loc[0, "wait_seconds"])
    assert np.isnan(result.table.loc[0, "service_seconds"])
    assert result.report.remarks.loc[0, "value"] == "2026-03-09 09:05"


def test_a_time_of_day_too_far_back_to_be_after_midnight_is_negative():
    assert told(read([("2026-03-09", "09:10", "09:05", None)])) == [
        (0, "service_start", "negative wait time", "repaired")
    ]


@pytest.mark.parametrize(("seconds", "odd"), [(3600, False), (3601, True)])
def test_absurd_times_are_those_above_the_limit(seconds, odd):
    rows = [("2026-03-09 09:00", 0, seconds)]
    result = read(rows, "arrival wait_seconds service_seconds", limits=Limits(service_seconds=3600))
    assert told(result) == ([(0, "service_seconds", "service of more than 1 hours", "repaired")] if odd else [])
    assert np.isnan(result.table.loc[0, "service_seconds"]) == odd
    assert pd.isna(result.table.loc[0, "service_end"]) == odd


def test_what_cannot_be_placed_is_left_out_and_told():
    rows = [
        ("2026-03-09", "09:00", None, None),
        ("09/03/2026", "09:00", None, None),
        ("2026-03-09", "nine", None, None),
        (None, None, None, None),
        ("1999-01-01", "09:00", None, None),
        ("2026-03-10", "09:00", None, None),
    ]
    result = read(rows)
    assert result.table["row"].tolist() == [0, 5]
    assert told(result) == [
        (1, "date", "no date, or not one", "left out"),
        (2, "arrival", "not a time", "left out"),
        (3, "", "row is empty", "left out"),
        (4, "arrival", "date more than 10 years from the others", "left out"),
    ]


def test_a_row_without_outlet_is_left_out():
    table = pd.DataFrame({"outlet": ["Hub", " "], "arrival": "2026-03-09 09:00"})
    result = read_records(table, activity="counter")
    assert told(result) == [(1, "outlet", "no outlet", "left out")]


def test_the_same_row_again_is_left_out_when_times_tell_it_is_the_same():
    again = ("2026-03-09", "09:00", "09:01", "09:05")
    result = read([again, again, ("2026-03-09", "09:00", None, None), ("2026-03-09", "09:00", None, None)])
    assert result.table["row"].tolist() == [0, 2, 3]
    assert told(result) == [(1, "arrival", "row given again", "left out"), (3, "arrival", "row given again", "kept")]


def test_tickets_tell_who_is_given_twice():
    rows = [("A1", "2026-03-09 09:00"), ("A1", "2026-03-09 10:00"), ("A1", "2026-03-10 09:00")]
    result = read(rows, "ticket arrival")
    assert result.table["row"].tolist() == [0, 2]
    assert told(result) == [(1, "ticket", "ticket given again on its day", "left out")]


def test_outcomes_are_told_by_their_words():
    rows = [("2026-03-09 09:00", 60, "AGENT"), ("2026-03-09 09:01", 0, "HANG"), ("2026-03-09 09:02", 9, "?"),
            ("2026-03-09 09:03", 30, "hang"), ("2026-03-09 09:04", 0, "agent")]  # fmt: skip
    result = read([(a, 0, s, o) for a, s, o in rows], "arrival wait_seconds service_seconds outcome")
    assert result.table["outcome"].tolist() == ["served", "abandoned", "unknown", "abandoned", "served"]
    assert told(result) == [
        (2, "outcome", "outcome that has no meaning here", "kept"),
        (3, "service_seconds", "service time of a customer who left", "repaired"),
        (4, "service_seconds", "service of no time at all", "repaired"),
    ]
    assert result.table["service_seconds"].tolist()[:1] == [60]
    assert result.table["service_seconds"].isna().tolist() == [False, True, False, True, True]


def test_own_words_for_outcomes():
    result = read([("2026-03-09 09:00", "叫号")], "arrival outcome", outcomes={"叫号": "served"})
    assert result.table["outcome"].tolist() == ["served"]


# Berlin, 2026: clocks go from 02:00 to 03:00 on 29 March and from 03:00 to 02:00 on 25 October.
def test_times_across_the_spring_change_are_an_hour_shorter():
    result = read([("2026-03-29", "01:50", "01:55", "03:05")], timezone="Europe/Berlin")
    assert result.table.loc[0, "service_seconds"] == 10 * 60
    assert told(result) == [(0, "service_end", "service across a change of the clock", "repaired")]


def test_an_hour_that_came_twice_may_seem_to_run_back():
    result = read([("2026-10-25", "02:40", "02:50", "2026-10-25 02:05")], timezone="Europe/Berlin")
    assert result.table.loc[0, "service_seconds"] == 15 * 60
    assert told(result) == [
        (0, "arrival", "arrival in an hour that comes twice as the clock goes back", "kept"),
        (0, "service_end", "service across a change of the clock", "repaired"),
    ]


def test_an_arrival_in_the_skipped_hour_is_moved_on():
    result = read([("2026-03-29", "02:30", None, None)], timezone="Europe/Berlin")
    assert result.table.loc[0, "arrival"] == at("2026-03-29 03:30")
    assert [row[3] for row in told(result)] == ["repaired"]


def test_an_unknown_time_zone_is_refused():
    with pytest.raises(InvalidProblem, match=r'no time zone "Europe/Berlni"'):
        read([("2026-03-29", "02:30", None, None)], timezone="Europe/Berlni")


def test_missing_columns_are_refused_with_the_way_out():
    with pytest.raises(InvalidProblem, match=r'no column for "arrival".*columns='):
        read_records(pd.DataFrame({"time": ["2026-03-09 09:00"]}), **NAMED)
    with pytest.raises(InvalidProblem, match=r'no column "tiem" \(did you mean "time"\?\)'):
        read_records(pd.DataFrame({"time": ["2026-03-09 09:00"]}), columns={"arrival": "tiem"}, **NAMED)
    with pytest.raises(InvalidProblem, match="no row can be used"):
        read([("2026-03-09", "nine", None, None)])


@pytest.mark.parametrize(("encoding", "mark"), [("utf-8-sig", ","), ("gb18030", ";"), ("utf-8", "\t")])
def test_files_are_read_with_spreadsheet_rows(tmp_path, encoding, mark):
    path = tmp_path / "tickets.csv"
    lines = ["网点,业务,arrival", "城东,现金,2026/3/9 09:00", "", "城东,现金,late"]
    path.write_text("\n".join(lines).replace(",", mark), encoding=encoding)
    result = read_records(path, columns={"outlet": "网点", "activity": "业务"})
    assert result.table[["row", "outlet", "activity"]].to_numpy().tolist() == [[2, "城东", "现金"]]
    assert told(result) == [(3, "", "row is empty", "left out"), (4, "arrival", "not a time", "left out")]


@pytest.mark.parametrize(
    ("text", "match"), [(None, "No such file"), ("", "is empty"), ('a,b\n1,2,3\n"', "not a table")]
)
def test_files_that_are_no_tables_are_refused(tmp_path, text, match):
    path = tmp_path / "tickets.csv"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InvalidProblem, match=match):
        read_records(path, **NAMED)


CELLS = st.sampled_from([None, "", "x", "08:00", "23:59:30", "24:30", "00:10", "2026-03-09 10:00", "-1", "2026-13-01"])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), min_size=1, max_size=8))
def test_every_row_is_used_or_told_to_be_left_out(rows):
    rows = [("2026-03-09", "09:00", None, None), *rows]
    result = read(rows, timezone="Europe/Berlin")
    left_out = set(result.report.remarks.query("action == 'left out'")["row"])
    used = set(result.table["row"])
    assert used.isdisjoint(left_out)
    assert used | left_out == set(range(len(rows)))
    assert result.report.rows_used == len(used)
    assert not (result.table[["wait_seconds", "service_seconds"]] < 0).any(axis=None)


def test_records_add_up_to_counts_with_zeros_between():
    rows = [("counter", "2026-03-09 09:05"), ("counter", "2026-03-09 09:29:59"), ("fx", "2026-03-09 10:30")]
    counts = counts_of(read_records(pd.DataFrame(rows, columns=["activity", "arrival"]), outlet="Hub"), 30)
    assert counts.table[["activity", "start", "customers"]].to_numpy().tolist() == [
        ["counter", 540, 2], ["counter", 570, 0], ["counter", 600, 0], ["counter", 630, 0],
        ["fx", 540, 0], ["fx", 570, 0], ["fx", 600, 0], ["fx", 630, 1],
    ]  # fmt: skip


def test_a_slot_that_came_twice_holds_the_mean_of_both():
    rows = [("2026-10-25", f"{clock}", None, None) for clock in ("01:10", "02:10", "02:15", "03:10")]
    counts = counts_of(read(rows, timezone="Europe/Berlin"), 60)
    assert counts.table["customers"].tolist() == [1, 1, 1]


def interval_counts(rows, **more):
    table = pd.DataFrame(rows, columns=["date", "start", "customers"])
    return read_counts(table, 30, **(NAMED | more))


def test_counts_that_cannot_be_are_left_out():
    rows = [("2026-03-09", "09:00", 5), ("2026-03-09", "09:30", -1), ("2026-03-09", "10:00", "many"),
            ("2026-03-09", "10:10", 3), ("2026-03-09", "10:30", 2.5), ("2026-03-09", "09:00", 5),
            ("2026-03-09", "09:00", 7), ("2026-03-09", "24:00", 1), (None, "11:00", 1), (None, None, None),
            ("2026-03-09", "soon", 1)]  # fmt: skip
    counts = interval_counts(rows)
    assert told(counts) == [
        (1, "customers", "negative count", "left out"),
        (2, "customers", "not a number", "left out"),
        (3, "start", "does not begin a 30-minute slot", "left out"),
        (4, "customers", "not a whole count", "kept"),
        (5, "start", "slot given again, same count", "left out"),
        (6, "start", "slot given again, other count", "left out"),
        (7, "start", "time past midnight", "repaired"),
        (8, "date", "not a date", "left out"),
        (9, "", "row is empty", "left out"),
        (10, "start", "not a time", "left out"),
    ]
    assert counts.table[["start", "customers"]].to_numpy().tolist() == [[540, 5], [630, 2.5], [0, 1]]
    assert counts.table["date"].dt.day.tolist() == [9, 9, 10]


def test_counts_take_moments_in_place_of_dates():
    counts = read_counts(pd.DataFrame({"start": ["2026-03-09T09:30:00"], "customers": ["4"]}), 30, **NAMED)
    assert counts.table.iloc[0].to_dict() == {**NAMED, "date": at("2026-03-09"), "start": 570, "customers": 4.0}


def test_counts_of_slots_the_clock_repeats_or_skips():
    rows = [("2026-10-25", "02:00", 4), ("2026-10-25", "02:00", 2), ("2026-10-25", "02:30", 3),
            ("2026-03-29", "02:00", 9), ("2026-03-29", "03:00", 1)]  # fmt: skip
    counts = interval_counts(rows, timezone="Europe/Berlin")
    table = counts.table
    assert table[table["date"] == "2026-10-25"][["start", "customers"]].to_numpy().tolist() == [[120, 3], [150, 3]]
    assert table[table["date"] == "2026-03-29"]["start"].tolist() == [180]
    found = told(counts)
    assert (3, "start", "slot that the change of the clock skipped", "left out") in found
    assert [row[0] for row in found if row[2:] == ("slot comes twice as the clock goes back", "repaired")] == [0, 1]
    assert [row[0] for row in found if row[2:] == ("slot comes twice as the clock goes back", "kept")] == [2]


def weeks(number, value=lambda day, slot: 30):
    first = dt.date(2026, 3, 2)
    dates = [first + dt.timedelta(days=7 * w + d) for w in range(number) for d in range(5)]
    return [(str(date), f"{9 + s // 2}:{s % 2 * 3}0", value(i, s)) for i, date in enumerate(dates) for s in range(4)]


def test_a_history_without_gaps_has_no_remarks():
    assert told(interval_counts(weeks(6))) == []


def test_missing_days_and_slots_are_told_after_the_row_before():
    rows = weeks(6)
    del rows[44:48]  # the twelfth day, a Tuesday
    del rows[21:23]  # two slots of the sixth day, a Monday
    remarks = interval_counts(rows).report.remarks
    assert remarks[["row", "value", "what"]].to_numpy().tolist() == [
        [20, "Hub, counter, 2026-03-09 09:30-10:30", "slots missing from a day"],
        [41, "Hub, counter, 2026-03-17", "day without any rows"],
    ]


def test_silence_and_excess_are_told_and_kept():
    odd = interval_counts(weeks(6, lambda day, slot: 0 if (day, slot) == (7, 2) else 400 if day == 9 else 30))
    remarks = odd.report.remarks
    assert remarks[["row", "value", "what", "action"]].to_numpy().tolist() == [
        [30, "Hub, counter, 2026-03-11 10:00-10:30", "no customer for long where many are usual", "kept"],
        [36, "Hub, counter, 2026-03-13 09:00-11:00", "more than five times the usual count", "kept"],
    ]
    assert len(odd.table) == 120


def test_a_slot_that_does_not_divide_a_day_is_refused():
    with pytest.raises(InvalidProblem, match="does not divide a day"):
        read_counts(pd.DataFrame({"start": ["2026-03-09 09:30"], "customers": [4]}), 35, **NAMED)


def test_the_report_says_itself_in_a_few_lines():
    text = str(interval_counts([("2026-03-09", "09:00", 5), ("2026-03-09", "09:30", -1)]).report)
    assert text.splitlines() == [
        "2 rows read, 1 used, 1 remarks",
        "  1 x negative count (left out; first in row 1): find out what was counted",
    ]


@needs("traffic")
def test_a_month_of_a_real_call_centre():
    columns = {"activity": "type", "wait_seconds": "queue_seconds"}
    path = DATA / "traffic" / "anonymous_bank_1999-02_service.csv"
    records = read_records(path, columns=columns, outlet="bank", timezone="Asia/Jerusalem")
    assert len(records.table) == 33_066
    assert (records.table["outcome"] == "abandoned").sum() == 5_904
    times = records.report.summary().set_index("what")["times"]
    assert times["service of no time at all"] == 85
    assert times["service time of a customer who left"] == 97
    assert counts_of(records, 30).table["customers"].sum() == 33_066
