"""What makes a book's given market prices true in the base market: spreads, vols, net bases and carries."""

from dataclasses import dataclass, fields

import numpy as np

from engine.book.compiled import CompiledBook
from engine.book.spreads import check_dates, fit_spreads, named
from engine.errors import InputError
from engine.market.market import Market
from engine.payoffs.black import solve_nearest, solve_rising
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, fx_rates, sums
from engine.payoffs.flows import flow_amounts
from engine.payoffs.futures import model_prices
from engine.payoffs.fx_options import FxOptions, option_forwards, option_values, option_vols
from engine.payoffs.swaptions import swaption_values
from engine.payoffs.units import factor_levels
from kernels.types import F64, I64

LOWEST_RATIO, HIGHEST_RATIO = 1e-3, 50.0  # of a fitted vol to the surface's
_RATIOS = np.unique(np.append(np.geomspace(LOWEST_RATIO, HIGHEST_RATIO, 151), 1.0))  # looked at where values turn
LOWEST_NORMAL, HIGHEST_NORMAL = 1e-7, 0.2  # normal vol, decimal per sqrt(year)
ODD_SPREAD, ODD_BASIS, ODD_RATIO = 0.03, 0.02, 2.0  # beyond which a mark is pointed out


_OPTION_COLUMNS = tuple(field.name for field in fields(FxOptions))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fits:
    """Constants of a book's revaluation, fixed in the base market and held in all others."""

    spreads: F64  # (n_positions,) over the zero curves, decimal per year
    vol_ratio: F64  # (n_options,) of the option's vol to that of its strike on the surface
    normal_vol: F64  # (n_swaptions,) decimal per sqrt(year)
    future_basis: F64  # (n_futures,) net basis: model price less market price, per 1
    future_reference: F64  # (n_futures,) price in the base market, from which profit counts, per 1
    holding_carry: F64  # (n_holdings,) of index futures: ln(future / level) per year to expiry; 0 outright
    holding_reference: F64  # (n_holdings,) of index futures: price in the base market; 0 outright


def fit(book: CompiledBook, market: Market) -> Fits:
    """Fit everything that a book's market prices fix.

    A price or yield of a bond fixes the spread on its curve; a vol or premium of an option fixes the ratio of its vols
    to the surface's (or a swaption's normal vol); a future's price fixes its net basis, an index future's its carry.
    What has no market price is worth what the market's curves and vols say.

    Raises
    ------
    InputError
        Book and market have different dates, the market lacks a curve, factor or vols, or a price cannot be fitted.
    """
    check_dates(book, market)
    spreads = fit_spreads(book, market)
    futures, holdings = book.futures, book.holdings
    model = model_prices(futures, book.deliverables, market)
    basis = np.where(np.isnan(futures.market_price), 0.0, model - futures.market_price)
    levels, expiry = factor_levels(holdings, market), holdings.expiry_day / DAYS_PER_TIME_YEAR
    priced = (expiry > 0.0) & ~np.isnan(holdings.market_price)
    prices = np.where(priced, holdings.market_price, levels)
    carry = np.where(priced, np.log(prices / levels) / np.where(priced, expiry, 1.0), 0.0)
    return Fits(
        spreads=spreads,
        vol_ratio=_vol_ratios(book, market, spreads),
        normal_vol=_normal_vols(book, market),
        future_basis=basis,
        future_reference=model - basis,
        holding_carry=carry,
        holding_reference=np.where(expiry > 0.0, prices, 0.0),
    )


def fit_warnings(book: CompiledBook, fits: Fits) -> tuple[str, ...]:
    """Market prices far from what the market's curves and vols say."""
    options, odd_ratio = book.options, np.abs(np.log(fits.vol_ratio)) > np.log(ODD_RATIO)
    said = (
        (np.flatnonzero(np.abs(fits.spreads) > ODD_SPREAD), f"a spread beyond {ODD_SPREAD:.0%} over its curve"),
        (
            options.position[odd_ratio],
            f"a vol over {ODD_RATIO:g} times, or under {1.0 / ODD_RATIO:g} times, the surface's",
        ),
        (
            book.futures.position[np.abs(fits.future_basis) > ODD_BASIS],
            f"a net basis beyond {100.0 * ODD_BASIS:g} points, or other `deliverables`",
        ),
    )
    return tuple(
        f"{named(book, np.unique(which))}: the market price means {what}; check it"
        for which, what in said
        if which.size
    )


def _vol_ratios(book: CompiledBook, market: Market, spreads: F64) -> F64:
    """(n_options,) 1 without a given vol or premium."""
    options = book.options
    ratios = np.ones(options.strike.size)
    forwards, _ = option_forwards(options, market, 0)
    given = ~np.isnan(options.market_vol)
    if given.any():
        ratios[given] = options.market_vol[given] / option_vols(options, market, forwards, 0)[given]
    row, wanted, position = _premiums_of(book, options.position)
    if row.size:
        ratios[row] = _premium_ratios(book, market, spreads, row, wanted, position)
    return ratios


def _premium_ratios(book: CompiledBook, market: Market, spreads: F64, row: I64, wanted: F64, position: I64) -> F64:
    """Ratios that give the premiums `wanted` of each `position`, for its options `row`: (n_rows,).

    Options all bought, or all sold, are worth more the higher the vol. Call spreads, which digitals are, rise with it
    and fall again: of two vols with one value the nearer to the surface's is taken.
    """
    options, flows, n = _rows_of(book.options, row), book.flows, len(book.position_ids)
    paid = flow_amounts(flows, market, spreads, 0, market) * fx_rates(flows.currency, market)
    still = sums(flows.position, paid, n)[position]
    net, gross = (sums(options.position, each, n)[position] for each in (options.amount, np.abs(options.amount)))
    turns = np.abs(net) < gross
    place = np.searchsorted(position, options.position)
    scale = np.where(gross == 0.0, 1.0, np.where(net < 0.0, -gross, gross) * market.usdjpy)

    def value(trial: F64) -> F64:
        worth = sums(options.position, option_values(options, market, trial[place]), n)[position]
        return (worth + still) / scale

    found = solve_rising(value, wanted / scale, LOWEST_RATIO, HIGHEST_RATIO)
    if turns.any():
        found = np.where(turns, solve_nearest(value, wanted / scale, _RATIOS), found)
    found = np.where(gross == 0.0, 1.0, found)
    _refuse(book, position, found, "vols")
    return found[place]


def _rows_of(options: FxOptions, row: I64) -> FxOptions:
    return FxOptions(**{name: getattr(options, name)[row] for name in _OPTION_COLUMNS})


def _normal_vols(book: CompiledBook, market: Market) -> F64:
    """(n_swaptions,) as given, or what the premium means."""
    swaptions = book.swaptions
    vols = swaptions.market_vol.copy()
    row, wanted, position = _premiums_of(book, swaptions.position)
    if row.size:
        quantity = np.where(swaptions.quantity[row] == 0.0, 1.0, swaptions.quantity[row])

        def value(trial: F64) -> F64:
            every = np.where(np.isnan(vols), 1.0, vols)
            every[row] = trial
            return np.asarray(swaption_values(swaptions, market, every)[row] / quantity)

        found = solve_rising(value, wanted / quantity, LOWEST_NORMAL, HIGHEST_NORMAL)
        found = np.where(swaptions.quantity[row] == 0.0, LOWEST_NORMAL, found)
        _refuse(book, position, found, "normal vols")
        vols[row] = found
    return vols


def _premiums_of(book: CompiledBook, rows: I64) -> tuple[I64, F64, I64]:
    """Rows of a table whose position has a premium; premiums and positions, each position once."""
    mine = np.isin(book.premiums.position, rows)
    position = book.premiums.position[mine]
    return np.flatnonzero(np.isin(rows, position)), book.premiums.value[mine], position


def _refuse(book: CompiledBook, position: I64, found: F64, what: str) -> None:
    lost = np.isnan(found)
    if lost.any():
        raise InputError(
            f"no {what} give the premium of {named(book, position[lost])}: it is below what the option is worth without"
            " any, or above what it can be worth; check `premium` (per unit of notional), `strike` or `rate`"
        )
