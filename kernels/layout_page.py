"""The page docs/reference/layout.md: what kernels are handed, as Markdown; a test holds it to the declarations."""

from collections.abc import Iterator
from typing import Any

from kernels.law_layout import ModelArrays
from kernels.layout import Book, Flows, Points, Run
from kernels.payoffs import PAYOFFS
from kernels.records import Declared, Record, declared


def layout_page() -> str:
    """Return the page: what laws and books are for kernels, every field with its type, shape, unit and meaning."""
    lines = [
        "# What kernels are handed",
        "",
        "Written from `kernels/layout.py` and `kernels/law_layout.py` by `python -m cli.pages.reference`."
        " An int has 64 bits, a float is binary64.",
        "",
        f"A book: {_text(Book)}",
        "",
        "A model: `ModelArrays`.",
    ]
    for title, kinds in (
        ("Laws", [ModelArrays]),
        ("What payoffs stand upon", [Run, Flows, Points]),
        ("Payoffs", [payoff.tables for payoff in PAYOFFS.values()]),
    ):
        lines += ["", f"## {title}"]
        for kind in kinds:
            lines += _section(kind)
    return "\n".join(lines) + "\n"


def _section(kind: type[Any]) -> Iterator[str]:
    fields = declared(kind)
    yield from ("", f"### {kind.__name__}", "", _text(kind), "", "| field | type | shape | unit | meaning |")
    yield "|---|---|---|---|---|"
    yield from (f"| `{f.name}` | {_type(f)} | {_shape(f)} | {f.unit} | {_escaped(f)} |" for f in fields)
    records = [record for field in fields if (record := field.record)]
    for record in dict.fromkeys(records):
        yield from _record(record)


def _record(record: type[Record]) -> Iterator[str]:
    yield from ("", f"#### {record.__name__}", "", _text(record), "", "| field | type | unit | meaning |")
    yield "|---|---|---|---|"
    yield from (f"| `{f.name}` | {_type(f)} | {f.unit} | {_escaped(f)} |" for f in declared(record))


def _escaped(field: Declared) -> str:
    return field.meaning.replace("|", "\\|")


def _text(kind: type[Any]) -> str:
    """Return a class's docstring, its lines joined within each paragraph."""
    return "\n\n".join(" ".join(part.split()) for part in (kind.__doc__ or "").split("\n\n"))


def _type(field: Declared) -> str:
    if field.record:
        return field.record.__name__
    if field.kind in (int, float):
        return str(field.kind.__name__)
    number = field.number
    return "float" if number is Any or number.__name__ == "float64" else "int"


def _shape(field: Declared) -> str:
    return f"({', '.join(field.shape)}{',' if len(field.shape) == 1 else ''})" if field.shape else ""
