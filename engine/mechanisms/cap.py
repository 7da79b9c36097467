"""A cap on a yield: the central bank's purchases, which grow as the yield nears it, and the day on which it goes."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from engine.conventions.events import EVENTS
from engine.market.factors import FactorKind
from engine.market.market import Market
from engine.mechanisms.factor_names import JGB_CURVE
from engine.mechanisms.parameters.findings import Findings, key_of
from engine.mechanisms.parameters.globs import refuse_other_factors
from engine.mechanisms.parameters.parameter import Form, parameter, source_text
from engine.mechanisms.parameters.sizes import Sizes


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """A yield held under a cap by the central bank's purchases, until it lets go.

    Where the yield closes l into the band below the cap, purchases pull it on the next day by at_cap_bp * (l /
    band_bp)^2; beyond the cap by at_cap_bp and by all that is beyond. At the end all that they pulled comes back.
    """

    source: str = source_text()
    factor: str = parameter(doc="The capped yield, a JGB zero rate: JGB_10Y.", form=Form.FACTOR, most=40)
    room_bp: float = parameter(doc="From the yield of the unshocked market to the cap.", low=-1e3, high=1e3, unit="bp")
    band_bp: float = parameter(
        doc="Width of the band below the cap in which purchases begin and grow.",
        default=10.0,
        above=0.0,
        high=1e3,
        unit="bp",
        source="assumption",
    )
    at_cap_bp: float = parameter(
        doc="A day's pull where the yield closed at the cap; half the band at most, beyond which purchases overshoot.",
        default=5.0,
        low=0.0,
        high=500.0,
        unit="bp",
        source="assumption: half the band, from which on a bp more of yield is a bp more of pull, as of bids without a"
        " limit at a fixed rate (Bank of Japan, each day from 2022-04-28)",
    )
    bp_per_jpy_tn: float = parameter(
        doc="Pull of a purchase.",
        default=1.0,
        above=0.0,
        high=100.0,
        unit="bp per JPY tn",
        source="assumption: on 2023-01-13 the Bank of Japan bought some 5 tn, and the ten-year fell from 0.545 % in the"
        " day to its cap of 0.5 %, both from memory",
    )
    shape: Sizes = parameter(
        doc="JGB factor -> pull relative to the capped yield's, which is 1; the same when it comes back.",
        default=(),
        low=0.0,
        high=10.0,
        unit="multiple",
        form=Form.BY_FACTOR,
    )
    event: str | None = parameter(
        doc="The cap may end on each date of this event after the valuation date, as of jumps; without one on any day.",
        default=None,
        form=Form.CHOICE,
        choices=EVENTS,
    )
    probability: float = parameter(
        doc="That it ends on such a day when nothing was bought.",
        low=0.0,
        high=1.0,
        unit="probability",
        kernel="end_least",
    )
    probability_per_jpy_tn: float = parameter(
        doc="What all purchases up to the close before add to it.",
        default=0.0,
        low=0.0,
        high=1.0,
        unit="per JPY tn",
        source="assumption: a cap is let go however much it cost",
        kernel="end_per_tn",
    )
    spill: Sizes = parameter(
        doc="Factor -> move per 1.0 of yield that comes back at the end: decimal rates, logarithms of prices, vols.",
        default=(),
        low=-300.0,
        high=300.0,
        unit="of the state per 1.0 of yield",
        form=Form.BY_FACTOR,
    )


def check_cap(cap: Cap | None, findings: Findings) -> None:
    """Refuse purchases that grow faster than the yield: they would throw it below where it came from."""
    if cap is not None and cap.at_cap_bp > 0.5 * cap.band_bp:
        findings.refuse(
            "cap.at_cap_bp",
            f"must be half of `band_bp` at most, {0.5 * cap.band_bp:g} bp, got {cap.at_cap_bp:g}: a pull that grows by"
            " more than the yield does throws it back and forth; lower this or widen the band",
        )


def check_cap_on_market(cap: Cap | None, market: Market, findings: Findings) -> None:
    """Refuse a cap on what is no single JGB zero rate, and shapes of what is none."""
    if cap is None:
        return
    for where, glob in (("cap.factor", cap.factor), *((key_of("cap.shape", glob), glob) for glob, _ in cap.shape)):
        refuse_other_factors(glob, FactorKind.RATE, JGB_CURVE, where, market, findings)
    capped = [factor.name for factor in market.factors if fnmatchcase(factor.name, cap.factor)]
    if capped and capped != [cap.factor]:
        findings.refuse("cap.factor", f"one yield has the cap, not all that {cap.factor!r} matches: such as JGB_10Y")
