// Value every book on the paths of a thread, and subtract the base. Twin: numba/revalue.py.
//
// What the build's book has none of is left out. Legs of futures and swaptions are valued on the spot: a thread has
// no room to keep them.
#pragma once
#include "legs.cuh"
#if HAS_FUTURES
#include "futures.cuh"
#endif
#if HAS_SWAPTIONS
#include "swaptions.cuh"
#endif
#if HAS_OPTIONS
#include "options.cuh"
#endif

// `total` and a unit, a value that moves with one factor's exponential.
__device__ __forceinline__ Lanes add_unit(i64 scenario, i64 number, const Observed& observed, Lanes total) {
    const Unit& unit = book.units[number];
    const double value = book.unit_value[scenario * book.n_units + number];
    const Lanes x = deviation(observed, unit.when, unit.factor);
    EACH_LANE(p) total.of[p] = fma(value, exp_f64(x.of[p]), total.of[p]);
    return total;
}

// `total` and units, futures, swaptions and, in JPY, options of book b in currency c.
__device__ __forceinline__ Lanes add_derivatives(i64 scenario, i64 b, i64 c, const Observed& observed, Lanes total) {
#if HAS_UNITS || HAS_FUTURES || HAS_SWAPTIONS
    const Owned& owned = book.owned[b * N_CURRENCIES + c];
#endif
#if HAS_UNITS
#pragma unroll 1
    for (i64 k = owned.first_unit; k < owned.last_unit; ++k) total = add_unit(scenario, k, observed, total);
#endif
#if HAS_FUTURES
#pragma unroll 1
    for (i64 j = owned.first_future; j < owned.last_future; ++j) total = add_future(scenario, j, observed, total);
#endif
#if HAS_SWAPTIONS
#pragma unroll 1
    for (i64 j = owned.first_swap; j < owned.last_swap; ++j) total = add_swaptions(scenario, j, observed, total);
#endif
#if HAS_OPTIONS
    const i64 last = c == 0 ? book.group_range[2 * b + 1] : 0;
#pragma unroll 1
    for (i64 g = book.group_range[2 * b]; g < last; ++g) total = add_group(scenario, g, observed, total);
#endif
    return total;
}

// P&L of the total and of each book in one scenario, in the reporting currency.
//
// pnl  (n_rows, n_paths), out   columns `column` + p * THREADS below `n_paths`, of the scenario's rows
__device__ __forceinline__ void revalue(i64 scenario, const Observed& observed, i64 n_paths, i64 column, double* pnl) {
    double* rows = pnl + scenario * (1 + book.n_books) * n_paths;
    Lanes fx[N_CURRENCIES], total = lanes_of(0.0), rate = lanes_of(1.0);
    fx[0] = lanes_of(1.0);
#pragma unroll
    for (int c = 1; c < N_CURRENCIES; ++c) {
        const Lanes x = deviation(observed, book.n_observations - 1, book.fx_factor[c]);
        EACH_LANE(p) {
            fx[c].of[p] = book.fx_start[scenario * N_CURRENCIES + c] * exp_f64(x.of[p]);
            rate.of[p] = c == book.reporting ? fx[c].of[p] : rate.of[p];
        }
    }
#pragma unroll 1
    for (i64 b = 0; b < book.n_books; ++b) {
        Lanes value = lanes_of(0.0);
#if IS_SPLIT
#pragma unroll 1  // with derivatives the code would be large
#else
#pragma unroll
#endif
        for (int c = 0; c < N_CURRENCIES; ++c) {
            const i64 place = b * N_CURRENCIES + c;
            Lanes sum = lanes_of(book.cash[scenario * book.n_books * N_CURRENCIES + place]);
            sum = add_leg(scenario, place, observed, sum);
            sum = add_derivatives(scenario, b, c, observed, sum);
            EACH_LANE(p) value.of[p] = fma(fx[c].of[p], sum.of[p], value.of[p]);
        }
        EACH_LANE(p) {
            const double profit = value.of[p] / rate.of[p] - book.base_value[b];
            total.of[p] += profit;
            if (column + p * THREADS < n_paths) rows[(1 + b) * n_paths + column + p * THREADS] = profit;
        }
    }
    EACH_LANE(p)
    if (column + p * THREADS < n_paths) rows[column + p * THREADS] = total.of[p];
}
