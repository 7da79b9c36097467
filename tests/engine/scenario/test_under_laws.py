"""Scenarios under laws: names, what they keep, what is refused, which differ by their law alone."""

from dataclasses import replace

import pytest

from engine.errors import InputError
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario, load_scenarios
from engine.mechanisms.law import LAW_KINDS
from engine.mechanisms.unwind import Unwind
from engine.risk.standing import Standing
from engine.scenario.under_laws import law_groups, laws_for, standing_of, under_laws

MARKET = load_market(bundled_market_path())


def test_each_scenario_is_laid_under_each_law_with_its_shocks():
    found = under_laws(load_scenarios(["base", "article-2025"]), ["gaussian", "t"])
    assert [each.name for each in found] == ["gaussian", "t", "article-2025/gaussian", "article-2025/t"]
    assert [each.unwind for each in found] == [None, Unwind(law="t")] * 2
    shocked = load_scenario("article-2025")
    assert found[3].shocks == shocked.shocks
    assert found[3].title == f"{shocked.title}, law t"
    assert under_laws([shocked], []) == (shocked,)


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("filtered", r"law 'filtered'"),
        ("feedback-severe", "law 'filtered', carry, impact"),
        ("article-2025-bridge", "bridge"),
    ],
)
def test_a_scenario_that_says_how_factors_move_is_refused_with_what_it_says(name, own):
    with pytest.raises(InputError, match=rf"--law: scenario '{name}' says itself how factors move, by {own}"):
        under_laws([load_scenario(name)], ["t"])


def test_all_is_every_law_of_the_market_for_the_horizon_and_says_which_are_not():
    names, notes = laws_for(["all"], MARKET, 10)
    assert (list(names), notes) == (list(LAW_KINDS), ())
    names, notes = laws_for(["all"], MARKET, 20)
    assert [name for name in LAW_KINDS if name not in names] == [
        "historical-250",
        "historical-500",
        "historical-1000",
        "stressed",
    ]
    (note,) = notes
    of = "historical-250, historical-500, historical-1000, stressed"
    assert note.startswith(f"--law all leaves out {of}: plain history overlaps windows of 10 days at most")
    bare = replace(MARKET, filtered=None)
    names, notes = laws_for(["all"], bare, 1)
    assert (names, len(notes)) == (("gaussian",), 1)
    with pytest.raises(InputError, match=r"^--law t: the market of 2025-05-28 has no law of past days"):
        laws_for(["gaussian", "t"], bare, 1)
    assert laws_for(["t", "ewma"], MARKET, 1) == (("t", "ewma"), ())


def test_a_scenario_with_correlations_of_its_own_is_refused():
    with pytest.raises(InputError, match="'april-2025' has correlations of its own"):
        under_laws([load_scenario("april-2025")], ["t"])


def test_groups_hold_what_differs_by_its_law_alone():
    shocked = under_laws([load_scenario("article-2025")], ["t"])
    scenarios = (*load_scenarios(["base", "filtered", "feedback-severe", "article-2025"]), *shocked)
    assert law_groups(scenarios) == (
        {"gaussian": "base", "filtered": "filtered"},
        {"gaussian": "article-2025", "t": "article-2025/t"},
    )


def test_a_scenario_that_is_another_but_for_its_name_has_a_group_of_its_own():
    first, second = (replace(load_scenario("august-2024"), name=name) for name in ("one", "other"))
    assert law_groups((first, second)) == ({"gaussian": "one"}, {"gaussian": "other"})


def test_a_scenario_that_moves_followers_otherwise_is_not_the_same_but_for_its_law():
    first = replace(load_scenario("august-2024"), name="one", unwind=None)
    second = replace(first, name="other", unwind=Unwind(law="t"))
    assert law_groups((first, second)) == ({"gaussian": "one", "t": "other"},)
    bare = replace(second, followers=())
    assert law_groups((first, bare)) == ({"gaussian": "one"}, {"t": "other"})


@pytest.mark.parametrize(("name", "is_stress", "law"), [
    ("filtered", False, "filtered"),
    ("base", False, "gaussian"),
    ("april-2025", True, "gaussian"),
    ("feedback-severe", True, None),
    ("mixture", False, "mixture"),
    ("unwind-loop", True, None),
    ("equities/regimes-empirical", True, None),  # extends regimes-theory
])  # fmt: skip
def test_a_scenario_says_whether_it_is_a_stress_and_whose_backtest_is_its_own(name, is_stress, law):
    assert standing_of(load_scenario(name)) == Standing(is_stress=is_stress, law=law)


def test_a_stress_stays_one_under_any_law_and_so_is_all_under_the_law_of_the_stressed_year():
    shocked, quiet = under_laws([load_scenario("article-2025"), load_scenario("base")], ["stressed"])
    assert standing_of(shocked) == standing_of(quiet) == Standing(is_stress=True, law="stressed")
    (under_t,) = under_laws([load_scenario("article-2025")], ["t"])
    assert standing_of(under_t) == Standing(is_stress=True, law="t")
