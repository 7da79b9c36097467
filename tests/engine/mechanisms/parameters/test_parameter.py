"""How a parameter is declared."""

import math
from dataclasses import dataclass

import pytest

from engine.errors import FileFaults
from engine.mechanisms.parameters.findings import Findings
from engine.mechanisms.parameters.parameter import Form, check_ranges, description, kernel_record, parameter, parameters
from engine.mechanisms.parameters.sizes import Sizes


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    closed: float = parameter(doc="Closed.", default=0.5, low=0.0, high=1.0, unit="fraction", kernel="leverage")
    above: float = parameter(
        doc="Above.", default=125.0, above=0.0, source="assumption: why", hint="yen for one dollar"
    )
    half_open: float | None = parameter(doc="Half open.", default=None, above=2.0, high=6.0, source="a paper, 2012")
    sizes: Sizes = parameter(doc="Sizes.", default=(), low=0.0, high=100.0, form=Form.BY_FACTOR)
    floored: float = parameter(doc="Floored.", default=0.0, low=-1.0)
    capped: float = parameter(doc="Capped.", default=0.0, high=1.0)
    text: str = parameter(doc="Text.", default="x", most=3)
    plain: float = 7.0  # not declared


def errors(**given):
    findings = Findings("made in Python")
    check_ranges(Part(**given), "part.", findings)
    try:
        return findings.notes()
    except FileFaults as refused:
        return [str(fault) for fault in refused.faults]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"closed": 1.5}, "part.closed: must lie in [0, 1] (fraction), got 1.5"),
        ({"closed": math.nan}, "part.closed: must lie in [0, 1] (fraction), got nan"),
        ({"above": 0.0}, "part.above: must be above 0, got 0.0; yen for one dollar"),
        ({"half_open": 2.0}, "part.half_open: must lie in (2, 6], got 2.0"),
        ({"floored": -2.0}, "part.floored: must be at least -1, got -2.0"),
        ({"capped": 2.0}, "part.capped: must be at most 1, got 2.0"),
        ({"sizes": (("UST_*", -1.0),)}, "part.sizes.'UST_*': must lie in [0, 100], got -1.0"),
    ],
)
def test_a_number_out_of_its_range_is_named_with_value_range_and_way_out(given, said):
    assert errors(**given) == [said]


def test_the_ends_of_a_closed_range_and_what_is_off_are_fine():
    assert errors(closed=0.0) == errors(closed=1.0) == errors(half_open=6.0) == ()


def test_a_description_says_the_default_and_where_it_is_from():
    assert description(Part, "closed") == "Closed."
    assert description(Part, "above") == "Above. Default 125 (assumption): why."


def test_fields_without_a_declaration_are_not_parameters():
    assert list(parameters(Part)) == ["closed", "above", "half_open", "sizes", "floored", "capped", "text"]


def test_what_goes_to_the_kernels_unchanged_is_copied_by_its_declared_field():
    assert kernel_record(Part(closed=0.25)) == {"leverage": 0.25}
