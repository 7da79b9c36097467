"""The page: what is on it, and how much of it fits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from engine.backtest.kept_backtest import KeptBacktest
from engine.explain.nights.changes_since import Changes
from engine.record.correlations import Correlations, read_correlations
from engine.record.read import Night, read_night
from engine.report import sections, summary
from engine.report.answer import answer
from engine.report.backtest import backtest_part
from engine.report.contributions import books
from engine.report.earlier_nights import read_earlier_nights
from engine.report.groupings import grouping_panels, has_groups, no_groups
from engine.report.heat import alone_heat, contributions_heat, crossed_heats, heat_maps
from engine.report.level_fans import fan_panels
from engine.report.model_band import model_bands_of
from engine.report.night_change import change_charts
from engine.report.parameter_band import parameter_charts
from engine.report.parts import Badge, Entry, Panels, Shaded, is_bare, shown
from engine.report.remedy import remedies
from engine.report.sheet import Sheet, sheet
from engine.report.simulated import convergence, futures
from engine.words.language import ENGLISH, JAPANESE, Text, Wording, read_in, whole_date
from engine.words.language import language as reader

MOST_BYTES = 480_000  # of a page; the rest of 500 kB is air
MOST_ITEMS = 4  # of a list of sentences that are seen at once

_TEMPLATES = ("page.html", "answer.html", "run.html", "parts.html", "palette.css", "style.css", "style.ja.css")
_CHAPTERS: tuple[tuple[str, Wording, Wording], ...] = (  # anchor, title, question
    ("why", Text("Why"), Text("what the loss is made of")),
    ("where", Text("Where"), Text("which book, in which scenario")),
    ("trust", Text("Trust"), Text("would these figures have held?")),
    ("how", Text("How"), Text("where markets go, and where the loss lies")),
    ("do", Text("What to do"), ""),
    ("limits", Text("Limits"), ""),
    ("quality", Text("Data quality"), ""),
    ("record", Text("Record"), Text("what the figures were made from")),
)
_OF_RUNS = ("why", "where", "trust", "how", "record")  # chapters that each run has a part of
_MAIN_AND_WORST = Text(
    "Pictures are of the main and the worst scenario, so that the page stays small; the record holds all."
)
_SHORT = Text("Where markets go and convergence are left out, so that the page stays small; the record holds them.")
_SHORTER = Text("Only the figures of all books are here, so that the page stays small; the record holds the rest.")
_OLD_RECORD = Text(
    "This record holds no correlations: it was written before they were a part of it. `unwind report --history FILE` "
    "shows those that were used, beside those of the year before."
)
_USED = Text("Used: {calibration}")
_ALL_FIGURES, _MANIFEST = Text("All figures, at every confidence"), Text("Manifest: what this run was made from")
_ALONE = Text("Every book alone, in every scenario")

Parts = Mapping[str, Markup]  # of one run, by the anchor of the chapter


@dataclass(slots=True)
class RunPart:
    """A run's parts of the page at falling lengths."""

    lengths: list[Parts]  # from whole to one sentence
    chosen: int = 0

    @property
    def parts(self) -> Parts:
        """Return the parts at the chosen length."""
        return self.lengths[self.chosen]

    @property
    def size(self) -> int:
        """Return the bytes of the parts at the chosen length."""
        return sum(len(part.encode()) for part in self.parts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What the templates are given of a night."""

    night: Night
    sheets: Sequence[Sheet]
    values: dict[str, Any] = field(default_factory=dict)


def render(
    folder: Path,
    valuation_date: date,
    correlations: Correlations | None = None,
    backtest: KeptBacktest | None = None,
    changes: Changes | None = None,
    language: str = ENGLISH,
) -> str:
    """Render one night as one HTML page, under 500 kB, that asks for nothing outside itself.

    Parameters
    ----------
    folder : of the record
    valuation_date : of a night in it
    correlations : to be shown instead of the record's own, as taken from a history now
    backtest : of laws, to be shown beside the record; None: no such part
    changes : since the night before, by run, taken apart; None: nobody asked, and the page says how to get them
    language : of the page: "en" or "ja"

    Raises
    ------
    InputError
        There is no such night, or its record cannot be read.
    """
    with read_in(language):
        return _rendered_page(folder, valuation_date, correlations, backtest, changes or {})


def _rendered_page(
    folder: Path,
    valuation_date: date,
    correlations: Correlations | None,
    backtest: KeptBacktest | None,
    changes: Changes,
) -> str:
    contents = _contents(folder, valuation_date, correlations, backtest, changes)
    environment = _environment()
    parts = [_run_part(environment, each, contents.sheets[0]) for each in contents.sheets]
    return _fitted(environment, contents, parts)


def _contents(
    folder: Path,
    valuation_date: date,
    correlations: Correlations | None,
    backtest: KeptBacktest | None,
    changes: Changes,
) -> Contents:
    night = read_night(folder, valuation_date)
    past = read_earlier_nights(folder, night)
    sheets = [
        sheet(number, run, valuation_date, past, changes.get(run.name))
        for number, run in enumerate(night.runs, start=1)
    ]
    found = correlations or _recorded(night)
    values = {
        "date": valuation_date.isoformat(),
        "said_date": whole_date(valuation_date),
        "language": reader(),
        "state": summary.state(night),
        "answer": answer(night, sheets),
        "chapters": _CHAPTERS,
        "remedies": remedies(night, sheets),
        "limits": summary.limits(night),
        "not_evaluated": summary.not_evaluated(night),
        "faults": summary.faults(night),
        "warnings": summary.warnings(sheets),
        "inputs": summary.inputs(night, sheets, past),
        "correlation_tables": summary.correlation_tables(found) if found else (),
        "correlation_notes": _basis(found) if found else _no_correlations(night),
        "backtest": backtest and backtest_part(backtest),
        "sources": summary.sources(night, found.histories if found else ()),
    }
    return Contents(night=night, sheets=sheets, values=values)


def _recorded(night: Night) -> Correlations | None:
    """Return the correlations of the first run that has them: all runs of a night use the same."""
    for run in night.runs:
        if (found := read_correlations(run.manifest, run.files)) is not None:
            return found
    return None


def _basis(found: Correlations) -> tuple[str, str]:
    return _USED.format(calibration=found.calibration), found.basis


def _no_correlations(night: Night) -> tuple[str, ...]:
    return (str(_OLD_RECORD),) if night.runs else ()


def _run_part(environment: Environment, of: Sheet, first: Sheet) -> RunPart:
    """Render a run in falling lengths: whole; main and worst scenario; no levels; all books alone; the answer alone."""
    full: dict[str, Any] = {"folded": ((_ALL_FIGURES, sections.figures(of)), (_MANIFEST, summary.manifest(of.run)))}
    record: dict[str, Any] = {**full, "charts": [convergence(of)]}
    trust: dict[str, Any] = {"charts": [*model_bands_of(of), *parameter_charts(of), sections.history(of)]}
    where = _where(of, first)
    few = replace(of, most_pictured=2)
    short: dict[str, dict[str, Any]] = {"why": _why(few), "where": where, "trust": trust}
    lengths: tuple[Mapping[str, Mapping[str, Any]], ...] = (
        {"why": _why(of), "where": where, "trust": trust, "how": _how(of), "record": record},
        {**short, "how": _how(few) | {"note": _MAIN_AND_WORST}, "record": record},
        {**short, "how": {"note": _SHORT}, "record": full},
        {"why": {"note": _SHORTER}, "record": full},
        {"why": {"note": _SHORTER}},
    )
    return RunPart([_rendered(environment, of, length) for length in lengths])


def _why(of: Sheet) -> dict[str, Any]:
    change = change_charts(of)
    if not has_groups(of):
        return {"charts": (*change, no_groups(of))}
    return {"panels": grouping_panels(of), "charts": change}


def _where(of: Sheet, first: Sheet) -> dict[str, Any]:
    """Lay out a run's books; what no horizon changes stands once, in the first run of the same books."""
    found, alone = contributions_heat(of), alone_heat(of)
    is_said = of is not first and (of.run.dv01s, of.run.stress_losses) == (first.run.dv01s, first.run.stress_losses)
    maps = (found or alone, *crossed_heats(of), *(() if is_said else heat_maps(of)))
    return {"tables": maps, "charts": [books(of)], "folded": ((_ALONE, alone),) if found else ()}


def _how(of: Sheet) -> dict[str, Any]:
    found = fan_panels(of)
    if isinstance(found, Panels):
        return {"panels": found, "charts": [futures(of)]}
    return {"charts": [futures(of), found]}


def _rendered(environment: Environment, of: Sheet, length: Mapping[str, Mapping[str, Any]]) -> Parts:
    """Render a run's part of each chapter; a chapter that it has none of is empty."""
    template = environment.get_template("run.html")
    nothing = {"charts": (), "tables": (), "folded": (), "note": "", "panels": None}
    found = {
        key: Markup(template.render(sheet=of, chapter=key, **nothing | dict(length[key])))
        for key in _OF_RUNS
        if key in length
    }
    return {key: found.get(key, Markup("")) for key, _, _ in _CHAPTERS}


def _fitted(environment: Environment, contents: Contents, parts: Sequence[RunPart]) -> str:
    """Return the page with its runs as whole as fits: the last ones are shortened first."""
    template = environment.get_template("page.html")

    def page() -> str:
        return template.render(parts=[part.parts for part in parts], **contents.values)

    size = len(page().encode())
    for length in range(1, len(parts[0].lengths) if parts else 0):
        for part in reversed(parts):
            if size <= MOST_BYTES:
                break
            size -= part.size
            part.chosen = length
            size += part.size
    return page()


def _environment() -> Environment:
    """Make the environment of the templates: all is escaped; a bare float is refused, as `numbers` shows figures."""
    folder = files("engine.report") / "templates"
    found = {name: (folder / name).read_text(encoding="utf-8") for name in _TEMPLATES}
    environment = Environment(
        loader=DictLoader(found),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["style"] = Markup(
        found["palette.css"] + found["style.css"] + (found["style.ja.css"] if reader() == JAPANESE else "")
    )
    environment.globals["say"] = _say
    environment.globals["most"] = MOST_ITEMS
    environment.filters["tongue"] = _tongue
    environment.filters["kind"] = _kind
    environment.filters["is_bare"] = is_bare
    return environment


def _say(english: str, **words: object) -> str:
    """Return a text of a template in the reader's language."""
    return Text(english).format(**words)


def _tongue(words: str) -> str:
    """Return the attribute of words that a record holds in English on a page of another language."""
    is_foreign = reader() != ENGLISH and words.isascii()
    return Markup(' lang="en"') if is_foreign else ""


def _shown(value: object) -> object:
    if isinstance(value, float):
        raise TypeError(f"a bare float reached the page: {value!r}")
    return shown(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _kind(entry: Entry) -> str:
    """Return the class of a table's entry."""
    match entry:
        case Shaded(shade=0):
            return ""
        case Shaded(shade=shade):
            return f"loss{shade}" if shade > 0 else f"gain{-shade}"
        case Badge(kind=kind):
            return kind
        case _:
            return ""
