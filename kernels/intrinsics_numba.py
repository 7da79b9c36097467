"""The few machine instructions numba lacks: fused multiply-add and bit casts, in both precisions."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


@intrinsic
def fma(typing_context: Any, a: Any, b: Any, c: Any) -> Any:
    """a * b + c, rounded once. All three in one precision."""
    kind = a if a in (types.float32, types.float64) else types.float64

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fma(*args)

    return kind(kind, kind, kind), generate


def _bit_cast(source: Any, target: Any, llvm_type: Any) -> Any:
    @intrinsic
    def cast(typing_context: Any, value: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.bitcast(args[0], llvm_type)

        return target(source), generate

    return cast


bits_of_f64 = _bit_cast(types.float64, types.uint64, ir.IntType(64))
f64_of_bits = _bit_cast(types.uint64, types.float64, ir.DoubleType())
bits_of_f32 = _bit_cast(types.float32, types.uint32, ir.IntType(32))
f32_of_bits = _bit_cast(types.uint32, types.float32, ir.FloatType())
