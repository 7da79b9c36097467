import math
from dataclasses import replace

import numpy as np
import pytest

from engine.errors import FileFaults, InputError
from engine.inputs.market.load import bundled_market_path, load_market
from engine.market.factors import parse_factor
from engine.market.market import Market
from engine.mechanisms.factor_names import pickup_factors
from engine.mechanisms.jumps import Jump, jump_sizes
from engine.mechanisms.regimes import Hazard, Regime, regime_correlation, regime_vols
from engine.mechanisms.registry import is_daily
from engine.mechanisms.scheduled_sales import Sale
from engine.mechanisms.sizes import multipliers, values
from engine.mechanisms.unwind import Unwind
from engine.scenario.apply import apply
from engine.scenario.notes import horizon_notes
from engine.scenario.scenario import Scenario, Shock, ShockKind, ShockOn


@pytest.fixture(scope="module")
def market() -> Market:
    return load_market(bundled_market_path())


def scenario(*shocks: Shock, unwind: Unwind | None = None) -> Scenario:
    return Scenario(name="s", title="t", description="d", source="x", shocks=shocks, unwind=unwind)


def test_shocks_of_a_day_become_one_certain_jump_and_move_nothing_at_once(market):
    shocked = apply(
        scenario(
            Shock(factor="JGB_*", size=-0.001, kind=ShockKind.ABSOLUTE, day=5),
            Shock(factor="JGB_40Y", size=-0.002, kind=ShockKind.ABSOLUTE, day=5),
            Shock(factor="USDJPY", size=-0.05, kind=ShockKind.RELATIVE, day=2),
            Shock(factor="USDJPY", size=-0.10, kind=ShockKind.RELATIVE),
        ),
        market,
    )
    assert shocked.market.usdjpy == pytest.approx(0.9 * market.usdjpy, rel=1e-15)
    assert shocked.market.curves["JGB"] is market.curves["JGB"]
    assert shocked.unwind is not None
    assert is_daily(shocked.unwind)
    first, second = shocked.unwind.jumps
    assert (first.day, first.probability, first.loadings, first.rates) == (2, 1.0, (), ())
    assert dict(first.mean) == {"USDJPY": pytest.approx(math.log(0.95), rel=1e-15)}
    moves = dict(second.mean)
    assert (second.day, moves["JGB_1Y"], moves["JGB_40Y"]) == (5, -0.001, pytest.approx(-0.003, abs=1e-18))  # both


@pytest.mark.parametrize(
    ("shock", "said"),
    [
        (Shock(factor="USDJPY", size=125.0, kind=ShockKind.TARGET, day=1), "kind: 'target' cannot have a day"),
        (Shock(factor="USDJPY", size=-5.0, kind=ShockKind.ABSOLUTE, day=1), "kind: of a price or a vol"),
        (Shock(factor="UST_2Y", size=-0.1, kind=ShockKind.RELATIVE, day=1), "kind: of a rate"),
        (Shock(factor="UST_2Y", size=0.1, kind=ShockKind.ABSOLUTE, on=ShockOn.PAR, day=1), "on: 'par' cannot"),
        (Shock(factor="UST_2Y", size=50.0, kind=ShockKind.ABSOLUTE, day=1), "size: must lie within"),
        (Shock(factor="UST_2Y", size=0.1, kind=ShockKind.ABSOLUTE, day=0), "day: must be a business day from 1"),
    ],
)
def test_a_dated_shock_that_no_path_could_take_is_refused(market, shock, said):
    with pytest.raises(FileFaults, match=f"shocks\\[1\\].{said}"):
        apply(scenario(shock), market)


def test_days_beyond_the_horizon_are_said():
    jump = Jump(name="j", source="x", day=11)
    late = scenario(
        Shock(factor="USDJPY", size=-0.05, kind=ShockKind.RELATIVE, day=12),
        unwind=Unwind(jumps=(jump,), scheduled_sales=(Sale(day=10, usd_bn=1.0), Sale(day=13, usd_bn=1.0))),
    )
    notes = horizon_notes(late, 10)
    assert [note.split(": ")[1] for note in notes] == ["shocks[1].day", "jumps[1].day", "scheduled_sales[2].day"]
    assert "day 12 lies beyond the horizon of 10 business days" in notes[0]


def test_a_regime_lies_on_top_of_the_scenario(market):
    regime = Regime(
        name="FLIGHT",
        source="x",
        initial=1.0,
        vol_multipliers=(("JGB_*", 2.0), ("JGB_40Y", 3.0)),
        correlations=(("JGB_40Y", "USDJPY", 0.05),),
    )
    names = [factor.name for factor in market.factors]
    at = {name: i for i, name in enumerate(names)}
    ratio = regime_vols(regime, market) / market.vols
    assert (ratio[at["JGB_1Y"]], ratio[at["JGB_40Y"]], ratio[at["USDJPY"]]) == (2.0, 3.0, 1.0)
    correlation = regime_correlation(regime, market)
    assert correlation[at["JGB_40Y"], at["USDJPY"]] == correlation[at["USDJPY"], at["JGB_40Y"]] == 0.05
    assert np.count_nonzero(correlation != market.correlation) == 2
    broken = Regime(name="FLIGHT", source="x", initial=1.0, correlations=(("JGB_*", "UST_*", 0.99),))
    with pytest.raises(InputError, match="correlation of regime 'FLIGHT' is not positive definite"):
        regime_correlation(broken, market)


def test_a_repaired_regime_is_noted(market):
    regime = Regime(name="A", source="x", initial=1.0, correlations=(("JGB_*", "UST_*", 0.9),), repair_correlation=True)
    (note,) = apply(scenario(unwind=Unwind(regimes=(regime,))), market).notes
    assert "regimes[1].correlations: the correlation was not positive definite" in note
    assert np.linalg.eigvalsh(regime_correlation(regime, market))[0] > 0.0


def test_a_market_without_its_last_closes_is_noted_where_they_count(market):
    regimes = (Regime(name="A", source="x", initial=1.0), Regime(name="B", source="x", initial=0.0))
    hazard = Hazard(start="A", end="B", per_year=1.0, per_year_per_fall=1.0, source="x")
    falling = scenario(unwind=Unwind(regimes=regimes, hazards=(hazard,)))
    assert apply(falling, market).notes == ()
    (note,) = apply(falling, replace(market, previous_usdjpy=None)).notes
    assert "taken as flat" in note


def test_the_pickup_takes_the_shortest_treasury_where_there_is_no_3m():
    names = ("JGB_1Y", "JGB_30Y", "UST_2Y", "UST_1Y", "UST_10Y", "USDJPY")
    factors = [parse_factor(name) for name in names]
    assert pickup_factors(factors) == ("JGB_30Y", "UST_10Y", "UST_1Y", "JGB_1Y")
    assert pickup_factors([*factors, parse_factor("UST_3M")]) == ("JGB_30Y", "UST_10Y", "UST_3M", "JGB_1Y")
    assert pickup_factors(factors[1:]) is None


def test_sizes_by_glob_are_values_of_factors_and_later_ones_win():
    names = ("JGB_1Y", "JGB_40Y", "USDJPY")
    assert values((("JGB_*", 0.1), ("JGB_40Y", 0.2)), names).tolist() == [0.1, 0.2, 0.0]
    assert multipliers((("USD*", 2.0),), names).tolist() == [1.0, 1.0, 2.0]
    jump = Jump(name="j", source="x", mean=(("A", 0.1),), loadings=((("A", 3.0), ("B", 1.0)), (("A", 4.0),)))
    assert jump_sizes(jump) == (("A", 0.1, 5.0), ("B", 0.0, 1.0))  # 3-4-5
