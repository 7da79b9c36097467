"""Tables of options: which groups get one, what it costs, and that every scenario decides alone."""

from dataclasses import replace

import numpy as np
import pytest

from engine.inputs.scenario.load import load_scenario
from engine.pack.compression.chebyshev import WANTED
from engine.pack.compression.fx_option_tables import WORTH_A_TABLE
from engine.pack.pack import pack
from engine.scenario.apply import apply
from kernels.base import PathRange
from kernels.layout import FxOptions
from kernels.numba.backend import NumbaBackend

LONG, SHORT = "2026-05-28", "2025-06-02"
N_PATHS = 3_000


def packed(book, market, shocked, **settings):
    usual = {"horizon_days": 10, "n_steps": 1, "currency": "JPY", "instantaneous": False, "direct": False}
    return pack(book, market, shocked, **(usual | settings))


def pnl(result):
    backend = NumbaBackend()
    program = backend.prepare(
        result.model, result.book, seed=3, n_steps=result.n_steps, float32=False, centre=result.shock_pnl.ravel()
    )
    return backend.pnl(program, PathRange(first=0, n=N_PATHS)).reshape(len(result.shock_pnl), -1, N_PATHS)


@pytest.fixture(scope="module")
def scenarios(index_market):
    """Companions that want other tables: more vol, wilder vols, and none at all."""
    august = apply(load_scenario("august-2024"), index_market).market
    names = [factor.name for factor in index_market.factors]
    still = np.array([name == "USDJPY_VOL" for name in names])
    return {
        "base": index_market,
        "august-2024": august,
        "vols stay": replace(
            index_market, vols=np.where(still, 0.0, index_market.vols), kappas=np.where(still, 0.0, index_market.kappas)
        ),
        "wild vols": replace(index_market, vols=np.where(still, 6.0, index_market.vols)),
        "nothing moves": replace(index_market, vols=np.zeros(still.size), kappas=np.zeros(still.size)),
    }


@pytest.fixture(scope="module")
def book(csv_book, option_rows, index_market):
    """Two groups worth a table in some scenarios, and one too small."""
    rows = [*option_rows("2025-07-15", 60), *option_rows(LONG, 60, 2), *option_rows("2025-09-30", WORTH_A_TABLE - 1, 3)]
    return csv_book(rows, index_market)


def groups_of(result):
    return result.book.of(FxOptions).groups


def test_a_scenario_alone_and_among_companions_has_the_same_bits(book, index_market, scenarios):
    together = packed(book, index_market, list(scenarios.values()))
    found = pnl(together)
    sizes, used = [], []
    for s, market in enumerate(scenarios.values()):
        alone = packed(book, index_market, [market])
        assert pnl(alone)[0].tobytes() == found[s].tobytes()
        assert alone.bounds.pnl[0].tolist() == together.bounds.pnl[s].tolist()
        sizes.append(alone.book.of(FxOptions).terms.shape[1:])
        used.append((groups_of(alone)["table"] >= 0).sum())
    assert len(set(sizes)) >= 3  # otherwise this test says nothing
    assert {0, 2} <= set(used)


def test_small_groups_and_payoffs_have_no_table(book, index_market, csv_book, option_rows):
    index = groups_of(packed(book, index_market, [index_market]))["table"]
    assert (index < 0).tolist() == [False, True, False]  # by expiry
    inside = csv_book(option_rows(SHORT, 60), index_market)  # fixed before the horizon
    result = packed(inside, index_market, [index_market], n_steps=10)
    groups = groups_of(result)
    assert (groups["time"].tolist(), groups["table"].tolist()) == ([0.0], [-1])


def test_a_table_within_a_millionth_or_none(csv_book, option_rows, index_market):
    """A day after the end of a long horizon the payoff's kink is too sharp for any table."""
    for maturity, horizon, has_table in (("2025-08-22", 60, False), ("2025-06-12", 10, True), (LONG, 10, True)):
        book = csv_book(option_rows(maturity, 60), index_market)
        result = packed(book, index_market, [index_market], horizon_days=horizon)
        assert (groups_of(result)["table"][0] >= 0) == has_table
        bound = result.bounds.payoffs["fx_options"]
        assert 0.0 < bound <= WANTED if has_table else bound == 0.0


def test_a_direct_run_has_neither_tables_nor_bounds(book, index_market):
    result = packed(book, index_market, [index_market], direct=True)
    assert (groups_of(result)["table"] == -1).all()
    assert (result.bounds.payoffs["fx_options"], result.bounds.flows, result.bounds.pnl.max()) == (0.0, 0.0, 0.0)
