"""Declarations: what makes a record or a tuple of tables, and what is refused."""

from typing import Annotated, NamedTuple

import numpy as np
import pytest

from kernels.records import Field, Record, Rows, contiguous, declared, empty, lengths_of
from kernels.types import F64


class Pair(Record):
    """Two numbers."""

    n: Annotated[int, Field("how many")]
    x: Annotated[float, Field("how much", "JPY")]


class Tables(NamedTuple):
    """One of each."""

    pairs: Annotated[Rows[Pair], Field("rows", shape="n_pairs")]
    table: Annotated[F64, Field("numbers", "JPY", "n_rows n_pairs 2")]
    degree: Annotated[int, Field("a number")]


def test_a_record_is_a_dtype_of_64_bit_numbers_whose_rows_have_attributes():
    rows = Pair.rows(n=[1, 2], x=0.5)
    assert rows.dtype.names == ("n", "x")
    assert rows.dtype.itemsize == 16
    assert (rows[1].n, rows[1].x) == (2, 0.5)
    assert rows["n"].tolist() == [1, 2]


def test_rows_want_every_column_and_no_other():
    with pytest.raises(ValueError, match="Pair has the fields n, x; got n"):
        Pair.rows(n=[1])


def test_a_field_named_as_numpys_own_attribute_is_refused():
    class Bad(Record):
        std: Annotated[float, Field("hidden by numpy's method of this name")]

    with pytest.raises(TypeError, match=r"Bad.std has the name of an attribute of numpy's records"):
        Bad.dtype()


def test_a_field_that_is_no_number_or_has_no_meaning_is_refused():
    class Text(Record):
        name: Annotated[str, Field("a word")]

    class Mute(Record):
        n: int

    with pytest.raises(TypeError, match=r"Text.name must be int or float"):
        Text.dtype()
    with pytest.raises(TypeError, match=r"Mute.n is declared without a meaning"):
        declared(Mute)


def test_empty_tables_have_the_lengths_that_are_named():
    tables = empty(Tables, n_rows=3)
    assert (tables.pairs.shape, tables.table.shape, tables.degree) == ((0,), (3, 0, 2), 0)
    assert lengths_of(tables) == {"n_pairs": 0, "n_rows": 3}


def test_lengths_must_agree():
    with pytest.raises(ValueError, match=r"Tables.table is \(3, 1, 2\): n_pairs is 0"):
        lengths_of(empty(Tables)._replace(table=np.zeros((3, 1, 2))))
    with pytest.raises(ValueError, match=r"Tables.table is \(3, 0, 4\): 2 is 2"):
        lengths_of(empty(Tables)._replace(table=np.zeros((3, 0, 4))))


def test_contiguous_copies_what_is_not():
    tables = empty(Tables)._replace(table=np.zeros((2, 6, 4))[:, :, ::2])
    assert contiguous(tables).table.flags.c_contiguous


def test_contiguous_gives_rows_their_attributes_back():
    joined = np.concatenate([Pair.rows(n=[1], x=2.0), Pair.rows(n=[3], x=4.0)])
    assert not hasattr(joined[1], "x")  # which is why
    assert contiguous(empty(Tables)._replace(pairs=joined)).pairs[1].x == 4.0
