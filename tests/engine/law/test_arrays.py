"""Laws into the kernels' arrays."""

import numpy as np

from engine.law.arrays import model_arrays
from engine.law.law import law_of
from engine.mechanisms.jumps import Jump
from engine.mechanisms.regimes import Hazard, Regime
from engine.mechanisms.scheduled_sales import Sale
from engine.mechanisms.unwind import Unwind

CALM = Regime(name="CALM", source="by hand", initial=0.9)
FLIGHT = Regime(name="FLIGHT", source="by hand", initial=0.1, vol_multipliers=(("*", 2.0),))
HAZARDS = (Hazard(start="CALM", end="FLIGHT", per_year=1.0, source="by hand"),)
JUMPS = tuple(
    Jump(name=name, source="by hand", day=day, mean=(("USDJPY", -0.01),)) for name, day in (("a", 2), ("b", 9))
)


def test_equal_laws_are_walked_once_and_an_unwind_of_nothing_is_none(hand_market):
    market = hand_market()
    laws = [
        law_of(market, 10, 10, unwind) for unwind in (None, Unwind(nu=5.0), Unwind(), Unwind(nu=5.0), Unwind(nu=6.0))
    ]
    dynamics, model = model_arrays(laws)
    assert dynamics.tolist() == [0, 1, 0, 1, 2]
    assert model.laws["is_unwind"].tolist() == [0, 1, 1]
    assert model.quantiles.shape[0] == 3
    assert (model.quantiles[0] == 1.0).all()


def test_plain_laws_alone_have_no_row_of_the_unwind(hand_market):
    _, model = model_arrays([law_of(hand_market(), 10, 1)])
    assert model.quantiles.shape == (1, 1)
    assert model.scheduled.shape == (1, 0)


def test_regimes_are_padded_with_the_first_and_jumps_follow_one_another(hand_market):
    market = hand_market()
    two = Unwind(regimes=(CALM, FLIGHT), hazards=HAZARDS, jumps=JUMPS[:1])
    one = Unwind(jumps=JUMPS, scheduled_sales=(Sale(day=3, usd_bn=119.0),))
    laws = [law_of(market, 10, 10, unwind) for unwind in (None, one, two)]
    _, model = model_arrays(laws)
    assert model.chol.shape[:2] == (3, 2)
    assert (model.chol[1, 1] == model.chol[1, 0]).all()
    assert (model.chol[2, 1] == 2.0 * model.chol[2, 0]).all()
    assert model.laws["first_jump"].tolist() == [0, 0, 2]
    assert model.laws["last_jump"].tolist() == [0, 2, 3]
    assert model.jump_step.tolist() == [1, 8, 1]
    assert model.jump_tails[:, :, 0].tolist() == [[1.0, 1.0]] * 3
    assert model.initial.tolist() == [[1.0, 1.0], [1.0, 1.0], [0.9, 1.0]]
    assert model.scheduled[1].tolist() == [0.0, 0.0, 119.0, *[0.0] * 7]
    assert model.transitions[1].tolist() == np.zeros((2, 2, 2)).tolist()
    assert model.transitions[2, 0, 1, 0] == -np.expm1(-1.0 / 252)
