// Value every book on the paths of a thread, and subtract the base. Twins: numba/revalue.py, numpy.
//
// Payoffs that the build's book has none of are left out. Legs of futures and swaptions are valued on the spot: a
// thread has no room to keep them.
#pragma once
#include "payoffs/flows.cuh"
#include "payoffs/all_payoffs.cuh"

// P&L of the total and of each book in one scenario, in the reporting currency.
//
// pnl  (n_rows, n_paths), out   columns `column` + p * THREADS below `n_paths`, of the scenario's rows
__device__ __forceinline__ void revalue(i64 scenario, const Observed& observed, i64 n_paths, i64 column, double* pnl) {
    double* rows = pnl + scenario * (1 + book.run.n_books) * n_paths;
    Lanes fx[N_CURRENCIES], total = lanes_of(0.0), rate = lanes_of(1.0);
    fx[0] = lanes_of(1.0);
#pragma unroll
    for (int c = 1; c < N_CURRENCIES; ++c) {
        const Lanes x = deviation(observed, book.run.n_observations - 1, book.run.fx_factor[c]);
        EACH_LANE(p) {
            fx[c].of[p] = book.run.fx_start[scenario * N_CURRENCIES + c] * exp_f64(x.of[p]);
            rate.of[p] = c == book.run.reporting ? fx[c].of[p] : rate.of[p];
        }
    }
#pragma unroll 1
    for (i64 b = 0; b < book.run.n_books; ++b) {
        Lanes value = lanes_of(0.0);
#if IS_SPLIT
#pragma unroll 1  // with other payoffs the code would be large
#else
#pragma unroll
#endif
        for (int c = 0; c < N_CURRENCIES; ++c) {
            const i64 place = b * N_CURRENCIES + c;
            Lanes sum = lanes_of(book.run.cash[scenario * book.run.n_books * N_CURRENCIES + place]);
            sum = add_leg(scenario, book.flows.own[place], observed, sum);
            sum = add_payoffs(scenario, place, observed, sum);
            EACH_LANE(p) value.of[p] = fma(fx[c].of[p], sum.of[p], value.of[p]);
        }
        EACH_LANE(p) {
            const double profit = value.of[p] / rate.of[p] - book.run.base_value[b];
            total.of[p] += profit;
            if (column + p * THREADS < n_paths) rows[(1 + b) * n_paths + column + p * THREADS] = profit;
        }
    }
    EACH_LANE(p)
    if (column + p * THREADS < n_paths) rows[column + p * THREADS] = total.of[p];
}
