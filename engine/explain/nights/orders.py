"""In which orders movers move one after another, and which sets of them have then moved."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.explain.nights.shares import shapley
from kernels.types import F64

MOST_OF_ALL = 5  # movers of which every order is taken: 2^5 sets
N_ROUND = 4  # orders, each with its reverse, of more movers


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Orders of movers, each taken forwards and backwards."""

    n_movers: int
    forwards: tuple[tuple[int, ...], ...]  # (): every order that there is

    @property
    def sets(self) -> tuple[int, ...]:
        """Return the sets of movers on the way from none to all, ascending: mover i has bit 2^i."""
        if not self.forwards:
            return tuple(range(2**self.n_movers))
        return tuple(sorted({each for order in self.forwards for way in _ways(order) for each in _passed(way)}))

    def shares(self, values: F64) -> F64:
        """Return what each mover adds to a figure by each order and its reverse: (n_orders, n_movers, ...).

        The mean over orders is the share; by each of them the movers add up to the whole change, but for rounding.

        values   (n_sets, ...) of `sets`
        """
        if not self.forwards:
            return shapley(values)[None]
        place = {each: i for i, each in enumerate(self.sets)}
        shares = np.zeros((len(self.forwards), self.n_movers, *values.shape[1:]))
        for k, order in enumerate(self.forwards):
            for way in _ways(order):
                passed = [place[each] for each in _passed(way)]
                for mover, before, after in zip(way, passed[:-1], passed[1:], strict=True):
                    shares[k, mover] += 0.5 * (values[after] - values[before])
        return shares


def all_orders_of(n_movers: int) -> Orders:
    """Return every order of the movers."""
    return Orders(n_movers=n_movers, forwards=())


def some_orders_of(n_movers: int) -> Orders:
    """Return every order of few movers, some of many.

    An order and its reverse give Shapley's share exactly where no more than two movers act on one another: what two of
    them do together is shared by halves. The rest is seen in how the orders differ. The orders are one row turned round
    by equal parts, so that each mover is early, in the middle and late alike.
    """
    if n_movers <= MOST_OF_ALL:
        return all_orders_of(n_movers)
    firsts = [k * n_movers // N_ROUND for k in range(N_ROUND)]
    turned = tuple(tuple((first + i) % n_movers for i in range(n_movers)) for first in firsts)
    return Orders(n_movers=n_movers, forwards=turned)


def order_variance(by_order: F64) -> F64:
    """Return the variance of the mean over orders (n_orders, ...); 0 where every order is taken."""
    if len(by_order) == 1:
        return np.zeros(by_order.shape[1:])
    return np.asarray(by_order.var(axis=0, ddof=1) / len(by_order))


def _ways(order: Sequence[int]) -> tuple[Sequence[int], Sequence[int]]:
    return order, order[::-1]


def _passed(way: Sequence[int]) -> list[int]:
    """Return the sets from none to all: (1 + n_movers,)."""
    found = [0]
    for mover in way:
        found.append(found[-1] | 1 << mover)
    return found
