"""Rival betas of equities on the 10-year Treasury yield, by name: they disagree in size and sign."""

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
