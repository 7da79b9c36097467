"""Sizes by factor or glob."""

from engine.mechanisms.parameters.sizes import multipliers, values


def test_sizes_by_glob_are_values_of_factors_and_later_ones_win():
    names = ("JGB_1Y", "JGB_40Y", "USDJPY")
    assert values((("JGB_*", 0.1), ("JGB_40Y", 0.2)), names).tolist() == [0.1, 0.2, 0.0]
    assert multipliers((("USD*", 2.0),), names).tolist() == [1.0, 1.0, 2.0]
