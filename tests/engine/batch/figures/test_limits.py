"""Limits against figures: the comparison, the probability, and why one cannot be evaluated."""

from dataclasses import replace

import pytest

from engine.batch.figures.limits import (
    AvailableFigures,
    held_by_default,
    missing_of,
    of_no_figure,
    of_no_run,
    probability_above,
    unusable,
    use_limits,
)
from engine.inputs.limits import Limit
from engine.record.read import Exact, RunRecord
from engine.risk.estimate import Estimate
from engine.risk.results import ScopeResult, TailResult
from engine.scenario.default_scenario import DEFAULT_SCENARIO


def result(scope: str, var: float, se: float) -> ScopeResult:
    estimates = {
        "value_at_risk": Estimate(value=var, se=se, low=var - 2 * se, high=var + 2 * se),
        "expected_shortfall": Estimate(value=1.2 * var, se=2 * se, low=var, high=2 * var),
    }
    tail = TailResult(
        confidence=0.99,
        estimates=estimates,
        around_shock={key: each.value for key, each in estimates.items()},
        tail_paths=1000,
        rough=False,
    )
    return ScopeResult(
        scenario=DEFAULT_SCENARIO,
        scope=scope,
        base_value=0.0,
        shock_pnl=0.0,
        mean=0.0,
        mean_se=0.0,
        pnl_bound=0.0,
        std=1.0,
        measures=(tail,),
        pnl_sha256="0" * 64,
    )


@pytest.fixture
def run() -> RunRecord:
    return RunRecord(
        name="ten-days",
        manifest={"facts": {"currency": "JPY"}},
        results=(result("total", 100.0, 10.0), result("book:a", 60.0, 5.0), result("book:b", 50.0, float("inf"))),
        stress_losses=(Exact(scope="total", label="august-2024", value=70.0, unit="JPY"),),
        dv01s=(
            Exact(scope="total", label="JGB", value=3.0, unit="JPY/bp"),
            Exact(scope="total", label="TONA", value=-1.0, unit="JPY/bp"),
            Exact(scope="total", label="UST", value=-90.0, unit="JPY/bp"),
            Exact(scope="total", label="all", value=5.0, unit="JPY/bp"),
        ),
        distributions=(),
        components={},
    )


def var_limit(**others: object) -> Limit:
    return Limit.model_validate({"name": "a", "measure": "VaR", "confidence": 0.99, "amount": 90.0, **others})


@pytest.mark.parametrize(
    ("value", "se", "wanted"),
    [
        (100.0, 10.0, 0.8413447460685429),  # Phi(1)
        (90.0, 10.0, 0.5),
        (80.0, 5.0, 0.022750131948179195),  # Phi(-2)
        (91.0, 0.0, 1.0),
        (90.0, 0.0, 0.0),  # at the limit is within it
        (100.0, float("inf"), None),
    ],
)
def test_probability_above_is_that_of_a_normal_error(value, se, wanted):
    assert probability_above(value, se, 90.0) == (wanted if wanted is None else pytest.approx(wanted, rel=1e-14))


def test_a_limit_is_used_by_every_figure_it_means(run):
    uses = use_limits([var_limit(scope="*")], [run], ["ten-days"])
    assert [(use.scope, use.value, use.state) for use in uses] == [
        ("total", 100.0, "breached"), ("book:a", 60.0, "within"), ("book:b", 50.0, "within")
    ]  # fmt: skip
    assert (uses[0].use, uses[0].se) == (100.0 / 90.0, 10.0)
    assert (uses[2].se, uses[2].probability_above) == (None, None)


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        ({"measure": "ES"}, 120.0),
        ({"measure": "stress", "confidence": None, "scenario": "august-2024"}, 70.0),
        ({"measure": "DV01", "confidence": None, "curve": "JGB"}, 3.0),
        ({"measure": "DV01", "confidence": None}, 5.0),
    ],
)
def test_each_measure_finds_its_figure(run, keys, value):
    (use,) = use_limits([var_limit(**keys)], [run], ["ten-days"])
    assert use.value == value


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"run": "one-day"}, "there is no such run"),
        ({"scope": "book:c"}, "it has total, book:a, book:b"),
        ({"scenario": "april-2025"}, f"no scenario 'april-2025'; it has {DEFAULT_SCENARIO}"),
        ({"confidence": 0.975}, "it has 0.99"),
        ({"currency": "USD"}, "the limit is in USD"),
        ({"measure": "DV01", "confidence": None, "curve": "BUND"}, "there are JGB, TONA, UST, all"),
        ({"measure": "stress", "confidence": None, "scenario": "april-2025"}, "no scenario 'april-2025'"),
    ],
)
def test_a_limit_without_a_figure_says_why(run, keys, reason):
    (use,) = use_limits([var_limit(**keys)], [run], ["ten-days"])
    assert (use.state, use.value, use.probability_above) == ("not evaluated", None, None)
    assert reason in use.reason


def test_a_limit_on_the_total_is_not_evaluated_on_a_part_of_it(run):
    part = replace(run, results=(result("partial", 60.0, 5.0), result("book:a", 60.0, 5.0)))
    (use,) = use_limits([var_limit()], [part], ["ten-days"])
    assert (use.state, use.reason) == ("not evaluated", "a book is missing, so there is no total")


def test_a_limit_on_a_run_without_record_is_not_evaluated(run):
    (use,) = use_limits([var_limit(run="one-*")], [run], ["ten-days", "one-day"])
    assert (use.run, use.state, use.reason) == ("one-day", "not evaluated", "the run has no record")


def test_a_limit_that_names_no_run_is_held_once_against_the_first_run_that_has_its_figure(run):
    other = replace(run, name="one-day", results=(result("total", 30.0, 1.0),))
    both = [run, other]
    assert [use.run for use in use_limits([var_limit()], both, ["one-day", "ten-days"])] == ["one-day"]
    assert [use.run for use in use_limits([var_limit(scope="book:a")], both, ["one-day", "ten-days"])] == ["ten-days"]
    assert len(use_limits([var_limit(run="*")], both, ["one-day", "ten-days"])) == 2


def test_a_limit_that_names_no_run_does_not_pass_over_one_that_failed(run):
    """Else a ten-day limit would look at the one-day figure on the night on which the ten-day run failed."""
    (use,) = use_limits([var_limit()], [replace(run, name="one-day")], ["ten-days", "one-day"])
    assert (use.run, use.state, use.reason) == ("ten-days", "not evaluated", "the run has no record")


def test_a_limit_on_each_currency_nets_the_curves_of_one_currency_and_no_others(run):
    uses = use_limits([var_limit(measure="DV01", confidence=None, each_currency=True, amount=1.5)], [run], ["ten-days"])
    assert [(use.curve, use.value, use.state) for use in uses] == [
        ("all in JPY", 2.0, "breached"),  # 3 of JGB less 1 of TONA
        ("all in USD", -90.0, "within"),  # short: it gains when rates rise
    ]


def test_a_limit_without_a_run_is_checked_once_and_only_where_no_run_has_its_figure():
    def has(*confidences: float) -> AvailableFigures:
        scenarios = (DEFAULT_SCENARIO,)
        return AvailableFigures(currency="JPY", scopes=("total",), scenarios=scenarios, confidences=confidences)

    limit = var_limit()
    assert unusable([limit], "ten-days", has(0.95)) == ()
    assert of_no_run([limit], ["ten-days"]) == ()
    assert of_no_figure([limit], [has(0.95), has(0.99)]) == ()
    assert of_no_figure([limit], [has(0.95), has(0.9)]) == ("limit a: the run has no confidence 0.99; it has 0.95",)


def test_a_limit_that_names_no_scenario_is_held_to_the_default_one_and_is_named():
    dv01 = {"measure": "DV01", "confidence": None}
    stress = {"measure": "stress", "confidence": None, "scenario": "august-2024"}
    limits = [
        var_limit(scenario="base"),
        var_limit(name="limit 2"),
        var_limit(**dv01),
        var_limit(**stress),
        var_limit(),
    ]
    assert held_by_default(limits) == (
        "limit 2 names no scenario: it is held to filtered",
        "limit a names no scenario: it is held to filtered",
    )


def test_a_limit_held_by_default_is_not_held_to_another_scenario_of_the_run():
    has = AvailableFigures(currency="JPY", scopes=("total",), scenarios=("base", "calm"), confidences=(0.99,))
    wanted = "the run has no scenario 'filtered', to which a limit that names none is held; it has base, calm"
    assert missing_of(var_limit(), has) == wanted
    assert of_no_figure([var_limit()], [has]) == (f"limit a: {wanted}",)
    assert missing_of(var_limit(scenario="calm"), has) is None


@pytest.mark.parametrize(
    ("keys", "message"),
    [({"each_currency": True}, "has no `each_currency`"), ({"measure": "DV01", "confidence": None, "curve": "JGB",
     "each_currency": True}, "exclude each other")],
)  # fmt: skip
def test_each_currency_is_of_a_dv01_of_no_curve_alone(keys, message):
    with pytest.raises(ValueError, match=message):
        var_limit(**keys)
