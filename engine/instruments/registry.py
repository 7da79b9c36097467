"""The one list of families of instruments, and the kinds of position that they bring."""

from collections.abc import Iterator
from contextlib import contextmanager

from engine.instruments.assets import ASSETS
from engine.instruments.bond_futures import JGB_FUTURES, TREASURY_FUTURES
from engine.instruments.bonds import BUNDS, JGBS, TREASURIES
from engine.instruments.cash import CASH
from engine.instruments.cashflows import CASHFLOWS
from engine.instruments.cross_currency_swaps import CROSS_CURRENCY_SWAPS
from engine.instruments.family import Family
from engine.instruments.floaters import FLOATERS
from engine.instruments.fx import FX
from engine.instruments.fx_options import FX_OPTIONS
from engine.instruments.linkers import LINKERS
from engine.instruments.loans import LOANS
from engine.instruments.rows.kind import Kind
from engine.instruments.swaps import SWAPS
from engine.instruments.swaptions import SWAPTIONS

FAMILIES: list[Family] = []  # in the order of templates and messages
KINDS: dict[str, Kind] = {}  # by name, in the order of the families
_FAMILY_OF: dict[Kind, Family] = {}


def register(family: Family) -> None:
    """Add a family and its kinds. Raises ValueError when a kind of such a name is there."""
    for kind in family.kinds:
        if kind.name in KINDS:
            raise ValueError(f"there is a kind {kind.name!r} already, of the family {family_of(KINDS[kind.name]).name}")
    FAMILIES.append(family)
    for kind in family.kinds:
        KINDS[kind.name] = kind
        _FAMILY_OF[kind] = family


@contextmanager
def registered(family: Family) -> Iterator[None]:
    """Have a family in the list for a while."""
    register(family)
    try:
        yield
    finally:
        FAMILIES.remove(family)
        for kind in family.kinds:
            del KINDS[kind.name], _FAMILY_OF[kind]


def family_of(kind: Kind) -> Family:
    """Return the family that a kind belongs to."""
    return _FAMILY_OF[kind]


for _family in (
    *(JGBS, LINKERS, JGB_FUTURES, TREASURIES, TREASURY_FUTURES, BUNDS, CASH, CASHFLOWS, LOANS, FLOATERS),
    *(SWAPS, CROSS_CURRENCY_SWAPS, SWAPTIONS),
    *(FX, FX_OPTIONS, ASSETS),
):
    register(_family)
