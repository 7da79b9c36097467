// Swaptions by Bachelier's formula on the values of their two legs, or by their swap's table.
// Twins in numba/ and numpy/.
#pragma once
#include "payoffs/chebyshev.cuh"
#include "payoffs/flows.cuh"
#include "payoffs/gauss.cuh"

// Mean of max(gain + spread Z, 0), Z normal: max(gain, 0) + spread (n(a) - a N(-a)), a = |gain / spread|.
__device__ __forceinline__ double bachelier(double gain, double spread) {
    const double least = 1e-100;
    const double a = distance_from_0(gain / (spread > least ? spread : least));
    const double q = mills_q(a);
    const double beyond = density(a) * (fma(0.0 - a, mills_p(a), q) / q);
    return fma(spread, beyond, gain > 0.0 ? gain : 0.0);
}

// Value of the swaptions on one swap, one by one, in their currency. `vol` is that of all of them, over that of the base
// market, with no deviation.
__device__ __forceinline__ Lanes price_swaptions(const Swap& swap, const Lanes& floating, const Lanes& annuity,
                                                 double vol, const Observed& observed) {
    Lanes value = lanes_of(0.0), scale;
    EACH_LANE(p) scale.of[p] = annuity.of[p] * vol;
    if (swap.vol_factor >= 0) {
        const Lanes moved = deviation(observed, swap.when, swap.vol_factor);
        EACH_LANE(p) scale.of[p] = scale.of[p] * bounded_exp(moved.of[p]);
    }
#pragma unroll 1
    for (i64 j = swap.first; j < swap.last; ++j) {
        const Swaption& swaption = book.swaptions.swaptions[j];
        const double quantity = swaption.quantity, strike = swaption.strike, spread = swaption.spread;
        const double sign = swaption.payer > 0 ? 1.0 : -1.0;
        EACH_LANE(p) {
            const double gain = sign * fma(0.0 - strike, annuity.of[p], floating.of[p]);
            value.of[p] = fma(quantity, bachelier(gain, spread * scale.of[p]), value.of[p]);
        }
    }
    return value;
}

// `total` and the swaptions on a swap, in their currency: by its table, or, on a path outside the table's range or
// without one, one by one. A call: written out where it is used, sm_100 spills.
__device__ __noinline__ Lanes add_swap(i64 scenario, i64 number, const Observed observed, Lanes total) {
    const Swap& swap = book.swaptions.swaps[number];
    const Lanes floating = shared_leg(scenario, swap.floating, observed);
    const Lanes annuity = shared_leg(scenario, swap.annuity, observed);
    Lanes value = lanes_of(0.0);
    bool inside[VALUED], all_inside = swap.table >= 0;
    if (swap.table >= 0) {
        const i64 place = scenario * book.swaptions.n_tables + swap.table;
        const RateTable& table = book.swaptions.tables[place];
        Lanes x;
        EACH_LANE(p) {
            x.of[p] = (floating.of[p] / annuity.of[p] - table.rate) * table.inverse;
            inside[p] = fabs(x.of[p]) <= 1.0;
            all_inside = all_inside && inside[p];
        }
        value = series_value(book.swaptions.terms + place * book.swaptions.n_terms, table.n_x, x);
        EACH_LANE(p) value.of[p] = value.of[p] * annuity.of[p];
    } else {
        EACH_LANE(p) inside[p] = false;
    }
    if (!all_inside) {
        const double vol = book.swaptions.vol[scenario * book.swaptions.n_swaps + number];
        const Lanes each = price_swaptions(swap, floating, annuity, vol, observed);
        EACH_LANE(p) value.of[p] = inside[p] ? value.of[p] : each.of[p];
    }
    EACH_LANE(p) total.of[p] += value.of[p];
    return total;
}

// `total` and the swaptions of an account.
__device__ __forceinline__ Lanes add_swaptions(i64 scenario, i64 account, const Observed& observed, Lanes total) {
    const Owned& owned = book.swaptions.owned[account];
#pragma unroll 1
    for (i64 j = owned.first; j < owned.last; ++j) total = add_swap(scenario, j, observed, total);
    return total;
}
