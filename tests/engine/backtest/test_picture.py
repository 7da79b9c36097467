"""The picture of P&L against VaR."""

from datetime import date, timedelta

import numpy as np
import pytest

from engine.backtest.picture import draw
from engine.backtest.walk.day_rows import rows_of


def rows():
    rng = np.random.default_rng(1)
    return rows_of(
        (date(2020, 1, 1) + timedelta(days=k), h, book, law, 1e9 * x, 2.3e9, 2e9, 2.4e9, 0.5, 100, "", 0.0)
        for k, x in enumerate(rng.standard_normal(300))
        for h in (1, 10)
        for book in ("carry", "insurer")
        for law in ("a", "b")
    )


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_a_picture_has_a_panel_for_each_book_and_horizon_and_the_same_bytes(tmp_path, suffix):
    one, two = tmp_path / f"one{suffix}", tmp_path / f"two{suffix}"
    for path in (one, two):
        draw(rows(), "a", "JPY", path)
    assert one.read_bytes() == two.read_bytes()
    if suffix == ".svg":
        text = one.read_text()
        for panel in ("carry, one day", "carry, 10 days", "insurer, one day", "insurer, 10 days"):
            assert panel in text
        n = int((rows().of("a", "carry", 1).pnl < -2.3e9).sum())
        assert f"carry, one day: {n} exceptions at 99 %, 3.0 expected" in text
