"""What uncertain parameters may make of a run: a band and a tornado for each scenario that has priors."""

from collections.abc import Iterator, Mapping

from engine.errors import counted
from engine.record.parameter_studies import recorded_studies
from engine.report.numbers import Missing, confidence_text, percent
from engine.report.parts import Chart, Entry, columns, short, table
from engine.report.pictures import charts
from engine.report.sheet import ALL_BOOKS, AXIS_NAME, Sheet, book_name, finite, labelled_name
from engine.risk.uncertainty.band import BandQuantile, ParameterBand
from engine.risk.uncertainty.study import ParameterStudy
from engine.risk.uncertainty.tornado import Tornado


def parameter_charts(sheet: Sheet) -> tuple[Chart, ...]:
    """Return a band and a tornado of each study, with the same figures as tables; none where no sets were drawn."""
    studies = recorded_studies(sheet.run.manifest, sheet.run.files)
    return tuple(chart for number, study in enumerate(studies, start=1) for chart in _charts(sheet, study, number))


def _charts(sheet: Sheet, study: ParameterStudy, number: int) -> Iterator[Chart]:
    yield _band_chart(sheet, study, number)
    mine = [each for each in study.tornadoes if _is_headline(sheet, each)]
    if (total := next((each for each in mine if each.scope in ALL_BOOKS), None)) is not None:
        yield _tornado_chart(sheet, study, total, number)


def _is_headline(sheet: Sheet, each: ParameterBand | Tornado) -> bool:
    return (each.measure, each.confidence) == (sheet.measures[0].key, sheet.confidence)


def _band_chart(sheet: Sheet, study: ParameterStudy, number: int) -> Chart:
    key, scale = sheet.key(f"parameters-{number}"), sheet.scale
    labels = {measure.key: measure.label for measure in sheet.measures}
    shown = [each for each in study.bands if each.measure in labels]
    own = _as_written(sheet, study)
    rows: list[list[Entry]] = [
        [
            _scope(each.scope),
            f"{labels[each.measure]} {confidence_text(each.confidence)}",
            own[each.scope, each.confidence, each.measure],
            *(_entry(sheet, quantile) for quantile in (each.low, each.middle, each.high)),
        ]
        for each in shown
    ]
    caption = (
        f"{labelled_name(sheet.run, study.scenario)}, losses positive, in {scale.unit}:"
        f" {counted(study.n_sets, 'set')} of {counted(len(study.priors), 'uncertain parameter')}, seed {study.seed},"
        f" each on the same {study.n_paths:,} paths. ± is one standard error of the simulation, ± sets of so few"
        " sets, at most."
    )
    heads = columns("books", "figure", "as written", "5 % of sets", "median", "95 % of sets", words=2)
    bars = [
        charts.BandBar(
            label=short(_scope(each.scope), AXIS_NAME),
            low=each.low.value / scale.divisor,
            middle=each.middle.value / scale.divisor,
            high=each.high.value / scale.divisor,
        )
        for each in shown
        if _is_headline(sheet, each) and finite(each.low.value, each.middle.value, each.high.value)
    ]
    name = f"{sheet.measures[0].label} {sheet.level}"
    alt = f"{name} of {study.scenario} from 5 to 95 % of {counted(study.n_sets, 'set')} of parameters, in {scale.unit}."
    return Chart(
        key=key,
        title=f"Band of parameters, {labelled_name(sheet.run, study.scenario)}",
        alt=alt,
        svg=charts.bands(key, alt, bars, name, scale.unit) if bars else "",
        table=table(caption, heads, rows),
        note=_gain_note(study),
    )


def _tornado_chart(sheet: Sheet, study: ParameterStudy, total: Tornado, number: int) -> Chart:
    key, scale = sheet.key(f"tornado-{number}"), sheet.scale
    name = f"{sheet.measures[0].label} {sheet.level}"
    priors = {prior.parameter: prior for prior in study.priors}
    rows: list[list[Entry]] = [
        [
            bar.parameter,
            priors[bar.parameter].words(),
            priors[bar.parameter].source,
            percent(bar.share),
            percent(bar.share_se),
            scale.amount(bar.at_low),
            scale.amount(bar.at_high),
        ]
        for bar in total.bars
    ]
    caption = (
        f"Share of the variance over sets of {name} of all books, by ranks, ± one standard error; together"
        f" {100.0 * total.together:.0f} % where R2 is {100.0 * total.r2:.0f} %: the rest is of several parameters at"
        f" once, or goes up and down again. Amounts in {scale.unit}, others in their middle."
    )
    heads = columns("parameter", "prior", "source", "share", "±", "at its 5 %", "at its 95 %", words=3)
    bars = [
        charts.TornadoBar(
            label=short(bar.parameter, 2 * AXIS_NAME),
            share=bar.share,
            share_se=bar.share_se,
        )
        for bar in total.bars
    ]
    alt = f"Which parameter makes the band of {name} of {study.scenario}: the largest share is {bars[0].label}'s."
    return Chart(
        key=key,
        title=f"What makes the band, {labelled_name(sheet.run, study.scenario)}",
        alt=alt,
        svg=charts.tornado(key, alt, bars, name),
        table=table(caption, heads, rows),
    )


def _as_written(sheet: Sheet, study: ParameterStudy) -> Mapping[tuple[str, float, str], Entry]:
    """Return the run's own figures of the scenario, by scope, confidence and measure."""
    return {
        (row.scope, tail.confidence, key): sheet.scale.estimate(each.value, each.se)
        for row in sheet.run.results
        if row.scenario == study.scenario
        for tail in row.measures
        for key, each in tail.estimates.items()
    }


def _entry(sheet: Sheet, quantile: BandQuantile) -> Entry:
    if not finite(quantile.value):
        return Missing("not a number")
    return sheet.scale.estimate(quantile.value, quantile.se, quantile.sets_se, second="sets")


def _scope(scope: str) -> str:
    return "all books" if scope in ALL_BOOKS else book_name(scope)


def _gain_note(study: ParameterStudy) -> str:
    if study.gain is None:
        return ""
    odds, se = 100.0 * study.gain.probability, 100.0 * study.gain.se
    return (
        f"The feedback strength of the carry loop is 1 or more in {odds:.0f} % ±{se:.0f} % of the sets: there sales"
        " feed on themselves until a limit stops them."
    )
