"""What numba lacks: fused multiply-add and bit casts, and straight lines of instructions that it would loop over.

A chain built here compiles at once; as functions that call each other it would take seconds.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
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


@intrinsic
def count(typing_context: Any, n: Any) -> Any:
    """Return n, which is from 0 to 2^32 - 1.

    Told so, LLVM drops the tests of indices for less than 0, and loops over rows become vectors.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.zext(builder.trunc(args[0], ir.IntType(32)), ir.IntType(64))

    return types.int64(types.int64), generate


Number = float | np.unsignedinteger[Any] | np.floating[Any]
LOW_HALF = 0xFFFFFFFF  # of 64 bits
VECTOR = 64  # bytes that one instruction takes at most; where a processor has narrower ones, LLVM makes it several


class Abreast:
    """Values of one type that a formula is worked out for side by side; in it a number stands for the same in each.

    An operation is an instruction for every value in turn: while one waits for its own last result, the others go on.
    Integers are unsigned.
    """

    def __init__(self, builder: Any, values: Sequence[Any]) -> None:
        self.builder, self.values = builder, tuple(values)

    def _with(self, others: "Abreast | Number", operation: Callable[..., Any]) -> "Abreast":
        pairs = zip(self.values, self.like(others).values, strict=True)
        return Abreast(self.builder, [operation(a, b) for a, b in pairs])

    def _arithmetic(self, name: str, others: "Abreast | Number") -> "Abreast":
        whole = isinstance(self.values[0].type, ir.IntType)
        return self._with(others, getattr(self.builder, name if whole else f"f{name}"))

    def like(self, number: "Abreast | Number") -> "Abreast":
        """Return a constant as so many values of this type; values as they are."""
        if isinstance(number, Abreast):
            return number
        exact = int if isinstance(self.values[0].type, ir.IntType) else float
        return Abreast(self.builder, [ir.Constant(value.type, exact(number)) for value in self.values])

    def __add__(self, others: "Abreast | Number") -> "Abreast":
        return self._arithmetic("add", others)

    def __sub__(self, others: "Abreast | Number") -> "Abreast":
        return self._arithmetic("sub", others)

    def __rsub__(self, number: Number) -> "Abreast":
        return self.like(number) - self

    def __mul__(self, others: "Abreast | Number") -> "Abreast":
        return self._arithmetic("mul", others)

    __rmul__ = __mul__

    def __and__(self, others: "Abreast | Number") -> "Abreast":
        return self._with(others, self.builder.and_)

    def __or__(self, others: "Abreast | Number") -> "Abreast":
        return self._with(others, self.builder.or_)

    def __xor__(self, others: "Abreast | Number") -> "Abreast":
        return self._with(others, self.builder.xor)

    def __rshift__(self, places: int) -> "Abreast":
        return self._with(places, self.builder.lshr)

    def __lshift__(self, places: int) -> "Abreast":
        return self._with(places, self.builder.shl)

    def differs_from(self, number: int) -> "Abreast":
        """Return flags for `select`."""
        return self._with(number, lambda a, b: self.builder.icmp_unsigned("!=", a, b))

    def select(self, yes: "Abreast", no: "Abreast") -> "Abreast":
        """Return the values of `yes` where these flags are set, of `no` elsewhere."""
        rows = zip(self.values, yes.values, no.values, strict=True)
        return Abreast(self.builder, [self.builder.select(*row) for row in rows])

    def fma(self, factor: "Abreast | Number", term: "Abreast | Number") -> "Abreast":
        """Return each value times factor plus term, rounded once."""
        rows = zip(self.values, self.like(factor).values, self.like(term).values, strict=True)
        return Abreast(self.builder, [self.builder.fma(*row) for row in rows])

    def polynomial(self, coefficients: Sequence[float]) -> "Abreast":
        """Return the polynomial in each value, lowest coefficient first, one fused multiply-add per order."""
        total = self.like(float(coefficients[-1]))
        for coefficient in coefficients[-2::-1]:
            total = total.fma(self, float(coefficient))
        return total

    def bits(self) -> "Abreast":
        """Return the bits of floating-point values as integers."""
        width = 64 if isinstance(self.values[0].type, ir.DoubleType) else 32
        return Abreast(self.builder, [self.builder.bitcast(each, ir.IntType(width)) for each in self.values])

    def of_bits(self) -> "Abreast":
        """Return the floating-point values that have these bits."""
        return Abreast(self.builder, [self.builder.bitcast(each, self._float()) for each in self.values])

    def rounded(self) -> "Abreast":
        """Return the floating-point values nearest to these integers."""
        return Abreast(self.builder, [self.builder.uitofp(each, self._float()) for each in self.values])

    def _float(self) -> Any:
        return ir.DoubleType() if self.values[0].type.width == 64 else ir.FloatType()


def of_value(formula: Callable[[Abreast], Abreast], kind: Any) -> Any:
    """Return x -> formula(x), both of one numba type."""

    @intrinsic
    def alone(typing_context: Any, x: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return formula(Abreast(builder, args)).values[0]

        return kind(kind), generate

    return alone


def of_pairs(formula: Callable[[Abreast, Abreast], tuple[Abreast, Abreast]], word: Any, kind: Any, n: int) -> Any:
    """Return (n words, n words) -> 2n values, two a pair of words, the pairs abreast; word and kind are numba types."""
    words, values = types.UniTuple(word, n), types.UniTuple(kind, 2 * n)

    @intrinsic
    def side_by_side(typing_context: Any, first: Any, second: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            taken = [Abreast(builder, [builder.extract_value(each, i) for i in range(n)]) for each in args]
            made = formula(*taken)
            return context.make_tuple(builder, values, [each.values[i] for i in range(n) for each in made])

        return values(words, words), generate

    return side_by_side


def polynomial(coefficients: Sequence[float]) -> Any:
    """Return x -> polynomial of binary64, lowest coefficient first, one fused multiply-add per order."""
    return of_value(lambda x: x.polynomial(coefficients), types.float64)


class Rows:
    """Some paths of consecutive rows of a flat array, a vector each: those from an index on, rows `row` apart."""

    def __init__(self, context: Any, builder: Any, array: tuple[Any, Any, Any], *, row: int, n_paths: int) -> None:
        kind, value, first = array
        self.builder, self.row = builder, row
        self.start = builder.gep(context.make_array(kind)(context, builder, value).data, [first])
        self.vector = ir.VectorType(context.get_data_type(kind.dtype), n_paths)
        self.bytes = kind.dtype.bitwidth // 8

    def _place(self, r: int) -> Any:
        at = self.builder.gep(self.start, [ir.Constant(ir.IntType(64), r * self.row)])
        return self.builder.bitcast(at, self.vector.as_pointer())

    def load(self, r: int) -> Any:
        """Return the vector of row r."""
        return self.builder.load(self._place(r), align=self.bytes)

    def store(self, r: int, vector: Any) -> None:
        """Put a vector in row r."""
        self.builder.store(vector, self._place(r), align=self.bytes)

    def fma(self, *vectors: Any) -> Any:
        """Return the first vector times the second plus the third, rounded once."""
        name = f"llvm.fma.v{self.vector.count}f{8 * self.bytes}"
        kind = ir.FunctionType(self.vector, [self.vector] * 3)
        return self.builder.call(cgutils.get_or_insert_function(self.builder.module, kind, name), vectors)

    def same(self, number: Any) -> Any:
        """Return a vector of one number."""
        nothing, first = ir.Constant(self.vector, ir.Undefined), ir.IntType(32)(0)
        places = ir.Constant(ir.VectorType(ir.IntType(32), self.vector.count), None)
        return self.builder.shuffle_vector(self.builder.insert_element(nothing, number, first), nothing, places)


def _vectors(context: Any, builder: Any, kinds: Any, args: Any, row: int, n_paths: int) -> Iterator[list[Rows]]:
    """Write a loop over the paths of a block, and give each array's rows of the vector of paths that it has come to.

    kinds are the arrays' numba types, args each array followed by the index of its first number.
    """
    of_vector = min(n_paths, 8 * VECTOR // kinds[0].dtype.bitwidth)
    place = ir.IntType(64)
    with cgutils.for_range_slice(builder, place(0), place(n_paths), place(of_vector), place) as (i, _):
        firsts = [builder.add(first, i) for first in args[1::2]]
        arrays = zip(kinds, args[::2], firsts, strict=True)
        yield [Rows(context, builder, each, row=row, n_paths=of_vector) for each in arrays]


def add_product(n_factors: int, n_columns: int, row: int, n_paths: int, *, corner: bool = False) -> Any:
    """Return (c, normals, z, state, x) -> None, which adds c @ normals to the state of n_paths paths, column by column.

    c are n_factors * n_columns numbers, by factor; of a corner, whose columns are the factors, those above the diagonal
    are left out. z and x are where the first normal and the first deviation lie in their arrays, flat rows `row` apart.
    """

    @intrinsic
    def add(typing_context: Any, c: Any, normals: Any, z: Any, state: Any, x: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            numbers = [builder.extract_value(args[0], i) for i in range(n_factors * n_columns)]
            for drawn, moved in _vectors(context, builder, [normals, state], args[1:], row, n_paths):
                totals = [moved.load(f) for f in range(n_factors)]
                for k in range(n_columns):
                    normal = drawn.load(k)
                    for f in range(k if corner else 0, n_factors):
                        totals[f] = moved.fma(moved.same(numbers[f * n_columns + k]), normal, totals[f])
                for f, total in enumerate(totals):
                    moved.store(f, total)
            return context.get_dummy_value()

        numbers = types.UniTuple(state.dtype, n_factors * n_columns)
        return types.void(numbers, normals, types.int64, state, types.int64), generate

    return add


def revert(n_factors: int, row: int, n_paths: int) -> Any:
    """Return (decay, drift, state, x) -> None, which does state = decay * state + drift for n_paths paths.

    decay and drift are n_factors numbers, x is where the first deviation lies in state, flat rows `row` apart.
    """

    @intrinsic
    def move(typing_context: Any, decay: Any, drift: Any, state: Any, x: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            for (moved,) in _vectors(context, builder, [state], args[2:], row, n_paths):
                for f in range(n_factors):
                    a, b = (moved.same(builder.extract_value(numbers, f)) for numbers in args[:2])
                    moved.store(f, moved.fma(a, moved.load(f), b))
            return context.get_dummy_value()

        numbers = types.UniTuple(state.dtype, n_factors)
        return types.void(numbers, numbers, state, types.int64), generate

    return move


def philox_rounds(n_counters: int) -> Any:
    """Return (words of the counters, k0, k1) -> words after the ten rounds, the counters abreast.

    Words ride in 64 bits, four to a counter; only the low half of each counts, in and out.
    """

    @intrinsic
    def rounds(typing_context: Any, words: Any, k0: Any, k1: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            taken = [builder.extract_value(args[0], i) for i in range(4 * n_counters)]
            a, b, c, d = (Abreast(builder, taken[i::4]) for i in range(4))
            k, m = (Abreast(builder, [key] * n_counters) for key in args[1:])
            for _ in range(10):
                p, q = (a & LOW_HALF) * 0xD2511F53, (c & LOW_HALF) * 0xCD9E8D57
                a, b, c, d = (q >> 32) ^ b ^ k, q, (p >> 32) ^ d ^ m, p
                k, m = (k + 0x9E3779B9) & LOW_HALF, (m + 0xBB67AE85) & LOW_HALF
            made = zip(*(each.values for each in (a, b, c, d)), strict=True)
            return context.make_tuple(builder, signature.return_type, [word for counter in made for word in counter])

        return words(words, types.uint64, types.uint64), generate

    return rounds
