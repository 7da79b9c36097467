import pytest

from bench.growth.workers import workers_ladder

pytest.importorskip("distributed", reason="needs the extra `dask`")


@pytest.mark.slow  # starts clusters
def test_workers_compute_the_blocks_of_one_run():
    with workers_ladder((1, 2), 200_000) as ladder:
        assert tuple(ladder.rungs) == (1, 2)
        assert ladder.rungs[1].call() == ladder.rungs[2].call()
