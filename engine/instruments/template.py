"""One example row for every kind of position, as of 2025-05-28: what `unwind book template` prints."""

import csv
import io
from collections.abc import Mapping, Sequence

from engine.instruments.columns import COLUMNS
from engine.instruments.position import RULES, Kind

_JGB10 = "0.002@2032-09-20 0.005@2032-12-20 0.005@2033-03-20 0.004@2033-06-20 0.008@2033-09-20 0.006@2033-12-20"
_TY = "0.04125@2032-03-31 0.04@2032-04-30 0.02875@2032-05-15 0.04125@2032-05-31"
_SWAP = {"start_date": "2025-06-02", "maturity": "2035-06-02"}
_XCCY = {"notional": "100000000", "rate": "145.04", "spread": "-0.0052", "start_date": "2025-05-30"}
_OPTION = {"notional": "20000000", "maturity": "2025-08-27"}

EXAMPLES: Mapping[Kind, Mapping[str, str]] = {
    Kind.JGB: {"notional": "5000000000", "coupon": "0.014", "maturity": "2035-03-20", "price": "99.15"},
    Kind.JGB_BILL: {"notional": "3000000000", "maturity": "2025-08-25", "market_yield": "0.0042"},
    Kind.JGB_STRIP: {"notional": "1000000000", "maturity": "2040-03-20"},
    Kind.JGB_FUTURE: {"notional": "-50", "contract": "JGB10-2509", "deliverables": _JGB10, "price": "138.45"},
    Kind.UST: {"notional": "100000000", "coupon": "0.0425", "issue_date": "2025-05-15", "maturity": "2035-05-15"},
    Kind.UST_BILL: {"notional": "50000000", "maturity": "2025-08-28", "market_yield": "0.0436"},
    Kind.UST_STRIP: {"notional": "20000000", "maturity": "2045-05-15"},
    Kind.UST_FUTURE: {"notional": "-200", "contract": "TY-2509", "deliverables": _TY, "price": "110.046875"},
    Kind.CASH: {"currency": "JPY", "notional": "-250000000"},
    Kind.REPO: {
        "currency": "USD",
        "notional": "-95000000",
        "rate": "0.0434",
        "start_date": "2025-05-27",
        "maturity": "2025-06-27",
    },
    Kind.DEPOSIT: {
        "currency": "JPY",
        "notional": "1000000000",
        "rate": "0.006",
        "start_date": "2025-05-29",
        "maturity": "2025-08-29",
    },
    Kind.OIS: {"currency": "JPY", "notional": "-10000000000", "rate": "0.0112", **_SWAP},
    Kind.SWAP: {
        "currency": "USD",
        "notional": "50000000",
        "rate": "0.0405",
        "start_date": "2025-03-14",
        "maturity": "2030-03-14",
        "fixed_so_far": "0.0433",
    },
    Kind.XCCY_SWAP: {**_XCCY, "maturity": "2030-05-30"},
    Kind.XCCY_MTM_SWAP: {
        **_XCCY,
        "start_date": "2024-11-18",
        "maturity": "2029-11-18",
        "rate": "154.6",
        "reset_rate": "145.7",
        "fixed_so_far": "0.0433",
        "fixed_so_far_jpy": "0.0048",
    },
    Kind.SWAPTION_PAYER: {
        "currency": "JPY",
        "notional": "10000000000",
        "rate": "0.0125",
        "maturity": "2026-05-28",
        "tenor": "10Y",
        "vol": "0.0058",
    },
    Kind.SWAPTION_RECEIVER: {
        "currency": "USD",
        "notional": "50000000",
        "rate": "0.036",
        "maturity": "2025-11-28",
        "tenor": "5Y",
        "premium": "0.0118",
    },
    Kind.FX_SPOT: {"notional": "10000000", "rate": "144.6"},
    Kind.FX_FORWARD: {"notional": "-100000000", "rate": "143.5", "maturity": "2025-08-29"},
    Kind.FX_SWAP: {
        "notional": "-50000000",
        "rate": "145.04",
        "far_rate": "143.6",
        "start_date": "2025-05-30",
        "maturity": "2025-08-29",
    },
    Kind.NDF: {"notional": "25000000", "rate": "143.9", "maturity": "2025-07-30"},
    Kind.FX_CALL: {**_OPTION, "strike": "148", "premium": "1.62"},
    Kind.FX_PUT: {**_OPTION, "strike": "140", "vol": "0.121"},
    Kind.FX_STRADDLE: {**_OPTION, "strike": "143.6"},
    Kind.FX_STRANGLE: {**_OPTION, "strike": "138", "strike_2": "150"},
    Kind.FX_RISK_REVERSAL: {**_OPTION, "notional": "-20000000", "strike": "138", "strike_2": "150"},
    Kind.FX_DIGITAL_CALL: {**_OPTION, "notional": "500000000", "strike": "150", "width": "0.5"},
    Kind.FX_DIGITAL_PUT: {**_OPTION, "notional": "500000000", "strike": "135", "width": "0.5"},
    Kind.ASSET: {"currency": "USD", "notional": "2500", "factor": "SPX"},
    Kind.INDEX_FUTURE: {
        "currency": "USD",
        "notional": "-40",
        "factor": "SPX",
        "maturity": "2025-09-19",
        "multiplier": "50",
        "price": "5936.5",
    },
}


def example_row(kind: Kind) -> dict[str, str]:
    """Cells of an example position, by column."""
    given = EXAMPLES[kind]
    return {
        "position_id": f"{kind}-1",
        "book": "example",
        "kind": kind.value,
        "currency": given.get("currency", RULES[kind].currencies[-1]),
        **{name: text for name, text in given.items() if name != "currency"},
    }


def template(kinds: Sequence[Kind]) -> str:
    """A book file with an example of each kind: CSV, with the columns that these kinds may fill, in their order."""
    names = [name for name in COLUMNS if any(RULES[kind].takes(name) for kind in kinds)]
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(example_row(kind) for kind in kinds)
    return text.getvalue()
