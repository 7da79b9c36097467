from dataclasses import replace

import numpy as np
import pytest

from engine.errors import InputError
from engine.inputs.market import bundled_market_path, load_market
from engine.market.market import joined_sources


@pytest.mark.parametrize("name", ["vols", "kappas", "thetas", "mus"])
def test_a_market_needs_a_figure_for_every_factor(name):
    with pytest.raises(InputError, match=f"a market of 17 factors needs 17 {name}, got shape"):
        replace(load_market(bundled_market_path()), **{name: np.zeros(16)})


def test_a_market_needs_a_whole_correlation():
    with pytest.raises(InputError, match="17 x 17 correlation"):
        replace(load_market(bundled_market_path()), correlation=np.eye(16))


def test_sources_are_joined_by_name():
    assert joined_sources({"JGB": "Ministry", "USDJPY": "H.10"}) == "JGB: Ministry; USDJPY: H.10"
