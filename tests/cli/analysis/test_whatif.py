"""`unwind whatif`: its tables, and what it refuses."""

import json

import pytest

from cli.analysis.whatif import whatif
from engine.analysis.whatif import kept_pnl
from engine.errors import InputError
from kernels import objects

SLOW = (
    "numba",
    "pandas",
    "QuantLib",
    "matplotlib",
    "duckdb",
    "scipy.stats",
    "scipy.linalg",
    "jinja2",
)
HEAD = "position_id,kind,currency,notional,coupon,maturity\n"
BOOK = HEAD + "U,UST,USD,30000000,0.0425,2035-05-15\n"
TRADES = HEAD + "S,UST,USD,-20000000,0.0425,2035-05-15\n"
LIMITS = '[[limits]]\nname = "shortfall"\nmeasure = "ES"\nconfidence = 0.99\nscenario = "base"\namount = 1e8\n'


@pytest.fixture
def is_numba_spared():
    return objects._folder() is not None  # elsewhere numba loads its kernels itself


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.setattr(kept_pnl, "cache_folder", lambda: tmp_path / "kept" / "books")
    for name, text in (("books.csv", BOOK), ("trades.csv", TRADES), ("limits.toml", LIMITS)):
        (tmp_path / name).write_text(text)
    return tmp_path


def settings(files):
    return {"book": [files / "books.csv"], "scenario": ["base"], "paths": "1000", "backend": "numba"}


def test_the_tables_say_change_payments_carry_and_limits(files, capsys):
    whatif(files / "trades.csv", limits=files / "limits.toml", **settings(files))
    out = capsys.readouterr().out
    assert "What 1 trade would change over 10 business days from 2025-05-28" in out
    assert "1,000 paths, one step, seed 1" in out
    for title in ("What the trades pay", "Value and carry of the trades", "Limits before and after"):
        assert title in out
    assert "ES 99 % base total" in out
    assert "within: new" in out


def test_json_alone_is_on_stdout(files, capsys):
    whatif(files / "trades.csv", as_json=True, **settings(files))
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["trades"][0]["book"], found["limits"]) == (1, "whatif", [])


def test_once_the_total_is_kept_no_library_is_loaded_that_takes_long(files, unwind, is_numba_spared):
    """What a cold process loads is most of what an answer takes: these alone would be a second."""
    options = ["--book", "books.csv", "--paths", "1000", "--scenario", "base"]
    program = (
        "import sys; from cli import main\n"
        f"sys.argv = ['unwind', 'whatif', 'trades.csv', *{options}]\n"
        "try: main.main()\n"
        "except SystemExit: pass\n"
        f"print([name for name in {SLOW} if name in sys.modules], file=sys.stderr)\n"
    )
    unwind.python("-c", program, cwd=files)  # keeps
    done = unwind.python("-c", program, cwd=files)
    assert done.returncode == 0, done.stderr
    loaded = json.loads(done.stderr.splitlines()[-1].replace("'", '"'))
    assert [name for name in loaded if is_numba_spared or name not in ("numba", "scipy.linalg")] == []


def test_a_night_takes_no_settings_beside_it(files):
    with pytest.raises(InputError, match="--night has its own settings: leave out book, scenarios, paths, backend"):
        whatif(files / "trades.csv", night=files, **settings(files))
