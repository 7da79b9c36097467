"""What a night starts from is read once: the digest in its record is that of what was parsed, whatever is exchanged."""

import itertools
import os
import threading
import time
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from engine.batch.reproduce import reproduce
from engine.batch.sources import day_of
from engine.inputs import opened
from engine.inputs.batch import read_batch
from engine.inputs.market.load import bundled_market_path
from engine.inputs.run import resolve
from engine.run.load import load_inputs
from tests.engine.batch.conftest import BOOKS, DATE, ignore

SCENARIO = """
title = "{size}"
description = "d"
source = "s"
[[shocks]]
factor = "USDJPY"
size = {size}
kind = "relative"
"""


def exchange(path, text):
    """Another file under the same name, as a nightly export puts it there."""
    other = path.with_name(f".{path.name}.new")
    other.write_text(text, encoding="utf-8")
    other.replace(path)


def exchange_after_first_opening(monkeypatch, path, text):
    """Exchange a file as soon as it was read for the first time; return every opening of it."""
    original, seen = os.open, []

    def counted(name, flags, *rest, **more):
        if Path(os.fsdecode(name)) == path if isinstance(name, str | bytes | Path) else False:
            seen.append(name)
            handle = original(name, flags, *rest, **more)
            exchange_with(path, text, original)
            return handle
        return original(name, flags, *rest, **more)

    monkeypatch.setattr(opened.os, "open", counted)
    return seen


def exchange_with(path, text, original):
    other = path.with_name(f".{path.name}.new")
    handle = original(other, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.write(handle, text.encode())
    os.close(handle)
    other.replace(path)


@pytest.fixture
def small(folder):
    folder.edit("paths = 400_000", "paths = 1000")
    folder.edit('scenario = ["base", "august-2024"]', 'scenario = ["base", "own.toml"]')
    (folder.folder / "own.toml").write_text(SCENARIO.format(size=-0.1))
    return folder


def figures(folder):
    """Digests of inputs, and of what came of them."""
    found = folder.manifest()
    inputs = (found["market"]["sha256"], *(book["sha256"] for book in found["books"]))
    return (*inputs, *(each["sha256"] for each in found["scenarios"])), (found["pnl_sha256"], found["files"])


@pytest.mark.parametrize("what", ["market", "book", "scenario"])
def test_a_file_exchanged_during_a_night_is_recorded_as_it_was_read(what, small, monkeypatch):
    market = small.folder / "markets" / f"{DATE}.toml"
    path, text = {
        "market": (market, market.read_text("utf-8").replace("usdjpy = ", "usdjpy = 1")),
        "book": (small.folder / "books" / "bonds.csv", "not even a book"),
        "scenario": (small.folder / "own.toml", SCENARIO.format(size=-0.3)),
    }[what]
    small.night()
    wanted = figures(small)
    small.edit('out = "record"', 'out = "again"')
    small.out = small.folder / "again"
    with monkeypatch.context() as patched:
        seen = exchange_after_first_opening(patched, path, text)
        small.night()
    assert len(seen) == 1
    assert figures(small) == wanted
    assert path.read_text("utf-8") == text


@pytest.mark.slow
def test_a_file_exchanged_at_every_moment_of_nights_gives_one_of_two_records_and_no_mixture(small):
    """A thread exchanges a book of 10 bn for one of 1 bn as fast as it can; each night must be one of the two."""
    path = small.folder / "books" / "bonds.csv"
    texts = [path.read_text(), path.read_text().replace("10000000000", "1000000000")]
    right = {}
    for i, text in enumerate(texts):
        exchange(path, text)
        small.edit(f'out = "{small.out.name}"', f'out = "right-{i}"')
        small.out = small.folder / f"right-{i}"
        small.night()
        digests, right_figures = figures(small)
        right[digests] = right_figures
    stop = threading.Event()

    def swap():
        for text in itertools.cycle(texts):
            if stop.is_set():
                return
            exchange(path, text)
            time.sleep(0.001)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        for i in range(4):
            small.edit(f'out = "{small.out.name}"', f'out = "night-{i}"')
            small.out = small.folder / f"night-{i}"
            small.night()
            digests, found = figures(small)
            assert right[digests] == found
    finally:
        stop.set()
        thread.join()
    assert len(right) == 2


@pytest.mark.parametrize("what", ["market", "book"])
def test_a_single_run_states_the_digest_of_what_it_parsed(what, small, monkeypatch):
    paths = {"market": small.folder / "markets" / f"{DATE}.toml", "book": small.folder / "books" / "bonds.csv"}
    digest = sha256(paths[what].read_bytes()).hexdigest()
    seen = exchange_after_first_opening(monkeypatch, paths[what], "another file")
    inputs = load_inputs(resolve({"paths": 1000, "scenario": "base", **paths}, {}))
    assert (len(seen), inputs.sha256[what]) == (1, digest)


def test_a_batch_file_is_read_once(small, monkeypatch):
    digest = sha256(small.file.read_bytes()).hexdigest()
    seen = exchange_after_first_opening(monkeypatch, small.file, "another file")
    assert (read_batch(small.file).sha256, len(seen)) == (digest, 1)


def test_a_history_is_recorded_as_it_was_read(small, monkeypatch):
    path = small.folder / "history.csv"
    rows = "\n".join(f"{day:%Y-%m-%d},{150 + day.day / 100}" for day in (date(2025, 5, n) for n in range(1, 28)))
    path.write_text(f"date,usdjpy\n{rows}\n")
    small.edit("block_cells = 1", 'block_cells = 1\nhistories = ["history.csv"]')
    digest = sha256(path.read_bytes()).hexdigest()
    seen = exchange_after_first_opening(monkeypatch, path, "another file")
    small.night()
    assert len(seen) == 1
    assert [each["sha256"] for each in small.manifest()["correlations"]["histories"]] == [digest]


@pytest.mark.parametrize("what", ["market", "book", "history", "scenario"])
def test_a_pipe_in_the_place_of_an_input_holds_up_no_night(what, small):
    small.edit("block_cells = 1", 'block_cells = 1\nhistories = ["history.csv"]')
    path = {
        "market": small.folder / "markets" / f"{DATE}.toml",
        "book": small.folder / "books" / "bonds.csv",
        "history": small.folder / "history.csv",
        "scenario": small.folder / "own.toml",
    }[what]
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    found = small.night(code=0 if what == "history" else 4)
    if what == "history":
        assert "not a regular file" in small.manifest()["correlations"]["basis"]
    else:
        assert "not a regular file" in found["nights"][0]["faults"][0]["message"]


def test_a_device_without_end_is_no_book(small):
    path = small.folder / "books" / "endless.csv"
    path.symlink_to("/dev/zero")
    (fault,) = small.night(code=4)["nights"][0]["faults"]
    assert (
        fault["message"]
        == f"{path}: is not a regular file but a device or a pipe; give a CSV, spreadsheet or Parquet file"
    )


def test_a_books_bytes_are_let_go_when_it_is_loaded(small):
    day = day_of(read_batch(small.file), date.fromisoformat(DATE))
    assert set(day._opened) == set(BOOKS)
    day.book(day.files[0])
    assert set(day._opened) == {day.files[1].name}
    assert all(file.opened is None for file in day.files)


def test_a_record_is_made_again_from_files_that_are_read_once(small, monkeypatch):
    small.night()
    path = small.folder / "books" / "bonds.csv"
    seen = exchange_after_first_opening(monkeypatch, path, "another file")
    assert reproduce(small.out / f"valuation_date={DATE}" / "run=ten-days", ignore, ignore).is_identical
    assert len(seen) == 1


def test_a_run_under_laws_records_each(folder):
    folder.edit("paths = 400_000", 'paths = 2000\nlaw = ["gaussian", "t"]')
    folder.edit('scenario = ["base", "august-2024"]', 'scenario = ["base", "article-2025"]')
    folder.write_market(DATE)
    for suffix in ("rows", "moves"):
        source = bundled_market_path().with_name(f"{DATE}.{suffix}.npy")
        (folder.folder / "markets" / source.name).write_bytes(source.read_bytes())
    folder.night()
    found = folder.manifest()
    names = ["gaussian", "t", "article-2025/gaussian", "article-2025/t"]
    assert [each["name"] for each in found["scenarios"]] == names
    assert found["config"]["law"] == ["gaussian", "t"]
    assert found["facts"]["laws"] == [
        {"gaussian": "gaussian", "t": "t"},
        {"gaussian": "article-2025/gaussian", "t": "article-2025/t"},
    ]
    assert len({found["pnl_sha256"][f"{name}/total"] for name in names}) == 4
