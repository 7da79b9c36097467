"""Months of a walk on dask: the same bits, workers that die, a client that is killed, results that are wrong."""

import signal
import time
from dataclasses import replace

import numpy as np
import pytest

from engine.backtest.walk.dask_days import wrong_rows
from engine.backtest.walk.day_rows import parquet_bytes
from engine.backtest.walk.parts import parts_of, walk_part
from engine.backtest.walk.walk_days import BookWalk
from tests.engine.backtest.synthetic import usual
from tests.engine.backtest.test_kills import DEADLINE_S, Walk
from tests.engine.backtest.test_kills import history as history
from tests.engine.backtest.walk.test_walk_days import sample_book


@pytest.fixture(scope="module")
def walk():
    found = usual()
    return BookWalk(
        history=found.joint,
        pattern=found.pattern,
        book=sample_book(found.base),
        laws=("historical-250",),
        horizons=(1,),
        n_paths=1000,
        seed=1,
    )


def test_what_cannot_be_a_part_is_seen_and_on_a_closer_look_what_is_off_by_a_bit(walk):
    part = parts_of(walk, [530, 531])[0]
    rows = walk_part(walk, part.places)
    assert wrong_rows(walk, part, parquet_bytes(rows), closely=True) is None
    off = replace(rows, var_99=np.nextafter(rows.var_99, np.inf))
    assert wrong_rows(walk, part, parquet_bytes(off), closely=False) is None
    assert "are not those that this process makes" in wrong_rows(walk, part, parquet_bytes(off), closely=True)
    other = walk_part(walk, [400])
    assert "and not of the" in wrong_rows(walk, part, parquet_bytes(other), closely=False)
    fewer = parquet_bytes(rows.where(rows.date != rows.date[0]))
    assert "and not of the" in wrong_rows(walk, part, fewer, closely=False)
    assert "no Parquet file" in wrong_rows(walk, part, b"rows", closely=False)
    assert "it is list" in wrong_rows(walk, part, [1], closely=False)


def test_parts_are_calendar_months(walk):
    places = list(range(480, 560))
    parts = parts_of(walk, places)
    assert [place for part in parts for place in part.places] == places
    assert all({f"{walk.history.day(place):%Y-%m}" for place in part.places} == {part.name} for part in parts)


pytest.importorskip("distributed", reason="needs the extra `dask`")


@pytest.mark.slow  # a scheduler, workers and a client in processes of their own
def test_workers_that_die_and_a_client_that_is_killed_leave_the_bytes_alone(history, tmp_path, root, cluster):
    whole = Walk(root, history, tmp_path / "whole", "--workers", 1)
    whole.finish()
    dask = cluster()
    first = dask.worker()
    walk = Walk(root, history, tmp_path / "dask", "--dask", dask.address)
    child = walk.start()
    walk.wait_for(1, child)
    first.kill()
    dask.worker()
    walk.wait_for(2, child)
    child.kill()
    child.communicate()
    said = walk.finish()
    assert "neither encrypted nor authenticated" in said
    assert walk.bytes() == whole.bytes()
    child = Walk(root, history, tmp_path / "stopped", "--dask", dask.address).start()
    time.sleep(3.0)
    child.send_signal(signal.SIGTERM)
    _, said = child.communicate(timeout=DEADLINE_S)
    assert child.returncode in (143, -15), said


@pytest.mark.slow  # a scheduler in a process of its own
def test_when_the_scheduler_dies_the_walk_ends_with_75_and_goes_on_without_it(history, tmp_path, root, cluster):
    dask = cluster()
    dask.worker()
    walk = Walk(root, history, tmp_path / "out", "--dask", dask.address)
    child = walk.start()
    walk.wait_for(1, child)
    dask.scheduler.kill()
    _, said = child.communicate(timeout=DEADLINE_S)
    assert child.returncode == 75, said
    assert "the scheduler at" in said
    Walk(root, history, tmp_path / "out", "--workers", 1).finish()


def test_a_plain_address_of_another_machine_is_refused_before_anything_is_sent(history, tmp_path, unwind):
    done = unwind("backtest", "--history", history, "--from", "2017-01-01", "--to", "2017-01-31", "--dask", "risk:8786")
    assert done.returncode == 2
    assert "--insecure where the network itself is trusted" in done.stderr
