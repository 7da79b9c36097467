"""Where carry trades are refused, with the way out."""

from dataclasses import replace

import pytest

from engine.errors import FileFaults
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.mechanisms.carry import Carry, shape_of
from engine.scenario.apply import apply

HEAD = 'title = "t"\ndescription = "d"\nsource = "s"\n'
CARRY = '[carry]\nsource = "s"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CARRY, "law 'gaussian' is not these: take law = 'filtered', 'filtered-regimes' or"),
        (f'law = "filtered"\n{CARRY}leverage = 0.0\n', "carry.leverage: must be a number above 0.0"),
        (f'law = "filtered"\n{CARRY}limit_per_day = 0.0\n', "carry.limit_per_day: must be a number above 0.0"),
        (f'law = "filtered"\n{CARRY}cohorts = 251\n', "carry.cohorts: must be a number of at most 250"),
        (f'law = "filtered"\n{CARRY}earned_per_year = 0.04\n', "carry.earned_per_year"),
    ],
)
def test_carry_trades_that_no_law_has_a_place_for_are_refused(text, said, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + text)
    with pytest.raises(FileFaults) as refused:
        load_scenario(str(path))
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("holdings", "said"),
    [
        ("UST_10Y = 0.1", "carry.holdings.UST_10Y: 'UST_10Y' matches UST_10Y, and only prices were wanted"),
        ("USDJPY = 0.1", "'USDJPY' matches USDJPY, in which the rest of a cohort is held anyway"),
        ("SPX = 0.7, XLK = 0.5", "carry.holdings: these shares add up to 1.2, and a cohort is held once: 1 at most"),
        ("SPX = -0.1", "carry.holdings.SPX"),
    ],
)
def test_holdings_that_are_none_are_refused(holdings, said, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(f'{HEAD}law = "filtered"\n{CARRY}holdings = {{ {holdings} }}\n')
    with pytest.raises(FileFaults) as refused:
        apply(load_scenario(str(path)), load_market(bundled_market_path().parent / "equities" / "2025-05-28.toml"))
    assert said in str(refused.value)


def test_a_market_without_the_record_is_refused_with_the_command_that_makes_it():
    market = load_market(bundled_market_path())
    bare = replace(market, filtered=replace(market.filtered, loop=None))
    with pytest.raises(FileFaults, match="--date 2025-05-28 --loop --out FOLDER` writes them"):
        apply(load_scenario("unwind-loop"), bare)
    apply(load_scenario("filtered"), bare)  # needs none


def test_a_desks_parameters_are_a_shape_without_leverage():
    found = shape_of(Carry(source="x", leverage=6.0, stop_loss=0.12, stop_slope=0.5, limit_per_day=0.1, cohorts=20))
    assert (found.start, found.slope) == pytest.approx((0.02, 3.0), rel=1e-15)
    assert (found.most, found.limit, found.cohorts) == (0.6, 0.1, 20)
