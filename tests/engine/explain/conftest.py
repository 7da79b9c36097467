"""Two nights that differ in nearly everything, and one that differs from the first by its vols alone."""

from pathlib import Path

import pytest

from engine.explain.nights.change import ChangeQuestion, NightsChange, nights_change
from tests.engine.explain.two_nights import BILL, JGB, UST, ignore, moved_on, plain_market, record_night, with_vols


@pytest.fixture(scope="session")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The earlier night; only to be read."""
    return record_night(tmp_path_factory.mktemp("nights") / "first", plain_market())


@pytest.fixture(scope="session")
def second_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The next one: the JGB curve and vols moved, and a position that came; only to be read."""
    market = moved_on(plain_market())
    return record_night(tmp_path_factory.mktemp("nights") / "second", market, JGB + UST + BILL)


@pytest.fixture(scope="session")
def wilder_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The earlier night with a tenth more vol; only to be read."""
    return record_night(tmp_path_factory.mktemp("nights") / "wilder", with_vols(plain_market(), 1.1))


@pytest.fixture(scope="session")
def change(tmp_path_factory: pytest.TempPathFactory, first_night: Path, second_night: Path) -> NightsChange:
    """All that the two nights differ by, on as many paths as they have, with a loss that was realised."""
    realised = tmp_path_factory.mktemp("realised") / "realised.csv"
    realised.write_text("valuation_date,scope,pnl\n2025-05-28,total,-3e7\n")
    return nights_change(ChangeQuestion(nights=(first_night, second_night), realised=realised), ignore, ignore)
