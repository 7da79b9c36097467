"""Priors: their quantiles, the cut at the ends of a range, and what is refused."""

import math

import pytest
from scipy.special import ndtr, ndtri

from engine.scenario.uncertainty.places import Place
from engine.scenario.uncertainty.priors import PRIORS, Lognormal, Normal, OnOff, PriorStudy, Studies, Uniform

LEVELS = (0.01, 0.25, 0.5, 0.8, 0.999)


def place(centre=5.0, low=0.0, high=100.0, is_switch=False, is_open=False):
    return Place(centre=centre, low=low, high=high, is_open=is_open, is_switch=is_switch, put=lambda value: value)


def prior(kind, **figures):
    return PRIORS[kind](source="assumption", **figures)


@pytest.mark.parametrize("level", LEVELS)
def test_quantiles_are_those_of_the_distributions(level):
    z = float(ndtri(level))
    assert prior("lognormal", log_sd=0.35).value(level, place()) == pytest.approx(5.0 * math.exp(0.35 * z), rel=1e-14)
    assert prior("normal", sd=0.5).value(level, place()) == pytest.approx(5.0 + 0.5 * z, rel=1e-14)
    assert prior("uniform", low=2.0, high=4.0).value(level, place()) == pytest.approx(2.0 + 2.0 * level, rel=1e-14)


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_cut_is_scaled_up(level):
    cut = prior("normal", sd=1.0, low=4.0).value(level, place())
    # P(X <= x | X >= 4) = level, by hand: (Phi(x - 5) - Phi(-1)) / (1 - Phi(-1))
    assert (ndtr(cut - 5.0) - ndtr(-1.0)) / (1.0 - ndtr(-1.0)) == pytest.approx(level, abs=1e-12)
    assert cut >= 4.0


@pytest.mark.parametrize("level", LEVELS)
def test_a_mixture_over_studies_has_their_shares_below_its_quantiles(level):
    found = [
        PriorStudy(name="low", value=1.65, log_sd=0.3, weight=2.0),
        PriorStudy(name="high", value=50.0, log_sd=0.2),
    ]
    value = Studies(source="s", studies=tuple(found)).value(level, place(high=1e3))
    below = (2.0 * ndtr(math.log(value / 1.65) / 0.3) + ndtr(math.log(value / 50.0) / 0.2)) / 3.0
    assert below == pytest.approx(level, abs=1e-12)  # bisected to the last bit of the logarithm


def test_studies_without_an_error_are_taken_by_their_weights():
    found = Studies(
        source="s",
        studies=(PriorStudy(name="a", value=2.0, log_sd=0.0), PriorStudy(name="b", value=9.0, log_sd=0.0)),
    )
    assert [found.value(level, place()) for level in (0.1, 0.4, 0.6, 0.9)] == pytest.approx([2.0, 2.0, 9.0, 9.0])


def test_a_prior_without_width_and_a_median_are_the_scenarios_own_value_to_the_last_bit():
    odd = 0.1 + 0.2
    for each in (prior("lognormal", log_sd=0.0), prior("normal", sd=0.0)):
        assert {each.value(level, place(odd)) for level in LEVELS} == {odd}
    for each in (prior("lognormal", log_sd=0.4), prior("normal", sd=0.01)):
        assert each.value(0.5, place(odd)) == odd


def test_what_is_on_or_off_is_on_at_the_higher_levels():
    on = prior("on_off", probability=0.25)
    assert [on.value(level, place()) for level in (0.1, 0.74, 0.76)] == [0.0, 0.0, 5.0]


@pytest.mark.parametrize(
    ("found", "at", "message"),
    [
        (
            Lognormal(source="s", log_sd=0.4),
            place(0.6, high=1.0),
            "10% of the lognormal around 0.6 lies outside [0, 1]",
        ),
        (Lognormal(source="s", log_sd=0.4), place(0.6, high=1.0), "make it narrower, or cut it by `high = 1`"),
        (Normal(source="s", sd=5.0), place(), "16% of the normal around 5 lies outside [0, 100]"),
        (Lognormal(source="s", log_sd=0.4), place(0.0), "needs a value above 0, the scenario has 0.0"),
        (Uniform(source="s", low=-1.0, high=101.0), place(), "`low = -1` and `high = 101` outside [0, 100]"),
        (Uniform(source="s", low=3.0, high=3.0), place(), "`low` must lie below `high`, got 3.0 and 3.0"),
        (Normal(source="s", sd=0.1, low=50.0), place(), "leave nothing of the normal around 5"),
        (Normal(source="s", sd=0.1), place(is_switch=True), "is on or off: its prior is 'on_off'"),
        (Studies(source="s", studies=()), place(), "needs at least one"),
        (Studies(source="s", studies=(PriorStudy(name="a", value=1.0, log_sd=0.1),) * 2), place(), "has 'a' twice"),
        (OnOff(source="s", probability=0.5), place(low=1.0), "off would be 0, outside [1, 100]"),
        (OnOff(source="s", probability=0.5), place(is_open=True), "off would be 0, outside (0, 100]"),
        (Uniform(source="s", low=0.0, high=9.0), place(is_open=True), "`low = 0` outside (0, 100]"),
    ],
)
def test_a_prior_that_is_none_of_its_parameter_is_refused(found, at, message):
    assert any(message in error for error in found.errors(at))


@pytest.mark.parametrize(
    "found",
    [
        Lognormal(source="s", log_sd=0.4, high=1.0),  # cut by its own end, as the refusal above says
        Lognormal(source="s", log_sd=0.2),  # 0.5 % beyond: may be cut unsaid
    ],
)
def test_a_prior_that_is_cut_by_its_file_or_hardly_at_all_is_taken(found):
    assert list(found.errors(place(0.6, high=1.0))) == []
    assert all(0.0 < found.value(level, place(0.6, high=1.0)) <= 1.0 for level in LEVELS)
