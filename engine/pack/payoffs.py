"""The packer of each payoff of kernels.payoffs, by its name. One from outside is added by `PACKERS.register`."""

from engine.pack.draft import Packer
from engine.pack.exchanges import pack_exchanges
from engine.pack.futures import pack_futures
from engine.pack.fx_options import pack_fx_options
from engine.pack.holdings import pack_holdings
from engine.pack.swaptions import pack_swaptions
from engine.payoffs.balances import Balances
from engine.payoffs.exchanges import Exchanges
from engine.payoffs.expired.fx_options import ExpiredFxOptions
from engine.payoffs.expired.swaptions import ExpiredSwaptions
from engine.payoffs.floats import Floats
from engine.payoffs.flows import Flows
from engine.payoffs.futures import Futures
from engine.payoffs.fx_options import FxOptions
from engine.payoffs.holdings import Holdings
from engine.payoffs.notes.constant_maturity import CmtCoupons
from engine.payoffs.notes.linkers import LinkedFlows
from engine.payoffs.notes.margins import MarginFlows
from engine.payoffs.registry import PAYOFFS
from engine.payoffs.swaptions import Swaptions
from kernels.payoffs import PAYOFFS as KERNELS
from kernels.registry import Registry

# Tables that are worth legs, cash and deliveries alone: they need no packer.
LEGS_AND_CASH = (
    *(Flows, Floats, Balances, ExpiredFxOptions, ExpiredSwaptions, LinkedFlows),
    *(CmtCoupons, MarginFlows),
)

PACKERS: Registry[Packer] = Registry(
    "packer",
    (
        Packer(name="holdings", draft=pack_holdings, tables=(Holdings,)),
        Packer(name="futures", draft=pack_futures, tables=(Futures,)),
        Packer(name="swaptions", draft=pack_swaptions, tables=(Swaptions,)),
        Packer(name="fx_options", draft=pack_fx_options, tables=(FxOptions,)),
        Packer(name="exchanges", draft=pack_exchanges, tables=(Exchanges,)),
    ),
    name=lambda each: each.name,
)


def packers() -> tuple[Packer, ...]:
    """Return the packers in the order of the kernels' sums.

    Raises
    ------
    LookupError
        One shelf lacks what another has: a payoff would be left out of every path.
    """
    for name in KERNELS:
        if name not in PACKERS:
            raise LookupError(
                f"payoff {name!r} of kernels.payoffs has no packer: register one of its name in"
                " engine.pack.payoffs.PACKERS"
            )
    for name in PACKERS:
        if name not in KERNELS:
            raise LookupError(
                f"packer {name!r} has no kernels: register a payoff of its name in kernels.payoffs.PAYOFFS, or remove"
                " the packer"
            )
    packed = {*LEGS_AND_CASH, *(table for each in PACKERS.values() for table in each.tables)}
    for payoff in PAYOFFS:
        if payoff.value is not None and payoff.table not in packed:
            raise LookupError(
                f"payoff {payoff.table.__name__} of engine.payoffs has a value but no packer, so that no path would"
                " count it: register one in engine.pack.payoffs.PACKERS with this class among its `tables`"
            )
    return tuple(PACKERS[name] for name in KERNELS)
