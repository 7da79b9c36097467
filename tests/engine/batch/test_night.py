"""Whole batches in processes of their own: the record, starting again, bad nights, stops and full disks."""

import json
import os
import resource
import shutil
import signal
import subprocess
from datetime import date
from functools import partial

import numpy as np
import pytest

import engine.batch.blocks.block_files
import engine.run.start
from engine.batch.correlations import NO_HISTORY
from engine.batch.status import statuses
from engine.errors import InputError
from engine.inputs.batch import read_batch
from engine.inputs.market.load import load_market
from engine.inputs.run import resolve
from engine.record.correlations import read_correlations
from engine.record.manifest import read_intact
from engine.record.read import nights, read_night
from engine.record.verify import changed_files
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.plan import plan_brackets
from engine.run.start import run

DATE = date(2025, 5, 28)


def ignore(*_: object) -> None:
    """What a run says while it works."""


def test_a_night_of_one_file_has_the_figures_of_a_plain_run(folder):
    (folder.folder / "books" / "bills.csv").unlink()
    (said,) = folder.night()["nights"]
    assert said["stresses"] == {"ten-days": ["august-2024"]}
    night = read_night(folder.out, DATE)
    files = {"market": folder.folder / "markets" / "2025-05-28.toml", "book": folder.folder / "books" / "bonds.csv"}
    keys = {"scenarios": ["base", "august-2024"], "n_paths": 400_000, "confidences": [0.99], "backend": "numba"}
    plain = run(resolve({**files, **keys}, {}), ignore, ignore)
    assert night.runs[0].results == plain.results


def test_a_run_without_checkpoint_blocks_of_one_cell_has_the_same_bits(folder, done):
    folder.edit("block_cells = 1\n", "")
    folder.night()
    assert folder.manifest()["files"] == done.manifest()["files"]
    assert folder.manifest()["pnl_sha256"] == done.manifest()["pnl_sha256"]


def test_the_record_names_what_it_was_made_from(done):
    manifest = done.manifest()
    assert [book["books"] for book in manifest["books"]] == [["bills"], ["bonds"]]
    assert {"seed", "n_paths", "device", "versions"} <= manifest["facts"].keys()
    assert manifest["facts"]["seed"] == 1
    assert [(block["first"], block["n"]) for block in manifest["blocks"]] == [(i, 1) for i in range(7)]
    assert manifest["exit_code"] == 0
    assert nights(done.out) == (DATE,)
    night = read_night(done.out, DATE)
    scopes = ["total", "book:bills", "book:bonds"]
    assert [(row.scenario, row.scope) for row in night.runs[0].results] == [
        (scenario, scope) for scenario in ("base", "august-2024") for scope in scopes
    ]
    for histogram in night.runs[0].distributions:
        assert histogram.counts.sum() == histogram.n_paths == 65_536
        assert histogram.tail.size == 655
    total = {each.label: each.value for each in night.runs[0].dv01s if each.scope == "total"}
    assert total["all"] == pytest.approx(total["JGB"] + total["UST"], rel=1e-12)
    shocks = {row.scope: row.shock_pnl for row in night.runs[0].results if row.scenario == "august-2024"}
    losses = {each.scope: each.value for each in night.runs[0].stress_losses if each.label == "august-2024"}
    assert losses == pytest.approx({scope: -pnl for scope, pnl in shocks.items()}, rel=1e-9)


def test_the_record_holds_the_correlations_that_were_used(done):
    home = done.out / f"valuation_date={DATE}" / "run=ten-days"
    intact = read_intact(home)
    found = read_correlations(intact.manifest, intact.files)
    market = load_market(done.folder / "markets" / f"{DATE}.toml")
    assert found.names == tuple(factor.name for factor in market.factors)
    np.testing.assert_array_equal(found.used, market.correlation)
    assert (found.trailing, found.basis) == (None, NO_HISTORY)


def test_a_second_start_does_nothing(folder):
    folder.night()
    before = {path: path.stat().st_mtime_ns for path in folder.out.rglob("*") if path.is_file()}
    summary = folder.night()
    assert summary["nights"][0]["runs"] == {"ten-days": "recorded before"}
    after = {path: path.stat().st_mtime_ns for path in folder.out.rglob("*") if path.is_file()}
    lock = folder.out / ".lock"
    assert {path for path in before if before[path] != after[path]} <= {lock}


def test_changed_inputs_do_not_replace_a_record_unasked(folder):
    folder.night()
    old = folder.manifest()
    folder.write_book("bills", "UST-1Y,UST,USD,90000000,0.04,2026-05-31\n")
    summary = folder.night(code=4)
    assert "book bills changed" in summary["nights"][0]["faults"][0]["message"]
    assert folder.manifest() == old
    folder.night(again=True)
    assert folder.manifest()["pnl_sha256"] != old["pnl_sha256"]
    kept = list((folder.out / "superseded").rglob("manifest.json"))
    assert [json.loads(path.read_text()) for path in kept] == [old]
    assert changed_files(folder.out) == ()


def test_a_corrupt_book_costs_itself_and_the_total(folder):
    (folder.folder / "books" / "bills.csv").write_text("nothing,of,the,kind\n")
    summary = folder.night(code=4)
    night = read_night(folder.out, DATE)
    assert summary["nights"][0]["runs"] == {"ten-days": "partial"}
    assert [(fault.kind, fault.subject) for fault in night.faults] == [("book", "bills")]
    assert [row.scope for row in night.runs[0].results[:2]] == ["partial", "book:bonds"]
    assert not night.runs[0].manifest["complete"]
    folder.night(code=4)  # nothing has changed: still incomplete
    folder.write_book("bills", "UST-1Y,UST,USD,90000000,0.04,2026-05-31\n")
    folder.night()  # mended, the night completes, and the partial record is kept beside
    assert [row.scope for row in read_night(folder.out, DATE).runs[0].results[:3]] == [
        "total", "book:bills", "book:bonds"
    ]  # fmt: skip


def test_a_missing_date_and_a_nan_in_a_curve_leave_the_other_dates(folder):
    folder.edit("date = 2025-05-28", "date = [2025-05-26, 2025-05-27, 2025-05-28]")
    folder.write_market("2025-05-27", lambda text: text.replace("10Y = 0.01531", "10Y = nan"))
    summary = folder.night(code=4)
    found = {night["valuation_date"]: night for night in summary["nights"]}
    assert [night["exit_code"] for night in found.values()] == [4, 4, 0]
    assert "no such file" in found["2025-05-26"]["faults"][0]["message"]
    assert "nan" in found["2025-05-27"]["faults"][0]["message"]
    assert [fault["kind"] for fault in found["2025-05-26"]["faults"]] == ["market"]
    assert not (folder.out / "valuation_date=2025-05-27" / "run=ten-days").exists()
    assert read_night(folder.out, date(2025, 5, 27)).runs == ()


LIMITS = """
[[limits]]
name = "mistyped"
measure = "VAR"
amount = 1.0
[[limits]]
name = "tight"
measure = "VaR"
scenario = "base"
confidence = 0.99
amount = 1.0
[[limits]]
name = "loose"
measure = "DV01"
scope = "book:*"
amount = 1e15
[[limits]]
name = "of no run"
measure = "ES"
confidence = 0.99
run = "one-day"
amount = 1.0
"""


def test_a_limit_of_an_unknown_measure_costs_no_other(folder):
    folder.file.write_text(folder.file.read_text() + LIMITS)
    summary = folder.night(code=4)["nights"][0]
    assert "limits[1].measure" in summary["faults"][0]["message"]
    assert "line 19" in summary["faults"][0]["message"]
    assert summary["limits_breached"] == ["tight"]
    assert summary["limits_not_evaluated"] == ["of no run"]
    states = [(use.name, use.scope, use.state) for use in read_night(folder.out, DATE).limits]
    assert states[1:3] == [("loose", "book:bills", "within"), ("loose", "book:bonds", "within")]


def test_a_breached_hard_limit_ends_with_3_and_a_soft_one_does_not(folder):
    limit = '\n[[limits]]\nmeasure = "VaR"\nscenario = "base"\nconfidence = 0.99\namount = 1.0\nkind = "hard"\n'
    folder.file.write_text(folder.file.read_text() + limit)
    folder.night(code=3)
    use = read_night(folder.out, DATE).limits[0]
    assert (use.name, use.state, use.probability_above) == ("limit 1", "breached", 1.0)
    folder.edit('kind = "hard"', 'kind = "soft"')
    assert folder.night()["nights"][0]["limits_breached"] == ["limit 1"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_finishes_the_block_and_the_batch_goes_on_later(folder, done, number, code):
    child = folder.start("run", folder.file)
    folder.wait_for_block(child)
    child.send_signal(number)
    out, err = child.communicate(timeout=60)
    assert child.returncode == code, err
    assert json.loads(out.splitlines()[-1])["exit_code"] == code
    resumed = folder.run("resume", folder.file)
    assert resumed.returncode == 0, resumed.stderr
    assert "kept from before" in resumed.stderr
    assert folder.bits() == done.bits()


def test_resume_refuses_what_was_never_begun(folder):
    refused = folder.run("resume", folder.file)
    assert refused.returncode == 2
    assert "nothing of this batch was begun" in refused.stderr


def test_two_batches_at_once_one_ends_with_75_and_names_the_other(folder):
    folder.edit("paths = 400_000", "paths = 20_000_000")
    first = folder.start("run", folder.file)
    folder.wait_for_block(first)
    second = folder.run("run", folder.file)
    first.send_signal(signal.SIGTERM)
    first.communicate(timeout=60)
    assert second.returncode == 75
    assert json.loads(second.stdout.splitlines()[-1])["exit_code"] == 75
    assert f"process {first.pid} on " in second.stderr
    assert first.returncode == 143


def test_the_lock_of_a_killed_batch_is_free(folder):
    first = folder.start("run", folder.file)
    folder.wait_for_block(first)
    first.kill()
    first.communicate(timeout=60)
    assert (folder.out / ".lock").exists()
    folder.night()


def small_files(n_bytes: int) -> None:
    """Let no file of this process grow beyond `n_bytes`."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, n_bytes))


def test_without_room_it_ends_with_75_and_goes_on_when_there_is(folder, done):
    """A file may have 64 KiB: the plan fits, a block of 4,000 P&L in each of 6 rows does not."""
    full = folder.run("run", folder.file, preexec=partial(small_files, 65_536))
    assert full.returncode == 75, full.stderr
    assert "no room" in full.stderr
    assert not any(".part-" in path for path in folder.files())
    folder.night()
    assert folder.bits() == done.bits()


TMPFS = """
mount -t tmpfs -o size=600k tmpfs "$1/record" || exit 99
shift
"$@"
code=$?
cp -r "$0/record/." "$0/kept"
exit $code
"""


@pytest.mark.slow
def test_a_full_disk_keeps_the_blocks_before_it(folder, done):
    """A file system of 600 KiB fills up after two or three blocks of a quarter of it."""
    for name in ("record", "kept"):
        (folder.folder / name).mkdir()
    command = folder.command("run", folder.file)
    script = ["unshare", "-rm", "sh", "-c", TMPFS, folder.folder, folder.folder, *command]
    try:
        full = subprocess.run(script, capture_output=True, text=True, timeout=120, check=False, env=folder.env())
    except FileNotFoundError:
        pytest.skip("needs `unshare`, to mount a file system of its own")
    if full.returncode == 99 or "unshare" in full.stderr:
        pytest.skip(f"may not mount a file system here: {full.stderr.strip()}")
    assert full.returncode == 75, full.stderr
    assert "No space left on device" in full.stderr
    (folder.folder / "record").rmdir()
    (folder.folder / "kept").rename(folder.out)
    assert any("block-" in path for path in folder.files())
    resumed = folder.run("run", folder.file)
    assert resumed.returncode == 0, resumed.stderr
    assert "kept from before" in resumed.stderr
    assert folder.bits() == done.bits()


def test_shares_merge_to_the_same_bits(folder, done):
    for k in (2, 3):
        assert folder.work(share=(k, 3)).exit_code == 0
    early = folder.work(workers=None)
    assert early.exit_code == 4
    assert "cells 0 to 0, cells 3 to 3, cells 6 to 6" in early.nights[0].faults[0].message
    shard = folder.run("run", folder.file, "--shard", "1/3")
    assert shard.returncode == 0, shard.stderr
    merged = folder.run("merge", folder.file)
    assert merged.returncode == 0, merged.stderr
    assert folder.bits() == done.bits()


def test_a_share_of_other_inputs_is_not_taken_for_the_same(folder):
    folder.work(share=(1, 2))
    (folder.folder / "books" / "bills.csv").unlink()  # as on a machine that lacks it
    folder.work(share=(2, 2))
    merged = folder.work(workers=None)
    assert merged.exit_code == 4
    assert "blocks of another problem" in merged.nights[0].faults[0].message


def test_shares_with_brackets_that_miss_merge_to_the_same_bits(folder, monkeypatch):
    monkeypatch.setattr(engine.run.start, "plan_tails", lambda *sizes: plan_brackets(*sizes[:3], pilot_cells=2))
    monkeypatch.setattr(engine.batch.blocks.block_files, "MARGIN_SE", 1.6)
    folder.edit("paths = 400_000", "paths = 700_000")
    folder.night()
    whole = folder.bits()
    folder.out.rename(folder.folder / "whole")
    codes = []
    for _ in range(2):  # the second round has the wider brackets, which the first merge asked for
        for k in (2, 1):
            assert folder.work(share=(k, 2)).exit_code == 0
        codes.append(folder.work(workers=None).exit_code)
    assert codes == [4, 0]
    assert folder.bits() == whole


@pytest.mark.parametrize("place", ["manifest.json", "results.parquet", "distribution.parquet", "night.json"])
def test_verify_finds_any_changed_byte(folder, done, place):
    assert changed_files(done.out) == ()
    copy = shutil.copytree(done.out, folder.folder / "copy")
    (path,) = copy.rglob(place)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert any(place in said for said in changed_files(copy))
    path.unlink()
    assert any(place in said for said in changed_files(copy))


def test_metrics_are_written_for_a_collector_that_the_records_umask_shuts_out(folder):
    folder.edit("block_cells = 1", 'prometheus = "unwind.prom"\numask = "077"')
    assert folder.run("run", folder.file).returncode == 0
    os.umask(umask := os.umask(0))
    assert (folder.folder / "unwind.prom").stat().st_mode & 0o777 == 0o666 & ~umask
    lines = (folder.folder / "unwind.prom").read_text().splitlines()
    assert "unwind_batch_exit_code 0" in lines
    (line,) = [line for line in lines if line.startswith("unwind_value_at_risk{") and 'scope="total"' in line
               and 'scenario="base"' in line]  # fmt: skip
    wanted = read_night(folder.out, DATE).runs[0].results[0].measures[0].of(VALUE_AT_RISK).value
    assert float(line.rpartition(" ")[2]) == wanted


def test_dry_run_prints_blocks_memory_and_time_and_records_nothing(folder):
    done = folder.run("run", folder.file, "--dry-run")
    assert done.returncode == 0, done.stderr
    heading, row = done.stdout.splitlines()[2:4]
    assert heading.split() == ["date", "run", "paths", "rows", "blocks", "memory", "disk", "time"]  # none is kept
    assert row.split()[:5] == ["2025-05-28", "ten-days", "400,000", "6", "7"]
    assert not folder.out.exists()


def test_json_logs_are_one_object_a_line(folder):
    done = folder.run("run", folder.file, "--log-json")
    assert done.returncode == 0
    assert all({"ts", "level", "event", "message"} <= json.loads(line).keys() for line in done.stderr.splitlines())


def flip(path):
    """Change one bit in the middle of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("place", ["results.parquet", "levels.parquet", "manifest.json"])
def test_a_record_that_was_changed_is_no_record_until_it_is_made_again(folder, done, place):
    shutil.copytree(done.out, folder.out)
    damaged = folder.out / f"valuation_date={DATE}" / "run=ten-days" / place
    flip(damaged)
    with pytest.raises(InputError, match=rf"{place}: was changed since it was written; .*--again"):
        read_night(folder.out, DATE)
    (status,) = statuses(read_batch(folder.file))
    assert status.state.startswith("damaged: ")
    night = folder.night(code=4)["nights"][0]
    assert night["runs"] == {"ten-days": "failed"}
    assert [fault["message"].split(";")[0] for fault in night["faults"]] == [
        f"{damaged}: was changed since it was written"
    ]
    assert read_night(folder.out, DATE).runs == ()  # closed without it
    assert folder.night(again=True)["nights"][0]["runs"] == {"ten-days": "done"}
    assert folder.bits() == done.bits()
    assert list((folder.out / "superseded").rglob(place)) != []
    assert changed_files(folder.out) == ()


def test_a_changed_night_is_refused_and_closed_again(folder, done):
    shutil.copytree(done.out, folder.out)
    flip(folder.out / f"valuation_date={DATE}" / "night.json")
    with pytest.raises(InputError, match=r"night.json: was changed since it was written; `unwind batch run`"):
        read_night(folder.out, DATE)
    # the copy's books lie elsewhere, with the same bytes: the run is the same
    assert folder.night()["nights"][0]["runs"] == {"ten-days": "recorded before"}
    assert changed_files(folder.out) == ()


def test_a_holiday_without_a_market_is_no_night_and_no_error(folder):
    """Monday of Golden Week, as a scheduler names it that knows no holidays."""
    summary = folder.night("2025-05-05")
    (night,) = summary["nights"]
    assert (summary["exit_code"], night["exit_code"], night["runs"], night["faults"]) == (0, 0, {}, [])
    assert summary["message"] == night["note"]
    assert night["note"].startswith("no night: Monday 2025-05-05 is no business day of Tokyo and New York")
    assert not (folder.out / "valuation_date=2025-05-05").exists()
    assert folder.night("2025-05-07", code=4)["nights"][0]["faults"]  # a business day must have one


def test_a_holiday_with_a_market_is_run(folder):
    folder.write_market("2025-05-05")
    assert folder.night("2025-05-05")["nights"][0]["runs"] == {"ten-days": "done"}


def test_the_newest_night_that_is_recorded_already_is_no_new_one(folder):
    first, second = folder.night("last"), folder.night("last")
    assert (first["nights"][0]["note"], first["nights"][0]["valuation_date"]) == (None, "2025-05-28")
    assert second["nights"][0]["runs"] == {"ten-days": "recorded before"}
    assert second["message"] == "no night: 2025-05-28 is the newest day that has all its files, and it is recorded"


def test_two_files_without_the_column_book_are_two_books_in_results_and_limits(folder):
    """The shipped example says that each file is a book by its own name; limits use the same names."""
    for path in (folder.folder / "books").iterdir():
        path.unlink()
    head = "position_id,kind,currency,notional,coupon,maturity\n"
    for name, row in (("rates", "a,JGB,JPY,10000000000"), ("hedge", "b,JGB,JPY,-9000000000")):
        (folder.folder / "books" / f"{name}.csv").write_text(f"{head}{row},0.014,2035-03-20\n")
    limit = '\n[[limits]]\nname = "rates"\nmeasure = "DV01"\nscope = "book:rates"\namount = 1e12\n'
    folder.file.write_text(folder.file.read_text() + limit)
    summary = folder.night()
    assert summary["nights"][0]["limits_not_evaluated"] == []
    record = read_night(folder.out, date(2025, 5, 28)).runs[0]
    assert {row.scope for row in record.results} == {"total", "book:hedge", "book:rates"}
    assert [book["books"] for book in record.manifest["books"]] == [["hedge"], ["rates"]]


def test_a_file_that_takes_the_name_of_anothers_book_costs_itself_alone(folder):
    (folder.folder / "books" / "desk.csv").write_text((folder.folder / "books" / "bonds.csv").read_text())
    summary = folder.night(code=4)
    assert summary["nights"][0]["runs"] == {"ten-days": "partial"}
    (fault,) = summary["nights"][0]["faults"]
    assert (fault["kind"], fault["subject"]) == ("book", "desk")
    assert "both hold a book called 'bonds'" in fault["message"]
    record = read_night(folder.out, date(2025, 5, 28)).runs[0]
    assert {row.scope for row in record.results} == {"partial", "book:bills", "book:bonds"}
