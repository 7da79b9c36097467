"""Swaptions that have expired and whose swap has not begun: fixed cash, by their payoff in the base market."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from engine.market.market import Market
from engine.payoffs.column import are_ranges
from engine.payoffs.flows import Flows, flow_amounts
from engine.payoffs.payoff import Book, Claim, Dated, Moment, PartRows, Payoff, Worth
from engine.payoffs.shelf import Shelf
from engine.payoffs.stored import Columns, Stored
from engine.payoffs.swaptions import SWAPTIONS, SwaptionPart, Swaptions, read_rows, swaption_values, swaptions_of
from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExpiredSwaptionPart(SwaptionPart):
    """A swaption of one position that has expired; `market_vol` is not looked at."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExpiredSwaptions(Swaptions):
    """Swaptions that expired by the valuation date, at or before day 0; their swaps begin after it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SwaptionPayoffs:
    """What the base market's rates fix of expired swaptions."""

    payoff: F64  # (n_expired,) in each one's currency, on the valuation date


def expired_of(rows: PartRows[ExpiredSwaptionPart]) -> ExpiredSwaptions:
    """Lay expired swaptions out as one table, in the order of the positions: (n_expired,), units as in `Swaptions`."""
    return _expired(swaptions_of(rows))  # type: ignore[arg-type]  # each part is a SwaptionPart too


def expired_swaption_flows(book: Book, constants: Shelf) -> Flows:
    """Return what expired swaptions are worth, as flows on the valuation date, (n_expired,) in each one's currency."""
    expired = book.table(ExpiredSwaptions)
    return Flows(
        position=expired.position,
        curve=expired.curve,
        currency=expired.currency,
        day=np.zeros(expired.position.size, np.int64),
        amount=constants.of(SwaptionPayoffs).payoff,
    )


def _worth(book: Book, at: Moment) -> Worth:
    flows = expired_swaption_flows(book, at.constants)
    unspread = np.zeros(len(book.position_ids))
    return flows.position, flows.currency, flow_amounts(flows, at.market, unspread, at.day, at.before)


def _fit(book: Book, market: Market, _: Shelf) -> SwaptionPayoffs:
    expired = book.table(ExpiredSwaptions)
    return SwaptionPayoffs(payoff=swaption_values(expired, market, np.zeros(expired.position.size)))


def _dated(book: Book) -> Iterator[Dated]:
    expired = book.table(ExpiredSwaptions)
    yield expired.curve, expired.position, expired.day[expired.annuity_range[:, 1] - 1]


def _claims(book: Book) -> Iterator[Claim]:
    expired = book.table(ExpiredSwaptions)
    yield bool((expired.expiry_day <= 0).all()), "an expired swaption expires after the valuation date"
    yield bool((expired.day >= 1).all()), "an expired swaption's swap began before the valuation date"
    yield bool(np.isin(expired.payer, (-1, 1)).all()), "a swaption neither pays nor receives"
    yield are_ranges(expired.annuity_range, expired.day.size), "a swaption has no payments"


def _expired(swaptions: Swaptions) -> ExpiredSwaptions:
    return ExpiredSwaptions(**{name: getattr(swaptions, name) for name in Swaptions.__dataclass_fields__})


_NAMES = {"expired_swaptions": "swaptions", "expired_swaption_flows": "swaption_flows"}  # as the lists of the living


def _written(expired: ExpiredSwaptions) -> Mapping[str, Columns]:
    lists = SWAPTIONS.stored.columns(expired)
    return {name: lists[living] for name, living in _NAMES.items()}


def _read(lists: Mapping[str, Columns]) -> ExpiredSwaptions:
    return _expired(read_rows({living: lists[name] for name, living in _NAMES.items()}))


EXPIRED_SWAPTIONS = Payoff(
    part=ExpiredSwaptionPart,
    table=ExpiredSwaptions,
    tabulate=expired_of,
    stored=Stored(
        lists={name: SWAPTIONS.stored.lists[living] for name, living in _NAMES.items()},
        columns=_written,
        table=_read,
    ),
    value=_worth,
    fit=_fit,
    dated=_dated,
    claims=_claims,
    quotes=("market_vol",),
    ranges=dict.fromkeys(("float_range", "annuity_range"), (ExpiredSwaptions, "day")),
)
