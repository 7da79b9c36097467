// From P&L to what a run keeps: moments and digests per cell, tails. Twin: numba/reduce.py.
//
// One block of 256 threads for each (row, cell): a thread is one of the 256 lanes that the numba twin sums in.
#pragma once
#include "real.cuh"

#define LANES 256

// Add the upper half to the lower until one is left. Every thread of the block gets the sum.
template <typename T>
__device__ T fold(T mine) {
    __shared__ T lanes[LANES];
    const int lane = threadIdx.x;
    lanes[lane] = mine;
    __syncthreads();
    for (int half = LANES / 2; half > 0; half /= 2) {
        if (lane < half) lanes[lane] += lanes[lane + half];
        __syncthreads();
    }
    const T total = lanes[0];
    __syncthreads();
    return total;
}

// Two 64-bit hashes of one path's P&L, to be summed mod 2^64.
__device__ __forceinline__ void mix(double pnl, u64 path, u64* first, u64* second) {
    u64 h = bits_of_f64(pnl) ^ ((path + 1) * 0x9E3779B97F4A7C15ull);
    h = (h ^ (h >> 33)) * 0xFF51AFD7ED558CCDull;
    h = (h ^ (h >> 33)) * 0xC4CEB9FE1A85EC53ull;
    h = h ^ (h >> 33);
    *first = h;
    *second = (h ^ (h >> 29)) * 0xD6E8FEB86659FD93ull;
}

// Sum and sum of squares of pnl - centre over the entries in (low, high): out[0] of each array. P&L that is not finite
// is never dropped: where low and high are NaN, all of it counts, so that the sum shows it.
__device__ __forceinline__ void cell_moments(const double* pnl, i64 n, double centre, double low, double high,
                                             double* sum_out, double* square_out) {
    double sum = 0.0, square = 0.0;
    for (i64 i = threadIdx.x; i < n; i += LANES) {
        const double x = pnl[i];
        const double d = x <= low || x >= high ? 0.0 : x - centre;
        sum += d;
        square = fma(d, d, square);
    }
    sum = fold(sum);
    square = fold(square);
    if (threadIdx.x == 0) {
        *sum_out = sum;
        *square_out = square;
    }
}

__device__ __forceinline__ void cell_digest(const double* pnl, i64 n, u64 path, u64* out) {
    u64 first = 0, second = 0;
    for (i64 i = threadIdx.x; i < n; i += LANES) {
        u64 a, b;
        mix(pnl[i], path + i, &a, &b);
        first += a;
        second += b;
    }
    first = fold(first);
    second = fold(second);
    if (threadIdx.x == 0) {
        out[0] = first;
        out[1] = second;
    }
}

// Where the cell of this block lies in a row of n paths, and how many paths it has.
struct Cell {
    i64 row, number, start, n;
};

__device__ __forceinline__ Cell this_cell(i64 n, i64 cell) {
    const i64 start = (i64)blockIdx.x * cell;
    return Cell{(i64)blockIdx.y, (i64)blockIdx.x, start, start + cell < n ? cell : n - start};
}

// Arrays as in kernels.base.Reduction; pnl (n_rows, n), first the global index of its first path.
// Launched over (n_cells, n_rows).
extern "C" __global__ void __launch_bounds__(LANES)
    reduce_cells(const double* pnl, i64 n, i64 cell, u64 first, const double* centre, const double* brackets,
                 i64 n_brackets, double* sums, double* squares, u64* digests, i64* gap_counts, double* gap_sums,
                 double* gap_squares, i64* kept_counts) {
    const Cell at = this_cell(n, cell);
    const i64 n_cells = gridDim.x, out = at.row * n_cells + at.number;
    const double* values = pnl + at.row * n + at.start;
    const double infinity = f64_of_bits(0x7FF0000000000000ull), not_a_number = f64_of_bits(0x7FF8000000000000ull);
    cell_moments(values, at.n, centre[at.row], not_a_number, not_a_number, sums + out, squares + out);
    cell_digest(values, at.n, first + at.start, digests + 2 * out);
    i64 kept = 0;
    double above = 0.0 - infinity;
    for (i64 g = 0; g < n_brackets; ++g) {
        const double low = brackets[2 * (at.row * n_brackets + g)], high = brackets[2 * (at.row * n_brackets + g) + 1];
        i64 between = 0;
        for (i64 i = threadIdx.x; i < at.n; i += LANES) {
            between += values[i] > above && values[i] < low;
            kept += values[i] >= low && values[i] <= high;
        }
        between = fold(between);
        const i64 gap = (at.row * n_brackets + g) * n_cells + at.number;
        if (threadIdx.x == 0) {
            gap_counts[gap] = between;
            gap_sums[gap] = 0.0;
            gap_squares[gap] = 0.0;
        }
        if (between > 0) cell_moments(values, at.n, centre[at.row], above, low, gap_sums + gap, gap_squares + gap);
        above = high;
    }
    kept = fold(kept);
    if (threadIdx.x == 0) kept_counts[out] = kept;
}

__device__ __forceinline__ bool is_kept(double x, const double* brackets, i64 n_brackets) {
    bool kept = false;
    for (i64 g = 0; g < n_brackets; ++g) kept = kept || (x >= brackets[2 * g] && x <= brackets[2 * g + 1]);
    return kept;
}

// Copy the P&L inside the brackets, in path order: kept (n_kept), out; starts (n_rows, n_cells) say where each cell's
// begin. A thread takes neighbouring paths, counts, learns from the others where its own go, and writes.
// Launched over (n_cells, n_rows).
extern "C" __global__ void __launch_bounds__(LANES)
    keep_tails(const double* pnl, i64 n, i64 cell, const double* brackets, i64 n_brackets, const i64* starts,
               double* kept) {
    __shared__ i64 counts[LANES];
    const Cell at = this_cell(n, cell);
    const double* values = pnl + at.row * n + at.start;
    const double* ours = brackets + 2 * at.row * n_brackets;
    const i64 each = (at.n + LANES - 1) / LANES, from = threadIdx.x * each;
    const i64 to = from + each < at.n ? from + each : at.n;
    i64 count = 0;
    for (i64 i = from; i < to; ++i) count += is_kept(values[i], ours, n_brackets);
    counts[threadIdx.x] = count;
    __syncthreads();
    i64 place = starts[at.row * gridDim.x + at.number];
    for (int lane = 0; lane < (int)threadIdx.x; ++lane) place += counts[lane];
    for (i64 i = from; i < to; ++i)
        if (is_kept(values[i], ours, n_brackets)) kept[place++] = values[i];
}

// How many paths of each cell move farther than a limit: ratios (n_laws, n) as `farthest_move` has them, counts (n_laws,
// n_cells), out. Launched over (n_cells, n_laws).
extern "C" __global__ void __launch_bounds__(LANES) count_far(const double* ratios, i64 n, i64 cell, i64* counts) {
    const Cell at = this_cell(n, cell);
    const double* values = ratios + at.row * n + at.start;
    i64 far = 0;
    for (i64 i = threadIdx.x; i < at.n; i += LANES) far += fabs(values[i]) > 1.0;
    far = fold(far);
    if (threadIdx.x == 0) counts[at.row * gridDim.x + at.number] = far;
}
