"""A file of factors that move a market's derived curves over their parents: swap, basis and repo spreads (TOML)."""

from importlib.resources import files
from pathlib import Path

from pydantic import Field

from engine.inputs.toml.read import Strict, read_toml
from engine.market.factors import spread_factor_name
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


class SpreadFile(Strict):
    """Spreads, one after another; one may name the factors of those above it."""

    spreads: tuple[SpreadFactorTable, ...] = Field(
        min_length=1, max_length=MAX_FACTORS, description="[[spreads]] tables."
    )


def read_spread_file(path: Path) -> tuple[SpreadFactorTable, ...]:
    """Read the spreads of a file. Raises FileFaults with everything wrong with it."""
    return read_toml(path, SpreadFile).spreads


def bundled_spread_path() -> Path:
    """Return the path of the example: swap, cross-currency and repo spreads, all assumptions."""
    return Path(str(files("engine.market") / "data" / "basis" / "spreads.toml"))
