"""Sources that are written from Python when a build is made: coefficients, records and tables, the list of payoffs."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from kernels import coefficients
from kernels.law_layout import Law, ModelArrays
from kernels.layout import Flows, Points, Run
from kernels.payoffs import PAYOFFS
from kernels.records import Declared, Record, declared, lengths_of

LAW_TABLES = tuple(field for field in declared(ModelArrays) if field.name not in ModelArrays._fields[:5])
# what a law has beside its steps and its record: struct LawTables
SHARED = frozenset(field.name for field in LAW_TABLES if "n_dynamics" not in field.shape)  # by all laws of a model


def generated(payoffs: Sequence[str]) -> dict[str, str]:
    """Return the text of each source that is written for a build of these payoffs, by file name."""
    return {
        "coefficients.cuh": coefficients_header(),
        "layout.cuh": layout_header(payoffs),
        "payoffs/all_payoffs.cuh": payoffs_header(payoffs),
    }


def coefficients_header() -> str:
    """Return kernels/coefficients.py as tables in constant memory, to the last bit."""
    lines = ["#pragma once", "// Made from kernels/coefficients.py, where the numbers are explained."]
    for name, value in vars(coefficients).items():
        if isinstance(value, tuple):
            row = ", ".join(_literal(name, x) for x in value)
            lines.append(f"static __constant__ {_type(name)} {name}[{len(value)}] = {{{row}}};")
        elif isinstance(value, float):
            lines.append(f"static __constant__ {_type(name)} {name} = {_literal(name, value)};")
    return "\n".join(lines) + "\n"


def layout_header(payoffs: Sequence[str]) -> str:
    """Return kernels/layout.py as structs: every record, then the tables of a book and of a law. All have 64 bits."""
    parts: dict[str, type[Any]] = {"run": Run, "flows": Flows, "points": Points}
    parts |= {name: PAYOFFS[name].tables for name in payoffs}
    held = [field.record for part in parts.values() for field in declared(part)]
    lines = ["#pragma once", '#include "real.cuh"', "// Made from kernels/layout.py, where each member is explained."]
    records: list[type[Record]] = [Law, *(record for record in held if record)]
    for record in dict.fromkeys(records):
        lines.append(_struct(record.__name__, map(_member, declared(record))))
    for part in parts.values():
        lengths = [f"i64 {name}" for name in lengths_within(part)]
        lines.append(_struct(part.__name__, [*map(_member, declared(part)), *lengths]))
    lines.append(_struct("Book", [f"{part.__name__} {name}" for name, part in parts.items()]))
    lines.append(_struct("LawTables", [*map(_member, LAW_TABLES), "i64 n_quantiles"]))
    return "\n".join([*lines, "__constant__ Book book;"]) + "\n"


def payoffs_header(payoffs: Sequence[str]) -> str:
    """Return the payoffs of a build: their sources, where the book has any, and a function that adds them all."""
    lines = ["#pragma once", "// Made from kernels/payoffs.py. Twin in numba/.", '#include "observed.cuh"']
    for name in payoffs:
        lines += [f"#if HAS_{name.upper()}", f'#include "payoffs/{PAYOFFS[name].cuda.name}"', "#endif"]
    lines += ["// `total` and all payoffs of an account."]
    lines += [
        "__device__ __forceinline__",
        "Lanes add_payoffs(i64 scenario, i64 account, const Observed& observed, Lanes total) {",
    ]
    for name in payoffs:
        lines += [f"#if HAS_{name.upper()}", f"    total = add_{name}(scenario, account, observed, total);", "#endif"]
    return "\n".join([*lines, "    return total;", "}"]) + "\n"


def lengths_within(part: type[Any]) -> tuple[str, ...]:
    """Return the lengths that strides of a part of a book are made of, in their order; the run's are named there."""
    own = dict.fromkeys(n for field in declared(part) for n in field.shape if not n.isdigit())
    return tuple(own if part is Run else (n for n in own if n not in lengths_within(Run)))


def lengths(tables: tuple[Any, ...]) -> list[int]:
    """Return what `lengths_within` names, of these tables."""
    found = lengths_of(tables)
    return [found[name] for name in lengths_within(type(tables))]


def _struct(name: str, members: Iterable[str]) -> str:
    return f"struct {name} {{ {' '.join(f'{member};' for member in members)} }};"


def _member(field: Declared) -> str:
    """Return a field as C has it: a number, or an address of numbers or of records."""
    number = "double" if field.kind is float or field.dtype.kind == "f" else "i64"
    if field.kind in (int, float):
        return f"{number} {field.name}"
    return f"const {field.record.__name__ if field.record else number}* {field.name}"


def _type(name: str) -> str:
    return "float" if name.endswith("_F32") else "double"


def _literal(name: str, value: float) -> str:
    return f"{float(np.float32(value)).hex()}f" if _type(name) == "float" else value.hex()
