"""Tables of swaptions: which swaps get one, what it costs, and that every scenario decides alone."""

import random

import numpy as np
import pytest

from engine.inputs.scenario.load import load_scenario
from engine.instruments.registry import KINDS
from engine.instruments.rows.template import example_row
from engine.pack.compression.chebyshev import WANTED
from engine.pack.compression.swaption_tables import WORTH_A_TABLE
from engine.pack.pack import pack
from engine.scenario.apply import apply
from kernels.base import PathRange
from kernels.layout import Swaptions
from kernels.numba.backend import NumbaBackend

LONG, NEXT, SHORT = "2026-05-28", "2026-06-01", "2025-06-02"
N_PATHS = 5_000


def packed(book, market, shocked, **settings):
    usual = {"horizon_days": 10, "n_steps": 1, "currency": "JPY", "instantaneous": False, "direct": False}
    return pack(book, market, shocked, **(usual | settings))


def pnl(result):
    backend = NumbaBackend()
    program = backend.prepare(
        result.model, result.book, seed=3, n_steps=result.n_steps, float32=False, centre=result.shock_pnl.ravel()
    )
    return backend.pnl(program, PathRange(first=0, n=N_PATHS)).reshape(len(result.shock_pnl), -1, N_PATHS)


def swaption_rows(maturity, n, seed=1):
    """Payers and receivers on one swap, bought and sold, strikes 0.8 % to 1.8 %."""
    draw = random.Random(seed)
    return [
        example_row(KINDS["SWAPTION_PAYER"] if i % 2 else KINDS["SWAPTION_RECEIVER"])
        | {"position_id": f"{maturity}-{i}", "maturity": maturity, "rate": f"{draw.uniform(0.008, 0.018):.5f}"}
        | {"currency": "JPY", "tenor": "10Y", "notional": f"{draw.uniform(-1e10, 1e10):.0f}"}
        | {"premium": "", "vol": f"{draw.uniform(0.004, 0.008):.4f}"}
        for i in range(n)
    ]


@pytest.fixture(scope="module")
def book(csv_book, index_market):
    """Two swaps, one with too few swaptions for a table."""
    return csv_book([*swaption_rows(LONG, 30), *swaption_rows(NEXT, WORTH_A_TABLE - 1, 2)], index_market)


@pytest.fixture(scope="module")
def shocked(index_market):
    return [index_market, apply(load_scenario("august-2024"), index_market).market]


def swaptions_of(result):
    return result.book.of(Swaptions)


def test_a_scenario_alone_and_among_companions_has_the_same_bits(book, index_market, shocked):
    together = packed(book, index_market, shocked)
    for s, market in enumerate(shocked):
        alone = packed(book, index_market, [market])
        assert pnl(alone)[0].tobytes() == pnl(together)[s].tobytes()
        assert alone.bounds.pnl[0].tolist() == together.bounds.pnl[s].tolist()


def test_few_swaptions_and_payoffs_have_no_table(book, index_market, csv_book):
    assert swaptions_of(packed(book, index_market, [index_market])).swaps["table"].tolist() == [0, -1]
    inside = csv_book(swaption_rows(SHORT, 30), index_market)  # fixed before the horizon
    result = packed(inside, index_market, [index_market], n_steps=10)
    assert swaptions_of(result).swaptions["spread"].tolist() == [0.0] * 30
    assert swaptions_of(result).swaps["table"].tolist() == [-1]


def test_tables_keep_to_their_bound_on_every_path(book, index_market, shocked):
    """On paths within and, as the range is set here to a fifth, beyond it."""
    table, direct = packed(book, index_market, shocked), packed(book, index_market, shocked, direct=True)
    assert 0.0 < table.bounds.payoffs["swaptions"] <= WANTED
    tables = swaptions_of(table).tables.copy()
    tables["inverse"] *= 5.0
    narrow = table.book.holding(swaptions_of(table)._replace(tables=tables))
    value, wanted = pnl(table), pnl(direct)
    distance = np.abs(value - wanted).max(axis=2)
    assert (distance <= table.bounds.pnl).all()
    assert (distance > 1e-3 * table.bounds.pnl).all()  # the bound is not idle, and the table is really looked up
    with_wrong_scale = NumbaBackend().prepare(
        table.model, narrow, seed=3, n_steps=1, float32=False, centre=table.shock_pnl.ravel()
    )
    moved = NumbaBackend().pnl(with_wrong_scale, PathRange(first=0, n=N_PATHS)).reshape(value.shape)
    beyond = np.abs(moved - wanted) <= 1e-9 * np.abs(wanted).max()
    assert 0.1 < beyond.mean() < 0.9  # beyond a standard deviation swaptions are priced one by one, within it wrongly


def test_what_lies_between_two_nodes_is_not_lost(csv_book, index_market):
    """A butterfly of a hundredth of a basis point: tables of 193 nodes, some 0.6 bp apart, would see none of it."""
    usual = csv_book(swaption_rows(LONG, WORTH_A_TABLE), index_market)
    rate = float(swaptions_of(packed(usual, index_market, [index_market])).tables["rate"][0, 0])
    strikes = [rate + 0.3e-4 + 0.01e-4 * k for k in (-1, 0, 1)]
    rows = [
        row | {"kind": "SWAPTION_PAYER", "rate": f"{strike:.9f}", "notional": f"{sign:.0f}", "vol": "0.000001"}
        for row, strike, sign in zip(
            swaption_rows(LONG, WORTH_A_TABLE), [*strikes, 0.24], (1e7, -2e7, 1e7, 1e4), strict=True
        )
    ]
    book = csv_book(rows, index_market)
    table, direct = packed(book, index_market, [index_market]), packed(book, index_market, [index_market], direct=True)
    wanted = pnl(direct)
    assert np.ptp(wanted) > 1.0  # yen, on some paths
    assert (np.abs(pnl(table) - wanted).max(axis=2) <= table.bounds.pnl).all()


def test_a_direct_run_has_no_tables(book, index_market):
    result = packed(book, index_market, [index_market], direct=True)
    assert (swaptions_of(result).swaps["table"] == -1).all()
    assert result.bounds.payoffs["swaptions"] == 0.0
