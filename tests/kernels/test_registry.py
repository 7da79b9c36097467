"""A list of kinds by name is added to for good or for a while, and no name twice."""

import pytest

from engine.law.registry import LAWS
from engine.mechanisms.registry import MECHANISMS
from engine.pack.payoffs import PACKERS
from engine.risk.measures.registry import MEASURES
from kernels.payoffs import PAYOFFS
from kernels.registry import Registry


@pytest.fixture
def colours():
    return Registry("colour", ("red", "green"), name=lambda each: each[0])


def test_entries_stand_by_their_names_in_their_order(colours):
    colours.register("blue")
    assert list(colours.items()) == [("r", "red"), ("g", "green"), ("b", "blue")]


def test_an_entry_for_a_while_is_gone_afterwards_even_after_an_error(colours):
    with colours.registered("blue"):
        assert colours["b"] == "blue"
    with pytest.raises(ZeroDivisionError), colours.registered("blue"):
        raise ZeroDivisionError
    assert list(colours) == ["r", "g"]


def test_a_name_that_is_taken_is_refused_and_keeps_its_entry(colours):
    with pytest.raises(ValueError, match="there is a colour 'r' already; there are r, g"), colours.registered("rose"):
        pass
    assert colours["r"] == "red"


@pytest.mark.parametrize("registry", [PAYOFFS, PACKERS, MECHANISMS, LAWS, MEASURES], ids=lambda each: each.what)
def test_every_list_of_the_program_refuses_what_it_has(registry):
    name, entry = next(iter(registry.items()))
    with pytest.raises(ValueError, match=f"there is a {registry.what} '{name}' already"):
        registry.register(entry)
