"""`unwind scenario replay` and `sectors`: what happened against a scenario, and the advice to rotate."""

import json

import pytest


@pytest.mark.slow
def test_august_2024_lies_within_flights_law(unwind, shared):
    history = shared / "data" / "history.csv"
    words = ("scenario", "replay", "flight-2024", history, "--event", "august-2024", "--paths", 20_000, "--json")
    done = unwind(*words)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["start"], found["end"], found["n_days"]) == ("2024-07-22", "2024-08-05", 10)
    by_name = {row["factor"]: row for row in found["factors"]}
    assert by_name["USDJPY"]["realised"] == pytest.approx(-0.0873, abs=0.0005)  # data/README.md: -8.7 %
    assert found["farther"] == pytest.approx(0.031, abs=0.006)  # se 0.0012
    dates = ("--from", "2024-07-22", "--to", "2024-08-05")
    shown = unwind("scenario", "replay", "flight-2024", history, *dates, "--paths", 1000)
    assert shown.returncode == 0, shown.stderr
    assert "flight-2024: from 2024-07-22 to 2024-08-05, 10 business days, 1,000 paths" in shown.stdout
    assert "-8.7 %" in shown.stdout


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--event", "august-2023"), "did you mean 'august-2024'"),
        (("--event", "august-2024", "--from", "2024-07-22"), "--event has its own dates"),
        (("--from", "2024-07-22"), "--from and --to must both be given"),
        (("--event", "august-2024", "--paths", "10"), "--paths: must be a whole number from 1000"),
    ],
)
def test_dates_that_do_not_fit_are_refused_in_words(unwind, tmp_path, words, named):
    done = unwind("scenario", "replay", "base", tmp_path / "no.csv", *words)
    assert done.returncode == 2
    assert named in done.stderr


@pytest.mark.slow
def test_sectors_are_compared_by_the_regime_in_which_paths_end(unwind):
    done = unwind("scenario", "sectors", "--betas", "theory", "--betas", "empirical", "--paths", 5000, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    over = {(row["regime"], row["betas"]): row["over_technology"] for row in found["returns"] if row["sector"] == "XLU"}
    assert over["FLIGHT", "theory"] < 0.0 < over["FLIGHT", "empirical"]  # docs/how-to/equities.md: -1.40 and +0.37 %
    shown = unwind("scenario", "sectors", "--betas", "theory", "--paths", 1000)
    assert "over technology" in shown.stdout
    refused = unwind("scenario", "sectors", "--simulated", "--paths", 1000)
    assert refused.returncode == 2
    assert "the market has no factor XLK, XLU, XLP" in refused.stderr
