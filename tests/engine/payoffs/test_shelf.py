"""Values found by their class."""

import pytest

from engine.payoffs.shelf import shelf


def test_a_value_is_found_by_its_class_and_replaced_by_another_of_it():
    first = shelf(1, "one")
    second = first.replaced(2)
    assert (first.of(int), second.of(int), second.of(str)) == (1, 2, "one")
    with pytest.raises(KeyError):
        first.of(float)
