"""What a batch plan finds before anything runs."""

import json
from datetime import date

import pytest

import engine.run.backend
from engine.batch.plan import planned
from engine.batch.record_lock import check_writable, only_writer
from engine.errors import InputError
from engine.inputs.batch import read_batch
from engine.inputs.market.load import bundled_market_path
from engine.record.read import read_night
from kernels.cuda.host.check import CudaFault

LIMIT = """
[[limits]]
name = "a"
measure = "VaR"
confidence = 0.99
amount = 1e15
"""


def ignore(*_: object) -> None:
    """What a plan says while it works."""


def plan(folder):
    return planned(read_batch(folder.file), ignore, probe=False)


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ('scenario = "base"\nscope = "book:nosuch"', "no scope 'book:nosuch'; it has total, book:bills, book:bonds"),
        ("", "no scenario 'filtered', to which a limit that names none is held; it has base, august-2024"),
        ('scenario = "april-2025"', "no scenario 'april-2025'; it has base, august-2024"),
        ('currency = "USD"', "the limit is in USD, the run in JPY"),
        ('run = "one-day"', "limit a: there is no such run, 'one-day'; there are ten-days"),
    ],
)
def test_a_limit_that_will_find_no_figure_is_a_fault_of_the_plan(folder, key, reason):
    folder.file.write_text(f"{folder.file.read_text()}{LIMIT}{key}\n")
    (fault,) = plan(folder).faults
    assert reason in fault
    said = []
    folder.work(say=said.append)
    assert sum(reason in each and each.endswith("; it will not be evaluated") for each in said) == 1
    assert next(i for i, each in enumerate(said) if reason in each) == 0  # before any block


def test_limits_on_every_book_are_no_fault(folder):
    folder.file.write_text(f'{folder.file.read_text()}{LIMIT}scenario = "base"\nscope = "book:*"\n')
    assert plan(folder).faults == ()
    assert plan(folder).warnings == ()


@pytest.mark.slow
def test_a_limit_that_names_no_scenario_is_held_to_the_default_one_and_plan_and_night_say_so(folder):
    folder.edit('["base", "august-2024"]', '"filtered"')
    for name in ("2025-05-28.rows.npy", "2025-05-28.moves.npy"):
        (folder.folder / "markets" / name).write_bytes(bundled_market_path().with_name(name).read_bytes())
    folder.file.write_text(f"{folder.file.read_text()}{LIMIT.replace('name = ', '# ')}")
    said = "limit 1 names no scenario: it is held to filtered"
    assert plan(folder).warnings == (said,)
    done = folder.run("run", folder.file)
    assert done.returncode == 0, done.stderr
    assert f"warning: {said}" in done.stderr.splitlines()
    (night,) = json.loads(done.stdout.splitlines()[-1])["nights"]
    assert night["warnings"] == [said]
    assert night["limits_not_evaluated"] == []
    (use,) = read_night(folder.out, date(2025, 5, 28)).limits
    assert (use.scenario, use.state) == ("filtered", "within")


def test_an_out_that_cannot_be_written_is_a_fault_of_plan_and_run(folder):
    folder.edit('out = "record"', 'out = "/proc/x"')
    wanted = "out '/proc/x' cannot be written: No such file or directory; give a folder you may write to"
    assert plan(folder).faults == (wanted,)
    done = folder.run("run", folder.file)
    assert done.returncode == 2
    assert done.stderr == f"error: {wanted}\n"
    assert json.loads(done.stdout)["exit_code"] == 2


def test_a_file_in_the_place_of_out_is_refused(tmp_path):
    (tmp_path / "record").write_text("")
    with pytest.raises(InputError, match="cannot be written: Not a directory"):
        check_writable(tmp_path / "record")
    with pytest.raises(InputError, match="give a folder"), only_writer(tmp_path / "record", "batch"):
        pass


def test_a_check_leaves_nothing_behind(tmp_path):
    check_writable(tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []


def test_warnings_of_inputs_are_told_once(folder):
    folder.edit(
        "[[runs]]", '[[runs]]\nname = "second"\nscenario = "base"\npaths = 70_000\nbackend = "numba"\n\n[[runs]]'
    )
    path = folder.folder / "books" / "bonds.csv"
    head, *rows = path.read_text().splitlines()
    path.write_text("\n".join([f"{head},desk_note", *(f"{row},1" for row in rows)]) + "\n")
    wanted = "column 'desk_note' is unknown"
    assert sum(wanted in each for each in plan(folder).warnings) == 1
    done = folder.run("run", folder.file)
    assert done.returncode == 0
    assert [line.startswith("warning: ") for line in done.stderr.splitlines() if wanted in line] == [True]
    (night,) = json.loads(done.stdout.splitlines()[-1])["nights"]
    assert sum(wanted in each for each in night["warnings"]) == 1


def test_what_auto_picked_is_told_once_a_batch(folder, monkeypatch):
    fault = CudaFault(message="no driver", is_temporary=False)
    monkeypatch.setattr(engine.run.backend, "cuda_fault", lambda: fault)
    folder.edit("[[runs]]", '[[runs]]\nname = "second"\nscenario = "base"\npaths = 70_000\n\n[[runs]]')
    folder.edit('backend = "numba"', 'backend = "auto"')
    said = []
    folder.work(say=said.append)
    assert sum("backend auto" in each for each in said) == 1
