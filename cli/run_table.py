"""The table of a run that a reader takes in at a glance, and the sentence that answers first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cli import render
from cli.limit_words import nearest_use, use_words
from cli.output.table import LOWER
from cli.render import Column, Scale, Table
from engine.conventions.amounts import NOT_APPLICABLE
from engine.words.language import Text, currency_name, joined, name_of, sentences, texts, whole_date

if TYPE_CHECKING:
    from engine.record.read import LimitUse
    from engine.risk.measures.measure import TailMeasure
    from engine.risk.results import RunResult, ScopeResult, TailResult

TOTAL = "total"
OF_TOTAL = 3  # rank of the column of shares: it leaves a narrow page before value and ES
# The answer in words.
LOSES = Text("One time in {times} {scenario} loses {loss} or more{share}, {mean} on average{others}.")
OF_VALUE, MOST = texts(", {share} of the value", "; most in {scenario}: {loss}")
ADDS_MOST = Text("In {scenario} {book} adds most, {amount}.")
_TITLE = Text("Losses over {days} from {date}")
_HEADING, _USED = texts("{scenario}: {words}", "{used}; {words}")
_VALUE = Text("value", sense="of a book")
_SHOCK, _BEYOND, _DIVERSIFICATION = texts("shock P&L", "{measure} beyond shock", "diversification")
_ADDS, _OF = Text("adds to {measure}"), Text("of {measure}", sense="share of books")
_ADDS_MEANING = Text("of the total, which is the sum of what its books add; `--by book` says more.")
# How the losses were found.
_FACTS = Text("{paths}; {book} revalued {how}.")
_MOVES, _PATHS = texts("{n:,} moves, each valued: nothing is drawn", "{paths}, {steps}, seed {seed}")
_N_PATHS, _ONE_STEP, _DAILY = texts("{n:,} paths", "one exact step", "daily steps")
_TODAYS, _AGED = texts("today's book", "the book aged to the horizon")
_IN_FULL = Text("in full, position by position")
_COMPRESSED, _BOUNDED = texts("compressed, error at most {bound} {currency} of P&L", "{parts}: {bound}")
_OF_FLOWS, _OF_OPTIONS = texts("{bound} of gross flows", "{bound} of options' premiums")
_OF_FUTURES, _OF_SWAPTIONS = texts("{bound} of futures' value", "{bound} of swaptions' notional")
# What the errors beside the figures are of.
_OF_SAMPLES = Text("±: one standard error between replicates of the sampled paths.")
_OF_SIMULATION = Text("± one standard error of the simulation, where it reaches the last digit.")
_OF_TABLE = Text("± one standard error of the law's past days, where it reaches the last digit.")
_OF_BOTH = Text(
    "± one standard error where it reaches the last digit: first the simulation's, second that of the law's past days."
)
_OF_EXACT = Text(
    "± one standard error where it reaches the last digit: first the simulation's, second, or behind `exact`, that of"
    " the law's past days."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What stands in a run's table beside its measures."""

    adds: "Mapping[str, Mapping[str, float]]" = field(default_factory=dict)  # to VaR: by scenario, by book [currency]
    uses: "tuple[LimitUse, ...]" = ()  # of the limits that the run is held to


NOTHING = Beside()


def table(result: "RunResult", beside: Beside = NOTHING) -> Table:
    """Lay out losses per scenario and scope, in one unit, every scenario below the other.

    Books stand by what they add to VaR, the most first, where that is known.
    """
    from engine.risk.measures.registry import measures_among

    unit, tails = scale(result), result.results[0].measures
    measures = measures_among(tails[0].estimates)
    has_adds = bool(beside.adds)
    rows: list[list[str]] = []
    bars: list[float | None] = []
    for scenario, mine in _shown_rows(result, beside).items():
        names, adds = shown_scopes(result), beside.adds.get(scenario, {})
        rows.append([_heading(result, scenario, beside.uses, unit)])
        for row in mine:
            added = _adds(row, mine[0], adds, unit) if has_adds else []
            rows.append([f"  {names[row.scope]}", *_figures(row, measures, unit), *added])
        bars += [None, *(adds.get(row.scope.removeprefix("book:")) for row in mine)]
        if len(mine) > 2:
            rows.append([f"  {_DIVERSIFICATION}", *_diversification(mine, measures, unit), *[""] * 2 * has_adds])
            bars.append(None)
    return Table(
        title=title(result),
        unit=unit.unit,
        sentence=sentence(result, unit, beside.adds),
        columns=(*columns([tail.confidence for tail in tails], measures), *(_add_columns() if has_adds else ())),
        rows=rows,
        footnote=sentences(errors_note(result), facts(result)),
        bars=bars,
    )


def _shown_rows(result: "RunResult", beside: Beside) -> "dict[str, list[ScopeResult]]":
    """Return the rows of each scenario that a table shows: the total, then the books."""
    names = shown_scopes(result)
    found: dict[str, list[ScopeResult]] = {}
    for row in result.results:
        if row.scope in names:
            found.setdefault(row.scenario, []).append(row)
    for scenario, rows in found.items():
        adds = beside.adds.get(scenario, {})
        rows[1:] = sorted(rows[1:], key=lambda row: -adds.get(row.scope.removeprefix("book:"), 0.0))
    return found


def _heading(result: "RunResult", scenario: str, uses: "Sequence[LimitUse]", unit: Scale) -> str:
    """Return a scenario's line: its limit that is nearest to a breach, and what its backtest says."""
    from engine.backtest.bundled_verdicts import bundled_verdicts
    from engine.risk.measures.value_at_risk import VALUE_AT_RISK

    said = bundled_verdicts().short_words_for(scenario, result.run.standings[scenario])
    nearest = nearest_use(uses, scenario, TOTAL)
    if nearest is None:
        return _HEADING.format(scenario=name_of(scenario), words=said)
    used = use_words(nearest, unit, VALUE_AT_RISK.label, result.results[0].measures[-1].confidence)
    return _HEADING.format(scenario=name_of(scenario), words=_USED.format(used=used, words=said))


def not_on_lines(result: "RunResult", uses: "Sequence[LimitUse]") -> "list[LimitUse]":
    """Return the limits that no scenario's line of the table names."""
    on_lines = [nearest_use(uses, name, TOTAL) for name in dict.fromkeys(row.scenario for row in result.results)]
    return [each for each in uses if not any(each is other for other in on_lines)]


def _add_columns() -> Iterator[Column]:
    """Yield the columns of what each book adds to VaR at the highest confidence, and its share."""
    from engine.risk.measures.value_at_risk import VALUE_AT_RISK

    label = VALUE_AT_RISK.label
    yield Column(heading=_ADDS.format(measure=label), meaning=str(_ADDS_MEANING))
    yield Column(heading=_OF.format(measure=label), leaves=OF_TOTAL)


def _adds(row: "ScopeResult", total: "ScopeResult", adds: Mapping[str, float], unit: Scale) -> list[str]:
    """Return what a row adds to the total's VaR, and its share of it."""
    from engine.risk.measures.value_at_risk import VALUE_AT_RISK

    whole = total.measures[-1].of(VALUE_AT_RISK).value
    if not adds:
        return [NOT_APPLICABLE, NOT_APPLICABLE]
    if row is total:
        return [unit.amount(whole), render.percent(1.0, 0)]
    mine = adds[row.scope.removeprefix("book:")]
    share = render.percent(round(mine / whole, 2) + 0.0, 0) if whole > 0.0 else NOT_APPLICABLE  # zero has no sign
    return [unit.amount(mine, signed=True), share]


def sentence(result: "RunResult", unit: Scale, adds: "Mapping[str, Mapping[str, float]] | None" = None) -> str:
    """Return the answer in words: what is lost once in so many times, how much then, where most, and by which book."""
    from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
    from engine.risk.measures.value_at_risk import VALUE_AT_RISK

    totals = [row for row in result.results if row.scope == TOTAL]
    confidence = totals[0].measures[-1].confidence
    losses = {row.scenario: row.measures[-1].of(VALUE_AT_RISK).value for row in totals}
    first = next(iter(losses))
    share = losses[first] / totals[0].base_value if totals[0].base_value > 0.0 else None
    worst = max(losses, key=lambda name: losses[name])
    more = MOST.format(scenario=name_of(worst), loss=unit.in_words(losses[worst]))
    words = LOSES.format(
        times=f"{1.0 / (1.0 - confidence):,.4g}",
        loss=unit.in_words(losses[first]),
        share="" if share is None else OF_VALUE.format(share=render.percent(share, 1)),
        scenario=name_of(first),
        mean=unit.in_words(totals[0].measures[-1].of(EXPECTED_SHORTFALL).value),
        others="" if worst == first else more,
    )
    mine = (adds or {}).get(first, {})
    if not mine:
        return words
    book = max(mine, key=lambda name: mine[name])
    return sentences(words, ADDS_MOST.format(scenario=name_of(first), book=book, amount=unit.in_words(mine[book])))


def shown_scopes(result: "RunResult") -> dict[str, str]:
    """Return the scopes that a table shows, with their names: of a single book its own, for the total is the same."""
    scopes = list(dict.fromkeys(row.scope for row in result.results))
    books = [scope.removeprefix("book:") for scope in scopes if scope != TOTAL]
    if len(books) == 1:
        return {TOTAL: books[0]}
    return {scope: name_of(TOTAL) if scope == TOTAL else scope.removeprefix("book:") for scope in scopes}


def title(result: "RunResult") -> str:
    """Return over which days the losses are."""
    run = result.run
    return _TITLE.format(days=render.days_text(run.horizon_days), date=whole_date(run.valuation_date))


def facts(result: "RunResult") -> str:
    """Return how the losses were found: paths, steps, seed, revaluation."""
    run = result.run
    steps = str(_ONE_STEP if run.steps == "one" else _DAILY)
    held = _TODAYS if run.revaluation.instantaneous else _AGED
    return _FACTS.format(paths=_paths(result, steps), book=held, how=_how(result))


def errors_note(result: "RunResult") -> str:
    """Say what the errors beside the figures are of: the simulation, a law's table of past days, or both."""
    tails = [tail for row in result.results for tail in row.measures]
    if result.run.sampler != "plain":
        return str(_OF_SAMPLES)
    if not any(tail.table_ses for tail in tails):
        return str(_OF_SIMULATION)
    if all(tail.is_exact for tail in tails):
        return str(_OF_TABLE)
    return str(_OF_EXACT if any(tail.is_exact for tail in tails) else _OF_BOTH)


def _paths(result: "RunResult", steps: str) -> str:
    from engine.risk.sampling.sampled_words import sampled_words

    run = result.run
    if run.sampler != "plain":
        return _PATHS.format(paths=sampled_words(result), steps=steps, seed=run.seed)
    if all(tail.is_exact for row in result.results for tail in row.measures):
        return _MOVES.format(n=run.n_paths)
    return _PATHS.format(paths=_N_PATHS.format(n=run.n_paths), steps=steps, seed=run.seed)


def _how(result: "RunResult") -> str:
    revaluation = result.run.revaluation
    if revaluation.method == "direct":
        return str(_IN_FULL)
    bounds = (
        (revaluation.flow_bound, _OF_FLOWS),
        (revaluation.option_bound, _OF_OPTIONS),
        (revaluation.future_bound, _OF_FUTURES),
        (revaluation.swaption_bound, _OF_SWAPTIONS),
    )
    parts = [what.format(bound=render.at_most(bound)) for bound, what in bounds if bound]
    largest = render.at_most(max(row.pnl_bound for row in result.results))
    told = _BOUNDED.format(parts=joined(parts), bound=largest) if parts else largest  # none where nothing moves
    return _COMPRESSED.format(bound=told, currency=currency_name(result.run.currency))


def columns(confidences: Sequence[float], measures: Sequence["TailMeasure"]) -> Iterator[Column]:
    """Yield the row's name, value and shock, each measure at each confidence, and the last one beyond the shock.

    On a narrow page the lower confidences leave first, then the value, then ES.
    """
    from engine.risk.measures.registry import HEADLINE

    yield Column(heading="", is_number=False)
    yield Column(heading=str(_VALUE), leaves=2)
    yield Column(heading=str(_SHOCK), leaves=LOWER)
    for i, measure in enumerate(measures):
        for confidence in confidences:
            leaves = LOWER if confidence != confidences[-1] else min(i, 1)
            yield Column(heading=f"{measure.label} {render.percent(confidence)}", leaves=leaves)
    last = f"{HEADLINE[-1].label} {render.percent(confidences[-1])}"
    yield Column(heading=_BEYOND.format(measure=last), leaves=LOWER)


def of_columns(row: "ScopeResult", measures: Sequence["TailMeasure"]) -> "Iterator[tuple[TailResult, TailMeasure]]":
    """Yield the measures of a row in the order of their columns."""
    yield from ((tail, measure) for measure in measures for tail in row.measures)


def _figures(row: "ScopeResult", measures: Sequence["TailMeasure"], unit: Scale) -> list[str]:
    from engine.risk.measures.registry import HEADLINE

    last = row.measures[-1]
    beyond = unit.amount(last.around_shock[HEADLINE[-1].key]) if row.shock_pnl else NOT_APPLICABLE
    return [
        unit.amount(row.base_value),
        unit.amount(row.shock_pnl),
        *(estimate(tail, measure, unit) for tail, measure in of_columns(row, measures)),
        beyond,
    ]


def _diversification(rows: "Sequence[ScopeResult]", measures: Sequence["TailMeasure"], unit: Scale) -> list[str]:
    """Return what books lose less together than each alone, below their figures."""
    total, *books = rows
    alone = [[tail.of(measure).value for tail, measure in of_columns(each, measures)] for each in books]
    together = [tail.of(measure).value for tail, measure in of_columns(total, measures)]
    off = [whole - sum(parts) for whole, parts in zip(together, zip(*alone, strict=True), strict=True)]
    return ["", "", *map(unit.amount, off), ""]


def estimate(tail: "TailResult", measure: "TailMeasure", unit: Scale) -> str:
    """Return a figure with the simulation's error, and that of the table that its law draws from, if it has one."""
    each, of_table = tail.of(measure), tail.table_ses.get(measure.key)
    return unit.with_table(each.value, each.se, of_table, is_exact=tail.is_exact and each.se == 0.0)


def scale(result: "RunResult") -> Scale:
    """Return the unit of all amounts of a result."""
    from engine.risk.measures.registry import HEADLINE

    tails = [tail for row in result.results for tail in row.measures]
    return render.scale(result.run.currency, [tail.of(HEADLINE[0]).value for tail in tails])
