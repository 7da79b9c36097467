// Value every book on the paths of a thread, and subtract the base. Twin: revalue_numba.py.
#pragma once
#include "normal.cuh"

// kernels.base.BookArrays, in this order, arrays as addresses. All fields have 64 bits.
struct Book {
    const i64* dynamics;
    const i64* fx_factor;
    const double* fx_start;
    i64 reporting;
    const double* base_value;
    const double* cash;
    const i64* segment_range;
    const i64* segment_factors;
    const double* centre;
    const double* inverse_width;
    i64 degree;
    const double* coefficients;
    const i64* flow_range;
    const double* flow_value;
    const double* flow_exponents;
    i64 n_scenarios, n_books, n_segments, n_flows;
};
__constant__ Book book;

// A double for each path of the thread.
struct Lanes {
    double of[PATHS];
};

#if DEGREE > 0
#define N_TERMS ((DEGREE + 1) * (DEGREE + 2) / 2)

// One segment's polynomial with terms c; u and v in [-1, 1].
__device__ __forceinline__ Lanes polynomial(const double* c, const Lanes& u, const Lanes& v) {
    Lanes value;
#pragma unroll
    for (int p = 0; p < PATHS; ++p) value.of[p] = 0.0;
    int k = N_TERMS;
#pragma unroll
    for (int order = 0; order <= DEGREE; ++order) {  // of v, beside u to the power DEGREE - order
        Lanes row;
        --k;
#pragma unroll
        for (int p = 0; p < PATHS; ++p) row.of[p] = c[k];
#pragma unroll
        for (int j = 0; j < order; ++j) {
            --k;
#pragma unroll
            for (int p = 0; p < PATHS; ++p) row.of[p] = fma(row.of[p], v.of[p], c[k]);
        }
#pragma unroll
        for (int p = 0; p < PATHS; ++p) value.of[p] = fma(value.of[p], u.of[p], row.of[p]);
    }
    return value;
}
#endif

// Sum of the flows of one segment, one by one.
__device__ __forceinline__ Lanes flow_sum(i64 scenario, i64 g, const Lanes& below, const Lanes& above) {
    const double* value = book.flow_value + scenario * book.n_flows;
    Lanes total;
#pragma unroll
    for (int p = 0; p < PATHS; ++p) total.of[p] = 0.0;
#pragma unroll 1
    for (i64 j = book.flow_range[2 * g]; j < book.flow_range[2 * g + 1]; ++j) {
        const double e0 = book.flow_exponents[2 * j], e1 = book.flow_exponents[2 * j + 1];
#pragma unroll
        for (int p = 0; p < PATHS; ++p)
            total.of[p] = fma(value[j], exp_f64(fma(e1, above.of[p], e0 * below.of[p])), total.of[p]);
    }
    return total;
}

// Value of segment g: its polynomial, or its flows one by one on a path that lies outside the polynomial's range.
__device__ __forceinline__ Lanes segment_value(i64 scenario, i64 g, const Lanes* deviations) {
    const i64 f = book.segment_factors[2 * g], h = book.segment_factors[2 * g + 1];
#if DEGREE > 0
    const double* middle = book.centre + scenario * N_FACTORS;
    const double* inverse = book.inverse_width + scenario * N_FACTORS;
    Lanes u, v;
    bool inside[PATHS], all_inside = true;
#pragma unroll
    for (int p = 0; p < PATHS; ++p) {
        u.of[p] = (deviations[f].of[p] - middle[f]) * inverse[f];
        v.of[p] = (deviations[h].of[p] - middle[h]) * inverse[h];
        inside[p] = fabs(u.of[p]) <= 1.0 && fabs(v.of[p]) <= 1.0;
        all_inside = all_inside && inside[p];
    }
    Lanes value = polynomial(book.coefficients + (scenario * book.n_segments + g) * N_TERMS, u, v);
    if (!all_inside) {
        const Lanes flows = flow_sum(scenario, g, deviations[f], deviations[h]);
#pragma unroll
        for (int p = 0; p < PATHS; ++p) value.of[p] = inside[p] ? value.of[p] : flows.of[p];
    }
    return value;
#else
    return flow_sum(scenario, g, deviations[f], deviations[h]);
#endif
}

// P&L of the total and of each book in one scenario, in the reporting currency.
//
// deviations  (N_FACTORS)                     at the horizon, from the scenario's start
// pnl         (n_rows, n_paths), out          columns `column` + p * `apart` below `n_paths`, of the scenario's rows
__device__ __forceinline__ void revalue(i64 scenario, const Lanes* deviations, i64 n_paths, i64 column, i64 apart,
                                        double* pnl) {
    double* rows = pnl + scenario * (1 + book.n_books) * n_paths;
    Lanes fx[N_CURRENCIES], total, rate;
#pragma unroll
    for (int p = 0; p < PATHS; ++p) {
        fx[0].of[p] = 1.0;
        total.of[p] = 0.0;
        rate.of[p] = 1.0;
    }
#pragma unroll
    for (int c = 1; c < N_CURRENCIES; ++c)
#pragma unroll
        for (int p = 0; p < PATHS; ++p) {
            const double start = book.fx_start[scenario * N_CURRENCIES + c];
            fx[c].of[p] = start * exp_f64(deviations[book.fx_factor[c]].of[p]);
            rate.of[p] = c == book.reporting ? fx[c].of[p] : rate.of[p];
        }
#pragma unroll 1
    for (i64 b = 0; b < book.n_books; ++b) {
        Lanes value;
#pragma unroll
        for (int p = 0; p < PATHS; ++p) value.of[p] = 0.0;
#pragma unroll
        for (int c = 0; c < N_CURRENCIES; ++c) {
            const i64 place = b * N_CURRENCIES + c;
            Lanes sum;
#pragma unroll
            for (int p = 0; p < PATHS; ++p) sum.of[p] = book.cash[scenario * book.n_books * N_CURRENCIES + place];
#pragma unroll 1
            for (i64 g = book.segment_range[2 * place]; g < book.segment_range[2 * place + 1]; ++g) {
                const Lanes segment = segment_value(scenario, g, deviations);
#pragma unroll
                for (int p = 0; p < PATHS; ++p) sum.of[p] += segment.of[p];
            }
#pragma unroll
            for (int p = 0; p < PATHS; ++p) value.of[p] = fma(fx[c].of[p], sum.of[p], value.of[p]);
        }
#pragma unroll
        for (int p = 0; p < PATHS; ++p) {
            const double profit = value.of[p] / rate.of[p] - book.base_value[b];
            total.of[p] += profit;
            if (column + p * apart < n_paths) rows[(1 + b) * n_paths + column + p * apart] = profit;
        }
    }
#pragma unroll
    for (int p = 0; p < PATHS; ++p)
        if (column + p * apart < n_paths) rows[column + p * apart] = total.of[p];
}
