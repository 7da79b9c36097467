"""The table of FX positions that `unwind book check` and `show` print."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cli import render
from cli.render import Column, Table

if TYPE_CHECKING:
    from datetime import date

    from engine.book.fx_terms import FxTerms


def fx_tables(valuation_date: "date", terms: Sequence["FxTerms"]) -> list[Table]:
    """Return a table of deliveries, or none where there are none."""
    if not terms:
        return []
    columns = (
        Column(heading="FX", is_number=False),
        Column(heading="pair", is_number=False, leaves=4),
        Column(heading="spot date", is_number=False, leaves=6),
        Column(heading="expiry", is_number=False, leaves=5),
        Column(heading="delivery", is_number=False, leaves=2),
        Column(heading="spot", leaves=3),
        Column(heading="forward"),
        Column(heading="points", leaves=2),
        Column(heading="vol"),
        Column(heading="delta, mn"),
        Column(heading="premium-adjusted, mn", leaves=7),
    )
    return [
        Table(
            title=f"FX positions on {valuation_date}",
            columns=columns,
            rows=[_row(each) for each in terms],
            footnote="Delta: of the pair's first currency to sell at spot as a hedge.",
        )
    ]


def _row(terms: "FxTerms") -> list[str]:
    adjusted = terms.premium_adjusted_delta
    return [
        terms.position_id,
        terms.pair,
        f"{terms.spot_date}",
        "" if terms.expiry is None else f"{terms.expiry}",
        f"{terms.delivery}",
        f"{terms.spot:.6g}",
        f"{terms.forward:.7g}",
        f"{terms.points:+.4f}",
        " / ".join(render.percent(vol, 2) for _, vol in terms.vols),
        f"{terms.delta / 1e6:,.1f}",
        "" if adjusted is None else f"{adjusted / 1e6:,.1f}",
    ]
