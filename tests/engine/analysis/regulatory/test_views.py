from pathlib import Path

import numpy as np
import pytest

from engine.analysis.regulatory.moves import law_part, moves_of, pnl_of_sets
from engine.analysis.regulatory.views import as_json, regulatory_views
from engine.errors import InputError
from engine.inputs.run import resolve
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.run.start import run

BOOK = Path("engine/book/data/all-kinds.csv")
SETTINGS = {"book": [str(BOOK)], "paths": 12_800, "backend": "numba"}


def nothing(*_):
    pass


@pytest.fixture(scope="module")
def views():
    return regulatory_views(resolve(SETTINGS, {}), {}, nothing, nothing)


def test_all_factors_shocked_are_a_run_of_the_book_as_it_is_held(views):
    settings = {**SETTINGS, "law": "filtered", "instantaneous": True, "confidence": [0.975]}
    (total, _) = run(resolve(settings, {}), nothing, nothing).results
    found = views.current.by_scope["total"][0].by_days[0][1].value
    assert found == pytest.approx(total.measures[0].of(EXPECTED_SHORTFALL).value, rel=1e-12)  # another order of sums


def test_classes_are_shocked_alone_and_only_where_the_book_depends_on_them(views):
    for found in (views.current.by_scope["total"], views.stressed.by_scope["total"]):
        assert [each.risk_class for each in found] == ["all", "interest rate", "foreign exchange"]
    fx = views.current.by_scope["total"][2]
    assert [days for days, _ in fx.by_days] == [10, 40]  # its options have a vol
    assert fx.adjusted.value > fx.by_days[0][1].value
    assert views.no_history == ("USDJPY_VOL",)
    assert [days for days, _ in views.stressed.by_scope["total"][2].by_days] == [10]  # of which that year has none


def test_the_requirement_follows_from_the_tables(views):
    whole, *classes = views.requirements
    assert whole.stressed.value == views.stressed.by_scope["total"][0].adjusted.value
    assert whole.ratio.value >= 1.0
    assert whole.amount.value == pytest.approx(whole.stressed.value * whole.ratio.value, rel=1e-15)
    wanted = 0.5 * whole.amount.value + 0.5 * sum(each.amount.value for each in classes)
    assert views.capital.value == pytest.approx(wanted, rel=1e-15)


def test_a_runs_own_revaluation_is_green_for_every_desk(views):
    own = [each for each in views.attributions if each.model.startswith("compressed")]
    assert [each.scope for each in own] == ["total", "book:all-kinds"]
    assert all(each.zone == "green" and each.correlation > 0.9999 and each.distance < 1.5 / 250 for each in own)


def test_figures_are_plain_json(views):
    plain = as_json(views)
    assert plain["schema"] == 1
    assert plain["current"]["by_scope"]["total"][0]["by_days"][0][0] == 10
    assert plain["stressed_year"] == ["2008-02-29", "2009-03-19"]


def test_only_the_factors_of_a_set_move():
    part = law_part(
        resolve({**SETTINGS, "paths": 100, "scenario": "base", "instantaneous": True}, {}), "filtered", nothing
    )
    n = len(part.inputs.market.factors)
    none, everything = np.zeros(n, np.bool_), np.ones(n, np.bool_)
    pnl = pnl_of_sets(part, [none, everything], nothing)
    still, moved = (np.abs(pnl[each.tobytes()]).max() for each in (none, everything))
    assert still < 1e-6 * moved  # what the polynomials are off where nothing moves
    moves = moves_of(part, np.arange(100, dtype=np.uint64))
    assert moves.shape == (n, 100)
    assert np.abs(pnl[everything.tobytes()]).min() > 1e3


def book_of(tmp_path, *rows):
    path = tmp_path / "book.csv"
    path.write_text(
        "position_id,book,kind,currency,notional,coupon,maturity\n" + "\n".join(rows) + "\n", encoding="utf-8"
    )
    return {**SETTINGS, "book": [str(path)]}


def test_a_yen_book_has_no_class_of_exchange_rates(tmp_path):
    settings = book_of(tmp_path, "j,b,JGB,JPY,1000000000,0.014,2035-03-20")
    found = regulatory_views(resolve(settings, {}), {}, nothing, nothing)
    assert [each.risk_class for each in found.current.by_scope["total"]] == ["all", "interest rate"]
    assert (found.requirements[0].ratio.value, found.requirements[0].explained) == (1.0, 1.0)


def test_cash_alone_loses_nothing(tmp_path):
    found = regulatory_views(resolve(book_of(tmp_path, "c,b,CASH,JPY,1000000000,,"), {}), {}, nothing, nothing)
    assert (found.requirements[0].ratio.value, found.capital.value) == (1.0, 0.0)


def test_the_tables_error_is_that_of_a_run():
    settings = {**SETTINGS, "paths": 16_384}
    found = regulatory_views(resolve(settings, {}), {}, nothing, nothing).current.by_scope["total"][0].by_days[0][1]
    (total, _) = run(
        resolve({**settings, "law": "filtered", "instantaneous": True, "confidence": [0.975]}, {}), nothing, nothing
    ).results
    assert found.table_se == pytest.approx(total.measures[0].table_ses["expected_shortfall"], rel=1e-9)


def test_bad_input_is_refused_with_the_way_out():
    with pytest.raises(InputError, match="a year of the past"):
        regulatory_views(resolve({**SETTINGS, "law": "stressed"}, {}), {}, nothing, nothing)
    with pytest.raises(InputError, match="one law makes the current view"):
        regulatory_views(resolve({**SETTINGS, "law": ["filtered", "ewma"]}, {}), {}, nothing, nothing)
    with pytest.raises(InputError, match="liquidity of USDJPY: must be one of"):
        regulatory_views(resolve(SETTINGS, {}), {"USDJPY": 15}, nothing, never)
    with pytest.raises(InputError, match="at least 12,800 for paired errors"):
        regulatory_views(resolve({**SETTINGS, "paths": 10_000}, {}), {}, nothing, nothing)


def never(message):
    """What picks a backend says so: nothing may be made ready before an error."""
    raise AssertionError(message)
