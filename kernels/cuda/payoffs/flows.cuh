// Legs, runs of segments: flows between two pillars are one polynomial in two deviations. Twins in numba/ and numpy/.
#pragma once
#include "draws/normal.cuh"
#include "observed.cuh"

#if DEGREE > 0
#define N_TERMS ((DEGREE + 1) * (DEGREE + 2) / 2)

// One segment's polynomial with terms c, by total degree; u and v in [-1, 1]. Of a lower degree than DEGREE it has
// zeros behind, which come first here and change no bit.
__device__ __forceinline__ Lanes polynomial(const double* c, const Lanes& u, const Lanes& v) {
    Lanes value = lanes_of(0.0);
#pragma unroll
    for (int order = 0; order <= DEGREE; ++order) {  // of v, beside u to the power DEGREE - order
        const int a = DEGREE - order;
        Lanes row = lanes_of(c[DEGREE * (DEGREE + 1) / 2 + a]);
#pragma unroll
        for (int less = 1; less <= order; ++less) {
            const double term = c[(DEGREE - less) * (DEGREE - less + 1) / 2 + a];
            EACH_LANE(p) row.of[p] = fma(row.of[p], v.of[p], term);
        }
        EACH_LANE(p) value.of[p] = fma(value.of[p], u.of[p], row.of[p]);
    }
    return value;
}
#endif

// Sum of the flows of one segment, one by one.
__device__ __forceinline__ Lanes flow_sum(i64 scenario, const Segment& segment, const Lanes& below,
                                          const Lanes& above) {
    const double* value = book.flows.value + scenario * book.flows.n_flows;
    Lanes total = lanes_of(0.0);
#pragma unroll 1
    for (i64 j = segment.first; j < segment.last; ++j) {
        const double e0 = book.flows.exponents[2 * j], e1 = book.flows.exponents[2 * j + 1];
        EACH_LANE(p)
        total.of[p] = fma(value[j], exp_f64(fma(e1, above.of[p], e0 * below.of[p])), total.of[p]);
    }
    return total;
}

// Value of segment g, as observation `when` sees it: its polynomial, or its flows one by one on a path that lies
// outside the polynomial's range.
__device__ __forceinline__ Lanes segment_value(i64 scenario, i64 g, i64 when, const Observed& observed) {
    const Segment& segment = book.flows.segments[g];
    const i64 f = segment.below, h = segment.above;
    const Lanes below = deviation(observed, when, f), above = deviation(observed, when, h);
#if DEGREE > 0
    const i64 place = scenario * book.flows.n_segments + g;
    if (book.flows.segment_degree[place] == 0) return flow_sum(scenario, segment, below, above);
    const double* middle = book.flows.centre + scenario * book.flows.n_moves;
    const double* inverse = book.flows.inverse_width + scenario * book.flows.n_moves;
    Lanes u, v;
    bool inside[VALUED], all_inside = true;
    EACH_LANE(p) {
        u.of[p] = (below.of[p] - middle[f]) * inverse[f];
        v.of[p] = (above.of[p] - middle[h]) * inverse[h];
        inside[p] = fabs(u.of[p]) <= 1.0 && fabs(v.of[p]) <= 1.0;
        all_inside = all_inside && inside[p];
    }
    Lanes value = polynomial(book.flows.coefficients + place * N_TERMS, u, v);
    if (!all_inside) {
        const Lanes flows = flow_sum(scenario, segment, below, above);
        EACH_LANE(p) value.of[p] = inside[p] ? value.of[p] : flows.of[p];
    }
    return value;
#else
    return flow_sum(scenario, segment, below, above);
#endif
}

// `total` and the leg's segments. Of the kernel that only revalues it is a call: what is written out once stays in the
// instruction cache.
#if IS_SPLIT
__device__ __noinline__ Lanes add_leg(i64 scenario, const Leg& leg, const Observed observed, Lanes total) {
#else
__device__ __forceinline__ Lanes add_leg(i64 scenario, const Leg& leg, const Observed& observed, Lanes total) {
#endif
#pragma unroll 1
    for (i64 g = leg.first; g < leg.last; ++g) {
        const Lanes segment = segment_value(scenario, g, leg.when, observed);
        EACH_LANE(p) total.of[p] += segment.of[p];
    }
    return total;
}

// Value of a shared leg. Each swap of swaptions has its own; bonds in several baskets are valued anew.
__device__ __forceinline__ Lanes shared_leg(i64 scenario, i64 number, const Observed& observed) {
    return add_leg(scenario, book.flows.shared[number], observed, lanes_of(0.0));
}
