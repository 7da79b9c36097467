"""Spreads, vols and skews that factors move: kernels against plain valuation in the moved market."""

import numpy as np
import pytest

from engine.book.fit import fit
from engine.book.value import position_values, values_on
from engine.inputs.book.load import load_book
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.instruments.registry import KINDS
from engine.instruments.rows.template import example_row, template
from engine.law.law import law_of
from engine.market.moved_market import moved
from engine.pack.pack import pack
from engine.pack.sums import SummedLaw
from engine.scenario.apply import apply
from kernels.base import PathRange
from kernels.cuda.host.backend import CudaBackend
from kernels.cuda.host.on_cpu import HostDevice
from kernels.law_layout import PATH_SERIES
from kernels.numpy.revalue import revalue
from kernels.select import select_backend
from tests.engine.basis_market import VOLS, basis_market

ON_SPREADS = ("JGB_FUTURE", "FX_FORWARD", "FX_CALL", "OIS", "SWAPTION_PAYER")
PROJECTED = ("XCCY_SWAP", "XCCY_MTM_SWAP")  # interest of one curve, discounted on another
PATHS = np.array([0, 1, 77, 4_095], np.uint64)


@pytest.fixture(scope="module")
def without():
    return load_market(bundled_market_path())


@pytest.fixture(scope="module")
def market(without):
    return basis_market(without)


def packed(kinds, market, scenario, folder, *, direct=False, n_steps=1):
    path = folder / "book.csv"
    path.write_text(template(kinds))
    book = load_book(path, market.valuation_date)
    found = apply(load_scenario(scenario), market)
    return (
        book,
        found.market,
        pack(
            book,
            market,
            [found.market],
            [found.unwind],
            horizon_days=10,
            n_steps=n_steps,
            currency="JPY",
            instantaneous=False,
            direct=direct,
        ),
    )


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind.name in ON_SPREADS], ids=str)
def test_a_position_on_spreads_is_revalued_as_in_the_moved_market(kind, market, tmp_path):
    for scenario, n_steps, direct in (("base", 1, True), ("base", 1, False), ("filtered", 10, False)):
        book, shocked, found = packed([kind], market, scenario, tmp_path, direct=direct, n_steps=n_steps)
        assert found.book.run.sums.size
        fits = fit(book, market)
        base = position_values(book, market, fits).sum()
        day = int(book.business_days[9])
        gross = (
            abs(base) + 150.0 * abs(float(example_row(kind)["notional"])) + np.abs(book.futures.contract_value).sum()
        )
        # sums of some hundred flows in another order round otherwise; and what the packing says of polynomials
        bound = found.bounds.pnl[0, 0] + 1e-13 * gross
        for name in ("numba", "numpy"):
            runner = select_backend(name)
            program = runner.prepare(
                found.model, found.book, seed=9, n_steps=n_steps, float32=False, centre=found.shock_pnl.ravel()
            )
            pnl = np.array([runner.pnl(program, PathRange(first=int(path), n=1))[0, 0] for path in PATHS])
            levels = runner.levels(program, PATHS)[0, -1, : -len(PATH_SERIES)]
            spreads = levels[[factor.name in VOLS for factor in market.factors]]
            assert (np.abs(spreads) > 1e-6).all()  # a hundredth of a basis point: they do move
            wanted = [values_on(book, moved(shocked, x), fits, day=day, before=market).sum() - base for x in levels.T]
            np.testing.assert_allclose(pnl, wanted, rtol=1e-12, atol=bound)


def test_a_swap_whose_spread_moves_by_a_basis_point_gains_what_full_revaluation_does(market, tmp_path):
    book, shocked, found = packed([KINDS["OIS"]], market, "base", tmp_path, direct=True)
    fits, day = fit(book, market), int(book.business_days[9])
    move = np.array([1e-4 * (factor.name == "SPREAD_TONA") for factor in market.factors])
    still, gained = revalue(found.book, 0, np.stack([0.0 * move, move], axis=1)[None])[0]
    at = [values_on(book, each, fits, day=day, before=market).sum() for each in (shocked, moved(shocked, move))]
    assert abs(gained - still) > 1e5  # yen: the example is of billions over years
    # differences of values of some 1e10, each right to the last digits
    assert gained - still == pytest.approx(at[1] - at[0], abs=1e-4)


@pytest.mark.parametrize("kind", [KINDS[name] for name in PROJECTED], ids=str)
def test_projected_interest_is_right_to_first_order_of_the_spread_between_its_curves(kind, market, tmp_path):
    book, shocked, found = packed([kind], market, "base", tmp_path, direct=True)
    fits, day = fit(book, market), int(book.business_days[9])
    base = position_values(book, market, fits).sum()
    names = [factor.name for factor in market.factors]
    moves = np.zeros((len(names), 2))
    moves[[name.startswith("JGB") for name in names], :] = 0.001
    moves[names.index("SPREAD_XCCY_JPY"), 0] = 0.001
    moves[names.index("SPREAD_XCCY_JPY"), 1] = 0.0005
    simulated = revalue(found.book, 0, moves[None])[0]
    exact = [values_on(book, moved(shocked, x), fits, day=day, before=market).sum() - base for x in moves.T]
    off = np.abs(simulated - exact)
    assert off[0] / off[1] == pytest.approx(2.0, rel=0.02)  # a product of the two moves: half of one, half of it
    assert off[0] < 0.004 * abs(exact[0])  # both moves, of 10 bp, are large; the sum of the products is small


def test_a_book_that_no_spread_touches_has_the_tables_of_a_market_without_their_factors(market, without, tmp_path):
    kinds = [KINDS["JGB"], KINDS["UST"]]
    (_, _, own), (_, _, plain) = (packed(kinds, each, "base", tmp_path) for each in (market, without))
    assert own.book.run.sums.size == 0
    n = plain.book.run.inverse_limit.size
    for mine, other in zip((own.book.flows, own.book.points), (plain.book.flows, plain.book.points), strict=True):
        for field, a, b in zip(mine._fields, mine, other, strict=True):
            if field in ("centre", "inverse_width"):
                a = a[:, :n]  # of the spreads' factors, which no segment has
            np.testing.assert_array_equal(a, b)


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_cuda_values_spreads_to_the_bit_as_numba_does(market, tmp_path, precision):
    kinds = [kind for kind in KINDS.values() if kind.name in (*ON_SPREADS, *PROJECTED)]
    _, _, found = packed(kinds, market, "filtered", tmp_path, n_steps=10)
    settings = {"seed": 3, "n_steps": 10, "float32": precision == "float32", "centre": found.shock_pnl.ravel()}
    results = []
    for runner in (select_backend("numba"), CudaBackend([HostDevice()])):
        program = runner.prepare(found.model, found.book, **settings)
        results.append(runner.pnl(program, PathRange(first=5, n=300)))
    np.testing.assert_array_equal(*results)


def test_a_law_of_sums_has_the_moments_of_added_factors(market):
    law = law_of(market, 10, 1)
    sums = ((0, 18), (3, 18, 20))
    whole, own = SummedLaw(law=law, sums=sums), law.covariance(1)
    n = len(market.factors)
    added = np.zeros((2, n))
    added[0, [0, 18]], added[1, [3, 18, 20]] = 1.0, 1.0
    np.testing.assert_array_equal(whole.covariance(1)[:n, :n], own)
    # sums of up to nine products of doubles
    np.testing.assert_allclose(whole.std(1)[n:] ** 2, [each @ own @ each for each in added], rtol=1e-14)
    np.testing.assert_allclose(whole.mean(1)[n:], added @ law.mean(1), atol=1e-18)
