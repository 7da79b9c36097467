"""What a batch writes once its nights are recorded: reports, and metrics for whoever watches."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from engine.errors import RiskError

if TYPE_CHECKING:
    from cli.batch.log import Log
    from engine.batch.night import Outcome
    from engine.explain.nights.changes_since import Changes
    from engine.record.read import BatchFault


def metrics(outcome: "Outcome") -> Iterator["BatchFault"]:
    """Write the metrics where a night was run; yield what went wrong."""
    from engine.batch.figures.prometheus import write_metrics
    from engine.batch.unexpected import described
    from engine.record.read import BatchFault

    path = outcome.batch.prometheus
    if path is None or not any(night.runs for night in outcome.nights):
        return
    try:
        write_metrics(path, outcome)
    except Exception as error:  # the record stands: what goes wrong here is told, and costs the metrics
        message = str(error) if isinstance(error, RiskError) else described(error)
        yield BatchFault(kind="metrics", subject=str(path), message=message)


def reports(outcome: "Outcome", log: "Log", found: "dict[date, Changes]") -> "Iterator[BatchFault]":
    """Write the report of every night that was run; yield what went wrong, and the record stands.

    `found` is given what each night changed by since the one before it.
    """
    from engine.batch.unexpected import described
    from engine.record.read import BatchFault

    batch = outcome.batch
    if not batch.report:
        return
    from engine.explain.nights.changes_since import changes_since
    from engine.report.write import report_path, write_report

    for night in outcome.nights:
        if not night.runs:
            continue
        day, path = night.valuation_date, report_path(batch.out, night.valuation_date)
        try:
            changes = changes_since(batch.out, day, log.progress, log.say) if batch.explain else None
            found[day] = changes or {}
            write_report(batch.out, day, path, backtest=batch.backtest, changes=changes, language=batch.language)
        except Exception as error:
            message = str(error) if isinstance(error, RiskError) else described(error)
            yield BatchFault(kind="report", subject=night.valuation_date.isoformat(), message=message)
