"""A scenario's own rows in a market's law: its vols and leads of the day, the rows' residuals and no others."""

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import InputError
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.law.law import law_of
from engine.law.past.own_rows import columns_of
from engine.mechanisms.rows import PastRow
from engine.mechanisms.unwind import Unwind
from engine.run.walk import walk_of
from engine.scenario.apply import apply
from kernels.numpy.backend import NumpyBackend

MARKET = load_market(bundled_market_path())
STATE = MARKET.filtered
FLIGHT = load_scenario("flight-2024").unwind.rows


def market_s_own(n):
    """The last n rows of the market's law as rows of a scenario."""
    return tuple(
        PastRow(
            date=str(np.datetime64("2020-01-01") + np.timedelta64(k, "D")),
            residuals=tuple(zip(STATE.factors, row, strict=True)),
        )
        for k, row in enumerate(STATE.rows[-n:].tolist())
    )


def test_the_market_s_own_rows_are_its_law_to_the_bit_but_for_vols_that_stay():
    one, other = (law_of(MARKET, 10, 10, each) for each in (Unwind(law="filtered", rows=market_s_own(1000)),
                                                            Unwind(law="filtered")))  # fmt: skip
    assert one.rows.speed.tolist() == [1.0] * 4
    assert replace(one, rows=replace(one.rows, speed=other.rows.speed)).key() == other.key()


@pytest.mark.parametrize("name", ["flight-2024", "repatriation-2025"])
def test_variances_stay_those_of_the_date_however_long_the_horizon(name):
    """Days of a crisis over and over: averages that went along would double within a week, again and again."""
    walk = walk_of(load_scenario(name), MARKET, n_days=60, seed=1, backend=NumpyBackend())
    dollar = np.log(walk.levels(np.arange(1_000, dtype=np.uint64))[:, walk.series.index("USDJPY")])
    first, last = np.ptp(dollar[9], axis=0), np.ptp(dollar[59], axis=0)
    assert last / first == pytest.approx(np.sqrt(6.0), rel=0.25)  # ranges of 1,000 paths, to a tenth or so
    assert last < 0.7


def test_rows_change_nothing_but_the_table():
    own, plain = (law_of(MARKET, 10, 10, Unwind(law="filtered", rows=rows)).rows for rows in (FLIGHT, ()))
    assert own.residuals.shape == (22, 18)
    assert own.residuals[:, :17] == pytest.approx(np.array([[size for _, size in row.residuals] for row in FLIGHT]))
    for name in ("weekday_move", "variance", "lead", "last_residual", "own_normal", "root_span"):
        assert getattr(own, name).tobytes() == getattr(plain, name).tobytes(), name


def test_a_column_that_rows_do_not_name_moves_by_its_regression_and_noise():
    few = tuple(replace(row, residuals=tuple(each for each in row.residuals if each[0] != "JGB_40Y")) for row in FLIGHT)
    table, noise = columns_of(few, STATE)
    at = STATE.factors.index("JGB_40Y")
    rest = np.delete(np.arange(17), at)
    slopes = np.linalg.solve(STATE.rows[:, rest].T @ STATE.rows[:, rest], STATE.rows[:, rest].T @ STATE.rows[:, at])
    assert table[:, at] == pytest.approx(table[:, rest] @ slopes)
    left = STATE.rows[:, at] - STATE.rows[:, rest] @ slopes
    assert noise[at] == pytest.approx(np.sqrt((left**2).mean()))
    assert not np.delete(noise, at).any()
    law = law_of(MARKET, 10, 10, Unwind(law="filtered", rows=few)).rows
    assert law.own_normal[at] == noise[at]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('law = "filtered-regimes"\nrows = [{ date = "2024-08-05", residuals = { USDJPY = -3.0 } }]',
         "rows are drawn by law = 'filtered', got 'filtered-regimes'"),
        ('law = "filtered"\nrows = [{ date = "2024-8-5", residuals = { USDJPY = -3.0 } }]',
         "must be a date as 2024-08-05, got '2024-8-5'"),
        ('law = "filtered"\nrows = [{ date = "2024-08-05", residuals = { USDJPY = -30.0 } }]', "lie in [-10, 10]"),
        ('law = "filtered"\nrows = [{ date = "2024-08-05", residuals = { USDJPY = -3.0 } }, '
         '{ date = "2024-08-06", residuals = { UST_2Y = 1.0 } }]', "UST_2Y is not in the other rows, and USDJPY is"),
        ('law = "filtered"\nrows = [{ date = "2024-08-05", residuals = { USDJPY = -3.0 } }]',
         "JGB_10Y, JGB_30Y, UST_2Y, UST_10Y lead others in the market's [law]: give their residuals"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_in_words(tmp_path, text, said):
    path = tmp_path / "mine.toml"
    path.write_text(f'title = "t"\ndescription = "d"\nsource = "s"\n{text}\n', encoding="utf-8")
    with pytest.raises(InputError) as refusal:
        apply(load_scenario(str(path)), MARKET)
    assert said in str(refusal.value)


def _flight(tmp_path, change):
    """The rows of flight-2024 as a user's file, with a change of its text."""
    lines = ['title = "t"\ndescription = "d"\nsource = "s"\nlaw = "filtered"\n']
    for row in FLIGHT:
        sizes = ", ".join(f"{name} = {size!r}" for name, size in row.residuals)
        lines.append(f'[[rows]]\ndate = "{row.date}"\nresiduals = {{ {sizes} }}\n')
    path = tmp_path / "mine.toml"
    path.write_text(change("".join(lines)), encoding="utf-8")
    with pytest.raises(InputError) as refusal:
        apply(load_scenario(str(path)), MARKET)
    return str(refusal.value).splitlines()


def test_a_typo_in_the_first_row_is_one_error_with_the_word_that_is_meant(tmp_path):
    (line,) = _flight(tmp_path, lambda text: text.replace("USDJPY", "USDJYP", 1))
    assert "line 7, rows[1].residuals: all rows name the same factors: USDJYP is not in the other rows" in line
    assert line.endswith("and USDJPY is missing; did you mean 'USDJPY'?")


def test_a_typo_in_every_row_is_named_once(tmp_path):
    lines = _flight(tmp_path, lambda text: text.replace("JGB_40Y", "JGB_4OY"))
    (line,) = [line for line in lines if "no factor matches" in line]
    assert "'JGB_4OY', here and in 21 more places; did you mean 'JGB_40Y'?" in line
