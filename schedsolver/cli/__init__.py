"""The `schedsolver` command."""

from schedsolver.cli.commands import app, main

__all__ = ["app", "main"]
