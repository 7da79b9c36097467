"""The list of mechanisms."""

from dataclasses import fields

import pytest

from engine.mechanisms.bridge import Bridge
from engine.mechanisms.carry import Carry
from engine.mechanisms.parameters.parameter import parameters
from engine.mechanisms.registry import MECHANISMS, is_daily, mechanisms_on
from engine.mechanisms.scheduled_sales import Sale
from engine.mechanisms.unwind import Unwind

TABLES = [each.part for each in MECHANISMS.values() if each.part is not None]


def test_every_field_of_an_unwind_is_a_mechanism_and_other_mechanisms_need_none():
    assert set(MECHANISMS) >= set(parameters(Unwind))
    assert [each.name for each in fields(Unwind)] == [*parameters(Unwind), "added"]


@pytest.mark.parametrize("part", TABLES, ids=lambda part: part.__name__)
def test_every_number_has_a_range_and_every_parameter_a_meaning(part):
    for name, declared in parameters(part).items():
        assert declared.doc, name
        hint = part.__annotations__[name]
        if hint in (float, int):
            assert declared.range_text(), name


def test_what_is_on_is_found_in_the_order_of_the_list():
    unwind = Unwind(scheduled_sales=(Sale(day=1, usd_bn=1.0),), carry=Carry(source="x"), nu=5.0)
    assert [each.key for each, _ in mechanisms_on(unwind)] == ["nu", "carry", "scheduled_sales"]
    assert not list(mechanisms_on(Unwind()))


def test_sales_are_seen_day_by_day_and_drifts_a_bridge_and_tails_are_not():
    assert is_daily(Unwind(carry=Carry(source="x")))
    assert not is_daily(Unwind(drifts=(("*", 0.1),), bridge=Bridge(factor="USDJPY", level=125.0), nu=5.0))


def test_a_digest_of_the_text_does_not_move_while_nothing_is_added():
    assert "added" not in repr(Unwind())
    assert "added=(('toy', 1),)" in repr(Unwind(added=(("toy", 1),)))
    assert Unwind(added=(("toy", 1),)).part("toy") == 1
    assert Unwind().part("toy") is None
