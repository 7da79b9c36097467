"""Markets of dates from a history that passes its gate: levels, indices, what was accepted, what is told."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from engine.calibration.dated_markets import calibrated_market, markets_of_dates
from engine.errors import InputError
from engine.inputs.history.load import History, load_history
from engine.inputs.market.dated_files import write_dated_markets
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.market.text import market_text
from tests.engine.inputs.history.histories import made_table, written

BUNDLED = load_market(bundled_market_path())
START, DAY, EVE = date(2024, 6, 3), date(2025, 5, 30), date(2025, 5, 29)


@pytest.fixture
def made(tmp_path):
    def run(table, first=DAY, last=DAY, like=BUNDLED, accepted=()):
        history = load_history([written(table, tmp_path / "history.csv")])
        return markets_of_dates(history, first, last, like=like, window_start=START, accepted=accepted)

    return run


def test_an_index_of_the_history_is_a_level_and_leaves_the_others_laws(made):
    table = made_table()
    (market,) = made(table).markets
    (without,) = made(table.drop(columns="nikkei225")).markets
    assert [factor.name for factor in market.factors] == [*(f.name for f in BUNDLED.factors), "NIKKEI225"]
    assert market.levels["NIKKEI225"] == float(table["nikkei225"].iloc[-1])
    assert market.factors[-1].currency == "JPY"
    assert market.sources["NIKKEI225"] == "Nikkei Inc.: close of the Nikkei 225, 2025-05-30"
    n = len(BUNDLED.factors)
    np.testing.assert_array_equal(market.vols[:n], without.vols)
    np.testing.assert_array_equal(market.correlation[:n, :n], without.correlation)
    moves = np.diff(np.log(table["nikkei225"].astype(float)))
    assert market.vols[-1] == pytest.approx(moves.std(ddof=1) * np.sqrt(252.0), abs=1e-8)  # rounded to 8 decimals


def test_a_pattern_with_an_index_takes_it_from_the_history(made):
    (pattern,) = made(made_table()).markets
    (market,) = made(made_table(), EVE, EVE, like=pattern).markets
    assert market.factors == pattern.factors
    assert market.levels["NIKKEI225"] == float(made_table()["nikkei225"].iloc[-2])


def test_an_index_without_a_close_on_the_date_is_left_out_and_told(made):
    table = made_table()
    table.loc["2025-05-30", "nikkei225"] = ""
    found = made(table, EVE, DAY)
    assert ["NIKKEI225" in market.levels for market in found.markets] == [True, False]
    assert "2025-05-30: no NIKKEI225 in the market: not published on it, or on few dates of the window" in found.notes


def test_the_window_and_the_age_of_what_is_carried_are_told(made):
    found = made(made_table(), EVE, DAY)
    wanted = "are of the window from 2024-06-03 to each date, 2025-05-29 to 2025-05-30: 1.0 years"
    assert found.window_words() == f"vols and correlations, for normal moves, {wanted}"
    assert found.law_words() == "no market has a law of past days"
    assert all("needs 2,120 changes" in market.no_filtered for market in found.markets)
    assert any(
        note.startswith("2025-05-29: no law of past days in the market: the filtered law of") for note in found.notes
    )
    assert any(
        "are those of 2025-05-28, 2 days before 2025-05-30: the history has none" in each for each in found.notes
    )


def test_what_was_accepted_stands_in_the_market_of_its_window(made, tmp_path):
    table = made_table()
    table.loc["2025-05-30", "ust_3m"] = "0.41"
    with pytest.raises(InputError, match=r"history.csv: line 261: UST_3M on 2025-05-30: 0.41 %, but .* --accept"):
        made(table)
    found = made(table, EVE, DAY, accepted=["2025-05-30:UST_3M"])
    eve, day = found.markets
    assert "accepted" not in eve.calibration
    assert "; accepted by name: 2025-05-30:UST_3M (0.41 %, but " in day.calibration
    assert any(note.startswith("accepted: ") for note in found.notes)
    (path,) = write_dated_markets([day], tmp_path)
    assert "accepted by name: 2025-05-30:UST_3M" in load_market(path).calibration


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("usdjpy", "no USDJPY, which the market of 2025-05-28 has; it has JGB, UST, NIKKEI225; add the file (USDJPY: "
         "FRED's series DEXJPUS), or give another market by --like"),
        ("ust_", "(UST: the Treasury's daily-treasury-rates-YYYY.csv, or FRED's DGS series)"),
        ("jgb_", "(JGB: the Ministry of Finance's jgbcme_all.csv and jgbcme.csv)"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("has_factor", [True, False])
def test_a_file_that_was_forgotten_is_named(made, columns, words, has_factor):
    table = made_table()
    without = table.drop(columns=[name for name in table if name.startswith(columns)])
    kept = [i for i, factor in enumerate(BUNDLED.factors) if has_factor or not factor.name.startswith("USDJPY")]
    like = replace(
        BUNDLED,
        factors=tuple(BUNDLED.factors[i] for i in kept),
        correlation=BUNDLED.correlation[np.ix_(kept, kept)],
        **{name: getattr(BUNDLED, name)[kept] for name in ("vols", "kappas", "thetas", "mus")},
    )
    with pytest.raises(InputError) as refused:
        made(without, like=like)
    assert words in str(refused.value)


def test_dates_in_the_wrong_order_are_refused(made):
    with pytest.raises(InputError, match="the first valuation date, 2025-05-30, lies after the last, 2025-05-29"):
        made(made_table(), DAY, EVE)
    with pytest.raises(InputError, match="--window-start 2024-06-03 must lie before the first valuation date"):
        made(made_table(), START, START)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        (
            "ust_3m",
            "0.43",
            "UST_3M on 2025-04-25: 0.43 %, but 4.32 % before and 4.32 % after: -389.0 bp there and back",
        ),
        ("jgb_10y", "3.311", "JGB_10Y on 2025-04-25: 3.311 %, but 1.328 % before and 1.329 % after: +198.2 bp there"),
        ("ust_10y", "42.9", "UST_10Y on 2025-04-25: 42.9 %, but from -1.5 % to 30 % is sane"),
        ("usdjpy", "1.4364", "USDJPY on 2025-04-25: 1.4364, but from 20 to 1000 is sane"),
        (None, None, "UST on 2022-01-03: no yield above 0.0602 % on any date and no tenor's vol above 1.3 bp a year"),
    ],
)
def test_the_published_history_with_a_slip_is_refused_and_without_it_gives_the_right_law(
    shared, tmp_path, column, value, said
):
    rows = [line.split(",") for line in (shared / "data" / "history.csv").read_text("utf-8").splitlines()]
    head, rows = rows[0], [row for row in rows[1:] if row[0] >= "2021-12-01"]
    day, start = date(2025, 5, 28), date(2022, 1, 1)

    def build():
        text = "".join(f"{','.join(row)}\n" for row in (head, *rows))
        (tmp_path / "history.csv").write_text(text, encoding="utf-8")
        history = load_history([tmp_path / "history.csv"])
        return markets_of_dates(history, day, day, like=BUNDLED, window_start=start).markets[0]

    if column == "ust_3m":  # once: the law of the unchanged history, which is the bundled one
        market = build()
        names = [factor.name for factor in market.factors]
        assert market.vols[names.index("UST_3M")] == pytest.approx(0.00636351, abs=1e-8)
        assert market.vols[names.index("JGB_10Y")] == pytest.approx(0.00415613, abs=1e-8)
        assert market.correlation[names.index("JGB_10Y"), names.index("JGB_7Y")] == pytest.approx(0.915, abs=5e-4)
    for row in rows:
        if column is None:
            row[:] = [
                f"{float(x) / 100:.6f}" if x and h[:3] in ("jgb", "ust") else x for h, x in zip(head, row, strict=True)
            ]
        elif row[0] == "2025-04-25":
            row[head.index(column)] = value
    with pytest.raises(InputError) as refused:
        build()
    line = next(i for i, row in enumerate(rows, start=2) if row[0] == said.split(" on ")[1][:10])
    assert f"history.csv: line {line}: {said}" in str(refused.value)


@pytest.fixture(scope="module")
def whole(shared):
    return load_history([shared / "data" / "history.csv"])


@pytest.mark.slow
def test_a_range_of_dates_has_the_markets_that_each_date_has_alone(whole):
    """To the bit, law and vols, though the later dates' rows are in the history of the first."""
    first, last = date(2024, 7, 16), date(2024, 7, 18)
    found = markets_of_dates(whole, first, last, like=BUNDLED)
    assert [market.valuation_date.day for market in found.markets] == [16, 17, 18]
    words = found.law_words()
    assert (
        "vols of the day are of 2002-01-07 to each date, 2024-07-16 to 2024-07-18: their four averages forget" in words
    )
    assert "half in 3.11, 11.2, 34.3 and 693 joint dates; rows are of the last 1,000" in words
    for market in found.markets:
        day = market.valuation_date
        cut = History(values=whole.values.loc[: str(day)], files=whole.files)
        (alone,) = calibrated_market(cut, day, like=BUNDLED).markets
        assert market_text(market) == market_text(alone)
        for name in ("rows", "moves", "averages", "gamma", "gamma_se"):
            assert getattr(market.filtered, name).tobytes() == getattr(alone.filtered, name).tobytes()


def test_a_date_without_a_law_is_refused_where_one_is_wanted(made, tmp_path):
    history = load_history([written(made_table(), tmp_path / "history.csv")])
    with pytest.raises(InputError, match="needs 2,120 changes between joint dates, and the history has 259"):
        calibrated_market(history, DAY, like=BUNDLED, window_start=START)


def test_what_is_doubted_before_the_window_is_refused_for_the_law(whole):
    values = whole.values.copy()
    values.loc["2010-06-15", "UST_10Y"] += 0.02
    doubted = History(values=values, files=whole.files)
    with pytest.raises(InputError, match="UST_10Y on 2010-06-15"):
        calibrated_market(doubted, date(2024, 7, 22), like=BUNDLED)
    (market,) = calibrated_market(doubted, date(2024, 7, 22), like=BUNDLED, law_start=date(2011, 1, 4)).markets
    assert market.filtered.first == date(2011, 1, 5)
