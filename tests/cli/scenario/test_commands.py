from cli.scenario.unwind_tables import tables
from engine.inputs.scenario.load import load_scenario
from engine.mechanisms.jumps import Jump
from engine.mechanisms.unwind import Unwind
from engine.scenario.default_scenario import DEFAULT_SCENARIO


def test_list_names_the_bundled_scenarios(unwind):
    done = unwind("scenario", "list")
    assert done.returncode == 0, done.stderr
    _, bundled, _, equities, _ = done.stdout.split("\n\n")
    names, others = ([line.split()[0] for line in table.splitlines()[1:]] for table in (bundled, equities))
    assert names[0] == DEFAULT_SCENARIO
    assert len(names) == 23
    assert others == ["equities/regimes-empirical", "equities/regimes-theory", "equities/unwind-loop"]
    assert {"august-2024", "mixture", "feedback-severe"} < set(names)


def test_a_stress_is_called_so_in_the_list_and_where_it_is_shown(unwind):
    rows = {line.split()[0]: line for line in unwind("scenario", "list").stdout.splitlines() if line.strip()}
    for name in ("equities/regimes-theory", "intervention"):
        assert rows[name].endswith("stress law: not a forecast; no backtest of it is recorded")
    assert rows["filtered"].endswith("  sample books: passes at 1 and 10 days")
    assert "stress law: not a forecast; the record rejects this strength: t = -6.3" in rows["unwind-loop"]
    shown = unwind("scenario", "show", "april-2025").stdout
    assert "Backtest: stress law: not a forecast; law gaussian, sample books: fails" in shown


def test_show_gives_sizes_in_market_units_and_the_source(unwind):
    out = unwind("scenario", "show", "article-2025").stdout
    assert "to 125" in out
    assert "Source:" in out
    assert "par rate -28.2 bp" in unwind("scenario", "show", "august-2024").stdout  # the file says -0.00282


def test_show_says_what_goes_on_within_the_paths(unwind):
    out = unwind("scenario", "show", "feedback-severe").stdout
    assert "loop    feedback strength in USD/JPY  1.3" in out  # 400 * 0.6 * 6 * 0.0009 = 1.296
    assert "the record rejects this strength: t = -14.3" in " ".join(out.split())
    out = unwind("scenario", "show", "bench/three-regimes.toml").stdout
    assert "Regime FLIGHT" in out
    assert "Hazard CALM to FLIGHT: assumption" in out
    assert "zero rate -26.5 bp on day 5" in unwind("scenario", "show", "boj-u-turn").stdout
    assert "median led to 125" in unwind("scenario", "show", "article-2025-bridge").stdout


def test_show_says_when_a_jump_comes_and_how_likely():
    jumps = next(each for each in tables(load_scenario("boj-meetings").unwind) if each.title == "Jumps")
    assert jumps.rows[0][:3] == ("rise of 25 bp", "each date of boj-meetings, 30 %", "JGB_1Y")
    at_once, later = (
        next(each for each in tables(Unwind(jumps=(Jump(name="j", source="s", mean=(("USDJPY", -0.1),), **when),))))
        for when in ({"day": 2, "probability": 0.5}, {"event": "boj-meetings"})
    )
    assert [each.rows[0][1] for each in (at_once, later)] == ["on day 2, 50 %", "each date of boj-meetings"]


def test_show_gives_a_parameter_s_list_one_line_each():
    rows = {
        row[1]: row[2] for table in tables(load_scenario("unwind-loop").unwind) for row in table.rows if len(row) == 3
    }
    assert rows["studies"] == "40 to 60 bp (Beltran et al., FRB IFDP 1041 (2012), short run), weight 2"


def test_a_loop_that_feeds_itself_is_warned_of_wherever_it_is_met(unwind):
    for command in (("scenario", "check", "feedback-severe"), ("stress", "--scenario", "feedback-severe")):
        assert (
            "warning: feedback-severe: its feedback strength in USD/JPY is 1.3: sales feed" in unwind(*command).stderr
        )


def test_check_shows_levels_and_vols_before_and_after(unwind):
    out = unwind("scenario", "check", "august-2024").stdout
    usdjpy = next(line.split() for line in out.splitlines() if line.startswith("USDJPY"))
    assert usdjpy[1:3] == ["145.04", "132.91"]  # 145.04 * (1 - 0.0836)
    vol = next(line.split() for line in out.splitlines() if line.startswith("USDJPY_VOL"))
    assert vol[1:3] == ["12.40", "%"]  # the market file's at-the-money vol at the reference expiry, 1M
    jgb = {line.split()[0]: line.split() for line in out.splitlines() if line.startswith("JGB_")}
    assert len({cells[5] for cells in jgb.values()}) > 1  # each factor's own vol, not one for all
    assert float(jgb["JGB_10Y"][7]) / float(jgb["JGB_10Y"][5]) - 2.7 < 0.01  # its multiplier; both are rounded


def test_a_file_with_faults_is_refused_with_line_and_key(unwind, tmp_path):
    path = tmp_path / "wrong.toml"
    path.write_text('title = "t"\ndescription = "d"\nsource = "s"\nshock = []\n')
    done = unwind("scenario", "check", path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "line 4" in done.stderr
    assert "shocks" in done.stderr  # the nearest known key


def test_show_names_the_set_of_betas_beside_their_figures(unwind, root):
    out = unwind("scenario", "show", root / "engine/scenario/bundled/equities/regimes-theory.toml").stdout
    assert "betas_name           theory" in out
    assert "XLK -40" in out


def test_show_has_the_moments_of_a_scenario_s_own_rows(unwind):
    out = unwind("scenario", "show", "flight-2024").stdout
    assert "17 factors' residuals on 22 dates, 2024-07-10 to 2024-08-09" in out
    assert "USDJPY   -0.74  1.46" in out


def test_a_plot_that_could_not_be_drawn_is_refused_before_anything_is_shown(unwind, tmp_path):
    done = unwind("scenario", "show", "base", "--plot", tmp_path / "fan.gif")
    assert (done.returncode, done.stdout) == (2, "")
    assert "must end in .png, .svg or .pdf" in done.stderr
    done = unwind("scenario", "show", "base", "--plot", tmp_path / "nowhere" / "fan.png")
    assert "there is no folder" in done.stderr


def test_show_words_a_shock_by_what_its_factor_is(unwind, tmp_path):
    path = tmp_path / "mine.toml"
    shocks = (
        '{ factor = "SPX", size = -0.1, kind = "relative" }',
        '{ factor = "SPX", size = 5000.0, kind = "target" }',
    )
    shocks += ('{ factor = "USDJPY_VOL", size = 0.5, kind = "relative" }',)
    shocks += ('{ factor = "USDJPY", size = -5.0, kind = "absolute" }',)
    path.write_text(f'title = "t"\ndescription = "d"\nsource = "s"\nshocks = [{", ".join(shocks)}]\n')
    out = unwind("scenario", "show", path).stdout
    rows = [tuple(line.split(maxsplit=1)) for line in out.splitlines()]
    for row in (("SPX", "-10 % of its level"), ("SPX", "to 5000"), ("USDJPY_VOL", "+50 % of its level")):
        assert row in rows, out
    assert ("USDJPY", "-5 yen") in rows


def test_show_says_by_which_law_factors_move(unwind):
    assert (
        "past days' residuals drawn whole, by variances at four speeds" in unwind("scenario", "show", "filtered").stdout
    )
    assert "the last 500 joint moves as they were" in unwind("scenario", "show", "historical").stdout
    assert "Law of the moves" not in unwind("scenario", "show", "base").stdout
