// Units: values that move with one factor's exponential. Twins: numba/units.py, numpy.
#pragma once
#include "normal.cuh"
#include "observed.cuh"

// `total` and a unit, in its currency.
__device__ __forceinline__ Lanes add_unit(i64 scenario, i64 number, const Observed& observed, Lanes total) {
    const Unit& unit = book.units.units[number];
    const double value = book.units.value[scenario * book.units.n_units + number];
    const Lanes x = deviation(observed, unit.when, unit.factor);
    EACH_LANE(p) total.of[p] = fma(value, exp_f64(x.of[p]), total.of[p]);
    return total;
}

// `total` and the units of a cell.
__device__ __forceinline__ Lanes add_units(i64 scenario, i64 cell, const Observed& observed, Lanes total) {
    const Owned& owned = book.units.owned[cell];
#pragma unroll 1
    for (i64 k = owned.first; k < owned.last; ++k) total = add_unit(scenario, k, observed, total);
    return total;
}
