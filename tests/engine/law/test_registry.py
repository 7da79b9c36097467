"""What feeds the kernels' record of a law: every field from one place."""

from collections import Counter

import pytest

from engine.inputs.market.load import bundled_market_path, load_market
from engine.law.part import LawSetting
from engine.law.registry import LAWS, law_part
from engine.law.unwind import STRUCTURAL, unwind_law
from engine.mechanisms.cap import Cap
from engine.mechanisms.carry import Carry
from engine.mechanisms.impact import Impact
from engine.mechanisms.intervention import Intervention
from engine.mechanisms.jumps import Jump
from engine.mechanisms.parameters.parameter import parameters
from engine.mechanisms.regimes import Regime
from engine.mechanisms.registry import MECHANISMS
from engine.mechanisms.repatriation import Repatriation
from engine.mechanisms.unwind import Unwind
from kernels.law_layout import LAW

EVERYTHING = Unwind(
    regimes=(Regime(name="CALM", source="x", initial=1.0),),
    nu=5.0,
    jumps=(Jump(name="j", source="x", day=1),),
    intervention=Intervention(source="x"),
    cap=Cap(source="x", factor="JGB_10Y", room_bp=10.0, probability=0.1),
    carry=Carry(source="x"),
    repatriation=Repatriation(source="x"),
    impact=Impact(source="x"),
)


def fed(key):
    """Fields of the record that a mechanism is said to feed."""
    declared = parameters(MECHANISMS[key].part).values() if MECHANISMS[key].part else ()
    return [*LAWS[key].fields, *(each.kernel for each in declared if each.kernel is not None)]


@pytest.fixture(scope="module")
def setting():
    market = load_market(bundled_market_path())
    return LawSetting(market=market, base=market, dt=1 / 252, n_steps=10)


def test_every_mechanism_says_how_it_enters_a_law():
    assert set(LAWS) == set(MECHANISMS)


def test_every_field_of_the_record_is_fed_by_one_mechanism_or_is_structural():
    counts = Counter([*STRUCTURAL, *(field for key in MECHANISMS for field in fed(key))])
    assert set(counts) == set(LAW.names)
    assert [field for field, n in counts.items() if n > 1] == []


@pytest.mark.parametrize("key", [key for key, part in LAWS.items() if part.record is not None])
def test_a_mechanism_that_is_on_feeds_what_it_says_and_nothing_else(key, setting):
    assert set(LAWS[key].record(EVERYTHING, setting)) == set(fed(key))


def test_the_whole_record_has_every_field(setting):
    assert set(unwind_law(EVERYTHING, setting).record) == set(LAW.names)


def test_a_mechanism_registered_without_a_law_is_named():
    with pytest.raises(LookupError, match="mechanism 'toy' has no part in a law: register one in"):
        law_part("toy")
