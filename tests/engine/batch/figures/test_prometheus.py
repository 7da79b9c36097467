"""The metrics tell of the latest night which one it is."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace

from engine.batch.figures.prometheus import metric_names, write_metrics
from engine.batch.night import NightOutcome
from engine.batch.one_run import RunState
from engine.batch.schedulers import example_text
from engine.record.night_file import write_night
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


def test_a_night_says_when_it_was_closed_and_a_start_that_finds_it_done_leaves_the_seconds_of_the_work(tmp_path):
    def recorded(digest, code=0):
        found = outcome(tmp_path, digest)
        night = replace(found.nights[0], runs=(("ten-days", RunState.RECORDED),))
        return SimpleNamespace(batch=found.batch, nights=(night,), exit_code=code, elapsed_s=0.1)

    content = {"schema": 1, "exit_code": 0, "runs": []}
    digest = write_night(tmp_path, date(2025, 5, 27), content, finished="2025-05-28T01:15:30+00:00")
    path = tmp_path / "unwind.prom"
    write_metrics(path, outcome(tmp_path, digest))
    first = path.read_text()
    seconds = round(datetime(2025, 5, 28, 1, 15, 30, tzinfo=UTC).timestamp())
    assert f"\nunwind_night_finished_time_seconds {seconds}\n" in first
    write_metrics(path, recorded(digest))
    assert path.read_text() == first
    assert "unwind_batch_elapsed_seconds 1.0\n" in first
    for other in (recorded(digest, code=4), recorded("c" * 64)):  # another code, another night: told
        write_metrics(path, other)
        assert "unwind_batch_elapsed_seconds 0.1\n" in path.read_text()


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


def test_the_dashboard_asks_for_metrics_that_are_written_and_no_other():
    board = json.loads(example_text("grafana"))
    asked = [each["expr"] for panel in board["panels"] for each in panel["targets"]]
    asked += [each["query"] for each in board["templating"]["list"]]
    found = {name for text in asked for name in re.findall(r"unwind_\w+", text)}
    assert found <= set(metric_names())
    assert {"unwind_limit_use", "unwind_value_at_risk", "unwind_night_finished_time_seconds"} <= found
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
