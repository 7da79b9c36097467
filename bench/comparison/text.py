"""A comparison as lines of text."""

from collections.abc import Iterator

from bench.comparison.bands import CONFIDENCE, LEAST_ROUNDS, Verdict
from bench.comparison.results import ComparedRow, Comparison

HEADINGS = ("row", "before", "after", "after / before", f"{CONFIDENCE:.0%} band", "")
PERCENT = 100.0


def lines_of(comparison: Comparison, allowed: float) -> Iterator[str]:
    """Say what differs, row by row; `allowed` is the fraction by which a row may become slower."""
    for line in comparison.differences:
        yield f"differs: {line}"
    if not comparison.rows:
        yield "the results have no row in common"
    else:
        yield from _table(comparison.rows)
        yield f"all {len(comparison.rows)} rows: a median ratio of {comparison.median_ratio:.3f}"
    for place, names in (("before", comparison.only_before), ("after", comparison.only_after)):
        for name in names:
            yield f"only {place}: {name}"
    if any(row.band.verdict is Verdict.UNKNOWN for row in comparison.rows):
        yield f"without a band: a side has fewer than {LEAST_ROUNDS} rounds"
    worse = comparison.regressions(allowed)
    for row in worse:
        by = PERCENT * (row.band.ratio - 1.0)
        yield f"regression: {row.case}: {row.name} takes {by:.1f} % longer; {PERCENT * allowed:g} % are allowed"
    if not worse:
        yield f"no row became slower by more than {PERCENT * allowed:g} %"


def _table(rows: tuple[ComparedRow, ...]) -> Iterator[str]:
    entries = [HEADINGS, *(_entries(row) for row in rows)]
    widths = [max(len(entry[i]) for entry in entries) for i in range(len(HEADINGS))]
    for entry in entries:
        numbers = (text.rjust(width) for text, width in zip(entry[1:-1], widths[1:-1], strict=True))
        yield "  ".join((entry[0].ljust(widths[0]), *numbers, entry[-1])).rstrip()


def _entries(row: ComparedRow) -> tuple[str, ...]:
    band = row.band
    between = "" if band.low is None else f"{band.low:.3f} to {band.high:.3f}"
    return (
        f"{row.case}: {row.name}",
        seconds_text(row.before_s),
        seconds_text(row.after_s),
        f"{band.ratio:.3f}",
        between,
        band.verdict.value,
    )


def seconds_text(seconds: float) -> str:
    """Return seconds in the unit that suits them."""
    if seconds >= 1.0:
        return f"{seconds:.2f} s"
    return f"{1e3 * seconds:.1f} ms" if seconds >= 1e-3 else f"{1e6 * seconds:.0f} us"
