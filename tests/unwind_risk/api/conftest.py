"""One small run that the tests of its result share."""

import pytest

import unwind_risk as uw
from unwind_risk.api.result import Result


@pytest.fixture(scope="session")
def result() -> Result:
    """Two scenarios of the sample books on the same draws, taken apart by book."""
    return uw.run("sample", scenarios=["filtered", "article-2025"], paths=2_000, by="book", confidence=[0.9, 0.95])
