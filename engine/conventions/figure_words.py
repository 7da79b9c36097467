"""Figures in words: shares in percent, horizons in days, and the units that amounts are cut to."""

from engine.words.language import texts

UNITS = ((1e12, "tn"), (1e9, "bn"), (1e6, "mn"), (1e3, "thousand"))
OKU = 1e8  # amounts in it have one decimal
_ONE_DAY, _DAYS = texts("1 business day", "{n} business days")
EASTERN_UNITS = ((1e12, "兆"), (OKU, "億"), (1e6, "百万"), (1e3, "千"))


def percent(fraction: float, decimals: int | None = None, *, signed: bool = False) -> str:
    """Return 0.975 as "97.5 %"; as many decimals as it takes unless given."""
    return f"{plain_number(100.0 * fraction, decimals, signed=signed)} %"


def plain_number(value: float, decimals: int | None, *, signed: bool) -> str:
    """Return a number with its decimals; None: as many as it takes."""
    return f"{value:{'+' if signed else ''}{f'.{decimals}f' if decimals is not None else '.10g'}}"


def days_text(n: int) -> str:
    """Return a number of business days in words."""
    return str(_ONE_DAY) if n == 1 else _DAYS.format(n=n)
