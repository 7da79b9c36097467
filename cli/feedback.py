"""`unwind feedback`: what a loss is made of, and what sales and regimes stand behind it."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options, render
from cli.output import formats
from cli.render import Column, Scale, Table
from engine.conventions.currencies import HOME

if TYPE_CHECKING:
    from cli.output.frames import Frame
    from engine.analysis.feedback import Channel, Decomposition, Feedback, Part
    from engine.risk.estimate import Estimate
    from engine.risk.measures.measure import TailMeasure

# The answer in words; another language has words of its own.
FORCED = "Forced sales make {added} of the {measure} of {loss} that {scope} has."
SOLD = {
    "carry": "dollars, carry stops",
    "private": "Treasuries, private",
    "official": "Treasuries, official",
}


def feedback(
    market: options.Market = None,
    book: options.Books = None,
    scenario: options.Scenarios = None,
    paths: Annotated[
        str | None, typer.Option(metavar="N", help="Simulated futures, 32,000 or more. Default: 1000000.")
    ] = None,
    horizon_days: options.HorizonDays = None,
    confidence: options.Confidences = None,
    seed: options.Seed = None,
    backend: options.Backend = None,
    currency: options.Currency = HOME,
    output_format: options.Format = None,
    as_json: options.AsJson = False,
) -> None:
    """Print how much of a loss forced sales and their impact make.

    Every scenario is run three times on the same random numbers: without carry stops, repatriation and price impact;
    with them at the median impact; and as it is, with the impact drawn per path. Also what is sold, the feedback
    strength, and results by the regime in which paths end. Without a scenario, `unwind-loop`.
    """
    from os import environ

    from cli import progress
    from engine.analysis import feedback
    from engine.inputs.run import resolve

    form = formats.chosen(output_format, as_json=as_json)
    flags = {
        "market": market,
        "book": book,
        "scenarios": scenario or ["unwind-loop"],
        "paths": paths,
        "horizon_days": horizon_days,
        "confidence": confidence,
        "seed": seed,
        "backend": backend,
        "currency": currency,
    }
    config = resolve(flags, environ)
    with progress.on_stderr() as report:
        results = feedback.feedback(config, report, render.say)

    def frame() -> "Frame":
        from cli.output.analysis_frames import feedback_frame

        return feedback_frame(results)

    formats.show(form, table=lambda: _show_results(results), json=lambda: feedback.as_json(results), frame=frame)
    for warning in dict.fromkeys(warning for result in results for warning in result.warnings):
        render.warn(warning)


def _show_results(results: "Sequence[Feedback]") -> None:
    for i, result in enumerate(results):
        if i:
            print()
        show_result(result)


def tables(result: "Feedback") -> Sequence[Table]:
    """Lay out the parts of the losses, sales, and results by final regime; what is nothing but zeros is left out."""
    scale = render.scale(result.currency, [each.total.value for each in result.parts])
    is_one = len({each.regime for each in result.regimes}) == 1
    regimes = [] if is_one and not _sells(result) else [_regimes(result, scale)]
    return [*([_parts(result, scale), _sales(result)] if _sells(result) else []), *regimes]


def show_result(result: "Feedback") -> None:
    """Print a result's tables; where nothing is sold, a line that says so in place of zeros."""
    if not _sells(result):
        render.show_text(
            f"{result.scenario}: nothing is sold on any of {result.n_paths:,} paths, so that none of its losses is"
            " feedback; `unwind run` has them."
        )
    render.show(*tables(result))


def _sells(result: "Feedback") -> bool:
    return any(_is_sold(each) for each in result.sales)


def _is_sold(channel: "Channel") -> bool:
    """Say whether anything was sold on any path: of nothing the mean has no error."""
    return channel.mean.value != 0.0 or channel.mean.se != 0.0


def _parts(result: "Feedback", scale: Scale) -> Table:
    title = (
        f"{result.scenario}: what losses over {render.days_text(result.horizon_days)} are made of\n"
        f"{result.n_paths:,} paths, walked daily; errors from {result.n_sections} batches of paths\n"
        f"{_standing(result).rstrip()}"
    )
    columns = (
        Column(heading="", is_number=False),
        Column(heading="loss"),
        Column(heading="without feedback", leaves=1),
        Column(heading="feedback"),
        Column(heading="impact", meaning="the effect of uncertain price impact.", leaves=2),
    )
    return Table(
        title=title,
        unit=scale.unit,
        sentence=_sentence(result, scale),
        columns=columns,
        rows=list(_part_rows(result.parts, scale)),
        footnote="Feedback: what forced sales add, on the same paths; ± one standard error.",
    )


def _sentence(result: "Feedback", scale: Scale) -> str:
    """Return the answer in words: what sales add to the headline of the total."""
    from engine.risk.measures.registry import MEASURES

    mine = [each for each in result.parts if each.scope == result.parts[0].scope]
    last = max(mine, key=lambda each: each.confidence)
    return FORCED.format(
        scope=last.scope.removeprefix("book:"),
        measure=f"{MEASURES[last.measure].label} {render.percent(last.confidence)}",
        loss=scale.amount(last.total.value),
        added=scale.amount(last.feedback.value),
    )


def _part_rows(parts: "Sequence[Decomposition]", scale: Scale) -> Iterator[list[str]]:
    """Yield a head for each book, and a row for each of its measures."""
    before = None
    for each in parts:
        if each.scope != before:
            yield [each.scope.removeprefix("book:")]
        before = each.scope
        yield _part_row(each, scale)


def _standing(result: "Feedback") -> str:
    from engine.backtest.bundled_verdicts import bundled_verdicts

    return f"{bundled_verdicts().words_for(result.scenario, result.standing)}\n"


def _part_row(each: "Decomposition", scale: Scale) -> list[str]:
    from engine.risk.measures.registry import MEASURES

    parts, changes = (each.total, each.exogenous), (each.feedback, each.impact_uncertainty)
    measure = f"{MEASURES[each.measure].label} {render.percent(each.confidence)}"
    return [
        f"  {measure}",
        *(scale.estimate(part.value, part.se) for part in parts),
        *(scale.finer.estimate(part.value, part.se, signed=True) for part in changes),
    ]


def _sales(result: "Feedback") -> Table:
    gain = result.gain
    title = (
        f"{result.scenario}: sales over the horizon\n"
        f"feedback strength {gain.at_median:.2f} at the median impact, {gain.at_95:.2f} at its 95 % quantile;"
        f" {_odds(result)} that it is 1 or more, where sales feed on themselves until a limit stops them;\n"
        "it couples carry trade and Treasuries, `unwind scenario show` has the carry trade's alone\n"
        f"{_private_month(result).rstrip()}"
    )
    columns = (
        Column(heading="sold", is_number=False),
        Column(heading="mean"),
        Column(heading="in the tail", meaning="on paths that lose the total's VaR at the highest confidence or more."),
    )
    rows = [[SOLD[each.name], _amount(each.mean), _amount(each.in_tail)] for each in result.sales if _is_sold(each)]
    return Table(title=title.rstrip(), unit="USD bn", columns=columns, rows=rows, footnote="Official: below 0 bought.")


def _odds(result: "Feedback") -> str:
    """Return how likely a gain of 1 or more is: over the scenario's priors where it has any."""
    odds = result.gain_odds
    if odds is None:
        return render.percent(result.gain.probability, 1)
    share = f"{render.percent(odds.probability, 0)} ±{render.percent(odds.se, 0)}"
    return f"{share} over {len(odds.gains)} sets of its uncertain parameters"


def _private_month(result: "Feedback") -> str:
    """Return the line that holds what private holders sell to the record; none where there are none."""
    month = result.private_month
    if month is None:
        return ""
    return (
        f"private holders sell {_amount(month.simulated)} a month at this pace, {month.at_most:.1f} at their largest"
        f" hazard; Japan's holdings fell by {month.record:.1f} in March 2026 (TIC)\n"
    )


def _amount(part: "Part") -> str:
    return Scale(divisor=1.0, unit="USD bn", decimals=2).estimate(part.value, part.se)


def _regimes(result: "Feedback", scale: Scale) -> Table:
    from engine.risk.measures.registry import MEASURES

    level = render.percent(max((each.confidence for each in result.parts), default=0.0))
    measures = tuple(MEASURES.values())
    notes = ["given that regime; ? where too few paths end in it.", *[""] * (len(measures) - 1)]
    columns = (
        Column(heading="regime at the horizon", is_number=False),
        Column(heading="book", is_number=False),
        Column(heading="probability"),
        Column(heading="mean P&L", meaning="gains positive."),
        *(Column(heading=f"{each.label} {level}", meaning=note) for each, note in zip(measures, notes, strict=True)),
    )
    said = "" if _sells(result) else _standing(result)  # once: tables of sales stand above
    title = f"{result.scenario}: by the regime in which paths end\n{said}".rstrip()
    return Table(title=title, unit=scale.unit, columns=columns, rows=list(_regime_rows(result, measures, scale)))


def _regime_rows(result: "Feedback", measures: Sequence["TailMeasure"], scale: Scale) -> Iterator[list[str]]:
    for each in result.regimes:
        worst = max(each.estimates, key=lambda estimate: estimate.confidence, default=None)
        yield [
            each.regime,
            each.scope.removeprefix("book:"),
            f"{render.percent(each.probability, 1)} ±{render.percent(each.probability_se, 1)}",
            scale.estimate(each.mean, each.mean_se),
            *("?" if worst is None else _estimate(worst.of(measure), scale) for measure in measures),
        ]


def _estimate(estimate: "Estimate", scale: Scale) -> str:
    return scale.estimate(estimate.value, estimate.se)
