// Philox4x32-10, a counter-based generator: a pure function of (key, counter). Twin in numba/.
#pragma once
#include "real.cuh"

struct Words {
    u32 w0, w1, w2, w3;
};

__device__ __forceinline__ Words philox_round(Words c, u32 k0, u32 k1) {
    const u64 p0 = (u64)0xD2511F53u * c.w0;
    const u64 p1 = (u64)0xCD9E8D57u * c.w2;
    return Words{(u32)(p1 >> 32) ^ c.w1 ^ k0, (u32)p1, (u32)(p0 >> 32) ^ c.w3 ^ k1, (u32)p0};
}

// The words that a path draws from a lane at a step; see lanes.py.
__device__ __forceinline__ Words philox(u64 seed, u64 path, u32 step, u32 lane) {
    Words c = {(u32)path, (u32)(path >> 32), step, lane};
    u32 k0 = (u32)seed, k1 = (u32)(seed >> 32);
#pragma unroll
    for (int round = 0; round < 10; ++round) {
        c = philox_round(c, k0, k1);
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return c;
}

__device__ __forceinline__ u64 join(u32 high, u32 low) { return ((u64)high << 32) | low; }
