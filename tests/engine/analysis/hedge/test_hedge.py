"""The search for hedges from its inputs to its score."""

import numpy as np
import pytest

from engine.analysis.hedge.aim import es_of
from engine.analysis.hedge.hedge import SCENARIOS, hedge
from engine.analysis.hedge.wishes import asked
from engine.errors import InputError
from engine.inputs.run import resolve
from engine.run.load import load_inputs
from engine.run.start import run

BOOK = "position_id,kind,currency,notional,coupon,maturity\nU,UST,USD,30000000,0.0425,2035-05-15\n"
HEAD = "position_id,book,kind,currency,notional,coupon,maturity,start_date,rate,strike,cost,most\n"
HEDGES = (
    HEAD
    + "BOND,SELL,UST,USD,-1000000,0.03875,2030-04-30,,,,50,90\n"
    + "CASH,SELL,DEPOSIT,USD,1000000,,2025-08-28,2025-05-28,0.0433,,0,90\n"
    + "PUT,,FX_PUT,USD,1000000,,2025-08-28,,,138,300,20\n"
)


def ignore(*_: object) -> None:
    """What a run says while it works."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("hedge")
    (path / "books.csv").write_text(BOOK)
    (path / "hedges.csv").write_text(HEDGES)
    return path


def solved(folder, *scenarios, names=(), is_whole=True, wishes=None, **settings):
    flags = {"scenario": scenarios, "paths": 5_000, "confidence": [0.975], "backend": "numba", "horizon_days": 2}
    given = {**flags, "book": [str(folder / "books.csv")], **settings}
    config, wanted = asked(given, {}, None, wishes or {}, names, is_whole=is_whole)
    return hedge(folder / "hedges.csv", config, load_inputs(config), wanted, ignore, ignore)


@pytest.fixture(scope="module")
def found(folder):
    return solved(folder, "base", "august-2024", "april-2025")


def test_the_mix_takes_the_tail_off_and_is_scored_on_fresh_paths(folder, found):
    """A five-year note sold against cash hedges the ten-year's yield; puts on the dollar hedge its dollars."""
    assert all(line.lots == np.round(line.lots) > 0.0 for line in found.lines)
    change = next(each for each in found.scenarios[0].changes if each.measure == "expected_shortfall")
    assert change.value < -10.0 * change.se < 0.0
    assert found.optimism.out_of_sample == change.value
    assert found.optimism.value == pytest.approx(found.optimism.in_sample - found.optimism.out_of_sample)
    assert abs(found.optimism.value) < 4.0 * found.optimism.se  # two hedges on 5,000 paths: nothing to be proud of
    assert found.gap <= 1e-4


def test_the_books_before_are_those_of_a_run_on_the_fresh_seed(folder, found):
    given = {"scenario": "base", "paths": 5_000, "confidence": [0.975], "backend": "numba", "horizon_days": 2}
    fresh = run(resolve({**given, "seed": 2, "book": [str(folder / "books.csv")]}, {}), ignore, ignore).results[0]
    for change in found.scenarios[0].changes:
        assert change.before.value == pytest.approx(fresh.measures[0].estimates[change.measure].value, rel=1e-9)


def test_costs_carry_and_mean_add_up_over_the_lots(found):
    assert found.cost == pytest.approx(sum(each.lots * each.lot_cost for each in found.lines))
    assert found.lines[0].lot_cost == pytest.approx(50.0 * 145.04)
    for s, each in enumerate(found.scenarios):
        paid = sum(line.lots * line.lot_pnl[s].value for line in found.lines) - found.cost
        assert each.pnl.value == pytest.approx(paid, rel=1e-9)


def test_advice_that_changes_sign_between_the_unwinds_is_said(found):
    (sell,) = [each for each in found.sign_changes if each.hedge == "SELL"]
    assert (sell.helps_in, sell.hurts_in) == ("april-2025", "august-2024")
    assert found.worst.pnl.value == min(each.pnl.value for each in found.scenarios)


def test_the_mix_is_no_worse_than_the_best_single_hedge(found):
    assert found.against_single is not None
    assert found.against_single.value <= 3.0 * found.against_single.se


def test_a_mix_for_the_worst_of_two_unwinds_is_no_worse_there_than_one_for_either(folder):
    """A note sold helps in one and hurts in the other: fewer of them are sold where both count."""
    both = ("august-2024", "april-2025")
    found = solved(folder, *both, wishes={"aim": "worst"})
    assert (found.aim.kind, found.aim.scenarios) == ("worst", both)
    assert found.optimism.out_of_sample == found.optimism.in_sample - found.optimism.value

    def worst(result):
        return max(es_of(each.changes).after.value for each in result.scenarios)

    slack = 3.0 * max(es_of(each.changes).after.se for each in found.scenarios)  # they are scored on fresh paths
    assert worst(found) < min(worst(solved(folder, *order)) for order in (both, both[::-1])) + slack


def test_a_hedge_on_a_spread_that_no_factor_moves_is_warned_of_as_whatif_does(folder, tmp_path):
    """The bundled market's TONA curve is a spread over JGBs without factors: no run has a swap's basis risk."""
    swap = "position_id,kind,currency,notional,maturity,start_date,rate,cost,most\n"
    (tmp_path / "swap.csv").write_text(swap + "PAY,OIS,JPY,-1000000000,2055-06-02,2025-06-02,0.0212,1000,3\n")
    flags = {"scenario": ["base"], "paths": 1_000, "confidence": [0.975], "backend": "numba", "horizon_days": 2}
    config, wanted = asked({**flags, "book": [str(folder / "books.csv")]}, {}, None, {}, (), is_whole=True)
    found = hedge(tmp_path / "swap.csv", config, load_inputs(config), wanted, ignore, ignore)

    assert any("TONA" in each and "no factor moves" in each for each in found.warnings)
    assert found.lines[0].still_share > 0.5
    assert found.lines[0].lot == "OIS -1,000,000,000 JPY"


def test_what_is_no_swap_rests_on_no_spread(found):
    assert [line.still_share for line in found.lines] == [0.0, 0.0]


def test_a_hedge_alone_changes_es_as_it_does_in_the_mix_of_one(folder):
    found = solved(folder, "base", names=("SELL",))
    (line,) = found.lines
    mix = next(each for each in found.scenarios[0].changes if each.measure == "expected_shortfall")
    assert line.tried_lots == line.lots
    assert line.es_changes[0].value == pytest.approx(mix.value, rel=1e-12)


def test_a_law_with_a_table_gives_its_error_beside_the_simulations(folder):
    """16,384 paths are the fewest for which the table's error is told."""
    found = solved(folder, "filtered", names=("SELL",), paths=16_384)
    for change in found.lines[0].es_changes:
        assert change.table_se > 0.0


def test_both_kinds_of_unwind_are_shown_unless_others_are_asked_for():
    assert {"flight-2024", "repatriation-2025", "august-2024", "april-2025"} < set(SCENARIOS)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"wishes": {"budget": "-1"}}, "--budget: must be 0 or more, got -1"),
        ({"wishes": {"budget": "1 000"}}, "--budget: must be a number in plain digits, got '1 000'; write"),
        ({"wishes": {"score_seed": "1"}}, "--score-seed: 1 is the seed that the mix is solved on"),
        ({"wishes": {"score_seed": "x"}}, "--score-seed: must be a whole number"),
        ({"until_se": "1%"}, "until_se: a mix is solved on a number of paths"),
        ({"names": ("BUY",)}, "no hedge is called 'BUY'; there are SELL, PUT"),
    ],
)
def test_what_cannot_be_asked_is_refused(folder, how, message):
    with pytest.raises(InputError, match=message):
        solved(folder, "base", **how)


def test_an_exact_scenario_has_no_fresh_paths(folder):
    with pytest.raises(InputError, match="historical: exact, each of its moves is valued"):
        solved(folder, "historical")


def test_a_hedge_called_as_a_book_is_refused(folder, tmp_path):
    (tmp_path / "SELL.csv").write_text(BOOK)
    with pytest.raises(InputError, match="a hedge and a book of the run are both called 'SELL'"):
        solved(folder, "base", book=[str(tmp_path / "SELL.csv")])
