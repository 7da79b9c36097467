"""A file of prices that a market is to have besides its own: equity indices, sectors, an EM currency (TOML)."""

from importlib.resources import files
from pathlib import Path

from pydantic import Field

from engine.inputs.toml.read import Strict, read_toml
from kernels.lanes import MAX_FACTORS


class PriceTable(Strict):
    """[[prices]]: one price, its level and the law that is given of it."""

    name: str = Field(pattern=r"^[A-Z][A-Z0-9]*$", description='Of the factor: "SPX".')
    currency: str = Field(description="Currency in which the level is quoted: one of the market's curves.")
    level: float = Field(gt=0.0, description="In `currency`, on the market's date.")
    vol: float = Field(gt=0.0, description="Per year, relative: 0.18 is 18 %.")
    correlations: dict[str, float] = Field(
        min_length=1,
        max_length=MAX_FACTORS,
        description="With factors of the market and prices above it, { USDJPY = 0.15 }; with others, what these imply.",
    )
    source: str = Field(min_length=1, description="Whose figures, or 'assumption: ...' with the reasoning.")


class PriceFile(Strict):
    """Prices, one after another; a price may name those above it."""

    prices: tuple[PriceTable, ...] = Field(min_length=1, max_length=MAX_FACTORS, description="[[prices]] tables.")


def read_price_file(path: Path) -> tuple[PriceTable, ...]:
    """Read the prices of a file. Raises FileFaults with everything wrong with it."""
    return read_toml(path, PriceFile).prices


def bundled_price_path() -> Path:
    """Return the path of the example: six prices, all assumptions."""
    return Path(str(files("engine.market") / "data" / "equities" / "prices.toml"))
