"""Keys of scenario files about what goes on within the paths: read, refused, merged."""

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from engine.errors import FileFaults
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import AT_ONCE, bundled_scenario_names, load_scenario, read_scenario
from engine.inputs.schema import json_schema
from engine.mechanisms.betas import BETA_SETS
from engine.mechanisms.bridge import Bridge
from engine.mechanisms.scheduled_sales import Sale
from engine.scenario.apply import apply

HEAD = 'title = "t"\ndescription = "d"\nsource = "s"\n'
REGIME = '[[regimes]]\nname = "CALM"\nsource = "x"\ninitial = 1.0\n'
SCENARIOS = Path(str(files("engine.scenario") / "bundled"))
PRIORS_ALONE = "loop-uncertainty"  # a part that is of the values of whoever extends it
PARTS = sorted(path for path in (SCENARIOS / "parts").glob("*.toml") if path.stem != PRIORS_ALONE)


@pytest.fixture
def write(tmp_path):
    def named(name: str, text: str, head: str = HEAD) -> Path:
        path = tmp_path / f"{name}.toml"
        path.write_text(head + text)
        return path

    return named


def faults(path: Path) -> list[str]:
    with pytest.raises(FileFaults) as refused:
        apply(read_scenario(path), load_market(bundled_market_path()))
    return [str(fault) for fault in refused.value.faults]


def test_a_file_without_these_keys_has_no_unwind():
    assert load_scenario("august-2024").unwind is None


def test_every_key_reaches_the_engine(write):
    unwind = read_scenario(
        write(
            "all",
            """nu = 6.0
bridge = { factor = "USDJPY", level = 125.0 }
drifts = { "JGB_*" = 0.001, JGB_40Y = 0.002 }
scheduled_sales = [{ day = 2, usd_bn = 10.0 }]

[[regimes]]
name = "CALM"
source = "x"
initial = 1.0
drifts = { UST_10Y = -0.01 }
vol_multipliers = [{ factor = "UST_*", multiplier = 2.0 }]
correlations = [{ factors = ["UST_10Y", "USDJPY"], value = 0.1 }]
repair_correlation = true

[[jumps]]
name = "auction"
source = "x"
day = 3
probability = 0.2
mean = { JGB_20Y = 0.001 }
loadings = [{ JGB_20Y = 0.0005 }, { USDJPY = 0.01 }]

[intervention]
source = "x"
[repatriation]
source = "x"
duration = 8.0
[impact]
source = "x"
betas = "theory"
""",
        )
    ).unwind
    assert unwind is not None
    assert (unwind.nu, unwind.bridge, unwind.scheduled_sales) == (
        6.0,
        Bridge(factor="USDJPY", level=125.0),
        (Sale(day=2, usd_bn=10.0),),
    )
    assert unwind.drifts == (("JGB_*", 0.001), ("JGB_40Y", 0.002))
    (regime,), (jump,) = unwind.regimes, unwind.jumps
    assert (regime.drifts, regime.vol_multipliers) == ((("UST_10Y", -0.01),), (("UST_*", 2.0),))
    assert (regime.correlations, regime.repair_correlation) == ((("UST_10Y", "USDJPY", 0.1),), True)
    assert (jump.day, jump.probability, jump.mean) == (3, 0.2, (("JGB_20Y", 0.001),))
    assert jump.loadings == ((("JGB_20Y", 0.0005),), (("USDJPY", 0.01),))
    assert unwind.repatriation is not None
    assert (unwind.repatriation.duration, unwind.repatriation.unhedged) == (8.0, 0.55)  # given, and the default
    assert unwind.impact is not None
    assert (unwind.impact.betas, unwind.impact.betas_name) == (BETA_SETS["theory"].betas, "theory")


def test_the_named_sets_of_betas_are_those_that_a_file_may_name():
    betas = json_schema("scenario")["$defs"]["ImpactTable"]["properties"]["betas"]["anyOf"]
    assert betas[1]["enum"] == list(BETA_SETS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nu = 2.0\n", ["line 4, nu: must be a number above 2.0, got 2.0"]),
        ('[impact]\nsource = "x"\nlong_run = 1.5\n', ["line 6, impact.long_run: must be a number of at most 1.0"]),
        ('[carry]\nsource = "x"\nstock_usd_bn = -1.0\n', ["line 6, carry.stock_usd_bn: must be a number of at least"]),
        ('[carry]\nleverage = 2.0\n', ["line 4, carry.source: this key is missing"]),
        (REGIME.replace("1.0", "0.9"), ["line 4, regimes: `initial` probabilities must add up to 1; CALM 0.9"]),
        (
            REGIME + '[[hazards]]\nstart = "CALM"\nend = "FLIHGT"\nsource = "x"\nper_year = 1.0\n',
            ["line 10, hazards[1].end: no regime is called 'FLIHGT'; there are CALM"],
        ),
        (
            REGIME + '[[jumps]]\nname = "j"\nsource = "x"\nrates = { CALMM = 1.0 }\n',
            ["line 11, jumps[1].rates.CALMM: no regime is called 'CALMM'; did you mean 'CALM'?;"],
        ),
        ('[[jumps]]\nname = "j"\nsource = "x"\n', ["line 4, jumps[1]: jump 'j' never comes"]),
        (
            '[[jumps]]\nname = "j"\nsource = "x"\nrates = { "*" = 0.01 }\nmean = { USDJPY = 1e5 }\n',
            ["line 8, jumps[1].mean.USDJPY: one jump of USDJPY lies within +-3, in logarithms, -0.05 is -5 %"],
        ),
        (
            '[[jumps]]\nname = "j"\nsource = "x"\nrates = { "*" = 1.0 }\nloadings = [{ "JGB_*" = 4.0 }]\n',
            ["line 8, jumps[1].loadings[1].'JGB_*': one jump of JGB_1Y lies within +-0.5, decimal"],
        ),
        (f'[[jumps]]\nname = "j"\nsource = "x"\nday = {10**30}\n', ["line 7, jumps[1].day: must be a number"]),
        (f"scheduled_sales = [{{ day = {10**30}, usd_bn = 1.0 }}]\n", ["line 4, scheduled_sales[1].day: must be"]),
        ("drifts = { USDJPY = -60.0 }\n", ["line 4, drifts.USDJPY: a drift per year of USDJPY lies within +-50"]),
        (
            REGIME + "drifts = { UST_10Y = 10.0 }\n",
            ["line 8, regimes[1].drifts.UST_10Y: a drift per year of UST_10Y lies within +-2, decimal"],
        ),
        (
            '[intervention]\nsource = "x"\nmedian_jpy_tn = 100.0\nlog_sd = 2.0\n',  # 100 e^12 at 0.006: 97,653
            ["line 4, intervention.log_move_per_jpy_tn: with these sizes one intervention may move ln"],
        ),
        (
            'law = "filtered"\n[carry]\nsource = "x"\nstock_usd_bn = 1e4\n[impact]\nsource = "x"\n'
            "fx_log_per_usd_bn = 0.1\n",
            ["line 10, impact.fx_log_per_usd_bn: all that may be sold, 6,000 USD bn, would move ln USD/JPY by 798"],
        ),
        (
            "shocks = ["
            + ", ".join(f'{{ factor = "USDJPY", kind = "relative", size = -0.01, day = {k} }}' for k in range(1, 11))
            + "]\n",
            ["line 4, shocks: there may be 8 kinds of jumps at most within the horizon, and a date of an event"],
        ),
        (
            '[[jumps]]\nname = "j"\nsource = "x"\nday = 2\nrates = { "*" = 1.0 }\n',
            ["line 8, jumps[1].rates: a jump comes on its `day` or at `rates`"],
        ),
        (
            '[repatriation]\nsource = "x"\nhazard = 2.0\n',
            ["line 4, repatriation.most: must be at least `hazard`, 2.0"],
        ),
        (
            "scheduled_sales = [{ day = 1, usd_bn = 1.0 }, { day = 1, usd_bn = 2.0 }]\n",
            ["line 4, scheduled_sales[2].day: must be a business day from 1 to 10,000, each once"],
        ),
        (
            "".join(REGIME.replace("CALM", name).replace("1.0", "0.2") for name in "ABCDE"),
            ["line 4, regimes: must be 4 elements at most"],
        ),
        (
            "".join(f'[[jumps]]\nname = "{i}"\nsource = "x"\nday = 1\n' for i in range(9)),
            ["line 4, jumps: must be 8 elements at most"],
        ),
        (
            REGIME + 'correlations = [{ factors = ["JGB_*", "UST_*"], value = 0.99 }]\n',
            ["line 8, regimes[1].correlations: the correlation that these leave is not positive semidefinite"],
        ),
        (
            REGIME + 'drifts = { JGB_9Y = 0.01 }\n'
            '[[jumps]]\nname = "j"\nsource = "x"\nday = 1\nmean = { "SPX*" = 1.0 }\n',
            [
                "line 8, regimes[1].drifts.JGB_9Y: no factor matches 'JGB_9Y'; did you mean 'JGB_7Y'?; the market has",
                "line 13, jumps[1].mean.'SPX*': no factor matches 'SPX*'",
            ],
        ),
        (
            '[impact]\nsource = "x"\nshape = { "JGB_*" = 1.0 }\nbetas = { USDJPY = 1.0 }\n',
            [
                "line 6, impact.shape.'JGB_*': 'JGB_*' matches JGB_1Y, and only zero rates of UST were wanted",
                "line 7, impact.betas.USDJPY: 'USDJPY' matches USDJPY, which sales move by `fx_log_per_usd_bn`",
            ],
        ),
        (
            'bridge = { factor = "UST_10Y", level = 0.05 }\n',
            ["line 4, bridge.factor: 'UST_10Y' matches UST_10Y, and only prices"],
        ),
    ],
)  # fmt: skip
def test_a_parameter_out_of_its_domain_is_refused_by_name_and_line(write, text, said):
    found = faults(write("bad", text))
    assert len(found) == len(said), found
    for message, wanted in zip(found, said, strict=True):
        assert message.startswith(wanted), message


def test_a_part_of_priors_is_of_the_values_of_whoever_extends_it():
    with pytest.raises(FileFaults, match=r"'carry.leverage': it has no \[carry\]"):
        read_scenario(SCENARIOS / "parts" / f"{PRIORS_ALONE}.toml")
    names = [each.name for each in load_scenario("unwind-loop").uncertainty]
    assert names == [each.name for each in load_scenario("feedback-severe").uncertainty]
    assert {"carry.leverage", "impact.fx_log_per_usd_bn"} <= set(names)


@pytest.mark.parametrize("path", PARTS, ids=lambda path: path.stem)
def test_every_part_reads_on_its_own_and_fits_the_schema(path):
    assert read_scenario(path).unwind is not None
    Draft202012Validator(json_schema("scenario")).validate(tomllib.loads(path.read_text("utf-8")))


def test_parts_are_no_scenarios_and_those_that_move_the_market_at_once_do_no_more():
    names = bundled_scenario_names()
    assert not any("/" in name for name in names)
    assert set(AT_ONCE) < set(names)
    for name in AT_ONCE:
        assert apply(load_scenario(name), load_market(bundled_market_path())).unwind is None


def test_files_meet_key_by_key_tables_by_name_and_shocks_end_to_end(write):
    write(
        "below",
        'nu = 4.0\nshocks = [{ factor = "USDJPY", size = -0.1, kind = "relative" }]\n'
        '[[regimes]]\nname = "CALM"\nsource = "below"\ninitial = 1.0\n[regimes.drifts]\nUST_2Y = 0.1\nUST_5Y = 0.2\n'
        '[repatriation]\nsource = "below"\nduration = 3.0\n',
    )
    write("beside", 'nu = 5.0\n[[jumps]]\nname = "j"\nsource = "beside"\nday = 1\n')
    path = write(
        "top",
        'extends = ["below.toml", "beside.toml"]\nshocks = [{ factor = "UST_2Y", size = 0.01, kind = "absolute" }]\n'
        '[[regimes]]\nname = "CALM"\ninitial = 0.4\n[regimes.drifts]\nUST_5Y = 0.3\n'
        '[[regimes]]\nname = "FLIGHT"\nsource = "top"\ninitial = 0.6\n[repatriation]\nduration = 7.0\n',
        'title = "top"\ndescription = "d"\nsource = "s"\n',
    )
    scenario = read_scenario(path)
    unwind = scenario.unwind
    assert unwind is not None
    assert [shock.factor for shock in scenario.shocks] == ["USDJPY", "UST_2Y"]
    assert (unwind.nu, unwind.jumps[0].source) == (5.0, "beside")
    assert [(r.name, r.source, r.initial) for r in unwind.regimes] == [("CALM", "below", 0.4), ("FLIGHT", "top", 0.6)]
    assert unwind.regimes[0].drifts == (("UST_2Y", 0.1), ("UST_5Y", 0.3))
    assert unwind.repatriation is not None
    assert (unwind.repatriation.source, unwind.repatriation.duration) == ("below", 7.0)


def test_a_fault_in_a_file_below_names_that_file_and_line(write):
    below = write("below", REGIME + "drifts = { JGB_9Y = 0.01 }\n")
    (said,) = faults(write("top", 'extends = ["below.toml"]\n'))
    assert said.startswith(f"regimes[1].drifts.JGB_9Y ({below}, line 8): no factor matches 'JGB_9Y'")


def test_titles_are_not_inherited(write):
    write("below", "nu = 4.0\n")
    said = faults(write("top", 'extends = ["below.toml"]\n', head=""))
    assert [message.split(":")[0] for message in said] == ["title", "description", "source"]


def test_files_in_a_circle_are_refused_by_name(write):
    write("one", 'extends = ["two.toml"]\n')
    path = write("two", 'extends = ["one.toml"]\n')
    (said,) = faults(path)
    assert said == "line 4, extends[1]: files extend one another in a circle: two -> one -> two"


def test_files_that_extend_one_another_without_end_are_refused(write):
    for i in range(10):
        write(f"f{i}", f'extends = ["f{i + 1}.toml"]\n')
    (said,) = faults(write("top", 'extends = ["f0.toml"]\n'))
    assert "more than 8 files extend one another in a row: top -> f0 -> f1" in said


def test_what_is_extended_must_exist(write):
    (said,) = faults(write("top", 'extends = ["base", "missing.toml"]\n'))
    assert said.startswith("line 4, extends[2]:")
    assert "no such file" in said
    (said,) = faults(write("other", 'extends = ["parts/regime-3"]\n'))
    assert "no scenario is called 'parts/regime-3'; did you mean 'parts/regimes-3'?" in said


def test_a_dated_shock_of_another_file_keeps_its_place(write):
    below = write("below", 'shocks = [{ factor = "UST_*", size = 0.2, kind = "target", day = 2 }]\n')
    (said,) = faults(write("top", 'extends = ["below.toml"]\n'))
    assert said.startswith(f"shocks[1].kind ({below}, line 4): 'target' cannot have a day")


def test_what_buys_jgbs_with_officials_sales_too_is_said(write):
    text = 'scheduled_sales = [{ day = 1, usd_bn = 1.0 }]\n[impact]\nsource = "x"\n[repatriation]\nsource = "x"\n'
    market = load_market(bundled_market_path())
    (note,) = apply(read_scenario(write("into", text + "into_jgb = 0.5\n")), market).notes
    assert "line 9, repatriation.into_jgb: JGBs are bought with this share of what officials sell too" in note
    assert apply(read_scenario(write("none", text)), market).notes == ()


def test_the_schema_of_a_part_is_what_its_mechanism_declares():
    carry = json_schema("scenario")["$defs"]["CarryTable"]
    assert carry["properties"]["stop_slope"] == {
        "default": 0.6,
        "description": "Share of a cohort stopped per 1.0 of loss beyond. The feedback strength is stock * "
        "stop_slope * leverage * fx_log_per_usd_bn: 0.675 of the defaults. Default 0.6 (assumption).",
        "maximum": 1000.0,
        "minimum": 0.0,
        "title": "Stop Slope",
        "type": "number",
    }
    assert carry["additionalProperties"] is False
    assert carry["required"] == []  # the source may stand in a file that this one extends


def test_lists_of_tables_require_what_names_an_element():
    tables = json_schema("scenario")["$defs"]
    assert tables["HazardTable"]["required"] == ["start", "end"]
    assert tables["JumpTable"]["properties"]["loadings"]["maxItems"] == 4
    assert json_schema("scenario")["properties"]["regimes"]["maxItems"] == 4


def test_a_t_must_have_a_variance():
    nu = json_schema("scenario")["properties"]["nu"]["anyOf"][0]
    assert (nu["exclusiveMinimum"], nu["maximum"]) == (2.0, 1e6)
