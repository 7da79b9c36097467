"""A market file's [law.regimes]: read back to the bit, sealed, and refused by line where it does not fit."""

import re
import shutil
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest

from engine.errors import FileFaults
from engine.inputs.market.law_table import rows_bytes
from engine.inputs.market.load import bundled_market_path, load_market, write_market
from engine.inputs.scenario.load import load_scenario
from engine.scenario.apply import apply

BUNDLED = load_market(bundled_market_path())
FIELDS = ("means", "covariances", "transitions", "long_run", "tonight", "memberships")


@pytest.fixture
def written(tmp_path):
    """The bundled market in a folder of its own, its text changed."""

    def _written(change=lambda text: text):
        for file in bundled_market_path().parent.glob("2025-05-28.*.npy"):
            shutil.copy(file, tmp_path)
        path = tmp_path / "2025-05-28.toml"
        path.write_text(change(bundled_market_path().read_text("utf-8")), encoding="utf-8")
        return path

    return _written


def test_regimes_are_read_back_to_the_bit(tmp_path):
    write_market(BUNDLED, tmp_path / "mine.toml")
    again, first = load_market(tmp_path / "mine.toml").filtered.regimes, BUNDLED.filtered.regimes
    assert (again.series, again.estimated_to) == (first.series, first.estimated_to)
    for name in FIELDS:
        assert getattr(again, name).tobytes() == getattr(first, name).tobytes()
    assert (tmp_path / "mine.memberships.npy").exists()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('series = ["USDJPY"', 'series = ["SPX"', r"law.regimes.series: SPX must be among `factors` of \[law\]"),
        ("estimated_to = 2024-12-30", "estimated_to = 2025-01-06", "must lie before the January of 2025-05-28"),
        ("means = [[", "means = [[0.0, ", "law.regimes.means: needs 3 rows of 4 values, for quiet, busy, shock"),
        ("  [[0.5511", "  [[0.0, 0.5511", "law.regimes.covariances: needs 3 matrices of 4 x 4 values"),
        ("  [[0.5511", "  [[-0.5511", "law.regimes.covariances: must be positive semidefinite"),
        ("transitions = [[0.69", "transitions = [[0.79", "law.regimes.transitions: must be 0 or more and add up to 1"),
        ("long_run = [0.4795", "long_run = [0.5795", "law.regimes.long_run: must be 0 or more and add up to 1"),
        ("long_run = [0.4795", "long_run = [nan, 0.4795", "long_run"),
        ("tonight = [", "tonight = [0.0, ", "law.regimes.tonight: needs 3 values, one a regime, got 4"),
        ('memberships_file = "2025', 'memberships_file = "../2025', "must be the name of a file beside this one"),
    ],
)
def test_what_does_not_fit_is_refused_by_line(written, old, new, message):
    path = written(lambda text: text.replace(old, new, 1) if old in text else pytest.fail(old))
    with pytest.raises(FileFaults, match=message):
        load_market(path)


def test_a_long_run_that_the_chain_moves_is_refused(written):
    first = ", ".join(map(repr, BUNDLED.filtered.regimes.long_run.tolist()))
    path = written(lambda text: text.replace(f"long_run = [{first}]", "long_run = [0.5, 0.4, 0.1]"))
    with pytest.raises(FileFaults, match=r"law.regimes.long_run: `transitions` must leave it as it is"):
        load_market(path)


def sealed_with(written, memberships):
    """The market with other memberships, and their digest in it."""
    digest = sha256(rows_bytes(memberships)).hexdigest()
    path = written(lambda text: re.sub('memberships_sha256 = ".*"', f'memberships_sha256 = "{digest}"', text))
    path.with_name("2025-05-28.memberships.npy").write_bytes(rows_bytes(memberships))
    return path


def test_memberships_are_sealed_and_must_be_what_the_file_says(written):
    known = BUNDLED.filtered.regimes.memberships
    path = written()
    path.with_name("2025-05-28.memberships.npy").write_bytes(rows_bytes(known[::-1]))
    with pytest.raises(FileFaults, match=r"law.regimes.memberships_file: 2025-05-28.memberships.npy has the sha256"):
        load_market(path)
    with pytest.raises(FileFaults, match=r"must hold \(1000, 3\) probabilities, got \(999, 3\)"):
        load_market(sealed_with(written, known[1:]))
    with pytest.raises(FileFaults, match="must hold probabilities that add up to 1"):
        load_market(sealed_with(written, 0.5 * known))
    with pytest.raises(FileFaults, match=r"the mean of 2025-05-28.memberships.npy must be `long_run`"):
        load_market(sealed_with(written, np.roll(known, 1, axis=1)))


def test_without_memberships_or_table_the_filtered_law_is_there_and_its_regimes_are_refused_in_words(written):
    path = written()
    path.with_name("2025-05-28.memberships.npy").unlink()
    market = load_market(path)
    assert market.filtered.regimes is None
    assert apply(load_scenario("filtered"), market).market.filtered is not None
    with pytest.raises(FileFaults, match=r"law 'filtered-regimes' needs \[law.regimes\] and the file of memberships"):
        apply(load_scenario("filtered-regimes"), market)
    none = replace(BUNDLED, filtered=replace(BUNDLED.filtered, regimes=None))
    write_market(none, path.with_name("other.toml"))
    assert load_market(path.with_name("other.toml")).filtered.regimes is None
