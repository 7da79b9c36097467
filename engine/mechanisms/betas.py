"""Rival betas of equities, by name: on the 10-year Treasury yield, where they disagree in sign, and on USD/JPY."""

from dataclasses import dataclass

from engine.mechanisms.parameters.sizes import Sizes


@dataclass(frozen=True, slots=True, kw_only=True)
class BetaSet:
    """Log moves of prices per 1.0 of the 10-year Treasury yield."""

    meaning: str
    source: str
    betas: Sizes


BETA_SETS: dict[str, BetaSet] = {
    "theory": BetaSet(
        meaning="minus D = 1 / (r - g) of a growing perpetuity, 25 to 40 years",
        source="dividend-discount model; assumption: r - g is 4 % of broad indices, 2.5 % of technology",
        betas=(("SPX", -25.0), ("NASDAQ", -40.0), ("NIKKEI225", -25.0), ("XLK", -40.0), ("XLU", -25.0), ("XLP", -25.0)),
    ),
    "empirical": BetaSet(
        meaning="sectors on real yields beyond their market beta, 2021-2026",
        source="one independent study, anthonyhuangresearch.com, 2026-02-01 (t: utilities -7.6, technology 1.8)",
        betas=(("XLRE", -5.1), ("XLU", -4.2), ("XLK", 0.7)),
    ),
    "calm": BetaSet(
        meaning="estimated, 2013-2019 and 2022-2025 without the unwinds",
        source="least squares on one-day moves, 2,417 days (NIKKEI225 2,167, by the close that follows); se 0.3 to 0.5",
        betas=(("SPX", 2.0), ("NASDAQ", 2.1), ("NIKKEI225", 3.0), ("XLK", 2.1), ("XLU", -4.8), ("XLP", -0.3)),
    ),
    "flight-2024": BetaSet(
        meaning="estimated, 2024-07-10 to 08-09: flight to quality, yields and equities fall together",
        source="as calm, 22 days (NIKKEI225 19): se 4.4, 6.0, 12.8, 7.9, 3.7, 2.5; moves together, not causes",
        betas=(("SPX", 3.9), ("NASDAQ", 6.0), ("NIKKEI225", 32.7), ("XLK", 8.1), ("XLU", -4.2), ("XLP", -2.6)),
    ),
    "repatriation-2025": BetaSet(
        meaning="estimated, 2025-04-01 to 05-30",
        source="as calm, 39 days (NIKKEI225 33): se 5.5, 6.6, 7.1, 7.4, 3.8, 3.3; moves together, not causes",
        betas=(("SPX", 9.5), ("NASDAQ", 13.2), ("NIKKEI225", 11.3), ("XLK", 14.1), ("XLU", -1.9), ("XLP", -1.1)),
    ),
}

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
