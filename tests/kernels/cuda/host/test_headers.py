"""Sources written from Python: coefficients to the bit, and structs that g++ lays out as numpy does."""

import re
import shutil
import subprocess

import numpy as np
import pytest

from kernels import coefficients
from kernels.cuda.host.arrays import words_of_book
from kernels.cuda.host.headers import LAW_TABLES, coefficients_header, generated, layout_header, lengths_within
from kernels.law_layout import Law, ModelArrays
from kernels.layout import FxOptions, Run
from kernels.payoffs import PAYOFFS
from kernels.records import declared


def test_the_header_holds_every_coefficient_to_the_bit():
    tables = dict(re.findall(r"(\w+)(?:\[\d+\])? = \{?([^;}]*)\}?;", coefficients_header()))
    for name, value in vars(coefficients).items():
        if isinstance(value, tuple | float):
            found = [float.fromhex(text.strip().rstrip("f")) for text in tables[name].split(",")]
            real = np.float32 if name.endswith("_F32") else np.float64
            assert found == np.atleast_1d(np.array(value, real)).astype(float).tolist(), name


@pytest.fixture(scope="module")
def book(random_book, with_tables):
    rng = np.random.default_rng(0)
    return with_tables(rng, random_book(rng, 4))


def test_gpp_lays_records_out_as_numpy_does(book, tmp_path):
    """Every size and every offset of a record, and how many words struct Book has, as static assertions."""
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    records = {field.record for tables in book.parts() for field in declared(type(tables))} - {None} | {Law}
    lines = ["#include <cstddef>", "#define __constant__", '#include "layout.cuh"']
    for record in records:
        lines.append(f"static_assert(sizeof({record.__name__}) == {record.dtype().itemsize});")
        for name, (_, offset) in record.dtype().fields.items():
            lines.append(f"static_assert(offsetof({record.__name__}, {name}) == {offset});")
    lines.append(f"static_assert(sizeof(Book) == 8 * {words_of_book(book, lambda _: np.uint64(0)).size});")
    real = "typedef long long i64;\n"  # all that layout.cuh needs of real.cuh
    texts = generated(tuple(PAYOFFS)) | {"real.cuh": real, "check.cpp": "\n".join([*lines, "int main() {}"])}
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["g++", "-std=c++17", "-fsyntax-only", str(tmp_path / "check.cpp")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def members(struct, text):
    body = re.search(rf"struct {struct} {{(.*?)}};", text, re.S)[1]
    return [member.strip() for member in body.split(";") if member.strip()]


def test_the_words_of_a_book_are_its_structs_members_in_their_order(book):
    text = layout_header(tuple(PAYOFFS))
    addresses = iter(range(1000, 2000))
    words = words_of_book(book, lambda _: np.uint64(next(addresses))).tolist()
    parts = [member.split() for member in members("Book", text)]
    assert [name for _, name in parts] == ["run", "flows", "points", *PAYOFFS]
    flat = [member for struct, _ in parts for member in members(struct, text)]
    assert len(flat) == len(words)
    found = dict(zip(flat, words, strict=True))
    assert found["i64 n_books"] == book.run.base_value.size
    assert found["i64 n_flows"] == book.flows.exponents.shape[0]
    assert found["i64 n_groups"] == book.of(FxOptions).groups.size
    assert all(word >= 1000 for member, word in found.items() if member.startswith("const"))


def test_lengths_of_the_run_are_not_named_again():
    assert set(lengths_within(FxOptions)) == {"n_groups", "n_options", "n_tables", "n_x", "n_w"}
    assert "n_books" in lengths_within(Run)


def test_the_tables_of_a_law_follow_what_it_has_beside_its_steps():
    assert [field.name for field in LAW_TABLES] == list(ModelArrays._fields[5:])
