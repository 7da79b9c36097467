"""A night's figures for Prometheus' textfile collector."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

from engine.batch.night import Outcome
from engine.batch.one_run import RunState
from engine.errors import InputError
from engine.record.atomic import write_atomically
from engine.record.read import BREACHED, LimitUse, RunRecord, read_run, read_summary, run_folder
from engine.record.tables import MANIFEST
from engine.risk.measures.registry import MEASURES, measures_among

_BATCH_HELP = {
    "unwind_batch_exit_code": "How the batch ended: 0 complete, 3 limit breached, 4 incomplete.",
    "unwind_batch_elapsed_seconds": "Wall time of the batch.",
    "unwind_batch_runs": "Runs of the latest date by what became of them.",
    "unwind_batch_faults": "Markets, books, runs and limits that had errors on the latest date.",
    "unwind_night_finished_time_seconds": "When the latest night was closed, seconds since 1970: one that is old is "
    "yesterday's, whatever the exit code.",
    "unwind_night_info": "1; the label sha256 is the latest night's digest, for `unwind batch verify --expect`.",
}
_LIMIT_HELP = {
    "unwind_limit_use": "Figure as a fraction of its limit.",
    "unwind_limit_breached": "1: the figure is above its limit.",
}
_LIMIT_LABELS = ("limit", "run", "scope", "severity", "scenario", "currency")


def write_metrics(path: Path, outcome: Outcome) -> None:
    """Replace the file at `path` with the figures of the latest date. Raises DiskFullError or RiskError.

    A start that found every run recorded leaves a file that tells of the same night: its seconds are those of the work.
    """
    lines = list(_lines(outcome))
    if not _is_told(path, outcome, lines):
        write_atomically(path, "".join(f"{line}\n" for line in lines).encode())


def _is_told(path: Path, outcome: Outcome, lines: Sequence[str]) -> bool:
    """Return whether nothing was computed, and the file has this night and this exit code already."""
    if any(state is not RunState.RECORDED for night in outcome.nights for _, state in night.runs):
        return False
    try:
        standing = {*path.read_text(encoding="utf-8").splitlines()}
    except (OSError, UnicodeDecodeError):
        return False
    told = {line for line in lines if line.startswith(("unwind_night_info{", "unwind_batch_exit_code "))}
    return len(told) == 2 and told <= standing


def _lines(outcome: Outcome) -> Iterator[str]:
    samples = list(_samples(outcome))
    for name, text in _help().items():
        mine = [sample for sample in samples if sample.partition("{")[0].partition(" ")[0] == name]
        if mine:
            yield f"# HELP {name} {text}"
            yield f"# TYPE {name} gauge"
            yield from mine


def _help() -> dict[str, str]:
    """Return what each metric means, in the order in which they are written."""
    return {**_BATCH_HELP, **{_metric(key): each.definition for key, each in MEASURES.items()}, **_LIMIT_HELP}


def metric_names() -> tuple[str, ...]:
    """Return the names of all metrics, in the order in which they are written."""
    return tuple(_help())


def _metric(key: str) -> str:
    return f"unwind_{key}"


def _samples(outcome: Outcome) -> Iterator[str]:
    yield _sample("unwind_batch_exit_code", outcome.exit_code)
    yield _sample("unwind_batch_elapsed_seconds", outcome.elapsed_s)
    if not (nights := [night for night in outcome.nights if night.runs]):
        return
    night = max(nights, key=lambda each: each.valuation_date)
    for state in RunState:
        yield _sample("unwind_batch_runs", sum(each is state for _, each in night.runs), state=state.name.lower())
    yield _sample("unwind_batch_faults", len(night.faults))
    if night.sha256 is not None:
        if (finished := _finished(outcome.batch.out, night.valuation_date)) is not None:
            yield _sample("unwind_night_finished_time_seconds", finished)
        yield _sample("unwind_night_info", 1, valuation_date=night.valuation_date.isoformat(), sha256=night.sha256)
    for name, _ in night.runs:
        folder = run_folder(outcome.batch.out, night.valuation_date, name)
        if (folder / MANIFEST).exists():
            try:
                record = read_run(folder)
            except InputError:
                continue  # one of the night's faults
            yield from _figures(record)
    yield from _limits(night.limits)


def _finished(out: Path, valuation_date: date) -> int | None:
    """Return when a night was closed, in seconds since 1970; None where its file is not sound, one of its faults."""
    try:
        return round(datetime.fromisoformat(read_summary(out, valuation_date)["finished"]).timestamp())
    except InputError:
        return None


def _figures(run: RunRecord) -> Iterator[str]:
    for result in run.results:
        for tail in result.measures:
            labels = {
                "run": run.name,
                "scenario": result.scenario,
                "scope": result.scope,
                "confidence": f"{tail.confidence:g}",
                "currency": run.currency,
            }
            for measure in measures_among(tail.estimates):
                yield _sample(_metric(measure.key), tail.of(measure).value, **labels)


def _limits(uses: Sequence[LimitUse]) -> Iterator[str]:
    """Yield the fullest of the limits that have all labels in common: a collector refuses a file with two of them."""
    fullest: dict[tuple[str, ...], tuple[float, bool]] = {}
    for use in uses:
        if use.use is not None:
            labels: tuple[str, ...] = (use.name, use.run, use.scope, use.severity, use.scenario or "", use.currency)
            found = (use.use, use.state == BREACHED)
            fullest[labels] = max(fullest.get(labels, found), found)
    for labels, (share, is_breached) in fullest.items():
        named = dict(zip(_LIMIT_LABELS, labels, strict=True))
        yield _sample("unwind_limit_use", share, **named)
        yield _sample("unwind_limit_breached", int(is_breached), **named)


def _sample(name: str, value: float, **labels: str) -> str:
    inner = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
    return f"{name}{{{inner}}} {value!r}" if inner else f"{name} {value!r}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
