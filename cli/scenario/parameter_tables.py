"""What not knowing parameters does to a run's figures: bands over sets of them, and which parameter makes a band."""

import statistics
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cli import render
from cli.render import Column, Scale, Table
from cli.run_table import TOTAL, scale, shown_scopes

if TYPE_CHECKING:
    from engine.risk.results import RunResult
    from engine.risk.uncertainty.band import BandQuantile
    from engine.risk.uncertainty.study import ParameterStudy, PriorFacts
    from engine.risk.uncertainty.tornado import Tornado
    from engine.scenario.scenario import Scenario


def show_studies(result: "RunResult") -> None:
    """Print the band, the tornado and the loop's gain of every scenario with uncertain parameters."""
    for study in result.parameters:
        print()
        render.show(*tables(result, study))
        if study.gain is not None:
            print(f"\n{gain_line(study)}")


def tables(result: "RunResult", study: "ParameterStudy") -> Iterator[Table]:
    """Yield a study's tables, in the unit of the run's own."""
    unit = scale(result)
    yield band_table(result, study, unit)
    if study.tornadoes:
        yield tornado_table(result, study, unit)


def band_table(result: "RunResult", study: "ParameterStudy", unit: Scale) -> Table:
    """Lay out every figure as the scenario has it, and its quantiles over the sets."""
    from engine.risk.measures.registry import MEASURES

    own = {
        (row.scope, tail.confidence, key): estimate
        for row in result.results
        if row.scenario == study.scenario
        for tail in row.measures
        for key, estimate in tail.estimates.items()
    }
    rows = list[list[str]]()
    for scope, shown in shown_scopes(result).items():
        rows.append([shown])
        for band in (each for each in study.bands if each.scope == scope):
            figure = own[scope, band.confidence, band.measure]
            name = f"  {MEASURES[band.measure].label} {render.percent(band.confidence)}"
            quantiles = (_quantile(each, unit) for each in (band.low, band.middle, band.high))
            rows.append([name, unit.estimate(figure.value, figure.se), *quantiles])
    columns = (
        Column(heading="book and measure", is_number=False),
        Column(heading="as written", meaning="with the scenario's own values; ± one standard error of the simulation."),
        Column(heading="5 % of sets"),
        Column(heading="median"),
        Column(heading="95 % of sets"),
    )
    n_priors = len(study.priors)
    title = (
        f"{study.scenario}: what its {n_priors} uncertain parameter{'s' * (n_priors > 1)} may make of it, {unit.unit}\n"
        f"{study.n_sets} set{'s' * (study.n_sets > 1)} drawn from the priors, seed {study.seed}, each on the same"
        f" {study.n_paths:,} paths\n{_standing(result, study)}"
    )
    note = (
        "Of quantiles over sets: ± one standard error of the simulation, common to all sets for the most part, and ±"
        " one of so few sets, at most; ?: so few sets do not bound it."
    )
    return Table(title=title, columns=columns, rows=rows, footnote=note)


def tornado_table(result: "RunResult", study: "ParameterStudy", unit: Scale) -> Table:
    """Lay out what makes the band of the headline at the highest confidence: of the total, and the shares of books."""
    from engine.risk.measures.registry import HEADLINE

    measure, level = HEADLINE[0], max(each.confidence for each in study.tornadoes)
    mine = {each.scope: each for each in study.tornadoes if (each.measure, each.confidence) == (measure.key, level)}
    total = mine[TOTAL]
    books = [each for scope, each in mine.items() if scope != TOTAL]
    name = f"{measure.label} {render.percent(level)}"
    priors = {prior.parameter: prior for prior in study.priors}
    rows = [
        [
            bar.parameter,
            _share(bar.share, bar.share_se),
            unit.amount(bar.at_low),
            unit.amount(bar.at_high),
            *(_share_of(each, bar.parameter) for each in books),
            _prior_words(priors[bar.parameter]),
        ]
        for bar in total.bars
    ]
    sums = [f"{render.percent(each.together, 0)}, R2 {render.percent(each.r2, 0)}" for each in (total, *books)]
    rows.append(["together", sums[0], "", "", *sums[1:], ""])
    columns = (
        Column(heading="parameter", is_number=False),
        Column(
            heading="share",
            meaning=f"of the variance over sets of {name}, by ranks; ± one standard error of so few sets. The rest of"
            " 100 % is of several parameters at once, or goes up and down again.",
        ),
        Column(heading="at its 5 %", meaning=f"the total's {name} with this parameter there and others in the middle."),
        Column(heading="at its 95 %"),
        *(Column(heading=each.scope.removeprefix("book:")) for each in books),
        Column(heading="prior and source", is_number=False),
    )
    title = f"{study.scenario}: which parameter makes the band of {name}, {unit.unit}\n"
    return Table(title=title, columns=columns, rows=rows)


def prior_table(scenario: "Scenario") -> Table:
    """Lay out what is believed of a scenario's uncertain parameters."""
    from engine.scenario.uncertainty.prior_facts import prior_facts

    rows = [[prior.parameter, prior.words(), prior.source] for prior in prior_facts(scenario)]
    columns = tuple(Column(heading=name, is_number=False) for name in ("parameter", "prior", "source"))
    return Table(title="Uncertain parameters: sets of them by `unwind run --parameters`", columns=columns, rows=rows)


def gain_line(study: "ParameterStudy") -> str:
    """Say how likely a loop that feeds itself is, by the sets."""
    gain = study.gain
    if gain is None:
        return ""
    middle = statistics.median(gain.gains)
    return (
        f"Feedback strength of the carry loop, {study.scenario}: {min(gain.gains):.2f} to {max(gain.gains):.2f} over"
        f" the sets, median {middle:.2f}; {render.percent(gain.probability, 0)} ±{render.percent(gain.se, 0)} that it"
        " is 1 or more, where sales feed on themselves until a limit stops them"
    )


def _standing(result: "RunResult", study: "ParameterStudy") -> str:
    """Return the line that says that a scenario is a stress, and what the record says of it; none of a forecast."""
    from engine.backtest.bundled_verdicts import bundled_verdicts

    standing = result.run.standings[study.scenario]
    return f"{bundled_verdicts().words_for(study.scenario, standing)}\n" if standing.is_stress else ""


def _prior_words(prior: "PriorFacts") -> str:
    return f"{prior.words()}: {prior.source}"


def _quantile(each: "BandQuantile", unit: Scale) -> str:
    """Return a quantile and both errors."""
    return unit.with_table(each.value, each.se, each.sets_se, is_exact=False)


def _share(share: float, se: float) -> str:
    return f"{render.percent(share, 0)} ±{render.percent(se, 0)}"


def _share_of(tornado: "Tornado", parameter: str) -> str:
    return next(_share(bar.share, bar.share_se) for bar in tornado.bars if bar.parameter == parameter)
