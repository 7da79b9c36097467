"""What numba lacks: fused multiply-add and bit casts, and straight lines of instructions that it would loop over.

A chain built here compiles at once; as functions that call each other it would take seconds.
"""

from collections.abc import Sequence
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


def polynomial(coefficients: Sequence[float]) -> Any:
    """Return x -> polynomial, lowest coefficient first, one fused multiply-add per order; in the precision of x."""

    @intrinsic
    def horner(typing_context: Any, x: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            constants = [ir.Constant(args[0].type, float(c)) for c in coefficients]
            value = constants[-1]
            for constant in constants[-2::-1]:
                value = builder.fma(value, args[0], constant)
            return value

        return x(x), generate

    return horner


def philox_rounds(n_counters: int) -> Any:
    """Return (words of the counters, k0, k1) -> words after the ten rounds, the counters interleaved round by round.

    Words ride in 64 bits, four to a counter; only the low half of each counts, in and out.
    """

    @intrinsic
    def rounds(typing_context: Any, words: Any, k0: Any, k1: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            def number(x: int) -> Any:
                return ir.Constant(ir.IntType(64), x)

            low, half = number(0xFFFFFFFF), number(32)
            state = [builder.extract_value(args[0], i) for i in range(4 * n_counters)]
            keys = [args[1], args[2]]
            for _ in range(10):
                for c in range(0, 4 * n_counters, 4):
                    p0 = builder.mul(number(0xD2511F53), builder.and_(state[c], low))
                    p1 = builder.mul(number(0xCD9E8D57), builder.and_(state[c + 2], low))
                    first = builder.xor(builder.xor(builder.lshr(p1, half), state[c + 1]), keys[0])
                    third = builder.xor(builder.xor(builder.lshr(p0, half), state[c + 3]), keys[1])
                    state[c : c + 4] = [first, p1, third, p0]
                steps = (number(0x9E3779B9), number(0xBB67AE85))
                keys = [builder.and_(builder.add(key, step), low) for key, step in zip(keys, steps, strict=True)]
            return context.make_tuple(builder, signature.return_type, state)

        return words(words, types.uint64, types.uint64), generate

    return rounds
