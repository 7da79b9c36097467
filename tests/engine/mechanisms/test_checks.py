"""Checks of unwinds made in Python: nothing read them from a file, and nothing else stands before the kernels."""

import pytest

from engine.errors import FileFaults
from engine.inputs.market.load import bundled_market_path, load_market
from engine.mechanisms.bridge import Bridge
from engine.mechanisms.carry import Carry
from engine.mechanisms.checks import check_unwind, check_unwind_on_market
from engine.mechanisms.impact import Impact
from engine.mechanisms.jumps import Jump
from engine.mechanisms.parameters.findings import Findings
from engine.mechanisms.scheduled_sales import Sale
from engine.mechanisms.unwind import Unwind


def errors(unwind):
    findings = Findings("made in Python")
    check_unwind(unwind, findings)
    with pytest.raises(FileFaults) as refused:
        findings.notes()
    return [str(fault) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("unwind", "said"),
    [
        (Unwind(nu=2.0), "nu: must lie in (2, 1e+06], got 2.0; at 2 degrees of freedom or below, a t has no variance"),
        (
            Unwind(law="filtered", carry=Carry(source="x", stop_most=1.5)),
            "carry.stop_most: must lie in [0, 1] (fraction), got 1.5",
        ),
        (
            Unwind(law="filtered", carry=Carry(source="x", stop_loss=15.0)),
            "carry.stop_loss: must lie in [0, 10] (fraction), got 15.0; a loss as a fraction of equity: 0.15 is 15 %",
        ),
        (Unwind(bridge=Bridge(factor="USDJPY", level=0.0)), "bridge.level: must be above 0, got 0.0"),
        (
            Unwind(scheduled_sales=(Sale(day=0, usd_bn=1.0),)),
            "scheduled_sales[1].day: must lie in [1, 10000] (business days), got 0",
        ),
        (
            Unwind(jumps=(Jump(name="j", source="x", rates=(("*", 101.0),)),)),
            "jumps[1].rates.'*': must lie in [0, 100] (per year), got 101.0",
        ),
        (
            Unwind(impact=Impact(source="x", shape=(("UST_5Y", -1.0),))),
            "impact.shape.UST_5Y: must lie in [0, 100] (multiple), got -1.0",
        ),
    ],
)
def test_a_parameter_out_of_its_range_is_named_with_its_place(unwind, said):
    assert errors(unwind) == [said]


def test_sales_without_an_impact_are_noted_for_each_seller():
    findings = Findings("made in Python")
    unwind = Unwind(carry=Carry(source="x"), scheduled_sales=(Sale(day=1, usd_bn=1.0),))
    check_unwind_on_market(unwind, load_market(bundled_market_path()), findings)
    assert [note.split(": ")[1] for note in findings.notes()] == ["carry", "scheduled_sales"]
