// Carry trades by the date of their entry, stopped out as each cohort's worst loss grows, and sold on the dates after.
// Twin in numba/.
#pragma once
#include "steps/rows.cuh"
#include "steps/step.cuh"

// What a path carries of the carry trades: in local memory, since a cohort is found by its number.
struct Cohorts {
    double entry[N_COHORTS];    // ln of the value, from the start
    double stopped[N_COHORTS];  // share of the cohort
    double waiting;             // share of the stock to be sold
};

// Set the carry trades of a path to their start.
__device__ __forceinline__ void start_cohorts(Cohorts& cohorts) {
#pragma unroll 1
    for (int c = 0; c < N_COHORTS; ++c) {
        cohorts.entry[c] = law_tables.cohort_entry[c];
        cohorts.stopped[c] = law_tables.cohort_stopped[c];
    }
    cohorts.waiting = law.waiting;
}

// Sell what waits, up to a date's limit: the share of the stock.
__device__ __forceinline__ double sell_waiting(Cohorts& cohorts, double* rows) {
    const double sold = cohorts.waiting > law.stop_limit ? law.stop_limit : cohorts.waiting;
    cohorts.waiting = cohorts.waiting - sold;
    rows[CARRY_SOLD] = fma(law.carry_stock, sold, rows[CARRY_SOLD]);
    return sold;
}

// ln of what a cohort holds, from the start: USD/JPY and what is held beside it, with impact.
__device__ __forceinline__ double value_of_cohorts(const real* x, const double* rows) {
    double value = deviation_of(x, FACTOR_OF(FX, law.fx));
    EACH_FACTOR(f) {
        const double held = law_tables.cohort_holdings[f];
        if (held != 0.0) value = fma(held, (double)x[f], value);
    }
    return law.held_impact != 0.0 ? fma(law.held_impact, rows[IMPACT], value) : value;
}

// Stop cohorts by new worst losses at a close, and renew the oldest.
__device__ __forceinline__ void stop_cohorts(u32 step, const real* x, const double* rows, Cohorts& cohorts) {
    const double value = value_of_cohorts(x, rows);
    const double begin = law.stop_start, slope = law.stop_slope, most = law.stop_most;
    const int n = (int)law.n_cohorts;
    double demand = 0.0;
#pragma unroll 1
    for (int c = 0; c < n; ++c) {
        const double before = cohorts.stopped[c];
        double share = slope * ((cohorts.entry[c] - value) - begin);
        share = share > most ? most : share;
        share = share > before ? share : before;
        demand = demand + (share - before);
        cohorts.stopped[c] = share;
    }
    const int oldest = (int)(step % (u32)n);
    cohorts.waiting = cohorts.waiting + demand / (double)n;
    cohorts.entry[oldest] = value;
    cohorts.stopped[oldest] = 0.0;
}
