"""[law.loop] of a market file: written and read back, and what is refused."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from engine.errors import FileFaults
from engine.inputs.market.load import bundled_market_path, load_market, write_market
from engine.market.loop_record import RECORD_COLUMNS

NAME = "2025-05-28.loop.npy"


@pytest.fixture
def files(tmp_path):
    """The bundled market's files, copied."""
    for path in bundled_market_path().parent.glob("2025-05-28.*"):
        shutil.copy(path, tmp_path)
    return tmp_path


def test_a_record_is_read_back_to_the_bit(tmp_path):
    market = load_market(bundled_market_path())
    write_market(market, tmp_path / "m.toml")
    again, record = load_market(tmp_path / "m.toml").filtered.loop, market.filtered.loop
    assert again.table.tobytes() == record.table.tobytes()
    assert (again.first, again.description) == (record.first, record.description)
    assert record.table.shape == (market.filtered.n_dates, len(RECORD_COLUMNS))


def test_without_its_file_a_market_has_a_law_and_no_record(files):
    (files / NAME).unlink()
    state = load_market(files / "2025-05-28.toml").filtered
    assert (state.loop, len(state.rows)) == (None, 1000)


def rewritten(files, table):
    """Write a market with another record, sealed as it should be."""
    market = load_market(files / "2025-05-28.toml")
    moves, sds, leads, residuals = (column.copy() for column in table.T)
    record = replace(market.filtered.loop, moves=moves, sds=sds, leads=leads, residuals=residuals)
    write_market(replace(market, filtered=replace(market.filtered, loop=record)), files / "2025-05-28.toml")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda table: table[-900:], "must hold as many dates as the law has rows, 1,000, got 900"),
        (lambda table: np.where(np.arange(4) == 1, 0.0, table), "the standard deviations of .* must be above 0"),
        (lambda table: table[:-1], "is of other dates than the law's rows"),
        (lambda table: np.where(table == table[5, 0], np.nan, table), "must be finite and within"),
    ],
)
def test_a_record_that_does_not_fit_is_refused(files, change, said):
    rewritten(files, change(load_market(files / "2025-05-28.toml").filtered.loop.table))
    with pytest.raises(FileFaults, match=said):
        load_market(files / "2025-05-28.toml")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (f'record_file = "{NAME}"', 'record_file = "../x.npy"', "must be the name of a file beside this one"),
        ("first = 2002-01-07 # move", "first = 2026-01-07", "must be `as_of`, 2025-05-28, or before it"),
        ('record_sha256 = "', 'record_sha256 = "0', "record_sha256"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(files, old, new, said):
    path = files / "2025-05-28.toml"
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    with pytest.raises(FileFaults, match=said):
        load_market(path)


def test_another_file_than_the_digest_says_is_refused(files):
    table = np.load(files / NAME)
    table[0, 0] += 1e-9
    np.save(files / NAME, table)
    with pytest.raises(FileFaults, match=f"{NAME} has the sha256 .* it is another table"):
        load_market(files / "2025-05-28.toml")
