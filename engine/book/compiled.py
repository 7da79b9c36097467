"""A compiled book: every position as dated flows and currency units. Needs no QuantLib to load or value."""

from dataclasses import dataclass, field
from datetime import date

from engine.payoffs.flows import Floats, Flows
from engine.payoffs.futures import Deliverables, Futures
from engine.payoffs.fx_options import FxOptions
from engine.payoffs.quoted import Bonds, Marks, Premiums, no_bonds
from engine.payoffs.swaptions import Swaptions
from engine.payoffs.units import Holdings, Units
from kernels.types import I64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompiledBook:
    """All positions of all books in one file, ready to value."""

    valuation_date: date
    position_ids: tuple[str, ...]  # unique
    books: tuple[str, ...]  # (n_positions,) the book each position belongs to
    kinds: tuple[str, ...]  # (n_positions,) "JGB", "UST_BILL", "FX_FORWARD", ...
    flows: Flows
    floats: Floats
    units: Units
    holdings: Holdings
    options: FxOptions
    futures: Futures
    deliverables: Deliverables
    swaptions: Swaptions
    marks: Marks
    premiums: Premiums
    business_days: I64  # (n,) days from the valuation date of the coming joint Tokyo and New York business days
    sha256: str  # of the source file's bytes
    bonds: Bonds = field(default_factory=no_bonds)
    warnings: tuple[str, ...] = ()  # what was accepted with a word of caution, for every result that uses the book
