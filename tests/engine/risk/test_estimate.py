from engine.risk.estimate import Estimate


def test_figures_are_named_as_the_json_names_them():
    found = Estimate(value=3.0, se=0.5, low=2.0, high=4.0).named("value_at_risk")
    assert found == {
        "value_at_risk": 3.0, "value_at_risk_se": 0.5, "value_at_risk_low": 2.0, "value_at_risk_high": 4.0,
    }  # fmt: skip
