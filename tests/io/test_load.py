"""What is read, and in which words bad files are refused."""

from pathlib import Path

import pytest

from schedsolver import io
from schedsolver.domain import BreakWindow, TravelTimes
from schedsolver.errors import InvalidProblem
from schedsolver.io.text import MAX_BYTES
from tests.io.files import FILES, refusal, write


def recoded(delimiter: str = ",", newline: str = "\n", encoding: str = "utf-8") -> dict[str, str | bytes | None]:
    """Every CSV file as another spreadsheet writes it."""
    return {
        name: text.replace(",", delimiter).replace("\n", newline).encode(encoding)
        for name, text in FILES.items()
        if name.endswith(".csv")
    }


class TestReading:
    def test_a_folder(self, tmp_path: Path) -> None:
        problem = io.load(write(tmp_path))
        assert problem.name == "Two days"
        assert [o.hub for o in problem.outlets] == [True, False]
        assert problem.staff[0].tags == ("senior", "trainer")
        assert problem.staff[1].home_outlet_id is None
        assert problem.travel == TravelTimes(outlets=("Hub", "Sat"), minutes=((0, 25), (30, 0)))
        assert problem.shift_types[0].breaks == (BreakWindow(minutes=60, start_from="12:00", start_to="13:00"),)

    def test_its_header_names_the_folder(self, tmp_path: Path) -> None:
        folder = write(tmp_path)
        assert io.load(folder / "problem.yaml") == io.load(str(folder))

    def test_json(self, tmp_path: Path) -> None:
        problem = io.load(write(tmp_path))
        problem.to_json(tmp_path / "bank.json")
        assert io.load(tmp_path / "bank.json") == problem

    def test_a_json_header(self, tmp_path: Path) -> None:
        header = '{"name": "Two days", "horizon": {"start": "2026-03-09", "days": 2, "slot_minutes": 60}}'
        folder = write(tmp_path / "json", {"problem.yaml": None, "problem.json": header})
        expected = io.load(write(tmp_path / "yaml"))
        assert io.load(folder) == expected
        assert io.load(folder / "problem.json") == expected

    @pytest.mark.parametrize(
        "variant",
        [
            {"encoding": "utf-8-sig"},
            {"delimiter": ";"},
            {"delimiter": ";", "newline": "\r\n", "encoding": "utf-8-sig"},
            {"delimiter": "\t", "newline": "\r\n"},
            {"newline": "\r"},
        ],
    )
    def test_however_a_spreadsheet_saves_it(self, tmp_path: Path, variant: dict[str, str]) -> None:
        assert io.load(write(tmp_path / "a", recoded(**variant))) == io.load(write(tmp_path / "b"))

    def test_decimal_commas_beside_semicolons(self, tmp_path: Path) -> None:
        text = "activity;name;skill;service_minutes\ncounter;cash 1,5;cash;12,5\n"
        activity = io.load(write(tmp_path, {"activities.csv": text})).activities[0]
        assert activity.service_minutes == 12.5
        assert activity.name == "cash 1,5"

    def test_identifiers_stay_text(self, tmp_path: Path) -> None:
        changes: dict[str, str | bytes | None] = {
            "staff.csv": "employee,contract\n007,full\n",
            "permissions.csv": None,
            "leave.csv": None,
            "problem.yaml": (
                FILES["problem.yaml"]
                + "rules:\n- {rule: rest.minimum, minutes: 660, scope: {employees: [007], weekdays: [0, 1]}}\n"
            ),
        }
        problem = io.load(write(tmp_path, changes))
        assert problem.staff[0].employee_id == "007"
        assert problem.rules[0].scope.employees == ("007",)
        assert problem.rules[0].scope.weekdays == (0, 1)

    def test_blank_lines_and_columns_mean_nothing(self, tmp_path: Path) -> None:
        text = "\nemployee,contract,\n\nE0007,full,\n,,\nE0008,full,,\n\n"
        assert [e.employee_id for e in io.load(write(tmp_path, {"staff.csv": text})).staff] == ["E0007", "E0008"]

    def test_spreadsheet_spellings(self, tmp_path: Path) -> None:
        changes: dict[str, str | bytes | None] = {
            "outlets.csv": "outlet,hub,windows\nHub,TRUE,3.0\nSat,FALSE,2\n",
            "travel.csv": "outlet,Sat,Hub\nHub,25,\nSat,,30\n",
            "opening.csv": FILES["opening.csv"].replace("09:00", "9:00:00"),
        }
        problem = io.load(write(tmp_path, changes))
        assert (problem.outlets[0].hub, problem.outlets[0].windows) == (True, 3)
        assert problem.travel.between("Hub", "Sat") == 25
        assert problem.opening[0].start == 540

    def test_words_with_spaces_in_one_cell(self, tmp_path: Path) -> None:
        changes: dict[str, str | bytes | None] = {
            name: text.replace("Hub", "North Gate") for name, text in FILES.items()
        }
        changes["shift_types.csv"] = (
            "shift_type,start_from,start_to,minutes_min,minutes_max,outlets\n"
            'day,09:00,10:00,300,420,"""North Gate"" Sat"\n'
        )
        assert io.load(write(tmp_path, changes)).shift_types[0].outlets == ("North Gate", "Sat")

    def test_last_weeks_duties_are_next_weeks_history(self, tmp_path: Path) -> None:
        text = (
            "employee,date,outlet,shift_type,start,end,break_start,break_end,break2_start,break2_end,skill\n"
            "E0007,2026-03-06,Hub,day,2026-03-06 09:00,2026-03-06 17:00,"
            "2026-03-06 12:00,2026-03-06 13:00,2026-03-06 15:00,2026-03-06 15:15,\n"
        )
        duty = io.load(write(tmp_path, {"history.csv": text})).history[0]
        assert [rest.minutes for rest in duty.breaks] == [60, 15]


# the files changed, and the one line that refuses them: its beginning, and words in it
REFUSALS = {
    "unknown employee": (
        {"leave.csv": "employee,first_day,last_day\n\nE07,2026-03-10,2026-03-10\n"},
        'leave.csv row 3: employee "E07" is not in staff.csv (did you mean "E0007"?)',
    ),
    "permission ends before it starts": (
        {"permissions.csv": "employee,skill,valid_from,valid_until\nE0007,cash,2026-05-01,2026-04-30\n"},
        "permissions.csv row 2: the permission ends on 2026-04-30, before it starts on 2026-05-01",
    ),
    "shift named twice": (
        {"shift_types.csv": FILES["shift_types.csv"] + "\nday,08:00,08:00,300,300\n"},
        'shift_types.csv row 4: shift_type_id "day" is used twice: also names shift_types.csv row 2; give each its own',
    ),
    "outside opening hours": (
        {"interval_requirements.csv": ("outlet,activity,date,start,end,heads\nHub,counter,2026-03-09,16:00,18:00,1\n")},
        "interval_requirements.csv row 2: 16:00-18:00 on 2026-03-09 is outside the opening hours of Hub (09:00-17:00)",
    ),
    "travel lacks a row": (
        {"travel.csv": "outlet,Hub,Sat\nHub,0,25\n"},
        "travel.csv: the travel matrix is not square: Sat has a column but no row; "
        "give one row and one column for each outlet",
    ),
    "travel lacks a column": (
        {"travel.csv": "outlet,Hub\nHub,0\nSat,30\n"},
        "travel.csv: the travel matrix is not square: Sat has a row but no column; "
        "give one row and one column for each outlet",
    ),
    "travel lacks a cell": (
        {"travel.csv": "outlet,Hub,Sat\nHub,0,\nSat,30,0\n"},
        "travel.csv row 2: the minutes from Hub to Sat are missing",
    ),
    "travel cell is no number": (
        {"travel.csv": "outlet,Hub,Sat\nHub,0,far\nSat,30,0\n"},
        'travel.csv row 2: Sat: "far" is not a whole number',
    ),
    "travel diagonal": (
        {"travel.csv": "outlet,Hub,Sat\nHub,0,25\nSat,30,5\n"},
        "travel.csv: from Sat to itself takes 5 minutes; the diagonal must be 0",
    ),
    "negative service time": (
        {"activities.csv": "activity,skill,service_minutes\ncounter,cash,-5\n"},
        'activities.csv row 2: service_minutes: "-5" is out of range; it must be above 0',
    ),
    "staff without rows": (
        {"staff.csv": "employee,contract\n", "permissions.csv": None, "leave.csv": None},
        "staff.csv: is empty; a roster needs at least one employee",
    ),
    "staff without anything": (
        {"staff.csv": ""},
        "staff.csv: is empty; it needs a row that names its columns",
    ),
    "staff missing": (
        {"staff.csv": None},
        "staff.csv: is missing from the folder; every problem needs it",
    ),
    "another date format": (
        {"leave.csv": "employee,first_day,last_day\n" + "\n" * 12 + "E0008,03/04/2026,2026-03-10\n"},
        'leave.csv row 14: first_day: "03/04/2026" is not a date in the form YYYY-MM-DD, for example 2026-03-09',
    ),
    "another clock format": (
        {"shift_types.csv": "shift_type,start_from,start_to,minutes_min,minutes_max\nday,9 am,10:00,300,420\n"},
        'shift_types.csv row 2: start_from: "9 am" is not a time; write it as HH:MM, for example 08:30',
    ),
    "not UTF-8": (
        {"staff.csv": "employee,contract,name\nE0007,full,Müller\n".encode("latin-1")},
        'staff.csv row 2: is not UTF-8; save it again as UTF-8 (in Excel: Save As, "CSV UTF-8")',
    ),
    "UTF-16": (
        {"staff.csv": "employee,contract\nE0007,full\n".encode("utf-16")},
        'staff.csv: is not UTF-8 but UTF-16; save it again as UTF-8 (in Excel: Save As, "CSV UTF-8")',
    ),
    "a workbook": (
        {"staff.csv": b"PK\x03\x04\x00\x00"},
        "staff.csv: is not a text file; if it is a workbook, save it as CSV UTF-8",
    ),
    "blank needed cell": (
        {"leave.csv": "employee,first_day,last_day\nE0008,2026-03-10,\n"},
        "leave.csv row 2: last_day is missing",
    ),
    "missing column": (
        {"leave.csv": "employee,first_day\nE0008,2026-03-10\n"},
        'leave.csv: the column "last_day" is missing',
    ),
    "misspelt column": (
        {"contracts.csv": "contract,weekly_minuts\nfull,2400\n"},
        'contracts.csv: there is no column "weekly_minuts" (did you mean "weekly_minutes"?)',
    ),
    "unlike any column": (
        {"skills.csv": "skill,xyz\ncash,1\n"},
        'skills.csv: there is no column "xyz"; the columns are skill, name',
    ),
    "one column under two names": (
        {"skills.csv": "skill,skill_id\ncash,cash\n"},
        'skills.csv: columns "skill" and "skill_id" mean the same; keep one',
    ),
    "column twice": (
        {"skills.csv": "skill,skill\ncash,cash\n"},
        'skills.csv row 1: the column "skill" is there 2 times; keep one',
    ),
    "column without a heading": (
        {"contracts.csv": "contract,,weekly_minutes\nfull,1,2400\n"},
        "contracts.csv row 1: column 2 has no heading; name it or delete it",
    ),
    "long row": (
        {"contracts.csv": "contract,weekly_minutes\nfull,2,400\n"},
        "contracts.csv row 2: has 3 cells but the header has 2; "
        "put a cell that holds the separator into quotation marks",
    ),
    "short row": (
        {"contracts.csv": "contract,weekly_minutes\nfull,2400\n\nhalf\n"},
        "contracts.csv row 4: has 1 cell but the header has 2; leave a cell blank, not out",
    ),
    "open quotation mark": (
        {"skills.csv": 'skill,name\ncash,"Cash\naudit,Audit\n'},
        "skills.csv row 2: a cell opens with a quotation mark that does not close it",
    ),
    "fraction": (
        {"contracts.csv": "contract,weekly_minutes\nfull,2400.5\n"},
        'contracts.csv row 2: weekly_minutes: "2400.5" is not a whole number',
    ),
    "neither true nor false": (
        {"outlets.csv": "outlet,hub\nHub,perhaps\nSat,\n"},
        'outlets.csv row 2: hub: "perhaps" is not true or false',
    ),
    "wish": (
        {"requests.csv": "employee,date,wish\nE0007,2026-03-09,maybe\n"},
        "requests.csv row 2: wish: \"maybe\" is none of 'on', 'off'",
    ),
    "break of an unknown shift": (
        {"breaks.csv": "shift_type,minutes,start_from,start_to\ndya,60,12:00,13:00\n"},
        'breaks.csv row 2: shift type "dya" is not in shift_types.csv (did you mean "day"?)',
    ),
    "breaks that overlap": (
        {"breaks.csv": FILES["breaks.csv"] + "day,60,13:00,13:00\n"},
        "shift_types.csv row 2: the windows of its breaks overlap; put them in order, one ending before the next",
    ),
    "half a break": (
        {
            "history.csv": (
                "employee,date,outlet,shift_type,start,end,break_start\n"
                "E0007,2026-03-06,Hub,day,2026-03-06 09:00,2026-03-06 17:00,2026-03-06 12:00\n"
            )
        },
        "history.csv row 2: break_end is missing",
    ),
    "misspelt file": (
        {"staf.csv": "employee,contract\n"},
        'staf.csv: is no table of a problem (did you mean "staff"?); rename it, or keep it elsewhere',
    ),
    "file in capitals": (
        {"Leave.csv": "employee,first_day,last_day\n"},
        'Leave.csv: is no table of a problem (did you mean "leave"?); rename it, or keep it elsewhere',
    ),
    "YAML syntax": (
        {"problem.yaml": "name: x\nhorizon: {start: 2026-03-09, days: 2\n"},
        "problem.yaml line 3: expected ',' or '}', but got '<stream end>'",
    ),
    "YAML key twice": (
        {"problem.yaml": FILES["problem.yaml"] + "rules: []\nrules: []\n"},
        'problem.yaml line 4: "rules" is given twice; keep one',
    ),
    "YAML list as a key": (
        {"problem.yaml": "? [a]\n: b\n"},
        "problem.yaml line 1: found unhashable key",
    ),
    "YAML without fields": (
        {"problem.yaml": "just words\n"},
        "problem.yaml: must give the fields name, horizon, calendar, rules, counted",
    ),
    "YAML too deep": (
        {"problem.yaml": "[" * 1_000},
        "problem.yaml: is nested too deeply",
    ),
    "no horizon": (
        {"problem.yaml": "name: x\nhorizon:\n"},
        "problem.yaml: horizon is missing",
    ),
    "half a horizon": (
        {"problem.yaml": "horizon: {start: 2026-03-09}\n"},
        "problem.yaml horizon: days is missing",
    ),
    "horizon too short": (
        {"problem.yaml": "horizon: {start: 2026-03-09, days: 0}\n"},
        'problem.yaml horizon: days: "0" is out of range; it must be at least 1',
    ),
    "misspelt horizon": (
        {"problem.yaml": "horizont: {start: 2026-03-09, days: 2}\n"},
        'problem.yaml: there is no field "horizont" (did you mean "horizon"?)',
    ),
    "table in the header": (
        {"problem.yaml": FILES["problem.yaml"] + "staff: []\n"},
        "problem.yaml: staff does not belong here; put it into staff.csv",
    ),
    "unknown rule": (
        {"problem.yaml": FILES["problem.yaml"] + "rules:\n- rule: rest.minimun\n"},
        'problem.yaml rule 1: there is no rule "rest.minimun" (did you mean "rest.minimum"?)',
    ),
    "misspelt field of a rule": (
        {"problem.yaml": FILES["problem.yaml"] + "rules:\n- {rule: rest.minimum, minutes: 660, scope: {tag: []}}\n"},
        'problem.yaml rule 1: there is no field "scope.tag" (did you mean "tags"?)',
    ),
    "rule about an unknown person": (
        {
            "problem.yaml": (
                FILES["problem.yaml"] + "rules:\n- {rule: rest.minimum, minutes: 660, scope: {employees: [E007]}}\n"
            )
        },
        'problem.yaml rule 1: rest.minimum: employee "E007" is not in staff.csv (did you mean "E0007"?)',
    ),
    "rules are no list": (
        {"problem.yaml": FILES["problem.yaml"] + "rules: {rule: rest.minimum}\n"},
        "problem.yaml rules: is not a list of rules",
    ),
    "JSON header syntax": (
        {"problem.yaml": None, "problem.json": '{"name": "x",\n "horizon" {}}'},
        "problem.json: is not valid JSON: expected `:` at line 2 column 12",
    ),
}


class TestRefusals:
    @pytest.mark.parametrize("case", REFUSALS)
    def test_by_file_and_row(self, tmp_path: Path, case: str) -> None:
        changes, line = REFUSALS[case]
        assert refusal(tmp_path, changes) == [line]

    def test_all_at_once(self, tmp_path: Path) -> None:
        lines = refusal(
            tmp_path,
            {
                "staff.csv": "employee,contract\nE0007,\n,full\n",
                "leave.csv": "employee,first_day,last_day\nE0007,tomorrow,2026-03-10\n",
                "problem.yaml": "horizon: {start: 2026-03-09, days: two}\n",
            },
        )
        assert [line.split(": ")[:2] for line in lines] == [
            ["problem.yaml horizon", "days"],
            ["staff.csv row 2", "contract is missing"],
            ["staff.csv row 3", "employee is missing"],
            ["leave.csv row 2", "first_day"],
        ]

    def test_what_cannot_be_read_all_at_once(self, tmp_path: Path) -> None:
        lines = refusal(tmp_path, {"staf.csv": "", "skills.csv": "", "problem.yaml": "a: [", "outlets.csv": None})
        assert [line.split(":")[0] for line in lines] == [
            "outlets.csv",
            "staf.csv",
            "problem.yaml line 1",
            "skills.csv",
        ]

    def test_a_huge_file(self, tmp_path: Path) -> None:
        write(tmp_path)
        with (tmp_path / "staff.csv").open("wb") as file:
            file.truncate(200_000_000)
        with pytest.raises(InvalidProblem, match=r"^staff.csv: is too large: 191 MiB, above the limit of 64 MiB"):
            io.load(tmp_path)
        assert MAX_BYTES == 64 * 2**20

    def test_a_long_value_is_cut(self, tmp_path: Path) -> None:
        (line,) = refusal(tmp_path, {"contracts.csv": f"contract,weekly_minutes\nfull,{'9x' * 1000}\n"})
        assert len(line) < 150

    def test_no_header(self, tmp_path: Path) -> None:
        (line,) = refusal(tmp_path, {"problem.yaml": None})
        assert line == f"{tmp_path}: has no problem.yaml; it gives the horizon and the rules"

    def test_two_headers(self, tmp_path: Path) -> None:
        (line,) = refusal(tmp_path, {"problem.json": "{}"})
        assert line.endswith("has both problem.yaml and problem.json; keep one")

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("nowhere", "there is no such file or folder"),
            ("notes.txt", "is neither a problem folder nor a .json file"),
            ("x" * 300, "cannot be read: File name too long"),
        ],
    )
    def test_no_problem_at_all(self, tmp_path: Path, name: str, words: str) -> None:
        (tmp_path / "notes.txt").touch()
        with pytest.raises(InvalidProblem, match=words):
            io.load(tmp_path / name)

    def test_a_table_that_is_a_folder(self, tmp_path: Path) -> None:
        (tmp_path / "pins.csv").mkdir()
        (line,) = refusal(tmp_path, {})
        assert line.endswith("pins.csv: there is no such file")


class TestJson:
    @pytest.mark.parametrize(
        ("text", "lines"),
        [
            ("{", ["bank.json: it is not valid JSON: EOF while parsing an object at line 1 column 1"]),
            ("[" * 100_000, ["bank.json: it is not valid JSON: recursion limit exceeded at line 1 column 202"]),
            (
                '{"horizon": {"start": "2026-03-09", "days": 1}, "outlets": [{"outlet_id": "A", "windows": "x"}],'
                '"staff": [{"employee_id": "E1"}], "contracts": [], "shift_types": [], "stuff": []}',
                [
                    'outlets[0] in bank.json: windows: "x" is not a whole number',
                    "staff[0] in bank.json: contract_id is missing",
                    'bank.json: there is no field "stuff" (did you mean "staff"?)',
                ],
            ),
            (
                '{"horizon": {"start": "2026-03-09", "days": 1}, "outlets": [{"outlet_id": "A"}],'
                '"staff": [{"employee_id": "E1", "contract_id": "ful"}], "contracts": [{"contract_id": "full"}],'
                '"shift_types": [{"shift_type_id": "D", "start_from": "09:00", "start_to": "09:00",'
                '"minutes_min": 60, "minutes_max": 60}]}',
                ['staff[0] in bank.json: contract "ful" is not in contracts in bank.json (did you mean "full"?)'],
            ),
        ],
    )
    def test_faults_name_the_field(self, tmp_path: Path, text: str, lines: list[str]) -> None:
        (tmp_path / "bank.json").write_text(text)
        with pytest.raises(InvalidProblem) as caught:
            io.load(tmp_path / "bank.json")
        assert str(caught.value).splitlines() == lines

    def test_not_utf8(self, tmp_path: Path) -> None:
        (tmp_path / "bank.json").write_bytes(b'{"name": "\xff"}')
        with pytest.raises(InvalidProblem, match=r"bank\.json row 1: is not UTF-8"):
            io.load(tmp_path / "bank.json")
