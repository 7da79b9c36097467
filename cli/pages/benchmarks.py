"""docs/benchmarks/: timings that are kept, a page a machine and day; `python -m cli.pages.benchmarks` writes them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

RESULTS = Path("bench") / "results"
FOLDER = Path("docs") / "benchmarks"
LEFT_OUT = ("crossover",)  # a curve, not a table: `unwind bench crossover --plot FILE` draws it
COLUMNS = ("contender", "work", "median", "a second", "times ours", "note")


def pages(root: Path) -> dict[Path, str]:
    """Return a page for each result that the checkout `root` keeps, by its path."""
    return {FOLDER / f"{path.stem}.md": page(path) for path in sorted((root / RESULTS).glob("*.json"))}


def page(result: Path) -> str:
    """Return the page of one result of `unwind bench --out` or `make gpu`."""
    found: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    machine, cases = found["machine"], found["cases"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    facts = (
        f"# {machine['date']}, {machine['device']}",
        f"<!-- written by `python -m cli.pages.benchmarks` from {RESULTS.as_posix()}/{result.name} -->",
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']:g} GiB; GPU: {machine['gpu'] or 'none'}."
        f" Python {machine['python']}, {versions}; commit {machine['commit'][:10]}."
        " Medians; contenders took turns, and it was asserted that they computed the same thing.",
    )
    parts = [*facts, *("\n".join(_case(case)) for case in cases if case["name"] not in LEFT_OUT)]
    return "\n\n".join(parts) + "\n"


def _case(case: dict[str, Any]) -> Iterator[str]:
    yield f"## {case['title']}\n"
    yield f"Again: `unwind bench {case['name']}`. Clock: {case['clock']}.\n"
    yield f"| {' | '.join(COLUMNS)} |"
    yield f"|{'---|' * len(COLUMNS)}"
    for row in case["rows"]:
        times = "" if row["times_ours"] is None else f"{row['times_ours']:.2f}"
        work = f"{row['work']:,.0f} {row['unit']}"
        yield f"| {row['name']} | {work} | {_seconds(row['median_s'])} | {row['rate']:.3g} | {times} | {row['note']} |"


def _seconds(seconds: float) -> str:
    if seconds >= 1.0:
        return f"{seconds:.2f} s"
    return f"{1e3 * seconds:.1f} ms" if seconds >= 1e-3 else f"{1e6 * seconds:.0f} us"


def main() -> None:
    """Write the pages of the results that are kept, below the current folder."""
    for path, text in pages(Path()).items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
