// What CUDA gives a kernel, given to g++: the same sources run on the CPU, a block after another. For tests: slow.
//
// A kernel with __syncthreads has every thread of its block as a fiber, which yields at each barrier.
#pragma once
#include <ucontext.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

struct Dim3 {
    unsigned x = 0, y = 0, z = 0;
};
static thread_local Dim3 threadIdx, blockIdx, blockDim, gridDim;

#define __global__
#define __device__
#define __constant__
#define __forceinline__ inline
#define __noinline__
#define __launch_bounds__(...)
#define __shared__ static thread_local

template <typename To, typename From>
inline To same_bits(From from) {
    To to;
    static_assert(sizeof to == sizeof from, "a cast of bits keeps their number");
    std::memcpy(&to, &from, sizeof to);
    return to;
}
inline long long __double_as_longlong(double x) { return same_bits<long long>(x); }
inline double __longlong_as_double(long long bits) { return same_bits<double>(bits); }
inline unsigned __float_as_uint(float x) { return same_bits<unsigned>(x); }
inline float __uint_as_float(unsigned bits) { return same_bits<float>(bits); }
using std::fabs;
using std::fma;
using std::sqrt;

namespace host {

struct Fiber {
    ucontext_t context;
    std::unique_ptr<char[]> stack;
    bool is_done;
};
constexpr std::size_t STACK = 64 << 10;
static thread_local std::vector<Fiber> fibers;
static thread_local ucontext_t scheduler;
static thread_local Fiber* running;
static thread_local void (*body)(const void*);
static thread_local const void* arguments;

inline void enter() {
    body(arguments);
    running->is_done = true;
    swapcontext(&running->context, &scheduler);
}

inline void run_fibers() {
    if (fibers.size() < blockDim.x) fibers.resize(blockDim.x);
    for (unsigned t = 0; t < blockDim.x; ++t) {
        Fiber& fiber = fibers[t];
        if (!fiber.stack) fiber.stack.reset(new char[STACK]);
        fiber.is_done = false;
        getcontext(&fiber.context);
        fiber.context.uc_stack.ss_sp = fiber.stack.get();
        fiber.context.uc_stack.ss_size = STACK;
        fiber.context.uc_link = &scheduler;
        makecontext(&fiber.context, enter, 0);
    }
    for (bool is_more = true; is_more;) {
        is_more = false;
        for (unsigned t = 0; t < blockDim.x; ++t) {
            if (fibers[t].is_done) continue;
            threadIdx.x = t;
            running = &fibers[t];
            swapcontext(&scheduler, &running->context);
            is_more = is_more || !fibers[t].is_done;
        }
    }
}

inline void run_loop() {
    for (unsigned t = 0; t < blockDim.x; ++t) {
        threadIdx.x = t;
        body(arguments);
    }
}

template <typename T>
inline T from_word(std::uint64_t word) {
    if constexpr (std::is_pointer_v<T>)
        return reinterpret_cast<T>(static_cast<std::uintptr_t>(word));
    else
        return static_cast<T>(word);
}

template <auto KERNEL, typename... A, std::size_t... I>
inline void call(void (*)(A...), const std::uint64_t* words, std::index_sequence<I...>) {
    KERNEL(from_word<A>(words[I])...);
}

template <typename... A>
constexpr std::size_t count(void (*)(A...)) {
    return sizeof...(A);
}

template <auto KERNEL>
inline void one_thread(const void* words) {
    call<KERNEL>(KERNEL, static_cast<const std::uint64_t*>(words), std::make_index_sequence<count(KERNEL)>());
}

template <auto KERNEL>
inline void launch(unsigned grid_x, unsigned grid_y, unsigned block, const std::uint64_t* words, bool has_barrier) {
    gridDim = {grid_x, grid_y, 1};
    blockDim = {block, 1, 1};
    body = one_thread<KERNEL>;
    arguments = words;
    for (blockIdx.y = 0; blockIdx.y < grid_y; ++blockIdx.y)
        for (blockIdx.x = 0; blockIdx.x < grid_x; ++blockIdx.x) has_barrier ? run_fibers() : run_loop();
}

}  // namespace host

inline void __syncthreads() {
    const unsigned me = threadIdx.x;
    swapcontext(&host::running->context, &host::scheduler);
    threadIdx.x = me;
}

#include "paths.cu"

#define EXPORT(kernel, has_barrier)                                                                                \
    extern "C" void launch_##kernel(unsigned grid_x, unsigned grid_y, unsigned block, const std::uint64_t* words) { \
        host::launch<kernel>(grid_x, grid_y, block, words, has_barrier);                                           \
    }
#if IS_SPLIT
EXPORT(walk_paths, false)
EXPORT(revalue_paths, false)
#else
EXPORT(pnl_of_paths, false)
#endif
EXPORT(levels_of_paths, false)
EXPORT(reduce_cells, true)
EXPORT(keep_tails, true)
EXPORT(count_far, true)
