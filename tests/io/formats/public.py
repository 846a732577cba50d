"""Where public benchmark data lies on machines that have it; it is no part of this repository."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
DATA = Path(os.environ.get("SCHEDSOLVER_DATA", REPOSITORY.parent / "shared" / "data"))


def needs(folder: str) -> pytest.MarkDecorator:
    """Skip a test where a folder of public data is not there."""
    return pytest.mark.skipif(not (DATA / folder).is_dir(), reason=f"no public data in {DATA / folder}")
