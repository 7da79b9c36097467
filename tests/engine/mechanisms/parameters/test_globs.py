"""Names of factors within parameters."""

import pytest

from engine.errors import FileFaults
from engine.inputs.market.load import bundled_market_path, load_market
from engine.market.factors import FactorKind
from engine.mechanisms.betas import BETA_SETS
from engine.mechanisms.bridge import Bridge
from engine.mechanisms.impact import Impact
from engine.mechanisms.jumps import Jump
from engine.mechanisms.parameters.findings import Findings
from engine.mechanisms.parameters.globs import check_sizes, part_globs, refuse_other_factors
from engine.mechanisms.regimes import Regime

REGIME = Regime(
    name="A",
    source="x",
    initial=1.0,
    drifts=(("JGB_*", 3.0),),
    vol_multipliers=(("UST_2Y", 2.0),),
    correlations=(("USDJPY", "UST_*", 0.1),),
)


@pytest.fixture(scope="module")
def market():
    return load_market(bundled_market_path())


def errors(findings):
    with pytest.raises(FileFaults) as refused:
        findings.notes()
    return [str(fault) for fault in refused.value.faults]


def test_every_form_that_names_factors_is_found_with_its_place():
    assert list(part_globs(REGIME, "regimes[1].")) == [
        ("regimes[1].drifts.'JGB_*'", "JGB_*"),
        ("regimes[1].vol_multipliers[1].factor", "UST_2Y"),
        ("regimes[1].correlations[1].factors[1]", "USDJPY"),
        ("regimes[1].correlations[1].factors[2]", "UST_*"),
    ]
    jump = Jump(name="j", source="x", mean=(("A", 1.0),), loadings=((("B", 1.0),), (("C", 1.0),)))
    assert [glob for _, glob in part_globs(jump, "")] == ["A", "B", "C"]
    assert list(part_globs(Bridge(factor="USDJPY", level=125.0), "bridge.")) == [("bridge.factor", "USDJPY")]


def test_a_named_set_may_hold_prices_that_a_market_lacks():
    own, named = (Impact(source="x", betas=BETA_SETS["theory"].betas, betas_name=name) for name in (None, "theory"))
    assert ("impact.betas.XLK", "XLK") in list(part_globs(own, "impact."))
    assert [glob for _, glob in part_globs(named, "impact.")] == ["UST_*"]


def test_sizes_that_are_no_moves_of_a_market_are_refused_by_the_kind_of_factor(market):
    findings = Findings("mine")
    check_sizes(REGIME, "regimes[1].", market, findings)
    (error,) = errors(findings)
    assert error.startswith("regimes[1].drifts.'JGB_*': a drift per year of JGB_1Y lies within +-2, decimal")
    assert error.endswith("got 3.0")


def test_a_glob_must_not_match_another_kind_or_curve(market):
    findings = Findings("mine")
    refuse_other_factors("UST_*", FactorKind.RATE, "UST", "fine", market, findings)
    refuse_other_factors("UST_*", FactorKind.RATE, "JGB", "curve", market, findings)
    refuse_other_factors("UST_2Y", FactorKind.PRICE, None, "kind", market, findings)
    curve, kind = errors(findings)
    assert curve.startswith("curve: 'UST_*' matches UST_3M, and only zero rates of JGB were wanted")
    assert kind == "kind: 'UST_2Y' matches UST_2Y, and only prices were wanted"
