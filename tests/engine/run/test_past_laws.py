"""What a run says of factors without a history: one line, with a command that lists them."""

from dataclasses import replace

from engine.inputs.market.load import bundled_market_path
from engine.inputs.run import resolve
from engine.run.load import load_inputs
from engine.run.past_laws import past_notes


def notes(**settings):
    config = resolve(settings, {})
    return past_notes(config, load_inputs(config))


def test_all_drawn_scenarios_share_a_line_that_names_the_command():
    assert notes(book="general-account", scenarios=["filtered", "flight-2024"]) == (
        "filtered: 10 factors have no history and follow others by assumption;"
        " `unwind scenario show filtered --book general-account` lists them",
    )


def test_the_command_names_a_market_of_ones_own_and_none_where_it_is_the_usual_one(tmp_path):
    usual = bundled_market_path()
    (line,) = notes(scenarios=["filtered"])
    assert line == (
        "filtered: 1 factor has no history and follows others by assumption; `unwind scenario show filtered` lists it"
    )
    for each in usual.parent.glob(f"{usual.stem}.*"):  # the market, and its table of past days
        (tmp_path / each.name).write_bytes(each.read_bytes())
    mine = tmp_path / usual.name
    (line,) = notes(scenarios=["filtered"], market=mine)
    assert line.endswith(f"`unwind scenario show filtered --market {mine}` lists it")


def test_a_programs_own_market_has_no_command_and_plain_history_stands_still():
    config = resolve({"scenarios": ["filtered", "historical"]}, {})
    still, drawn = past_notes(config, replace(load_inputs(config), is_of_files=False))
    assert still == "historical-500: USDJPY_VOL stays still, for there is no history of it"
    assert drawn == "filtered: 1 factor has no history and follows others by assumption"
