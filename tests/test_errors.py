import pickle

import pytest

from schedsolver.errors import Fault, InfeasibleProblem, InvalidProblem, Place, SchedSolverError


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("leave", 13, "is wrong"), "leave[13]: is wrong"),
        (Fault("leave", 0, "is wrong"), "leave[0]: is wrong"),
        (Fault("travel", None, "is wrong"), "travel: is wrong"),
        (Fault("", None, "is wrong"), "is wrong"),
    ],
)
def test_a_fault_begins_with_its_place(fault, words):
    assert str(fault) == words


def test_a_fault_may_be_told_in_the_words_of_files():
    fault = Fault.mentioning("leave", 1, "repeats ", Place("leave", 0), "; keep one")
    assert str(fault) == "leave[1]: repeats leave[0]; keep one"
    assert fault.message == "repeats leave[0]; keep one"
    row = "{0.table}.csv row {0.index}".format
    assert fault.told(row) == "leave.csv row 1: repeats leave.csv row 0; keep one"
    assert str(InvalidProblem([fault], row)) == "leave.csv row 1: repeats leave.csv row 0; keep one"


@pytest.mark.parametrize(("count", "last"), [(20, "fault 19"), (21, "... and 1 more"), (25, "... and 5 more")])
def test_twenty_faults_are_shown_and_all_are_kept(count, last):
    error = InvalidProblem([f"fault {i}" for i in range(count)])
    assert len(error.faults) == count
    lines = str(error).splitlines()
    assert lines[:20] == [f"fault {i}" for i in range(20)]
    assert lines[-1] == last


def test_reasons_of_infeasibility_are_listed():
    error = InfeasibleProblem(["pin: E1 is off", "pin: E1 works"])
    assert str(error) == "no roster can satisfy these together:\n  - pin: E1 is off\n  - pin: E1 works"
    assert error.reasons == ("pin: E1 is off", "pin: E1 works")
    assert isinstance(error, SchedSolverError)


def test_errors_cross_to_another_process_whole():
    fault = Fault.mentioning("leave", 1, "repeats ", Place("leave", 0))
    invalid = pickle.loads(pickle.dumps(InvalidProblem([fault], "{0.table}.csv".format)))
    assert str(invalid) == "leave.csv: repeats leave.csv"
    assert len(invalid.faults) == 1
    infeasible = pickle.loads(pickle.dumps(InfeasibleProblem(["one", "two"])))
    assert infeasible.reasons == ("one", "two")
