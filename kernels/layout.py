"""BookArrays as records, a row of a table in one place: what compiled kernels read. One layout for both twins."""

from typing import Any, NamedTuple

import numpy as np

from kernels.types import F64, I64, Array, Records


def record(whole: str, real: str = "") -> np.dtype[np.void]:
    """Record of 64-bit integers, then of binary64 numbers: the same layout as a C struct."""
    return np.dtype([*((name, np.int64) for name in whole.split()), *((name, np.float64) for name in real.split())])


OWNED = record("first_unit last_unit first_future last_future first_swap last_swap")
LEG = record("first last when")
SEGMENT = record("below above first last")  # factors, flows
UNIT = record("factor when")
POINT = record("when below above", "a b")
FUTURE = record("growth first last", "quantity reference basis")
DELIVERABLE = record("leg", "accrued factor")
GROUP = record("when domestic foreign vol_factor first last table", "time growth c0 c1 c2 c3 c4 reach")
OPTION = record("", "strike amount")
TABLE = record("n_x", "forward inverse_x inverse_w")
SWAP = record("floating annuity first last table")
SWAPTION = record("payer", "quantity strike std")
RATE_TABLE = record("n_x", "rate inverse")

VOL_TERMS = (1, 4, 8, 12, 16, 24)  # terms in w that kernels have loops for

DEGREES = (6, 8, 10, 14)  # total degrees the kernels can evaluate
SAID = ("regime", "carry_sold", "private_sold", "official_sold", "impact")  # of a path, beside its deviations; USD bn
N_QUANTILES = 20 * 64 + 1  # of the mixing variable: 64 to each halving of the probability from 1 to 2^-20
MAX_REGIMES = 4
MAX_JUMPS = 8  # kinds of jumps in a law
# What a law has beside its steps. Whole numbers: `is_unwind` 1 where any mechanism below is on, `n_regimes` (0 or 1:
# one), `mixes`, `first_jump` and `last_jump` + 1, `intervenes`, `feeds_back`; factors `fx` (USD/JPY), `ust` (10-year
# Treasury), and `pickup_1` to `pickup_4` of the yield pick-up.
# Real numbers, a line a mechanism:
#   lag_1 .. lag_5       ln USD/JPY at the 1 to 5 closes before the start, less that at the start
#   intervention        the arrival's logit for a yen that rose or fell, per unit of |5-day move|; ln of the median size
#                       in JPY tn and its log-sd; log move of USD/JPY per JPY tn; USD bn of Treasuries per JPY tn
#   carry               stock in USD bn, leverage, loss at the start, carry earned per step (logs), the loss from which
#                       stops begin, share of the stock stopped per unit of loss beyond, largest share
#   Treasuries          stock in USD bn, years per step, hazard per year of no move, per unit of pick-up, per unit of
#                       loss, largest hazard; loss per unit of 10-year yield; unhedged share; loss at the start; the
#                       pick-up's weights
#   impact              log move of USD/JPY per USD bn; ln of the median and log-sd of the short-run impact per USD bn;
#                       long-run over short-run impact; what a step leaves of the part that fades
LAW = record(
    "is_unwind n_regimes mixes first_jump last_jump intervenes feeds_back fx ust pickup_1 pickup_2 pickup_3 pickup_4",
    "lag_1 lag_2 lag_3 lag_4 lag_5"
    " rise_logit fall_logit logit_per_move log_size size_sd fx_per_tn ust_per_tn"
    " carry_stock leverage start_loss carry_per_step stop_loss stop_slope stop_most"
    " ust_stock years hazard hazard_per_pickup hazard_per_loss hazard_most duration unhedged start_held"
    " weight_1 weight_2 weight_3 weight_4"
    " fx_per_bn log_impact impact_sd long_run fading",
)


class ModelArrays(NamedTuple):
    """The laws of the factors' deviations from their starts. A dynamics is one such law; scenarios may share it.

    A law has one regime or several; those it has not are copies of its first. What a law does not have is switched off
    in `laws`, and its rows of the tables are never read. Falls of USD/JPY are in natural logarithms.
    """

    decay: F64  # (n_dynamics, n_factors)   deviation kept over one step, exp(-kappa dt)
    drift: F64  # (n_dynamics, n_regimes, n_factors)   per step, in the state's own units
    chol: F64  # (n_dynamics, n_regimes, n_factors, n_factors)   lower Cholesky factor of the one-step covariance
    convexity: F64  # (n_dynamics, n_regimes, n_factors) per step, times q^2, where a law mixes; else within `drift`
    laws: Records  # (n_dynamics,) LAW
    quantiles: F64  # (n_dynamics, N_QUANTILES) of q, which multiplies a path's normals: at the nodes of kernels.mixing
    initial: F64  # (n_dynamics, n_regimes) cumulated probabilities of the regime at the start
    transitions: F64  # (n_dynamics, n_regimes, n_regimes, 2) probability per step, and what a unit of 5-day fall adds
    jump_step: I64  # (n_jumps,) the step at which a jump may come; -1: at any
    jump_tails: F64  # (n_jumps, n_regimes, 3) probability of at least 1, 2, 3 jumps in a step
    jump_mean: F64  # (n_jumps, n_factors)
    jump_loadings: F64  # (n_jumps, n_factors, 4) on four normals of the jump's own
    impact: F64  # (n_dynamics, n_factors) move of a deviation per unit of price impact
    scheduled: F64  # (n_dynamics, n_steps; none where no law has an unwind) Treasuries sold by schedule, USD bn

    def rounded(self, precision: type) -> "ModelArrays":
        """The same laws with the steps of the factors in `precision`, contiguous; all else stays binary64."""
        steps = ("decay", "drift", "chol", "convexity")
        return self._replace(**{name: np.ascontiguousarray(getattr(self, name), precision) for name in steps})


def plain_model(decay: F64, drift: F64, chol: F64) -> ModelArrays:
    """Laws of one regime and nothing else: decay, drift (n_dynamics, n_factors), chol (.., n_factors, n_factors)."""
    n, n_factors = decay.shape
    return ModelArrays(
        decay=decay,
        drift=drift[:, None],
        chol=chol[:, None],
        convexity=np.zeros((n, 1, n_factors)),
        laws=np.zeros(n, LAW),
        quantiles=np.ones((n, 1)),
        initial=np.ones((n, 1)),
        transitions=np.zeros((n, 1, 1, 2)),
        jump_step=np.zeros(0, np.int64),
        jump_tails=np.zeros((0, 1, 3)),
        jump_mean=np.zeros((0, n_factors)),
        jump_loadings=np.zeros((0, n_factors, 4)),
        impact=np.zeros((n, n_factors)),
        scheduled=np.zeros((n, 0)),
    )


class BookArrays(NamedTuple):
    """Books in each scenario, as polynomials, flows, futures and options in the factors' deviations.

    Currency 0 is JPY. A segment lies between two neighbouring pillars of a curve: its flows depend on two factors
    only. A leg is a run of segments. Legs come first for each (book, currency), book-major; those that futures and
    swaptions refer to follow. `when` is an index into `observations`: what expires before the horizon is valued on the
    deviations of its own day and held as cash since.
    """

    observations: (
        I64  # (n_observations,) steps after which deviations are looked at, ascending; the last is the horizon
    )
    dynamics: I64  # (n_scenarios,) which law each scenario's deviations follow
    fx_factor: I64  # (n_currencies,) factor whose exponential moves the rate; [0] is unused
    fx_start: F64  # (n_scenarios, n_currencies) JPY per unit at the start; 1 for JPY
    reporting: int  # currency of the P&L
    base_value: F64  # (n_books,) in the reporting currency, in the unshocked market
    cash: F64  # (n_scenarios, n_books, n_currencies) collected or held at the horizon, in the currency
    # flows
    leg_range: I64  # (n_legs, 2) first and last + 1 segment
    leg_when: I64  # (n_legs,)
    segment_factors: I64  # (n_segments, 2) factors at the pillars below and above
    centre: F64  # (n_scenarios, n_factors) deviation at the middle of the polynomials' range
    inverse_width: F64  # (n_scenarios, n_factors) 1 / half width of that range; 0 for a factor of no segment
    degree: int  # D, the highest total degree of a polynomial, one of DEGREES; 0: there is none
    segment_degree: I64  # (n_scenarios, n_segments) one of DEGREES, or 0: every path is summed flow by flow
    coefficients: F64  # (n_scenarios, n_segments, (D + 1)(D + 2) / 2) of 1, v, u, v^2, u v, u^2, ..., u^D; then zeros
    flow_range: I64  # (n_segments, 2) first and last + 1
    flow_value: F64  # (n_scenarios, n_flows) value when looked at, with no deviation, in the currency
    flow_exponents: F64  # (n_flows, 2) d ln(value) / d(deviation) at the two pillars: -time * weight
    # units: value * exp(deviation of a factor)
    unit_range: I64  # (n_books, n_currencies, 2)
    unit_factor: I64  # (n_units,)
    unit_when: I64  # (n_units,)
    unit_value: F64  # (n_scenarios, n_units) with no deviation, in the currency, at the horizon
    # points: start * exp(a x_f + b x_h): discount factors and their inverses
    point_when: I64  # (n_points,)
    point_factors: I64  # (n_points, 2)
    point_exponents: F64  # (n_points, 2)
    point_start: F64  # (n_scenarios, n_points)
    # futures: quantity * (min over the basket of (leg * growth - accrued) / factor - basis - reference)
    future_range: I64  # (n_books, n_currencies, 2)
    future_quantity: F64  # (n_futures,) currency per unit of price; cash growth to the horizon included
    future_reference: F64  # (n_futures,) price from which P&L counts
    future_basis: F64  # (n_futures,) net basis, fixed at the base
    future_growth: I64  # (n_futures,) point: 1 / discount factor from the observation to delivery
    basket_range: I64  # (n_futures, 2)
    deliverable_leg: I64  # (n_deliverables,)
    deliverable_accrued: F64  # (n_deliverables,) at delivery, in units of price
    deliverable_factor: F64  # (n_deliverables,) conversion factor
    # FX calls on currency 1 (USD), one group a (book, expiry): JPY * discount * sum of Black's formula
    group_range: I64  # (n_books, 2)
    group_when: I64  # (n_groups,)
    group_time: F64  # (n_groups,) years from the observation to expiry; 0: the payoff
    group_domestic: I64  # (n_groups,) point: JPY discount factor
    group_foreign: I64  # (n_groups,) point: USD discount factor
    group_vol: F64  # (n_scenarios, n_groups) at-the-money vol with no deviation
    group_vol_factor: I64  # (n_groups,) VOL factor whose exponential multiplies it; -1: none
    group_smile: F64  # (n_groups, 6) s = c0 + ... + c4 y^4, y = m / sqrt(1 + (m / M)^2): c0 to c4, M
    group_growth: F64  # (n_groups,) cash growth from the observation to the horizon
    option_range: I64  # (n_groups, 2)
    option_strike: F64  # (n_options,) JPY per USD; at expiry, below 0: a put struck at -option_strike
    option_amount: F64  # (n_options,) USD, bought positive
    # tables of a group's undiscounted value in x = ln(F / table_forward) and w = ln(vol / group_vol)
    table_index: I64  # (n_groups,) row of the tables, or -1: priced option by option
    table_forward: F64  # (n_scenarios, n_tables) JPY per USD at the middle
    table_inverse_width: F64  # (n_scenarios, n_tables, 2) 1 / half widths of x and w; w: 0 without a VOL factor
    table_terms: F64  # (n_scenarios, n_tables, n_x, n_w) of T_k(x) w^l, scaled x and w in [-1, 1]; n_x, n_w shared
    # swaptions, by the swap that they are on: annuity * sum of quantity * Bachelier in the forward rate float / annuity
    swap_range: I64  # (n_books, n_currencies, 2)
    swap_float: I64  # (n_swaps,) leg
    swap_annuity: I64  # (n_swaps,) leg
    swaption_range: I64  # (n_swaps, 2)
    swaption_quantity: F64  # (n_swaptions,) bought positive, cash growth to the horizon included
    swaption_payer: I64  # (n_swaptions,) 1: pays fixed, -1: receives fixed
    swaption_strike: F64  # (n_swaptions,) decimal
    swaption_std: F64  # (n_swaptions,) normal vol times sqrt(time): decimal; 0: the payoff
    # tables of that sum in the forward rate
    swap_table: I64  # (n_swaps,) row of the tables, or -1: priced swaption by swaption
    swap_table_rate: F64  # (n_scenarios, n_swap_tables) at the middle, decimal
    swap_table_inverse_width: F64  # (n_scenarios, n_swap_tables) 1 / half width of the rate
    swap_table_terms: F64  # (n_scenarios, n_swap_tables, n_terms) of T_k(x), scaled x in [-1, 1]; n_terms shared


def empty_tables(n_scenarios: int, n_books: int, n_currencies: int) -> dict[str, Any]:
    """Fields of BookArrays after those of flows, without a row in any table."""
    none, real, row = np.zeros(0, np.int64), np.zeros(0), np.zeros((n_scenarios, 0))
    ranges, pairs = np.zeros((n_books, n_currencies, 2), np.int64), np.zeros((0, 2), np.int64)
    return {
        **{"unit_range": ranges, "unit_factor": none, "unit_when": none, "unit_value": row},
        **{"point_when": none, "point_factors": pairs, "point_exponents": np.zeros((0, 2)), "point_start": row},
        **{"future_range": ranges, "future_quantity": real, "future_reference": real, "future_basis": real},
        **{"future_growth": none, "basket_range": pairs},
        **{"deliverable_leg": none, "deliverable_accrued": real, "deliverable_factor": real},
        **{"group_range": ranges[:, 0], "group_when": none, "group_time": real, "group_domestic": none},
        **{"group_foreign": none, "group_vol": row, "group_vol_factor": none, "group_smile": np.zeros((0, 6))},
        **{"group_growth": real, "option_range": pairs, "option_strike": real, "option_amount": real},
        **{"table_index": none, "table_forward": row, "table_inverse_width": np.zeros((n_scenarios, 0, 2))},
        **{"table_terms": np.zeros((n_scenarios, 0, 1, 1))},
        **{"swap_range": ranges, "swap_float": none, "swap_annuity": none, "swaption_range": pairs},
        **{"swaption_quantity": real, "swaption_payer": none, "swaption_strike": real, "swaption_std": real},
        **{"swap_table": none, "swap_table_rate": row, "swap_table_inverse_width": row},
        **{"swap_table_terms": np.zeros((n_scenarios, 0, 1))},
    }


class Tables(NamedTuple):
    """A book for compiled kernels. Fields without a note are as in BookArrays."""

    observations: I64
    dynamics: I64
    fx_factor: I64
    fx_start: F64
    reporting: int
    base_value: F64
    cash: F64
    owned: Records  # (n_books * n_currencies,) OWNED
    legs: Records  # (n_legs,) LEG
    centre: F64
    inverse_width: F64
    degree: int
    segment_degree: I64
    coefficients: F64
    segments: Records  # (n_segments,) SEGMENT
    flow_value: F64
    flow_exponents: F64
    units: Records  # (n_units,) UNIT
    unit_value: F64
    points: Records  # (n_points,) POINT
    point_start: F64
    futures: Records  # (n_futures,) FUTURE
    deliverables: Records  # (n_deliverables,) DELIVERABLE; `leg` counts from the first after the books' own
    group_range: I64
    groups: Records  # (n_groups,) GROUP
    group_vol: F64
    options: Records  # (n_options,) OPTION
    tables: Records  # (n_scenarios, n_tables) TABLE
    table_terms: F64  # padded with zeros: n_x odd, n_w one of VOL_TERMS
    swaps: Records  # (n_swaps,) SWAP; legs count as in `deliverables`
    swaptions: Records  # (n_swaptions,) SWAPTION
    rate_tables: Records  # (n_scenarios, n_rate_tables) RATE_TABLE
    rate_terms: F64  # padded with zeros: an odd number


class Model(NamedTuple):
    """Laws for compiled kernels. Fields without a note are as in ModelArrays."""

    decay: Array
    drift: Array
    chol: Array
    convexity: Array
    laws: Records
    quantiles: F64
    initial: F64
    transitions: F64
    jump_step: I64
    jump_tails: F64
    jump_mean: F64
    jump_loadings: F64
    impact: F64
    scheduled: F64


def model_of(model: ModelArrays, *, float32: bool) -> Model:
    """The same laws, contiguous, the steps of the factors in one precision."""
    rounded = model.rounded(np.float32 if float32 else np.float64)
    arrays = {name: np.ascontiguousarray(array) for name, array in rounded._asdict().items()}
    return Model(**arrays)


def tables_of(book: BookArrays) -> Tables:
    """The same book, row by row.

    Raises
    ------
    ValueError
        The options' tables have more terms in w than any kernel has a loop for.
    """
    n_own = book.base_value.size * book.fx_factor.size
    ranges = (book.unit_range, book.future_range, book.swap_range)
    smile, terms = book.group_smile.T, _padded(book.table_terms)
    rate_terms = _odd(book.swap_table_terms)
    same = {name: getattr(book, name) for name in Tables._fields if name in BookArrays._fields}
    made = {
        "owned": _rows(OWNED, *(column for field in ranges for column in field.reshape(-1, 2).T)),
        "legs": _rows(LEG, *book.leg_range.T, book.leg_when),
        "segments": _rows(SEGMENT, *book.segment_factors.T, *book.flow_range.T),
        "units": _rows(UNIT, book.unit_factor, book.unit_when),
        "points": _rows(POINT, book.point_when, *book.point_factors.T, *book.point_exponents.T),
        "futures": _rows(
            FUTURE,
            *(book.future_growth, *book.basket_range.T),
            *(book.future_quantity, book.future_reference, book.future_basis),
        ),
        "deliverables": _rows(
            DELIVERABLE, book.deliverable_leg - n_own, book.deliverable_accrued, book.deliverable_factor
        ),
        "groups": _rows(
            GROUP,
            *(book.group_when, book.group_domestic, book.group_foreign, book.group_vol_factor, *book.option_range.T),
            *(book.table_index, book.group_time, book.group_growth, *smile),
        ),
        "options": _rows(OPTION, book.option_strike, book.option_amount),
        "tables": _rows(TABLE, _n_x(terms), book.table_forward, *np.moveaxis(book.table_inverse_width, -1, 0)),
        "table_terms": terms,
        "swaps": _rows(
            SWAP, book.swap_float - n_own, book.swap_annuity - n_own, *book.swaption_range.T, book.swap_table
        ),
        "swaptions": _rows(
            SWAPTION, book.swaption_payer, book.swaption_quantity, book.swaption_strike, book.swaption_std
        ),
        "rate_tables": _rows(
            RATE_TABLE, _n_x(rate_terms[..., None]), book.swap_table_rate, book.swap_table_inverse_width
        ),
        "rate_terms": rate_terms,
    }
    contiguous: dict[str, Any] = {
        name: np.ascontiguousarray(field) if isinstance(field, np.ndarray) else field
        for name, field in {**same, **made}.items()
    }
    return Tables(**contiguous)


def _rows(kind: np.dtype[np.void], *columns: Array) -> Records:
    rows = np.zeros(columns[0].shape, kind)
    for name, column in zip(kind.names or (), columns, strict=True):
        rows[name] = column
    return rows


def _n_x(terms: F64) -> I64:
    """Terms in x of each table, odd: the zeros behind them are not worth the time."""
    rows = np.where(terms.any(axis=-1), np.arange(1, terms.shape[2] + 1), 1).max(axis=-1, initial=1)
    return np.asarray(rows + 1 - rows % 2)


def _odd(terms: F64) -> F64:
    """An odd number of terms, the last zero."""
    return np.pad(terms, ((0, 0), (0, 0), (0, 1 - terms.shape[2] % 2)))


def _padded(terms: F64) -> F64:
    """Terms with zeros behind, which change no bit of the sum."""
    n_x, n_w = terms.shape[2:]
    if n_w > VOL_TERMS[-1]:
        raise ValueError(f"tables of options may have {VOL_TERMS[-1]} terms in vol, got {n_w}")
    wanted = next(n for n in VOL_TERMS if n >= n_w)
    return np.pad(terms, ((0, 0), (0, 0), (0, 1 - n_x % 2), (0, wanted - n_w)))
