from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from engine.errors import FileFaults, InputError
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import bundled_scenario_names, load_scenario
from engine.market.bootstrap import bootstrap, par_yield
from engine.market.factors import parse_factor
from engine.market.market import Market, ParCurve
from engine.scenario.apply import apply
from engine.scenario.scenario import Origin, Scenario, Shock, ShockKind, ShockOn
from tests.engine.basis_market import basis_market

NAMES = ("JGB_2Y", "JGB_10Y", "JGB_40Y", "UST_5Y", "USDJPY")
JGB_TENORS = np.array([1.0, 2.0, 5.0, 10.0, 20.0, 40.0])
ROUNDING = 1e-15  # one addition of two rates below 10 %


def market(correlation: np.ndarray | None = None) -> Market:
    par = {
        "JGB": ParCurve(
            name="JGB", currency="JPY", times=JGB_TENORS, par_yields=np.array([0.005, 0.007, 0.01, 0.015, 0.024, 0.031])
        ),
        "UST": ParCurve(
            name="UST", currency="USD", times=np.array([0.25, 5.0, 30.0]), par_yields=np.array([0.043, 0.04, 0.05])
        ),
    }
    n = len(NAMES)
    return Market(
        valuation_date=date(2025, 5, 28),
        par_curves=par,
        curves={name: bootstrap(curve) for name, curve in par.items()},
        fx={"USD": 145.04},
        factors=tuple(parse_factor(name) for name in NAMES),
        vols=np.array([0.003, 0.005, 0.006, 0.011, 0.10]),
        correlation=np.eye(n) if correlation is None else correlation,
        kappas=np.full(n, 0.1),
        thetas=np.full(n, 0.02),
        mus=np.zeros(n),
        source="made for this test",
        calibration="made for this test",
    )


def scenario(*shocks: Shock, **more: object) -> Scenario:
    return Scenario(name="test", title="t", description="d", source="s", shocks=shocks, **more)


def shock(factor: str, kind: str, size: float, on: str = "zero") -> Shock:
    return Shock(factor=factor, size=size, kind=ShockKind(kind), on=ShockOn(on))


def test_an_empty_scenario_leaves_the_very_same_arrays():
    base = market()
    shocked = apply(scenario(), base)
    for name in ("usdjpy", "vols", "correlation", "par_curves", "curves"):
        assert getattr(shocked.market, name) is getattr(base, name)
    assert shocked.notes == ()


@pytest.mark.parametrize(
    ("kind", "size", "expected"), [("absolute", -5.04, 140.0), ("relative", -0.05, 137.788), ("target", 125.0, 125.0)]
)
def test_spot_moves_by_each_kind_of_shock(kind, size, expected):
    assert apply(scenario(shock("USDJPY", kind, size)), market()).market.usdjpy == pytest.approx(expected, rel=1e-15)


def test_shocks_on_one_factor_act_in_order():
    both = scenario(shock("USDJPY", "target", 100.0), shock("USDJPY", "relative", 0.1))
    assert apply(both, market()).market.usdjpy == pytest.approx(110.0, rel=1e-15)


def test_a_zero_shock_is_linear_between_pillars_and_flat_beyond():
    base = market()
    moved = apply(scenario(shock("JGB_10Y", "absolute", 0.004), shock("JGB_40Y", "absolute", 0.010)), base).market
    times = np.array([0.1, 2.0, 6.0, 10.0, 25.0, 40.0, 60.0])
    expected = np.array([0.0, 0.0, 0.002, 0.004, 0.007, 0.010, 0.010])  # by hand: knots 2Y 0, 10Y 40 bp, 40Y 100 bp
    change = moved.curves["JGB"].zero_rate(times) - base.curves["JGB"].zero_rate(times)
    np.testing.assert_allclose(change, expected, rtol=0, atol=ROUNDING)
    assert moved.curves["UST"] is base.curves["UST"]


def test_a_zero_shock_between_curve_nodes_adds_a_node_at_the_pillar():
    base = replace(
        market(), factors=tuple(parse_factor(n) for n in ("JGB_2Y", "JGB_7Y", "JGB_40Y", "UST_5Y", "USDJPY"))
    )
    moved = apply(scenario(shock("JGB_7Y", "absolute", 0.001)), base).market.curves["JGB"]
    assert 7.0 in moved.times
    assert moved.zero_rate(7.0) - base.curves["JGB"].zero_rate(7.0) == pytest.approx(0.001, abs=ROUNDING)


def test_par_yields_no_longer_published_are_left_out_after_a_zero_shock():
    moved = apply(scenario(shock("JGB_10Y", "absolute", 0.004)), market()).market
    assert set(moved.par_curves) == {"UST"}


def test_a_par_shock_moves_every_published_tenor_and_the_curve_reprices_them():
    base = market()
    moved = apply(scenario(shock("JGB_10Y", "absolute", 0.004, "par"), shock("JGB_40Y", "absolute", 0.01, "par")), base)
    # By hand: nothing to 2Y; 5Y is 3/8 of the way to 10Y; 20Y a third of the way to 40Y.
    expected = base.par_curves["JGB"].par_yields + np.array([0.0, 0.0, 0.0015, 0.004, 0.006, 0.010])
    np.testing.assert_allclose(moved.market.par_curves["JGB"].par_yields, expected, rtol=0, atol=ROUNDING)
    repriced = [par_yield(moved.market.curves["JGB"], tenor) for tenor in JGB_TENORS]
    np.testing.assert_allclose(repriced, expected, rtol=0, atol=1e-12)  # the bootstrap's own promise


def test_between_two_targets_pillars_and_tenors_move_by_interpolation():
    base = market()
    names = ("JGB_2Y", "JGB_10Y", "JGB_20Y", "JGB_40Y", "USDJPY")
    base = replace(base, factors=tuple(parse_factor(name) for name in names))
    to = scenario(shock("JGB_10Y", "target", 0.012, "par"), shock("JGB_40Y", "target", 0.034, "par"))
    change = apply(to, base).market.par_curves["JGB"].par_yields - base.par_curves["JGB"].par_yields
    # -30 bp at 10Y, +30 bp at 40Y: 20Y a third of the way, all below 10Y as 10Y.
    np.testing.assert_allclose(change, [-0.003, -0.003, -0.003, -0.003, -0.001, 0.003], rtol=0, atol=ROUNDING)


def test_a_target_on_a_zero_rate_is_met():
    moved = apply(scenario(shock("JGB_40Y", "target", 0.036)), market()).market
    assert moved.curves["JGB"].zero_rate(40.0) == pytest.approx(0.036, abs=ROUNDING)


def test_a_par_target_needs_a_published_tenor():
    base = replace(
        market(), factors=tuple(parse_factor(n) for n in ("JGB_2Y", "JGB_7Y", "JGB_40Y", "UST_5Y", "USDJPY"))
    )
    with pytest.raises(InputError, match=r"no par yield of 'JGB_7Y' is published.*1, 2, 5, 10, 20, 40"):
        apply(scenario(shock("JGB_7Y", "target", 0.012, "par")), base)


def test_spot_shocked_below_zero_is_refused_by_name():  # BAD-S063
    with pytest.raises(InputError, match=r"'test'.*-1\.2.*USDJPY from 145.04 to -29.*\[20, 1000\].*-0\.05"):
        apply(scenario(shock("USDJPY", "relative", -1.2)), market())


def test_a_rate_shock_in_percent_is_refused_with_the_way_out():
    with pytest.raises(InputError, match=r"takes JGB_10Y .*50 bp is 0\.005"):
        apply(scenario(shock("JGB_10Y", "absolute", 50.0)), market())


def test_one_size_for_rates_and_prices_is_refused():
    with pytest.raises(InputError, match="matches rates and prices"):
        apply(scenario(shock("*", "absolute", 0.001)), market())


@pytest.mark.parametrize(
    "bad",
    [
        scenario(shock("UST_5y", "absolute", 0.001)),
        scenario(vol_multipliers=(("UST_5y", 2.0),)),
        scenario(correlations=(("UST_5y", "USDJPY", 0.1),)),
    ],
)
def test_a_glob_that_matches_nothing_is_refused_with_the_nearest(bad):
    with pytest.raises(InputError, match=r"no factor matches 'UST_5y'; did you mean 'UST_5Y'\?"):
        apply(bad, market())


def test_the_last_vol_multiplier_that_matches_counts_and_zero_stops_a_factor():
    moved = apply(scenario(vol_multipliers=(("JGB_*", 2.0), ("JGB_40Y", 1.5), ("USDJPY", 0.0))), market()).market
    np.testing.assert_allclose(moved.vols, [0.006, 0.010, 0.009, 0.011, 0.0], rtol=1e-15)


def test_correlation_overrides_are_symmetric_and_keep_the_diagonal():
    moved = apply(scenario(correlations=(("JGB_*", "JGB_*", 0.5), ("UST_5Y", "USDJPY", -0.2))), market()).market
    expected = np.eye(5)
    expected[:3, :3] = 0.5 + 0.5 * np.eye(3)
    expected[3, 4] = expected[4, 3] = -0.2
    np.testing.assert_array_equal(moved.correlation, expected)


INDEFINITE = (("JGB_2Y", "JGB_10Y", 0.9), ("JGB_2Y", "JGB_40Y", 0.7), ("JGB_10Y", "JGB_40Y", 0.3))


def test_an_indefinite_correlation_is_refused_with_its_smallest_eigenvalue():
    # The smallest eigenvalue of BAD-S052's matrix is -0.00735.
    with pytest.raises(InputError, match=r"'test'.*not positive semidefinite.* -7\.\de-03; repair_correlation = true"):
        apply(scenario(correlations=INDEFINITE), market())


def test_a_repair_on_request_is_positive_definite_and_says_by_how_much():
    shocked = apply(scenario(correlations=INDEFINITE, repair_correlation=True), market())
    assert np.linalg.eigvalsh(shocked.market.correlation)[0] > 0.0
    (note,) = shocked.notes
    assert "'test'" in note
    assert "smallest eigenvalue -7." in note
    change = np.abs(shocked.market.correlation - np.eye(5))[:3, :3]
    assert 0.0 < abs(change[0, 1] - 0.9) < 0.01  # the matrix is nearly definite already


def test_thetas_stay_and_nothing_of_the_base_is_edited():
    base = market()
    before = (base.vols.copy(), base.correlation.copy(), base.curves["JGB"].zero_rates.copy())
    moved = apply(
        scenario(shock("JGB_*", "absolute", 0.01), vol_multipliers=(("*", 2.0),), correlations=(("JGB_*", "*", 0.1),)),
        base,
    ).market
    assert moved.thetas is base.thetas
    for was, now in zip(before, (base.vols, base.correlation, base.curves["JGB"].zero_rates), strict=True):
        np.testing.assert_array_equal(was, now)


def test_derived_curves_keep_their_spreads_over_a_shocked_parent():
    base = load_market(bundled_market_path())
    moved = apply(scenario(shock("JGB_*", "absolute", 0.005, "par")), base).market
    times = np.array([0.1, 3.0, 12.0, 40.0])
    change = moved.curves["JGB"].zero_rate(times) - base.curves["JGB"].zero_rate(times)
    for name in ("TONA", "JGB_REPO", "XCCY_JPY"):  # the last two are derived from TONA
        own = moved.curves[name].zero_rate(times) - base.curves[name].zero_rate(times)
        np.testing.assert_allclose(own, change, rtol=0, atol=1e-6)  # nodes of the shocked parent alone, at first order
    assert moved.curves["SOFR"] is base.curves["SOFR"]


def test_a_derived_curve_with_shocked_factors_takes_their_moves_alone():
    base = load_market(bundled_market_path())
    n = len(base.factors) + 1
    base = replace(
        base,
        factors=(*base.factors, parse_factor("TONA_10Y")),
        **{name: np.append(getattr(base, name), 0.0) for name in ("vols", "kappas", "thetas", "mus")},
        correlation=np.eye(n),
    )
    both = scenario(shock("JGB_10Y", "absolute", 0.01), shock("TONA_10Y", "absolute", 0.002))
    moved = apply(both, base).market
    expected = base.curves["TONA"].zero_rate(10.0) + 0.002
    assert moved.curves["TONA"].zero_rate(10.0) == pytest.approx(float(expected), abs=ROUNDING)
    rebuilt = moved.spreads["TONA"].over(moved.curves["JGB"]).zero_rate(moved.curves["TONA"].times)
    np.testing.assert_allclose(rebuilt, moved.curves["TONA"].zero_rates, rtol=0, atol=ROUNDING)
    repo = moved.curves["JGB_REPO"].zero_rate(10.0)  # at no spread over TONA: moves with it
    assert float(repo) == pytest.approx(float(expected), abs=ROUNDING)
    with pytest.raises(InputError, match="curve 'TONA' has no par yields to shock"):
        apply(scenario(shock("TONA_10Y", "absolute", 0.002, "par")), base)


@pytest.mark.parametrize(
    ("kind", "size", "level"), [("absolute", 0.031, 0.155), ("relative", 0.25, 0.155), ("target", 0.155, 0.155)]
)
def test_a_vol_shock_multiplies_every_expiry_and_leaves_the_smile(kind, size, level):
    base = load_market(bundled_market_path())
    moved = apply(scenario(shock("USDJPY_VOL", kind, size)), base).market
    assert moved.levels["USDJPY_VOL"] == pytest.approx(level, rel=1e-15)
    before, after = base.fx_vols["USDJPY"], moved.fx_vols["USDJPY"]
    np.testing.assert_allclose(after.atm, before.atm * 1.25, rtol=1e-14)
    assert after.smile is before.smile
    assert moved.usdjpy == base.usdjpy


def test_a_price_level_moves_and_stays_positive():
    base = market()
    names = (*NAMES[:-1], "USDJPY", "SPX")
    factors = tuple(parse_factor(name, {"SPX": "USD"}) for name in names)
    wider = {name: np.append(getattr(base, name), 0.0) for name in ("vols", "kappas", "thetas", "mus")}
    base = replace(base, factors=factors, correlation=np.eye(6), levels={"SPX": 5000.0}, **wider)
    assert apply(scenario(shock("SPX", "relative", -0.2)), base).market.levels == {"SPX": 4000.0}
    with pytest.raises(InputError, match=r"takes SPX from 5000 to -1000; it must stay above 0"):
        apply(scenario(shock("SPX", "absolute", -6000.0)), base)


def test_a_vol_beyond_300_percent_is_a_unit_mistaken():
    with pytest.raises(InputError, match=r"takes USDJPY_VOL from 0.124 to 15.5; vols are decimals up to 3"):
        apply(scenario(shock("USDJPY_VOL", "target", 15.5)), load_market(bundled_market_path()))


def test_a_glob_over_rates_prices_and_vols_takes_relative_shocks_only():
    with pytest.raises(InputError, match="matches prices and vols, and one absolute size"):
        apply(scenario(shock("USDJPY*", "absolute", 1.0)), load_market(bundled_market_path()))


@pytest.mark.parametrize("name", bundled_scenario_names())
def test_every_bundled_scenario_fits_the_bundled_market(name):
    notes = apply(load_scenario(name), load_market(bundled_market_path())).notes
    if name == "feedback-severe":  # 400 * 0.6 * 6 * 0.0009 = 1.296
        said = "its feedback strength in USD/JPY is 1.3: sales feed on themselves until a limit stops them"
        assert notes == (f"feedback-severe: {said}",)
    elif name == "auction-failure":  # its list of auctions ends
        assert all("none comes" in note for note in notes)
    else:
        assert notes == ()


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (shock("USDJPY", "target", 1.25), r"target size 1\.25 takes USDJPY from 145\.04 to 1\.25; .*such as 125\.0"),
        (shock("USDJPY", "relative", -0.9), r"\[20, 1000\] yen for one dollar: a fall of 5 % is relative, -0\.05"),
        (shock("USDJPY", "absolute", 2000.0), r"to 2145\.04; .*-5\.0 is five yen less"),
    ],
)
def test_usdjpy_must_end_where_a_market_file_may_have_it(bad, said):
    with pytest.raises(InputError, match=said):
        apply(scenario(bad), market())


def test_the_shock_that_left_the_range_for_good_is_the_one_named():
    shocks = [shock("USDJPY", kind, size) for kind, size in (("relative", 9.0), ("target", 100.0), ("relative", -0.9))]
    with pytest.raises(InputError, match=r"shocks\[3\]\.size: the relative size -0\.9"):
        apply(scenario(*shocks, shock("USDJPY", "relative", 0.1)), market())


def test_a_par_shock_on_a_price_is_refused():
    with pytest.raises(InputError, match=r"shocks\[1\]\.on: 'par' is for rates, and '\*' matches a price"):
        apply(scenario(shock("*", "relative", 0.1, "par")), market())


def test_sizes_that_look_like_a_slip_are_noted_and_usual_ones_are_not():
    odd = scenario(shock("JGB_*", "absolute", 0.3), shock("UST_5Y", "target", 0.08), shock("USDJPY", "absolute", -0.05))
    yen, rates, target = apply(odd, market()).notes
    assert rates.startswith(
        "scenario 'test': shocks[1].size: the absolute size 0.3 moves JGB_2Y by +30 % and 2 pillars"
    )
    assert "is 0.003 meant?" in rates
    assert "UST_5Y by +4" in target
    assert "shocks[3].size: -0.05 moves USDJPY by less than 0.5 yen; is a relative shock meant?" in yen
    usual = scenario(shock("JGB_*", "absolute", -0.03), shock("USDJPY", "absolute", -0.5))
    assert apply(usual, market()).notes == ()


def test_par_yields_without_a_curve_are_refused_at_the_shock_that_moves_most():
    steep = (shock("JGB_10Y", "absolute", 0.001, "par"), shock("JGB_40Y", "absolute", 0.45, "par"))
    with pytest.raises(InputError, match=r"shocks\[2\]\.size: the absolute size 0\.45 on 'JGB_40Y'.*no curve.*0\.005"):
        apply(scenario(*steep), market())


def test_every_fault_comes_at_once_with_its_line_and_the_factors_are_listed_once():
    bad = scenario(
        *(shock("GBP", "absolute", 0.01), shock("UST_5Y", "absolute", 5.0), shock("EUR", "absolute", 0.01)),
        correlations=INDEFINITE,
        vol_multipliers=(("CHF", 1.5),),
        origin=Origin(path="my.toml", lines={"shocks[1].factor": 9, "shocks[2].size": 7, "shocks[3].factor": 11}),
    )
    with pytest.raises(FileFaults) as refused:
        apply(bad, market())
    faults = refused.value.faults
    assert [(fault.line, fault.where) for fault in faults] == [
        (None, "vol_multipliers[1].factor"),
        (None, "correlations"),
        (7, "shocks[2].size"),
        (9, "shocks[1].factor"),
        (11, "shocks[3].factor"),
    ]
    assert str(refused.value).count("the market has JGB_2Y") == 1
    assert str(refused.value).splitlines()[2].startswith("my.toml: line 7, shocks[2].size: the absolute size 5.0 takes")


def test_a_shock_of_spreads_moves_their_curve_and_those_over_it():
    base = basis_market(load_market(bundled_market_path()))
    shock = Shock(factor="SPREAD_TONA", kind=ShockKind.ABSOLUTE, size=-0.001)
    shocked = apply(scenario(shock), base).market
    for name, move in (("TONA", -0.001), ("XCCY_JPY", -0.001), ("JGB_REPO", -0.001), ("JGB", 0.0), ("SOFR", 0.0)):
        found = shocked.curves[name].zero_rate(7.0) - base.curves[name].zero_rate(7.0)
        assert found == pytest.approx(move, abs=1e-16)  # a difference of rates below 5 %
    assert shocked.level(parse_factor("SPREAD_TONA")) == pytest.approx(-0.004, abs=1e-18)
    far = replace(shock, size=0.2)
    with pytest.raises(InputError, match=r"takes SPREAD_TONA from -0.003 to 0.197; spreads are decimals within"):
        apply(scenario(far), base)


def test_a_shock_of_swaption_vols_is_in_proportion_and_one_of_a_skew_is_added():
    base = basis_market(load_market(bundled_market_path()))
    vols = Shock(factor="SWAPTION_JPY_VOL", kind=ShockKind.RELATIVE, size=0.2)
    skew = Shock(factor="USDJPY_SKEW", kind=ShockKind.ABSOLUTE, size=-0.05)
    both = Shock(factor="USDJPY_VOL", kind=ShockKind.RELATIVE, size=0.1)
    shocked = apply(scenario(skew, vols, both), base).market
    assert shocked.levels["SWAPTION_JPY_VOL"] == pytest.approx(1.2 * base.levels["SWAPTION_JPY_VOL"], rel=1e-15)
    assert shocked.fx_vols["USDJPY"].skew == pytest.approx(-0.05, abs=1e-16)
    assert shocked.fx_vols["USDJPY"].level == pytest.approx(1.1 * base.fx_vols["USDJPY"].level, rel=1e-15)
    with pytest.raises(InputError, match=r"takes USDJPY_SKEW from -0.0920.* to 1.9.*; skews are risk reversals over"):
        apply(scenario(replace(skew, size=2.0)), base)
