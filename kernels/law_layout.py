"""Every record and array of a law that kernels are handed, declared once; those of books stand in `kernels.layout`."""

from typing import Annotated, Any, NamedTuple

import numpy as np

from kernels.records import Field, Record, Rows, contiguous, declared, empty
from kernels.types import F64, I64, Array

# What a path carries beside its deviations; amounts in USD bn, JGBs in JPY tn.
PATH_SERIES = ("regime", "carry_sold", "private_sold", "official_sold", "jgbs_bought", "impact")
N_QUANTILES = 20 * 64 + 1  # of the mixing variable: 64 to each halving of the probability from 1 to 2^-20
MAX_REGIMES = 4
MAX_STUDIES = 4  # of the impact on yields, one of which a path draws
MAX_JUMPS = 8  # kinds of jumps in a law
MAX_COHORTS = 250  # of carry trades
N_SPEEDS = 4  # averages that a variance is mixed of; those that a law has no use for weigh 0
ALIAS_BITS = 20  # of an alias that name a row; those above are a threshold for the low half of word times the rows
_OF_FACTOR = "n_dynamics n_factors"
_OF_REGIME = "n_dynamics n_regimes n_factors"


class Law(Record):
    """What a law has beside its steps, a mechanism after the other; zeros where it has no such mechanism."""

    is_unwind: Annotated[int, Field("1: any mechanism below is on; 0: decay, drift and chol are all there is")]
    n_regimes: Annotated[int, Field("regimes of this law; 0 or 1: one")]
    mixes: Annotated[int, Field("1: a path's normals are multiplied by its mixing variable")]
    first_jump: Annotated[int, Field("first row of the jump tables")]
    last_jump: Annotated[int, Field("last row of them + 1")]
    intervenes: Annotated[int, Field("1: authorities lean against moves of USD/JPY")]
    feeds_back: Annotated[int, Field("1: losses force sales, and sales move prices")]
    fx: Annotated[int, Field("factor USD/JPY")]
    ust: Annotated[int, Field("factor of the 10-year Treasury yield")]
    pickup_1: Annotated[int, Field("first factor of the yield pick-up")]
    pickup_2: Annotated[int, Field("second factor of it")]
    pickup_3: Annotated[int, Field("third factor of it")]
    pickup_4: Annotated[int, Field("fourth factor of it")]
    lag_1: Annotated[float, Field("ln USD/JPY one close before the start, less that at the start")]
    lag_2: Annotated[float, Field("the same two closes before")]
    lag_3: Annotated[float, Field("the same three closes before")]
    lag_4: Annotated[float, Field("the same four closes before")]
    lag_5: Annotated[float, Field("the same five closes before")]
    rise_logit: Annotated[float, Field("logit of an intervention's probability a step, where the yen rose")]
    fall_logit: Annotated[float, Field("the same where the yen fell")]
    logit_per_move: Annotated[float, Field("what |5-day move| of ln USD/JPY adds to it", "per log move")]
    log_size: Annotated[float, Field("ln of an intervention's median size", "ln JPY tn")]
    size_sd: Annotated[float, Field("standard deviation of the log size")]
    fx_per_tn: Annotated[float, Field("move of ln USD/JPY per size", "per JPY tn")]
    ust_per_tn: Annotated[float, Field("Treasuries sold per size", "USD bn per JPY tn")]
    n_cohorts: Annotated[int, Field("cohorts of carry trades, by the date of their entry; 0: none")]
    carry_stock: Annotated[float, Field("carry positions at the start", "USD bn")]
    fx_per_stock: Annotated[float, Field("fall of ln USD/JPY that a sale of the whole stock makes", "log move")]
    stop_start: Annotated[float, Field("loss from which a cohort is stopped", "log move")]
    stop_slope: Annotated[float, Field("share of it stopped per loss beyond that", "per log move")]
    stop_most: Annotated[float, Field("largest share of it that is stopped")]
    stop_limit: Annotated[float, Field("largest share of the stock that is sold in a step")]
    waiting: Annotated[float, Field("share of the stock that waits to be sold at the start")]
    held_impact: Annotated[float, Field("log move of a cohort's value per unit of price impact")]
    ust_stock: Annotated[float, Field("Treasuries that private holders may sell", "USD bn")]
    years: Annotated[float, Field("length of a step", "years")]
    hazard: Annotated[float, Field("share sold where nothing moves", "per year")]
    hazard_per_pickup: Annotated[float, Field("what the pick-up adds to it", "per year per unit of yield")]
    hazard_per_loss: Annotated[float, Field("what a loss adds to it", "per year per share of value")]
    hazard_most: Annotated[float, Field("largest hazard", "per year")]
    duration: Annotated[float, Field("loss per unit of the 10-year yield", "years")]
    unhedged: Annotated[float, Field("share of the holding that moves with USD/JPY")]
    start_held: Annotated[float, Field("loss at the start", "share of value")]
    weight_1: Annotated[float, Field("weight of pickup_1 in the pick-up")]
    weight_2: Annotated[float, Field("weight of pickup_2")]
    weight_3: Annotated[float, Field("weight of pickup_3")]
    weight_4: Annotated[float, Field("weight of pickup_4")]
    fx_low: Annotated[float, Field("move of ln USD/JPY per sale, the least that a path draws", "per USD bn")]
    fx_per_bn: Annotated[float, Field("the median", "per USD bn")]
    fx_high: Annotated[float, Field("the most", "per USD bn")]
    study_1: Annotated[float, Field("probability that a path's impact on yields is that of the first study")]
    study_2: Annotated[float, Field("of the first two")]
    study_3: Annotated[float, Field("of the first three; else it is the fourth's")]
    low_1: Annotated[float, Field("short-run impact on the 5-year yield, the least of the first", "yield per USD bn")]
    low_2: Annotated[float, Field("of the second", "yield per USD bn")]
    low_3: Annotated[float, Field("of the third", "yield per USD bn")]
    low_4: Annotated[float, Field("of the fourth", "yield per USD bn")]
    high_1: Annotated[float, Field("the most of the first study", "yield per USD bn")]
    high_2: Annotated[float, Field("of the second", "yield per USD bn")]
    high_3: Annotated[float, Field("of the third", "yield per USD bn")]
    high_4: Annotated[float, Field("of the fourth", "yield per USD bn")]
    per_cap: Annotated[float, Field("1 / the impact that no sales reach", "1 / yield")]
    long_run: Annotated[float, Field("long-run over short-run impact")]
    fading: Annotated[float, Field("share of the part that fades which a step leaves")]
    is_filtered: Annotated[int, Field("1: moves are rows of a table, by variances that go along with the path")]
    is_enumerated: Annotated[int, Field("1: path i takes rows i, i + 1, .. modulo their number; 0: a row is drawn")]
    first_row: Annotated[int, Field("first row of residuals that is this law's")]
    last_row: Annotated[int, Field("last row of them + 1")]
    lead_clip: Annotated[float, Field("a leader's residual counts up to this, either way", "standard deviations")]
    n_row_regimes: Annotated[int, Field("regimes that tilt which row a step takes; 0: none")]
    first_edge: Annotated[int, Field("first of regime_edges that is this law's")]
    first_alias: Annotated[int, Field("first of row_aliases that is this law's")]
    n_beyond: Annotated[int, Field("directions that a jump beyond the rows' cap may take; 0: there are none")]
    first_beyond: Annotated[int, Field("first of beyond_edges and beyond_moves that is this law's")]
    beyond_shape: Annotated[float, Field("shape of the generalised Pareto law of its size beyond the cap, not 0")]
    beyond_ratio: Annotated[float, Field("its scale over its shape", "standard deviations")]
    beyond_least: Annotated[float, Field("probability of a larger one, which is not drawn")]
    beyond_cap: Annotated[float, Field("the rows' cap, which its size is added to", "standard deviations")]
    is_capped: Annotated[int, Field("1: purchases hold a yield under a cap")]
    capped: Annotated[int, Field("factor of that yield")]
    cap_begin: Annotated[float, Field("its deviation from which on they are made", "yield")]
    cap_band: Annotated[float, Field("from there to the cap", "yield")]
    cap_pull: Annotated[float, Field("pull of a step's purchases where it is at the cap", "yield")]
    pull_per_tn: Annotated[float, Field("pull of a purchase", "yield per JPY tn")]
    end_least: Annotated[float, Field("probability that the cap ends in a step in which it may, nothing bought")]
    end_per_tn: Annotated[float, Field("what purchases so far add to it", "per JPY tn")]


LAW = Law.dtype()


class ModelArrays(NamedTuple):
    """The laws of the factors' deviations from their starts. A dynamics is one such law; scenarios may share it.

    A law has one regime or several; where another has more, its first fills up. What a law does not have is switched
    off in `laws`, and its rows of the tables are never read. Falls of USD/JPY are in natural logarithms.
    """

    decay: Annotated[Array, Field("deviation kept over a step, exp(-kappa dt)", shape="n_dynamics n_factors")]
    drift: Annotated[Array, Field("added in a step", "the state's own", _OF_REGIME)]
    chol: Annotated[
        Array,
        Field(
            "lower Cholesky factor of a step's covariance",
            "the state's own",
            "n_dynamics n_regimes n_factors n_factors",
        ),
    ]
    convexity: Annotated[
        Array,
        Field("added in a step, times q^2, where a law mixes; else within drift", "", _OF_REGIME),
    ]
    laws: Annotated[Rows[Law], Field("what a law has beside its steps", shape="n_dynamics")]
    quantiles: Annotated[
        F64, Field("of q, which multiplies a path's normals, at kernels.mixing's nodes", "", "n_dynamics n_quantiles")
    ]
    initial: Annotated[F64, Field("cumulated probabilities of the regime at the start", "", "n_dynamics n_regimes")]
    transitions: Annotated[
        F64,
        Field("probability a step, and what a unit of 5-day fall adds", "", "n_dynamics n_regimes n_regimes 2"),
    ]
    jump_step: Annotated[I64, Field("the step at which a jump may come; -1: at any", shape="n_jumps")]
    jump_tails: Annotated[F64, Field("probability of at least 1, 2, 3 jumps in a step", "", "n_jumps n_regimes 3")]
    jump_mean: Annotated[F64, Field("mean of a jump", "the state's own", "n_jumps n_factors")]
    jump_loadings: Annotated[F64, Field("on four normals of the jump's own", "the state's own", "n_jumps n_factors 4")]
    impact: Annotated[F64, Field("move of a deviation per unit of price impact", "", "n_dynamics n_factors")]
    scheduled: Annotated[
        F64, Field("Treasuries sold by schedule; no steps where no law has an unwind", "USD bn", "n_dynamics n_steps")
    ]
    may_end: Annotated[F64, Field("1: the cap may end in the step; 0: it may not", "", "n_dynamics n_steps")]
    cap_shape: Annotated[F64, Field("fall of a deviation per unit of the purchases' pull", "", "n_dynamics n_factors")]
    cap_release: Annotated[
        F64, Field("move of a deviation per unit of all that was pulled, at the cap's end", "", "n_dynamics n_factors")
    ]
    residuals: Annotated[Array, Field("rows of past dates, drawn whole", "standard deviations", "n_factors n_rows")]
    root_span: Annotated[Array, Field("square root of a step's weekdays", "", "n_dynamics n_spans")]
    weekday_move: Annotated[Array, Field("deviation of a weekday at the start", "the state's own", _OF_FACTOR)]
    follows: Annotated[I64, Field("1: the variance goes along with the path; 0: it stays", shape=_OF_FACTOR)]
    own_normal: Annotated[Array, Field("weight of a normal of the factor's own beside the row", "", _OF_FACTOR)]
    least_variance: Annotated[Array, Field("floor of the variance, over that at the start", "", _OF_FACTOR)]
    variance: Annotated[Array, Field("averages at the start, over the variance then", "", f"{_OF_FACTOR} n_speeds")]
    speed: Annotated[Array, Field("of each average what a step leaves", "", "n_dynamics n_speeds")]
    weight: Annotated[Array, Field("of each average in the variance", "", "n_dynamics n_speeds")]
    leader: Annotated[I64, Field("factors whose last residual others follow", shape="n_dynamics n_leaders")]
    lead: Annotated[Array, Field("what a leader's last residual adds to a factor's", "", f"{_OF_FACTOR} n_leaders")]
    last_residual: Annotated[Array, Field("of the leaders, at the start", "", "n_dynamics n_leaders")]
    with_fx: Annotated[Array, Field("what a unit of USD/JPY's residual is in each factor's, of sales", "", _OF_FACTOR)]
    cohort_holdings: Annotated[
        F64, Field("log move of a cohort's value per deviation, beside ln USD/JPY's", "", _OF_FACTOR)
    ]
    cohort_entry: Annotated[
        F64,
        Field("ln of the value at which carry trades entered, less that at the start", "", "n_dynamics n_cohorts"),
    ]
    cohort_stopped: Annotated[
        F64, Field("share of each cohort that is stopped at the start", "", "n_dynamics n_cohorts")
    ]
    regime_edges: Annotated[
        I64,
        Field(
            "of a word of 32 bits: as many as it reaches are the regime's number; for each regime before, 0, which has"
            " forgotten, first, the start last, n_row_regimes of them",
            shape="n_edges",
        ),
    ]
    row_aliases: Annotated[
        I64,
        Field(
            "threshold * 2^ALIAS_BITS + row that stands in from it on; for each regime, 0 first, one a row of its law",
            shape="n_aliases",
        ),
    ]
    beyond_edges: Annotated[
        I64,
        Field(
            "of a word of 32 bits: as many as it reaches are the number of a jump's direction; at the last none comes",
            shape="n_beyond_edges",
        ),
    ]
    beyond_moves: Annotated[
        Array, Field("direction of a jump of size 1", "standard deviations of the day", "n_beyond_edges n_factors")
    ]

    def rounded(self, precision: type[np.floating[Any]]) -> "ModelArrays":
        """Return the laws with the steps of the factors in `precision`, all arrays contiguous; the rest is binary64."""
        steps = {name: getattr(self, name).astype(precision) for name in STEPPED}
        whole = self._replace(**steps)
        return contiguous(whole)


STEPPED = tuple(field.name for field in declared(ModelArrays) if field.kind == Array)  # in the precision of a run


def plain_model(decay: F64, drift: F64, chol: F64) -> ModelArrays:
    """Return laws of one regime: decay, drift (n_dynamics, n_factors), chol (n_dynamics, n_factors, n_factors)."""
    n, n_factors = decay.shape
    none = empty(ModelArrays, n_dynamics=n, n_factors=n_factors, n_regimes=1, n_quantiles=1)
    ones = np.ones((n, 1))
    return none._replace(decay=decay, drift=drift[:, None], chol=chol[:, None], quantiles=ones, initial=ones)
