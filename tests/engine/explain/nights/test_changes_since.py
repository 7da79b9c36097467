"""What each run of a night changed by since the night before."""

import shutil

import pytest

from engine.explain.nights.changes_since import changes_since
from tests.engine.explain.two_nights import FIRST, JGB, SECOND, UST, ignore, moved_on, plain_market, record_night


@pytest.fixture(scope="module")
def record(tmp_path_factory, first_night):
    """Both nights in one record, as a batch leaves them."""
    later = record_night(tmp_path_factory.mktemp("later") / "night", moved_on(plain_market()), JGB + UST)
    shutil.copytree(first_night, later.parent / first_night.name)
    return later.parent


def test_every_run_has_its_change_since_the_night_before(record):
    found = changes_since(record, SECOND, ignore, ignore)
    assert list(found) == ["one-day"]
    assert found["one-day"].nights == (FIRST, SECOND)


def test_the_first_night_has_none(record):
    assert changes_since(record, FIRST, ignore, ignore) == {}


def test_what_hinders_a_run_is_said_in_its_place(record, tmp_path):
    shutil.copytree(record, tmp_path / "record")
    market = record.parent / "market.toml"
    text = market.read_text()
    market.write_text(text + "\n")
    try:
        found = changes_since(tmp_path / "record", SECOND, ignore, ignore)
    finally:
        market.write_text(text)
    assert found["one-day"].startswith(f"the night of {SECOND} cannot be run again: its market was changed since")
