import pytest

from bench.crossings import crossing, line


def test_a_line_goes_through_the_fewest_and_the_most_paths():
    # 1 s for 10 paths and 10 s for 100: 0.1 s a path and nothing besides
    assert line({10: [1.0], 50: [99.0], 100: [10.0, 9.0, 11.0]}) == pytest.approx((0.0, 0.1))


def test_a_line_through_one_size_goes_through_nothing():
    assert line({10: [2.0, 1.0, 3.0]}) == pytest.approx((0.0, 0.2))


@pytest.mark.parametrize(
    ("fast", "slow", "late", "expected"),
    [
        ((2.0, 0.1), (1.0, 0.3), 0.0, 5.0),  # 2 + 0.1 n = 1 + 0.3 n
        ((2.0, 0.1), (1.0, 0.3), 1.0, 10.0),  # a second later
        ((0.5, 0.1), (1.0, 0.3), 0.0, 0.0),  # ahead from the first path
        ((2.0, 0.3), (1.0, 0.3), 0.0, None),  # behind for ever
    ],
)
def test_one_overtakes_the_other_where_their_lines_cross(fast, slow, late, expected):
    found = crossing(fast, slow, late)
    assert found == (None if expected is None else pytest.approx(expected))
