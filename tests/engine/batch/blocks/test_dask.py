"""Blocks on real dask clusters: a scheduler and workers in processes of their own, some of them killed."""

import json
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from engine.sharing.worker_facts import worker_facts
from tests.engine.dask_cluster import ROOT

pytest.importorskip("distributed", reason="needs the extra `dask`")

LONG = "paths = 2_000_000"  # 31 cells: a second or two of work


@pytest.mark.slow
def test_workers_that_die_and_others_that_join_leave_the_bits_alone(folder, cluster):
    folder.edit("paths = 400_000", LONG)
    folder.night()
    whole = folder.bits()
    folder.out.rename(folder.folder / "here")
    dask = cluster()
    first = dask.worker()
    dask.worker()
    batch = folder.start("run", folder.file, "--dask", dask.address)
    folder.wait_for_block(batch)
    first.kill()
    dask.worker()
    out, err = batch.communicate(timeout=120)
    assert batch.returncode == 0, err
    assert json.loads(out.splitlines()[-1])["exit_code"] == 0
    assert folder.bits() == whole
    assert folder.manifest()["workers"].startswith("dask at tcp://127.0.0.1:")


@pytest.mark.slow
def test_exact_scenarios_beside_drawn_ones_have_the_same_bits_on_a_cluster(exact, cluster, tmp_path):
    """What is drawn is shared out; what is known whole is valued here, as it is when shares are merged."""
    folder, dask = exact.copied(tmp_path / "copy"), cluster()
    dask.worker()
    done = folder.run("run", folder.file, "--dask", dask.address)
    assert done.returncode == 0, done.stderr
    for name in ("one-day", "mixed"):
        assert folder.bits(name) == exact.bits(name)


def other_program(folder: Path, place: str, old: str, new: str) -> Path:
    """A copy of the program with one line of it changed."""
    for name in ("engine", "kernels", "unwind_risk", "cli", "bench"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    text = (folder / place).read_text()
    assert old in text
    (folder / place).write_text(text.replace(old, new))
    return folder


def test_a_worker_of_another_program_gets_no_block_and_the_others_go_on(folder, done, cluster, tmp_path):
    """Its tails are half as large again; every digest of a cell would be the same."""
    old = 'values["kept_pnl"] = np.concatenate(kept)'
    other = other_program(tmp_path / "other", "engine/batch/blocks/checkpoints.py", old, f"{old} * 1.5")
    dask = cluster()
    dask.worker(root=other)
    dask.worker(NUMBA_OPT="2")
    batch = folder.start("run", folder.file, "--dask", dask.address)
    said = []
    while sum("gets no block" in text for text in said) < 2:
        said.append(batch.stderr.readline())
        assert said[-1], said
    assert not any("block-" in path for path in folder.files())
    dask.worker()
    _, rest = batch.communicate(timeout=120)
    assert batch.returncode == 0, rest
    text = "".join(said) + rest
    assert text.count("gets no block: engine and kernels ") == 1
    assert text.count("gets no block: NUMBA_OPT 2, here not set") == 1
    assert text.count("neither encrypted nor authenticated") == 1
    assert folder.bits() == done.bits()
    assert folder.manifest()["workers"].endswith(" 1 workers at last")


@pytest.mark.slow
def test_a_worker_that_says_it_is_the_same_and_is_not_is_found_by_its_first_block(folder, done, cluster, tmp_path):
    lies = f"return {{**{dict(worker_facts())!r}}}\n    program, found = code(), versions()"
    other = other_program(
        tmp_path / "other", "engine/sharing/worker_facts.py", "program, found = code(), versions()", lies
    )
    scaled = other / "engine/batch/blocks/dask.py"
    text = scaled.read_text()
    old = "trimmed(backend.reduce(program, block, brackets), keep))"
    assert old in text
    new = "(lambda r: __import__('dataclasses').replace(r, kept_pnl=1.5 * r.kept_pnl))(" + old[:-1] + "))"
    scaled.write_text(text.replace(old, new))
    dask = cluster()
    dask.worker(root=other)
    batch = folder.start("run", folder.file, "--dask", dask.address)
    said = []
    while not any("gets no block" in text for text in said):
        said.append(batch.stderr.readline())
        assert said[-1], said
    assert "is wrong: the tail of cell" in said[-1]
    dask.worker()
    _, rest = batch.communicate(timeout=120)
    assert batch.returncode == 0, rest
    assert folder.bits() == done.bits()


@pytest.mark.slow
def test_when_the_scheduler_dies_the_batch_ends_with_75_and_goes_on_without_it(folder, cluster):
    folder.edit("paths = 400_000", LONG)
    folder.night()
    whole = folder.bits()
    folder.out.rename(folder.folder / "here")
    dask = cluster()
    dask.worker()
    batch = folder.start("run", folder.file, "--dask", dask.address)
    folder.wait_for_block(batch)
    dask.scheduler.kill()
    _, err = batch.communicate(timeout=120)
    assert batch.returncode == 75, err
    assert "the scheduler at" in err
    resumed = folder.run("resume", folder.file)
    assert resumed.returncode == 0, resumed.stderr
    assert "kept from before" in resumed.stderr
    assert folder.bits() == whole


def test_a_signal_stops_a_batch_that_waits_for_workers(folder, cluster):
    dask = cluster()
    batch = folder.start("run", folder.file, "--dask", dask.address)
    while "blocks: " not in batch.stderr.readline():
        assert batch.poll() is None
    time.sleep(0.5)
    batch.send_signal(signal.SIGTERM)
    batch.communicate(timeout=60)
    assert batch.returncode == 143


def certificates(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for this test, and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    try:
        subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("needs openssl, to make certificates")
    return certificate, key


@pytest.mark.slow
def test_tls_is_honoured_and_needed(folder, done, cluster, monkeypatch):
    certificate, key = map(str, certificates(folder.folder))
    dask = cluster("--tls-ca-file", certificate, "--tls-cert", certificate, "--tls-key", key)
    assert dask.address.startswith("tls://")
    dask.worker()
    without = folder.run("run", folder.file, "--dask", dask.address)
    assert without.returncode == 2, without.stderr
    assert "certificates" in without.stderr
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TLS__CA_FILE", certificate)
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT", certificate)
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY", key)
    ran = folder.run("run", folder.file, "--dask", dask.address)
    assert ran.returncode == 0, ran.stderr
    assert folder.bits() == done.bits()


@pytest.mark.slow
def test_gpu_blocks_go_to_workers_that_have_one_and_fail_where_it_does_not_work(folder, cluster):
    dask = cluster()
    dask.worker()
    dask.worker("--resources", "GPU=1")
    failed = folder.run("run", folder.file, "--dask", dask.address, "--dask-gpu")
    assert failed.returncode == 4
    assert "a worker failed" in failed.stderr
    assert not (folder.out / "valuation_date=2025-05-28" / "run=ten-days").exists()


def test_no_scheduler_ends_with_75(folder):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    done = folder.run(
        "run", folder.file, "--dask", f"tcp://127.0.0.1:{port}", settings={"engine.sharing.dask_client:CONNECT_S": 2}
    )
    assert done.returncode == 75, done.stderr
    assert "no scheduler answers" in done.stderr
