"""`unwind data`: histories in, market files out."""

import pytest

HEADER = "date,jgb_10y,ust_10y,usdjpy\n"


@pytest.fixture
def history(tmp_path):
    path = tmp_path / "history.csv"
    path.write_text(HEADER + "2025-05-27,1.5,4.4,144.0\n2025-05-28,1.531,4.47,145.04\n", encoding="utf-8")
    return path


def test_check_lists_series_and_says_where_values_are_wrong(unwind, history):
    done = unwind("data", "check", history)
    assert done.returncode == 0, done.stderr
    jgb = next(line.split() for line in done.stdout.splitlines() if line.startswith("JGB_10Y"))
    assert jgb == ["JGB_10Y", "2025-05-27", "2025-05-28", "2", "0", "+3.1", "bp", "2025-05-28"]
    history.write_text(HEADER + "2025-05-28,1.5x,4.47,145.04\n", encoding="utf-8")
    done = unwind("data", "check", history)
    assert (done.returncode, done.stdout) == (2, "")
    assert "line 2" in done.stderr
    assert "1.5x" in done.stderr


def test_build_refuses_before_it_writes(unwind, history, tmp_path):
    out = tmp_path / "markets"
    short = unwind("data", "build", history, "--from", "2025-05-28", "--out", out)
    assert short.returncode == 2
    assert "JGB_1Y lies outside the tenors published" in short.stderr  # the bundled market has that factor
    none = unwind("data", "build", history, "--from", "2025-05-31", "--out", out)
    assert "no day from 2025-05-31 to 2025-05-31 has all levels" in none.stderr
    late = unwind("data", "build", history, "--from", "2025-05-28", "--out", out, "--window-start", "2025-05-28")
    assert "--window-start 2025-05-28 must lie before the first valuation date, 2025-05-28" in late.stderr
    day = unwind("data", "build", history, "--from", "26/05/2025", "--out", out)
    assert day.returncode == 2
    assert "error: --from: must be a date, YYYY-MM-DD, such as 2025-05-28, got '26/05/2025'" in day.stderr
    assert not out.exists()


def test_build_writes_a_file_a_date_and_names_the_holiday(unwind, shared, tmp_path):
    history, out = shared / "data" / "history.csv", tmp_path / "markets"
    done = unwind("data", "build", history, "--from", "2025-05-23", "--to", "2025-05-27", "--out", out)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in out.iterdir()) == ["2025-05-23.toml", "2025-05-27.toml"]
    assert "2025-05-26, Monday: the history has no UST yields and no USDJPY" in done.stderr
    assert "the spreads of TONA" in done.stderr
    checked = unwind("scenario", "check", "mixture", "--market", out / "2025-05-23.toml")
    assert checked.returncode == 0, checked.stderr
    assert "repaired" in checked.stderr
