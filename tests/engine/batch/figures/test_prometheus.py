"""The metrics tell of the latest night which one it is."""

from datetime import date
from types import SimpleNamespace

from engine.batch.figures.prometheus import write_metrics
from engine.batch.night import NightOutcome
from engine.batch.one_run import RunState


def outcome(folder, *digests):
    nights = tuple(
        NightOutcome(
            valuation_date=date(2025, 5, 27 + i),
            runs=(("ten-days", RunState.FAILED),),
            faults=(),
            limits=(),
            warnings=(),
            exit_code=4,
            sha256=digest,
        )
        for i, digest in enumerate(digests)
    )
    return SimpleNamespace(batch=SimpleNamespace(out=folder), nights=nights, exit_code=0, elapsed_s=1.0)


def test_the_latest_nights_digest_leaves_the_record(tmp_path):
    path = tmp_path / "unwind.prom"
    write_metrics(path, outcome(tmp_path, "a" * 64, "b" * 64))
    lines = [line for line in path.read_text().splitlines() if line.startswith("unwind_night_info")]
    assert lines == [f'unwind_night_info{{valuation_date="2025-05-28",sha256="{"b" * 64}"}} 1']
    write_metrics(path, outcome(tmp_path, None))  # a share closes no night
    assert "unwind_night_info" not in path.read_text()
