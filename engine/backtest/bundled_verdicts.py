"""What a backtest says of each law: the gate's verdicts on the sample books, as `unwind backtest` left them.

`data/validation.json` is what `condensed` makes of the `verdicts.json` of

    unwind backtest --law all --from 2020-01-01 --to 2025-05-30 --history history.csv --out days
    python -m engine.backtest.bundled_verdicts days/verdicts.json > engine/backtest/data/validation.json
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from engine.mechanisms.law import LAW_KINDS, Way, forecasting
from engine.risk.model_band import model_bands
from engine.risk.results import RunResult, plain_json
from engine.risk.standing import STRESS_LABEL, Standing
from engine.words.language import Text, name_of, texts

SUMS = ("total",)  # scopes that are no book
NO_BACKTEST = Text("no backtest of it is recorded")
OF_BOOKS = Text("sample books")  # whose verdicts these are, said beside a user's own book
_NO_FORECAST = Text("no forecast, and so no backtest")
_FAILS, _PASSES = texts("fails at {days}: {objections}", "passes at {days}")
_FAILED = Text("fails")
_BOOKS_SAY, _LABELLED = texts("{books}: {verdict}", "{label}; {words}")
_LAW_OF_BOOKS, _LAW = texts("law {law}, {words}", "law {law}: {words}")
_BASIS = Text("`unwind backtest` of the sample books {books}, {first} to {last}")
_ONE_DAY, _DAYS, _AND = texts("{n} day", "{n} days", " and ")
_LEFT_OUT = ("exceptions", "years", "sha256", "notes")  # of verdicts.json: days, and what names its maker's files


@dataclass(frozen=True, slots=True, kw_only=True)
class HorizonVerdict:
    """Whether a law passes the gate at one horizon for every book and their sum."""

    horizon_days: int
    passes: bool
    objections: tuple[str, ...]  # what it fails for any of them: "Kupiec 99", "Z2", "red zone"


@dataclass(frozen=True, slots=True, kw_only=True)
class LawVerdict:
    """What a backtest says of a law."""

    law: str
    horizons: tuple[HorizonVerdict, ...]

    @property
    def words(self) -> str:
        """Return the verdict in words: "passes at 1 and 10 days", "fails at 1 day: Z2; passes at 10 days"."""
        alike: dict[tuple[str, ...], list[str]] = {}
        for each in self.horizons:
            alike.setdefault(each.objections, []).append(str(each.horizon_days))
        return "; ".join(
            (_FAILS if objections else _PASSES).format(days=_days(days), objections=", ".join(map(name_of, objections)))
            for objections, days in alike.items()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BundledVerdicts:
    """The verdicts on all laws, with the dates and the books that they are of."""

    first: date
    last: date
    books: tuple[str, ...]
    laws: Mapping[str, LawVerdict]

    def words_of(self, law: str) -> str:
        """Return what is said of a law by name."""
        if law in self.laws:
            return _BOOKS_SAY.format(books=OF_BOOKS, verdict=self.laws[law].words)
        is_stress = law in LAW_KINDS and LAW_KINDS[law].way is Way.STRESS
        return str(_NO_FORECAST if is_stress else NO_BACKTEST)

    def words_for(self, scenario: str, standing: Standing) -> str:
        """Return what is said of a scenario: whether it is a stress, then its backtest, its law's, or the record's."""
        if scenario in self.laws:
            return labelled(standing, self.words_of(scenario))
        if standing.law is None:
            return labelled(standing, standing.loop or str(NO_BACKTEST))
        return labelled(standing, _of_law(standing.law, self.words_of(standing.law)))

    def short_words_for(self, scenario: str, standing: Standing) -> str:
        """Return `words_for`, without what a stress's law fails: a table has no room for it."""
        if not standing.is_stress or standing.law is None or standing.law not in self.laws:
            return self.words_for(scenario, standing)
        verdict = self.laws[standing.law]
        fails = any(not each.passes for each in verdict.horizons)
        return labelled(
            standing,
            _of_law(standing.law, _BOOKS_SAY.format(books=OF_BOOKS, verdict=_FAILED if fails else verdict.words)),
        )

    @property
    def basis(self) -> str:
        """Return what the verdicts rest on, in words."""
        return _BASIS.format(books=", ".join(self.books), first=self.first, last=self.last)


@cache
def bundled_verdicts() -> BundledVerdicts:
    """Return the verdicts that come with the program."""
    text = (files("engine.backtest") / "data" / "validation.json").read_text(encoding="utf-8")
    return verdicts_of(json.loads(text))


def verdicts_of(content: Mapping[str, Any]) -> BundledVerdicts:
    """Return the verdicts in what `condensed` returns, or in a verdicts.json."""
    rows = content["verdicts"]
    scopes = [name for name in dict.fromkeys(row["scope"] for row in rows) if name not in SUMS]
    return BundledVerdicts(
        first=date.fromisoformat(content["from"]),
        last=date.fromisoformat(content["to"]),
        books=tuple(scopes),
        laws={law: _verdict(law, [row for row in rows if row["law"] == law]) for law in content["laws"]},
    )


def condensed(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a verdicts.json without its days and its notes."""
    return {key: value for key, value in content.items() if key not in _LEFT_OUT}


def labelled(standing: Standing, words: str) -> str:
    """Return what a backtest says, after the label of a stress where it is one."""
    return _LABELLED.format(label=name_of(STRESS_LABEL), words=words) if standing.is_stress else words


def _of_law(law: str, words: str) -> str:
    return (_LAW_OF_BOOKS if words.startswith(str(OF_BOOKS)) else _LAW).format(law=law, words=words)


def explained(words: Iterable[str]) -> str:
    """Return what a table's reader must know of the statistics that its verdicts name; "" where they name none."""
    if not any("Z2" in each for each in words):
        return ""
    return "Z2: Acerbi and Szekely's test of ES, that losses beyond VaR are as many and as large as it says."


def laws_json(result: RunResult) -> dict[str, Any]:
    """Return the model bands of a run and what is said of each of its laws, as JSON's types."""
    found = bundled_verdicts()
    laws = dict.fromkeys(law for group in result.run.laws for law in group)
    return {
        "bands": plain_json(model_bands(result.results, [*map(forecasting, result.run.laws)]), "bands"),
        "backtest": {
            "from": found.first.isoformat(),
            "to": found.last.isoformat(),
            "books": list(found.books),
            "laws": {law: _law_json(found, law) for law in laws},
            "scenarios": {name: found.words_for(name, each) for name, each in result.run.standings.items()},
        },
    }


def _law_json(found: BundledVerdicts, law: str) -> dict[str, Any]:
    horizons = found.laws[law].horizons if law in found.laws else ()
    return {
        "words": found.words_of(law),
        "passes": {str(each.horizon_days): each.passes for each in horizons},
        "objections": {str(each.horizon_days): list(each.objections) for each in horizons},
    }


def _verdict(law: str, rows: Sequence[Mapping[str, Any]]) -> LawVerdict:
    by_horizon: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_horizon.setdefault(row["horizon_days"], []).append(row)
    return LawVerdict(
        law=law,
        horizons=tuple(
            HorizonVerdict(
                horizon_days=days,
                passes=all(row["passes"] for row in mine),
                objections=tuple(sorted({_name(each) for row in mine for each in row["objections"]})),
            )
            for days, mine in sorted(by_horizon.items())
        ),
    )


def _name(objection: str) -> str:
    """Return what fails without its figures: "Kupiec 99" of "Kupiec 99 p = 0.002", "red zone" of one with counts."""
    for end in (" p = ", ": ", " has no statistic"):
        objection = objection.partition(end)[0]
    return objection


def _days(horizons: Sequence[str]) -> str:
    return (_ONE_DAY if list(horizons) == ["1"] else _DAYS).format(n=str(_AND).join(horizons))


if __name__ == "__main__":
    print(json.dumps(condensed(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), indent=1))
