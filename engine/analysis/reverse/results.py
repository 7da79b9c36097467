"""What a reverse stress finds: ways to lose an amount, the level of one factor that it takes, markets given a level."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.risk.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure with its standard error; 0 of what is not simulated, and where no or every path is in it."""

    value: float
    se: float
    at_most: float | None = None  # with 95 % confidence, of a share that no drawn path is in; None: `se` says how sure


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorMove:
    """Where one factor ends."""

    name: str
    kind: str  # "rate", "price", "vol" or "spread"
    start: float  # level at the start of the paths, the scenario's shocks included: a price, or a decimal
    level: float  # at the horizon
    move: float  # of a rate or spread level - start, decimal; of a price or vol ln(level / start)
    move_se: float  # of the mean of paths; 0 where the market is exact
    in_std: float  # move less the law's mean, over its standard deviation; 0 where the factor stands still


@dataclass(frozen=True, slots=True, kw_only=True)
class LossMode:
    """One of the likeliest ways to lose the amount."""

    regime: str | None  # in which its paths end; None: the scenario has no regimes of its own
    share: Figure  # of the paths that lose about as much, or of the probability of losing as much or more
    distance: float  # from the law's mean, standard deviations by Mahalanobis
    density_ratio: float | None  # to the density at the law's mean; None: the law has none that is known
    market: tuple[FactorMove, ...]  # every factor
    losses: Mapping[str, float]  # at that market, by scope [currency]; empty: the way there matters, not its end alone
    n_near: int  # paths that lose about as much by this way
    path: int | None  # number of the one nearest to it; None: no path loses about as much
    path_losses: Mapping[str, float]  # on that path, by scope [currency]
    path_distance: float | None  # from the mode to it, standard deviations in the leading components
    command: str | None  # that shows the path day by day; None: there is no path, or inputs are no files


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredLevel:
    """A level of one factor at which the loss is the amount, all others where they would be with it."""

    level: float  # a price, or a decimal
    move: float  # in the state's units
    move_se: float  # of the line through the paths, by sections of them; 0 where the law's covariance is known
    in_std: float  # of the law
    beyond: Figure  # probability that the factor ends there or farther from its mean


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredLevels:
    """What one factor must be."""

    factor: str
    kind: str
    start: float
    low: float  # lowest level that was tried
    high: float  # highest
    levels: tuple[RequiredLevel, ...]  # the nearest below the mean and above it; none where no level does it
    largest: float  # loss among those that were tried [currency]
    largest_at: float  # level of it


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenFactor:
    """Where one factor ends, given others' levels."""

    name: str
    kind: str
    start: float
    mean_level: float  # level at the mean of its state
    mean_se: float  # of that mean, in the state's units; 0 where it is given or exact
    low: float  # level one standard deviation below the mean of its state
    high: float  # level one standard deviation above
    is_given: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenStress:
    """The rest of the market, and the loss, where some factors end at given levels."""

    given: Mapping[str, float]  # level by factor
    distance: float  # of these levels together from their mean, standard deviations
    method: str  # "exact", "near paths" or "regression": how the others' markets are made
    n_paths: int  # that they are made of
    market: tuple[GivenFactor, ...]
    loss_at_mean: Mapping[str, float]  # at the mean market, by scope [currency]
    mean: Mapping[str, Figure]  # mean loss, by scope
    low: Figure  # 5 % quantile of the total's loss
    high: Figure  # 95 % quantile


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseStress:
    """The reverse stress of one scenario."""

    scenario: str
    standing: Standing
    currency: str
    valuation_date: str
    horizon_days: int
    target: float  # loss asked for [currency]
    method: str  # "density": modes of a known density; "paths": peaks among simulated or past paths
    n_paths: int
    seed: int | None  # None: the law has paths of its own, none drawn
    probability: Figure  # of losing as much or more over the horizon
    counted: Figure  # the same, a share of the paths
    n_near: int  # paths that lose about as much
    modes: tuple[LossMode, ...]  # the largest share first
    required: tuple[RequiredLevels, ...]
    given: GivenStress | None
    warnings: tuple[str, ...]
