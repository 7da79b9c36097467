"""Regimes estimated from a history: drifts, vols, correlations and jumps of short episodes, shrunk hard.

The episodes are short and were chosen after the fact, so their figures are shrunk: means by James and Stein towards
zero, vols and correlations towards those of calm markets with normal priors, jumps by one pseudo-event.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np
import pandas as pd

from engine.calibration.diffusion import Window, factor_states
from engine.calibration.links import nearest_links
from engine.errors import InputError
from engine.market.correlation import cholesky, smallest_eigenvalue
from engine.market.factors import DAYS_PER_YEAR, UNRECORDED, Factor
from engine.market.market import Market
from engine.mechanisms.factor_names import USDJPY
from engine.mechanisms.parameters.overrides import override
from engine.mechanisms.parameters.sizes import matches
from kernels.types import F64, Bools, Dates

Pair = tuple[str, str]  # of blocks
Scale = tuple[Callable[[float], float], Callable[[float], float]]  # there, back
K = TypeVar("K")

BLOCKS = {  # that share a multiplier and a correlation: name -> glob, later ones win
    "JGB_SHORT": "JGB_*",
    "JGB_LONG": "JGB_[234]0Y",
    "UST": "UST_*",
    USDJPY: USDJPY,
}
PAIRS = (("JGB_SHORT", "UST"), ("JGB_LONG", "UST"))  # those with USD/JPY are estimated pillar by pillar
BILLS = frozenset(("UST_1M", "UST_3M", "UST_6M"))  # in no jump
JUMP_SIZE = 6.0  # robust standard deviations from which a block's day is a jump
# Of ln(vol multiplier) and of Fisher's z of a correlation, about the calm ones: twice what z varies by over ordinary
# windows of 41 days beyond their sampling error, 0.1 to 0.3 (UST 10Y, 30Y, JGB 10Y, 30Y against USD/JPY, 2000 to 2025).
PRIOR_SD = 0.5
KURTOSIS = 5.0  # of daily moves: the variance of a log standard deviation is (kurtosis - 1) / (4 n)
SHARES, LEAST_EIGENVALUE = 20, 1e-3  # of a regime's correlations laid on a market's
OVERLAP = 5  # days of the changes behind correlations
_MAD = 1.4826  # median absolute deviation to standard deviation, of a normal


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """Dates of one regime: windows, less other windows that lie in them."""

    windows: tuple[Window, ...]
    without: tuple[Window, ...] = ()


CALM = Episode(
    windows=(
        Window(start=date(2013, 1, 4), end=date(2019, 12, 31)),
        Window(start=date(2022, 1, 4), end=date(2025, 5, 28)),
    ),
    without=(
        Window(start=date(2024, 7, 10), end=date(2024, 8, 9)),
        Window(start=date(2025, 4, 1), end=date(2025, 5, 30)),
    ),
)
EPISODES = {
    "FLIGHT": Episode(windows=CALM.without[:1]),
    "REPATRIATION": Episode(windows=CALM.without[1:]),
}


def whole_window() -> Window:
    """Return the window from the first day of an episode or of calm to the last."""
    windows = [window for episode in (CALM, *EPISODES.values()) for window in episode.windows]
    return Window(start=min(window.start for window in windows), end=max(window.end for window in windows))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RegimeEstimate:
    """What an episode says of a regime. Blocks are those of `BLOCKS`; "raw" is before shrinking."""

    names: tuple[str, ...]  # of the factors
    n_days: int  # of USD/JPY moves
    n_jumps: int  # days that are jumps
    mean: F64  # (n_factors,) per year, jumps included
    raw_mean: F64  # (n_factors,) per year
    mean_kept: float  # James-Stein factor between the two
    vol_multipliers: Mapping[str, float]  # by block, on the market's vols, jumps excluded
    raw_vol_multipliers: Mapping[str, float]
    correlations: Mapping[Pair, float]  # by pair of blocks of rates
    raw_correlations: Mapping[Pair, float]
    correlation_kept: float  # share of their way from calm that leaves a correlation matrix of the market
    links: F64  # (n_factors,) correlations with USD/JPY
    raw_links: F64
    links_moved: float  # largest change of one after shrinking, for a correlation matrix of the market
    convexity: F64  # (n_factors,) per year: half the variance of a price, which its logarithm drifts by less
    jump_rate: float  # per year
    jump_mean: F64  # (n_blocks,) in the states' units, parallel within a block, none of bills
    jump_loadings: F64  # (n_blocks, n_blocks) lower Cholesky factor of the second moments about the mean

    @property
    def drifts(self) -> F64:
        """Return the drifts of expectations between jumps, per year: (n_factors,).

        Less `convexity`, and with the jumps, they make `mean`.
        """
        blocks = block_of(self.names)
        jumps = dict(zip(BLOCKS, self.jump_mean.tolist(), strict=True))
        pairs = zip(self.names, blocks, strict=True)
        jump_mean = np.array([0.0 if name in BILLS else jumps[block] for name, block in pairs])
        return self.mean + self.convexity - self.jump_rate * jump_mean if self.mean.any() else self.mean


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sample:
    """Moves of an episode."""

    names: tuple[str, ...]
    moves: Mapping[str, pd.Series]  # factor -> one-business-day changes of its state, by the day they end
    five_day: F64  # (n_changes, n_factors) overlapping changes over five dates that all factors have
    blocks: pd.DataFrame  # mean one-day move of each block by New York day, JGBs by the fix that follows
    jumps: pd.DataFrame  # the rows of `blocks` that are jumps

    @property
    def n_days(self) -> int:
        return self.moves[USDJPY].size


def estimate_regimes(history: pd.DataFrame, market: Market) -> dict[str, RegimeEstimate]:
    """Estimate CALM, FLIGHT and REPATRIATION of a market's factors but its vols.

    Parameters
    ----------
    history : as `engine.inputs.history.load.read_history` returns it
    market : whose factors are estimated, and whose vols the multipliers are on

    Notes
    -----
    Vols: root mean squares of one-business-day moves that are no jumps, the median ratio over a block's pillars.
    Correlations: of overlapping five-day changes (Tokyo fixes before New York), means over the pairs of two blocks of
    rates, and each pillar's own with USD/JPY: along a curve their signs differ, and neighbours are so alike that a
    mean over them would hide that and err hardly less. n days of them count as 1.5 n / 5 independent ones, so Fisher's
    z has the variance 1 / (0.3 n - 3). All become posterior means under a normal prior about the calm value, of z and
    of the logarithm. For a positive definite matrix of the market, rates' correlations then go back towards calm by
    the same share, as far as needed; the links with USD/JPY become the nearest ones that leave such a matrix.
    Means: positive-part James and Stein (1961) of the four blocks' standardised means towards zero, for every pillar
    alike. Jumps: days on which a block moves by more than six robust standard deviations of the episode. An episode's
    jumps have the calm loadings scaled by its vols, the rate one pseudo-event at the calm rate more, the mean one
    pseudo-jump of zero more. CALM has no mean: a horizon is no forecast.

    Raises InputError when the history does not cover the windows.
    """
    factors = [factor for factor in market.factors if factor.kind not in UNRECORDED]
    quiet = _sample(history, factors, CALM)
    calm = _calm(quiet, _vols_of(market))
    episodes = {name: _sample(history, factors, episode) for name, episode in EPISODES.items()}
    return {"CALM": calm, **{name: _episode(sample, market, quiet, calm) for name, sample in episodes.items()}}


def block_of(names: Sequence[str]) -> list[str]:
    """Return the block of every factor name; the last glob that matches counts."""
    blocks = [""] * len(names)
    for block, glob in BLOCKS.items():
        blocks = [block if found else old for old, found in zip(blocks, matches(glob, names), strict=True)]
    if "" in blocks:
        raise InputError(f"{names[blocks.index('')]} is in none of the blocks {', '.join(BLOCKS)}")
    return blocks


def _calm(sample: _Sample, vols: F64) -> RegimeEstimate:
    multipliers, correlations, links = _vol_multipliers(sample, vols), *_correlations(sample)
    deviations = sample.jumps.to_numpy() - sample.jumps.to_numpy().mean(axis=0)
    return RegimeEstimate(
        names=sample.names,
        n_days=sample.n_days,
        n_jumps=len(sample.jumps),
        mean=np.zeros(len(sample.names)),
        raw_mean=_means(sample),
        mean_kept=0.0,
        vol_multipliers=multipliers,
        raw_vol_multipliers=multipliers,
        correlations=correlations,
        raw_correlations=correlations,
        correlation_kept=1.0,
        links=links,
        raw_links=links,
        links_moved=0.0,
        convexity=np.zeros(len(sample.names)),
        jump_rate=len(sample.jumps) / len(sample.blocks) * DAYS_PER_YEAR,
        jump_mean=np.zeros(len(BLOCKS)),
        jump_loadings=cholesky(deviations.T @ deviations / len(deviations)),
    )


def _episode(sample: _Sample, market: Market, quiet: _Sample, calm: RegimeEstimate) -> RegimeEstimate:
    raw_multipliers, raw_correlations, raw_links = _vol_multipliers(sample, _vols_of(market)), *_correlations(sample)
    multipliers = _shrunk(
        raw_multipliers, calm.vol_multipliers, (KURTOSIS - 1.0) / (4.0 * sample.n_days), (math.log, math.exp)
    )
    error = 1.0 / (1.5 * sample.n_days / OVERLAP - 3.0)
    shrunk = _shrunk(raw_correlations, calm.correlations, error, (math.atanh, math.tanh))
    share = _definite_share(shrunk, calm.correlations, market)
    correlations = _part_way(shrunk, calm.correlations, share)
    wanted = _shrunk_links(sample.names, raw_links, calm.links, error)
    links = _definite_links(wanted, sample.names, correlations, market)
    kept, n = _james_stein(sample, quiet), len(sample.jumps)
    scale = np.array([multipliers[block] / calm.vol_multipliers[block] for block in BLOCKS])
    calm_days = DAYS_PER_YEAR / calm.jump_rate  # to a pseudo-event
    return RegimeEstimate(
        names=sample.names,
        n_days=sample.n_days,
        n_jumps=n,
        mean=kept * _means(sample),
        raw_mean=_means(sample),
        mean_kept=kept,
        vol_multipliers=multipliers,
        raw_vol_multipliers=raw_multipliers,
        correlations=correlations,
        raw_correlations=raw_correlations,
        correlation_kept=share,
        links=links,
        raw_links=raw_links,
        links_moved=float(np.abs(links - wanted).max()),
        convexity=_convexity(sample.names, multipliers, market),
        jump_rate=(n + 1.0) / (len(sample.blocks) + calm_days) * DAYS_PER_YEAR,
        jump_mean=sample.jumps.to_numpy().sum(axis=0) / (n + 1.0),
        jump_loadings=scale[:, None] * calm.jump_loadings,
    )


def _vols_of(market: Market) -> F64:
    """Return the vols of the factors that are estimated."""
    found: F64 = market.vols[[factor.kind not in UNRECORDED for factor in market.factors]]
    return found


def _convexity(names: Sequence[str], multipliers: Mapping[str, float], market: Market) -> F64:
    """Return (n_factors,) per year, half the variance of prices in a regime with these multipliers by block."""
    vols = _vols_of(market) * np.array([multipliers[block] for block in block_of(names)])
    return np.where([name == USDJPY for name in names], 0.5 * vols**2, 0.0)


def _definite_share(shrunk: Mapping[Pair, float], calm: Mapping[Pair, float], market: Market) -> float:
    """Return the largest share, in steps of 0.05, of the rates' way from calm that leaves them definite."""
    names = [factor.name for factor in market.factors]
    without = [i for i, name in enumerate(names) if name != USDJPY]
    for step in range(SHARES, 0, -1):
        laid = _laid_on(market, _part_way(shrunk, calm, step / SHARES))
        if smallest_eigenvalue(laid[np.ix_(without, without)]) > 2.0 * LEAST_EIGENVALUE:
            return step / SHARES
    return 0.0


def _part_way(shrunk: Mapping[Pair, float], calm: Mapping[Pair, float], share: float) -> dict[Pair, float]:
    return {pair: calm[pair] + share * (value - calm[pair]) for pair, value in shrunk.items()}


def _laid_on(market: Market, correlations: Mapping[Pair, float]) -> F64:
    """Return (n_factors, n_factors) a market's correlation with those of the blocks of rates."""
    overrides = tuple((BLOCKS[one], BLOCKS[two], value) for (one, two), value in correlations.items())
    return override(market.correlation, overrides, [factor.name for factor in market.factors])


def _shrunk_links(names: Sequence[str], raw: F64, calm: F64, error: float) -> F64:
    """Return (n_factors,) posterior means; 1 of USD/JPY itself."""
    rates = [name for name in names if name != USDJPY]
    found, quiet = (dict(zip(names, links.tolist(), strict=True)) for links in (raw, calm))
    of_rates = {name: found[name] for name in rates}
    shrunk = _shrunk(of_rates, {name: quiet[name] for name in rates}, error, (math.atanh, math.tanh))
    return np.array([shrunk.get(name, 1.0) for name in names])


def _definite_links(wanted: F64, names: Sequence[str], correlations: Mapping[Pair, float], market: Market) -> F64:
    """Return those nearest to `wanted` that leave the correlation definite, (n_factors,); what is no rate stays."""
    places = [factor.name for factor in market.factors]
    rates = np.array([name != USDJPY for name in names])
    free = np.array([places.index(name) for name in names if name != USDJPY])
    links = wanted.copy()
    laid = _laid_on(market, correlations)
    links[rates] = nearest_links(wanted[rates], laid, free, places.index(USDJPY), LEAST_EIGENVALUE)
    return links


def _sample(history: pd.DataFrame, factors: Sequence[Factor], episode: Episode) -> _Sample:
    names = tuple(factor.name for factor in factors)
    states = [factor_states(history, factors, window) for window in episode.windows]
    moves = {name: pd.concat([one_day_moves(each[name], episode) for each in states]) for name in names}
    blocks = _block_moves(moves, names)
    robust = _MAD * blocks.abs().median()
    return _Sample(
        names=names,
        moves=moves,
        five_day=np.concatenate([_five_day_changes(each, episode) for each in states]),
        blocks=blocks,
        jumps=blocks[(blocks.abs() > JUMP_SIZE * robust).any(axis=1)],
    )


def one_day_moves(states: pd.Series, episode: Episode) -> pd.Series:
    """Return the changes between neighbouring weekdays on both of which there is a value, by the day they end."""
    present = states.dropna()
    days = days_of(present.index)
    is_one_day = np.r_[False, np.busday_count(days[:-1], days[1:]) == 1]
    moves: pd.Series = present.diff().loc[is_one_day & ~_is_left_out(days, episode, 1)]
    return moves


def following_fix(tokyo: pd.Series) -> pd.Series:
    """Lay moves to a Tokyo fix on the New York day before it: Tokyo's day t is over before New York's begins."""
    moved = tokyo.copy()
    moved.index = pd.DatetimeIndex(np.busday_offset(days_of(tokyo.index), -1, roll="backward"))
    return moved


def _five_day_changes(states: pd.DataFrame, episode: Episode) -> F64:
    """Return overlapping changes over five days: (n_changes, n_factors)."""
    changes = states.dropna().diff(OVERLAP).iloc[OVERLAP:]
    found: F64 = changes[~_is_left_out(days_of(changes.index), episode, OVERLAP)].to_numpy(dtype=np.float64)
    return found


def _is_left_out(ends: Dates, episode: Episode, days: int) -> Bools:
    """Return whether a change over some business days, to a day, touches a window that is left out."""
    starts = np.busday_offset(ends, -days, roll="forward")
    out = np.zeros(ends.size, dtype=np.bool_)
    for window in episode.without:
        out |= (ends > np.datetime64(window.start)) & (starts < np.datetime64(window.end))
    return out


def _block_moves(moves: Mapping[str, pd.Series], names: Sequence[str]) -> pd.DataFrame:
    columns = {}
    for block in BLOCKS:
        mine = [n for n, its in zip(names, block_of(names), strict=True) if its == block and n not in BILLS]
        mean = pd.concat([moves[name] for name in mine], axis=1).mean(axis=1, skipna=False).dropna()
        columns[block] = following_fix(mean) if block.startswith("JGB") else mean
    return pd.concat(columns, axis=1, sort=True).dropna()


def _vol_multipliers(sample: _Sample, vols: F64) -> dict[str, float]:
    ratios = np.array([_vol(sample, name) for name in sample.names]) / vols
    blocks = np.array(block_of(sample.names))
    return {block: float(np.median(ratios[blocks == block])) for block in BLOCKS}


def _vol(sample: _Sample, name: str) -> float:
    """Return the vol per sqrt(year), about zero, without the days of jumps."""
    jump_days = np.busday_offset(days_of(sample.jumps.index), int(name.startswith("JGB")), roll="forward")
    moves = sample.moves[name]
    usual = moves[~np.isin(days_of(moves.index), jump_days)].to_numpy(dtype=np.float64)
    return math.sqrt(DAYS_PER_YEAR * float(np.mean(usual**2)))


def _correlations(sample: _Sample) -> tuple[dict[Pair, float], F64]:
    """Return correlations by pair of blocks of rates, and (n_factors,) with USD/JPY."""
    correlation = np.atleast_2d(np.corrcoef(sample.five_day, rowvar=False))
    blocks = np.array(block_of(sample.names))
    by_pair = {(one, two): float(correlation[np.ix_(blocks == one, blocks == two)].mean()) for one, two in PAIRS}
    return by_pair, correlation[sample.names.index(USDJPY)]


def _means(sample: _Sample) -> F64:
    """Return the mean s per year: (n_factors,)."""
    return np.array([float(sample.moves[name].mean()) for name in sample.names]) * DAYS_PER_YEAR


def _james_stein(sample: _Sample, quiet: _Sample) -> float:
    """Return the positive-part shrinkage of the blocks' means; their errors correlate as in calm markets."""
    z = (sample.blocks.mean() / sample.blocks.std(ddof=1)).to_numpy() * math.sqrt(len(sample.blocks))
    square = float(z @ np.linalg.solve(np.corrcoef(quiet.blocks.to_numpy(), rowvar=False), z))
    return max(0.0, 1.0 - (len(BLOCKS) - 2) / square)


def _shrunk(raw: Mapping[K, float], calm: Mapping[K, float], variance: float, scale: Scale) -> dict[K, float]:
    """Return the posterior means on a scale, there and back, on which the prior is normal."""
    there, back = scale
    weight = PRIOR_SD**2 / (PRIOR_SD**2 + variance)
    return {key: float(back(weight * there(raw[key]) + (1.0 - weight) * there(calm[key]))) for key in raw}


def days_of(index: pd.Index) -> Dates:
    """Return the days of an index of dates: (n,)."""
    return index.to_numpy().astype("datetime64[D]")
