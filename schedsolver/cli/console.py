"""Where the command line writes, and how it ends."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from rich.console import Console

FILE_WIDTH = 200
INTERRUPTED = 130


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Go on when nobody reads any more, as after ``| head``: work done must not be lost for that."""
        self.quiet = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def plain_console() -> Console:
    """Make a console that prints names as they are; in a file, tables are as wide as they need to be."""
    width = None if sys.stdout.isatty() else FILE_WIDTH
    return _Console(markup=False, emoji=False, highlight=False, width=width)


def leave_at_once() -> NoReturn:
    """End the process as interrupted, without waiting for the solvers' threads, which may be deep in a step."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(INTERRUPTED)
