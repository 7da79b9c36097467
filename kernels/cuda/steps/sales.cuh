// Sales that losses force and prices that sales move, solved together. Twin in numba/.
#pragma once
#include "steps/rows.cuh"
#include "steps/step.cuh"

// The sale F of F = wanted + (1 - left) F within [0, most]; where each sale calls for a greater one, the most.
__device__ __forceinline__ double settled(double wanted, double left, double most) {
    double sale = wanted > 0.0 ? most : 0.0;
    if (left > 0.0) sale = wanted / left;
    sale = sale < 0.0 ? 0.0 : sale;
    return sale > most ? most : sale;
}

// Official sales of the step, then private ones: a hazard that their own impact on yields damps and feeds.
// rise, pickup: of the 10-year Treasury yield, the pick-up, without impact; spot: ln USD/JPY, in and out.
__device__ __forceinline__ void sell_treasuries(double flow, double rise, double pickup, double& spot, double* rows) {
    const double* impact = law_tables.impact;
    const double on_ust = impact[FACTOR_OF(UST, law.ust)];
    double on_pickup =
        law.weight_1 * impact[FACTOR_OF(PICKUP_1, law.pickup_1)] + law.weight_2 * impact[FACTOR_OF(PICKUP_2, law.pickup_2)];
    on_pickup = on_pickup + law.weight_3 * impact[FACTOR_OF(PICKUP_3, law.pickup_3)] +
                law.weight_4 * impact[FACTOR_OF(PICKUP_4, law.pickup_4)];
    const double rest = 1.0 - law.long_run, short_run = rows[SHORT_RUN];
    double sales = rows[SALES] + flow, fading = fma(rows[FADING], law.fading, flow);
    const double level = short_run * fma(law.long_run, sales, rest * fading);
    const double held = (law.ust_stock - rows[PRIVATE_SOLD]) * law.years;
    const double loss = fma(law.duration, fma(on_ust, level, rise), law.start_held - law.unhedged * spot);
    const double wanted = fma(law.hazard_per_pickup, fma(on_pickup, level, pickup), law.hazard);
    const double by_pickup = law.hazard_per_pickup * on_pickup * short_run, by_loss = law.duration * on_ust * short_run;
    const double most = held * law.hazard_most;
    double sale = settled(held * wanted, 1.0 - held * by_pickup, most);
    if (fma(by_loss, sale, loss) > 0.0) {
        const double left = 1.0 - held * fma(law.hazard_per_loss, by_loss, by_pickup);
        const double urged = settled(held * fma(law.hazard_per_loss, loss, wanted), left, most);
        sale = left <= 0.0 && sale > 0.0 ? most : urged;
    }
    rows[OFFICIAL_SOLD] = rows[OFFICIAL_SOLD] + flow;
    rows[PRIVATE_SOLD] = rows[PRIVATE_SOLD] + sale;
    sales = sales + sale, fading = fading + sale;
    rows[SALES] = sales, rows[FADING] = fading;
    rows[IMPACT] = short_run * fma(law.long_run, sales, rest * fading);
    spot = spot - law.fx_per_bn * law.unhedged * sale;
}

// The yield pick-up without impact.
__device__ __forceinline__ double pickup_of(const real* x) {
    double pickup = fma(law.weight_1, (double)deviation_of(x, FACTOR_OF(PICKUP_1, law.pickup_1)), 0.0);
    pickup = fma(law.weight_2, (double)deviation_of(x, FACTOR_OF(PICKUP_2, law.pickup_2)), pickup);
    pickup = fma(law.weight_3, (double)deviation_of(x, FACTOR_OF(PICKUP_3, law.pickup_3)), pickup);
    return fma(law.weight_4, (double)deviation_of(x, FACTOR_OF(PICKUP_4, law.pickup_4)), pickup);
}

// Everything that is sold in a step, and what it does to prices.
__device__ __forceinline__ void sell(double official, real* x, double* rows) {
    double spot = deviation_of(x, FACTOR_OF(FX, law.fx));
    const double rise = deviation_of(x, FACTOR_OF(UST, law.ust));
    sell_treasuries(official, rise, pickup_of(x), spot, rows);
    set_deviation(x, FACTOR_OF(FX, law.fx), (real)spot);
}
