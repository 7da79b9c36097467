"""The metrics tell of the latest night which one it is."""

from datetime import date
from types import SimpleNamespace

from engine.batch.figures.prometheus import write_metrics
from engine.batch.night import NightOutcome
from engine.batch.one_run import RunState
from engine.record.read import BREACHED, WITHIN, LimitUse


def outcome(folder, *digests, limits=()):
    nights = tuple(
        NightOutcome(
            valuation_date=date(2025, 5, 27 + i),
            runs=(("ten-days", RunState.FAILED),),
            faults=(),
            limits=limits,
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


def limit_use(name, currency, value, state=WITHIN):
    return LimitUse(name=name, measure="DV01", run="one", scope="total", scenario=None, confidence=None, curve=None,
                    severity="hard", amount=10.0, currency=currency, value=value, se=0.0, probability_above=None,
                    state=state, reason=None)  # fmt: skip


def test_no_two_samples_have_the_same_labels(tmp_path):
    """A collector refuses a file with two such: of limits of one name the fullest is told, each currency by itself."""
    limits = (limit_use("a", "JPY", 5.0), limit_use("a", "USD", 2.0), limit_use("a", "JPY", 12.0, BREACHED),
              limit_use("a", "JPY", -1.0))  # fmt: skip
    path = tmp_path / "unwind.prom"
    write_metrics(path, outcome(tmp_path, "a" * 64, limits=limits))
    found = dict(line.rsplit(" ", 1) for line in path.read_text().splitlines() if line.startswith("unwind_limit"))
    assert sorted(found.values()) == ["0", "0.2", "1", "1.2"]
    assert len(found) == sum(line.startswith("unwind_limit") for line in path.read_text().splitlines())
