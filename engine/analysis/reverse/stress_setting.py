"""One scenario made ready for its reverse stress: its paths, its law's moments and density, its losses."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from engine.analysis.reverse.book_losses import BookLosses
from engine.analysis.reverse.factor_levels import level_of
from engine.analysis.reverse.horizon_paths import HorizonPaths, first_paths
from engine.analysis.reverse.law_density import LawDensity, density_of
from engine.analysis.reverse.results import FactorMove
from engine.analysis.reverse.state_moments import StateMoments, sample_moments
from engine.analysis.sectioning import N_SECTIONS
from engine.inputs.run import RunConfig
from engine.market.factors import Factor
from engine.market.market import Market
from engine.pack.observations import expires_inside
from engine.run.load import Inputs
from engine.run.prepared import Prepared, PreparedRun, prepare, scopes_of
from engine.run.replay_command import replay_command
from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StressSetting:
    """All that a reverse stress of one scenario looks at."""

    prepared: PreparedRun
    part: Prepared
    density: LawDensity | None  # None: paths alone tell the law
    first: HorizonPaths  # the first paths of the run
    moments: StateMoments  # of the density where there is one, else of these paths
    losses: BookLosses | None  # None: something expires on the way, so that a market at the horizon is not enough
    expiring: str  # why, in words, with the way out

    @property
    def start(self) -> Market:
        """Return the market in the scenario, where paths start."""
        return self.part.inputs.shocked[0]

    @property
    def factors(self) -> tuple[Factor, ...]:
        """Return the factors."""
        return self.start.factors

    @property
    def scopes(self) -> tuple[str, ...]:
        """Return the names of the rows of losses: the total, then books."""
        return scopes_of(self.part)

    @property
    def is_whole(self) -> bool:
        """Return whether the law has paths of its own, all of which are looked at."""
        return bool(self.part.n_moves[0])

    def command(self, path: int) -> str | None:
        """Return the command that shows a path again; None where inputs are a program's own and no files."""
        if not self.part.inputs.is_of_files:
            return None
        return replay_command(self.prepared.config, self.part.inputs.names[0], path)

    def by_scope(self, losses: F64) -> Mapping[str, float]:
        """Return losses (1 + n_books,) by scope [currency]."""
        return dict(zip(self.scopes, losses.tolist(), strict=True))

    def sections(self) -> Iterator[tuple[F64, StateMoments]]:
        """Yield states, (n_factors, n), of disjoint sections of the first paths, and the moments that they tell."""
        for states in np.array_split(self.first.states, N_SECTIONS, axis=1):
            yield states, sample_moments(states, np.ones(states.shape[1]))

    def market_moves(self, states: F64, ses: F64) -> tuple[FactorMove, ...]:
        """Return where every factor ends: states (n_factors,) with their standard errors (n_factors,)."""
        std = self.moments.std
        off = np.where(std > 0.0, (states - self.moments.mean) / np.where(std > 0.0, std, 1.0), 0.0)
        return tuple(
            FactorMove(
                name=factor.name,
                kind=factor.kind.value,
                start=self.start.level(factor),
                level=float(level_of(self.start, factor, states[f])),
                move=float(states[f]),
                move_se=float(ses[f]),
                in_std=float(off[f]),
            )
            for f, factor in enumerate(self.factors)
        )


def stress_setting(config: RunConfig, inputs: Inputs, say: Callable[[str], None]) -> StressSetting:
    """Make one scenario ready: `inputs` hold it alone. Paths are walked day by day, so that any can be shown again.

    Raises InputError where the inputs do not fit together.
    """
    prepared = prepare(config.model_copy(update={"steps": "daily"}), inputs, say)
    (part,) = prepared.parts
    expires = not config.instantaneous and expires_inside(inputs.book, config.horizon_days)
    shocked, unwind = inputs.shocked[0], inputs.unwinds[0]
    density = None if expires else density_of(shocked, inputs.market, unwind, config.horizon_days)
    first = first_paths(part)
    if density is None:
        moments = sample_moments(first.states, first.weights)
    else:
        moments = StateMoments(mean=density.mean, covariance=density.chol @ density.chol.T)
    return StressSetting(
        prepared=prepared,
        part=part,
        density=density,
        first=first,
        moments=moments,
        losses=None if expires else BookLosses(part=part),
        expiring="a position of the book is fixed before the horizon, so that a market at its end does not tell the"
        " loss; take a horizon that ends before (`--horizon-days`), or leave the position out",
    )
