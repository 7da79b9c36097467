"""Markets between two nights."""

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import InputError
from engine.explain.nights.mixed_market import aligned, check_mixable, is_same, mixed_market, moves
from engine.explain.nights.movers import movers_of
from engine.inputs.market.load import bundled_market_path, load_market
from engine.market.bootstrap import bootstrap
from engine.market.spread import with_derived
from tests.engine.explain.two_nights import FIRST, moved_on, with_par


@pytest.fixture(scope="module")
def markets():
    """The bundled market with its law, and one in which everything has moved."""
    first = replace(load_market(bundled_market_path()), valuation_date=FIRST)
    state = first.filtered
    there = with_par(moved_on(first), "UST", -0.0007)
    there = replace(there, fx={"USD": 143.2}, correlation=0.95 * first.correlation + 0.05 * np.eye(len(first.factors)))
    spreads = {name: each.wider(0.0001) for name, each in there.spreads.items()}
    base = {name: bootstrap(par) for name, par in there.par_curves.items()}
    second = replace(
        there,
        spreads=spreads,
        curves=with_derived(base, spreads),
        kappas=there.kappas + 0.01,
        filtered=replace(state, averages=state.averages * 1.1, last=-state.last, rows=state.rows * 1.01),
    )
    return first, second


def test_no_mover_is_the_first_night_and_all_are_the_second(markets):
    first, second = markets
    keys = [mover.key for mover in movers_of(markets)]
    assert is_same(mixed_market(first, second, ()), first)
    assert is_same(mixed_market(first, second, keys), second)
    assert not is_same(first, second)


def test_a_mover_alone_moves_itself_and_nothing_else(markets):
    first, second = markets
    for mover in movers_of(markets):
        mixed = mixed_market(first, second, [mover.key])
        moved = [other.key for other in movers_of(markets) if other.key != "trades" and moves(first, mixed, other.key)]
        assert moved == [mover.key] * (mover.key != "trades")


def test_a_derived_curve_follows_its_parent_and_its_own_spreads(markets):
    first, second = markets
    mixed = mixed_market(first, second, ["curve:JGB"])
    at = np.array([1.0, 7.0, 25.0])
    spread = first.curves["TONA"].zero_rate(at) - first.curves["JGB"].zero_rate(at)
    # both are sums of two rates of 0.03: the difference is known to a rounding of 1e-17
    assert mixed.curves["TONA"].zero_rate(at) == pytest.approx(second.curves["JGB"].zero_rate(at) + spread, abs=1e-15)
    assert is_same(mixed.curves["SOFR"], first.curves["SOFR"])


def test_markets_with_other_factors_are_refused_by_name(markets):
    first, _ = markets
    n = len(first.factors) - 1
    other = replace(
        first,
        factors=first.factors[:n],
        correlation=first.correlation[:n, :n],
        **{name: getattr(first, name)[:n] for name in ("vols", "kappas", "thetas", "mus")},
    )
    with pytest.raises(InputError, match=f"only one of them has, {first.factors[n].name}; make both alike"):
        check_mixable(first, other)
    with pytest.raises(InputError, match="a law of past days that only one of them has"):
        check_mixable(first, replace(first, filtered=None))


def test_a_table_of_past_days_that_moved_on_is_laid_date_on_date(markets):
    first, _ = markets
    state = first.filtered
    newest = np.full((2, state.rows.shape[1]), 7.0)
    later = replace(state, rows=np.concatenate([state.rows[2:], newest]), n_dates=state.n_dates + 2)
    found = aligned(first, replace(first, filtered=later)).filtered
    assert np.array_equal(found.rows[2:], state.rows[2:])
    assert (found.rows[:2] == 7.0).all()
    assert np.array_equal(found.regimes.memberships, np.roll(state.regimes.memberships, 2, axis=0))
    assert aligned(first, first) is first
