"""Random books for kernel tests, as tables."""

from collections.abc import Collection
from typing import Any

import numpy as np

from kernels.layout import (
    DEGREES,
    Book,
    Deliverable,
    Exchange,
    Exchanges,
    Future,
    Futures,
    FxOptions,
    Group,
    Holding,
    Holdings,
    Leg,
    Option,
    Owned,
    Point,
    Segment,
    Swap,
    Swaption,
    Swaptions,
)
from kernels.payoffs import empty_book
from kernels.records import Rows
from kernels.tables import option_tables, rate_tables

SMILE = ("c0", "c1", "c2", "c3", "c4", "reach")


def random_book(
    rng: np.random.Generator,
    n_factors: int,
    n_scenarios: int = 2,
    n_dynamics: int = 1,
    n_books: int = 2,
    flows_per_segment: int = 5,
    degree: int = 0,
    reporting: int = 0,
    half_width: float = 0.3,
    n_steps: int = 1,
) -> Book:
    """Books on two curves in JPY and USD; the last factor is USD/JPY. Polynomial terms are random numbers of size 1."""
    n_segments = 2 * n_books * 2
    pillars = rng.integers(0, max(1, n_factors - 2), n_segments)
    ends = np.arange(1, n_segments + 1)
    n_terms = (degree + 1) * (degree + 2) // 2 if degree else 0
    orders = np.repeat(np.arange(degree + 1), np.arange(1, degree + 2))[:n_terms]
    lower = [each for each in (0, *DEGREES) if each <= degree]
    degrees = np.array(lower)[np.arange(n_scenarios * n_segments).reshape(n_scenarios, n_segments) % len(lower)]
    inverse = np.full((n_scenarios, n_factors), 1.0 / half_width)
    inverse[:, -1] = 0.0
    book = empty_book(n_scenarios=n_scenarios, n_books=n_books, n_currencies=2, n_factors=n_factors, n_steps=n_steps)
    run = book.run._replace(
        dynamics=np.arange(n_scenarios) % n_dynamics,
        fx_factor=np.array([0, n_factors - 1]),
        fx_start=np.column_stack([np.ones(n_scenarios), rng.uniform(120.0, 160.0, n_scenarios)]),
        reporting=reporting,
        base_value=rng.normal(0.0, 1e3, n_books),
        cash=rng.normal(0.0, 10.0, (n_scenarios, n_books, 2)),
        inverse_limit=50.0 * (np.arange(n_factors) % 3 != 1),  # 2 % in a book's few steps is far, of some factors
    )
    legs = Leg.rows(first=2 * np.arange(2 * n_books), last=2 * np.arange(2 * n_books) + 2, when=0)
    flows = book.flows._replace(
        own=legs.reshape(n_books, 2),
        segments=Segment.rows(
            below=pillars,
            above=np.minimum(pillars + 1, n_factors - 1),
            first=flows_per_segment * (ends - 1),
            last=flows_per_segment * ends,
        ),
        centre=rng.normal(0.0, 0.001, (n_scenarios, n_factors)),
        inverse_width=inverse,
        degree=degree,
        segment_degree=degrees,
        coefficients=rng.normal(0.0, 1.0, (n_scenarios, n_segments, n_terms)) * (orders <= degrees[..., None]),
        value=rng.normal(0.0, 100.0, (n_scenarios, n_segments * flows_per_segment)),
        exponents=-rng.uniform(0.0, 20.0, (n_segments * flows_per_segment, 2)),
    )
    return book.holding(run, flows)


def with_shared_legs(rng: np.random.Generator, book: Book, n_early: int, n_shared: int) -> Book:
    """`book` with shared legs of a segment of one flow each, worth about 1; two by two looked at on one day.

    The first `n_early` steps are observed beside the horizon, at which the accounts' own legs are looked at.
    """
    flows, n_factors = book.flows, book.flows.centre.shape[1]
    n_scenarios, n_old = flows.value.shape[0], flows.segments.size
    shared, factors = np.arange(n_shared), rng.integers(0, max(1, n_factors - 2), n_shared)
    first = flows.exponents.shape[0] + shared
    own = flows.own.copy()
    own["when"] += n_early
    when = np.repeat(rng.integers(0, n_early + 1, n_shared // 2), 2)
    more = Segment.rows(below=factors, above=factors, first=first, last=first + 1)
    terms = rng.normal(1.0, 0.01, (n_scenarios, n_shared, flows.coefficients.shape[2]))
    return book.holding(
        book.run._replace(observations=np.array([*range(1, n_early + 1), book.run.observations[-1] + n_early])),
        flows._replace(
            own=own,
            shared=Leg.rows(first=n_old + shared, last=n_old + shared + 1, when=when),
            segments=np.concatenate([flows.segments, more]),
            segment_degree=np.concatenate([flows.segment_degree, np.full((n_scenarios, n_shared), flows.degree)], 1),
            coefficients=np.concatenate([flows.coefficients, terms], 1),
            value=np.concatenate([flows.value, rng.uniform(0.9, 1.1, (n_scenarios, n_shared))], 1),
            exponents=np.concatenate([flows.exponents, -rng.uniform(0.0, 5.0, (n_shared, 2))]),
        ),
    )


def counted(each: int, n_books: int, currencies: Collection[int] = (0, 1), n_currencies: int = 2) -> Rows[Owned]:
    """`each` rows for every account of these currencies, and none for others."""
    sizes = np.where(np.isin(np.arange(n_currencies), list(currencies)), each, 0)
    ends = np.cumsum(np.tile(sizes, n_books))
    return Owned.rows(first=ends - np.tile(sizes, n_books), last=ends).reshape(n_books, n_currencies)


def with_tables(
    rng: np.random.Generator,
    book: Book,
    n_early: int = 1,
    n_holdings: int = 1,
    n_futures: int = 1,
    n_groups: int = 2,
    n_options: int = 3,
    n_swaptions: int = 1,
    vol_factor: int = -1,
) -> Book:
    """`book` with so many rows of each kind for every (book, currency), and groups on USD/JPY for every book.

    The first `n_early` steps are observed beside the horizon. The last of the groups is at its expiry.
    """
    n_scenarios, n_books, n_factors = book.run.dynamics.size, book.run.base_value.size, book.flows.centre.shape[1]
    owners, n_when = 2 * n_books, n_early + 1
    all_futures, all_swaps = n_futures * owners, n_swaptions * owners
    n_legs = 2 * (all_futures + all_swaps)  # two bonds a basket, two legs a swap
    book = with_shared_legs(rng, book, n_early, n_legs + owners)
    n_all = n_groups * n_books
    n_points = all_futures + 2 * n_all + owners
    holdings = Holdings(
        owned=counted(n_holdings, n_books),
        holdings=Holding.rows(
            factor=rng.integers(0, n_factors, n_holdings * owners), when=rng.integers(0, n_when, n_holdings * owners)
        ),
        value=rng.normal(0.0, 100.0, (n_scenarios, n_holdings * owners)),
    )
    points = book.points._replace(
        points=random_points(rng, n_points, n_when, n_factors), start=rng.uniform(0.9, 1.1, (n_scenarios, n_points))
    )
    futures = Futures(
        owned=counted(n_futures, n_books),
        futures=Future.rows(
            growth=np.arange(all_futures),
            first=2 * np.arange(all_futures),
            last=2 * np.arange(all_futures) + 2,
            quantity=rng.normal(0.0, 100.0, all_futures),
            reference=rng.uniform(0.9, 1.1, all_futures),
            basis=rng.uniform(0.0, 0.01, all_futures),
        ),
        deliverables=Deliverable.rows(
            leg=np.arange(2 * all_futures),
            accrued=rng.uniform(0.0, 0.02, 2 * all_futures),
            factor=rng.uniform(0.6, 1.2, 2 * all_futures),
        ),
    )
    options = random_groups(rng, book, n_groups, n_options, first_point=all_futures, vol_factor=vol_factor)
    swaptions = book.of(Swaptions)._replace(
        owned=counted(n_swaptions, n_books),
        swaps=Swap.rows(
            floating=2 * all_futures + np.arange(all_swaps),
            annuity=2 * all_futures + all_swaps + np.arange(all_swaps),
            first=2 * np.arange(all_swaps),
            last=2 * np.arange(all_swaps) + 2,
            when=np.arange(all_swaps) % n_when,
            vol_factor=np.where(np.arange(all_swaps) % 2, vol_factor, -1),
            table=-1,
        ),
        vol=np.linspace(0.8, 1.2, n_scenarios * all_swaps).reshape(n_scenarios, all_swaps),
        swaptions=Swaption.rows(
            quantity=rng.normal(0.0, 100.0, 2 * all_swaps),
            payer=rng.choice([-1, 1], 2 * all_swaps),
            strike=rng.uniform(0.8, 1.2, 2 * all_swaps),
            spread=rng.choice([0.0, 1e-4, 0.01, 0.2], 2 * all_swaps),
        ),
    )
    exchanges = Exchanges(
        owned=counted(1, n_books),
        exchanges=Exchange.rows(leg=n_legs + np.arange(owners), point=all_futures + 2 * n_all + np.arange(owners)),
        cash=rng.normal(0.0, 100.0, (n_scenarios, owners)),
    )
    return book.holding(holdings, points, futures, options, swaptions, exchanges)


def random_points(rng: np.random.Generator, n: int, n_when: int, n_factors: int) -> Rows[Point]:
    """Points that move with any two factors, each third one with those of one or two points after it too."""
    below, above = rng.integers(0, n_factors, (2, n))
    a, b = rng.uniform(-3.0, 0.0, (2, n))
    when = rng.integers(0, n_when, n)
    after = [np.flatnonzero(when[k + 1 :] == when[k]) + k + 1 for k in range(n)]
    then = [int(others[0]) if k % 3 and others.size else -1 for k, others in enumerate(after)]
    return Point.rows(when=when, below=below, above=above, a=a, b=b, then=np.array(then, np.int64))


def random_groups(
    rng: np.random.Generator,
    book: Book,
    n_groups: int,
    n_options: int,
    first_point: int,
    vol_factor: int,
    domestic: int = 0,
    foreign: int = 1,
) -> FxOptions:
    """Groups of calls on one pair for every book, the last of each at its expiry; points from `first_point` on."""
    n_scenarios, n_books = book.run.dynamics.size, book.run.base_value.size
    n_all = n_groups * n_books
    times = rng.uniform(0.02, 2.0, n_all)
    times[n_groups - 1 :: max(1, n_groups)] = 0.0
    smile = [*rng.normal([1.0, -0.04, 0.03, 0.0, 1e-3], 1e-3, (n_all, 5)).T, np.full(n_all, 2.5)]
    ends = n_options * np.arange(1, n_all + 1)
    forward = book.run.fx_start[0, foreign] / book.run.fx_start[0, domestic]
    return book.of(FxOptions)._replace(
        owned=counted(n_groups, n_books, [domestic], book.run.fx_factor.size),
        groups=Group.rows(
            when=rng.integers(0, book.run.observations.size, n_all),
            domestic=domestic,
            foreign=foreign,
            domestic_discount=first_point + np.arange(n_all),
            foreign_discount=first_point + n_all + np.arange(n_all),
            vol_factor=vol_factor,
            skew_factor=np.where(np.arange(n_all) % 2, vol_factor, -1),
            first=ends - n_options,
            last=ends,
            table=-1,
            time=times,
            growth=rng.uniform(1.0, 1.01, n_all),
            **dict(zip(SMILE, smile, strict=True)),
            slope=0.7,
            most=0.3,
        ),
        vol=rng.uniform(0.05, 0.2, (n_scenarios, n_all)),
        skew=np.linspace(-0.1, 0.1, n_scenarios * n_all).reshape(n_scenarios, n_all),
        options=Option.rows(
            strike=1.05 * forward * np.exp(rng.normal(0.0, 0.1, n_all * n_options)),
            amount=rng.normal(0.0, 1.0, n_all * n_options),
        ),
    )


def tabulated(rng: np.random.Generator, book: Book, n_x: int, n_w: int, reach: float) -> Book:
    """`book`, whose groups but the last of each account have tables of random terms; `reach` is their half width in x.

    So have every second swap's swaptions.
    """
    n_scenarios, options, swaptions = book.run.dynamics.size, book.of(FxOptions), book.of(Swaptions)
    index = np.arange(options.groups.size)
    index[options.owned["last"][options.owned["last"] > options.owned["first"]] - 1] = -1
    index[index >= 0] = np.arange((index >= 0).sum())
    shape = (n_scenarios, int(index.max()) + 1)
    groups, swaps = options.groups.copy(), swaptions.swaps.copy()
    groups["table"] = index
    numbers = np.arange(swaps.size)
    swaps["table"] = np.where(numbers % 2, -1, numbers // 2)
    rates = (n_scenarios, (swaps.size + 1) // 2)
    tabled = groups[index >= 0]
    forward = book.run.fx_start[:, tabled["foreign"]] / book.run.fx_start[:, tabled["domestic"]]
    tables, terms = option_tables(
        forward * np.exp(rng.normal(0.0, 0.3 * reach, shape)),
        np.full(shape, 1.0 / reach),
        np.full(shape, 1.0 / (0.1 + reach)),
        rng.normal(0.0, 1.0, (*shape, n_x, n_w)),
    )
    in_rate, rate_terms = rate_tables(
        rng.normal(1.0, 0.1, rates), np.full(rates, 1.0 / (3.0 * reach)), rng.normal(0.0, 1.0, (*rates, n_x + 2))
    )
    return book.holding(
        options._replace(groups=groups, tables=tables, terms=terms),
        swaptions._replace(swaps=swaps, tables=in_rate, terms=rate_terms),
    )


def bare_book(n_scenarios: int, n_factors: int, fx_start: float = 100.0, n_steps: int = 1) -> Book:
    """One book in JPY and USD that holds nothing; each scenario has a law of its own, factor 0 is FX."""
    book = empty_book(n_scenarios=n_scenarios, n_books=1, n_currencies=2, n_factors=n_factors, n_steps=n_steps)
    return book.holding(
        book.run._replace(dynamics=np.arange(n_scenarios), fx_start=np.tile([1.0, fx_start], (n_scenarios, 1)))
    )


def one_flow_legs(book: Book, values: Any, exponents: Any) -> Book:
    """`book` with shared legs of one flow each, which move with factor 1."""
    n, n_scenarios = len(values), book.run.dynamics.size
    flows = book.flows._replace(
        shared=Leg.rows(first=np.arange(n), last=np.arange(n) + 1, when=0),
        segments=Segment.rows(below=1, above=1, first=np.arange(n), last=np.arange(n) + 1),
        segment_degree=np.zeros((n_scenarios, n), np.int64),
        coefficients=np.zeros((n_scenarios, n, 0)),
        value=np.tile(np.array(values, float), (n_scenarios, 1)),
        exponents=np.column_stack([exponents, np.zeros(n)]),
    )
    return book.holding(flows)


def one_group(
    n_scenarios: int,
    strikes: Any,
    amounts: Any,
    time: float,
    vol: float,
    *,
    n_factors: int = 2,
    vol_factor: int = -1,
    skew_factor: int = -1,
    smile: Any = (1.0, 0.0, 0.0, 0.0, 0.0, 2.5),
    discounts: Any = (1.0, 1.0),
    fx_start: float = 100.0,
    table: Any = None,
) -> Book:
    """A book of one group of calls; discount factors do not move. `table`: arguments of option_tables."""
    book = bare_book(n_scenarios, n_factors, fx_start)
    points = book.points._replace(
        points=Point.rows(when=np.zeros(2), below=0, above=0, a=0.0, b=0.0, then=-1),
        start=np.tile(discounts, (n_scenarios, 1)),
    )
    group = Group.rows(
        when=np.zeros(1),
        domestic=0,
        foreign=1,
        domestic_discount=0,
        foreign_discount=1,
        vol_factor=vol_factor,
        skew_factor=skew_factor,
        first=0,
        last=len(strikes),
        table=-1 if table is None else 0,
        time=time,
        growth=1.0,
        **dict(zip(SMILE, smile, strict=True)),
        slope=0.8,
        most=0.3,
    )
    options = book.of(FxOptions)._replace(
        owned=counted(1, 1, [0]),
        groups=group,
        vol=np.full((n_scenarios, 1), vol),
        skew=np.zeros((n_scenarios, 1)),
        options=Option.rows(strike=strikes, amount=amounts),
    )
    if table is not None:
        tables, terms = option_tables(*table)
        options = options._replace(tables=tables, terms=terms)
    return book.holding(points, options)


def no_book(n_factors: int, n_steps: int = 1) -> Book:
    """One scenario, one book of nothing but a yen: for tests of draws and steps alone."""
    book = empty_book(n_scenarios=1, n_books=1, n_currencies=1, n_factors=n_factors, n_steps=n_steps)
    return book.holding(book.run._replace(cash=np.ones((1, 1, 1))))
