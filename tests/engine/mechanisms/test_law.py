"""A scenario chooses its law: what goes with it, and which markets have one."""

import re
from dataclasses import replace

import pytest

from engine.errors import FileFaults
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario, read_scenario
from engine.mechanisms.registry import has_events, is_daily
from engine.mechanisms.unwind import Unwind
from engine.scenario.apply import apply

MARKET = load_market(bundled_market_path())
HEAD = 'title = "t"\ndescription = "d"\nsource = "s"\n'


def scenario(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    return read_scenario(path)


def test_the_gaussian_law_said_aloud_is_the_one_without_a_word(tmp_path):
    assert scenario(tmp_path, 'law = "gaussian"\n').unwind is None
    assert repr(Unwind()) == repr(Unwind(law="gaussian"))
    assert "law='filtered'" in repr(Unwind(law="filtered"))


def test_a_filtered_scenario_is_walked_day_by_day_with_its_shocks_and_multipliers(tmp_path):
    text = 'law = "filtered"\nshocks = [{ factor = "USDJPY", size = -0.05, kind = "relative" }]\n'
    made = scenario(tmp_path, text + 'vol_multipliers = [{ factor = "*", multiplier = 1.5 }]\n')
    assert is_daily(made.unwind)
    shocked = apply(made, MARKET)
    assert shocked.market.usdjpy == pytest.approx(0.95 * MARKET.usdjpy)
    assert shocked.market.filtered.variances == pytest.approx(2.25 * MARKET.filtered.variances, rel=1e-14)


def test_a_file_that_extends_it_may_take_it_back(tmp_path):
    assert scenario(tmp_path, 'extends = ["filtered"]\nlaw = "gaussian"\n').unwind is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "nu = 5.0\n",
            r"mine.toml: line 5, nu: law 'filtered' goes with shocks and vol multipliers, drifts, a bridge, jumps,"
            r" intervention and sales, not with nu: leave nu out, or take law = 'gaussian'",
        ),
        (
            '[[regimes]]\nname = "A"\nsource = "s"\ninitial = 1.0\n',
            r"not with regimes: leave regimes out",
        ),
        (
            'correlations = [{ factors = ["UST_*", "USDJPY"], value = 0.0 }]\n',
            r"law 'filtered' takes whole days of the past: it takes no correlations",
        ),
    ],
)
def test_what_does_not_go_with_it_is_refused_by_name(tmp_path, text, message):
    with pytest.raises(FileFaults, match=message):
        apply(scenario(tmp_path, f'law = "filtered"\n{text}'), MARKET)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '[bridge]\nfactor = "USDJPY"\nlevel = 125.0\n',
            r"law 'historical-500' goes with shocks and vol multipliers, not with bridge: leave bridge out, or take",
        ),
        ("[drifts]\nUSDJPY = 0.1\n", r"not with drifts"),
        (
            'shocks = [{ factor = "USDJPY", size = -0.05, kind = "relative", day = 3 }]\n',
            r"not with jumps: .* \(shocks with a `day` are jumps\)",
        ),
    ],
)
def test_plain_history_takes_no_mechanism(tmp_path, text, message):
    with pytest.raises(FileFaults, match=message):
        apply(scenario(tmp_path, f'law = "historical-500"\n{text}'), MARKET)


@pytest.mark.parametrize(
    ("text", "is_event"),
    [
        ("[drifts]\nUSDJPY = 0.1\n", False),
        ('[bridge]\nfactor = "USDJPY"\nlevel = 125.0\n', False),
        ('shocks = [{ factor = "USDJPY", size = -0.05, kind = "relative", day = 3 }]\n', True),
        ('[intervention]\nsource = "s"\n', True),
        ('[carry]\nsource = "s"\n', True),
        ('[repatriation]\nsource = "s"\n[impact]\nsource = "s"\n', True),
        ("scheduled_sales = [{ day = 2, usd_bn = 10.0 }]\n", True),
    ],
)
def test_the_filtered_law_takes_what_comes_on_top_of_a_step(tmp_path, text, is_event):
    made = apply(scenario(tmp_path, f'law = "filtered"\n{text}'), MARKET).unwind
    assert made.law == "filtered"
    assert has_events(made) == is_event


def test_an_unknown_law_is_refused(tmp_path):
    with pytest.raises(FileFaults, match=r"line 4, law: .*filtered.*gaussian"):
        scenario(tmp_path, 'law = "garch"\n')


def test_a_market_without_a_law_or_with_a_factor_beyond_it_is_refused():
    filtered = load_scenario("filtered")
    wanted = (
        "law: the market of 2025-05-28 has no law of past days: it has no [law] table; `unwind calibrate HISTORY --date"
        " 2025-05-28` writes one, or take --scenario base, the normal law by the market's vols"
    )
    with pytest.raises(FileFaults, match=re.escape(wanted)):
        apply(filtered, replace(MARKET, filtered=None))
    state = replace(MARKET.filtered, given={})
    with pytest.raises(FileFaults, match=r"does not say how USDJPY_VOL moves: add \[law.given.NAME\]"):
        apply(filtered, replace(MARKET, filtered=state))
    fewer = replace(MARKET.filtered, leaders=("SPX",), gamma=MARKET.filtered.gamma[:1])
    with pytest.raises(FileFaults, match="SPX lead others in the market's"):
        apply(filtered, replace(MARKET, filtered=fewer))


def test_filtered_regimes_are_walked_day_by_day_and_need_the_markets_regimes(tmp_path):
    made = scenario(tmp_path, 'law = "filtered-regimes"\n')
    assert is_daily(made.unwind)
    assert apply(made, MARKET).unwind.law == "filtered-regimes"
    without = replace(MARKET, filtered=replace(MARKET.filtered, regimes=None))
    with pytest.raises(FileFaults, match=r"line 4, law: law 'filtered-regimes' needs \[law.regimes\]"):
        apply(made, without)


def test_plain_history_needs_the_moves_themselves(tmp_path):
    made = scenario(tmp_path, 'law = "historical-500"\n')
    assert is_daily(made.unwind)
    few = replace(MARKET.filtered, moves=MARKET.filtered.moves[-508:])
    with pytest.raises(FileFaults, match=r"law 'historical-500' needs the last 509 joint changes; .* has 508"):
        apply(made, replace(MARKET, filtered=few))


def test_laws_by_covariance_need_moves_and_their_weekdays_and_take_one_step(tmp_path):
    made = scenario(tmp_path, 'law = "ewma"\n')
    assert not is_daily(made.unwind)
    with pytest.raises(FileFaults, match=r"law 'ewma' needs the last 500 joint changes; .* has 499"):
        apply(made, replace(MARKET, filtered=replace(MARKET.filtered, moves=MARKET.filtered.moves[-499:])))
    with pytest.raises(FileFaults, match=r"law 'ewma' needs the weekdays of each joint change, `move_spans`"):
        apply(made, replace(MARKET, filtered=replace(MARKET.filtered, move_spans=MARKET.filtered.move_spans[:0])))


def test_a_stressed_law_needs_a_stressed_year(tmp_path):
    made = scenario(tmp_path, 'law = "stressed"\n')
    assert apply(made, MARKET).market.filtered.stressed is not None
    with pytest.raises(
        FileFaults,
        match=r"law 'stressed' needs the worst .*`unwind calibrate HISTORY --date 2025-05-28 --stressed BOOK --out",
    ):
        apply(made, replace(MARKET, filtered=replace(MARKET.filtered, stressed=None)))


def test_vol_multipliers_scale_the_moves_that_laws_are_made_of(tmp_path):
    text = 'law = "stressed"\nvol_multipliers = [{ factor = "USDJPY", multiplier = 2.0 }]\n'
    state = apply(scenario(tmp_path, text), MARKET).market.filtered
    assert state.stressed.moves[:, -1].tolist() == (2.0 * MARKET.filtered.stressed.moves[:, -1]).tolist()
    assert state.moves[:, -1].tolist() == (2.0 * MARKET.filtered.moves[:, -1]).tolist()
