// Foreign currency that contracts deliver, as its spot rate counts it. Twins in numba/ and numpy/.
#pragma once
#include "payoffs/flows.cuh"
#include "payoffs/gauss.cuh"
#include "payoffs/points.cuh"

// `total` and what contracts deliver in one currency.
__device__ __forceinline__ Lanes add_exchange(i64 scenario, i64 number, const Observed& observed, Lanes total) {
    const Exchange& exchange = book.exchanges.exchanges[number];
    const double received = book.exchanges.cash[scenario * book.exchanges.n_exchanges + number];
    const Lanes factor = log_point(observed, exchange.point);
    const double start = point_start(scenario, exchange.point);
    const Lanes leg = shared_leg(scenario, exchange.leg, observed);
    EACH_LANE(p) total.of[p] = fma(leg.of[p] + received, start * bounded_exp(factor.of[p]), total.of[p]);
    return total;
}

// `total` and what contracts deliver in the account's currency.
__device__ __forceinline__ Lanes add_exchanges(i64 scenario, i64 account, const Observed& observed, Lanes total) {
    const Owned& owned = book.exchanges.owned[account];
#pragma unroll 1
    for (i64 k = owned.first; k < owned.last; ++k) total = add_exchange(scenario, k, observed, total);
    return total;
}
