import numpy as np

from bench import sample
from bench.peers.flow_values import numpy_values, quantlib_values
from kernels.numpy.revalue import revalue


def test_numpy_and_quantlib_value_12000_flows_as_the_oracle_does():
    market = sample.market_of_16()
    packed = sample.packed_book(market, direct=True)
    deviations = np.random.default_rng(1).normal(0.0, 0.01, (16, 3))
    values = revalue(packed.book, 0, deviations[None])[0] + packed.base_values[0]
    # sums of 12,000 positive terms in another order, some 1e-16 each: far below 1e-12
    np.testing.assert_allclose(numpy_values(packed.book, deviations)(), values, rtol=1e-12)
    np.testing.assert_allclose(quantlib_values(sample.book_of_12000(market), market, deviations)(), values, rtol=1e-12)
