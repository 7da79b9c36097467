// Points: discount factors and their inverses, exponentials of deviations. Twins in numba/ and numpy/.
#pragma once
#include "observed.cuh"

// Logarithm of a point over its start on each path.
__device__ __forceinline__ Lanes log_point(const Observed& observed, i64 number) {
    const Point& point = book.points.points[number];
    const double a = point.a, b = point.b;
    const Lanes below = deviation(observed, point.when, point.below);
    const Lanes above = deviation(observed, point.when, point.above);
    Lanes out;
    EACH_LANE(p) out.of[p] = fma(b, above.of[p], a * below.of[p]);
#pragma unroll 1
    for (i64 then = point.then; then >= 0; then = book.points.points[then].then) {
        const Point& more = book.points.points[then];
        const double c = more.a, d = more.b;
        const Lanes low = deviation(observed, more.when, more.below);
        const Lanes high = deviation(observed, more.when, more.above);
        EACH_LANE(p) out.of[p] = fma(d, high.of[p], fma(c, low.of[p], out.of[p]));
    }
    return out;
}

// A point's start in a scenario.
__device__ __forceinline__ double point_start(i64 scenario, i64 number) {
    return book.points.start[scenario * book.points.n_points + number];
}
