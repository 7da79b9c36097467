"""What contributes to a run: parts add up, agree with one another and with closed forms, and their errors cover."""

import math

import numpy as np
import pytest
from scipy.stats import norm

from engine.analysis.contributions.contributions import check_by, contributions
from engine.analysis.contributions.factor_parts import REMAINDER
from engine.analysis.contributions.replay import replay
from engine.book.groupings import GROUPINGS, uncrossed
from engine.errors import InputError
from engine.inputs.run import resolve
from engine.inputs.scenario.load import load_scenarios
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.run.load import inputs_of, load_inputs
from engine.run.prepared import prepare
from engine.run.start import finish

BOTH = (VALUE_AT_RISK.key, EXPECTED_SHORTFALL.key)
OF_POSITIONS = ("position", "book", "currency")


def ignore(*_: object) -> None:
    """What a run says while it works."""


def taken_apart(by, inputs=None, **settings):
    """The tables of a run, by grouping and scenario, with the run; `inputs`: made by hand from the settings."""
    config = resolve({"backend": "numba", "confidences": [0.99], "by": list(by), **settings}, {})
    prepared = prepare(config, inputs(config) if inputs else load_inputs(config), ignore)
    check_by(prepared)
    run = finish(prepared, ignore, ignore, 0.0)
    replayed = replay(prepared.drawn, run.result.run.n_paths, ignore) if prepared.drawn else None
    return {(each.by, each.scenario): each for each in contributions(run, replayed, ignore)}, run


@pytest.fixture(scope="module")
def drawn():
    return taken_apart(
        (*OF_POSITIONS, "factor", "pillar", "book x factor", "regime"), n_paths=20_000, scenarios=["base", "mixture"]
    )


@pytest.fixture(scope="module")
def exact():
    return taken_apart(OF_POSITIONS, scenarios=["historical"])


def test_book_and_factor_add_up_to_what_the_book_and_the_factor_contribute(drawn):
    tables, _ = drawn
    for scenario in ("base", "mixture"):
        crossed = tables["book x factor", scenario]
        for key in BOTH:
            # books to rounding, as each has a remainder; factors within the compression of books apart and together
            for i, by, rel in ((0, "book", 1e-9), (1, "factor", 1e-6)):
                size = abs(crossed.total[key].value)
                of = {each.group: each.contributions[key].value for each in tables[by, scenario].groups}
                found = dict.fromkeys(of, 0.0)
                for each in crossed.groups:
                    found[uncrossed(each.group)[i]] += each.contributions[key].value
                assert found == pytest.approx(of, abs=rel * size)


def sums(table, key):
    return math.fsum(each.contributions[key].value for each in table.shown)


def test_shown_groups_add_up_to_the_runs_figures(drawn, exact):
    for tables, run in (drawn, exact):
        totals = {row.scenario: row for row in run.result.results if row.scope == "total"}
        for (by, scenario), table in tables.items():
            total = totals[scenario].measures[0]
            for key in BOTH:
                assert table.total[key].value == total.estimates[key].value
                # exact for what was kept with the tail or is a remainder; by position within compression's bound
                bound = totals[scenario].pnl_bound + 1e-11 * abs(total.estimates[key].value)
                assert sums(table, key) == pytest.approx(total.estimates[key].value, abs=bound), by


def test_all_groups_add_up_to_those_that_are_shown(drawn):
    for table in drawn[0].values():
        for key in BOTH:
            every = math.fsum(each.contributions[key].value for each in table.groups)
            assert every == pytest.approx(sums(table, key), rel=1e-9)  # compression's bound is 1e-10 of these


@pytest.mark.parametrize("by", ["book", "currency"])
def test_positions_of_a_group_contribute_what_the_group_does(drawn, exact, by):
    for tables, run in (drawn, exact):
        book = run.prepared.inputs.book
        group_of = dict(zip(book.position_ids, GROUPINGS[by].labels(book), strict=True))
        for (grouping, scenario), table in tables.items():
            if grouping == by:
                for group in table.groups:
                    positions = tables["position", scenario].groups
                    mine = [each for each in positions if group_of[each.group] == group.group]
                    for key in BOTH:
                        added = math.fsum(each.contributions[key].value for each in mine)
                        assert added == pytest.approx(group.contributions[key].value, abs=100.0)  # yen, of 1e10


def test_books_alone_have_the_runs_own_figures(drawn, exact):
    for tables, run in (drawn, exact):
        for row in run.result.results:
            if row.scope != "total":
                groups = {f"book:{each.group}": each for each in tables["book", row.scenario].groups}
                for key in BOTH:
                    assert groups[row.scope].standalone[key].value == row.measures[0].estimates[key].value


def test_diversification_is_what_groups_have_alone_less_the_total(drawn):
    table = drawn[0]["book", "mixture"]
    for key in BOTH:
        alone = math.fsum(each.standalone[key].value for each in table.groups)
        assert table.diversification[key].value == pytest.approx(alone - table.total[key].value, rel=1e-12)
        assert 0.0 < table.diversification[key].se < 0.1 * table.diversification[key].value


def test_of_two_books_each_adds_the_total_less_the_other_alone(drawn, exact):
    for tables, run in (drawn, exact):
        names = {row.scope.removeprefix("book:"): row for row in run.result.results if row.scope != "total"}
        for (by, scenario), table in tables.items():
            if by == "book":
                one, other = table.groups
                wanted = table.total["expected_shortfall"].value - other.standalone["expected_shortfall"].value
                assert one.incremental["expected_shortfall"].value == pytest.approx(wanted, rel=1e-12), scenario
                assert len(names) == 2


def test_pillars_of_a_class_contribute_what_the_class_does(drawn):
    classes, pillars = drawn[0]["factor", "base"], drawn[0]["pillar", "base"]
    for key in BOTH:
        curve = next(each for each in classes.groups if each.group == "JGB curve").contributions[key].value
        added = math.fsum(each.contributions[key].value for each in pillars.groups if each.group.startswith("JGB_"))
        assert added == pytest.approx(curve, rel=1e-12)
        left = next(each for each in classes.groups if each.group == REMAINDER).contributions[key].value
        assert abs(left) < 1e-6 * classes.total[key].value  # four nodes are exact to the eighth order of a path's move


def test_shares_of_regimes_are_of_all_paths_of_the_tail(drawn):
    tables, _ = drawn
    table = tables["regime", "mixture"]
    assert math.fsum(each.tail_share.value for each in table.groups) == pytest.approx(1.0, rel=1e-12)
    assert ("regime", "base") not in tables


def test_an_exact_law_has_no_error_of_simulation_and_one_of_its_table(exact):
    for table in exact[0].values():
        assert table.is_exact
        for group in table.groups:
            assert all(each.se == 0.0 and each.table_se is not None for each in group.contributions.values())


def test_many_groups_are_shown_as_the_largest_and_the_others_together(drawn):
    table = drawn[0]["position", "base"]
    assert (len(table.groups), len(table.shown), table.others.group) == (55, 15, "41 others")
    assert table.others.standalone
    assert not table.groups[-1].standalone
    sizes = [abs(each.contributions["expected_shortfall"].value) for each in table.groups]
    assert sizes == sorted(sizes, reverse=True)


def test_a_tail_that_is_too_thin_is_refused_before_the_run():
    config = resolve({"n_paths": 1000, "scenarios": ["base"], "by": ["book"], "backend": "numba"}, {})
    with pytest.raises(InputError, match=r"1,000 paths are too few in the 0.975 tail .* give --paths 1,520 or more"):
        check_by(prepare(config, load_inputs(config), ignore))


@pytest.mark.parametrize("settings", [{"scenarios": ["base"]}, {"scenarios": ["filtered-regimes"], "horizon_days": 1}])
def test_regimes_of_scenarios_without_any_are_refused(settings):
    config = resolve({"n_paths": 5000, "by": ["regime"], "backend": "numba", **settings}, {})
    with pytest.raises(InputError, match=r"by regime: no path of .* such as mixture, over two days or more"):
        check_by(prepare(config, load_inputs(config), ignore))


SMALL = 0.01  # of the hand-made market's vols: what is beyond first order is a ten-thousandth of a P&L


class Linear:
    """A yen flow and a dollar flow on pillars, and dollars held: P&L is normal, its covariances known."""

    def __init__(self, market, book):
        self.market, self.book = market, book
        self.settings = {"scenarios": ["base"], "instantaneous": True, "inputs": self.inputs}
        spot, years = market.fx["USD"], 3650 / 365
        yen, dollars = (float(market.curves[name].discount(years)) * 1e10 for name in ("JGB", "UST"))
        dollars *= spot / 145.0
        names = [factor.name for factor in market.factors]
        slopes = np.zeros((3, len(names)))  # of positions by factors, in yen per unit of each
        slopes[0, names.index("JGB_10Y")] = -years * yen
        slopes[1, names.index("UST_10Y")], slopes[1, names.index("USDJPY")] = -years * dollars, dollars
        slopes[2, names.index("USDJPY")] = 3e7 * spot
        self.names, self.sizes = names, slopes * market.vols
        self.correlation = market.correlation

    def inputs(self, config):
        return inputs_of(self.market, self.book, load_scenarios(config.scenarios), config, market_sha256="by hand")

    def shares(self, sizes):
        """Of parts (n_parts, n_factors) of the P&L, by Euler's rule: covariance with the total over its variance."""
        total = self.sizes.sum(axis=0)
        return sizes @ self.correlation @ total / (total @ self.correlation @ total)

    def spread(self, sizes):
        """Standard deviation of a P&L over the total's."""
        total = self.sizes.sum(axis=0)
        return math.sqrt(sizes @ self.correlation @ sizes / (total @ self.correlation @ total))


@pytest.fixture(scope="module")
def linear(hand_market, hand_book):
    market = hand_market(vols=SMALL * np.array([0.0025, 0.0042, 0.0063, 0.0064, 0.0107, 0.11]))
    flows = [(0, "JGB", 3650, 1e10), (1, "UST", 3650, 1e10 / 145.0)]
    book = hand_book(flows=flows, units=[(2, "USD", 3e7)], books=("yen", "dollars", "cash"))
    return Linear(market, book)


def errors_of(tables, linear, total):
    """How far every figure of a linear book is from its closed form, over its error; `total`: its measures."""
    found = []
    table, pillars = tables["position", "base"], tables["pillar", "base"]
    for key in BOTH:
        for i, size in enumerate(linear.sizes):
            group = next(each for each in table.groups if each.group == f"P{i}")
            without = linear.sizes.sum(axis=0) - size
            wanted = {
                "contributions": linear.shares(size),
                "standalone": linear.spread(size),
                "incremental": 1.0 - linear.spread(without),
            }
            for name, share in wanted.items():
                figure = getattr(group, name)[key]
                found.append((figure.value - share * total[key]) / figure.se)
        for each in pillars.groups:
            if each.group != REMAINDER:
                mine = np.where(np.array(linear.names) == each.group, linear.sizes.sum(axis=0), 0.0)
                figure = each.contributions[key]
                found.append((figure.value - linear.shares(mine) * total[key]) / figure.se)
        apart = sum(map(linear.spread, linear.sizes)) - 1.0
        found.append((table.diversification[key].value - apart * total[key]) / table.diversification[key].se)
    return np.array(found)


def normal_measures(sigma):
    return {BOTH[0]: norm.ppf(0.99) * sigma, BOTH[1]: norm.pdf(norm.ppf(0.99)) / 0.01 * sigma}


def test_of_a_linear_book_they_are_covariances_with_the_total(linear):
    tables, run = taken_apart(("position", "pillar"), n_paths=100_000, **linear.settings)
    total = normal_measures(run.result.results[0].std)  # one of 450 errors: far below those of the tail's figures
    assert np.abs(errors_of(tables, linear, total)).max() < 4.0


@pytest.mark.slow  # 200 runs
def test_errors_cover_over_200_seeds(linear):
    found, total = [], None
    for seed in range(200):
        tables, run = taken_apart(("position", "pillar"), n_paths=100_000, seed=seed, **linear.settings)
        total = total or normal_measures(run.result.results[0].std)  # of the first run, for all: within a 450th
        found.append(errors_of(tables, linear, total))
    z = np.array(found)  # (200, n_figures)
    # The errors of a mean and of a deviation of 200 figures are 0.07 and 0.05; that of sigma is a tenth of a figure's.
    assert np.abs(z.mean(axis=0)).max() < 0.4
    assert np.abs(z.std(axis=0) - 1.0).max() < 0.25
    assert (np.abs(z) < 1.96).mean() == pytest.approx(0.95, abs=0.02)
