"""Calls on a currency: their value on the pair's vol surface; a vol or a premium fixes the ratio to its vols."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.conventions.currencies import currency_of
from engine.market.fx_vols import smile_value
from engine.market.lookup import distinct, fx_vols
from engine.market.market import Market
from engine.payoffs.black import black_call, solve_nearest, solve_rising
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, fx_rates, sums, zero_curve
from engine.payoffs.exchanges import Exchanges, exchange_amounts
from engine.payoffs.flows import Flows, Spreads, flow_amounts
from engine.payoffs.payoff import Book, Caution, Claim, Moment, PartRows, Payoff, Worth
from engine.payoffs.quoted import FittedMarks, Limit, check_reach, premiums_for
from engine.payoffs.shelf import Shelf
from engine.payoffs.spot_days import SpotDays
from engine.payoffs.stored import plain
from kernels.types import F64, I64, Words

LOWEST_RATIO, HIGHEST_RATIO = 1e-3, 50.0  # of a fitted vol to the surface's
MISSED = Limit(
    part=0.002,  # a wide bid-offer: a mark snapped with another forward than the close's is within it, a wrong unit not
    unit="spot, or of a digital's payout",
    what="no vols give the premium",
    column="premium",
    columns="`premium` (per unit of notional), `strike` and `maturity`",
)
ODD_RATIO = 2.0  # of a vol to the surface's, or the inverse, beyond which it is pointed out
_RATIOS = np.unique(np.append(np.geomspace(LOWEST_RATIO, HIGHEST_RATIO, 151), 1.0))  # looked at where values turn


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionPart:
    """A call on a currency of one position. Fields as in `FxOptions`."""

    foreign: str
    domestic: str
    expiry_day: int
    delivery_day: int
    strike: float
    amount: float
    market_vol: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FxOptions:
    """European calls on one currency, paid in another. Puts, digitals and strangles are written as these and flows.

    All options of a position are of one pair. The fixing of an NDF is a call on nothing: from `expiry_day` on what it
    exchanges is worth its difference.
    """

    position: I64  # (n_options,) index into CompiledBook.position_ids
    foreign: Words  # (n_options,) currency that is called, "USD"
    domestic: Words  # (n_options,) currency that strikes and values are in, "JPY"
    expiry_day: I64  # (n_options,) calendar days from the valuation date, >= 1; vol and payoff
    delivery_day: I64  # (n_options,) calendar days, >= expiry_day; discounting
    strike: F64  # (n_options,) domestic per foreign
    amount: F64  # (n_options,) foreign, bought positive
    market_vol: F64  # (n_options,) lognormal vol that the file states; NaN: none


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VolRatios(FittedMarks):
    """What vols and premiums of FX options fix."""

    vol_ratio: F64  # (n_options,) of the option's vol to that of its strike on the surface


def options_of(rows: PartRows[OptionPart]) -> FxOptions:
    """Lay calls out as one table, in the order of the positions: (n_options,), units as in `FxOptions`."""
    return FxOptions(
        position=rows.position,
        foreign=rows.words(lambda part: part.foreign),
        domestic=rows.words(lambda part: part.domestic),
        expiry_day=rows.whole(lambda part: part.expiry_day),
        delivery_day=rows.whole(lambda part: part.delivery_day),
        strike=rows.real(lambda part: part.strike),
        amount=rows.real(lambda part: part.amount),
        market_vol=rows.real(lambda part: part.market_vol),
    )


def pairs_of(options: FxOptions) -> Iterator[tuple[tuple[str, str], I64]]:
    """Yield each pair, foreign and domestic currency, with its options: (n,) rows."""
    (called, f), (paid, d) = distinct(options.foreign), distinct(options.domestic)
    key = f * len(paid) + d
    for k in np.unique(key).tolist():
        yield (called[k // len(paid)], paid[k % len(paid)]), np.flatnonzero(key == k)


def option_forwards(options: FxOptions, spots: SpotDays, market: Market, day: int) -> tuple[F64, F64]:
    """Return the forward for delivery [domestic per foreign] and the domestic discount factor, on `day`.

    Both count a currency for what it is worth on the day itself (`engine.payoffs.spot_days`): an option that pays a
    foreign currency pays what its spot rate says D(spot) / P(spot) times as often. On its expiry, whose spot date is
    its delivery, the forward is the spot rate.

    Returns
    -------
    (n_options,) each

    Raises
    ------
    InputError
        The market lacks a curve.
    """
    tau = np.maximum(options.delivery_day - day, 0) / DAYS_PER_TIME_YEAR
    forwards, discounts = np.zeros(tau.size), np.zeros(tau.size)
    for (foreign, domestic), mine in pairs_of(options):
        paid, held = (
            zero_curve(currency_of(code).curves.fx, market).discount(tau[mine]) * spots.factor(code, market, day)
            for code in (domestic, foreign)
        )
        forwards[mine] = market.cross_rate(foreign, domestic) * held / paid
        discounts[mine] = paid
    return forwards, discounts


def option_vols(options: FxOptions, market: Market, forwards: F64, day: int) -> F64:
    """Return the vol of each option's strike on the market's surface, on `day`; 0 once expired.

    Parameters
    ----------
    forwards : (n_options,) [domestic per foreign], as `option_forwards`

    Returns
    -------
    (n_options,) lognormal, decimal per sqrt(year)

    Raises
    ------
    InputError
        The market has no vols of a pair.
    """
    vols = np.zeros(options.strike.size)
    if not options.amount.any():
        return vols  # nothing, or fixings only
    for (foreign, domestic), of_pair in pairs_of(options):
        if not options.amount[of_pair].any():
            continue
        surface = fx_vols(market, foreign + domestic)
        for expiry in np.unique(options.expiry_day[of_pair]).tolist():
            if expiry <= day:
                continue
            time, mine = (expiry - day) / DAYS_PER_TIME_YEAR, of_pair[options.expiry_day[of_pair] == expiry]
            atm = float(surface.atm_vol(time))
            moneyness = np.log(options.strike[mine] / forwards[mine]) / (atm * np.sqrt(time))
            vols[mine] = atm * smile_value(surface.smile_at(time), moneyness)
    return vols


def option_values(options: FxOptions, spots: SpotDays, market: Market, vol_ratio: F64, day: int = 0) -> F64:
    """Return the value of every option on `day`: amount * D * Black(F, K, ratio * vol * sqrt(time)).

    D is the domestic discount factor: Garman & Kohlhagen (1983), "Foreign currency option values", J. International
    Money and Finance 2(3).

    Parameters
    ----------
    vol_ratio : (n_options,) multiplies the surface's vol, as `VolRatios` has it

    Returns
    -------
    (n_options,) [domestic]
    """
    forwards, domestic = option_forwards(options, spots, market, day)
    time = np.maximum(options.expiry_day - day, 0) / DAYS_PER_TIME_YEAR
    std = vol_ratio * option_vols(options, market, forwards, day) * np.sqrt(time)
    return np.asarray(options.amount * domestic * black_call(forwards, options.strike, std))


def fit_vol_ratios(book: Book, market: Market, spreads: F64) -> VolRatios:
    """Return the ratios of options' vols to the surface's that give back vols and premiums; 1 without either.

    A premium that no ratio gives, and that is within `MISSED` of one that some ratio does, leaves the surface's vols
    and is kept as an offset.

    Parameters
    ----------
    spreads : (n_positions,) decimal per year, over the curves of the positions' flows

    Raises
    ------
    InputError
        No ratio comes near a premium: the positions are named.
    """
    options = book.table(FxOptions)
    ratios, offset = np.ones(options.strike.size), np.zeros(len(book.position_ids))
    forwards, _ = option_forwards(options, book.table(SpotDays), market, 0)
    stated = ~np.isnan(options.market_vol)
    if stated.any():
        ratios[stated] = options.market_vol[stated] / option_vols(options, market, forwards, 0)[stated]
    row, wanted, position = premiums_for(book, options.position)
    if row.size:
        ratios[row], offset[position] = _premium_ratios(book, market, spreads, row, wanted, position)
    return VolRatios(vol_ratio=ratios, offset=offset)


def _premium_ratios(book: Book, market: Market, spreads: F64, row: I64, wanted: F64, position: I64) -> tuple[F64, F64]:
    """Return the ratios that give the premiums `wanted` of each `position`, for its options `row`: (n_rows,).

    And (n_positions,) what they leave of premiums that none gives [home].

    Options all bought, or all sold, are worth more the higher the vol. Call spreads, which digitals are, rise with it
    and fall again: of two vols with one value the nearer to the surface's is taken.
    """
    options, flows, n = _options_at(book.table(FxOptions), row), book.table(Flows), len(book.position_ids)
    exchanges, spots = book.table(Exchanges), book.table(SpotDays)
    paid = flow_amounts(flows, market, spreads, 0, market) * fx_rates(flows.currency, market)  # all in home units
    still = sums(flows.position, paid, n)[position]
    bought = exchange_amounts(book, market, 0, market) * fx_rates(exchanges.currency, market)
    still = still + sums(exchanges.position, bought, n)[position]
    net, gross = (sums(options.position, each, n)[position] for each in (options.amount, np.abs(options.amount)))
    turns = np.abs(net) < gross
    place = np.searchsorted(position, options.position)
    domestic = fx_rates(options.domestic, market)
    first = np.searchsorted(options.position, position)  # any option of a position: they are of one pair
    spot, wanted = fx_rates(options.foreign, market)[first], wanted * domestic[first]
    scale = np.where(gross == 0.0, 1.0, np.where(net < 0.0, -gross, gross) * spot)

    def value(trial: F64) -> F64:
        """Return what positions are worth at ratios (n_positions,), as a part of what they call: (n_positions,) [1]."""
        worth = sums(options.position, option_values(options, spots, market, trial[place]) * domestic, n)[position]
        return (worth + still) / scale

    found = solve_rising(value, wanted / scale, LOWEST_RATIO, HIGHEST_RATIO)
    if turns.any():
        found = np.where(turns, solve_nearest(value, wanted / scale, _RATIOS), found)
    found = np.where(gross == 0.0, 1.0, found)
    lost = np.isnan(found)
    if lost.any():
        reached = np.stack([value(np.full(position.size, ratio)) for ratio in _RATIOS])  # (n_ratios, n_positions)
        nearest = reached[np.abs(reached - wanted / scale).argmin(axis=0), np.arange(position.size)] * scale
        paid = np.abs(sums(options.position, options.amount * options.strike * domestic, n)[position])  # by a digital
        size = np.where(turns, paid, np.abs(scale))
        check_reach(book, position[lost], (wanted[lost], nearest[lost]), size[lost], MISSED)
    found = np.where(lost, 1.0, found)
    return found[place], np.where(lost, wanted - value(found) * scale, 0.0)


def _options_at(options: FxOptions, row: I64) -> FxOptions:
    return FxOptions(**{name: getattr(options, name)[row] for name in FxOptions.__dataclass_fields__})


def _worth(book: Book, at: Moment) -> Worth:
    options = book.table(FxOptions)
    ratios = at.constants.of(VolRatios).vol_ratio
    values = option_values(options, book.table(SpotDays), at.market, ratios, at.day)
    return options.position, options.domestic, values


def _fit(book: Book, market: Market, constants: Shelf) -> VolRatios:
    return fit_vol_ratios(book, market, constants.of(Spreads).spread)


def _fit_cautions(book: Book, constants: Shelf) -> Iterator[Caution]:
    odd = np.abs(np.log(constants.of(VolRatios).vol_ratio)) > np.log(ODD_RATIO)
    text = f"a vol over {ODD_RATIO:g} times, or under {1.0 / ODD_RATIO:g} times, the surface's"
    yield text, book.table(FxOptions).position[odd]


def _claims(book: Book) -> Iterator[Claim]:
    options = book.table(FxOptions)
    yield bool((options.expiry_day >= 1).all()), "an expiry is not after the valuation date"
    yield bool((options.delivery_day >= options.expiry_day).all()), "an option delivers before it expires"
    yield bool((options.strike > 0.0).all()), "a strike is not positive"


FX_OPTIONS = Payoff(
    part=OptionPart,
    table=FxOptions,
    tabulate=options_of,
    stored=plain("options", FxOptions),
    value=_worth,
    expiry="expiry_day",
    fit=_fit,
    fit_cautions=_fit_cautions,
    claims=_claims,
    quotes=("market_vol",),
)
