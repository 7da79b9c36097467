"""Runs of filtered laws: one day exactly, the kernels' way to it, ten days, and the error of the table of rows."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from engine.errors import InputError
from engine.inputs.history.load import read_history
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.run import resolve
from engine.inputs.scenario.load import load_scenario
from engine.law.arrays import model_arrays
from engine.law.law import law_of
from engine.mechanisms.unwind import Unwind
from engine.risk.exact_tails import PastMoves, exact_tails
from engine.run.load import load_inputs
from engine.run.past_laws import refuse_plain_history
from engine.run.walk import walk_of
from kernels.base import CELL
from kernels.numba.backend import NumbaBackend
from kernels.payoffs import empty_book
from tests.engine.calibration.made_histories import with_filtered_law

MARKET = load_market(bundled_market_path())
FILTERED = Unwind(law="filtered")


def measures_of(result, scenario="filtered", scope="total"):
    row = next(row for row in result.results if (row.scenario, row.scope) == (scenario, scope))
    return {tail.confidence: tail for tail in row.measures}


def law_var_es(pnl, level):
    """VaR, the least loss that at most 1 - level of the moves exceed, and the mean of the ceil((1 - level) n) worst."""
    ordered, mass = np.sort(pnl), (1.0 - level) * len(pnl)
    return -ordered[int(np.floor(mass + 1e-9))], -ordered[: int(np.ceil(mass - 1e-9))].mean()


def test_one_day_of_a_book_is_that_of_every_row_valued(run_files, hand_book):
    """Cash in dollars is worth its amount times the rate: its P&L in each row is that of the move of ln USD/JPY."""
    book = hand_book(units=[(0, "USD", 1e6)])
    result = run_files(MARKET, book, scenarios=["filtered"], horizon_days=1, instantaneous=True)
    state = MARKET.filtered
    lead = state.gamma[:, -1] @ state.last
    moves = np.sqrt(state.variances[-1]) * (state.rows[:, -1] + lead)
    pnl = 1e6 * MARKET.usdjpy * np.expm1(moves)
    found = measures_of(result)
    for confidence in (0.975, 0.99):
        var, es = law_var_es(pnl, confidence)
        assert found[confidence].estimates["value_at_risk"].value == pytest.approx(var, rel=1e-10)
        assert found[confidence].estimates["expected_shortfall"].value == pytest.approx(es, rel=1e-10)
    total = result.results[0]
    assert (total.mean, total.std) == pytest.approx((pnl.mean(), pnl.std()), rel=1e-9)
    assert total.mean_se == 0.0
    assert result.run.steps == "one"


def test_simulation_of_one_day_converges_to_it(run_files):
    exact = run_files(None, None, scenarios=["filtered"], horizon_days=1)
    several = run_files(None, None, scenarios=["filtered"], horizon_days=1, n_paths=2**18)
    assert exact.results == several.results  # the number of paths says nothing to an exact law
    law = law_of(MARKET, 1, 1, FILTERED)
    _, model = model_arrays([law])
    book = empty_book(n_scenarios=1, n_books=1, n_currencies=1, n_factors=18, n_steps=1)
    backend, n = NumbaBackend(), 2**18
    program = backend.prepare(model, book, seed=3, n_steps=1, float32=False, centre=np.zeros(2))
    drawn = backend.levels(program, np.arange(n, dtype=np.uint64))[0, 0, :17]
    start = law.rows.weekday_move[:17, None]
    moves = start * (MARKET.filtered.rows + law.rows.last_residual @ law.rows.lead[:17].T).T  # (17, 1000)
    errors = moves.std(axis=1) / np.sqrt(n)
    assert np.abs(drawn.mean(axis=1) - moves.mean(axis=1)).max() < 4.5 * errors.max()
    for f in range(17):  # every draw is one of the moves
        place = np.searchsorted(np.sort(moves[f]), drawn[f] - 1e-15)
        assert np.abs(np.sort(moves[f])[np.minimum(place, 999)] - drawn[f]).max() < 1e-14


def test_one_day_that_a_bridge_leads_is_exact_and_one_with_a_jump_on_top_is_drawn(run_files, hand_book, tmp_path):
    head = 'title = "t"\ndescription = "d"\nsource = "s"\nlaw = "filtered"\n'
    jump = '[[jumps]]\nname = "j"\nsource = "s"\nday = 1\nmean = { USDJPY = -0.1 }\n'
    texts = {"led": '[bridge]\nfactor = "USDJPY"\nlevel = 140.0\n', "jumped": jump}
    for name, text in texts.items():
        (tmp_path / f"{name}.toml").write_text(head + text, encoding="utf-8")
    files = [str(tmp_path / f"{name}.toml") for name in texts]
    book = hand_book(units=[(0, "USD", 1e6)])
    n = 2**16
    result = run_files(MARKET, book, scenarios=["filtered", *files], horizon_days=1, n_paths=n, instantaneous=True)
    rows = {row.scenario: row for row in result.results[::2]}
    assert [measures_of(result, name)[0.99].is_exact for name in rows] == [True, True, False]
    state = MARKET.filtered
    moves = np.sqrt(state.variances[-1]) * (state.rows[:, -1] + state.gamma[:, -1] @ state.last)
    to_level = np.log(140.0 / MARKET.usdjpy) - np.median(moves)
    led = 1e6 * MARKET.usdjpy * np.expm1(moves + to_level)
    # the median of 262,144 draws of these moves lies between the two in their middle or beside them
    assert rows["led"].mean == pytest.approx(led.mean(), rel=1e-3)
    jumped = 1e6 * MARKET.usdjpy * np.expm1(moves - 0.1)
    assert rows["jumped"].mean == pytest.approx(jumped.mean(), abs=4.5 * jumped.std() / np.sqrt(n))


def test_base_beside_it_has_its_own_paths_and_bits(run_files):
    alone = run_files(None, None, scenarios=["base"], horizon_days=1, n_paths=4096)
    both = run_files(None, None, scenarios=["base", "filtered"], horizon_days=1, n_paths=4096)
    assert both.results[:3] == alone.results
    assert measures_of(both)[0.99].is_exact
    assert not measures_of(both, "base")[0.99].is_exact


def test_one_day_with_regimes_is_every_row_valued_by_its_weight(run_files, hand_book):
    """By hand: rows' moves of ln USD/JPY, weighed by the evening's chain, ordered, and cut where 1 % is reached."""
    book, state = hand_book(units=[(0, "USD", 1e6)]), MARKET.filtered
    result = run_files(MARKET, book, scenarios=["filtered-regimes"], horizon_days=1, instantaneous=True)
    moves = np.sqrt(state.variances[-1]) * (state.rows[:, -1] + state.gamma[:, -1] @ state.last)
    pnl = 1e6 * MARKET.usdjpy * np.expm1(moves)
    weights = state.regimes.tonight @ state.regimes.transitions @ state.regimes.row_weights
    order = np.argsort(pnl)
    mass = np.cumsum(weights[order])
    found = measures_of(result, "filtered-regimes")
    for confidence in (0.975, 0.99):
        last = int(np.searchsorted(mass, 1.0 - confidence))
        var = -pnl[order[last]]
        tail = -(weights[order[:last]] @ pnl[order[:last]]) + (1.0 - confidence - mass[last - 1]) * var
        assert found[confidence].is_exact
        assert found[confidence].estimates["value_at_risk"].value == pytest.approx(var, rel=1e-10)
        # weights are whole words of 2^32
        assert found[confidence].estimates["expected_shortfall"].value == pytest.approx(
            tail / (1.0 - confidence), rel=1e-6
        )
        assert found[confidence].table_ses["value_at_risk"] > 0.0
    total, mean = result.results[0], weights @ pnl
    assert total.mean == pytest.approx(mean, rel=1e-6)
    assert total.std == pytest.approx(np.sqrt(weights @ (pnl - mean) ** 2), rel=1e-6)


def test_with_regimes_at_their_long_run_a_run_is_the_filtered_one_to_the_bit(run_files):
    regimes = MARKET.filtered.regimes
    still = replace(MARKET, filtered=replace(MARKET.filtered, regimes=replace(regimes, tonight=regimes.long_run)))
    for horizon_days in (1, 10):
        settings = {"scenarios": ["filtered", "filtered-regimes"], "horizon_days": horizon_days, "n_paths": 4096}
        one, other = run_files(still, None, **settings), run_files(MARKET, None, **settings)
        rows = {row.scenario: row for row in one.results if row.scope == "total"}
        assert rows["filtered"].pnl_sha256 == rows["filtered-regimes"].pnl_sha256
        assert rows["filtered"].measures == rows["filtered-regimes"].measures
        tilted = {row.scenario: row for row in other.results if row.scope == "total"}
        assert tilted["filtered"].measures == rows["filtered"].measures
        assert tilted["filtered-regimes"].measures != rows["filtered"].measures


@pytest.mark.slow
def test_with_regimes_the_jackknife_agrees_with_resampling(run_files, monkeypatch):
    """As without them, below: one day drawn, and its table's error by the other way."""
    named = {"scenarios": ["filtered-regimes"], "horizon_days": 1}
    exact = measures_of(run_files(None, None, **named), "filtered-regimes")
    monkeypatch.setattr("engine.run.prepared.exact_scenarios", lambda *_: [])
    drawn = measures_of(run_files(None, None, **named, n_paths=2 * CELL), "filtered-regimes")
    for confidence in (0.975, 0.99):
        var, es = (drawn[confidence].estimates[key] for key in ("value_at_risk", "expected_shortfall"))
        known = exact[confidence].estimates
        assert es.value == pytest.approx(known["expected_shortfall"].value, abs=4.5 * es.se)
        assert var.value == pytest.approx(known["value_at_risk"].value, abs=6.0 * var.se)  # losses come in steps
        one, other = exact[confidence].table_ses, drawn[confidence].table_ses
        assert other["expected_shortfall"] == pytest.approx(one["expected_shortfall"], rel=0.25)
        assert other["value_at_risk"] == pytest.approx(one["value_at_risk"], rel=0.6)


def test_ten_days_have_the_error_of_their_table_beside_the_simulations(run_files):
    result = run_files(None, None, scenarios=["base", "filtered"], n_paths=2**17)
    for tail in measures_of(result).values():
        for key, estimate in tail.estimates.items():
            # a thousand rows say less than 131,072 paths; 5 % of VaR were they normal
            assert 3.0 * estimate.se < tail.table_ses[key] < 0.3 * estimate.value
    assert measures_of(result, "base")[0.99].table_ses == {}
    assert "value_at_risk_table_se" in measures_of(result)[0.99].flat()
    assert "value_at_risk_table_se" not in measures_of(result, "base")[0.99].flat()


def test_the_jackknife_agrees_with_resampling_where_both_can_be_had(run_files, monkeypatch):
    """At one day: without the exact law, the same run is simulated, and its table's error comes by the other way."""
    exact = measures_of(run_files(None, None, scenarios=["filtered"], horizon_days=1))
    monkeypatch.setattr("engine.run.prepared.exact_scenarios", lambda *_: [])
    drawn = measures_of(run_files(None, None, scenarios=["filtered"], horizon_days=1, n_paths=2 * CELL))
    for confidence in (0.975, 0.99):
        one, other = exact[confidence].table_ses, drawn[confidence].table_ses
        # 500 resamples tell a standard deviation to 3 %; that of a quantile of few rows is no smooth function of them
        assert other["expected_shortfall"] == pytest.approx(one["expected_shortfall"], rel=0.25)
        assert other["value_at_risk"] == pytest.approx(one["value_at_risk"], rel=0.6)


def test_few_paths_have_no_error_of_the_table(run_files):
    result = run_files(None, None, scenarios=["filtered"], n_paths=4096)
    assert measures_of(result)[0.99].table_ses == {}


def test_one_day_is_less_than_ten_and_es_at_least_var(run_files):
    one = run_files(None, None, scenarios=["filtered"], horizon_days=1)
    ten = run_files(None, None, scenarios=["filtered"], n_paths=2**16)
    for scope in ("total", "book:carry-fund", "book:life-insurer"):
        for confidence in (0.975, 0.99):
            near, far = (measures_of(each, scope=scope)[confidence].estimates for each in (one, ten))
            for key in near:
                assert 0.0 < near[key].value < far[key].value
            for each in (near, far):
                assert each["value_at_risk"].value <= each["expected_shortfall"].value


def test_float32_and_the_other_wings_agree(run_files):
    whole = run_files(None, None, scenarios=["filtered"], n_paths=8192)
    for other in ({"precision": "float32"}, {"backend": "numpy"}):
        found = run_files(None, None, scenarios=["filtered"], n_paths=8192, **other)
        for one, two in zip(whole.results, found.results, strict=True):
            for a, b in zip(one.measures, two.measures, strict=True):
                # the same rows in both precisions but for the vol factor's normals: far inside the simulation's error
                assert a.estimates["value_at_risk"].value == pytest.approx(b.estimates["value_at_risk"].value, rel=0.01)


@pytest.fixture(scope="module")
def of_2024(shared):
    history = read_history([shared / "data" / "history.csv"])
    found, _ = with_filtered_law(replace(MARKET, valuation_date=date(2024, 7, 22)), history)
    return found


@pytest.fixture(scope="module")
def cases(root):
    return json.loads((root / "tests/data/filtered_law.json").read_text("utf-8"))["cases"]


def deviations(market, n_steps, n_paths, *, spans=None):
    law = law_of(market, n_steps, n_steps, FILTERED)
    if spans is not None:
        law = replace(law, rows=replace(law.rows, root_span=np.sqrt(np.array(spans))))
    _, model = model_arrays([law])
    book = empty_book(n_scenarios=1, n_books=1, n_currencies=1, n_factors=18, n_steps=n_steps)
    backend = NumbaBackend()
    program = backend.prepare(model, book, seed=2, n_steps=n_steps, float32=False, centre=np.zeros(2))
    parts = np.array_split(np.arange(n_paths, dtype=np.uint64), max(n_paths // 2**15, 1))
    return np.concatenate([backend.levels(program, ids)[0, -1, :17] for ids in parts], axis=1)


def test_the_one_day_law_of_a_date_has_the_known_figures(of_2024, cases):
    state, case = of_2024.filtered, cases[2]
    z = state.rows + state.leads(state.factors) @ state.last
    moves = dict(zip(state.factors, (np.sqrt(state.variances) * z).T, strict=True))
    for name, known in case["one_day"].items():
        factor, way = name.split()
        pnl = moves[factor] if way == "down" else -moves[factor]
        valued = PastMoves(pnl=pnl[None, :], n_table=1000, block=10)
        found = {tail.confidence: tail.estimates for tail in exact_tails(valued, 0, (0.975, 0.99), 0.0)}
        # the study took the last of the ten worst, VaR here is the first that is not among them
        assert -np.sort(pnl)[9] == pytest.approx(known["VaR99"], rel=case["rtol"])
        assert found[0.99]["value_at_risk"].value == -np.sort(pnl)[10]
        assert found[0.975]["expected_shortfall"].value == pytest.approx(known["ES97.5"], rel=case["rtol"])


def test_the_ten_day_law_of_a_date_has_the_known_figures(of_2024, cases):
    figures, n = cases[4]["figures"], 2**17
    x = dict(zip(of_2024.filtered.factors, deviations(of_2024, 10, n, spans=cases[4]["spans"]), strict=True))
    books = {
        "long JGB 10Y (-1 per unit)": -x["JGB_10Y"],
        "long JGB 30Y": -x["JGB_30Y"],
        "long UST 10Y": -x["UST_10Y"],
        "short USDJPY": -x["USDJPY"],
        "UST 10Y unhedged (-8 y10 + fx)": -8.0 * x["UST_10Y"] + x["USDJPY"],
    }
    for name, pnl in books.items():
        known = figures[name]
        var, es = law_var_es(pnl, 0.99)[0], law_var_es(pnl, 0.975)[1]
        wider = np.sqrt(1.0 + 400_000 / n)  # both sides' standard errors, ours of fewer paths
        assert abs(var - known["VaR99"]) < 4.0 * wider * known["VaR99_se"]
        assert abs(es - known["ES97_5"]) < 4.0 * wider * known["ES97_5_se"]
        assert pnl.std() == pytest.approx(known["std"], rel=0.02)


@pytest.mark.parametrize(("n_days", "n_windows"), [(1, 250), (10, 500), (3, 1000)])
def test_plain_history_is_each_window_valued(run_files, hand_book, tmp_path, n_days, n_windows):
    path = tmp_path / "mine.toml"
    head = 'title = "t"\ndescription = "d"\nsource = "s"\n'
    path.write_text(f'{head}law = "historical-{n_windows}"\n', encoding="utf-8")
    result = run_files(
        MARKET, hand_book(units=[(0, "USD", 1e6)]), scenarios=[str(path)], horizon_days=n_days, instantaneous=True
    )
    moves = MARKET.filtered.moves[:, -1]
    windows = np.convolve(moves, np.ones(n_days), "valid")[-n_windows:]
    pnl = 1e6 * MARKET.usdjpy * np.expm1(windows)
    found = measures_of(result, "mine")
    for confidence in (0.975, 0.99):
        var, _ = law_var_es(pnl, confidence)
        assert found[confidence].estimates["value_at_risk"].value == pytest.approx(var, rel=1e-9)
        assert found[confidence].table_ses["expected_shortfall"] > 0.0
    assert (result.results[0].mean, result.results[0].std) == pytest.approx((pnl.mean(), pnl.std()), rel=1e-9)
    assert result.run.n_paths == n_windows


def test_plain_history_has_no_paths_to_draw(run_files):
    config = resolve({"scenarios": ["historical"], "backend": "numba"}, {}, None)
    with pytest.raises(InputError, match="historical is plain history, which has no paths to draw"):
        refuse_plain_history(load_inputs(config))
    with pytest.raises(InputError, match="historical is plain history, which has no paths to draw, but windows"):
        walk_of(load_scenario("historical"), MARKET, n_days=5, seed=1, backend=NumbaBackend())
    with pytest.raises(InputError, match="overlaps windows of 10 days at most, got a horizon of 11"):
        run_files(None, None, scenarios=["historical"], horizon_days=11)


@pytest.mark.parametrize("day", ["2011-03-25", "2015-08-03", "2016-02-10", "2020-03-19", "2022-12-20", "2025-04-07"])
def test_on_any_date_a_day_costs_less_than_ten_and_a_long_book_loses(shared, day):
    """Plain books of one factor each, to whose loss VaR of a day over the root of its span belongs."""
    history = read_history([shared / "data" / "history.csv"])
    market, _ = with_filtered_law(replace(MARKET, valuation_date=date.fromisoformat(day)), history)
    state, names = market.filtered, market.filtered.factors
    z = state.rows + state.leads(names) @ state.last
    near, far = (np.sqrt(state.variances) * z).T, deviations(market, 10, 2**14, spans=[1.0] * 10)
    for factor, sign in (("JGB_10Y", -1.0), ("JGB_30Y", -1.0), ("UST_10Y", -1.0), ("USDJPY", -1.0), ("USDJPY", 1.0)):
        place = names.index(factor)
        for level in (0.975, 0.99):
            one, ten = (law_var_es(sign * each[place], level) for each in (near, far))
            assert 0.0 < one[0] <= one[1]
            assert one[0] < ten[0]
