"""`unwind hedge`: its tables and what it says of them."""

import json
from pathlib import Path

import pytest

from cli.analysis.hedge import hedge
from engine.errors import InputError

BOOK = "position_id,kind,currency,notional,coupon,maturity\nU,UST,USD,30000000,0.0425,2035-05-15\n"
HEDGES = (
    "position_id,book,kind,currency,notional,coupon,maturity,start_date,rate,cost,most\n"
    "BOND,SELL,UST,USD,-1000000,0.03875,2030-04-30,,,50,90\n"
    "CASH,SELL,DEPOSIT,USD,1000000,,2025-08-28,2025-05-28,0.0433,0,90\n"
)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    path = tmp_path_factory.mktemp("hedge")
    (path / "books.csv").write_text(BOOK)
    (path / "hedges.csv").write_text(HEDGES)
    return path


def settings(files, *scenarios):
    return {"book": [files / "books.csv"], "scenario": list(scenarios), "paths": "1000", "backend": "numba"}


def test_the_tables_and_words_say_mix_score_optimism_regret_worst_and_sign(files, capsys):
    hedge([files / "hedges.csv"], **settings(files, "base", "august-2024", "april-2025"))
    out = " ".join(capsys.readouterr().out.split())
    assert "Hedges for the least ES 99 % of base over 10 business days from 2025-05-28" in out
    assert "The mix on 1,000 fresh paths, seed 2" in out
    for said in ("in sample less out of sample", "Against no hedge", "Against the best single hedge", "Worst place"):
        assert said in out
    assert "less in april-2025 and more in august-2024: SELL" in out
    for said in ("UST -1,000,000 USD + DEPOSIT 1,000,000 USD", "90", "Each hedge of the mix alone"):
        assert said in out
    assert "planes" not in out


def test_json_alone_is_on_stdout(files, capsys):
    hedge([files / "hedges.csv"], fractional=True, as_json=True, **settings(files, "base"))
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["is_whole"], found["lines"][0]["name"]) == (1, False, "SELL")


def test_settings_stand_beside_the_hedges_and_their_confidence_counts(files, capsys):
    run = 'scenario = "base"\npaths = 1000\nbackend = "numba"\nconfidence = 0.95\nbook = "books.csv"\n'
    (files / "RUN.toml").write_text(run)
    hedge([files / "RUN.toml", files / "hedges.csv"], as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert (found["confidence"], found["n_paths"], [each["scenario"] for each in found["scenarios"]]) == (
        0.95,
        1000,
        ["base"],
    )
    with pytest.raises(InputError, match=r"one file of hedges is taken, got a\.csv, b\.csv; give one"):
        hedge([Path("a.csv"), Path("b.csv")])


def test_a_hedge_at_its_most_and_one_whose_basis_risk_is_in_no_figure_are_said(files, capsys):
    """Three lots are little beside bonds of 50 bn, so that all are taken."""
    (files / "long.csv").write_text(
        "position_id,kind,currency,notional,coupon,maturity\nJ,JGB,JPY,50000000000,0.023,2054-12-20\n"
    )
    (files / "swap.csv").write_text(
        "position_id,kind,currency,notional,maturity,start_date,rate,cost,most\n"
        "PAY,OIS,JPY,-1000000000,2055-06-02,2025-06-02,0.0212,1000,3\n"
    )
    hedge([files / "swap.csv"], **settings(files, "base") | {"book": [files / "long.csv"]})
    said = capsys.readouterr()
    out = " ".join(said.out.split())
    assert "PAY 3 3, at its most" in out
    assert "More than half of the DV01 of PAY is on a curve spread that no factor moves: its basis risk is in no" in out
    assert "spreads of TONA over JGB: no factor moves them" in said.err
