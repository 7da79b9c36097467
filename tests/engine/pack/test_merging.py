"""Positions alike share rows and legs, so that a run's cost does not grow with their number; their P&L adds up."""

import numpy as np
import pytest

from engine.instruments.registry import KINDS
from engine.instruments.rows.template import example_row
from engine.pack.pack import pack
from kernels.base import PathRange
from kernels.layout import Futures, Holdings, Swaptions
from kernels.numba.backend import NumbaBackend

N_PATHS = 500


def packed(book, market):
    return pack(
        book,
        market,
        [market],
        horizon_days=10,
        n_steps=1,
        currency="JPY",
        instantaneous=False,
        direct=True,
    )


def pnl(result):
    backend = NumbaBackend()
    program = backend.prepare(
        result.model, result.book, seed=3, n_steps=1, float32=False, centre=result.shock_pnl.ravel()
    )
    return backend.pnl(program, PathRange(first=0, n=N_PATHS))


def copies(kind, *changes):
    """The kind's example with other fields, each under an id of its own."""
    return [example_row(kind) | {"position_id": f"{kind}-{i}"} | fields for i, fields in enumerate(changes)]


PRICES = ("138.45", "138.61", "")
ROWS = {
    KINDS["JGB_FUTURE"]: [{"price": price, "notional": str(7 * (i + 1))} for i, price in enumerate(PRICES)],
    KINDS["SWAPTION_PAYER"]: [{"notional": "1e9"}, {"notional": "-3e8"}, {"notional": "5e8"}],
    KINDS["ASSET"]: [{"notional": "2500"}, {"notional": "-700"}, {"notional": "1"}],
    KINDS["INDEX_FUTURE"]: [{"price": "5936.5"}, {"price": "5940"}, {"notional": "9"}],
}


@pytest.mark.parametrize("kind", list(ROWS))
def test_positions_alike_are_one_row_and_their_pnl_the_sum(kind, csv_book, index_market):
    rows = copies(kind, *ROWS[kind])
    together = packed(csv_book(rows, index_market), index_market)
    book = together.book
    assert book.of(Futures).futures.size + book.of(Swaptions).swaptions.size + book.of(Holdings).holdings.size == 1
    apart = [pnl(packed(csv_book([row], index_market), index_market))[0] for row in rows]
    size = np.abs(apart).sum(axis=0) + 1e10  # yen: of the largest position's value; roundings are some 1e-16 of it
    assert (np.abs(pnl(together)[0] - np.sum(apart, axis=0)) <= 1e-14 * size).all()


@pytest.mark.parametrize("kind", [KINDS["JGB_FUTURE"], KINDS["SWAPTION_PAYER"]])
def test_books_share_legs(kind, csv_book, index_market):
    rows = [row | {"book": f"book-{i}"} for i, row in enumerate(copies(kind, *ROWS[kind]))]
    one, three = (packed(csv_book(some, index_market), index_market) for some in (rows[:1], rows))
    assert one.book.flows.shared.size == three.book.flows.shared.size > 0
    alone, together = pnl(one)[1], pnl(three)[1]
    np.testing.assert_array_equal(alone, together)


def test_swaptions_that_differ_stay_apart(csv_book, index_market):
    rows = copies(KINDS["SWAPTION_PAYER"], {}, {"rate": "0.013"}, {"vol": "0.006"}, {"maturity": "2026-06-01"})
    rows.append(
        example_row(KINDS["SWAPTION_RECEIVER"]) | {"currency": "JPY", "rate": "0.0125", "premium": "", "vol": "0.0058"}
    )
    rows[-1] |= {"notional": "1e10", "maturity": "2026-05-28", "tenor": "10Y"}
    book = packed(csv_book(rows, index_market), index_market).book
    assert book.of(Swaptions).swaptions.size == 5
    assert book.flows.shared.size == 4  # two swaps: they start on two days
