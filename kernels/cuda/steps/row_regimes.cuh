// Regimes that tilt which row of the past a step takes. Twin in numba/.
#pragma once
#include "draws/philox.cuh"
#include "steps/rows.cuh"

// The number from which the first step's regime is drawn.
__device__ __forceinline__ int start_regimes() { return law.n_row_regimes > 0 ? (int)law.n_row_regimes + 1 : 0; }

// The regime of this step: as many edges as the word reaches, by the regime before.
__device__ __forceinline__ int next_regimes(int before, u32 word) {
    const i64* edges = law_tables.regime_edges + law.first_edge + before * law.n_row_regimes;
    int regime = 0;
    for (int k = 0; k < law.n_row_regimes; ++k) regime += (i64)word >= edges[k];
    return regime;
}

// The row that a path takes: the high half of word times their number, or the one that stands in for it, which the low
// half tells.
__device__ __forceinline__ u64 tilted_row(int regime, u32 word) {
    const u64 n_rows = (u64)(law.last_row - law.first_row), product = (u64)word * n_rows, row = product >> 32;
    const u64 alias = (u64)law_tables.row_aliases[law.first_alias + (i64)((u64)regime * n_rows + row)];
    const bool own = (product & 0xFFFFFFFFull) < alias >> ALIAS_BITS;
    return (u64)law.first_row + (own ? row : alias & ((1ull << ALIAS_BITS) - 1));
}
