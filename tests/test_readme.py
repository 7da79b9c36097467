"""What README and the pages show can be pasted: example files are read as they stand, commands and Python run."""

import re
import shlex
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from cli.pages.article import output
from cli.pages.readme import COMMAND, written
from engine.errors import FileFaults, InputError
from engine.inputs.batch import read_batch
from engine.inputs.book.load import bundled_book_names, load_book
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.run import resolve
from engine.inputs.scenario.load import load_scenario, read_scenario
from engine.scenario.apply import apply
from engine.scenario.default_scenario import DEFAULT_SCENARIO
from tests.source_files import ROOT

MOST_LINES = 150  # what is longer is not read; the rest has pages
OWN_BOOK, OWN_RUN, OWN_MARKET = (ROOT / "docs/how-to" / f"own-{name}.md" for name in ("book", "run", "market"))


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a page in one language."""
    text = page.read_text("utf-8")
    return [body for name, body in re.findall(r"^```(\w*)\n(.*?)^```$", text, re.M | re.S) if name == language]


def kept(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_readme_is_short_and_opens_with_the_two_commands(root):
    text = (root / "README.md").read_text("utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    first, *_ = blocks(root / "README.md", "")
    assert [line.split("  ")[0] for line in first.splitlines()] == ["make demo", "make test"]
    assert text.index(first) < 20


def test_a_readme_without_markers_is_refused():
    with pytest.raises(InputError, match=r"README.md has no lines '<!-- written by"):
        written("# unwind\n", "")


@pytest.mark.slow  # 200,000 paths in two scenarios, in a process of its own
def test_the_readme_s_run_prints_what_stands_there(root):
    text = (root / "README.md").read_text("utf-8")
    assert written(text, output(COMMAND, root)) == text, "stale: run `python -m cli.pages.readme`"


@pytest.mark.slow  # two scenarios of 100,000 paths, walked again for their P&L and its parts
def test_the_readme_s_python_runs(root):
    (text,) = blocks(root / "README.md", "python")
    found: dict[str, object] = {}
    exec(compile(text, "README.md", "exec"), found)  # the reader's own words, as they would paste them


def test_the_book_is_read_without_a_warning(tmp_path):
    text, *_ = blocks(OWN_BOOK, "csv")
    book = load_book(kept(tmp_path, "my-book.csv", text), date(2025, 5, 28))
    assert book.position_ids == ("JGB-10Y-377", "UST-5Y-2030-04")
    assert book.warnings == ()


def test_the_scenario_fits_the_bundled_market_without_a_note(tmp_path):
    scenario, _ = blocks(OWN_RUN, "toml")
    path = kept(tmp_path, "my-scenario.toml", scenario)
    shocked = apply(read_scenario(path), load_market(bundled_market_path()))
    assert (shocked.market.usdjpy, shocked.notes) == (130.0, ())


def test_the_run_file_is_read(tmp_path):
    _, run = blocks(OWN_RUN, "toml")
    config = resolve({}, {}, kept(tmp_path, "RUN.toml", run))
    assert config.book_files == (tmp_path / "my-book.csv",)
    assert config.scenarios == (DEFAULT_SCENARIO, str(tmp_path / "my-scenario.toml"))
    assert config.until_se == 0.005


def test_the_extending_scenario_changes_what_it_names_and_nothing_else(root, tmp_path):
    (unwind,) = blocks(root / "docs/concepts/dynamics.md", "toml")
    scenario = read_scenario(kept(tmp_path, "my-unwind.toml", unwind))
    assert apply(scenario, load_market(bundled_market_path())).notes == ()  # its loop does not feed itself
    mine, loop = scenario.unwind, load_scenario("unwind-loop").unwind
    assert mine is not None
    assert loop is not None
    assert mine.carry == replace(loop.carry, stock_usd_bn=300.0, stop_loss=0.25)
    assert replace(mine, carry=loop.carry) == loop


def test_the_euro_s_tables_make_a_market_of_three_currencies(tmp_path):
    (tables,) = (block for block in blocks(OWN_MARKET, "toml") if "[fx.rates.EUR]" in block)
    text = bundled_market_path().read_text("utf-8")
    for key, value in {"names": '"EURJPY"', "vols": "0.1", "kappas": "0.0", "thetas": "0.0"}.items():
        text = text.replace(f"\n{key} = [\n", f"\n{key} = [\n    {value},\n", 1)
    head, rows = text.split("\ncorrelation = [\n")
    text = f"{head}\ncorrelation = [\n    [1.0],\n" + rows.replace("    [", "    [0.1, ")
    market = load_market(kept(tmp_path, "market.toml", f"{text}\n{tables}"))
    assert market.fx == {"USD": 145.04, "EUR": 163.75}
    assert {"BUND", "ESTR", "XCCY_EUR"} <= market.curves.keys()
    assert market.fx_vols["EURUSD"].level == 0.08


def test_the_books_that_the_commands_name_are_bundled(root):
    commands = "".join(blocks(root / "docs/how-to/at-a-glance.md", "")).splitlines()
    words = [shlex.split(line, comments=True) for line in commands]
    named = {after for line in words for word, after in pairwise(line) if word in ("--book", "check")}
    assert {"general-account", "life-insurer"} <= named <= set(bundled_book_names())


def test_an_index_is_declared_as_it_says_and_has_a_place_in_the_default_law(tmp_path):
    levels, given, *_ = blocks(OWN_MARKET, "toml")
    bundled = bundled_market_path()
    text = bundled.read_text("utf-8").replace("[factors]", f"{levels}\n[factors]")
    for name in ("2025-05-28.rows.npy", "2025-05-28.moves.npy"):
        (tmp_path / name).write_bytes(bundled.with_name(name).read_bytes())
    text = text.replace('"USDJPY", "USDJPY_VOL",', '"USDJPY", "USDJPY_VOL", "SPX",')
    text = text.replace("0.1123475, 0.55,", "0.1123475, 0.55, 0.18,").replace("0.0, 2.0,", "0.0, 2.0, 0.0,")
    text = text.replace("0.0, 0.124,", "0.0, 0.124, 0.0,").replace("# USDJPY_VOL\n]", f"\n    {[0.0] * 18 + [1.0]},\n]")
    default = load_scenario(DEFAULT_SCENARIO)
    with pytest.raises(FileFaults, match=r"does not say how SPX moves: add \[law.given.NAME\]"):
        apply(default, load_market(kept(tmp_path, "market.toml", text)))
    market = apply(default, load_market(kept(tmp_path, "market.toml", f"{text}\n{given}"))).market
    assert market.filtered is not None
    assert market.filtered.given["SPX"].loadings == {"USDJPY": 0.15, "UST_10Y": 0.05}
    assert (market.factors[-1].name, market.factors[-1].currency, market.levels["SPX"]) == ("SPX", "USD", 5888.55)


def test_the_tutorial_s_book_scenario_and_batch_are_read(root, tmp_path):
    (book,) = blocks(root / "docs/tutorial/first-night.md", "csv")
    (night,) = blocks(root / "docs/tutorial/first-night.md", "toml")
    (unwind,) = blocks(root / "docs/tutorial/own-unwind.md", "toml")
    assert load_book(kept(tmp_path, "my-book.csv", book), date(2025, 5, 28)).warnings == ()
    assert read_batch(kept(tmp_path, "night.toml", night), ["2025-05-28"]).out == tmp_path / "record"
    assert unwind in blocks(root / "docs/concepts/dynamics.md", "toml")
