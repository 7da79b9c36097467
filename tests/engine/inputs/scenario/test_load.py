import csv
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import FileFaults, InputError
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import (
    bundled_scenario_names,
    load_scenario,
    load_scenarios,
    read_scenario,
    shown_scenario_names,
)
from engine.run.load import scenario_sha256
from engine.scenario.apply import apply
from engine.scenario.default_scenario import DEFAULT_SCENARIO
from engine.scenario.scenario import Scenario, ShockKind, ShockOn

HEAD = 'title = "t"\ndescription = "d"\nsource = "s"\n'


def test_the_bundled_scenarios_are_listed_the_default_one_first():
    assert bundled_scenario_names() == (
        "filtered", "april-2025", "article-2025", "article-2025-bridge", "auction-failure", "august-2024", "base",
        "boj-cap", "boj-meetings", "boj-u-turn", "em-outflow", "feedback-severe", "filtered-regimes", "flight-2024",
        "global-rates", "historical", "intervention", "mixture", "october-1998", "repatriation-2025",
        "repatriation-sales", "unwind-loop", "ust-liquidation-10pct",
    )  # fmt: skip


@pytest.mark.parametrize("name", bundled_scenario_names())
def test_every_bundled_scenario_says_its_source_and_fits_the_bundled_market(name):
    scenario = load_scenario(name)
    assert scenario.name == name
    assert scenario.source
    shocked = apply(scenario, load_market(bundled_market_path()))
    assert not any("repaired" in note for note in shocked.notes)  # no correlation needed a repair


def test_a_first_look_is_at_the_default_law_then_at_what_moves_the_market_at_once():
    assert shown_scenario_names() == (DEFAULT_SCENARIO, "august-2024", "april-2025", "article-2025")


def test_the_base_changes_nothing():
    base = load_scenario("base")
    assert (base.shocks, base.vol_multipliers, base.correlations) == ((), (), ())


def test_the_article_sets_its_own_levels():
    market = apply(load_scenario("article-2025"), load_market(bundled_market_path())).market
    jgb, ust = market.par_curves["JGB"], market.par_curves["UST"]
    base = load_market(bundled_market_path())
    assert market.usdjpy == 125.0
    assert jgb.par_yields[jgb.times == 10.0] == pytest.approx(0.01495, abs=1e-15)
    assert jgb.par_yields[jgb.times == 40.0] == pytest.approx(0.0332, abs=1e-15)
    move_bp = (ust.par_yields - base.par_curves["UST"].par_yields) * 1e4
    # 113.5 bn USD at 50 bp for 100 bn, rounded: 57 bp from 2Y, half on the 1Y, none on bills of 3 months and less.
    np.testing.assert_allclose(move_bp[ust.times >= 2.0], 57.0, atol=1e-9)
    np.testing.assert_allclose(move_bp[ust.times == 1.0], 28.5, atol=1e-9)
    np.testing.assert_allclose(move_bp[ust.times <= 0.25], 0.0, atol=1e-9)


@pytest.mark.parametrize("name", ["carry_unwind_2042", "../base", ""])
def test_an_unknown_name_is_refused_with_the_known_ones(name):  # BAD-S062
    with pytest.raises(
        InputError, match="known: april-2025, article-2025, article-2025-bridge, auction-failure, august-2024, base"
    ):
        load_scenario(name)


def test_a_name_nearly_right_gets_a_suggestion():
    with pytest.raises(InputError, match=r"no scenario is called 'april2025'; did you mean 'april-2025'\?"):
        load_scenario("april2025")


def test_a_users_scenario_is_found_by_path(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + 'shocks = [{ factor = "UST_*", size = 0.01, kind = "absolute", on = "par" }]\n')
    scenario = load_scenario(str(path))
    (shock,) = scenario.shocks
    assert (scenario.name, shock.factor, shock.size, shock.kind, shock.on) == (
        "mine", "UST_*", 0.01, ShockKind.ABSOLUTE, ShockOn.PAR
    )  # fmt: skip


def test_a_stress_is_inherited_for_good_and_is_part_of_what_a_scenario_is(tmp_path):
    files = {
        "over": HEAD + "stress = true\n",
        "under": 'extends = ["over.toml"]\n' + HEAD,
        "plain": HEAD,
        "not": 'extends = ["over.toml"]\nstress = false\n' + HEAD,
        "odd": 'stress = "yes"\n' + HEAD,
    }
    for name, text in files.items():
        (tmp_path / f"{name}.toml").write_text(text)
    found = {name: load_scenario(str(tmp_path / f"{name}.toml")) for name in ("over", "under", "plain")}
    assert {name: each.stress for name, each in found.items()} == {"over": True, "under": True, "plain": False}
    assert scenario_sha256(found["plain"]) != scenario_sha256(replace(found["plain"], stress=True))
    with pytest.raises(FileFaults, match=r"odd\.toml: line 1, stress: must be true or false"):
        load_scenario(str(tmp_path / "odd.toml"))
    with pytest.raises(FileFaults, match=r"not\.toml: line 2, stress: must be true or left out: .* extends a stress"):
        load_scenario(str(tmp_path / "not.toml"))


def test_a_path_is_read_though_a_bundled_scenario_has_its_name(tmp_path):
    (tmp_path / "base.toml").write_text(HEAD)
    assert load_scenario(str(tmp_path / "base.toml")).title == "t"
    with pytest.raises(InputError, match="two scenarios are called 'base'"):
        load_scenarios(["base", str(tmp_path / "base.toml")])


def test_a_file_whose_name_cannot_name_a_scenario_is_refused(tmp_path):
    path = tmp_path / "=cmd.toml"
    path.write_text(HEAD)
    with pytest.raises(FileFaults, match="letters, digits"):
        read_scenario(path)


def test_every_fault_of_a_scenario_file_is_named(tmp_path):
    path = tmp_path / "bad.toml"
    path.write_text(
        """title = "t"
source = "s"
shocks = [
    { factor = "USDJPY", size = nan, kind = "absolute" },
    { factor = "", size = 0.01, kind = "sideways" },
]
vol_multipliers = [{ factor = "USDJPY", multiplier = -1.0 }]
correlations = [{ factors = ["USDJPY"], value = 1.2 }]
repair_corelation = true
"""
    )
    with pytest.raises(FileFaults) as refused:
        read_scenario(path)
    said = [str(fault) for fault in refused.value.faults]
    assert [message.split(":")[0] for message in said] == [
        "description",
        "line 4, shocks[1].size",
        "line 5, shocks[2].factor",
        "line 5, shocks[2].kind",
        "line 7, vol_multipliers[1].multiplier",
        "line 8, correlations[1].factors[2]",
        "line 8, correlations[1].value",
        "line 9, repair_corelation",
    ]
    assert "at least 0.0, got -1.0" in said[4]
    assert "at most 1.0, got 1.2" in said[6]
    assert "did you mean 'repair_correlation'?" in said[7]


def test_what_only_a_market_shows_is_said_at_the_line_of_the_file(tmp_path):
    path = tmp_path / "bad.toml"
    path.write_text(HEAD + '[[shocks]]\nfactor = "JGB_9Y"\nsize = 0.01\nkind = "absolute"\n\n[[shocks]]\n'
                    'factor = "USDJPY"\nkind = "target"\n\nsize = 1.3\n')  # fmt: skip
    with pytest.raises(FileFaults) as refused:
        apply(read_scenario(path), load_market(bundled_market_path()))
    said = str(refused.value).splitlines()
    assert said[0].startswith(f"{path}: line 5, shocks[1].factor: no factor matches 'JGB_9Y'; did you mean 'JGB_")
    assert said[1].startswith(f"{path}: line 13, shocks[2].size: the target size 1.3 takes USDJPY from 145.04 to 1.3")


finite = st.floats(allow_nan=False, allow_infinity=False)
globs = st.text(
    st.characters(codec="ascii", categories=["Lu", "Nd"]) | st.sampled_from("_*?[]"), min_size=1, max_size=64
)
shocks = st.tuples(globs, finite, st.sampled_from(["absolute", "relative", "target"]), st.sampled_from(["zero", "par"]))
within_one = st.floats(-1.0, 1.0)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    entries=st.lists(shocks, max_size=5),
    vols=st.lists(st.tuples(globs, st.floats(0.0, 100.0)), max_size=3),
    pairs=st.lists(st.tuples(globs, globs, within_one), max_size=3),
)
def test_what_is_written_is_what_is_read(tmp_path, entries, vols, pairs):
    path = tmp_path / "written.toml"
    text = HEAD
    for glob, size, kind, on in entries:
        text += f'[[shocks]]\nfactor = "{glob}"\nsize = {size!r}\nkind = "{kind}"\non = "{on}"\n'
    for glob, multiplier in vols:
        text += f'[[vol_multipliers]]\nfactor = "{glob}"\nmultiplier = {multiplier!r}\n'
    for first, second, value in pairs:
        text += f'[[correlations]]\nfactors = ["{first}", "{second}"]\nvalue = {value!r}\n'
    path.write_text(text)
    scenario = read_scenario(path)
    assert [(s.factor, s.size, s.kind.value, s.on.value) for s in scenario.shocks] == entries
    assert list(scenario.vol_multipliers) == vols
    assert list(scenario.correlations) == pairs


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    noise=st.binary(max_size=30)
    | st.text(max_size=30).map(str.encode)
    | st.sampled_from([b"[shocks]", b"= 1", b"[[", b"\n"]),
    at=st.integers(0, 400),
    cut=st.integers(0, 20),
)
def test_a_damaged_file_is_read_or_refused_and_never_a_traceback(tmp_path, noise, at, cut):
    path = tmp_path / "damaged.toml"
    good = (HEAD + '[[shocks]]\nfactor = "USDJPY"\nsize = -0.05\nkind = "relative"\n').encode()
    path.write_bytes(good[:at] + noise + good[at + cut :])
    with suppress(FileFaults):
        assert isinstance(read_scenario(path), Scenario)


# The figures of the bundled scenarios, from the published history.

JGB = [f"JGB_{n}Y" for n in (1, 2, 5, 7, 10, 20, 30, 40)]
UST = ["UST_3M", *(f"UST_{n}Y" for n in (1, 2, 5, 7, 10, 20, 30))]
CALIBRATION = (date(2022, 1, 4), date(2025, 5, 28))
WINDOWS = {
    "august-2024": (date(2024, 7, 22), date(2024, 8, 5), date(2024, 8, 19)),
    "april-2025": (date(2025, 4, 4), date(2025, 4, 21), date(2025, 5, 5)),
}


PRICES = {
    "SPX": "spx", "NASDAQ": "nasdaq", "NIKKEI225": "nikkei225", "XLK": "xlk_adj", "XLU": "xlu_adj", "XLP": "xlp_adj",
}  # fmt: skip
PRICE_WINDOWS = {
    "august-2024": (date(2024, 7, 22), date(2024, 8, 5)),
    "april-2025": (date(2025, 3, 28), date(2025, 4, 7)),
}


@cache
def history(folder: Path) -> dict[str, dict[date, float]]:
    """Published figures by series and day, percent or yen."""
    with (folder / "data" / "history.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["date"] >= "2021-12-01"]
    return {
        name: {date.fromisoformat(row["date"]): float(row[name.lower()]) for row in rows if row[name.lower()]}
        for name in [*JGB, *UST, "USDJPY", *PRICES.values()]
    }


def one_day_moves(series: dict[date, float], is_price: bool) -> dict[date, float]:
    """Moves over one business day only, not across a holiday: in percent, or of the logarithm."""
    days = list(series)
    return {
        day: float(np.log(series[day] / series[before])) if is_price else series[day] - series[before]
        for before, day in pairwise(days)
        if np.busday_count(before, day) == 1
    }


def vol_ratio(shared: Path, names: list[str], start: date, end: date) -> float:
    """Median over `names` of the root mean square move from `start` to `end` over that of the calibration window."""

    def rms(moves: dict[date, float], first: date, last: date) -> float:
        return float(np.sqrt(np.mean([move**2 for day, move in moves.items() if first <= day <= last])))

    moves = [one_day_moves(history(shared)[name], name == "USDJPY") for name in names]
    return float(np.median([rms(m, start, end) / rms(m, *CALIBRATION) for m in moves]))


def fx_correlation(shared: Path, names: list[str], start: date, end: date) -> float:
    """Median correlation with ln USD/JPY of overlapping changes over 5 days on which all series are published."""
    series = history(shared)
    days = sorted(set.intersection(*(set(series[name]) for name in [*JGB, *UST, "USDJPY"])))
    ends = [i for i, day in enumerate(days) if i >= 5 and start <= day <= end]
    fx = [np.log(series["USDJPY"][days[i]] / series["USDJPY"][days[i - 5]]) for i in ends]
    changes = [[series[name][days[i]] - series[name][days[i - 5]] for i in ends] for name in names]
    return float(np.median([np.corrcoef(change, fx)[0, 1] for change in changes]))


@pytest.mark.parametrize("name", WINDOWS)
def test_shocks_are_the_moves_of_the_published_window(shared, name):
    start, end, _ = WINDOWS[name]
    series = history(shared)
    shocks = {shock.factor: shock for shock in load_scenario(name).shocks}
    assert list(shocks) == [*JGB, *UST, "USDJPY", *PRICES]
    for factor, column in PRICES.items():
        first, last = PRICE_WINDOWS[name]
        assert (shocks[factor].kind, shocks[factor].is_optional) == (ShockKind.RELATIVE, True)
        assert shocks[factor].size == pytest.approx(series[column][last] / series[column][first] - 1.0, abs=6e-5)
    for factor in [*JGB, *UST]:
        assert (shocks[factor].kind, shocks[factor].on) == (ShockKind.ABSOLUTE, ShockOn.PAR)
        move = (series[factor][end] - series[factor][start]) / 100.0
        assert shocks[factor].size == pytest.approx(move, abs=1e-9)  # published to 0.001 %, so exact
    move = series["USDJPY"][end] / series["USDJPY"][start] - 1.0
    assert shocks["USDJPY"].kind is ShockKind.RELATIVE
    assert shocks["USDJPY"].size == pytest.approx(move, abs=5e-5)  # rounded to 0.01 %


def test_vol_multipliers_are_the_rounded_ratios_to_the_calibration_window(shared):
    first = {"august-2024": date(2024, 7, 23), "april-2025": date(2025, 4, 7)}  # the first move after the start
    for name, groups in {
        "august-2024": {"JGB_*": JGB[:5], "JGB_[234]0Y": JGB[5:], "UST": UST, "USDJPY": ["USDJPY"]},
        "april-2025": {"JGB_*": JGB, "UST": UST, "USDJPY": ["USDJPY"]},
    }.items():
        given_multipliers = dict(load_scenario(name).vol_multipliers)
        for glob, names in groups.items():
            ratio = vol_ratio(shared, names, first[name], WINDOWS[name][2])
            assert given_multipliers.get(glob, 1.0) == round(ratio, 1), (name, glob, ratio)


def test_correlation_overrides_lie_half_way_between_window_and_calibration(shared):
    first = {"august-2024": date(2024, 7, 23), "april-2025": date(2025, 4, 7)}
    for name, names in {"august-2024": JGB, "april-2025": UST}.items():
        ((_, second, value),) = load_scenario(name).correlations
        assert second == "USDJPY"
        window = fx_correlation(shared, names, first[name], WINDOWS[name][2])
        usual = fx_correlation(shared, names, *CALIBRATION)
        assert value == pytest.approx(round((window + usual) / 2.0, 1), abs=1e-12), (window, usual)


@pytest.mark.parametrize(("followers", "said"), [
    ("'windov-2024'", "line 4, followers: must be a table, or one of 'window-2024', 'flight-2024', 'repatriation-2025'"
     " or 'calm', got 'windov-2024'; did you mean 'window-2024'?"),
    ("{ SPX = 'a' }", "line 4, followers.SPX: must be a number, got 'a'"),
])  # fmt: skip
def test_followers_are_a_set_by_name_or_a_table_and_what_is_neither_is_said_once(tmp_path, followers, said):
    path = tmp_path / "mine.toml"
    path.write_text(f'title = "t"\ndescription = "d"\nsource = "s"\nfollowers = {followers}\n', encoding="utf-8")
    with pytest.raises(FileFaults) as refusal:
        load_scenario(str(path))
    assert [str(fault) for fault in refusal.value.faults] == [said]
