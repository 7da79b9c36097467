"""Whole runs from files to result, against closed forms, and against themselves."""

import json
import math
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

import engine.run.blocks
import engine.run.prepared
import engine.run.start
from engine.errors import InputError
from engine.inputs.market.load import bundled_market_path
from engine.inputs.run import resolve
from engine.inputs.scenario.load import load_scenario
from engine.market.factors import parse_factor
from engine.risk.accumulate import TailAccumulator
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.plan import plan_brackets
from engine.run.load import load_inputs
from kernels.cuda.host.backend import CudaBackend
from kernels.cuda.host.on_cpu import HostDevice

CASES = json.loads((Path(__file__).parents[2] / "data" / "linear_gaussian.json").read_text(encoding="utf-8"))
USD_CASH = CASES["usd_cash"]
LEVELS = [level["level"] for level in USD_CASH["levels"]]


@pytest.fixture
def usd_cash(bundled_with, hand_book):
    """The reference's market and book, beside a book of yen that has no risk; cash earns its own bonds' rates."""
    market = bundled_with(fx={"USD": USD_CASH["spot"]}, usdjpy_vol=USD_CASH["vol"])
    return market, hand_book(units=[(0, "USD", USD_CASH["usd"]), (1, "JPY", 5e8)], books=("dollars", "yen"))


def interest(market, curve):
    """What 1 held on a curve earns in ten business days, 14 days."""
    return 1.0 / float(market.curves[curve].discount(14 / 365)) - 1.0


def digests(result, scenario="base"):
    return [row.pnl_sha256 for row in result.results if row.scenario == scenario]


@pytest.mark.parametrize("settings", [{}, {"steps": "daily"}, {"precision": "float32"}, {"seed": 2**64 - 1}], ids=str)
def test_usd_cash_meets_the_closed_form(usd_cash, run_files, settings):
    result = run_files(*usd_cash, n_paths=2**19, confidences=LEVELS, **settings)
    total, dollars, yen = result.results
    assert total.base_value == pytest.approx(USD_CASH["value_now"] + 5e8, rel=1e-14)
    dollar_rate, earned = interest(usd_cash[0], "UST"), 5e8 * interest(usd_cash[0], "JGB")
    gained = USD_CASH["value_now"] * dollar_rate
    assert abs(total.mean - gained - earned) <= 4.0 * total.mean_se
    for measure, level in zip(dollars.measures, USD_CASH["levels"], strict=True):
        var, es = measure.of(VALUE_AT_RISK), measure.of(EXPECTED_SHORTFALL)
        assert abs(var.value - level["VaR"] * (1.0 + dollar_rate) + gained) <= 4.0 * var.se
        assert abs(es.value - level["ES"] * (1.0 + dollar_rate) + gained) <= 4.0 * es.se
        assert var.low < var.value < var.high
    in_dollars, in_all, in_yen = (each.measures[0].of(VALUE_AT_RISK) for each in (dollars, total, yen))
    rounding = 300.0 if settings.get("precision") == "float32" else 1e-5  # of 2e9: 2^-24 of it is 120
    assert in_dollars.value - earned == pytest.approx(in_all.value, abs=rounding)
    assert (yen.mean, in_yen.value) == pytest.approx((earned, -earned), abs=rounding)
    assert in_yen.se == 0.0


def test_standard_errors_are_those_of_the_closed_form(usd_cash, run_files):
    n, sd = 2**19, USD_CASH["vol"] * math.sqrt(10 / 252)
    result = run_files(*usd_cash, n_paths=n, confidences=LEVELS)
    for measure in result.results[0].measures:
        p = 1.0 - measure.confidence
        z = ndtri(p)
        after = USD_CASH["value_now"] * math.exp(sd * z - sd * sd / 2)
        density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi) / (after * sd)
        wanted = math.sqrt(p * (1 - p) / n) / density
        # the spacing of order statistics has a noise of about 1 / sqrt(their number in the interval): 500 paths, 10 %
        assert measure.of(VALUE_AT_RISK).se == pytest.approx(wanted, rel=0.3)


def linear_book(case, bundled_with, hand_book):
    """VAR-S001 at a thousandth of its vols, where all is linear: a flow in 30 days on each curve, and dollars."""
    small, tau = 1e-3, 30 / 365
    names = ("JGB_10Y", "UST_10Y", "USDJPY")
    units = np.array([1e-4, 1e-4, 1.0])  # of a move: a basis point, a relative move
    vols = np.array(case["vols"]) * units * small * math.sqrt(252 / 10)
    law = {name: np.zeros(3) for name in ("kappas", "thetas", "mus")}
    factors = tuple(parse_factor(name) for name in names)
    market = bundled_with(factors=factors, vols=vols, correlation=np.array(case["corr"], dtype=np.float64), **law)
    exposure = 1e3 * np.array(case["exposure"]) / units  # yen per unit move
    spot, jgb, ust = market.usdjpy, *(float(market.curves[name].discount(tau)) for name in ("JGB", "UST"))
    flows = [(0, "JGB", 30, -exposure[0] / (tau * jgb)), (0, "UST", 30, -exposure[1] / (tau * ust * spot))]
    dollars = exposure[2] / spot - flows[1][3] * ust
    return market, hand_book(flows, [(0, "USD", dollars)]), small * 1e3


def test_a_linear_book_meets_the_gaussian_closed_form(bundled_with, hand_book, run_files):
    case = CASES["linear"][0]
    market, book, scale = linear_book(case, bundled_with, hand_book)
    levels = [level["level"] for level in case["levels"]]
    result = run_files(market, book, n_paths=2**20, confidences=levels, instantaneous=True)
    total = result.results[0]
    assert total.std == pytest.approx(case["pnl_sd"] * scale, rel=4 / math.sqrt(2 * 2**20))
    for measure, level in zip(total.measures, case["levels"], strict=True):
        # 1e-5: what is left of curvature at a thousandth of the vols
        assert measure.of(VALUE_AT_RISK).value == pytest.approx(
            level["VaR"] * scale, abs=4.0 * measure.of(VALUE_AT_RISK).se + 1e-5 * level["VaR"] * scale
        )
        assert measure.of(EXPECTED_SHORTFALL).value == pytest.approx(
            level["ES"] * scale, abs=4.0 * measure.of(EXPECTED_SHORTFALL).se + 1e-5 * level["ES"] * scale
        )


def test_until_se_doubles_paths_until_the_error_is_reached(usd_cash, run_files):
    result = run_files(*usd_cash, n_paths=10_000, until_se=0.01)
    n_paths = result.run.n_paths
    highest = result.results[0].measures[-1]
    assert highest.of(VALUE_AT_RISK).se / highest.of(VALUE_AT_RISK).value <= 0.01
    assert math.log2(n_paths / 10_000) in (1, 2, 3, 4)
    before = run_files(*usd_cash, n_paths=n_paths // 2).results[0].measures[-1]
    assert before.of(VALUE_AT_RISK).se / before.of(VALUE_AT_RISK).value > 0.01
    assert digests(run_files(*usd_cash, n_paths=n_paths)) == digests(result)


def test_an_error_out_of_reach_is_said(usd_cash, run_files, monkeypatch):
    monkeypatch.setattr(engine.run.start, "MAX_PATHS", 30_000)
    result = run_files(*usd_cash, n_paths=10_000, until_se=0.0001)
    assert result.run.n_paths == 20_000
    assert any("not reached" in warning for warning in result.warnings)


def test_until_se_asks_nothing_of_exact_scenarios_and_watches_the_others():
    said = []
    settings = {"scenarios": ["filtered"], "horizon_days": 1, "n_paths": 1000, "until_se": "0.01%", "backend": "numba"}
    alone = engine.run.start.run(resolve(settings, {}, None), lambda *_: None, said.append)
    assert "until_se asks nothing of filtered: exact, without an error of simulation" in said
    assert (alone.run.n_paths, alone.warnings) == (64_000, load_inputs(resolve(settings, {}, None)).warnings)
    said.clear()
    mixed = {**settings, "scenarios": ["base", "filtered"], "until_se": "2%"}
    found = engine.run.start.run(resolve(mixed, {}, None), lambda *_: None, said.append)
    base = found.results[0].measures[-1].of(VALUE_AT_RISK)
    assert (found.results[0].scenario, base.se / base.value <= 0.02) == ("base", True)
    assert found.run.n_paths in (4000, 8000, 16_000)  # of a normal law 1,000 paths tell VaR 99 % to 5 %
    assert sum("of the totals' VaR" in each for each in said) >= 2


def test_a_scenario_has_the_same_paths_whatever_others_run_beside_it(run_files):
    alone = run_files(None, None, n_paths=5_000)
    among = run_files(None, None, n_paths=5_000, scenario=["august-2024", "base", "april-2025"])
    assert digests(alone) == digests(among)
    assert len(set(digests(among) + digests(among, "april-2025") + digests(among, "august-2024"))) == 9


def test_the_base_under_another_name_is_the_base_to_the_bit(run_files, tmp_path):
    base = load_scenario("base")
    twin = tmp_path / "twin.toml"
    twin.write_text(f'title = "{base.title}"\ndescription = "the base again"\nsource = "none"\n', encoding="utf-8")
    result = run_files(None, None, n_paths=5_000, scenario=["base", str(twin)])
    assert digests(result, "base") == digests(result, "twin")
    a, b = result.results[0], result.results[3]
    assert replace(b, scenario="base") == a


def test_a_scenario_twice_by_name_is_refused(run_files, tmp_path):
    (tmp_path / "base.toml").write_text('title = "t"\ndescription = "d"\nsource = "s"\n', encoding="utf-8")
    with pytest.raises(InputError, match="two scenarios are called 'base'"):
        run_files(None, None, n_paths=1_000, scenario=["base", str(tmp_path / "base.toml")])


def test_the_seed_chooses_the_paths(usd_cash, run_files):
    one, again, other = (run_files(*usd_cash, n_paths=5_000, seed=seed) for seed in (1, 1, 2))
    assert one.results == again.results
    assert digests(one)[0] != digests(other)[0]


def within_errors(one, other):
    for mine, theirs in zip(one.measures, other.measures, strict=True):
        for name in ("value_at_risk", "expected_shortfall"):
            one, two = mine.estimates[name], theirs.estimates[name]
            assert abs(one.value - two.value) <= 4.0 * math.hypot(one.se, two.se)


@pytest.mark.parametrize("settings", [{"steps": "daily"}, {"precision": "float32"}], ids=str)
def test_other_steps_and_precision_agree_within_errors_on_the_sample_books(run_files, settings):
    plain, other = (run_files(None, None, n_paths=100_000, **each) for each in ({}, settings))
    for mine, theirs in zip(plain.results, other.results, strict=True):
        within_errors(mine, theirs)
        assert mine.pnl_sha256 != theirs.pnl_sha256
    assert other.run.steps == settings.get("steps", "one")
    assert other.run.precision == settings.get("precision", "float64")


def test_numba_and_the_oracle_report_the_same_figures(run_files):
    numba, numpy = (
        run_files(None, None, n_paths=4_000, backend=name, revaluation="direct") for name in ("numba", "numpy")
    )
    for mine, theirs in zip(numba.results, numpy.results, strict=True):
        gross = 1e12  # yen: the sample books' flows
        assert mine.mean == pytest.approx(theirs.mean, abs=1e-13 * gross)
        for a, b in zip(mine.measures, theirs.measures, strict=True):
            assert a.of(VALUE_AT_RISK).value == pytest.approx(b.of(VALUE_AT_RISK).value, abs=1e-13 * gross)
            assert a.of(EXPECTED_SHORTFALL).value == pytest.approx(b.of(EXPECTED_SHORTFALL).value, abs=1e-13 * gross)


def test_compressed_and_direct_agree_within_the_stated_bound(run_files):
    compressed, direct = (run_files(None, None, n_paths=5_000, revaluation=name) for name in ("compressed", "direct"))
    assert (direct.run.revaluation.degree, direct.run.revaluation.flow_bound) == (0, 0.0)
    bound = compressed.run.revaluation.flow_bound
    assert 0.0 < bound <= 1e-10
    for mine, theirs in zip(compressed.results, direct.results, strict=True):
        for a, b in zip(mine.measures, theirs.measures, strict=True):
            apart = abs(a.of(VALUE_AT_RISK).value - b.of(VALUE_AT_RISK).value)
            assert apart <= (bound + 1e-14) * 1e12  # of gross value, in yen


def test_totals_are_sums_of_books(run_files):
    for row in (rows := run_files(None, None, n_paths=5_000, scenario=["august-2024", "base"]).results)[::3]:
        books = [each for each in rows if each.scenario == row.scenario and each.scope != "total"]
        for name in ("base_value", "shock_pnl", "mean"):
            size = sum(abs(getattr(each, name)) for each in books)
            assert getattr(row, name) == pytest.approx(sum(getattr(each, name) for each in books), abs=1e-12 * size)


def test_blocks_leave_no_trace(run_files, monkeypatch):
    settings = {"n_paths": 300_001, "scenario": ["base", "august-2024"]}
    plain = run_files(None, None, **settings)
    monkeypatch.setattr(engine.run.blocks, "BLOCK_BYTES", 1)  # a cell at a time
    assert run_files(None, None, **settings).results == plain.results
    monkeypatch.setattr(engine.run.blocks, "BLOCK_BYTES", 2**40)
    monkeypatch.setattr(engine.run.blocks, "BLOCK_S", 1e9)  # as many as four times the last
    assert run_files(None, None, **settings).results == plain.results


def test_brackets_give_the_same_figures_as_whole_tails(usd_cash, run_files, monkeypatch):
    settings = {"n_paths": 3 * 2**20 + 5, "confidences": [0.95, 0.99]}
    plain = run_files(*usd_cash, **settings)
    modes = []
    plan_tails = engine.run.start.plan_tails

    def recorded(*arguments):
        modes.append(plan_tails(*arguments))
        return modes[-1]

    monkeypatch.setattr(engine.run.start, "plan_tails", recorded)
    monkeypatch.setattr(engine.run.start, "TAIL_BYTES", 6_500_000)
    small = run_files(*usd_cash, **settings)
    assert [plan.mode.value for plan in modes] == ["brackets"]
    for mine, theirs in zip(plain.results, small.results, strict=True):
        assert mine.pnl_sha256 == theirs.pnl_sha256
        assert (mine.mean, mine.std) == (theirs.mean, theirs.std)
        for a, b in zip(mine.measures, theirs.measures, strict=True):
            assert a.of(VALUE_AT_RISK) == b.of(VALUE_AT_RISK)
            # sums below a bracket are added in another order, and about another centre
            assert a.of(EXPECTED_SHORTFALL).value == pytest.approx(b.of(EXPECTED_SHORTFALL).value, rel=1e-12)
            assert a.of(EXPECTED_SHORTFALL).se == pytest.approx(b.of(EXPECTED_SHORTFALL).se, rel=1e-6)


def test_after_a_bracket_miss_all_cells_but_the_pilots_run_again(usd_cash, run_files, monkeypatch):
    """Brackets of half a standard error hold no confidence interval: they are doubled until they do."""
    settings = {"n_paths": 2**21 + 5, "confidences": [0.95, 0.99]}
    plain = run_files(*usd_cash, **settings)
    starts, pilot_cells, add_cells = [], 16, engine.run.blocks._add_cells

    def recorded(backend, program, tails, first, progress):
        starts.append((tails.margin_se, first))
        add_cells(backend, program, tails, first, progress)

    monkeypatch.setattr(engine.run.blocks, "_add_cells", recorded)
    monkeypatch.setattr(engine.run.blocks, "TailAccumulator", partial(TailAccumulator, margin_se=0.5))
    monkeypatch.setattr(engine.run.start, "plan_tails", lambda *given: plan_brackets(*given[:3], pilot_cells))
    again = run_files(*usd_cash, **settings)
    assert starts[:2] == [(0.5, 0), (1.0, pilot_cells)]
    assert {first for _, first in starts[1:]} == {pilot_cells}
    for mine, theirs in zip(plain.results, again.results, strict=True):
        assert (mine.mean, mine.std, mine.pnl_sha256) == (theirs.mean, theirs.std, theirs.pnl_sha256)
        for a, b in zip(mine.measures, theirs.measures, strict=True):
            assert a.of(VALUE_AT_RISK) == b.of(VALUE_AT_RISK)
            # sums below a bracket are added in another order, and about another centre
            assert a.of(EXPECTED_SHORTFALL).value == pytest.approx(b.of(EXPECTED_SHORTFALL).value, rel=1e-12)


def test_warnings_of_market_and_scenarios_reach_the_result(tmp_path):
    still = '[curves.OIS]\ncurrency = "JPY"\nsource = "by hand"\npar_yields = { 1Y = 0.01 }\n\n[fx]'
    market, tiny = tmp_path / "market.toml", tmp_path / "tiny.toml"
    market.write_text(bundled_market_path().read_text(encoding="utf-8").replace("[fx]", still), encoding="utf-8")
    shock = 'shocks = [{ factor = "USDJPY", size = -0.05, kind = "absolute" }]'
    tiny.write_text(f'title = "t"\ndescription = "d"\nsource = "s"\n{shock}\n', encoding="utf-8")
    settings = {"paths": 1_000, "backend": "numba", "market": market, "scenario": ["base", str(tiny)]}
    said = engine.run.start.run(resolve(settings, {}), lambda *_: None, lambda _: None).warnings
    assert any("curve 'OIS' has no factor" in each for each in said), said
    assert any("tiny" in each and "-0.05" in each for each in said), said


def test_a_market_without_vol_reports_its_carry_and_no_risk(bundled_with, hand_book, run_files):
    still = bundled_with(vols=np.zeros(18))
    book = hand_book([(0, "JGB", 1000, 1e6), (0, "UST", 400, 1e4)], [(0, "USD", -9e3)])
    total = run_files(still, book, n_paths=1_000).results[0]
    # the variance is a difference of sums of 1,000 squared carries, each addition of which may round
    assert total.std <= abs(total.mean) * math.sqrt(1_000 * 2.0**-52)
    assert total.measures[0].of(VALUE_AT_RISK).value == pytest.approx(-total.mean, abs=1e-6)
    assert total.measures[0].of(VALUE_AT_RISK).se == 0.0


def test_usd_reports_usd_at_the_rate_of_the_path(usd_cash, run_files):
    """In dollars the yen book is the risk: 5e8 / S has a closed form too."""
    result = run_files(*usd_cash, n_paths=2**18, currency="USD", confidences=[0.99])
    _, dollars, yen = result.results
    earned = USD_CASH["usd"] * interest(usd_cash[0], "UST")
    assert dollars.measures[0].of(VALUE_AT_RISK).value == pytest.approx(-earned, abs=1e-6)
    assert dollars.std <= 1e-2  # the variance is a difference of sums of squares of 1e4, which round
    sd, held = USD_CASH["vol"] * math.sqrt(10 / 252), 5e8 / USD_CASH["spot"]
    z, grown = ndtri(0.99), 1.0 + interest(usd_cash[0], "JGB")
    wanted_var = held * (1 - grown * math.exp(sd * sd / 2 - sd * z))
    wanted_es = held * (1 - grown * math.exp(sd * sd) * ndtr(-z - sd) / 0.01)
    var, es = (yen.measures[0].of(measure) for measure in (VALUE_AT_RISK, EXPECTED_SHORTFALL))
    assert abs(var.value - wanted_var) <= 4.0 * var.se
    assert abs(es.value - wanted_es) <= 4.0 * es.se
    assert result.run.currency == "USD"


class StoppedError(Exception):
    """The first path would come now."""


@pytest.mark.parametrize("n_paths", [10**6, 10**9])
def test_device_memory_is_said_before_the_first_path(run_files, monkeypatch, n_paths):
    """The bundled books in four scenarios: 12 rows. 10^9 paths take what 10^6 take, and under 1 GiB."""
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")

    def stop(*_):
        raise StoppedError

    said = []
    monkeypatch.setattr(engine.run.prepared, "choose_backend", lambda name, say: CudaBackend([HostDevice()]))
    monkeypatch.setattr(engine.run.start, "simulate", stop)
    scenarios = ["base", "august-2024", "april-2025", "article-2025"]
    settings = resolve({"backend": "numba", "n_paths": n_paths, "scenario": scenarios}, {}, None)
    with pytest.raises(StoppedError):
        engine.run.start.run(settings, lambda *_: None, said.append)
    found = re.fullmatch(
        r"([\d,]+) paths x 12 rows .*: ([\d,]+) MiB at most, beside the program itself;"
        r" ([\d,]+) MiB at most on each device, beside its driver's own",
        said[-1],
    )
    assert found is not None, said
    assert int(found[1].replace(",", "")) == n_paths
    # a block's P&L, 10 cells of 65,536 paths x 12 rows x 8 bytes, 60 MiB; as much again to keep; each path's farthest
    # move of a Treasury in 4 scenarios, 20 MiB; the books are small
    assert 140 <= int(found[3]) <= 150


def test_a_run_on_the_cpu_says_nothing_of_devices(monkeypatch):
    said = []
    engine.run.start.run(resolve({"backend": "numba", "n_paths": 1000}, {}, None), lambda *_: None, said.append)
    (need,) = [each for each in said if "MiB" in each]
    assert need.endswith("MiB at most, beside the program itself")
    assert said[-1] == "the error of the law's table of past days stands beside the simulation's from 16,384 paths on"


LARGE = """
import re, sys
from pathlib import Path
from engine.inputs.run import resolve
from engine.run.start import run
settings = {"n_paths": int(sys.argv[1]), "backend": "numba"}
result = run(resolve(settings, {}, None), lambda *_: None, lambda *_: None)
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())  # getrusage counts the parent's too
print(int(peak[1]) // 1024)
"""


@pytest.mark.slow
def test_ten_million_paths_take_the_memory_of_one_million(root):
    peaks = []
    for n_paths in (10**6, 10**7):
        done = subprocess.run(
            [sys.executable, "-c", LARGE, str(n_paths)], capture_output=True, text=True, check=True, cwd=root
        )
        peaks.append(int(done.stdout))  # MiB
    assert max(peaks) < 1024
    assert peaks[1] - peaks[0] < 150  # tails of 1 and 2.5 % of the paths, eight bytes each, three rows
