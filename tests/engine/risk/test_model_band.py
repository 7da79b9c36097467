"""The model band: the ends of a figure over laws, by hand."""

from engine.risk.estimate import Estimate
from engine.risk.model_band import BandEnd, model_bands
from engine.risk.results import ScopeResult, TailResult


def row(scenario, value, *, se=0.0, table_se=None, scope="total"):
    """One confidence and one measure."""
    tail = TailResult(
        confidence=0.99,
        estimates={"value_at_risk": Estimate(value=value, se=se, low=value, high=value)},
        around_shock={"value_at_risk": value},
        tail_paths=1000,
        rough=False,
        table_ses={} if table_se is None else {"value_at_risk": table_se},
    )
    return ScopeResult(
        scenario=scenario,
        scope=scope,
        base_value=1.0,
        shock_pnl=0.0,
        mean=0.0,
        mean_se=0.0,
        std=1.0,
        measures=(tail,),
        pnl_sha256="0",
        pnl_bound=0.0,
    )


ROWS = (
    row("filtered", 7.0, table_se=0.5),
    row("filtered", 2.0, scope="book:a"),
    row("base", 3.5, se=0.1),
    row("base", 2.5, scope="book:a"),
    row("august-2024", 100.0),
    row("august-2024", 50.0, scope="book:a"),
)


def test_the_band_has_the_lowest_and_the_highest_with_their_laws_and_errors():
    total, book = model_bands(ROWS, [{"filtered": "filtered", "gaussian": "base"}])
    assert (total.scope, total.confidence, total.measure) == ("total", 0.99, "value_at_risk")
    assert total.lowest == BandEnd(law="gaussian", scenario="base", value=3.5, se=0.1, table_se=None)
    assert total.highest == BandEnd(law="filtered", scenario="filtered", value=7.0, se=0.0, table_se=0.5)
    assert (book.scope, book.lowest.law, book.highest.law) == ("book:a", "filtered", "gaussian")


def test_a_law_alone_spans_no_band_and_groups_do_not_mix():
    assert model_bands(ROWS, [{"filtered": "filtered"}, {"gaussian": "august-2024"}]) == ()
    assert model_bands(ROWS, []) == ()
