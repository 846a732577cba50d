"""What docs/solving.md shows runs, one block after the other, and names options that there are."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

import schedsolver as ss
from schedsolver.cli import app

DOC = (Path(__file__).parents[1] / "docs" / "solving.md").read_text(encoding="utf-8")


def test_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The example in small, so that it is solved in a moment.
    ss.save(ss.generate(ss.GeneratorSpec(outlets=2, staff=4, days=1)), tmp_path / "examples" / "one_plus_n")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```$", DOC, flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) == 3
    space: dict[str, object] = {}
    for number, block in enumerate(blocks):
        exec(compile(block, f"docs/solving.md python block {number + 1}", "exec"), space)
    assert isinstance(space["result"], ss.Result)
    assert ss.check(space["changed"], space["result"].schedule).ok


def test_options_and_fields_are_there() -> None:
    command = get_command(app).commands["solve"]
    options = {name for parameter in command.params for name in parameter.opts}
    assert set(re.findall(r"--[a-z]+", DOC)) <= options
    assert set(re.findall(r"`(\w+)=", DOC)) <= set(ss.Settings.model_fields)
