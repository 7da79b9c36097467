"""Every record and array that is handed to kernels, declared once: name, type, shape, unit, meaning.

Made from it: numpy's dtypes, the structs of the CUDA sources (`kernels.cuda.host.headers`), the tables of a book that
holds nothing (`kernels.payoffs.empty_book`) and the reference page docs/layout.md (`kernels.layout_page`).

Currency 0 is the home currency: exchange rates are in it, per unit of the others. An account is a (book, currency).
"""

from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple, TypeVar

import numpy as np

from kernels.records import Field, Record, Rows, contiguous, empty
from kernels.types import F64, I64, Array

T = TypeVar("T", bound=tuple[Any, ...])

DEGREES = (6, 8, 10, 14)  # total degrees of polynomials that kernels can evaluate
VOL_TERMS = (1, 4, 8, 12, 16, 24)  # terms in w of option tables that kernels have loops for
# What a path carries beside its deviations; amounts in USD bn.
PATH_SERIES = ("regime", "carry_sold", "private_sold", "official_sold", "impact")
N_QUANTILES = 20 * 64 + 1  # of the mixing variable: 64 to each halving of the probability from 1 to 2^-20
MAX_REGIMES = 4
MAX_JUMPS = 8  # kinds of jumps in a law

# ---------------------------------------------------------------------------------------------------------------- laws


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
    carry_stock: Annotated[float, Field("carry positions at the start", "USD bn")]
    leverage: Annotated[float, Field("loss of equity per log move of USD/JPY")]
    start_loss: Annotated[float, Field("loss at the start, before leverage", "log move")]
    carry_per_step: Annotated[float, Field("carry earned in a step", "log move")]
    stop_loss: Annotated[float, Field("loss from which positions are stopped", "share of equity")]
    stop_slope: Annotated[float, Field("share of the stock stopped per loss beyond that", "per share of equity")]
    stop_most: Annotated[float, Field("largest share of the stock that is stopped")]
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
    fx_per_bn: Annotated[float, Field("move of ln USD/JPY per sale", "per USD bn")]
    log_impact: Annotated[float, Field("ln of the median short-run impact on the 5-year yield", "ln yield per USD bn")]
    impact_sd: Annotated[float, Field("standard deviation of that logarithm")]
    long_run: Annotated[float, Field("long-run over short-run impact")]
    fading: Annotated[float, Field("share of the part that fades which a step leaves")]


LAW = Law.dtype()


_OF_REGIME = "n_dynamics n_regimes n_factors"


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

    def rounded(self, precision: type[np.floating[Any]]) -> "ModelArrays":
        """Return the laws with the steps of the factors in `precision`, all arrays contiguous; the rest is binary64."""
        steps = {name: getattr(self, name).astype(precision) for name in ("decay", "drift", "chol", "convexity")}
        whole = self._replace(**steps)
        return contiguous(whole)


def plain_model(decay: F64, drift: F64, chol: F64) -> ModelArrays:
    """Return laws of one regime: decay, drift (n_dynamics, n_factors), chol (n_dynamics, n_factors, n_factors)."""
    n, n_factors = decay.shape
    none = empty(ModelArrays, n_dynamics=n, n_factors=n_factors, n_regimes=1, n_quantiles=1)
    ones = np.ones((n, 1))
    return none._replace(decay=decay, drift=drift[:, None], chol=chol[:, None], quantiles=ones, initial=ones)


# ------------------------------------------------------------------------------------------- what payoffs stand upon


class Run(NamedTuple):
    """What is of the run itself: when paths are looked at, under which laws, in which currencies."""

    observations: Annotated[
        I64,
        Field("steps after which paths are looked at, ascending; the last is the horizon", "", "n_observations"),
    ]
    dynamics: Annotated[I64, Field("the law that a scenario's deviations follow", shape="n_scenarios")]
    fx_factor: Annotated[I64, Field("factor whose exponential moves the rate; [0] is unused", shape="n_currencies")]
    fx_start: Annotated[F64, Field("rate at the start; [0] is 1", "home per unit", "n_scenarios n_currencies")]
    reporting: Annotated[int, Field("currency of the P&L")]
    base_value: Annotated[F64, Field("in the unshocked market", "reporting", "n_books")]
    cash: Annotated[F64, Field("collected or held at the horizon", "currency", "n_scenarios n_books n_currencies")]


class Leg(Record):
    """A run of segments, looked at on one day: `when` of any record is an index into `observations`."""

    first: Annotated[int, Field("first segment")]
    last: Annotated[int, Field("last segment + 1")]
    when: Annotated[int, Field("observation; before the horizon its value is held as cash since")]


class Segment(Record):
    """Flows between two neighbouring pillars of a curve: they depend on two factors only."""

    below: Annotated[int, Field("factor at the pillar below")]
    above: Annotated[int, Field("factor at the pillar above")]
    first: Annotated[int, Field("first flow")]
    last: Annotated[int, Field("last flow + 1")]


class Flows(NamedTuple):
    """Dated payments, and a polynomial in two deviations for each segment of them."""

    own: Annotated[Rows[Leg], Field("what each account holds at the horizon", shape="n_books n_currencies")]
    shared: Annotated[Rows[Leg], Field("legs that futures and swaptions refer to", shape="n_shared_legs")]
    segments: Annotated[Rows[Segment], Field("of all legs", shape="n_segments")]
    value: Annotated[F64, Field("when looked at, with no deviation", "currency", "n_scenarios n_flows")]
    exponents: Annotated[F64, Field("d ln(value) / d(deviation) at the two pillars", "years", "n_flows 2")]
    degree: Annotated[int, Field("highest total degree D of a polynomial, of DEGREES; 0: there is none")]
    centre: Annotated[F64, Field("deviation in the middle of the polynomials' range", "", "n_scenarios n_factors")]
    inverse_width: Annotated[
        F64, Field("1 / half width of that range; 0 for a factor of no segment", "", "n_scenarios n_factors")
    ]
    segment_degree: Annotated[
        I64, Field("of DEGREES, or 0: every path is summed flow by flow", "", "n_scenarios n_segments")
    ]
    coefficients: Annotated[
        F64, Field("of 1, v, u, v^2, u v, u^2, ..., u^D; then zeros", "currency", "n_scenarios n_segments n_terms")
    ]


class Point(Record):
    """start * exp(a x_below + b x_above): a discount factor, or its inverse."""

    when: Annotated[int, Field("observation")]
    below: Annotated[int, Field("factor at the pillar below")]
    above: Annotated[int, Field("factor at the pillar above")]
    a: Annotated[float, Field("d ln(point) / d(deviation) below", "years")]
    b: Annotated[float, Field("d ln(point) / d(deviation) above", "years")]


class Points(NamedTuple):
    """Discount factors and their inverses that payoffs look at."""

    points: Annotated[Rows[Point], Field("each once", shape="n_points")]
    start: Annotated[F64, Field("with no deviation", "", "n_scenarios n_points")]


# ------------------------------------------------------------------------------------------------------------ payoffs


class Owned(Record):
    """Rows of a payoff that an account holds."""

    first: Annotated[int, Field("first row")]
    last: Annotated[int, Field("last row + 1")]


class Holding(Record):
    """A value that moves with the exponential of one factor."""

    factor: Annotated[int, Field("factor")]
    when: Annotated[int, Field("observation")]


class Holdings(NamedTuple):
    """Sum of value * exp(deviation of a factor)."""

    owned: Annotated[Rows[Owned], Field("holdings of each account", shape="n_books n_currencies")]
    holdings: Annotated[Rows[Holding], Field("one a (account, factor, observation)", shape="n_holdings")]
    value: Annotated[F64, Field("with no deviation, at the horizon", "currency", "n_scenarios n_holdings")]


class Future(Record):
    """A bond future: quantity * (least of its basket's prices - basis - reference)."""

    growth: Annotated[int, Field("point: 1 / discount factor from the observation to delivery")]
    first: Annotated[int, Field("first deliverable")]
    last: Annotated[int, Field("last deliverable + 1")]
    quantity: Annotated[float, Field("contracts' size; cash growth to the horizon included", "currency per price")]
    reference: Annotated[float, Field("price from which P&L counts", "price")]
    basis: Annotated[float, Field("net basis, fixed at the base", "price")]


class Deliverable(Record):
    """A bond of a basket: its price is (leg * growth - accrued) / factor."""

    leg: Annotated[int, Field("of the shared legs")]
    accrued: Annotated[float, Field("interest at delivery", "price")]
    factor: Annotated[float, Field("conversion factor")]


class Futures(NamedTuple):
    """Bond futures."""

    owned: Annotated[Rows[Owned], Field("futures of each account", shape="n_books n_currencies")]
    futures: Annotated[Rows[Future], Field("by account", shape="n_futures")]
    deliverables: Annotated[Rows[Deliverable], Field("by future", shape="n_deliverables")]


class Swap(Record):
    """The swap that swaptions are on: annuity * sum of quantity * Bachelier in the forward rate floating / annuity."""

    floating: Annotated[int, Field("of the shared legs")]
    annuity: Annotated[int, Field("of the shared legs")]
    first: Annotated[int, Field("first swaption")]
    last: Annotated[int, Field("last swaption + 1")]
    table: Annotated[int, Field("row of the tables; -1: priced swaption by swaption")]


class Swaption(Record):
    """An option on a swap."""

    payer: Annotated[int, Field("1: pays fixed; -1: receives fixed")]
    quantity: Annotated[float, Field("bought positive; cash growth to the horizon included", "currency")]
    strike: Annotated[float, Field("fixed rate", "decimal")]
    spread: Annotated[float, Field("normal vol times sqrt(time); 0: the payoff", "decimal")]


class RateTable(Record):
    """The swaptions on a swap per unit of annuity, as a Chebyshev series in (rate - middle) * inverse."""

    n_x: Annotated[int, Field("terms, odd")]
    rate: Annotated[float, Field("forward rate in the middle", "decimal")]
    inverse: Annotated[float, Field("1 / half width of the rate", "1 / decimal")]


class Swaptions(NamedTuple):
    """Swaptions, by the swap that they are on."""

    owned: Annotated[Rows[Owned], Field("swaps of each account", shape="n_books n_currencies")]
    swaps: Annotated[Rows[Swap], Field("by account", shape="n_swaps")]
    swaptions: Annotated[Rows[Swaption], Field("by swap", shape="n_swaptions")]
    tables: Annotated[Rows[RateTable], Field("of swaps that are worth one", shape="n_scenarios n_tables")]
    terms: Annotated[F64, Field("of T_k(x), x in [-1, 1]", "per unit of annuity", "n_scenarios n_tables n_terms")]


class Group(Record):
    """Calls on one foreign currency that a book holds, of one expiry: discount * sum of amount * Black's formula.

    The smile is s = c0 + ... + c4 y^4, y = m / sqrt(1 + (m / reach)^2), of the standardised moneyness m.
    """

    when: Annotated[int, Field("observation")]
    domestic: Annotated[int, Field("currency that strikes are in, and that is paid")]
    foreign: Annotated[int, Field("currency that is called")]
    domestic_discount: Annotated[int, Field("point: discount factor of the domestic currency")]
    foreign_discount: Annotated[int, Field("point: discount factor of the foreign currency")]
    vol_factor: Annotated[int, Field("factor whose exponential multiplies the vol; -1: none")]
    first: Annotated[int, Field("first option")]
    last: Annotated[int, Field("last option + 1")]
    table: Annotated[int, Field("row of the tables; -1: priced option by option")]
    time: Annotated[float, Field("from the observation to expiry; 0: the payoff", "years")]
    growth: Annotated[float, Field("cash growth from the observation to the horizon")]
    c0: Annotated[float, Field("of the smile")]
    c1: Annotated[float, Field("of the smile")]
    c2: Annotated[float, Field("of the smile")]
    c3: Annotated[float, Field("of the smile")]
    c4: Annotated[float, Field("of the smile")]
    reach: Annotated[float, Field("of the smile: the largest |y|")]


class Option(Record):
    """A European call."""

    strike: Annotated[float, Field("at expiry, below 0: a put struck at -strike", "domestic per foreign")]
    amount: Annotated[float, Field("bought positive", "foreign")]


class OptionTable(Record):
    """A group's undiscounted value, a series in x = ln(F / forward) * inverse_x and w = ln(vol / start) * inverse_w."""

    n_x: Annotated[int, Field("terms in x, odd")]
    forward: Annotated[float, Field("in the middle", "domestic per foreign")]
    inverse_x: Annotated[float, Field("1 / half width of ln(F)")]
    inverse_w: Annotated[float, Field("1 / half width of ln(vol); 0 without a vol factor")]


class FxOptions(NamedTuple):
    """FX options, by groups; an account's are those whose domestic currency is the account's."""

    owned: Annotated[Rows[Owned], Field("groups of each account", shape="n_books n_currencies")]
    groups: Annotated[Rows[Group], Field("by account", shape="n_groups")]
    vol: Annotated[F64, Field("at the money, with no deviation", "decimal per year", "n_scenarios n_groups")]
    options: Annotated[Rows[Option], Field("by group", shape="n_options")]
    tables: Annotated[Rows[OptionTable], Field("of groups that are worth one", shape="n_scenarios n_tables")]
    terms: Annotated[F64, Field("of T_k(x) w^l; n_w of VOL_TERMS", "domestic", "n_scenarios n_tables n_x n_w")]


class Book(NamedTuple):
    """Books in each scenario, for kernels: what is of the run, what payoffs stand upon, and a tuple for each payoff."""

    run: Run
    flows: Flows
    points: Points
    payoffs: tuple[tuple[Any, ...], ...]  # in the order of kernels.payoffs.PAYOFFS, which is that of the sums

    @property
    def n_rows(self) -> int:
        """Rows of P&L: in each scenario the total, then each book."""
        return self.run.dynamics.size * (1 + self.run.base_value.size)

    def of(self, kind: type[T]) -> T:
        """Return the tables of a payoff. Raises KeyError where the book was made without that payoff."""
        for tables in self.payoffs:
            if isinstance(tables, kind):
                return tables
        own = ", ".join(type(tables).__name__ for tables in self.payoffs)
        raise KeyError(f"this book was made with {own}, not with {kind.__name__}: is its payoff registered?")

    def holding(self, *tables: tuple[Any, ...]) -> "Book":
        """Return the book with these tuples in place of those of their kinds. Raises KeyError as `of`."""
        book = self
        for new in tables:
            if isinstance(new, Run):
                book = book._replace(run=new)
            elif isinstance(new, Flows):
                book = book._replace(flows=new)
            elif isinstance(new, Points):
                book = book._replace(points=new)
            else:
                book.of(type(new))
                book = book._replace(payoffs=tuple(new if type(own) is type(new) else own for own in book.payoffs))
        return book

    def parts(self) -> Iterator[tuple[Any, ...]]:
        """Yield every tuple of tables."""
        yield from (self.run, self.flows, self.points, *self.payoffs)
