"""Runs between two nights."""

from dataclasses import replace

import pytest

from engine.errors import InputError
from engine.explain.nights.corners import common_runs, stream_of
from engine.explain.nights.mixed_books import NightBooks
from engine.explain.nights.orders import all_orders_of
from engine.explain.nights.recorded_night import two_nights
from engine.scenario.under_laws import under_laws
from tests.engine.explain.two_nights import N_PATHS, ignore


@pytest.fixture(scope="module")
def nights(first_night, second_night):
    """Both nights, read."""
    return two_nights(first_night, second_night, None, None)


def test_more_paths_than_memory_holds_are_refused_with_what_it_holds(nights):
    with pytest.raises(InputError, match="2 GiB are allowed: --paths 134,217,728 at most"):
        stream_of(nights, 10**9, ("total", "book:bonds"), (0.9,), ignore)


def test_a_mix_that_cannot_be_run_names_its_movers(nights):
    stream = stream_of(nights, N_PATHS, ("total",), (0.9,), ignore)
    with pytest.raises(InputError, match="the earlier night with law of the later cannot be run"):
        common_runs(
            (nights[0], _with_law(nights[1])), NightBooks(nights=nights), stream, [["law"]], all_orders_of(1), ignore
        )


def _with_law(night):
    """The night under a law of past days, which its market has not."""
    return replace(night, scenario=under_laws((night.scenario,), ("filtered",))[0])
