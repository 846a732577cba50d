"""What is solved: names, order, expansion and best known costs."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import schedsolver as ss
from schedsolver.bench.instances import InstanceSpec, instances_of
from schedsolver.bench.invalid import LONGEST_BYTES, usable_name
from schedsolver.errors import InvalidProblem
from tests.io.files import write
from tests.solving import counter_day

CURTOIS = """SECTION_HORIZON
2
SECTION_SHIFTS
D,480,
SECTION_STAFF
A,D=2,960,0,2,1,1,1
SECTION_COVER
0,D,1,100,1
"""


def found(**spec: Any):
    return instances_of(InstanceSpec(**spec))


def names(**spec: Any) -> list[str]:
    return [instance.name for instance in found(**spec)]


def refusal(**spec: Any) -> str:
    with pytest.raises(InvalidProblem) as caught:
        found(**spec)
    return str(caught.value)


@pytest.fixture
def curtois(tmp_path: Path) -> Path:
    folder = tmp_path / "sets" / "curtois"
    folder.mkdir(parents=True)
    for number in (10, 2, 1):
        (folder / f"Instance{number}.txt").write_text(CURTOIS)
    (folder / "best_known.csv").write_text("instance,staff,best_known\n1,8,607\n2,14,\n")
    return folder


@pytest.fixture
def inrc2(tmp_path: Path) -> Path:
    folder = tmp_path / "inrc2"
    (folder / "n005w4").mkdir(parents=True)
    rows = "instance,best_static_cost\nn005w4_1_6-2-9-1,1520\nn030w4_1_6-2-9-1,1670\nn005w4_0_1-2,99\n"
    (folder / "best_known.csv").write_text(rows)
    return folder


class TestOwn:
    def test_a_folder_of_problems_gives_each(self, tmp_path: Path) -> None:
        write(tmp_path / "week 10")
        write(tmp_path / "week 2")
        ss.save(counter_day(), tmp_path / "day.json")
        (tmp_path / "notes.txt").write_text("nothing")
        assert names(path=tmp_path) == ["day", "week_2", "week_10"]
        assert names(path=tmp_path, glob="week*") == ["week_2", "week_10"]
        assert names(path=tmp_path, name="mine") == ["mine-day", "mine-week_2", "mine-week_10"]
        assert found(path=tmp_path)[0].load() == counter_day()

    def test_a_problem_gives_itself(self, tmp_path: Path) -> None:
        write(tmp_path / "week")
        assert names(path=tmp_path / "week") == ["week"]
        assert names(path=tmp_path / "week", name="mine") == ["mine"]
        assert names(problem=counter_day(name="a day / or two")) == ["a_day_or_two"]

    def test_nothing_is_refused(self, tmp_path: Path) -> None:
        assert refusal(path=tmp_path).endswith("holds no instance")
        assert refusal(path=tmp_path, glob="x*").endswith("holds no instance that matches x*")
        assert "there is no such file or folder" in refusal(path=tmp_path / "no")

    def test_generated_ones_are_named_by_their_numbers(self) -> None:
        sizes = {"outlets": 2, "staff": 6, "days": 2}
        first, second = found(generate=sizes | {"seeds": [3, 5], "load": 1.5})
        assert (first.name, second.name) == ("2x6x2d30-3", "2x6x2d30-5")
        assert second.load() == ss.generate(ss.GeneratorSpec(**sizes, seed=5, load=1.5))
        assert names(generate=sizes | {"seed": 4}) == ["2x6x2d30-4"]

    @pytest.mark.parametrize(
        ("spec", "words"),
        [
            ({}, "give one of path, generate, curtois, inrc2, problem; here are none"),
            ({"path": "a", "curtois": "b"}, "here are path and curtois"),
            ({"generate": {}, "glob": "*"}, "glob picks from a folder"),
            ({"generate": {"seed": 1, "seeds": [1, 2]}}, "give either seed or seeds"),
            ({"path": "a", "name": "a b"}, '"a b" names files'),
            ({"path": "a", "name": "x" * (LONGEST_BYTES + 1)}, f"may be {LONGEST_BYTES} bytes long at most"),
        ],
    )
    def test_refuses(self, spec: dict[str, Any], words: str) -> None:
        with pytest.raises(ValidationError, match=words):
            InstanceSpec(**spec)

    def test_a_long_name_in_any_script_fits_a_file_name(self) -> None:
        name = usable_name("\u5468" * 80)
        assert name == "\u5468" * (LONGEST_BYTES // 3)
        assert usable_name("///") == "unnamed"


class TestPublic:
    def test_curtois_in_the_order_of_their_numbers_with_best_known(self, curtois: Path) -> None:
        known = [(i.name, i.best_known) for i in found(curtois=curtois)]
        assert known == [("Instance1", 607), ("Instance2", None), ("Instance10", None)]
        assert names(curtois=curtois, glob="Instance1*.txt") == ["Instance1", "Instance10"]
        assert found(curtois=curtois / "Instance1.txt")[0].best_known == 607
        assert found(curtois=curtois / "Instance1.txt")[0].load().horizon.days == 2

    def test_inrc2_as_listed(self, inrc2: Path) -> None:
        assert names(inrc2=inrc2) == ["n005w4_1_6-2-9-1", "n030w4_1_6-2-9-1", "n005w4_0_1-2"]
        ours = found(inrc2=inrc2 / "n005w4")
        assert [(i.name, i.best_known) for i in ours] == [("n005w4_1_6-2-9-1", 1520), ("n005w4_0_1-2", 99)]
        assert names(inrc2=inrc2, glob="n03*") == ["n030w4_1_6-2-9-1"]
        one = found(inrc2=inrc2 / "n005w4" / "n005w4_1_6-2-9-1")
        assert [(i.name, i.best_known) for i in one] == [("n005w4_1_6-2-9-1", 1520)]
        with pytest.raises(InvalidProblem, match=r"WD-n005w4-6.txt: there is no such file"):
            one[0].load()

    def test_an_inrc2_name_in_no_folder_is_not_there(self, tmp_path: Path) -> None:
        assert not InstanceSpec(inrc2=tmp_path / "no" / "n005w4_1_6-2-9-1").is_there
        assert InstanceSpec(inrc2=tmp_path / "n005w4_1_6-2-9-1").is_there
        assert not InstanceSpec(inrc2=tmp_path / "n005w4").is_there


class TestBestKnown:
    def test_a_number_is_for_one_instance(self, curtois: Path) -> None:
        assert found(curtois=curtois / "Instance2.txt", best_known=5)[0].best_known == 5
        assert "best_known is one cost, but there are 3 instances" in refusal(curtois=curtois, best_known=5)

    def test_a_table_is_looked_up_by_the_own_name(self, tmp_path: Path) -> None:
        (tmp_path / "best.csv").write_text("instance,best_known\nday,7\n")
        ss.save(counter_day(), tmp_path / "day.json")
        spec = {"path": tmp_path / "day.json", "name": "mine"}
        assert [i.best_known for i in found(**spec, best_known=tmp_path / "best.csv")] == [7]
        assert [i.best_known for i in found(**spec)] == [None]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("instance,cost\nday,7\n", "must have the columns instance and best_known"),
            ("", "must have the columns instance and best_known"),
            ("instance,best_known\nday,6.5\n", 'row 2: best_known "6.5" is not a whole number'),
        ],
    )
    def test_a_table_that_cannot_be_read_is_refused(self, tmp_path: Path, text: str, words: str) -> None:
        (tmp_path / "best.csv").write_text(text)
        assert words in refusal(generate={"outlets": 1}, best_known=tmp_path / "best.csv")
