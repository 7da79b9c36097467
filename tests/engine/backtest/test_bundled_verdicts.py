"""What is said of each law is what its backtest left: words by hand, figures as in the documents."""

import json
from dataclasses import replace

import pytest

from engine.backtest.bundled_verdicts import bundled_verdicts, condensed, explained, laws_json, verdicts_of
from engine.backtest.laws.registry import LAWS
from engine.mechanisms.law import LAW_KINDS, Way
from engine.risk.standing import Standing


def row(law, scope, days, *objections):
    return {
        "law": law,
        "scope": scope,
        "horizon_days": days,
        "passes": not objections,
        "objections": list(objections),
    }


MADE = {
    "from": "2020-01-06",
    "to": "2025-05-30",
    "laws": ["a", "b", "c"],
    "verdicts": [
        row("a", "total", 1),
        row("a", "x", 1),
        row("a", "total", 10),
        row("b", "total", 1, "Z2 p = 0.004"),
        row("b", "x", 1, "red zone: 10 exceptions of the last 250 days", "Kupiec 99 p = 1e-05"),
        row("b", "total", 10, "Z2 p = 0.004"),
        row("c", "total", 1),
        row("c", "total", 10, "Z2 has no statistic: under 30 dates, or a forecast of a gain"),
    ],
    "exceptions": [1],
    "years": [2],
    "sha256": "0",
    "notes": ["/a/folder/of/somebody: left out"],
}


def test_a_law_passes_where_it_does_for_every_book_and_says_what_fails():
    found = verdicts_of(MADE)
    assert found.words_of("a") == "sample books: passes at 1 and 10 days"
    assert found.words_of("b") == "sample books: fails at 1 day: Kupiec 99, Z2, red zone; fails at 10 days: Z2"
    assert found.words_of("c") == "sample books: passes at 1 day; fails at 10 days: Z2"
    assert found.words_of("stressed") == "no forecast, and so no backtest"
    assert found.words_of("mine") == "no backtest of it is recorded"
    assert found.basis == "`unwind backtest` of the sample books x, 2020-01-06 to 2025-05-30"


def test_a_scenario_has_its_own_verdict_or_its_laws_and_a_stress_is_called_so_first():
    found = verdicts_of(MADE)

    def words(name, law, *, is_stress=False):
        return found.words_for(name, Standing(is_stress=is_stress, law=law))

    assert words("a", None) == "sample books: passes at 1 and 10 days"
    assert words("shocked", "a") == "law a, sample books: passes at 1 and 10 days"
    assert words("regimes", None) == "no backtest of it is recorded"
    assert words("regimes", None, is_stress=True) == "stress law: not a forecast; no backtest of it is recorded"
    assert (
        words("c", "c", is_stress=True)
        == "stress law: not a forecast; sample books: passes at 1 day; fails at 10 days: Z2"
    )


def test_a_table_says_of_a_stresss_law_only_whether_it_passes():
    found = verdicts_of(MADE)
    stress = Standing(is_stress=True, law="c")
    assert found.short_words_for("shocked", stress) == "stress law: not a forecast; law c, sample books: fails"
    assert (
        found.short_words_for("shocked", replace(stress, law="a"))
        == "stress law: not a forecast; law a, sample books: passes at 1 and 10 days"
    )
    assert found.short_words_for("shocked", replace(stress, is_stress=False)) == found.words_for(
        "shocked", replace(stress, is_stress=False)
    )


def test_the_condensed_file_says_the_same_without_the_days():
    assert verdicts_of(condensed(MADE)) == verdicts_of(MADE)
    assert set(MADE) - set(condensed(MADE)) == {"exceptions", "years", "sha256", "notes"}


def test_every_law_that_forecasts_has_a_verdict_of_both_horizons():
    found = bundled_verdicts()
    assert set(LAWS) == {name for name, kind in LAW_KINDS.items() if kind.way is not Way.STRESS}
    assert set(found.laws) >= set(LAWS)
    assert all([each.horizon_days for each in law.horizons] == [1, 10] for law in found.laws.values())
    assert found.books == ("carry-fund", "life-insurer")


@pytest.mark.parametrize(("days", "heading"), [(1, "1 day"), (10, "10 days")])
def test_its_figures_are_those_of_the_documents(root, days, heading):
    """The table of 2020 to 2025 in docs/validation/backtest.md: exceptions of both books, and which are bold."""
    text = (root / "docs/validation/backtest.md").read_text("utf-8").split("### 2020-01 to 2025-05-30")[1]
    table = text.split(f"| law, {heading} |")[1].split("\n\n")[0]
    rows = json.loads((root / "engine/backtest/data/validation.json").read_text("utf-8"))["verdicts"]
    by_place = {(each["law"], each["scope"], each["horizon_days"]): each for each in rows}
    lines = table.splitlines()[2:]
    assert len(lines) >= 7
    for line in lines:
        law, carry, _, _, insurer, *_ = (part.strip() for part in line.strip("|").split("|"))
        name = law.strip("*")
        found = [by_place[name, scope, days] for scope in ("carry-fund", "life-insurer")]
        assert [f"{each['n_99']}, {each['n_975']}" for each in found] == [carry, insurer]


def test_json_has_the_bands_and_what_is_said_of_each_law(run_files):
    result = run_files(None, None, laws=["gaussian", "historical-250"], horizon_days=1, n_paths=1000)
    found = laws_json(result)
    assert found["backtest"]["laws"]["gaussian"]["passes"] == {"1": False, "10": False}
    assert found["backtest"]["books"] == ["carry-fund", "life-insurer"]
    assert {band["scope"] for band in found["bands"]} == {"total", "book:carry-fund", "book:life-insurer"}
    total = next(band for band in found["bands"] if band["scope"] == "total" and band["confidence"] == 0.99)
    assert total["lowest"]["value"] <= total["highest"]["value"]
    assert {total["lowest"]["law"], total["highest"]["law"]} == {"gaussian", "historical-250"}
    alone = replace(result, run=replace(result.run, laws=()))
    assert laws_json(alone)["bands"] == []


def test_a_table_explains_the_statistic_that_its_verdicts_name():
    assert explained(["passes at 1 day", "fails at 1 day: Kupiec 99, Z2"]).startswith("Z2: Acerbi and Szekely's test")
    assert explained(["passes at 1 day", "fails at 10 days: Kupiec 99"]) == ""
