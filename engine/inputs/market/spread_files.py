"""A file of factors that no history holds: swap, basis and repo spreads, swaptions' vols, FX skews (TOML)."""

from importlib.resources import files
from pathlib import Path

from pydantic import Field, model_validator

from engine.inputs.toml.read import Strict, read_toml
from engine.market.factors import skew_factor_name, spread_factor_name, swaption_factor_name
from kernels.lanes import MAX_FACTORS


class SpreadFactorTable(Strict):
    """[[spreads]]: the law that is given of one derived curve's spreads, which all move alike."""

    curve: str = Field(description='One of the market\'s `spreads`: "TONA" has the factor SPREAD_TONA.')
    vol: float = Field(gt=0.0, le=0.2, description="Per year, decimal: 0.0012 is 12 bp.")
    kappa: float = Field(
        default=0.0, ge=0.0, le=100.0, description="Mean reversion per year, to the spreads on the market's date."
    )
    correlations: dict[str, float] = Field(
        min_length=1,
        max_length=MAX_FACTORS,
        description="With factors of the market and spreads above it, { JGB_10Y = -0.3 }; with others, what these"
        " imply.",
    )
    source: str = Field(min_length=1, description="Whose figures, or 'assumption: ...' with the reasoning.")

    @property
    def name(self) -> str:
        """Name of the factor."""
        return spread_factor_name(self.curve)


class SwaptionVolFactorTable(Strict):
    """[[swaption_vols]]: the law that is given of the normal vols of a currency's swaptions, which all move alike."""

    currency: str = Field(description='Of the swaps, one of the market\'s curves: "JPY" has SWAPTION_JPY_VOL.')
    level: float = Field(gt=0.0, le=0.2, description="Of the vols, decimal: 0.0062 is 62 bp a year.")
    vol: float = Field(gt=0.0, le=5.0, description="Per year, of the vol itself: 0.4 is 40 %.")
    kappa: float = Field(
        default=0.0, ge=0.0, le=100.0, description="Mean reversion per year, to the level on the market's date."
    )
    correlations: dict[str, float] = Field(
        min_length=1, max_length=MAX_FACTORS, description="As of spreads, which come before: { JGB_10Y = 0.3 }."
    )
    source: str = Field(min_length=1, description="Whose figures, or 'assumption: ...' with the reasoning.")

    @property
    def name(self) -> str:
        """Name of the factor."""
        return swaption_factor_name(self.currency)


class SkewFactorTable(Strict):
    """[[skews]]: the law that is given of a pair's 25-delta risk reversals over its vols at the money, moving alike."""

    pair: str = Field(description='One of the market\'s `fx_vols`: "USDJPY" has the factor USDJPY_SKEW.')
    vol: float = Field(gt=0.0, le=2.0, description="Per year, of the vol at the money: 0.1 is 1.2 vol points of 12.")
    kappa: float = Field(
        default=0.0, ge=0.0, le=100.0, description="Mean reversion per year, to the skew on the market's date."
    )
    correlations: dict[str, float] = Field(
        min_length=1, max_length=MAX_FACTORS, description="As of spreads, which come before: { USDJPY = 0.5 }."
    )
    source: str = Field(min_length=1, description="Whose figures, or 'assumption: ...' with the reasoning.")

    @property
    def name(self) -> str:
        """Name of the factor."""
        return skew_factor_name(self.pair)


class SpreadFile(Strict):
    """Spreads, then swaptions' vols, then skews; each may name the factors of those above it."""

    spreads: tuple[SpreadFactorTable, ...] = Field(
        default=(), max_length=MAX_FACTORS, description="[[spreads]] tables."
    )
    swaption_vols: tuple[SwaptionVolFactorTable, ...] = Field(
        default=(), max_length=MAX_FACTORS, description="[[swaption_vols]] tables."
    )
    skews: tuple[SkewFactorTable, ...] = Field(default=(), max_length=MAX_FACTORS, description="[[skews]] tables.")

    @model_validator(mode="after")
    def _has_some(self) -> "SpreadFile":
        if not (self.spreads or self.swaption_vols or self.skews):
            raise ValueError("has no [[spreads]], [[swaption_vols]] or [[skews]] table: there is nothing to lay")
        return self


def read_spread_file(path: Path) -> SpreadFile:
    """Read a file of factors. Raises FileFaults with everything wrong with it."""
    return read_toml(path, SpreadFile)


def bundled_spread_path() -> Path:
    """Return the path of the example: swap, cross-currency and repo spreads, swaption vols, a skew; all assumptions."""
    return Path(str(files("engine.market") / "data" / "basis" / "spreads.toml"))
