"""Laws by name."""

import pytest

from engine.backtest.laws.registry import LAWS, laws_called, registered
from engine.errors import InputError


def test_all_is_every_law_once():
    assert [law.name for law in laws_called(["all"])] == list(LAWS)
    assert [law.name for law in laws_called(["t", "ewma", "t"])] == ["t", "ewma"]


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(InputError, match=r"no law is called 'historical-50'; did you mean 'historical-500'\?; known"):
        laws_called(["historical-50"])


def test_a_law_of_another_package_may_be_among_them():
    own = LAWS["t"]
    with pytest.raises(ValueError, match="already"), registered(own):
        pass
    for law in LAWS.values():
        assert law.meaning
        assert law.least_changes > 0
