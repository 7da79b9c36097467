"""Synthetic books of any size over all kinds of positions, for timing. Made from the examples, moved at random."""

import csv
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from engine.conventions.currencies import DOLLAR, HOME
from engine.instruments.fx_options import FX_OPTIONS
from engine.instruments.registry import KINDS
from engine.instruments.rows.columns import COLUMNS
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.template import example_row
from engine.instruments.swaptions import SWAPTIONS

VALUATION_DATE = date(2025, 5, 28)  # of the examples
_LONGEST_DAYS = {"bond": 14_000, "bill": 360, "swap": 10_900, "loan": 360}
_CLASSES = {
    **dict.fromkeys(("JGB", "UST", "JGB_STRIP", "UST_STRIP"), "bond"),
    **dict.fromkeys(("JGB_BILL", "UST_BILL"), "bill"),
    **dict.fromkeys(("OIS", "SWAP", "XCCY_SWAP", "XCCY_MTM_SWAP"), "swap"),
    **dict.fromkeys(("REPO", "DEPOSIT", "FX_FORWARD", "FX_SWAP", "NDF"), "loan"),
    **dict.fromkeys((kind.name for kind in (*FX_OPTIONS.kinds, *SWAPTIONS.kinds)), "option"),
}
_OPTION_DAYS = [
    days
    for days in range(3, 2 * 365)
    if (days <= 91 and (VALUATION_DATE + timedelta(days=days)).weekday() < 5)
    or (days <= 365 and (VALUATION_DATE + timedelta(days=days)).weekday() == 4)
    or (VALUATION_DATE + timedelta(days=days + 1)).day == 1
]
_FIRST_DAYS = 3  # days from the valuation date to the earliest maturity
_LONG_ENOUGH = 40  # days a loan, swap, FX swap or NDF runs at least after the valuation date


def write_book(path: Path, n_positions: int, *, n_books: int = 1, seed: int = 4) -> None:
    """Write `rows_of_book` as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(COLUMNS), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows_of_book(n_positions, n_books=n_books, seed=seed))


# Kinds that came after the benchmarks' digests were kept: drawn with them, no book would be what it was.
_LATER = ("JGBI", "CASHFLOW", "FRN", "JGB_FLOATER")


def rows_of_book(n_positions: int, *, n_books: int = 1, seed: int = 4) -> Iterator[dict[str, str]]:
    """Draw the fields of all kinds but `_LATER` in turn, of the bundled market's currencies; terms and sizes by `seed`.

    Options expire on the dates that are traded: each business day for three months, each Friday for a year, the end of
    each month for two.
    """
    draw = random.Random(seed)
    drawn = [kind for kind in KINDS.values() if kind.name not in _LATER]
    kinds = [kind for kind in drawn if example_row(kind)["currency"] in (HOME, DOLLAR)]
    for i in range(n_positions):
        kind = kinds[i % len(kinds)]
        row = example_row(kind) | {"position_id": f"P{i:06d}", "book": f"book-{i % n_books:03d}"}
        yield row | _varied(kind, row, draw)


def _varied(kind: Kind, row: dict[str, str], draw: random.Random) -> dict[str, str]:
    """Return other terms for an example; market prices are left out, since they belong to its own."""
    fields = {"notional": f"{float(row['notional']) * draw.choice((-1.0, 1.0)) * draw.uniform(0.2, 2.0):.0f}"}
    fields |= dict.fromkeys(("price", "market_yield", "issue_date"), "")
    if "premium" in row:
        fields |= {"premium": ""}
    if "vol" in row or "premium" in row:
        fields |= {"vol": "0.0075" if kind.name.startswith("SWAPTION") else ""}
    if kind.name in _CLASSES:
        first = _LONG_ENOUGH if "start_date" in row or kind.name == "NDF" else _FIRST_DAYS
        is_option = _CLASSES[kind.name] == "option"
        days = draw.choice(_OPTION_DAYS) if is_option else draw.randint(first, _LONGEST_DAYS[_CLASSES[kind.name]])
        fields["maturity"] = (VALUATION_DATE + timedelta(days=days)).isoformat()
    if "coupon" in row:
        fields["coupon"] = f"{draw.randrange(1, 40) / 800:.5f}"
    if "strike" in row:
        strike = draw.randint(1200, 1600) / 10.0
        fields |= {"strike": f"{strike:g}"} | ({"strike_2": f"{strike + 10.0:g}"} if "strike_2" in row else {})
    elif kind.name.startswith("SWAPTION"):
        fields["rate"] = f"{round(float(row['rate']) * draw.uniform(0.8, 1.2) / 0.00125) * 0.00125:.5f}"
    elif "rate" in row:
        fields["rate"] = f"{float(row['rate']) * draw.uniform(0.9, 1.1):.6g}"
    return fields
