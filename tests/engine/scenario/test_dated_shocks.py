import math

import pytest

from engine.errors import FileFaults
from engine.inputs.market.load import bundled_market_path, load_market
from engine.market.market import Market
from engine.mechanisms.registry import is_daily
from engine.mechanisms.unwind import Unwind
from engine.scenario.apply import apply
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
    ],
)
def test_a_dated_shock_that_no_path_could_take_is_refused(market, shock, said):
    with pytest.raises(FileFaults, match=f"shocks\\[1\\].{said}"):
        apply(scenario(shock), market)
