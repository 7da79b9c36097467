import math
import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from engine.calibration.diffusion import Window, build_market
from engine.calibration.given_laws import GivenLaw
from engine.errors import FileFaults, InputError
from engine.inputs.history.load import read_history
from engine.inputs.market.load import (
    bundled_market_names,
    bundled_market_path,
    load_market,
    market_warnings,
    write_market,
)
from engine.market.bootstrap import par_yield
from engine.market.correlation import cholesky

MARKET = """\
schema = 1
valuation_date = 2025-05-28

[curves.JGB]
currency = "JPY"
source = "by hand"
par_yields = { 1Y = 0.00575, 2Y = 0.00753, 10Y = 0.01531 }

[fx]
usdjpy = 145.04
source = "by hand"

[factors]
names = ["JGB_2Y", "JGB_10Y", "USDJPY"]
vols = [0.0025, 0.0042, 0.11]
correlation = [
    [1.0],
    [0.7, 1.0],
    [0.1, 0.2, 1.0],
]

[calibration]
description = "by hand"
"""


@pytest.fixture
def write(tmp_path):
    """A market file with some of its text replaced."""

    def with_changes(*changes: tuple[str, str]):
        text = MARKET
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "market.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return with_changes


def faults(path) -> list[str]:
    with pytest.raises(FileFaults) as caught:
        load_market(path)
    return [str(fault) for fault in caught.value.faults]


def test_previous_closes_are_five_rates_newest_first_or_none(write):
    assert load_market(write()).previous_usdjpy is None
    closes = ("usdjpy = 145.04\n", "usdjpy = 145.04\nprevious_closes = [144.0, 143.0, 142.0, 141.0, 140.0]\n")
    assert load_market(write(closes)).previous_usdjpy == (144.0, 143.0, 142.0, 141.0, 140.0)
    with pytest.raises(FileFaults, match=r"line 11, fx.previous_closes\[2\]: must be yen for one dollar"):
        load_market(write((closes[0], closes[1].replace("143.0", "1.43"))))
    with pytest.raises(FileFaults, match=r"line 11, fx.previous_closes\[5\]: this element is missing"):
        load_market(write((closes[0], closes[1].replace(", 140.0", ""))))


def test_a_market_file_is_read_and_its_curves_bootstrapped(write):
    market = load_market(write())
    assert market.valuation_date == date(2025, 5, 28)
    assert market.usdjpy == 145.04
    assert [factor.name for factor in market.factors] == ["JGB_2Y", "JGB_10Y", "USDJPY"]
    assert np.array_equal(market.correlation, [[1.0, 0.7, 0.1], [0.7, 1.0, 0.2], [0.1, 0.2, 1.0]])
    assert not market.kappas.any()
    assert not market.thetas.any()
    assert not market.mus.any()
    assert par_yield(market.curves["JGB"], 10.0) == pytest.approx(0.01531, abs=1e-12)
    assert market.source == "JGB: by hand; USDJPY: by hand"
    assert market_warnings(market) == ()


def test_whole_rows_mean_the_same_as_a_triangle(write):
    rows = ("[1.0],\n    [0.7, 1.0],\n    [0.1, 0.2, 1.0],", "[1, 0.7, 0.1], [0.7, 1, 0.2], [0.1, 0.2, 1]")
    whole = load_market(write(rows))
    assert np.array_equal(whole.correlation, load_market(write()).correlation)


def test_what_is_written_reads_back_to_the_same_figures(write, tmp_path):
    law = "vols = [0.0025, 0.0042, 0.11]\nkappas = [0.1, 0, 0]\nthetas = [0.01, 0.02, 0]\nmus = [0, 0, -0.03]"
    market = load_market(
        write(
            ("{ 1Y = 0.00575,", '{ 1M = 0.005, "1.5M" = 0.005, 1Y = 0.00575,'),
            ("vols = [0.0025, 0.0042, 0.11]", law),
            ('"by hand"\npar', '"a \\"quoted\\" \\\\ source, 国債"\npar'),
        )
    )
    market = replace(market, vols=market.vols / 3.0, fx={"USD": 435.12 / 3.0})
    path = tmp_path / "written.toml"
    write_market(market, path)
    again = load_market(path)
    for name in ("vols", "correlation", "kappas", "thetas", "mus"):
        assert np.array_equal(getattr(again, name), getattr(market, name)), name
    for name in (
        "valuation_date",
        "fx",
        "factors",
        "source",
        "sources",
        "calibration",
        "levels",
        "previous_usdjpy",
    ):
        assert getattr(again, name) == getattr(market, name), name
    assert np.array_equal(again.par_curves["JGB"].times, market.par_curves["JGB"].times)
    assert np.array_equal(again.curves["JGB"].zero_rates, market.curves["JGB"].zero_rates)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["market.toml", "written.toml"]


def test_a_market_that_cannot_be_written_is_refused(write, tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        write_market(load_market(write()), tmp_path / "absent" / "market.toml")


def test_a_vol_of_zero_is_accepted(write):
    market = load_market(write(("0.11]", "0]")))
    assert market.vols[2] == 0.0
    assert market_warnings(market) == ()


def test_negative_rates_are_accepted(write):
    market = load_market(write(("0.00575", "-0.001"), ("0.00753", "-0.0012"), ("0.01531", "0.002")))
    assert float(market.curves["JGB"].discount(1.0)) > 1.0


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("[0.7, 1.0]", "[1.2, 1.0]", 18, r"JGB_10Y with JGB_2Y must lie in \[-1, 1\], got 1.2"),
        ("[1.0],\n    [0.7, 1.0],\n    [0.1, 0.2, 1.0],", "[1, 0.5, 0],\n    [0.4, 1, 0],\n    [0, 0, 1],", 18,
         "JGB_10Y with JGB_2Y is 0.4 one way and 0.5 the other"),
        ("[0.7, 1.0],\n    [0.1, 0.2, 1.0]", "[0.9, 1.0],\n    [0.7, 0.3, 1.0]", 16,
         r"not positive semidefinite: smallest eigenvalue -7.4e-03; repair_correlation = true in \[factors\]"),
        ("[0.7, 1.0]", "[0.7, 0.9]", 18, "JGB_10Y with itself must be 1, got 0.9"),
        ("    [0.7, 1.0],\n", "", 16, "needs 3 rows of 1, 2, .. 3 values .* got rows of 1, 3"),
        ("0.0042, 0.11]", "-0.1, 0.11]", 15, r"vol of JGB_10Y must be in \[0, 0.2\].* got -0.1"),
        ("0.0042, 0.11]", "42.0, 0.11]", 15, "vol of JGB_10Y .* 0.0062 is 62 bp a year; got 42.0"),
        ("0.0042, 0.11]", "0.0042]", 15, "needs 3 values, one per name, got 2"),
        ("0.0042, 0.11]", "nan, 0.11]", 15, "must be a finite number, got nan"),
        ("{ 1Y = 0.00575, 2Y = 0.00753,", "{ 1Y = 0.00575, 3Y = 0.008, 2Y = 0.00753,", 7,
         "tenors must increase, got 2Y after one of 3 years"),
        ("1Y = 0.00575", "1Y = 0.575", 7, r"par yield must lie in .* 0.0435 is 4.35 %; got 0.575"),
        ("1Y = 0.00575", "1Y = 1e15", 7, r"par yield must lie in .*; got 1000000000000000"),  # no curve is built of it
        ("1Y = 0.00575", "1Z = 0.00575", 7, "tenor must look like"),
        ("2Y = 0.00753", "21M = 0.00753", 7, "a tenor over half a year must be a multiple of it, got 21M"),
        ("145.04", "0.0064", 10, r"yen for one dollar, in \[20, 1000\]; got 0.0064; dollars for one yen\? Then 156.25"),
        ("145.04", "0", 10, r"yen for one dollar, in \[20, 1000\]; got 0"),
        ("145.04", '"145.04"', 10, "must be a number, got '145.04'"),
        ('"JGB_10Y", "USDJPY"]', '"JGB_10Y", "JGB_1Y"]', 14, "USDJPY must be one of the factors"),
        ('"JGB_10Y", "USDJPY"]', '"JGB_2Y", "USDJPY"]', 14, "factor 'JGB_2Y' comes twice"),
        ('"JGB_10Y", "USDJPY"]', '"UST_10Y", "USDJPY"]', 14, "'UST_10Y' needs curve 'UST'; there are JGB"),
        ('"JGB_10Y", "USDJPY"]', '"JGB10Y", "USDJPY"]', 14, "factor must look like"),
        ('"JGB_10Y", "USDJPY"]', '"SPREAD_JGB", "USDJPY"]', 14, "'JGB' is published, derived from no other curve"),
        ("vols =", "kappas = [0.1, 0, 0]\nvols =", 15, "JGB_2Y reverts, so `thetas` must say to which"),
        ("vols =", "kappas = [0, 0, 0.1]\nvols =", 15, "kappa of USDJPY must be 0, a price does not revert; got 0.1"),
        ("vols =", "mus = [0.1, 0, 0]\nvols =", 15, "mu of JGB_2Y must be 0"),
        ("vols =", "thetas = [1.5, 0, 0]\nvols =", 15, "theta of JGB_2Y must be a decimal zero rate; got 1.5"),
        ("vols =", "vol =", 15, "unknown key; did you mean 'vols'"),
        ("schema = 1", "schema = 2", 1, "got 2"),
        ("2025-05-28", '"2025-05-28"', 2, "a date such as 2025-05-28, without quotes"),
        ("curves.JGB", "curves.jgb", 4, "a curve's name is capitals and digits"),
        ('"JPY"', '"YEN"', 5, "must be one of .* got 'YEN'"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_line(write, old, new, line, message):
    found = faults(write((old, new)))
    assert any(fault.startswith(f"line {line}") and re.search(message, fault) for fault in found), found


def test_all_faults_come_at_once(write):
    found = faults(write(("145.04", "0.0064"), ("0.11]", "-0.11]"), ("1Y = 0.00575", "1Y = 5.75"), ("[0.7,", "[-7,")))
    places = [fault.split(":")[0] for fault in found]
    assert places == [
        "line 7, curves.JGB.par_yields.1Y", "line 10, fx.usdjpy", "line 15, factors.vols[3]",
        "line 18, factors.correlation[2][1]",
    ]  # fmt: skip


INDEFINITE = ("[0.7, 1.0],\n    [0.1, 0.2, 1.0]", "[0.9, 1.0],\n    [0.7, 0.3, 1.0]")
REPAIR = ("vols =", "repair_correlation = true\nvols =")


def test_a_correlation_is_repaired_when_asked_and_the_warning_says_by_how_much(write, tmp_path):
    given = np.array([[1.0, 0.9, 0.7], [0.9, 1.0, 0.3], [0.7, 0.3, 1.0]])
    market = load_market(write(INDEFINITE, REPAIR))
    assert np.linalg.eigvalsh(market.correlation)[0] > 0.0
    change = np.abs(market.correlation - given)
    # tests/engine/market/test_correlation.py has this matrix's nearest, from outside; 2e-6: the eigenvalue floor
    assert np.sqrt((change**2).sum()) == pytest.approx(0.009727957, abs=2e-6)
    (warning,) = market_warnings(market)
    assert "market: the correlation was not positive definite (smallest eigenvalue -7.4e-03)" in warning
    assert f"largest change of an entry {change.max():.4f}, Frobenius distance 0.0097" in warning
    write_market(market, tmp_path / "written.toml")
    assert f"# {market.notes[0]}\n" in (tmp_path / "written.toml").read_text(encoding="utf-8")
    again = load_market(tmp_path / "written.toml")
    assert np.array_equal(again.correlation, market.correlation)
    assert market_warnings(again) == ()  # what stands in the file is what is used


def test_a_repair_that_is_not_needed_changes_nothing(write):
    asked = load_market(write(REPAIR))
    assert np.array_equal(asked.correlation, load_market(write()).correlation)
    assert market_warnings(asked) == ()


@pytest.mark.parametrize("name", ["absent.toml", "market.pkl", "."])
def test_what_is_no_market_file_is_refused(tmp_path, name):
    (tmp_path / "market.pkl").write_bytes(b"\x80\x04N.")
    with pytest.raises(FileFaults, match=r"no such file|is a pickle|not a regular file"):
        load_market(tmp_path / name)


def test_what_is_allowed_but_worth_knowing_is_returned(write):
    market = load_market(
        write(
            ("2025-05-28", "2025-05-31"),
            ('"JGB_10Y", "USDJPY"]', '"JGB_30Y", "USDJPY"]'),
            ("[fx]", '[curves.UST]\ncurrency = "USD"\nsource = "by hand"\npar_yields = { 1Y = 0.04 }\n\n[fx]'),
        )
    )
    assert market_warnings(market) == (
        "valuation date 2025-05-31 is a Saturday",
        "JGB_30Y lies outside its curve, 1Y to 10Y: the zero rate is flat there",
        "curve 'UST' has no factor: it does not move",
    )


def test_64_factors_are_accepted_and_65_refused(write):
    def changes(n: int) -> list[tuple[str, str]]:
        names = [f'"JGB_{k}M"' for k in range(1, n)] + ['"USDJPY"']
        rows = [f"[{', '.join('1' if i == j else '0' for j in range(i + 1))}]" for i in range(n)]
        return [
            ('"JGB_2Y", "JGB_10Y", "USDJPY"', ", ".join(names)),
            ("0.0025, 0.0042, 0.11", ", ".join(["0.003"] * n)),
            ("[1.0],\n    [0.7, 1.0],\n    [0.1, 0.2, 1.0]", ", ".join(rows)),
        ]

    assert len(load_market(write(*changes(64))).factors) == 64
    assert "64 elements at most" in faults(write(*changes(65)))[0]


def test_the_bundled_market_holds_the_published_levels():
    market = load_market(bundled_market_path())
    assert bundled_market_names() == ("2025-05-28",)
    assert market.usdjpy == 145.04  # Fed H.10
    jgb, ust = market.par_curves["JGB"], market.par_curves["UST"]
    assert dict(zip(jgb.times.tolist(), jgb.par_yields.tolist(), strict=True))[40.0] == 0.03107  # MoF
    assert dict(zip(ust.times.tolist(), ust.par_yields.tolist(), strict=True))[10.0] == 0.0447  # Treasury
    assert (jgb.times.size, ust.times.size) == (15, 14)
    assert len(market.factors) == 18
    assert [factor.name for factor in market.factors[16:]] == ["USDJPY", "USDJPY_VOL"]  # new ones come last
    assert np.isfinite(cholesky(market.correlation)).all()
    assert market_warnings(market) == ()
    assert "2022-01-01..2025-05-28" in market.calibration
    for name, par in market.par_curves.items():
        for time, published in zip(par.times.tolist(), par.par_yields.tolist(), strict=True):
            assert abs(par_yield(market.curves[name], time) - published) < 1e-12


def test_a_bundled_market_that_is_not_there_is_refused():
    with pytest.raises(InputError, match="no bundled market '2024-08-05'; there are: 2025-05-28"):
        bundled_market_path("2024-08-05")


def test_the_bundled_market_is_rebuilt_from_the_publishers_files(shared, tmp_path):
    raw = shared / "data" / "raw"
    bundled = load_market(bundled_market_path())
    files = [raw / "mof" / "jgbcme_all.csv", *sorted((raw / "treasury").iterdir())]
    history = read_history([*files, raw / "fred_csv" / "DEXJPUS_2020-08_2025-08.csv"])
    window = Window(start=date(2022, 1, 1), end=date(2025, 5, 28))
    law = GivenLaw(
        vol=0.55,
        correlations={"USDJPY": -0.3},
        kappa=2.0,
        theta=math.log(0.124),
        source=bundled.calibration.rpartition("what this implies: ")[2],
    )
    built = build_market(
        history,
        date(2025, 5, 28),
        bundled.factors,
        window,
        bundled.sources,
        given_laws={"USDJPY_VOL": law},
        spreads=bundled.spreads,
        fx_vols=bundled.fx_vols,
    )
    write_market(built, tmp_path / "m.toml")
    rebuilt = load_market(tmp_path / "m.toml")
    # vols are rounded to 8 decimals, correlations to 6: a last bit may tip one of them over
    assert np.abs(rebuilt.vols - bundled.vols).max() < 1.5e-8
    assert np.abs(rebuilt.correlation - bundled.correlation).max() < 1.5e-6
    for name, par in bundled.par_curves.items():
        assert np.array_equal(rebuilt.par_curves[name].par_yields, par.par_yields)
    assert (rebuilt.usdjpy, rebuilt.calibration) == (bundled.usdjpy, bundled.calibration)
    assert rebuilt.previous_usdjpy == bundled.previous_usdjpy
    assert np.array_equal(rebuilt.thetas, bundled.thetas)
    assert rebuilt.curves.keys() == bundled.curves.keys()


def test_the_bundled_assumptions_are_what_they_say():
    market = load_market(bundled_market_path())
    tona, sofr = market.curves["TONA"], market.curves["SOFR"]
    assert float(tona.zero_rate(1 / 12)) == pytest.approx(0.0050, abs=1e-4)  # policy rate of 0.50 % since January 2025
    assert float(sofr.zero_rate(1 / 12)) == pytest.approx(0.0433 * 365 / 360, abs=1e-4)  # FRED SOFR, 2025-05-28
    unsourced = [market.spreads["TONA"], market.fx_vols["USDJPY"]]
    assert all(each.source.startswith("assumption") for each in unsourced)


def test_factors_that_are_appended_leave_the_draws_of_the_others_as_they_were():
    correlation = load_market(bundled_market_path()).correlation
    np.testing.assert_array_equal(cholesky(correlation)[:17, :17], cholesky(correlation[:17, :17]))


OPTIONS = """\
[spreads.TONA]
parent = "JGB"
source = "by hand"
zero_spreads = { 1M = -0.0007, 10Y = -0.003 }

[spreads.XCCY_JPY]
parent = "TONA"
source = "by hand"
zero_spreads = { 5Y = -0.005 }

[spreads.SOFR]
parent = "UST"
source = "by hand"
zero_spreads = { 5Y = -0.001 }

[curves.UST]
currency = "USD"
source = "by hand"
par_yields = { 1Y = 0.04, 10Y = 0.045 }

[levels.SPX]
level = 5000.0
currency = "USD"
source = "made up"

[fx_vols.USDJPY]
delta = "spot-premium-adjusted"
domestic = "XCCY_JPY"
foreign = "SOFR"
reference = "1M"
source = "made up"

[fx_vols.USDJPY.quotes]
1W = { atm = 0.12, risk_reversal_25d = -0.01, butterfly_25d = 0.002 }
1M = { atm = 0.115, risk_reversal_25d = -0.01, butterfly_25d = 0.002, risk_reversal_10d = -0.02, butterfly_10d = 0.007 }
1Y = { strikes = [130.0, 140.0, 150.0], vols = [0.12, 0.11, 0.105] }

[swaption_vols.JPY]
level = 0.006
source = "made up"

[fx]"""
WITH_OPTIONS = (
    ("[fx]", OPTIONS),
    ('"USDJPY"]', '"USDJPY", "TONA_2Y", "SPX", "USDJPY_VOL", "SWAPTION_JPY_VOL", "USDJPY_SKEW"]'),
    (
        "0.11]",
        "0.11, 0.002, 0.2, 0.55, 0.4, 0.15]\nkappas = [0, 0, 0, 0, 0, 2.0, 0, 1]\n"
        "thetas = [0, 0, 0, 0, 0, 0.115, 0, -0.09]",
    ),
    (
        "    [0.1, 0.2, 1.0],",
        "    [0.1, 0.2, 1.0],\n    [0, 0, 0, 1],\n    [0, 0, 0, 0, 1],\n    [0, 0, 0, 0, 0, 1],\n"
        "    [0, 0, 0, 0, 0, 0, 1],\n    [0, 0, 0, 0, 0, 0, 0, 1],",
    ),
)


def test_derived_curves_prices_and_vols_are_read_and_written(write, tmp_path):
    market = load_market(write(*WITH_OPTIONS))
    assert list(market.curves) == ["JGB", "UST", "TONA", "SOFR", "XCCY_JPY"]
    assert market.curves["XCCY_JPY"].currency == "JPY"
    assert market.levels == {"SPX": 5000.0, "USDJPY_VOL": 0.115, "SWAPTION_JPY_VOL": 0.006}
    assert [factor.currency for factor in market.factors] == [None, None, "JPY", None, "USD", None, "JPY", None]
    assert market.thetas[5] == math.log(0.115)
    assert market_warnings(market) == tuple(
        f"curve {name!r} has no factor: it does not move" for name in ("UST", "SOFR")
    )
    path = tmp_path / "written.toml"
    write_market(market, path)
    again = load_market(path)
    assert (again.levels, again.factors, again.sources) == (market.levels, market.factors, market.sources)
    for name, curve in market.curves.items():
        assert np.array_equal(again.curves[name].zero_rates, curve.zero_rates)
    for name in ("times", "atm", "smile", "reach"):
        assert np.array_equal(getattr(again.fx_vols["USDJPY"], name), getattr(market.fx_vols["USDJPY"], name)), name
    assert again.fx_vols["USDJPY"].quotes == market.fx_vols["USDJPY"].quotes
    assert np.array_equal(again.thetas, market.thetas)


def test_vols_that_no_factor_moves_are_told(write):
    still = ('"SPX", "USDJPY_VOL"', '"SPX", "JGB_5Y"')
    assert "the vols of USDJPY do not move: USDJPY_VOL is no factor" in market_warnings(
        load_market(write(*WITH_OPTIONS, still, ("0.55,", "0.004,"), ("0, 0.115, 0", "0, 0.01, 0"), ("2.0, 0", "0, 0")))
    )


def test_a_shocked_market_has_no_quotes_to_write(write, tmp_path):
    market = load_market(write(*WITH_OPTIONS))
    vols = {"USDJPY": replace(market.fx_vols["USDJPY"], quotes=())}
    with pytest.raises(InputError, match="without quotes of USDJPY cannot be written"):
        write_market(replace(market, fx_vols=vols), tmp_path / "written.toml")


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ('parent = "TONA"', 'parent = "SONIA"', "spreads.XCCY_JPY.parent", "JGB, UST, TONA, SOFR; got 'SONIA'"),
        ('parent = "JGB"', 'parent = "XCCY_JPY"', "spreads.TONA.parent", "parents go round in a circle"),
        ("10Y = -0.003 }", "10Y = -0.3 }", "spreads.TONA.zero_spreads.10Y", "-0.005 is -50 bp; got -0.3"),
        ("1M = -0.0007, 10Y", "1M = -0.0007, 1D", "spreads.TONA.zero_spreads.1D", "tenor must look like '1W'"),
        ("[spreads.TONA]", "[spreads.UST]", "spreads.UST", "published and derived; keep one"),
        ("level = 5000.0", "level = -1.0", "levels.SPX.level", "a price above 0 and below 1e12, got -1.0"),
        ("[levels.SPX]", "[levels.NDX]", "levels.NDX", "'NDX' must be one of the factors"),
        ("[levels.SPX]", "[levels.JGB_3Y]", "levels.JGB_3Y", "a name of another kind of factor"),
        ("[levels.SPX]", "[levels.NDX]", r"factors.names\[5\]", "or be declared with its level, got 'SPX'"),
        ("fx_vols.USDJPY", "fx_vols.EURUSD", "fx_vols.EURUSD", r"that the market has a rate of \(JPY, USD\)"),
        ('"XCCY_JPY"\nforeign', '"UST"\nforeign', "fx_vols.USDJPY.domestic", "in JPY, got 'UST', which is in USD"),
        ('"XCCY_JPY"\nforeign', '"TONA"\nforeign', "fx_vols.USDJPY.domestic", "must be 'XCCY_JPY', whose forwards"),
        ('reference = "1M"', 'reference = "2M"', "fx_vols.USDJPY.reference", "1W, 1M, 1Y; got '2M'"),
        ('"spot-premium-adjusted"', '"spot-pa"', "fx_vols.USDJPY.delta", "did you mean 'spot"),
        ("1W = { atm = 0.12,", "1W = { atm = 12.0,", "fx_vols.USDJPY.quotes.1W.atm", "0.11 is 11 %; got 12.0"),
        ("1W = { atm = 0.12,", "1W = { atm = 0.30,", "fx_vols.USDJPY.quotes", "total variance falls from 1W to 1M"),
        ("1W = { atm = 0.12, ", "1W = { ", "fx_vols.USDJPY.quotes.1W", "atm missing; or give `strikes` and `vols`"),
        (", butterfly_10d = 0.007", "", "fx_vols.USDJPY.quotes.1M", "10-delta quotes need both"),
        ("{ strikes", "{ atm = 0.1, strikes", "fx_vols.USDJPY.quotes.1Y", "by delta or by strike, not both"),
        ("140.0, 150.0]", "140.0, 135.0]", r"fx_vols.USDJPY.quotes.1Y.strikes\[3\]", "must increase, got 135.0"),
        ("0.11, 0.105]", "0.11]", "fx_vols.USDJPY.quotes.1Y", "a vol for each; got 3 and 2"),
        ("0.55,", "5.5,", r"factors.vols\[6\]", "0.7 is 70 % a year of the vol itself; got 5.5"),
        ("0, 0.115,", "0, -2.2,", r"factors.thetas\[6\]", "must be a vol, 0.11 for 11 %; got -2.2"),
        ("0, -0.09]", "0, -9.0]", r"factors.thetas\[8\]", "a risk reversal within .*; got -9.0"),
        ("swaption_vols.JPY", "swaption_vols.USD", r"factors.names\[7\]", r"vols, a \[swaption_vols.JPY\] table"),
        ("swaption_vols.JPY", "swaption_vols.USD", "swaption_vols.USD", "'SWAPTION_USD_VOL' must be one"),
        ("level = 0.006", "level = 60.0", "swaption_vols.JPY.level", "0.006 is 60 bp a year; got 60.0"),
        ('"USDJPY_SKEW"]', '"EURUSD_SKEW"]', r"factors.names\[8\]", "needs the vols of 'EURUSD'"),
    ],
)  # fmt: skip
def test_a_fault_of_the_new_tables_is_named_with_its_place(write, old, new, place, message):
    found = faults(write(*WITH_OPTIONS, (old, new)))
    assert any(re.search(rf"^line \d+, {place}: .*{message}", fault) for fault in found), found
