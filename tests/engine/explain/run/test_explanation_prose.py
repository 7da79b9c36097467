"""The paragraph, word for word, of a small run; and what it says of figures made by hand."""

import re
from dataclasses import replace

from engine.analysis.contributions.figures import Figure
from engine.explain.run.explanation_prose import heading, prose
from engine.explain.run.run_explanation import SignChange
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.words.language import read_in
from tests.engine.explain.run.runs import explained

GOLDEN = (
    "In base the worst 1 % of paths lose 10.7 bn or more, 12.3 bn on average. 46 % of that is the 20- to 40-year JGB"
    " curve, 18 % the 7- to 10-year UST curve and 15 % USD/JPY. What made these paths lose: JGB yields rise together on"
    " 36 %, UST yields rise together on 30 % and the yen rises against the dollar on 22 %. In three-regimes the worst"
    " 1 % of paths lose 17.0 bn or more, 21.1 bn on average. 47 % of that is the 20- to 40-year JGB curve, 29 % USD/JPY"
    " and 11 % the 7- to 10-year UST curve. What made these paths lose: JGB yields rise together on 28 %, the yen rises"
    " against the dollar on 26 % and several moves together on 20 %. On average they lost 2.16 bn by sales of"
    " Treasuries. 83 % of them end in REPATRIATION, of all paths 13 %."
)


def test_the_paragraph_of_a_small_run():
    assert heading(explained()) == "VaR and ES 99 %, 10 business days from 2025-05-28, JPY"
    assert prose(explained()) == GOLDEN


def change(adds, takes_off):
    return SignChange(
        name="FX-HEDGE",
        words="the book FX-HEDGE",
        is_book=True,
        adds_in="base",
        adds=Figure(value=adds, se=6e7),
        takes_off_in="three-regimes",
        takes_off=Figure(value=takes_off, se=8e7),
    )


def test_a_hedge_that_changes_its_sign_is_said_with_errors_where_it_is_large_enough():
    said = prose(replace(explained(), sign_changes=(change(2.1e9, -1.5e9),)))
    assert said.endswith("The book FX-HEDGE adds 2.10 ±0.06 bn in base and takes off 1.50 ±0.08 bn in three-regimes.")
    assert prose(replace(explained(), sign_changes=(change(2.1e9, -1.5e8),))) == GOLDEN  # 0.7 % of what is lost there


def test_what_takes_off_a_tenth_is_said():
    base = explained().scenarios[0]
    key, es = EXPECTED_SHORTFALL.key, base.total.measures[-1].of(EXPECTED_SHORTFALL).value
    factors = [replace(each, figures={key: Figure(value=0.0, se=0.0)}) for each in base.factors]
    factors[0] = replace(factors[0], figures={key: Figure(value=-0.12 * es, se=0.0)})
    said = prose(replace(explained(), scenarios=(replace(base, factors=tuple(factors)),)))
    assert "12.3 bn on average. The 1- to 5-year JGB curve takes 12 % off. What made" in said


def test_a_part_that_is_more_than_all_of_the_loss_is_said_so():
    base = explained().scenarios[0]
    key, es = EXPECTED_SHORTFALL.key, base.total.measures[-1].of(EXPECTED_SHORTFALL).value
    factors = [replace(each, figures={key: Figure(value=0.0, se=0.0)}) for each in base.factors]
    factors[0] = replace(factors[0], figures={key: Figure(value=1.49 * es, se=0.0)})
    said = prose(replace(explained(), scenarios=(replace(base, factors=tuple(factors)),)))
    assert "on average. More than all of it (149 %) is the 1- to 5-year JGB curve; others take off. What" in said


def test_in_japanese_the_paragraph_has_no_english_but_names():
    with read_in("ja"):
        said = prose(replace(explained(), sign_changes=(change(2.1e9, -1.5e9),)))
    assert said.startswith("平常では、最悪1 %の経路の損失は107.5億円以上、平均123.2億円です。その46 %はJGBの20〜40年、")
    assert said.endswith("ブックFX-HEDGEは平常で21.0 ±0.6億円増やし、three-regimesで15.0 ±0.8億円減らします。")
    assert re.findall(r"[a-z]{2,} [a-z]{2,}", said) == []
