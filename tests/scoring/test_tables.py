import numpy as np
import pandas as pd
import pytest

from schedsolver.domain import Permission
from schedsolver.errors import InvalidProblem
from schedsolver.scoring.tables import Number, by_outlet_and_cluster, read_people, read_records


def faults(name, frame, numbers, **more) -> list[str]:
    with pytest.raises(InvalidProblem) as caught:
        read_people(name, frame, numbers, **more)
    return [str(fault) for fault in caught.value.faults]


def test_names_become_text_and_numbers_floats():
    frame = pd.DataFrame({"employee": [12.0, 13.0], "outlet": [" Hub ", None], "volume": ["3", 4], "other": 1})
    table = read_people("appraisal", frame, {"volume": Number()})
    assert table.to_dict("list") == {"employee": ["12", "13"], "outlet": ["Hub", ""], "volume": [3.0, 4.0]}
    assert table["volume"].dtype == float


def test_rows_are_counted_from_0_whatever_the_index():
    frame = pd.DataFrame({"employee": ["A", "B"], "volume": [1, 2]}, index=["x", "x"])
    assert read_people("appraisal", frame, {"volume": Number()}).index.tolist() == [0, 1]


def test_blank_cells_and_missing_columns_take_what_blank_means():
    frame = pd.DataFrame({"employee": ["A", "B"], "share": [None, 0.5]})
    numbers = {
        "share": Number(blank=1.0),
        "risk": Number(blank=0.0, optional=True),
        "test": Number(blank=np.nan, optional=True),
    }
    table = read_people("volumes", frame, numbers)
    assert table["share"].tolist() == [1.0, 0.5]
    assert table["risk"].tolist() == [0.0, 0.0]
    assert table["test"].isna().all()


def test_everything_wrong_is_told_at_once_with_its_row():
    frame = pd.DataFrame(
        {
            "employee": ["A", "B", "A", None, "C", "D", "E", "F"],
            "volume": [1, -2, 3, 4, "many", np.inf, None, 101],
            "stars": [1, 2, 3, 4, 5, 1, 2, 2.5],
        }
    )
    assert faults("appraisal", frame, {"volume": Number(0, 100), "stars": Number(whole=True)}) == [
        "appraisal[3]: employee is blank; fill it in or drop the row",
        'appraisal[2]: employee "A" is there twice, first in row 0; keep one row',
        'appraisal[1]: volume of "B" is -2; it must be at least 0',
        'appraisal[4]: volume of "C" is "many", which is not a number',
        'appraisal[5]: volume of "D" is infinite; it must be a finite number',
        'appraisal[6]: volume of "E" is blank; fill it in',
        'appraisal[7]: volume of "F" is 101; it must be at most 100',
        'appraisal[7]: stars of "F" is 2.5; it must be a whole number',
    ]


def test_the_limits_themselves_are_allowed():
    frame = pd.DataFrame({"employee": ["A", "B"], "stars": [1, 5]})
    assert read_people("stars", frame, {"stars": Number(1, 5)})["stars"].tolist() == [1.0, 5.0]
    assert read_people("stars", frame.assign(stars=0), {"stars": Number()})["stars"].tolist() == [0.0, 0.0]
    with pytest.raises(InvalidProblem):
        read_people("stars", frame.assign(stars=-0.5), {"stars": Number()})


def test_a_missing_column_is_named_with_the_nearest():
    frame = pd.DataFrame({"employe": ["A"], "volume": [1]})
    assert faults("appraisal", frame, {"quality": Number()}, texts=["kind"]) == [
        'appraisal: the column "employee" is missing (did you mean "employe"?)',
        'appraisal: the column "kind" is missing',
        'appraisal: the column "quality" is missing',
    ]


def test_a_column_there_twice_is_refused():
    frame = pd.DataFrame([["A", 1, 2]], columns=["employee", "volume", "volume"])
    assert faults("appraisal", frame, {"volume": Number()}) == [
        'appraisal: the column "volume" is there twice; keep one'
    ]


def test_no_rows_and_no_table_are_refused():
    assert faults("people", pd.DataFrame({"employee": []}), {}) == ["people: has no rows; give one for each person"]
    assert faults("people", [{"employee": "A"}], {}) == ["people: is a list; give a DataFrame"]


def test_records_are_read_from_a_table_or_taken_as_they_are():
    held = (Permission(employee_id="12", skill_id="fx", valid_from="2026-03-01"),)
    frame = pd.DataFrame(
        {"employee": [12], "skill": ["fx"], "outlet": [None], "valid_from": [pd.Timestamp("2026-03-01")]}
    )
    assert read_records("permissions", Permission, frame) == held == read_records("permissions", Permission, held)


def test_a_faulty_record_is_told_by_row():
    frame = pd.DataFrame({"employee": ["A", "B"], "skill": ["fx", "fx"], "level": [1, 0]})
    with pytest.raises(InvalidProblem, match=r"permissions\[1\]: level: 0 is out of range"):
        read_records("permissions", Permission, frame)


def test_outlets_come_in_order_and_the_cluster_last_with_everybody():
    table = pd.DataFrame({"employee": list("ABCD"), "outlet": ["Sat", "Hub", "", "Sat"]})
    parts = [(outlet, "".join(part["employee"])) for outlet, part in by_outlet_and_cluster(table)]
    assert parts == [("Sat", "AD"), ("Hub", "B"), ("cluster", "ABCD")]
