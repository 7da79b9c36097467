"""What follows USD/JPY in an unwind: equities, currencies and implied vols of a market, by rival sets with names."""

from dataclasses import dataclass

from engine.mechanisms.parameters.sizes import Sizes

# Vol points are relative: +60 % of the vol on a fall of 10 % is ln 1.6 / ln 0.9. What `august-2024` and `april-2025`
# multiply the vols of USD/JPY by, on its falls of 8.4 and 3.5 %, is -5.4 and -2.7: -5.0 by least squares.
_VOL = ("USDJPY_VOL", -4.5)
_VOL_SOURCE = "USDJPY_VOL, assumption: +60 % on a fall of 10 %; realised vols of the two unwinds give -5.4 and -2.7"
_MXN_SOURCE = "MXNJPY, assumption: half as much again as the dollar"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowerSet:
    """Log moves of prices and vols per 1.0 of ln USD/JPY."""

    meaning: str
    source: str
    betas: Sizes


FOLLOWER_SETS: dict[str, FollowerSet] = {
    "window-2024": FollowerSet(
        meaning="moves over the ten business days to 2024-08-05, whole, on that of USD/JPY",
        source="estimated: one window, no error can be given; Nikkei -20.6 %, S&P 500 -6.8 %, USD/JPY -8.4 %. "
        f"{_VOL_SOURCE}; {_MXN_SOURCE}",
        betas=(
            ("SPX", 0.81), ("NASDAQ", 1.21), ("NIKKEI225", 2.64), ("XLK", 1.53), ("XLU", -0.25), ("XLP", 0.06),
            ("MXNJPY", 1.5), _VOL,
        ),
    ),
    "flight-2024": FollowerSet(
        meaning="days of 2024-07-10 to 08-09, one by one: a fifth to a third of what the window says",
        source="estimated: least squares on one-day moves, 22 days (NIKKEI225 19, by the close that follows): se 0.27, "
        f"0.37, 0.92, 0.51, 0.25, 0.16. {_VOL_SOURCE}; {_MXN_SOURCE}",
        betas=(
            ("SPX", 0.47), ("NASDAQ", 0.61), ("NIKKEI225", 0.82), ("XLK", 0.53), ("XLU", 0.01), ("XLP", 0.16),
            ("MXNJPY", 1.5), _VOL,
        ),
    ),
    "repatriation-2025": FollowerSet(
        meaning="days of 2025-04-01 to 05-30, one by one",
        source="estimated as flight-2024, 39 days (NIKKEI225 35): se 0.42, 0.50, 0.50, 0.55, 0.27, 0.24. "
        f"{_VOL_SOURCE}; {_MXN_SOURCE}",
        betas=(
            ("SPX", 0.55), ("NASDAQ", 0.82), ("NIKKEI225", 0.58), ("XLK", 0.95), ("XLU", -0.35), ("XLP", -0.37),
            ("MXNJPY", 1.5), _VOL,
        ),
    ),
    "calm": FollowerSet(
        meaning="days of 2013-2019 and 2022-2025 without the unwinds",
        source="estimated as flight-2024, 2,405 days (NIKKEI225 2,173): se 0.03 to 0.04. "
        f"{_VOL_SOURCE}; MXNJPY, assumption: as the dollar",
        betas=(
            ("SPX", 0.24), ("NASDAQ", 0.26), ("NIKKEI225", 0.44), ("XLK", 0.26), ("XLU", -0.10), ("XLP", 0.08),
            ("MXNJPY", 1.0), _VOL,
        ),
    ),
}  # fmt: skip
