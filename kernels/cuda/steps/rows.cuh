// What a law has beside its steps, and what a path remembers of it. Twin in numba/.
#pragma once
#include "layout.cuh"

__constant__ Law law;  // where a model has more, the kernel is launched once for each

__constant__ LawTables law_tables;

// What a path carries beside its deviations, binary64 each: those rows of its twin that outlive a step.
enum Row {
    REGIME,
    CLOSES,  // ln USD/JPY of the last five closes, from its start, the oldest first
    CARRY_SOLD = CLOSES + 5,
    PRIVATE_SOLD,
    OFFICIAL_SOLD,
    FADING,
    MIX,
    SHORT_RUN,
    FX_RUN,
    IMPACT,
#if HAS_CAP
    JGBS_BOUGHT,
    CAP_ENDED,
#endif
    N_ROWS
};
static_assert(LAWS == 1 && PATHS == 1, "rows have no room in registers for more");
static_assert(N_ROWS == UNWIND_ROWS, "cuda/host/source.py counts as many rows as there are");
