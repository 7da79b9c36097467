// Bond futures: the basket's least forward clean price over its conversion factor. Twins in numba/ and numpy/.
#pragma once
#include "payoffs/flows.cuh"
#include "payoffs/gauss.cuh"
#include "payoffs/points.cuh"

// `total` and the P&L of a future since its reference price, in its currency.
__device__ __forceinline__ Lanes add_future(i64 scenario, i64 number, const Observed& observed, Lanes total) {
    const Future& future = book.futures.futures[number];
    Lanes growth = log_point(observed, future.growth), price;
    const double start = point_start(scenario, future.growth);
    EACH_LANE(p) {
        growth.of[p] = start * bounded_exp(growth.of[p]);
        price.of[p] = 1e300;
    }
#pragma unroll 1
    for (i64 d = future.first; d < future.last; ++d) {
        const Deliverable& bond = book.futures.deliverables[d];
        const Lanes leg = shared_leg(scenario, bond.leg, observed);
        const double accrued = bond.accrued, inverse = 1.0 / bond.factor;
        EACH_LANE(p) {
            const double x = fma(leg.of[p], growth.of[p], 0.0 - accrued) * inverse;
            price.of[p] = x < price.of[p] ? x : price.of[p];
        }
    }
    const double quantity = future.quantity, reference = future.basis + future.reference;
    EACH_LANE(p) total.of[p] = fma(quantity, price.of[p] - reference, total.of[p]);
    return total;
}

// `total` and the futures of an account.
__device__ __forceinline__ Lanes add_futures(i64 scenario, i64 account, const Observed& observed, Lanes total) {
    const Owned& owned = book.futures.owned[account];
#pragma unroll 1
    for (i64 j = owned.first; j < owned.last; ++j) total = add_future(scenario, j, observed, total);
    return total;
}
