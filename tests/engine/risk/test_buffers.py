import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.risk.buffers import Growing, Smallest

# few different values, so that ties at the threshold are common
streams = st.lists(arrays(np.float64, st.integers(0, 40), elements=st.integers(-9, 9).map(float)), max_size=12)


@given(blocks=streams, keep=st.integers(1, 30), slack=st.integers(1, 30))
def test_the_smallest_are_exact_however_the_stream_is_cut(blocks, keep, slack):
    smallest = Smallest(keep, slack)
    for block in blocks:
        smallest.add(block)
    everything = np.sort(np.concatenate([np.empty(0), *blocks]))
    assert np.array_equal(smallest.sorted(), everything[:keep])


@given(blocks=streams, keep=st.integers(1, 30), cut=st.integers(0, 12))
def test_the_smallest_of_two_parts_are_those_of_the_whole(blocks, keep, cut):
    left, right = Smallest(keep, 5), Smallest(keep, 9)
    for block in blocks[:cut]:
        left.add(block)
    for block in blocks[cut:]:
        right.add(block)
    left.merge(right)
    assert np.array_equal(left.sorted(), np.sort(np.concatenate([np.empty(0), *blocks]))[:keep])


def test_values_at_the_threshold_are_no_longer_wanted():
    smallest = Smallest(10, 10)
    smallest.add(np.zeros(1000))
    assert smallest.threshold == 0.0
    assert np.array_equal(smallest.sorted(), np.zeros(10))


def test_parts_that_keep_differently_do_not_merge():
    with pytest.raises(ValueError, match="the 3 smallest into the 2 smallest"):
        Smallest(2, 1).merge(Smallest(3, 1))


@given(blocks=streams)
def test_a_growing_buffer_keeps_everything(blocks):
    buffer, other = Growing(1), Growing(1)
    for i, block in enumerate(blocks):
        (buffer if i % 2 else other).add(block)
    buffer.merge(other)
    assert np.array_equal(np.sort(buffer.values()), np.sort(np.concatenate([np.empty(0), *blocks])))
