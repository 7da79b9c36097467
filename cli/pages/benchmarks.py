"""docs/benchmarks/: timings that are kept, a page a machine and day; `python -m cli.pages.benchmarks` writes them."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.comparison.bands import Verdict
from bench.comparison.command import read_result
from bench.comparison.results import BUSY, compared
from bench.comparison.text import seconds_text

RESULTS = Path("bench") / "results"
FOLDER = Path("docs") / "benchmarks"
LEFT_OUT = ("crossover",)  # a curve, not a table: `unwind bench crossover --plot FILE` draws it
COLUMNS = ("contender", "work", "median", "a second", "times ours", "note")
LARGE = 1e4  # from here on a figure is written out in whole numbers


def pages(root: Path) -> dict[Path, str]:
    """Return a page for each result that the checkout `root` keeps, by its path."""
    return {FOLDER / f"{path.stem}.md": page(path) for path in sorted((root / RESULTS).glob("*.json"))}


def page(result: Path) -> str:
    """Return the page of one result of `unwind bench --out` or `make gpu`."""
    found: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    machine, cases = found["machine"], found["cases"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    busy = f" Load averages when it began: {', '.join(map(str, machine['load_average']))}." if _is_busy(machine) else ""
    facts = (
        f"# {machine['date']}, {machine['device']}",
        f"<!-- written by `python -m cli.pages.benchmarks` from {RESULTS.as_posix()}/{result.name} -->",
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']:g} GiB; GPU: {machine['gpu'] or 'none'}."
        f" Python {machine['python']}, {versions}; commit {machine['commit'][:10]}."
        f" Medians; contenders took turns, and it was asserted that they computed the same thing.{busy}",
        *found.get("notes", ()),
    )
    parts = [*facts, *("\n".join(_case(case)) for case in cases if case["name"] not in LEFT_OUT)]
    if earlier := _earlier(result, machine):
        parts.append("\n".join(_against(earlier, result)))
    return "\n\n".join(parts) + "\n"


def _is_busy(machine: dict[str, Any]) -> bool:
    return bool(machine["load_average"]) and machine["load_average"][0] > BUSY * machine["cores"]


def _case(case: dict[str, Any]) -> Iterator[str]:
    again = "make gpu" if case["name"].startswith("gpu_") else f"unwind bench {case['name']}"
    yield f"## {case['title']}\n"
    yield f"Again: `{again}`. Clock: {case['clock']}.\n"
    yield from _table(COLUMNS, (_row(row) for row in case["rows"]))
    yield from _figures(case["figures"])


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    times = "" if row["times_ours"] is None else f"{row['times_ours']:.2f}"
    work = f"{row['work']:,.0f} {row['unit']}"
    return row["name"], work, seconds_text(row["median_s"]), f"{row['rate']:.3g}", times, row["note"]


def _figures(figures: dict[str, Any]) -> Iterator[str]:
    """Show what a case drew from its rows: single figures, then a table for each group that has the same columns."""
    single = {name: value for name, value in figures.items() if not isinstance(value, dict)}
    groups: dict[tuple[str, ...], list[str]] = {}
    for name in figures.keys() - single.keys():
        groups.setdefault(tuple(figures[name]), []).append(name)
    if single:
        yield ""
        yield from _table(("figure", ""), ((_words(name), _value(value)) for name, value in single.items()))
    for columns, names in sorted(groups.items(), key=lambda group: min(map(list(figures).index, group[1]))):
        yield ""
        ordered = sorted(names, key=list(figures).index)
        rows = ((name, *map(_value, figures[name].values())) for name in ordered)
        yield from _table(("", *map(_words, columns)), rows)


def _earlier(result: Path, machine: dict[str, Any]) -> Path | None:
    """Return the newest earlier result with rounds, of the same processor and GPU; None where there is none."""
    for path in sorted((each for each in result.parent.glob("*.json") if each.name < result.name), reverse=True):
        other = json.loads(path.read_text(encoding="utf-8"))
        same = all(other["machine"][name] == machine[name] for name in ("cpu", "device", "gpu", "cores"))
        if same and any(row.get("seconds") for case in other["cases"] for row in case["rows"]):
            return path
    return None


def _against(earlier: Path, result: Path) -> Iterator[str]:
    """Show what is faster and what is slower than in an earlier result; rows within the band are counted."""
    comparison = compared(read_result(earlier), read_result(result))
    told = [row for row in comparison.rows if row.band.verdict in (Verdict.FASTER, Verdict.SLOWER)]
    paths = " ".join((RESULTS / path.name).as_posix() for path in (earlier, result))
    yield f"## Against {earlier.stem}\n"
    counts = f"{len(told)} of {len(comparison.rows)} rows are outside their band"
    yield f"Again: `python -m bench compare {paths}`. {counts}.\n"
    for difference in comparison.differences:
        yield f"Other: {difference}.\n"
    yield from _table(
        ("row", "before", "after", "after / before", "99 % band", ""),
        (
            (
                *(f"{row.case}: {row.name}", seconds_text(row.before_s), seconds_text(row.after_s)),
                *(f"{row.band.ratio:.3f}", f"{row.band.low:.3f} to {row.band.high:.3f}", row.band.verdict.value),
            )
            for row in told
        ),
    )


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < LARGE else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def main() -> None:
    """Write the pages of the results that are kept, below the current folder."""
    for path, text in pages(Path()).items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
