"""The carry trade: leveraged positions funded in yen, stopped out as their worst loss grows."""

from dataclasses import dataclass

from engine.mechanisms.parameters.parameter import parameter, source_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Carry:
    """Leveraged positions funded in yen: stopped out as their worst loss grows.

    Share of the stock sold: stop_slope * (loss - stop_loss), within 0 and stop_most.
    """

    source: str = source_text()
    stock_usd_bn: float = parameter(
        doc="Positions at the start.",
        default=250.0,
        low=0.0,
        high=1e4,
        unit="USD bn",
        source="40 trillion yen, 'biased down' (BIS Bulletin 90, August 2024)",
        kernel="carry_stock",
    )
    leverage: float = parameter(
        doc="Position over equity.",
        default=5.0,
        low=0.0,
        high=100.0,
        unit="multiple",
        source="assumption",
        kernel="leverage",
    )
    earned_per_year: float = parameter(
        doc="Carry that offsets the loss, in logs.",
        default=0.038,
        low=0.0,
        high=1.0,
        unit="log per year",
        source="UST_3M less JGB_1Y on 2025-05-28",
    )
    stop_loss: float = parameter(
        doc="Loss, as a fraction of equity, from which stops begin.",
        default=0.15,
        low=0.0,
        high=10.0,
        unit="fraction",
        source="assumption",
        hint="a loss as a fraction of equity: 0.15 is 15 %",
        kernel="stop_loss",
    )
    stop_slope: float = parameter(
        doc="Share of the stock stopped per 1.0 of loss beyond. The loop's gain is stock * stop_slope * leverage * "
        "fx_log_per_usd_bn: 0.675 of the defaults.",
        default=0.6,
        low=0.0,
        high=1e3,
        unit="fraction",
        source="assumption",
        kernel="stop_slope",
    )
    stop_most: float = parameter(
        doc="Largest share that is ever stopped.",
        default=0.6,
        low=0.0,
        high=1.0,
        unit="fraction",
        source="assumption",
        kernel="stop_most",
    )
