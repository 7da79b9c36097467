"""Jumps as a scenario has them."""

from engine.mechanisms.jumps import Jump, jump_sizes


def test_a_jumps_normals_add_up_in_squares():
    jump = Jump(name="j", source="x", mean=(("A", 0.1),), loadings=((("A", 3.0), ("B", 1.0)), (("A", 4.0),)))
    assert jump_sizes(jump) == (("A", 0.1, 5.0), ("B", 0.0, 1.0))  # 3-4-5
