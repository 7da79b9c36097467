// What a law has beside its steps. Twins: base.LAW, whose fields Law has in its order, and base.ModelArrays.
#pragma once
#include "real.cuh"

struct Law {
    i64 is_unwind, n_regimes, mixes, first_jump, last_jump, intervenes, feeds_back, fx, ust;
    i64 pickup_1, pickup_2, pickup_3, pickup_4;
    double lag_1, lag_2, lag_3, lag_4, lag_5;
    double rise_logit, fall_logit, logit_per_move, log_size, size_sd, fx_per_tn, ust_per_tn;
    double carry_stock, leverage, start_loss, carry_per_step, stop_loss, stop_slope, stop_most;
    double ust_stock, years, hazard, hazard_per_pickup, hazard_per_loss, hazard_most, duration, unhedged, start_held;
    double weight_1, weight_2, weight_3, weight_4;
    double fx_per_bn, log_impact, impact_sd, long_run, fading;
};
__constant__ Law law;  // where a model has more, the kernel is launched once for each

// Arrays as addresses, those with a row a law at the law's; then the length of the first.
struct LawTables {
    const double* quantiles;
    const double* initial;
    const double* transitions;
    const i64* jump_step;
    const double* jump_tails;
    const double* jump_mean;
    const double* jump_loadings;
    const double* impact;
    const double* scheduled;
    i64 n_quantiles;
};
__constant__ LawTables law_tables;

// What a path carries beside its deviations, a number of binary64 each: those of numba/rows.py that outlive a step.
enum Row {
    REGIME,
    CLOSES,  // ln USD/JPY of the last five closes, from its start, the oldest first
    WORST = CLOSES + 5,
    CARRY_SOLD,
    PRIVATE_SOLD,
    OFFICIAL_SOLD,
    SALES,
    FADING,
    MIX,
    SHORT_RUN,
    IMPACT,
    N_ROWS
};
static_assert(LAWS == 1 && PATHS == 1, "rows have no room in registers for more");
static_assert(N_ROWS == UNWIND_ROWS, "cuda_source.py counts as many rows as there are");
