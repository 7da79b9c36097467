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
        Column(heading="position", is_number=False),
        Column(heading="pair", is_number=False),
        Column(heading="spot date", is_number=False, meaning="of the pair, for which the market's rate is."),
        Column(heading="expiry", is_number=False, meaning="of an option; of an NDF the day on which it is fixed."),
        Column(heading="delivery", is_number=False, meaning="of an option the spot date of its expiry."),
        Column(heading="spot"),
        Column(heading="forward", meaning="for the delivery, from the spot date on."),
        Column(heading="points", meaning="forward less spot."),
        Column(heading="vol", meaning="of each strike, ascending, per square root of a year."),
        Column(
            heading="delta, mn",
            meaning="of the pair's first currency to sell at spot as a hedge; a premium is paid in the second.",
        ),
        Column(heading="premium-adjusted, mn", meaning="the same where the premium is paid in the first currency."),
    )
    return [Table(title=f"FX positions on {valuation_date}", columns=columns, rows=[_row(each) for each in terms])]


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
        f"{terms.delta / 1e6:,.3f}",
        "" if adjusted is None else f"{adjusted / 1e6:,.3f}",
    ]
