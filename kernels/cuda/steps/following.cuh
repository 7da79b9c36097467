// Sales that act on the date after: ordered by what prices did up to a close, made in the step that follows it. Twin in
// numba/.
#pragma once
#include "steps/rows.cuh"
#include "steps/step.cuh"

// The yield pick-up without impact.
__device__ __forceinline__ double pickup_of(const real* x) {
    double pickup = fma(law.weight_1, (double)deviation_of(x, FACTOR_OF(PICKUP_1, law.pickup_1)), 0.0);
    pickup = fma(law.weight_2, (double)deviation_of(x, FACTOR_OF(PICKUP_2, law.pickup_2)), pickup);
    pickup = fma(law.weight_3, (double)deviation_of(x, FACTOR_OF(PICKUP_3, law.pickup_3)), pickup);
    return fma(law.weight_4, (double)deviation_of(x, FACTOR_OF(PICKUP_4, law.pickup_4)), pickup);
}

// What the close before a step orders private holders to sell in it, USD bn. Nothing that is sold in the step counts for
// what is sold in it: there is no fixed point.
__device__ __forceinline__ double order_sales(const real* x, const double* rows) {
    const double* impact = law_tables.impact;
    const double spot = deviation_of(x, FACTOR_OF(FX, law.fx)), rise = deviation_of(x, FACTOR_OF(UST, law.ust));
    const double on_ust = impact[FACTOR_OF(UST, law.ust)], level = rows[IMPACT];
    double on_pickup =
        law.weight_1 * impact[FACTOR_OF(PICKUP_1, law.pickup_1)] + law.weight_2 * impact[FACTOR_OF(PICKUP_2, law.pickup_2)];
    on_pickup = on_pickup + law.weight_3 * impact[FACTOR_OF(PICKUP_3, law.pickup_3)] +
                law.weight_4 * impact[FACTOR_OF(PICKUP_4, law.pickup_4)];
    const double pickup = pickup_of(x);
    double loss = fma(law.duration, fma(on_ust, level, rise), law.start_held - law.unhedged * spot);
    loss = loss > 0.0 ? loss : 0.0;
    double wanted = fma(law.hazard_per_loss, loss, fma(law.hazard_per_pickup, fma(on_pickup, level, pickup), law.hazard));
    wanted = wanted > 0.0 ? wanted : 0.0;
    wanted = wanted > law.hazard_most ? law.hazard_most : wanted;
    return (law.ust_stock - rows[PRIVATE_SOLD]) * law.years * wanted;
}

// Make the sales of a step, official and private ones.
__device__ __forceinline__ void make_sales(double official, double privately, real* x, double* rows) {
    const double official_sold = rows[OFFICIAL_SOLD] + official, private_sold = rows[PRIVATE_SOLD] + privately;
    const double fading = fma(rows[FADING], law.fading, official + privately);
    rows[OFFICIAL_SOLD] = official_sold, rows[PRIVATE_SOLD] = private_sold;
    rows[FADING] = fading;
    const double level = rows[SHORT_RUN] * fma(law.long_run, official_sold + private_sold, (1.0 - law.long_run) * fading);
    const double of_cap = level * law.per_cap;
    rows[IMPACT] = level / sqrt(fma(of_cap, of_cap, 1.0));
    const double spot = deviation_of(x, FACTOR_OF(FX, law.fx));
    set_deviation(x, FACTOR_OF(FX, law.fx), (real)fma(0.0 - rows[FX_RUN], law.unhedged * privately, spot));
}
