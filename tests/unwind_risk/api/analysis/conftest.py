"""A small run in memory, of files that commands take too, and a recorded night; only to be read."""

from dataclasses import dataclass
from pathlib import Path

import pytest

import unwind_risk as uw
from engine.analysis.whatif import kept_pnl
from engine.inputs.market.load import write_market
from tests.engine.explain.two_nights import HEAD, JGB, UST, plain_market, record_night

N_PATHS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """A market and a book in a folder."""

    folder: Path

    @property
    def market(self) -> Path:
        return self.folder / "market.toml"

    @property
    def book(self) -> Path:
        return self.folder / "book.csv"

    def options(self, **others):
        """The same run as options of a command."""
        own = {"market": self.market, "book": [self.book], "scenario": ["base"], "paths": str(N_PATHS)}
        return own | {"horizon_days": "1", "backend": "numba", "confidence": ["0.9"]} | others

    def run(self, book=None):
        """The run in memory."""
        settings = {"paths": N_PATHS, "horizon_days": 1, "confidence": 0.9, "backend": "numba"}
        return uw.run(self.book if book is None else book, self.market, "base", **settings)


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("api")
    write_market(plain_market(), folder / "market.toml")
    (folder / "book.csv").write_text(HEAD + JGB + UST)
    return Files(folder=folder)


@pytest.fixture(scope="session")
def result(files):
    return files.run()


@pytest.fixture(scope="session")
def night(tmp_path_factory):
    """The folder of a recorded night's only run."""
    return record_night(tmp_path_factory.mktemp("night") / "first", plain_market()) / "run=one-day"


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    """What is kept of totals stays out of the user's cache."""
    folder = tmp_path_factory.mktemp("kept") / "books"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(kept_pnl, "cache_folder", lambda: folder)
        yield
