"""What the README shows can be pasted: its example files are read and used as they stand."""

import re
import shlex
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from engine.errors import FileFaults
from engine.inputs.book.load import load_book
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.run import resolve
from engine.inputs.scenario.load import load_scenario, read_scenario
from engine.scenario.apply import apply
from engine.scenario.default_scenario import DEFAULT_SCENARIO


@pytest.fixture
def blocks(root) -> dict[str, list[str]]:
    """The fenced blocks by language."""
    found: dict[str, list[str]] = {}
    for language, text in re.findall(r"^```(\w*)\n(.*?)^```$", (root / "README.md").read_text("utf-8"), re.M | re.S):
        found.setdefault(language, []).append(text)
    return found


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_book_is_read_without_a_warning(blocks, tmp_path):
    (text,) = blocks["csv"]
    book = load_book(written(tmp_path, "my-book.csv", text), date(2025, 5, 28))
    assert book.position_ids == ("JGB-10Y-377", "UST-5Y-2030-04")
    assert book.warnings == ()


def test_the_scenario_fits_the_bundled_market_without_a_note(blocks, tmp_path):
    scenario, *_ = blocks["toml"]
    path = written(tmp_path, "my-scenario.toml", scenario)
    shocked = apply(read_scenario(path), load_market(bundled_market_path()))
    assert (shocked.market.usdjpy, shocked.notes) == (130.0, ())


def test_the_extending_scenario_changes_what_it_names_and_nothing_else(blocks, tmp_path):
    *_, unwind = blocks["toml"]
    scenario = read_scenario(written(tmp_path, "my-unwind.toml", unwind))
    assert apply(scenario, load_market(bundled_market_path())).notes == ()  # its loop does not feed itself
    mine, severe = scenario.unwind, load_scenario("feedback-severe").unwind
    assert mine is not None
    assert severe is not None
    assert mine.carry == replace(severe.carry, stock_usd_bn=300.0, stop_loss=0.25)
    assert replace(mine, carry=severe.carry) == severe


def test_the_euro_s_tables_make_a_market_of_three_currencies(blocks, tmp_path):
    (tables,) = (block for block in blocks["toml"] if "[fx.rates.EUR]" in block)
    text = bundled_market_path().read_text("utf-8")
    for key, value in {"names": '"EURJPY"', "vols": "0.1", "kappas": "0.0", "thetas": "0.0"}.items():
        text = text.replace(f"\n{key} = [\n", f"\n{key} = [\n    {value},\n", 1)
    head, rows = text.split("\ncorrelation = [\n")
    text = f"{head}\ncorrelation = [\n    [1.0],\n" + rows.replace("    [", "    [0.1, ")
    market = load_market(written(tmp_path, "market.toml", f"{text}\n{tables}"))
    assert market.fx == {"USD": 145.04, "EUR": 163.75}
    assert {"BUND", "ESTR", "XCCY_EUR"} <= market.curves.keys()
    assert market.fx_vols["EURUSD"].level == 0.08


def test_the_run_file_is_read(blocks, tmp_path):
    _, run, *_ = blocks["toml"]
    config = resolve({}, {}, written(tmp_path, "RUN.toml", run))
    assert config.book_files == (tmp_path / "my-book.csv",)
    assert config.scenarios == (DEFAULT_SCENARIO, str(tmp_path / "my-scenario.toml"))
    assert config.until_se == 0.005


def test_the_files_that_the_commands_name_are_there(root, blocks):
    commands = [line for line in "".join(blocks[""]).splitlines() if line.startswith(".venv/bin/unwind ")]
    named = [word for line in commands for word in shlex.split(line, comments=True) if "/" in word]
    files = [word for word in named if not word.startswith(".venv")]
    assert len(files) >= 3
    assert all((root / file).is_file() for file in files)


def test_an_index_is_declared_as_it_says_and_has_a_place_in_the_default_law(blocks, tmp_path):
    _, _, levels, given, *_ = blocks["toml"]
    bundled = bundled_market_path()
    text = bundled.read_text("utf-8").replace("[factors]", f"{levels}\n[factors]")
    for name in ("2025-05-28.rows.npy", "2025-05-28.moves.npy"):
        (tmp_path / name).write_bytes(bundled.with_name(name).read_bytes())
    text = text.replace('"USDJPY", "USDJPY_VOL",', '"USDJPY", "USDJPY_VOL", "SPX",')
    text = text.replace("0.1123475, 0.55,", "0.1123475, 0.55, 0.18,").replace("0.0, 2.0,", "0.0, 2.0, 0.0,")
    text = text.replace("0.0, 0.124,", "0.0, 0.124, 0.0,").replace("# USDJPY_VOL\n]", f"\n    {[0.0] * 18 + [1.0]},\n]")
    default = load_scenario(DEFAULT_SCENARIO)
    with pytest.raises(FileFaults, match=r"does not say how SPX moves: add \[law.given.NAME\]"):
        apply(default, load_market(written(tmp_path, "market.toml", text)))
    market = apply(default, load_market(written(tmp_path, "market.toml", f"{text}\n{given}"))).market
    assert market.filtered is not None
    assert market.filtered.given["SPX"].loadings == {"USDJPY": 0.15, "UST_10Y": 0.05}
    assert (market.factors[-1].name, market.factors[-1].currency, market.levels["SPX"]) == ("SPX", "USD", 5888.55)
