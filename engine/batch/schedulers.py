"""Example files for schedulers, and a dashboard of the metrics, by name."""

from importlib.resources import files

from engine.errors import InputError, did_you_mean

_FILES = {
    "cron": "crontab",
    "systemd-service": "unwind.service",
    "systemd-timer": "unwind.timer",
    "airflow": "airflow_dag.txt",
    "airflow-kubernetes": "airflow_pods.txt",
    "kubernetes-cronjob": "cronjob.yaml",
    "kubernetes-shards": "indexed_job.yaml",
    "slurm": "array.sbatch",
    "dask": "dask.sh",
    "batch": "nightly.toml",
    "grafana": "grafana.json",
}


def example_names() -> tuple[str, ...]:
    """Return the names of all examples."""
    return tuple(_FILES)


def example_text(name: str) -> str:
    """Return the text of an example. Raises InputError for an unknown name."""
    if name not in _FILES:
        raise InputError(
            f"no example is called {name!r}{did_you_mean(name, tuple(_FILES))}; there are {', '.join(_FILES)}"
        )
    return (files("engine.batch") / "examples" / _FILES[name]).read_text(encoding="utf-8")
