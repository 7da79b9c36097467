"""Betas by regime."""

import numpy as np
import pandas as pd
import pytest

from engine.calibration.betas import betas_by_regime
from engine.errors import InputError

DAYS = pd.bdate_range("2013-01-01", "2025-06-06", name="date")
YIELDS = pd.DataFrame({"UST_10Y": 0.04 + 0.001 * np.sin(np.arange(len(DAYS)) / 5.0)}, index=DAYS)


def test_every_price_has_a_beta_in_every_regime():
    prices = pd.DataFrame({"XLK": np.exp(-40.0 * YIELDS["UST_10Y"]), "XLU": np.exp(-25.0 * YIELDS["UST_10Y"])})
    found = betas_by_regime(prices, YIELDS)
    assert list(found) == [(name, r) for name in ("XLK", "XLU") for r in ("CALM", "FLIGHT", "REPATRIATION")]
    for (name, _), beta in found.items():
        assert beta.value == pytest.approx({"XLK": -40.0, "XLU": -25.0}[name], rel=1e-9)  # exact moves, rounding alone


def test_a_close_in_tokyo_follows_new_yorks_by_a_day():
    lagged = np.exp(-30.0 * YIELDS["UST_10Y"].shift(1))
    found = betas_by_regime(pd.DataFrame({"NIKKEI225": lagged}), YIELDS, ["NIKKEI225"])
    assert found["NIKKEI225", "CALM"].value == pytest.approx(-30.0, rel=1e-9)


@pytest.mark.parametrize(
    ("history", "tokyo", "named"),
    [
        (YIELDS.rename(columns={"UST_10Y": "UST_2Y"}), (), "no UST_10Y"),
        (YIELDS, ["XLKK"], "did you mean 'XLK'"),
        (YIELDS.loc[:"2024-07-11"], (), "days of XLK and the yield lie in the episode"),
    ],
)
def test_what_gives_no_beta_is_refused(history, tokyo, named):
    with pytest.raises(InputError, match=named):
        betas_by_regime(pd.DataFrame({"XLK": np.exp(-YIELDS["UST_10Y"])}), history, tokyo)
