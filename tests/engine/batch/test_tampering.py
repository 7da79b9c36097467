"""What is done to a record behind the program's back is found: by `verify`, and by whoever reads a figure of it."""

import json
import os
import random
import shutil
import subprocess
from datetime import date
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.batch.reproduce import reproduce
from engine.errors import InputError, RiskError
from engine.record.atomic import write_json
from engine.record.query import figures, recorded_runs
from engine.record.read import read_night
from engine.record.tables import MANIFEST, NIGHT, RESULTS
from engine.record.verify import changed_files
from tests.engine.batch.conftest import DATE, BatchFolder, ignore

FIRST = "2025-05-27"


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """Two nights, the first replaced once; only to be read."""
    batch = BatchFolder(tmp_path_factory.mktemp("two"))
    batch.edit("paths = 400_000", "paths = 1000")
    batch.write_market(FIRST)
    batch.night(FIRST)
    batch.edit("paths = 1000", "paths = 1000\nseed = 2")
    batch.night(FIRST, again=True)
    batch.digest = batch.night(DATE)["nights"][0]["sha256"]
    return batch


@pytest.fixture
def copy(two, tmp_path):
    return shutil.copytree(two.out, tmp_path / "record")


def record_files(out):
    return [path for path in sorted(out.rglob("*")) if path.is_file() and not path.name.startswith(".lock")]


def run_home(out, day=DATE):
    return out / f"valuation_date={day}" / "run=ten-days"


def test_a_sound_record_is_sound_and_its_last_night_has_the_digest_that_was_printed(two, copy):
    assert len(record_files(copy)) == 3 * 6 + 2 + 1  # runs, one of them replaced; nights; a night replaced
    assert changed_files(copy) == ()
    assert changed_files(copy, [two.digest]) == ()


def test_a_flipped_bit_in_any_file_of_a_record_is_found(copy):
    for path in record_files(copy):
        data = path.read_bytes()
        for bit in random.Random(path.name).sample(range(8 * len(data)), 20):
            changed = bytearray(data)
            changed[bit // 8] ^= 1 << bit % 8
            path.write_bytes(changed)
            assert any(str(path) in said for said in changed_files(copy)), (path, bit)
        path.write_bytes(data)
    assert changed_files(copy) == ()


def test_any_file_that_is_taken_away_cut_or_made_a_pipe_is_found(copy):
    for path in record_files(copy):
        data = path.read_bytes()
        path.write_bytes(data[: len(data) // 2])
        assert changed_files(copy), path
        path.unlink()
        assert changed_files(copy), path
        os.mkfifo(path)
        assert any(str(path) in said for said in changed_files(copy)), path
        path.unlink()
        path.write_bytes(data)


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        (f"valuation_date={FIRST}", f"is missing; the night of {DATE} was closed after it"),
        ("superseded", "is missing: the record that the run of 2025-05-27 took the place of"),
        (f"superseded/valuation_date={FIRST}/run=ten-days", "is missing: the record that the run of"),
    ],
)
def test_a_night_or_a_replaced_record_that_is_taken_away_is_found(gone, said, copy):
    shutil.rmtree(copy / gone)
    assert any(said in each for each in changed_files(copy))


def reseal(home):
    """What someone does who knows how a record is sealed: VaR halved, every digest made anew."""
    table = pq.ParquetFile(home / RESULTS).read()
    rows = [row | {"value": 0.5 * row["value"]} for row in table.to_pylist()]
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), home / RESULTS)
    manifest = json.loads((home / MANIFEST).read_bytes())
    manifest["files"][RESULTS] = sha256((home / RESULTS).read_bytes()).hexdigest()
    digest = write_json(home / MANIFEST, manifest)
    night = json.loads((home.parent / NIGHT).read_bytes())
    night["runs"][0]["manifest_sha256"] = digest
    return write_json(home.parent / NIGHT, night)


def test_a_record_sealed_anew_is_told_by_the_digest_that_was_noted(two, copy):
    reseal(run_home(copy))
    assert changed_files(copy) == ()  # the seal is against accident
    (said,) = changed_files(copy, [two.digest])
    assert f"no night has the digest {two.digest}: it was replaced, changed or taken away; the last, of {DATE}" in said


def test_an_earlier_night_sealed_anew_is_told_by_the_later_one(copy):
    reseal(run_home(copy, FIRST))
    (said,) = changed_files(copy)
    assert f"is another than the night of {DATE} was closed after" in said


def test_what_is_no_digest_is_refused(copy):
    with pytest.raises(InputError, match="must be a night's sha256"):
        changed_files(copy, ["0123"])


def test_a_copied_night_is_refused_by_every_reader(copy):
    """Yesterday's folder under today's name is not today's record."""
    shutil.rmtree(copy / f"valuation_date={DATE}")
    shutil.copytree(copy / f"valuation_date={FIRST}", copy / f"valuation_date={DATE}")
    said = f"of {FIRST}, copied or moved here"
    assert sum(said in each for each in changed_files(copy)) == 2  # night and run
    with pytest.raises(InputError, match=said):
        recorded_runs(copy)
    with pytest.raises(InputError, match=said):
        read_night(copy, date.fromisoformat(DATE))
    with pytest.raises(InputError, match=said):
        reproduce(run_home(copy), ignore, ignore)


def test_a_copied_run_is_refused_under_another_name(copy):
    home = run_home(copy)
    home.rename(home.with_name("run=one-day"))
    with pytest.raises(InputError, match=f"is run 'ten-days' of {DATE}, copied or moved here"):
        recorded_runs(copy, [DATE])


def test_a_manifest_of_an_unknown_schema_is_refused_by_name(copy):
    path = run_home(copy) / MANIFEST
    write_json(path, json.loads(path.read_bytes()) | {"schema": 2})
    for read in (lambda: recorded_runs(copy), lambda: reproduce(path, ignore, ignore)):
        with pytest.raises(InputError, match="has schema 2, this program reads 1"):
            read()
    assert any("has schema 2" in said for said in changed_files(copy))


def test_a_manifest_cannot_name_files_that_lie_elsewhere(copy):
    path = run_home(copy) / MANIFEST
    manifest = json.loads(path.read_bytes())
    write_json(path, manifest | {"files": {**manifest["files"], "../../x": "0"}})
    with pytest.raises(InputError, match=r"lists the file '../../x', which is not beside it"):
        recorded_runs(copy)
    assert any("not beside it" in said for said in changed_files(copy))


@pytest.mark.parametrize("name", ["out[1]", "out*", "out?", "a{b}", "o'ut", "out;--"])
def test_the_figures_are_those_of_the_folder_that_was_named_whatever_its_name(name, two, tmp_path):
    """Beside a folder `out[1]` stands `out1`, which it is as a pattern."""
    named = shutil.copytree(two.out, tmp_path / name)
    for other in ("out1", "outX", "out", "ab"):
        neighbour = shutil.copytree(two.out, tmp_path / other)
        for day in (FIRST, DATE):
            reseal(run_home(neighbour, day))
    assert figures(recorded_runs(named)).rows == figures(recorded_runs(two.out)).rows


def test_figures_are_the_bytes_that_were_found_intact(two, copy):
    """Exchanged after it was checked, a file is not looked at again."""
    runs = recorded_runs(copy)
    for path in copy.rglob(RESULTS):
        path.write_bytes(b"another file")
    assert figures(runs).rows == figures(recorded_runs(two.out)).rows


@pytest.mark.parametrize(
    "where",
    [
        "value > (SELECT count(*) FROM read_csv('{secret}'))",
        "value > (SELECT count(*) FROM read_text('{secret}'))",
        "value > (SELECT count(*) FROM '{secret}')",
        "true); COPY figures TO '{target}'; SELECT (true",
        "true); SET enable_external_access = true; SELECT (true",
        "true); ATTACH '{target}' AS other; SELECT (true",
        "true); INSTALL httpfs; SELECT (true",
        "value > (SELECT count(*) FROM rows)",  # a name of our own code
        "value > (SELECT count(*) FROM held)",
    ],
)
def test_a_condition_reaches_nothing_but_the_figures(where, two, tmp_path):
    secret, target = tmp_path / "secret.csv", tmp_path / "target.csv"
    secret.write_text("a\n1\n")
    with pytest.raises(RiskError, match=r"reaches the record alone|no table|cannot be queried|one expression"):
        figures(recorded_runs(two.out), where.format(secret=secret, target=target))
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]


def test_a_condition_may_end_in_a_comment(two):
    runs = recorded_runs(two.out)
    assert figures(runs, "scope = 'total' -- mine").rows == figures(runs, "scope = 'total'").rows


def test_a_record_stands_where_it_is_moved_to_as_a_whole(copy, tmp_path):
    """Its place is the date and the run, not the disk."""
    moved = tmp_path / "run=archive"  # even under a name of that form
    Path(copy).rename(moved)
    assert changed_files(moved) == ()
    assert len(recorded_runs(moved)) == 2


def test_a_night_is_signed_as_the_page_on_seals_says(copy, tmp_path):
    if shutil.which("ssh-keygen") is None:
        pytest.skip("needs OpenSSH's ssh-keygen")

    def keygen(*words, text=None):
        return subprocess.run(["ssh-keygen", *map(str, words)], input=text, capture_output=True, check=False)

    key, night = tmp_path / "key", copy / f"valuation_date={DATE}" / NIGHT
    assert keygen("-q", "-t", "ed25519", "-N", "", "-f", key).returncode == 0
    assert keygen("-Y", "sign", "-n", "unwind", "-f", key, night).returncode == 0
    (tmp_path / "signers").write_text(f"risk@example.com {key.with_suffix('.pub').read_text()}")
    checked = ("-Y", "verify", "-n", "unwind", "-f", tmp_path / "signers", "-I", "risk@example.com")
    signature = ("-s", night.with_name(f"{NIGHT}.sig"))
    assert keygen(*checked, *signature, text=night.read_bytes()).returncode == 0
    assert changed_files(copy) == ()
    reseal(run_home(copy))
    assert keygen(*checked, *signature, text=night.read_bytes()).returncode != 0


def test_the_records_files_have_the_permissions_that_the_batch_asks_for(folder):
    folder.edit("paths = 400_000", "paths = 1000")
    folder.edit("block_cells = 1", 'block_cells = 1\numask = "027"')
    folder.night()
    assert {oct(path.stat().st_mode & 0o777) for path in record_files(folder.out)} == {"0o640"}
    assert {oct(path.stat().st_mode & 0o777) for path in folder.out.rglob("*") if path.is_dir()} == {"0o750"}
