"""Tables behind `unwind explain`: what adds to VaR and ES, and the tail's paths by cause, mechanism and regime."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cli import render
from cli.analysis.contribution_tables import WORTH_A_ROW, estimate
from cli.render import Column, Scale, Table
from engine.explain.run.spoken_names import cause_name
from engine.words.language import Text, name_of, sentences, texts

if TYPE_CHECKING:
    from engine.analysis.contributions.figures import Figure
    from engine.explain.run.run_explanation import RunExplanation
    from engine.explain.run.scenario_explanation import Contribution, ScenarioExplanation
    from engine.risk.measures.measure import TailMeasure

RULE = Text(
    "the mechanism whose own move cost the path most, if that is a third of what moves made it lose; else the market's"
    " direction that did, if a third; else several together: docs/how-to/explain.md."
)
ERRORS = Text(
    "± one standard error where it reaches the last digit: first the simulation's, second, or behind `exact`, that of"
    " the law's past days."
)
ADDS = Text("Factors and books each add up to the total; less than 0.05 % of it is in --json alone.")
COST = Text("what the cause made of that loss, on average.")
TYPICAL = Text("those nearest to the cause's mean P&L by direction of the market; `unwind replay` shows them.")
_MADE_OF, _HEADING = texts("What VaR and ES are made of", "{scenario} {measure}")
_BY_FACTOR, _BY_BOOK = texts("by factor", "by book")
_BY_CAUSE = Text("{scenario}: the tail by cause")
_DRAWN = Text("{n:,} paths that lose VaR or more, of the run's first {looked:,}")
_EXACT = Text("the {n:,} worst moves, which make up the tail, of all {looked:,}; none is drawn")
_CAUSE, _SHARE, _MEAN_LOSS, _ITS_COST, _TYPICAL = texts("cause", "share", "mean loss", "its cost", "typical paths")
_MECHANISMS, _MECHANISM = texts("{scenario}: what the law's mechanisms did in the tail", "mechanism")
_ACTED, _ACTED_MEANING = texts("acted on", "share of the tail's paths that it made better or worse.")
_COST, _COST_MEANING = texts(
    "cost",
    "of its own move, on average over the tail; below 0 it made the paths better. What is within its error of 0, or"
    " below 0.05 % of ES, is in the JSON alone.",
)
_ENDS, _REGIME = texts("{scenario}: where the tail ends", "regime at the horizon")
_OF_TAIL, _OF_ALL, _FIRST = texts("of the tail", "of all paths", "the run's first 20,000 at most.")


def money(found: "RunExplanation") -> Scale:
    """Return the unit of all amounts."""
    values = [each.value for s in found.scenarios for tail in s.total.measures for each in tail.estimates.values()]
    return render.scale(found.currency, values)


def contribution_table(found: "RunExplanation") -> Table:
    """Lay out what each part of the market and each book adds, scenario beside scenario."""
    from engine.risk.measures.registry import MEASURES

    unit = money(found)
    measures = [each for each in MEASURES.values() if each.contribution is not None]
    columns = [Column(heading="", is_number=False)]
    for each in found.scenarios:
        columns += [
            Column(heading=_HEADING.format(scenario=name_of(each.scenario), measure=m.label), leaves=min(i, 1))
            for i, m in enumerate(measures)
        ]
    rows = [
        [str(_BY_FACTOR)],
        *_rows([worth_a_row(each) for each in found.scenarios], measures, unit),
        [name_of("total"), *(_total(each, measure, found, unit) for each in found.scenarios for measure in measures)],
        [],
        [str(_BY_BOOK)],
        *_rows([each.books for each in found.scenarios], measures, unit),
    ]
    return Table(
        title=str(_MADE_OF),
        unit=unit.unit,
        columns=tuple(columns),
        rows=rows,
        footnote=sentences(str(ADDS), str(ERRORS)),
        bars=_bars(found, measures) if len(found.scenarios) == 1 else (),
    )


def _bars(found: "RunExplanation", measures: Sequence["TailMeasure"]) -> list[float | None]:
    """Return what each row of the table adds to the last measure of the one scenario; none of heads and gaps."""
    [each] = found.scenarios
    key = measures[-1].key

    def added(parts: Sequence["Contribution"]) -> list[float | None]:
        return [part.figures[key].value if key in part.figures else None for part in parts]

    return [None, *added(worth_a_row(each)), None, None, None, *added(each.books)]


def worth_a_row(each: "ScenarioExplanation") -> tuple["Contribution", ...]:
    """Return the parts of the market that are large enough to be shown."""
    from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL

    key, least = EXPECTED_SHORTFALL.key, WORTH_A_ROW * _whole(each)
    return tuple(part for part in each.factors if key in part.figures and abs(part.figures[key].value) >= least)


def _whole(each: "ScenarioExplanation") -> float:
    """Return ES at the highest confidence, without its sign [currency]."""
    from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL

    return max((abs(tail.of(EXPECTED_SHORTFALL).value) for tail in each.total.measures), default=0.0)


def _rows(
    parts: Sequence[Sequence["Contribution"]], measures: Sequence["TailMeasure"], unit: Scale
) -> Iterator[list[str]]:
    for name in dict.fromkeys(each.name for of_scenario in parts for each in of_scenario):
        row = [f"  {name_of(name)}"]
        for of_scenario in parts:
            found = next((each for each in of_scenario if each.name == name), None)
            figures = [None if found is None else found.figures.get(measure.key) for measure in measures]
            row += ["" if each is None else _signed(each, unit) for each in figures]
        yield row


def _total(each: "ScenarioExplanation", measure: "TailMeasure", found: "RunExplanation", unit: Scale) -> str:
    from engine.analysis.contributions.figures import total_figures

    tail = next(tail for tail in each.total.measures if tail.confidence == found.confidence)
    return estimate(total_figures(tail)[measure.key], unit)


def _signed(figure: "Figure", unit: Scale) -> str:
    return estimate(figure, unit, signed=True)


def cause_tables(each: "ScenarioExplanation", found: "RunExplanation") -> Iterator[Table]:
    """Lay out the tail's paths by cause, what mechanisms cost in it, and where it ends."""
    yield _causes(each, found)
    if each.mechanisms:
        yield _mechanisms(each, found)
    if each.regimes:
        yield _regimes(each, found)


def _causes(each: "ScenarioExplanation", found: "RunExplanation") -> Table:
    from engine.backtest.bundled_verdicts import bundled_verdicts

    unit, is_first = money(found), each is found.scenarios[0]
    paths = (_EXACT if each.is_exact else _DRAWN).format(n=each.n_tail, looked=each.n_looked)
    columns = (
        Column(heading=str(_CAUSE), is_number=False, meaning=str(RULE) if is_first else ""),
        Column(heading=str(_SHARE)),
        Column(heading=str(_MEAN_LOSS)),
        Column(heading=str(_ITS_COST), meaning=str(COST) if is_first else ""),
        Column(heading=str(_TYPICAL), is_number=False, meaning=str(TYPICAL) if is_first else ""),
    )
    rows = [
        [
            cause_name(cause.name),
            _share(cause.share, cause.share_se),
            unit.amount(cause.mean_loss),
            unit.amount(cause.cost),
            " ".join(map(str, cause.typical)),
        ]
        for cause in each.causes
    ]
    verdict = bundled_verdicts().words_for(each.scenario, each.standing)
    title = f"{_BY_CAUSE.format(scenario=name_of(each.scenario))}\n{paths}\n{verdict}"
    return Table(title=title, unit=unit.unit, columns=columns, rows=rows)


def _mechanisms(each: "ScenarioExplanation", found: "RunExplanation") -> Table:
    unit = money(found)
    columns = (
        Column(heading=str(_MECHANISM), is_number=False),
        Column(heading=str(_ACTED), meaning=str(_ACTED_MEANING)),
        Column(heading=str(_COST), meaning=str(_COST_MEANING)),
    )
    rows = [
        [cause_name(one.name), _share(one.acted, one.acted_se), unit.estimate(one.cost, one.cost_se)]
        for one in each.mechanisms
        if abs(one.cost) >= max(WORTH_A_ROW * _whole(each), one.cost_se)
    ]
    return Table(
        title=_MECHANISMS.format(scenario=name_of(each.scenario)),
        unit=unit.unit,
        columns=columns,
        rows=rows,
    )


def _regimes(each: "ScenarioExplanation", found: "RunExplanation") -> Table:
    columns = (
        Column(heading=str(_REGIME), is_number=False),
        Column(heading=str(_OF_TAIL)),
        Column(heading=str(_OF_ALL), meaning=str(_FIRST)),
    )
    rows = [
        [one.regime, _share(one.in_tail, one.in_tail_se), _share(one.of_all, one.of_all_se)] for one in each.regimes
    ]
    return Table(title=_ENDS.format(scenario=name_of(each.scenario)), columns=columns, rows=rows)


def _share(share: float, se: float) -> str:
    return f"{render.percent(share, 1)} ±{render.percent(se, 1)}" if se else render.percent(share, 1)
