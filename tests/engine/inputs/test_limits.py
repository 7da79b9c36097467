"""Which measures a limit may be on, and what its schema says of them."""

import pytest
from pydantic import ValidationError

from engine.inputs.limits import EXACT, Limit, checked_limits, describe_limits
from engine.risk.measures.registry import measures_by_label

VAR = {"measure": "VaR", "confidence": 0.99, "amount": 1e9}


@pytest.mark.parametrize("label", measures_by_label())
def test_every_registered_measure_may_have_a_limit_and_needs_a_confidence(label):
    assert Limit.model_validate({**VAR, "measure": label}).measure == label
    with pytest.raises(ValidationError, match=f"a limit on {label} needs `confidence`, such as 0.99"):
        Limit.model_validate({"measure": label, "amount": 1.0})


def test_an_unknown_measure_is_told_what_there_is_and_costs_no_other():
    good, (fault,) = checked_limits((VAR, {**VAR, "measure": "VAR"}), None, "limits.toml")
    assert [each.name for each in good] == ["limit 1"]
    assert "limits[2].measure: must be one of 'VaR', 'ES', 'stress' or 'DV01', got 'VAR'; did you mean 'VaR'?" in str(
        fault
    )


def test_a_measure_that_is_no_text_is_refused():
    _, (fault,) = checked_limits(({**VAR, "measure": 3},), None, "limits.toml")
    assert "must be text in quotes, got 3" in str(fault)


def test_the_schema_lists_measures_and_exact_figures():
    found = Limit.model_json_schema()["properties"]
    assert found["measure"]["enum"] == [*measures_by_label(), *EXACT]
    assert found["scenario"]["description"] == "VaR, ES: filtered unless given, and the batch says so. stress: needed."
    schema: dict[str, object] = {}
    describe_limits(schema)
    assert schema["anyOf"] == [{"type": "string"}, {"type": "array", "items": Limit.model_json_schema()}]


@pytest.mark.parametrize("amount", ["1_000", "1e9", True, float("nan"), float("inf"), -1.0, 0])
def test_an_amount_is_a_positive_number_and_no_text(amount):
    table = {"measure": "VaR", "confidence": 0.99, "amount": amount}
    good, (fault,) = checked_limits((table,), None, "limits.toml")
    assert good == ()
    assert "limits[1].amount: must be a" in str(fault)


@pytest.mark.parametrize("amount", [1000, 1e9])
def test_a_whole_amount_is_a_number_too(amount):
    (limit,), faults = checked_limits(({"measure": "VaR", "confidence": 0.99, "amount": amount},), None, "limits.toml")
    assert (limit.amount, faults) == (float(amount), ())
