"""What FX options gain when vols rise: each on its own vol, as Black's formula has it, by expiry and in all."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.book.compiled import CompiledBook
from engine.book.fit import Fits
from engine.market.factors import tenor_label
from engine.market.fx_vols import FxVols
from engine.market.market import Market
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, fx_rates, sums
from engine.payoffs.fx_options import FxOptions, option_forwards, option_values, option_vols, pairs_of
from engine.payoffs.spot_days import SpotDays
from kernels.types import F64, I64

VOL_POINT = 0.01  # of lognormal vol: 11 % becomes 12 %


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FxVegas:
    """What the options on one pair gain when their own vols rise by one point [JPY]."""

    parallel: F64  # (n_positions,) all of them at once
    gross: F64  # (n_positions,) each of a position's options without its sign
    by_expiry: Mapping[str, F64]  # quoted expiry, "1M" -> (n_positions,); these add up to `parallel`


def fx_vegas(book: CompiledBook, market: Market, fits: Fits) -> dict[str, FxVegas]:
    """Revalue every FX option with one vol point more, the strike's own vol counted and no move of the smile.

    Of an option between two quoted expiries each has the share by which its vol depends on theirs; one before the
    first or beyond the last belongs to that one alone.

    Returns
    -------
    {pair, "USDJPY": vegas}, for every pair that the market has vols of

    Raises
    ------
    InputError
        The market lacks a curve or the vols of a pair.
    """
    options, spots, n = book.table(FxOptions), book.table(SpotDays), len(book.position_ids)
    forwards, _ = option_forwards(options, spots, market, 0)
    vols = fits.vol_ratio * option_vols(options, market, forwards, 0)
    higher = fits.vol_ratio * (1.0 + VOL_POINT / np.where(vols > 0.0, vols, np.inf))
    gained = option_values(options, spots, market, higher) - option_values(options, spots, market, fits.vol_ratio)
    gained = gained * fx_rates(options.domestic, market)  # (n_options,) [JPY]
    rows = {foreign + domestic: mine for (foreign, domestic), mine in pairs_of(options)}
    found = {}
    for pair, surface in market.fx_vols.items():
        mine = rows.get(pair, np.zeros(0, np.int64))
        parts = _expiry_shares(surface, options.expiry_day[mine]) * gained[mine]  # (n_expiries, n_of_pair)
        labels = [tenor_label(time) for time in surface.times.tolist()]
        found[pair] = FxVegas(
            parallel=sums(options.position[mine], gained[mine], n),
            gross=sums(options.position[mine], np.abs(gained[mine]), n),
            by_expiry={label: sums(options.position[mine], part, n) for label, part in zip(labels, parts, strict=True)},
        )
    return found


def _expiry_shares(surface: FxVols, expiry_day: I64) -> F64:
    """Return the shares of the quoted expiries in each option's vol: (n_expiries, n_options), columns add up to 1.

    The total variance at the money is linear in time between expiries, so that a vol s at time t depends on the two
    around it by ds / ds_1 = (t_2 - t) t_1 s_1 / ((t_2 - t_1) t s), and likewise on the other; of these the shares.
    """
    times, atm = surface.times, surface.atm
    inside = np.clip(expiry_day / DAYS_PER_TIME_YEAR, times[0], times[-1])
    above = np.clip(np.searchsorted(times, inside), min(1, times.size - 1), times.size - 1)
    below = np.maximum(above - 1, 0)
    lower = np.where(above == below, 1.0, (times[above] - inside) * times[below] * atm[below])
    upper = np.where(above == below, 0.0, (inside - times[below]) * times[above] * atm[above])
    shares, column = np.zeros((times.size, expiry_day.size)), np.arange(expiry_day.size)
    shares[above, column] = upper / (lower + upper)
    shares[below, column] += lower / (lower + upper)
    return shares
