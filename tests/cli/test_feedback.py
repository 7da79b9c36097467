import json
import math
from dataclasses import replace

import pytest

from cli.feedback import show_result, tables
from engine.analysis.feedback import Channel, Decomposition, Feedback, Part, PrivateMonth
from engine.analysis.loop_gain import LoopGain
from engine.analysis.regimes import RegimeResult
from engine.risk.standing import Standing
from engine.risk.uncertainty.study import GainOdds

RESULT = Feedback(
    scenario="unwind-loop",
    standing=Standing(is_stress=True, law=None),
    currency="JPY",
    n_paths=40_000,
    n_sections=32,
    horizon_days=10,
    parts=(
        Decomposition(
            scope="book:fund",
            measure="value_at_risk",
            confidence=0.99,
            total=Part(value=6e9, se=0.1e9),
            exogenous=Part(value=4e9, se=0.1e9),
            feedback=Part(value=1.5e9, se=0.05e9),
            impact_uncertainty=Part(value=0.5e9, se=0.01e9),
        ),
    ),
    sales=(Channel(name="carry", mean=Part(value=3.6, se=0.02), in_tail=Part(value=31.0, se=0.6)),),
    private_month=PrivateMonth(simulated=Part(value=3.2, se=0.1), at_most=47.7, record=47.7),
    gain=LoopGain(at_median=0.7, at_95=0.9, probability=0.031),
    gain_odds=GainOdds(probability=0.281, se=0.02, gains=(0.7, 1.2)),
    regimes=(
        RegimeResult(
            regime="FLIGHT",
            scope="total",
            probability=0.0,
            probability_se=0.0,
            mean=math.inf,
            mean_se=math.inf,
            estimates=(),
        ),
    ),
    warnings=(),
)


def test_three_tables_parts_sales_and_regimes():
    parts, sales, regimes = tables(RESULT)
    assert parts.unit == "JPY bn"
    assert ["stress law" in each.title for each in (parts, sales, regimes)] == [True, False, False]  # said once
    assert parts.rows == [["fund"], ["  VaR 99 %", "6.00 ±0.10", "4.00 ±0.10", "+1.500 ±0.050", "+0.500 ±0.010"]]
    assert "0.70 at the median impact, 0.90 at its 95 % quantile; 28 % ±2 % over 2 sets of its" in sales.title
    assert "; 3.1 % that it is 1 or more" in tables(replace(RESULT, gain_odds=None))[1].title
    assert (
        "sell 3.20 ±0.10 a month at this pace, 47.7 at their largest hazard; Japan's holdings fell by 47.7"
        in sales.title
    )
    assert sales.rows == [["dollars, carry stops", "3.60 ±0.02", "31.00 ±0.60"]]
    assert regimes.rows == [["FLIGHT", "total", "0.0 % ±0.0 %", "?", "?", "?"]]


def test_where_nothing_is_sold_one_line_says_so_in_place_of_zeros(capsys):
    idle = Channel(name="private", mean=Part(value=0.0, se=0.0), in_tail=Part(value=0.0, se=0.0))
    assert tables(replace(RESULT, sales=(*RESULT.sales, idle)))[1].rows == tables(RESULT)[1].rows
    still = replace(RESULT, scenario="flight-2024", n_paths=40_000, sales=(idle,), private_month=None)
    assert tables(still) == []
    show_result(still)
    said = "flight-2024: nothing is sold on any of 40,000 paths, so that none of its losses is feedback; `unwind run`"
    assert " ".join(capsys.readouterr().out.split()) == f"{said} has them."
    regimes = (*RESULT.regimes, replace(RESULT.regimes[0], regime="CALM"))
    assert [table.rows[0][0] for table in tables(replace(still, regimes=regimes))] == ["FLIGHT"]


@pytest.mark.slow
def test_the_command_prints_one_json_object(unwind):
    done = unwind("feedback", "--paths", 32_000, "--json", "--backend", "numba")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["results"][0]["scenario"] == "unwind-loop"
