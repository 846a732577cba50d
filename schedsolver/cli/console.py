"""Where the command line writes."""

from __future__ import annotations

import sys

from rich.console import Console

FILE_WIDTH = 200


def plain_console() -> Console:
    """Make a console that prints names as they are; in a file, tables are as wide as they need to be."""
    width = None if sys.stdout.isatty() else FILE_WIDTH
    return Console(markup=False, emoji=False, highlight=False, width=width)
