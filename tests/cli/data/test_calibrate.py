import numpy as np
import pandas as pd
import pytest

from engine.inputs.market.load import bundled_market_path, load_market


@pytest.fixture(scope="module")
def tidy(tmp_path_factory):
    """A history of made-up levels with the columns of the bundled market, as a tidy table."""
    rng, n = np.random.default_rng(0), 2300
    days = pd.bdate_range("2002-01-01", periods=n, name="date")
    tenors = {"jgb": (1, 2, 5, 7, 10, 20, 30, 40), "ust": (1, 2, 5, 7, 10, 20, 30)}
    names = [*(f"{curve}_{years}y" for curve, own in tenors.items() for years in own), "ust_3m"]
    common = rng.standard_normal((n, 1))
    moves = 0.02 * (rng.standard_normal((n, len(names))) + common)
    table = pd.DataFrame(np.round(3.0 + 0.2 * moves.cumsum(axis=0), 3), index=days, columns=names)
    table["usdjpy"] = np.round(110.0 * np.exp(0.005 * rng.standard_normal(n).cumsum()), 2)
    path = tmp_path_factory.mktemp("history") / "history.csv"
    table.to_csv(path)
    return path, days


def test_a_market_and_its_law_are_written_and_run(unwind, tidy, tmp_path):
    path, days = tidy
    day = days[-1].date().isoformat()
    done = unwind("calibrate", path, "--date", day, "--out", tmp_path / "made")
    assert done.returncode == 0, done.stderr
    assert sorted(each.name for each in (tmp_path / "made").iterdir()) == [
        f"{day}.{end}" for end in ("moves.npy", "rows.npy", "toml")
    ]
    assert f"Law of {day}: 2,299 changes between joint dates" in done.stdout
    assert "USDJPY_VOL" in done.stdout
    assert "the spreads of TONA" in done.stderr
    market = load_market(tmp_path / "made" / f"{day}.toml")
    assert market.filtered.rows.shape == (1000, 17)
    assert market.filtered.given["USDJPY_VOL"].loadings == {"USDJPY": -0.3}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--date", "2031-01-01"], "2031-01-01"),
        (["--date", "2005-01-03"], "needs 2,120 changes between joint dates"),
        (["--date", "yesterday"], "--date"),
    ],
)
def test_what_cannot_be_calibrated_is_refused_by_name(unwind, tidy, tmp_path, options, message):
    done = unwind("calibrate", tidy[0], *options, "--out", tmp_path / "made", "--window-start", "2003-01-01")
    assert done.returncode == 2
    assert message in done.stderr
    assert not (tmp_path / "made").exists()


def test_it_is_said_which_run_is_exact_and_which_error_is_the_tables(unwind):
    one = unwind("run", "--scenario", "filtered", "--horizon-days", "1", "--backend", "numba")
    assert one.returncode == 0, one.stderr
    assert "equally likely moves, each valued: nothing is drawn" in one.stdout
    assert " exact ±" in one.stdout
    assert "±: one standard error of the law's table of past days" in one.stdout
    assert "filtered is exact: each of its 64,000 equally likely moves is valued" in one.stderr
    ten = unwind("run", "--scenario", "filtered", "--paths", "16384", "--backend", "numba")
    assert "16,384 paths, daily steps, seed 1" in ten.stdout
    assert ten.stdout.count("±") > 24  # two errors to a figure
    assert load_market(bundled_market_path()).filtered is not None
