"""Every record and array of a book that is handed to kernels, declared once: name, type, shape, unit, meaning.

Those of laws stand in `kernels.law_layout`.

Made from it: numpy's dtypes, the structs of the CUDA sources (`kernels.cuda.host.headers`), the tables of a book that
holds nothing (`kernels.payoffs.empty_book`) and the reference page docs/reference/layout.md (`kernels.layout_page`).

Currency 0 is the home currency: exchange rates are in it, per unit of the others. An account is a (book, currency).
"""

from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple, TypeVar

from kernels.records import Field, Record, Rows
from kernels.types import F64, I64

T = TypeVar("T", bound=tuple[Any, ...])

DEGREES = (6, 8, 10, 14)  # total degrees of polynomials that kernels can evaluate
VOL_TERMS = (1, 4, 8, 12, 16, 24)  # terms in w of option tables that kernels have loops for


# ------------------------------------------------------------------------------------------- what payoffs stand upon


class Sum(Record):
    """Factors that move something together: their deviations, added in this order, are one more row of deviations."""

    first: Annotated[int, Field("first term")]
    last: Annotated[int, Field("last term + 1")]


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
    inverse_limit: Annotated[
        F64, Field("1 / the deviation at the horizon beyond which a path is named; 0: none is", "", "n_factors")
    ]
    sums: Annotated[Rows[Sum], Field("rows of deviations after those of the factors", shape="n_sums")]
    sum_terms: Annotated[I64, Field("factors of all sums", shape="n_sum_terms")]


class Leg(Record):
    """A run of segments, looked at on one day: `when` of any record is an index into `observations`."""

    first: Annotated[int, Field("first segment")]
    last: Annotated[int, Field("last segment + 1")]
    when: Annotated[int, Field("observation; before the horizon its value is held as cash since")]


class Segment(Record):
    """Flows between two neighbouring pillars of a curve: they depend on two rows of deviations only."""

    below: Annotated[int, Field("row at the pillar below: a factor, or of a derived curve its sum")]
    above: Annotated[int, Field("row at the pillar above")]
    first: Annotated[int, Field("first flow")]
    last: Annotated[int, Field("last flow + 1")]


class Flows(NamedTuple):
    """Dated payments, and a polynomial in two deviations for each segment of them."""

    own: Annotated[Rows[Leg], Field("what each account holds at the horizon", shape="n_books n_currencies")]
    shared: Annotated[Rows[Leg], Field("legs that futures, swaptions and exchanges refer to", shape="n_shared_legs")]
    segments: Annotated[Rows[Segment], Field("of all legs", shape="n_segments")]
    value: Annotated[F64, Field("when looked at, with no deviation", "currency", "n_scenarios n_flows")]
    exponents: Annotated[F64, Field("d ln(value) / d(deviation) at the two pillars", "years", "n_flows 2")]
    degree: Annotated[int, Field("highest total degree D of a polynomial, of DEGREES; 0: there is none")]
    centre: Annotated[F64, Field("deviation in the middle of the polynomials' range", "", "n_scenarios n_moves")]
    inverse_width: Annotated[
        F64, Field("1 / half width of that range; 0 for a row of no segment", "", "n_scenarios n_moves")
    ]
    segment_degree: Annotated[
        I64, Field("of DEGREES, or 0: every path is summed flow by flow", "", "n_scenarios n_segments")
    ]
    coefficients: Annotated[
        F64, Field("of 1, v, u, v^2, u v, u^2, ..., u^D; then zeros", "currency", "n_scenarios n_segments n_terms")
    ]


class Point(Record):
    """start * exp(a x_below + b x_above + what the points of the chain after it have there).

    A discount factor, or its inverse; with a chain, a product of some.
    """

    when: Annotated[int, Field("observation")]
    below: Annotated[int, Field("row of deviations at the pillar below")]
    above: Annotated[int, Field("row of deviations at the pillar above")]
    a: Annotated[float, Field("d ln(point) / d(deviation) below", "years")]
    b: Annotated[float, Field("d ln(point) / d(deviation) above", "years")]
    then: Annotated[int, Field("point that this one is multiplied by, seen at the same observation; -1: none")]


class Points(NamedTuple):
    """Discount factors and their inverses that payoffs look at."""

    points: Annotated[Rows[Point], Field("each once", shape="n_points")]
    start: Annotated[F64, Field("with no deviation, the chain's included", "", "n_scenarios n_points")]


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


class Exchange(Record):
    """What contracts deliver of one foreign currency: (leg + cash) * point."""

    leg: Annotated[int, Field("of the shared legs: what is still to come")]
    point: Annotated[int, Field("point: what the currency is worth today over what it is worth on its spot date")]


class Exchanges(NamedTuple):
    """Foreign currency that is paid for with another: a spot rate is for its spot date, not for the day it is seen."""

    owned: Annotated[Rows[Owned], Field("exchanges of each account", shape="n_books n_currencies")]
    exchanges: Annotated[Rows[Exchange], Field("one an account", shape="n_exchanges")]
    cash: Annotated[F64, Field("received by the horizon", "currency", "n_scenarios n_exchanges")]


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
    when: Annotated[int, Field("observation, that of both legs")]
    vol_factor: Annotated[int, Field("factor whose exponential multiplies the vols; -1: none")]
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
    vol: Annotated[F64, Field("with no deviation, over the vols of the base market", "", "n_scenarios n_swaps")]
    swaptions: Annotated[Rows[Swaption], Field("by swap", shape="n_swaptions")]
    tables: Annotated[Rows[RateTable], Field("of swaps that are worth one", shape="n_scenarios n_tables")]
    terms: Annotated[F64, Field("of T_k(x), x in [-1, 1]", "per unit of annuity", "n_scenarios n_tables n_terms")]


class Group(Record):
    """Calls on one foreign currency that a book holds, of one expiry: discount * sum of amount * Black's formula.

    The smile is s = c0 + ... + c4 y^4, y = m / sqrt(1 + (m / reach)^2), of the standardised moneyness m. What moves its
    skew is added to c1.
    """

    when: Annotated[int, Field("observation")]
    domestic: Annotated[int, Field("currency that strikes are in, and that is paid")]
    foreign: Annotated[int, Field("currency that is called")]
    domestic_discount: Annotated[int, Field("point: discount factor of the domestic currency")]
    foreign_discount: Annotated[int, Field("point: discount factor of the foreign currency")]
    vol_factor: Annotated[int, Field("factor whose exponential multiplies the vol; -1: none")]
    skew_factor: Annotated[int, Field("factor that moves the smile's c1; -1: none")]
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
    slope: Annotated[float, Field("d c1 / d(deviation of the skew's factor)")]
    most: Annotated[float, Field("largest move of c1: beyond it the smile would fall to 0")]


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
    skew: Annotated[F64, Field("move of the skew since the base market, with no deviation", "", "n_scenarios n_groups")]
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
