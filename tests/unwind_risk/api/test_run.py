"""A run by the API is that of the command, to the bit; dates and threads do not touch one another."""

import json
import threading
from dataclasses import replace
from datetime import date

import pytest

import unwind_risk as uw
from engine.inputs.run import resolve
from engine.run import start
from unwind_risk.api.notes import Notes
from unwind_risk.api.run import loaded_of, run_with


def digests(found):
    return [row.pnl_sha256 for row in found.finished.result.results]


def test_the_figures_are_those_of_the_engine_to_the_bit(result):
    settings = {"scenarios": ["filtered", "article-2025"], "paths": 2000, "by": ["book"], "confidence": [0.9, 0.95]}
    config = resolve(settings, {})
    plain = start.run(config, lambda done, total: None, lambda text: None)
    assert digests(result) == [row.pnl_sha256 for row in plain.results]
    assert result.run == plain.run
    assert result.finished.result.results == plain.results


def test_paths_names_and_objects_are_taken_alike():
    market, scenario = uw.Market.bundled(), uw.Scenario.bundled("article-2025")
    book = uw.Book.bundled("carry-fund")
    by_object = uw.run(book, market, [scenario], paths=200)
    by_path = uw.run(book.paths[0], market.path, "article-2025", paths=200)
    assert digests(by_object) == digests(by_path)
    assert by_object.run.inputs == by_path.run.inputs


def test_several_books_are_one_run():
    book = uw.Book.of(uw.positions.CASH("USD", 1e6, currency="USD"), name="desk")
    found = uw.run([book, "carry-fund"], scenarios="base", paths=200)
    assert list(found.table()["scope"].unique()) == ["total", "book:desk", "book:carry-fund"]


def test_settings_are_refused_in_the_words_of_a_file():
    with pytest.raises(uw.InputError) as refusal:
        uw.run(paths=3, horizon_days=1.5, confidence=99, by="desk", backend="gpu")
    assert sorted(str(refusal.value).splitlines()) == [
        "backend: must be one of 'auto', 'numpy', 'numba' or 'cuda', got 'gpu'",
        "by: nothing is taken apart by 'desk'; known are position, book, family, currency, factor, pillar, book x"
        " factor, regime",
        "confidence: must lie in [0.5, 1), got 99.0; 99 % is 0.99",
        "horizon_days: must be a whole number such as 10, got 1.5",
        "paths: must be at least 100, got 3",
    ]


def test_nothing_is_printed_and_no_variable_of_the_environment_has_a_say(capfd, monkeypatch):
    monkeypatch.setenv("UNWIND_SEED", "7")
    seen = []
    found = uw.run("carry-fund", scenarios="base", paths=200, progress=lambda done, total: seen.append((done, total)))
    assert capfd.readouterr() == ("", "")
    assert seen[-1] == (200, 200)
    assert any(note.startswith("backend auto: ") for note in found.notes)
    assert found.run.seed == 1


def on_another_date(market):
    """The bundled market as if it were of 2024-07-31, without its law, which is of its own date."""
    moved = replace(market.loaded, valuation_date=date(2024, 7, 31), filtered=None, no_filtered="moved")
    return uw.Market(loaded=moved, sha256="moved")


def test_two_dates_in_two_threads_have_the_bits_that_each_has_alone(monkeypatch, tmp_path):
    """Books are compiled anew in both threads: calendars, caches and kernels are one process's."""
    markets = {"one": uw.Market.bundled(), "other": on_another_date(uw.Market.bundled())}

    def work(name, found):
        found[name] = digests(uw.run("carry-fund", markets[name], "base", paths=200, steps="daily"))

    alone, together = {}, {}
    for name in markets:
        work(name, alone)
    monkeypatch.setenv("UNWIND_CACHE", str(tmp_path))  # empty
    threads = [threading.Thread(target=work, args=(name, together)) for name in markets]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert together == alone
    assert alone["one"] != alone["other"]


def test_an_interrupted_run_leaves_no_thread_and_the_next_has_the_right_bits():
    def interrupt(done, total):
        raise KeyboardInterrupt

    before = digests(uw.run("carry-fund", scenarios="base", paths=70_000))  # two cells: the pilot and one more
    running = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        uw.run("carry-fund", scenarios="base", paths=70_000, progress=interrupt)
    assert threading.active_count() == running
    assert digests(uw.run("carry-fund", scenarios="base", paths=70_000)) == before


def test_a_checked_configuration_runs_as_it_is():
    config = resolve({"scenarios": ["base"], "paths": 200, "book": "engine/book/data/carry-fund.csv"}, {})
    found = run_with(config, *loaded_of(config), progress=lambda done, total: None, notes=Notes())
    assert found.finished.prepared.config == config
    assert json.loads(found.to_json())["run"]["n_paths"] == 200
