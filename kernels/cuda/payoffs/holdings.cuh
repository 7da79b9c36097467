// Holdings: values that move with one factor's exponential. Twins in numba/ and numpy/.
#pragma once
#include "draws/normal.cuh"
#include "observed.cuh"

// `total` and a holding, in its currency.
__device__ __forceinline__ Lanes add_holding(i64 scenario, i64 number, const Observed& observed, Lanes total) {
    const Holding& holding = book.holdings.holdings[number];
    const double value = book.holdings.value[scenario * book.holdings.n_holdings + number];
    const Lanes x = deviation(observed, holding.when, holding.factor);
    EACH_LANE(p) total.of[p] = fma(value, exp_f64(x.of[p]), total.of[p]);
    return total;
}

// `total` and the holdings of an account.
__device__ __forceinline__ Lanes add_holdings(i64 scenario, i64 account, const Observed& observed, Lanes total) {
    const Owned& owned = book.holdings.owned[account];
#pragma unroll 1
    for (i64 k = owned.first; k < owned.last; ++k) total = add_holding(scenario, k, observed, total);
    return total;
}
