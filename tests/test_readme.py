"""What README.md shows runs, and what it points at is there."""

import re
from pathlib import Path

import pytest

import schedsolver as ss

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
LINKS = re.findall(r"\]\(([^):]+)\)", README)


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_python_runs(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The example in small, so that it is solved in a moment.
    ss.save(ss.generate(ss.GeneratorSpec(outlets=2, staff=6, days=1)), tmp_path / "examples" / "one_plus_n")
    monkeypatch.chdir(tmp_path)
    space: dict[str, object] = {}
    exec(compile(BLOCKS[number], f"README.md python block {number + 1}", "exec"), space)
    result = space["result"]
    assert isinstance(result, ss.Result)
    assert len(result.schedule.duties)


def test_there_is_python_to_run() -> None:
    assert len(BLOCKS) == 2


@pytest.mark.parametrize("link", LINKS)
def test_links_lead_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


def test_the_first_two_shell_blocks_are_the_two_commands() -> None:
    install, develop = re.findall(r"^```sh\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
    assert install.startswith("python3 -m venv .venv && ")
    assert install.endswith("schedsolver demo\n")
    assert develop.startswith("python3 -m venv .venv && ")
    assert develop.endswith("pytest\n")
