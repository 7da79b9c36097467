// Swaptions by Bachelier's formula on the values of their two legs. Twin: swaptions_numba.py.
#pragma once
#include "gauss.cuh"
#include "legs.cuh"

// Mean of max(gain + spread Z, 0), Z normal: max(gain, 0) + spread (n(a) - a N(-a)), a = |gain / spread|.
__device__ __forceinline__ double bachelier(double gain, double spread) {
    const double least = 1e-100;
    const double a = distance_from_0(gain / (spread > least ? spread : least));
    const double q = mills_q(a);
    const double beyond = density(a) * (fma(0.0 - a, mills_p(a), q) / q);
    return fma(spread, beyond, gain > 0.0 ? gain : 0.0);
}

// `total` and a swaption, in its currency. A call: written out where it is used, sm_100 spills.
__device__ __noinline__ Lanes add_swaption(i64 scenario, i64 number, const Observed observed, Lanes total) {
    const Swaption& swaption = book.swaptions[number];
    const Lanes floating = shared_leg(scenario, swaption.floating, observed);
    const Lanes annuity = shared_leg(scenario, swaption.annuity, observed);
    const double quantity = swaption.quantity, strike = swaption.strike, std = swaption.std;
    const double sign = swaption.payer > 0 ? 1.0 : -1.0;
    EACH_LANE(p) {
        const double gain = sign * fma(0.0 - strike, annuity.of[p], floating.of[p]);
        total.of[p] = fma(quantity, bachelier(gain, std * annuity.of[p]), total.of[p]);
    }
    return total;
}
