import pytest

from bench.growth import cluster
from bench.growth.cluster import local_cluster
from engine.errors import RiskError

pytest.importorskip("distributed", reason="needs the extra `dask`")


@pytest.mark.slow  # starts processes
def test_a_cluster_runs_while_it_is_needed():
    from engine.sharing.dask_client import dask_client

    with local_cluster(2) as address, dask_client(address, insecure=False, say=lambda _: None) as client:
        client.wait_for_workers(2, timeout=60)
        assert client.submit(sum, (1, 2)).result(timeout=60) == 3


def test_a_scheduler_that_does_not_start_is_quoted(monkeypatch):
    monkeypatch.setattr(cluster.sys, "executable", "/bin/false")
    with pytest.raises(RiskError, match="dask's scheduler did not start"), local_cluster(1):
        pass
