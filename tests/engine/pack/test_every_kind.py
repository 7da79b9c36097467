"""Kernels against plain numpy: every kind of position, on paths replayed one by one."""

import numpy as np
import pytest

from engine.book.compiled import CompiledBook
from engine.book.fit import fit
from engine.book.value import position_values, values_on
from engine.inputs.book.load import load_book
from engine.inputs.scenario.load import load_scenario
from engine.instruments.registry import KINDS
from engine.instruments.rows.template import example_row, template
from engine.market.market import Market
from engine.market.moved_market import moved
from engine.pack.pack import Packed, pack
from engine.scenario.apply import apply
from kernels.base import PathRange
from kernels.law_layout import PATH_SERIES
from kernels.select import select_backend
from tests.engine.five_currencies import five_currencies

HORIZON_DAYS = 10
PATHS = np.array([0, 1, 77, 4_095, 2**33 + 5], np.uint64)


def book_of(kinds, market: Market, folder) -> CompiledBook:
    path = folder / "book.csv"
    path.write_text(template(kinds))
    return load_book(path, market.valuation_date)


def pack_one(book: CompiledBook, market: Market, shocked: Market, **settings) -> Packed:
    given = {"horizon_days": HORIZON_DAYS, "n_steps": 1, "currency": "JPY", "instantaneous": False, "direct": False}
    return pack(book, market, [shocked], **(given | settings))


def pnl_and_deviations(packed: Packed, backend: str, n_steps: int = 1):
    runner = select_backend(backend)
    program = runner.prepare(
        packed.model, packed.book, seed=9, n_steps=n_steps, float32=False, centre=packed.shock_pnl.ravel()
    )
    pnl = np.array([runner.pnl(program, PathRange(first=int(path), n=1))[0, 0] for path in PATHS])
    return pnl, runner.levels(program, PATHS)[0, :, : -len(PATH_SERIES)]  # (n_paths,), (n_steps, n_factors, n_paths)


@pytest.mark.parametrize("kind", KINDS.values(), ids=str)
@pytest.mark.parametrize(
    ("scenario", "instantaneous"), [("base", False), ("august-2024", False), ("august-2024", True)]
)
def test_a_position_of_every_kind_is_revalued_as_by_plain_numpy(kind, scenario, instantaneous, tmp_path, index_market):
    market = five_currencies(index_market)
    shocked = apply(load_scenario(scenario), market).market
    book = book_of([kind], market, tmp_path)
    fits = fit(book, market)
    base = position_values(book, market, fits).sum()
    day = 0 if instantaneous else int(book.business_days[HORIZON_DAYS - 1])
    gross = abs(base) + 150.0 * abs(float(example_row(kind)["notional"])) + np.abs(book.futures.contract_value).sum()
    for direct in (False, True):
        packed = pack_one(book, market, shocked, direct=direct, instantaneous=instantaneous)
        for backend in ("numba", "numpy"):
            pnl, deviations = pnl_and_deviations(packed, backend)
            wanted = [
                values_on(book, moved(shocked, deviations[-1, :, i]), fits, day=day, before=market).sum() - base
                for i in range(PATHS.size)
            ]
            # sums of some hundred flows in another order round otherwise; and what the packing says of polynomials
            bound = packed.bounds.pnl[0, 0] + 1e-13 * gross
            np.testing.assert_allclose(pnl, wanted, rtol=1e-12, atol=bound)
