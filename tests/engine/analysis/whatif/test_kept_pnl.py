"""Kept totals: believed as they were written, under the key that they were written under."""

import numpy as np
import pytest

from engine.analysis.whatif import kept_pnl
from engine.analysis.whatif.kept_pnl import Totals, keep_totals, kept_folder, recall_totals

TOTALS = Totals(pnl={"a": np.arange(5.0), "b": np.arange(3.0)}, ranges={"a": np.ones(2), "b": np.zeros(2)})


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(kept_pnl, "cache_folder", lambda: tmp_path / "books")


def test_totals_come_back_bit_for_bit():
    assert keep_totals(TOTALS, "k" * 64) is None
    found = recall_totals("k" * 64)
    assert found is not None
    for kind in ("pnl", "ranges"):
        mine, theirs = getattr(found, kind), getattr(TOTALS, kind)
        assert {name: each.tolist() for name, each in mine.items()} == {
            name: each.tolist() for name, each in theirs.items()
        }


@pytest.mark.parametrize("place", [3, 70, -1])
def test_a_changed_byte_is_not_believed(place):
    keep_totals(TOTALS, "k" * 64)
    (path,) = kept_folder().iterdir()
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    assert recall_totals("k" * 64) is None


def test_another_key_whose_name_begins_alike_is_not_believed():
    keep_totals(TOTALS, "k" * 64)
    assert recall_totals("k" * 63 + "l") is None
    assert recall_totals("l" * 64) is None


def test_only_the_files_used_last_stay():
    for i in range(kept_pnl.KEPT + 3):
        keep_totals(TOTALS, f"{i:064d}"[::-1])
    assert len(list(kept_folder().iterdir())) == kept_pnl.KEPT


def test_what_is_too_large_or_has_no_place_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(kept_pnl, "MOST_BYTES", 10)
    assert "takes more than" in str(keep_totals(TOTALS, "k" * 64))
    monkeypatch.undo()
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(kept_pnl, "cache_folder", lambda: tmp_path / "file" / "books")
    assert "UNWIND_CACHE names another folder" in str(keep_totals(TOTALS, "k" * 64))
