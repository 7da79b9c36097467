"""`unwind simulate` as a user runs it."""

import json

import pyarrow.parquet as pq
import pytest

from engine.scenario.default_scenario import DEFAULT_SCENARIO


def test_quantiles_and_regimes_of_the_last_day_and_files_of_all(unwind, tmp_path):
    files = {"--out": tmp_path / "q.parquet", "--paths-out": tmp_path / "p.parquet"}
    options = ["--backend", "numba", *(word for pair in files.items() for word in pair)]
    done = unwind("simulate", "--scenario", "bench/three-regimes.toml", "--paths", 500, "--days", 3, *options)
    assert done.returncode == 0, done.stderr
    assert "three-regimes: quantiles after 3 business days, on 2025-06-02" in done.stdout
    row = next(line for line in done.stdout.splitlines() if line.startswith("USDJPY "))
    assert row.split()[1] == "145.04"
    assert "REPATRIATION" in done.stdout
    assert "Rates are zero rates, continuously compounded, not par yields." in done.stdout
    assert pq.read_metadata(files["--paths-out"]).num_rows == 1500
    assert pq.read_metadata(files["--out"]).num_rows == 3 * 26


@pytest.mark.slow
def test_a_path_alone_is_that_of_the_file(unwind, tmp_path):
    out = tmp_path / "p.parquet"
    common = ("--days", 2, "--backend", "numba", "--seed", 7)
    unwind("simulate", "--paths", 100, "--first-path", 12_300, "--paths-out", out, *common)
    done = unwind("simulate", "--path", 12_345, "--json", *common)
    rows = pq.read_table(out).to_pandas()
    said = json.loads(done.stdout)
    assert (said["first_path"], said["n_paths"]) == (12_345, 1)
    assert said["levels"]["USDJPY"] == rows.loc[rows["path"] == 12_345, "USDJPY"].tolist()


def test_without_a_scenario_it_is_that_of_a_run(unwind):
    done = unwind("simulate", "--paths", 100, "--days", 2, "--backend", "numba")
    assert done.stdout.startswith(f"{DEFAULT_SCENARIO}: quantiles after 2 business days")


def test_plain_history_is_all_of_its_windows(unwind):
    done = unwind("simulate", "--scenario", "historical", "--days", 2, "--paths", 1000, "--backend", "numba")
    assert done.returncode == 0, done.stderr
    assert "historical is exact: all of its 500 equally likely paths, none drawn" in done.stderr
    assert "all 500 equally likely paths of past days, none drawn, numba float64" in done.stdout


@pytest.mark.parametrize(("options", "message"), [
    (("--quantiles", "5"), "5 % is 0.05"),
    (("--path", 1, "--out", "x.parquet"), "--path prints one path"),
    (("--path", -1), "error: --path: must be a whole number from 0 to 1,000,000,000,000, got '-1'"),
    (("--first-path", "1.5"), "error: --first-path: must be a whole number from 0"),
    (("--form", "tall"), "--form must be one of long, wide"),
])  # fmt: skip
def test_what_cannot_be_done_is_refused(unwind, options, message):
    done = unwind("simulate", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
