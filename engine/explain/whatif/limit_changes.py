"""Each limit's use before candidate trades and after them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from engine.analysis.whatif.whatif import ScenarioChange, Tried
from engine.batch.figures.exact import exact_rows
from engine.batch.figures.limits import use_limits
from engine.inputs.limits import EXACT, Limit
from engine.inputs.scenario.load import load_scenario
from engine.record.read import Exact, LimitUse, RunRecord, exact_figures
from engine.risk.exact_tails import exact_tails
from engine.risk.results import ScopeResult, TailResult, tail_result
from engine.risk.tail import TailEstimate, estimate_sample
from engine.run.prepared import Prepared
from engine.run.whole_scenarios import past_moves
from engine.scenario.scenario import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitChange:
    """One limit against one figure."""

    before: LimitUse | None  # None: of a book that is the trades' own
    after: LimitUse


def limit_changes(limits: Sequence[Limit], tried: Tried, recorded: RunRecord | None) -> tuple[LimitChange, ...]:
    """Hold limits against the figures before and after.

    Parameters
    ----------
    limits : each is held against this run, whatever run it names
    tried : the trades on the run
    recorded : the run's record, whose books have figures of their own; None: the total alone has, and the trades

    Notes
    -----
    The error of the law's table that stands in a record is taken for that of the figure after, where the law is drawn.
    """
    here = [limit.model_copy(update={"run": None}) for limit in limits]
    before = _plain_record(tried, here) if recorded is None else recorded
    after = _with_trades(before, tried, here)
    known = {row.scope for row in before.results}  # a pattern of books is held against what has a scope among them
    own = tuple(replace(row, measures=()) for row in after.results if row.scope not in known)
    was = {
        _key(use): use for use in use_limits(here, [replace(before, results=(*before.results, *own))], [before.name])
    }
    return tuple(LimitChange(before=was.get(_key(use)), after=use) for use in use_limits(here, [after], [after.name]))


def _key(use: LimitUse) -> tuple[object, ...]:
    return use.name, use.measure, use.scope, use.scenario, use.confidence, use.curve


def _plain_record(tried: Tried, limits: Sequence[Limit]) -> RunRecord:
    """Return what is known of a run that is not recorded, as a record of it."""
    wants_exact = any(limit.measure in EXACT for limit in limits)
    prepared = replace(tried.totals.prepared, inputs=tried.inputs)  # exact figures ask it for book and market alone
    rows = exact_rows(prepared, _stressed(tried, limits), "total") if wants_exact else []
    return RunRecord(
        name="run",
        manifest={"facts": {"currency": tried.config.currency}},  # type: ignore[typeddict-item]  # all that limits ask
        results=tuple(_total(each, "total", None) for each in tried.found.scenarios),
        stress_losses=exact_figures(rows, "stress_loss", "scenario"),
        dv01s=exact_figures(rows, "dv01", "curve"),
        distributions=(),
        components={},
    )


def _with_trades(before: RunRecord, tried: Tried, limits: Sequence[Limit]) -> RunRecord:
    """Return the record as it were with the trades: its total moved, their books added."""
    changed = {each.scenario: each for each in tried.found.scenarios}
    results = [
        row if row.scope.startswith("book:") else _total(changed[row.scenario], row.scope, row)
        for row in before.results
    ]
    results += [row for name in changed for row in _own_results(tried, name)]
    wants_exact = any(limit.measure in EXACT for limit in limits)
    total = next((row.scope for row in before.results if not row.scope.startswith("book:")), "total")
    rows = exact_rows(tried.totals.prepared, _stressed(tried, limits), total) if wants_exact else []
    return replace(
        before,
        results=tuple(results),
        stress_losses=_added(before.stress_losses, exact_figures(rows, "stress_loss", "scenario"), total),
        dv01s=_added(before.dv01s, exact_figures(rows, "dv01", "curve"), total),
    )


def _stressed(tried: Tried, limits: Sequence[Limit]) -> list[Scenario]:
    """Return the scenarios of stress losses: the run's own, and those that limits name beside them."""
    named = [limit.scenario for limit in limits if limit.measure == "stress" and limit.scenario]
    others = [load_scenario(name) for name in dict.fromkeys(named) if name not in tried.inputs.names]
    return [*tried.inputs.scenarios, *others]


def _total(change: ScenarioChange, scope: str, before: ScopeResult | None) -> ScopeResult:
    """Return the total's result: before the trades where nothing is recorded, else after them."""
    tails = before.measures if before else ()
    return ScopeResult(
        scenario=change.scenario,
        scope=scope,
        base_value=0.0 if before is None else before.base_value,
        shock_pnl=0.0 if before is None else before.shock_pnl,
        mean=0.0 if before is None else before.mean,
        mean_se=0.0,
        std=0.0,
        measures=tuple(_tails(change, tails, is_after=before is not None)),
        pnl_sha256=change.sha256_before if before is None else change.sha256_after,
        pnl_bound=change.pnl_bound,
    )


def _tails(change: ScenarioChange, recorded: Sequence[TailResult], *, is_after: bool) -> Iterator[TailResult]:
    table_ses = {tail.confidence: tail.table_ses for tail in recorded}
    for confidence in dict.fromkeys(each.confidence for each in change.changes):
        mine = [each for each in change.changes if each.confidence == confidence]
        estimates = {each.measure: each.after if is_after else each.before for each in mine}
        tail = TailEstimate(confidence=confidence, estimates=estimates, tail_paths=0, rough=False)
        yield replace(tail_result(tail, 0.0), table_ses=table_ses.get(confidence, {}))


def _own_results(tried: Tried, scenario: str) -> Iterator[ScopeResult]:
    """Yield the results of the trades' own books."""
    totals = tried.totals
    part = next(part for part in totals.prepared.parts if scenario in part.inputs.names)
    for name, pnl in zip(part.packed.books, totals.trades[scenario], strict=True):
        yield ScopeResult(
            scenario=scenario,
            scope=f"book:{name}",
            base_value=0.0,
            shock_pnl=0.0,
            mean=float(pnl.mean()),
            mean_se=0.0,
            std=0.0,
            measures=tuple(_own_tails(tried, part, scenario, name)),
            pnl_sha256="",
            pnl_bound=0.0,
        )


def _own_tails(tried: Tried, part: Prepared, scenario: str, book: str) -> list[TailResult]:
    confidences = tried.config.confidences
    pnl = tried.totals.trades[scenario][part.packed.books.index(book)]
    law = int(part.packed.book.run.dynamics[part.inputs.names.index(scenario)])
    if part.n_moves[law]:
        return exact_tails(past_moves(part, law, pnl[None]), 0, confidences, 0.0)
    return [tail_result(estimate_sample(pnl, each), 0.0) for each in confidences]


def _added(before: Sequence[Exact], own: Sequence[Exact], total: str) -> tuple[Exact, ...]:
    """Return exact figures with those of the trades: added to the total's, and their books' own."""
    of_total = {each.label: each.value for each in own if each.scope == total}
    moved = [
        replace(each, value=each.value + of_total.get(each.label, 0.0)) if each.scope == total else each
        for each in before
    ]
    known = {(each.scope, each.label) for each in before}
    return (*moved, *(each for each in own if (each.scope, each.label) not in known))
