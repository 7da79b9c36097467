import math

import numpy as np
import pytest

from engine.errors import InputError
from engine.market.curve import ZeroCurve
from engine.market.delta import delta, straddle_log_moneyness
from engine.market.fx_vols import DeltaKind, DeltaQuote, StrikeQuote
from engine.market.surface import fx_vols_of

FLAT = {
    name: ZeroCurve(name=name, currency=currency, times=np.array([1.0]), zero_rates=np.array([rate]))
    for name, currency, rate in (("JGB", "JPY", 0.005), ("UST", "USD", 0.04))
}
QUOTE = DeltaQuote(
    atm=0.11, risk_reversal_25d=-0.012, butterfly_25d=0.0025, risk_reversal_10d=-0.023, butterfly_10d=0.009
)


def surface(quotes, kind=DeltaKind.SPOT_PREMIUM_ADJUSTED, reference=0.25):
    return fx_vols_of(
        "USDJPY", quotes, spot=145.0, curves=FLAT, domestic="JGB", foreign="UST", delta=kind, reference=reference,
        source="made for this test",
    )  # fmt: skip


@pytest.mark.parametrize("kind", list(DeltaKind))
def test_a_surface_gives_back_its_delta_quotes(kind):
    vols, time = surface({0.25: QUOTE}, kind), 0.25
    discount, root = math.exp(-0.04 * time), math.sqrt(time)
    moneyness = np.linspace(-2.0, 2.0, 200_001)
    logs = moneyness * 0.11 * root
    sigma = vols.vol(time, logs)
    wanted = {(0.25, 1): 0.1065, (0.25, -1): 0.1185, (0.10, 1): 0.1075, (0.10, -1): 0.1305}  # atm + bf +- rr / 2
    for (target, sign), vol in wanted.items():
        side = np.flatnonzero(moneyness * sign >= 0.0)
        deltas = np.array([delta(kind, logs[i], sigma[i] * root, discount, sign) for i in side[::500]])
        near = side[::500][np.argmin(np.abs(deltas - sign * target))]
        assert sigma[near] == pytest.approx(vol, abs=1e-4)  # the grid is 500 / 200,000 of the range: 1e-4 in vol
    assert float(vols.vol(time, straddle_log_moneyness(kind, 0.11 * root))) == pytest.approx(0.11, rel=1e-13)


def test_a_surface_passes_through_its_strike_quotes_and_flattens_beyond():
    strikes, quoted, time = (125.0, 135.0, 144.0, 150.0, 160.0), (0.14, 0.125, 0.115, 0.112, 0.118), 0.5
    vols = surface({time: StrikeQuote(strikes=strikes, vols=quoted)}, reference=time)
    forward = 145.0 * math.exp((0.005 - 0.04) * time)
    np.testing.assert_allclose(vols.vol(time, np.log(np.array(strikes) / forward)), quoted, rtol=1e-12)
    far = vols.vol(time, np.array([-200.0, -100.0, 100.0, 200.0]))  # at moneyness of a thousand: the ends of the curve
    ends = np.polynomial.polynomial.polyval([-vols.reach[0], vols.reach[0]], vols.smile[0]) * vols.atm[0]
    np.testing.assert_allclose(far, np.repeat(ends, 2), rtol=1e-5)
    # moneyness is scaled by the vol of a curve in ln(K) at the forward; the curve in bent moneyness is another one
    assert vols.smile[0, 0] == pytest.approx(1.0, abs=1e-3)


def test_one_vol_per_expiry_is_no_smile():
    vols = surface({0.25: StrikeQuote(strikes=(150.0,), vols=(0.1,))})
    np.testing.assert_array_equal(vols.vol(0.1, np.array([-0.2, 0.0, 0.2])), [0.1, 0.1, 0.1])


def test_total_variance_is_linear_between_expiries_and_vols_are_flat_beyond():
    flat = {0.25: StrikeQuote(strikes=(150.0,), vols=(0.1,)), 1.0: StrikeQuote(strikes=(150.0,), vols=(0.12,))}
    vols = surface(flat)
    assert float(vols.atm_vol(0.1)) == pytest.approx(0.1, rel=1e-15)
    assert float(vols.atm_vol(3.0)) == pytest.approx(0.12, rel=1e-15)
    # by hand at 0.5: (0.0025 * 2 + 0.0144) / 3 = 0.00646667, over 0.5
    assert float(vols.atm_vol(0.5)) == pytest.approx(math.sqrt(0.0194 / 3 / 0.5), rel=1e-14)
    assert vols.atm_vol(np.array([[0.1], [0.5]])).shape == (2, 1)
    assert vols.level == 0.1


def test_smiles_are_linear_in_time_between_expiries():
    vols = surface({0.25: QUOTE, 0.75: DeltaQuote(atm=0.11, risk_reversal_25d=0.0, butterfly_25d=0.0)})
    np.testing.assert_allclose(
        vols.smile_at(0.5), 0.5 * (vols.smile_at(0.25) + vols.smile_at(0.75)), rtol=0, atol=1e-16
    )
    np.testing.assert_allclose(vols.smile_at(0.75)[:5], [1.0, 0.0, 0.0, 0.0, 0.0], rtol=0, atol=1e-14)
    assert vols.smile_at(np.array([0.1, 0.5, 2.0])).shape == (3, 6)


@pytest.mark.parametrize(
    ("quotes", "message"),
    [
        ({0.25: DeltaQuote(atm=0.3, risk_reversal_25d=0.0, butterfly_25d=0.0),
          0.5: DeltaQuote(atm=0.2, risk_reversal_25d=0.0, butterfly_25d=0.0)}, "falls from 3M to 6M.*0.2121 at least"),
        ({0.25: DeltaQuote(atm=0.1, risk_reversal_25d=0.3, butterfly_25d=0.0)}, "at 3M: every vol must be above 0"),
        ({0.25: StrikeQuote(strikes=(130.0, 140.0, 144.0, 150.0), vols=(0.02, 0.3, 0.02, 0.3))}, "the smile .* falls"),
    ],
)  # fmt: skip
def test_quotes_without_a_surface_are_refused(quotes, message):
    with pytest.raises(InputError, match=message):
        surface(quotes)
