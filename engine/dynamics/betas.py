"""Rival betas of equities on the 10-year Treasury yield, by name: they disagree in size and sign."""

from dataclasses import dataclass

from engine.dynamics.unwind import Sizes


@dataclass(frozen=True, slots=True, kw_only=True)
class BetaSet:
    """Log moves of prices per 1.0 of the 10-year Treasury yield."""

    meaning: str
    source: str
    betas: Sizes


BETA_SETS: dict[str, BetaSet] = {
    "theory": BetaSet(
        meaning="D = 1 / (r - g), the duration of a growing perpetuity: 25 to 50 years",
        source="dividend-discount model; r - g is an assumption: 4 % of a broad index, 2.5 % of one of fast growth",
        betas=(("SPX", -25.0), ("NASDAQ", -40.0), ("NIKKEI225", -25.0), ("XLU", -25.0), ("XLK", -40.0), ("XLP", -25.0)),
    ),
}
