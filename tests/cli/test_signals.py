"""Ctrl-C and SIGTERM: once for the best roster so far, twice for the end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from schedsolver.cli.roster_folder import FILES as ROSTER_FILES


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out" / "roster"


class TestSignals:
    """A terminal sends Ctrl-C to the command and all it has started; machines send SIGTERM to the command."""

    COMMAND = (sys.executable, "-c", "from schedsolver.cli import main; main()", "demo", "--time", "300", "--out")

    def start(self, out: Path) -> subprocess.Popen[str]:
        """Run the demo until it has a roster."""
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        process = subprocess.Popen([*self.COMMAND, str(out)], **pipes, start_new_session=True)
        assert process.stdout is not None
        for line in process.stdout:
            if " s  cost " in line and "cost none yet" not in line:
                break
        return process

    @pytest.mark.parametrize("by", ["ctrl-c", "sigterm"])
    def test_the_first_gives_the_best_roster_so_far(self, out: Path, by: str) -> None:
        with self.start(out) as process:
            if by == "ctrl-c":
                os.killpg(process.pid, signal.SIGINT)
            else:
                process.terminate()
            printed, errors = process.communicate()
        assert (process.returncode, errors) == (0, "")
        assert "feasible (interrupted)" in printed
        assert {path.name for path in out.iterdir()} == set(ROSTER_FILES)

    def test_the_second_ends_the_command_at_once(self, out: Path) -> None:
        with self.start(out) as process:
            while process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
                time.sleep(0.001)
            printed, errors = process.communicate()
        assert (process.returncode, errors) == (130, "interrupted\n")
        assert "status" not in printed
        assert not out.exists()
