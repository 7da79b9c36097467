"""What uncertain parameters may make of a run: a band and a tornado for each scenario that has priors."""

from collections.abc import Iterator, Mapping

from engine.record.parameter_studies import recorded_studies
from engine.report.numbers import NOT_A_NUMBER, confidence_text, percent
from engine.report.parts import Chart, Entry, columns, table
from engine.report.pictures.part_bars import PartBar, part_bars
from engine.report.pictures.strip import StripDot, dot_strip
from engine.report.sheet import ALL_BOOKS, Sheet, book_name, finite, labelled_name
from engine.risk.uncertainty.band import BandQuantile, ParameterBand
from engine.risk.uncertainty.study import ParameterStudy
from engine.risk.uncertainty.tornado import Tornado
from engine.words.language import Text, texts

_FIGURE, _RANGE = "{measure} {level}", "{low}\N{EN DASH}{high}"
_ALL_BOOKS, _ERROR_OF_SETS = texts("all books", "sets")
_ONE_SET, _SETS = texts("{n} set", "{n:,} sets")
_ONE_PARAMETER, _PARAMETERS = texts("{n} uncertain parameter", "{n:,} uncertain parameters")
_BAND_TITLE = Text("Band of parameters, {scenario}")
_BAND_CAPTION = Text(
    "{scenario}, losses positive, in {unit}: {sets} of {parameters}, seed {seed}, each on the same {n_paths:,} paths."
    " ± is one standard error of the simulation, ± sets of so few sets, at most."
)
_BAND_ALT = Text("{figure} of {scenario} from 5 to 95 % of {sets} of parameters, in {unit}.")
_BAND_NOTE = Text("{figure}, {unit}: from 5 to 95 % of the sets of parameters; the dot is their median.")
_GAIN = Text(
    "The feedback strength of the carry loop is 1 or more in {odds} % ±{se} % of the sets: there sales feed on"
    " themselves until a limit stops them."
)
_TORNADO_TITLE = Text("What makes the band, {scenario}")
_TORNADO_CAPTION = Text(
    "Share of the variance over sets of {figure} of all books, by ranks, ± one standard error; together {together} %"
    " where R2 is {r2} %: the rest is of several parameters at once, or goes up and down again. Amounts in {unit},"
    " others in their middle."
)
_TORNADO_ALT = Text("Which parameter makes the band of {figure} of {scenario}: the largest share is {parameter}'s.")
_TORNADO_NOTE = Text("Share of the variance of {figure} over sets, ± two standard errors.")


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
    caption = _BAND_CAPTION.format(
        scenario=labelled_name(sheet.run, study.scenario),
        unit=scale.unit,
        sets=_sets(study),
        parameters=(_ONE_PARAMETER if len(study.priors) == 1 else _PARAMETERS).format(n=len(study.priors)),
        seed=study.seed,
        n_paths=study.n_paths,
    )
    heads = columns(*texts("books", "figure", "as written", "5 % of sets", "median", "95 % of sets"), words=2)
    name = _FIGURE.format(measure=sheet.measures[0].label, level=sheet.level)
    dots = [
        StripDot(
            label=_scope(each.scope),
            value=each.middle.value / scale.divisor,
            figure=_RANGE.format(low=scale.plain(each.low.value), high=scale.plain(each.high.value)),
            ends=(each.low.value / scale.divisor, each.high.value / scale.divisor),
            colour=sheet.colour_of(study.scenario),
        )
        for each in shown
        if _is_headline(sheet, each) and finite(each.low.value, each.middle.value, each.high.value)
    ]
    words = {"figure": name, "scenario": labelled_name(sheet.run, study.scenario), "unit": scale.unit}
    alt = _BAND_ALT.format(sets=_sets(study), **words)
    return Chart(
        key=key,
        title=_BAND_TITLE.format(**words),
        alt=alt,
        svg=dot_strip(alt, dots) if dots else "",
        table=table(caption, heads, rows),
        lead=_gain_words(study),
        note=_BAND_NOTE.format(**words),
    )


def _tornado_chart(sheet: Sheet, study: ParameterStudy, total: Tornado, number: int) -> Chart:
    key, scale = sheet.key(f"tornado-{number}"), sheet.scale
    name = _FIGURE.format(measure=sheet.measures[0].label, level=sheet.level)
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
    words = {"figure": name, "scenario": labelled_name(sheet.run, study.scenario), "unit": scale.unit}
    caption = _TORNADO_CAPTION.format(together=f"{100.0 * total.together:.0f}", r2=f"{100.0 * total.r2:.0f}", **words)
    heads = columns(*texts("parameter", "prior", "source", "share", "±", "at its 5 %", "at its 95 %"), words=3)
    bars = [
        PartBar(label=bar.parameter, value=bar.share, figure=f"{100.0 * bar.share:.0f} %", error=bar.share_se)
        for bar in total.bars
    ]
    alt = _TORNADO_ALT.format(parameter=bars[0].label, **words)
    return Chart(
        key=key,
        title=_TORNADO_TITLE.format(**words),
        alt=alt,
        svg=part_bars(alt, bars),
        table=table(caption, heads, rows),
        note=_TORNADO_NOTE.format(**words),
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
        return NOT_A_NUMBER
    return sheet.scale.estimate(quantile.value, quantile.se, quantile.sets_se, second=_ERROR_OF_SETS)


def _sets(study: ParameterStudy) -> str:
    return (_ONE_SET if study.n_sets == 1 else _SETS).format(n=study.n_sets)


def _scope(scope: str) -> str:
    return str(_ALL_BOOKS) if scope in ALL_BOOKS else book_name(scope)


def _gain_words(study: ParameterStudy) -> str:
    if study.gain is None:
        return ""
    odds, se = 100.0 * study.gain.probability, 100.0 * study.gain.se
    return _GAIN.format(odds=f"{odds:.0f}", se=f"{se:.0f}")
