"""Book files: what is read, what is refused and in which words. BAD-S cases are those of the shared reference."""

import contextlib
import csv
import gzip
import io
import os
import stat
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.books import write_book
from engine.book.compile import compile_book, position_faults
from engine.errors import FileFaults, InputError
from engine.inputs.book.load import (
    MAX_FAULTS,
    bundled_book_path,
    load_book,
    parse_book,
)
from engine.instruments.registry import KINDS
from engine.instruments.rows.columns import COLUMNS
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.ranges import column_ranges
from engine.instruments.rows.template import example_row
from engine.workbook import SheetTable, workbook_bytes

DATE = date(2026, 11, 20)  # of the reference cases
EXAMPLE_DATE = date(2025, 5, 28)
HEADER = "position_id,kind,currency,notional,coupon,maturity,rate,start_date,price"
OPTION_HEADER = "position_id,kind,currency,notional,maturity,rate,tenor"
STRANGLE_HEADER = "position_id,kind,currency,notional,maturity,strike,strike_2"
FUTURE_HEADER = "position_id,kind,currency,notional,contract,deliverables"
JGB = "P1,JGB,JPY,1000000000,0.011,2034-06-20,,,"
UST = "P2,UST,USD,10000000,0.0425,2034-11-15,,,"


def _load(tmp_path: Path, content: str | bytes, valuation_date: date = DATE):
    path = tmp_path / "book.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return load_book(path, valuation_date)


def _text(*rows: str, header: str = HEADER) -> str:
    return "\n".join((header, *rows)) + "\n"


def _jgb(**fields: str) -> str:
    plain = dict(zip(HEADER.split(","), JGB.split(","), strict=True))
    return ",".join((plain | fields).values())


REFUSED = {
    "S001 empty": ("", ["the file is empty"]),
    "S002 header only": (_text(), ["holds no positions"]),
    "S008 EUC-JP": (
        _text(JGB).encode() + "東京".encode("euc_jp") + b"," * 8,
        ["line 3", "not UTF-8", "seems to be EUC-JP", "iconv -f EUC-JP -t UTF-8"],
    ),
    "UTF-16 without a mark": (_text(JGB).encode("utf-16-le"), ["is UTF-16 text without a mark", "save it as UTF-8"]),
    "UTF-32": (_text(JGB).encode("utf-32"), ["is UTF-32 text; save it as UTF-8"]),
    "Latin-1": (_text(_jgb(position_id="Z\u00fcrich")).encode("latin-1"), ["line 2", "0xfc is not UTF-8"]),
    "400 digits": (_text(_jgb(notional="9" * 400)), ["line 2, notional", "it has 400 characters, and 64 are enough"]),
    "beyond a float64": (_text(_jgb(notional="1e999")), ["line 2, notional", "a float64 cannot hold it"]),
    "S009 NUL": (_text(_jgb(position_id="P\0")), ["line 2", "NUL"]),
    "S010 unclosed quote": (_text('"' + JGB, UST), ["line 2: a quote"]),
    "S011 semicolons": (_text(JGB).replace(",", ";"), ["separated by semicolons; separate them by commas"]),
    "tabs": (_text(JGB).replace(",", "\t"), ["separated by tabs"]),
    "S012 too few": (_text("P1,JGB,JPY,1000000000"), ["line 2: has 4 fields, the header 9"]),
    "S013 too many": (_text(JGB + ",x,y"), ["line 2: has 11 fields, the header 9"]),
    "S014 compressed": (gzip.compress(bytes(1000)), ["is a gzip file; decompress it first"]),
    "S048 pickle": (b"\x80\x04\x95", ["a pickle; pickles are never opened"]),
    "S047 YAML": ("!!python/object/apply:os.system ['echo hacked']\n", ["'position_id' is missing"]),
    "S016 twice": (_text(JGB + ",5", header=HEADER + ",notional"), ["line 1, notional: this column name stands twice"]),
    "S017 missing": (
        _text("P1,JGB,JPY", header="position_id,kind,currency"),
        ["required column 'notional' is missing; it holds: face of a bond"],
    ),
    "S019 nan": (_text(_jgb(notional="nan")), ["line 2, notional", "'nan'"]),
    "S020 empty": (_text(_jgb(notional="")), ["line 2, notional: is empty"]),
    "S021 infinite": (_text(_jgb(notional="inf")), ["line 2, notional", "'inf'"]),
    "S022 1e308": (_text(_jgb(notional="1e308")), ["line 2, notional", "below 1e+15, got 1e308", "sanity limit"]),
    "S023 thousands": (_text(_jgb(notional='"1,000,000,000"')), ["'1,000,000,000'", "plain digits"]),
    "S024 decimal comma": (_text(_jgb(notional='"1000000,50"')), ["line 2, notional", "'1000000,50'"]),
    "S025 underscores": (_text(_jgb(notional="1_000_000")), ["line 2, notional", "'1_000_000'"]),
    "S026 Arabic digits": (_text(_jgb(notional="\u0661\u0660")), ["'\u0661\u0660'", "ASCII digits"]),
    "full-width separators": (_text(_jgb(notional="\uff11\uff0c\uff10")), ["write 1000000.5, without separators"]),
    "percent of a price": (_text(_jgb(price="101.5%")), ["line 2, price", "'101.5%'; write the number alone"]),
    "S028 accounting": (_text(_jgb(notional="(1000000000)")), ["with a minus sign: -1000000000"]),
    "S029 percent": (_text(_jgb(coupon="4.25")), ["line 2, coupon", "is 0.0425 meant?"]),
    "S033 serial date": (_text(_jgb(maturity="49115")), ["line 2, maturity", "'49115'", "2034-06-20 is meant"]),
    "S034 no such day": (_text(_jgb(maturity="2034-11-31")), ["no such day, got '2034-11-31'"]),
    "S035 ambiguous": (_text(_jgb(maturity="03/04/2034")), ["YYYY-MM-DD, got '03/04/2034'"]),
    "S037 perpetual": (_text(_jgb(maturity="9999-12-31")), ["the largest maturity is 2076-12-31"]),
    "S038 twice": (_text(JGB, UST, JGB), ["line 4, position_id: 'P1' already stands on line 2"]),
    "S039 JGB in dollars": (_text(_jgb(currency="USD")), ["line 2, currency: JGB is in JPY, got 'USD'"]),
    "S040 YEN": (_text(_jgb(currency="YEN")), ["unknown currency 'YEN'; did you mean JPY?"]),
    "S041 kind": (
        _text(_jgb(kind="JGBZ")),
        ["unknown kind 'JGBZ'; did you mean JGB?; known are JGB, JGB_BILL, JGB_STRIP"],
    ),
    "S059 marker": (_text(_jgb(notional="-")), ["line 2, notional", "'-'", "leave the field empty"]),
    "inverted FX": (_text("F,FX_FORWARD,USD,1,,2027-05-20,0.0064,,"), ["is 156.25 meant? The rate is yen for one"]),
    "dollars for yen": (
        _text("F,FX_FORWARD,EUR,1,,2027-05-20,1.129,,"),
        ["`against` is empty; is EUR/USD meant?"],
    ),
    "rate in percent": (_text("R,REPO,JPY,1,,2027-05-20,0.45,2026-11-02,"), ["is 0.0045 meant?"]),
    "price as a part of one": (_text(_jgb(price="0.985")), ["is 98.5 meant? Prices are per 100"]),
    "field a kind has no use for": (_text("C,CASH,JPY,1,0.01,,,,"), ["line 2, coupon: CASH takes no `coupon`"]),
    "column a kind needs": (
        _text("P1,JGB,JPY,1,2034-06-20", header="position_id,kind,currency,notional,maturity"),
        ["line 2, coupon: is empty, but JGB needs it", "the file has no such column"],
    ),
    "control character": (_text(_jgb(position_id="P\x07")), ["printable"]),
    "loan backwards": (
        _text("R,REPO,JPY,1,,2026-11-30,0.0045,2026-12-02,"),
        ["start_date: must be before the maturity 2026-11-30"],
    ),
    "no kind": (_text(_jgb(kind="")), ["line 2, kind: is empty, but every position needs it"]),
    "two marks": (
        _text(_jgb(price="99.0") + ",0.01", header=HEADER + ",market_yield"),
        ["line 2, market_yield: JGB takes `price` or `market_yield`, got both"],
    ),
    "price in 32nds": (_text(_jgb(price="110-16+")), ["is 110.515625 meant? Write 32nds as decimals"]),
    "no vol": (
        _text("S,SWAPTION_PAYER,JPY,1,2027-05-20,0.01,10Y", header=OPTION_HEADER),
        ["line 2, vol: is empty, but SWAPTION_PAYER needs it or `premium`"],
    ),
    "tenor": (_text("S,SWAPTION_PAYER,JPY,1,2027-05-20,0.01,10", header=OPTION_HEADER), ["tenor must look like"]),
    "strikes": (
        _text("O,FX_STRANGLE,USD,1,2027-05-20,150,140", header=STRANGLE_HEADER),
        ["line 2, strike_2: must be above `strike`, 150, got 140"],
    ),
    "basket": (
        _text("F,JGB_FUTURE,JPY,1,JGB10-2703,0.01@2030-03-20", header=FUTURE_HEADER),
        ["line 2, deliverables: JGB10-2703 takes bonds with 84 to 132 months", "has 36"],
    ),
    "basket's form": (
        _text("F,JGB_FUTURE,JPY,1,JGB10-2703,0.01/2036-03-20", header=FUTURE_HEADER),
        ["lists bonds as coupon@maturity"],
    ),
    "another exchange": (
        _text("F,JGB_FUTURE,JPY,1,TY-2703,0.01@2036-03-20", header=FUTURE_HEADER),
        ["line 2, contract: TY-2703 is no JGB_FUTURE"],
    ),
    "swap without fixing": (
        _text("O,OIS,JPY,1,,2030-08-20,0.01,2025-08-20,"),
        ["line 2, fixed_so_far: position 'O' is 92 days into an interest period"],
    ),
    "book name": (
        _text("../../outside," + JGB, header="book," + HEADER),
        ["line 2, book: a book's name has 1 to 64 letters and digits"],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_file_is_refused_in_these_words(case, tmp_path):
    content, wanted = REFUSED[case]
    with pytest.raises(FileFaults) as refusal:
        _load(tmp_path, content)
    for words in wanted:
        assert words in str(refusal.value)
    assert str(refusal.value).startswith(str(tmp_path / "book.csv"))


def test_all_faults_of_a_file_come_at_once(tmp_path):
    rows = (_jgb(notional="x", coupon="4.25"), UST.replace("USD", "JPY"), "short", _jgb(maturity="2020-06-20"))
    with pytest.raises(FileFaults) as refusal:
        _load(tmp_path, _text(*rows))
    found = [(fault.line, fault.where) for fault in refusal.value.faults]
    assert found == [(2, "notional"), (2, "coupon"), (3, "currency"), (4, None), (5, "position_id")]


def test_a_thousand_faults_are_counted(tmp_path):
    rows = (_jgb(position_id=f"P{i}", notional="x") for i in range(1000))
    with pytest.raises(FileFaults) as refusal:
        _load(tmp_path, _text(*rows))
    assert len(refusal.value.faults) == MAX_FAULTS + 1
    assert "and 900 errors more" in str(refusal.value)


def test_what_is_no_readable_regular_file_is_refused(tmp_path):  # S003, S004, S005, S015
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    wanted = {tmp_path / "absent.csv": "no such file", tmp_path: "a directory", pipe: "a device or a pipe"}
    for path, words in (wanted | {Path("/dev/zero"): "a device or a pipe"}).items():
        with pytest.raises(FileFaults, match=words) as refusal:
            load_book(path, DATE)
        assert str(path) in str(refusal.value)


def test_a_file_without_read_permission_is_refused(tmp_path, monkeypatch):  # S005
    path = tmp_path / "book.csv"
    path.write_text(_text(JGB))
    path.chmod(0)
    if os.access(path, os.R_OK):  # the superuser may read everything: let the system refuse

        def refuse(*_, **__):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(FileFaults, match=r"book\.csv: permission denied: this user may not read it"):
        load_book(path, DATE)
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)


def test_a_file_above_the_size_limit_is_refused(tmp_path, monkeypatch):  # S014
    monkeypatch.setenv("UNWIND_CACHE", str(tmp_path))
    monkeypatch.setattr("engine.inputs.book.table.MAX_BYTES", 100)
    with pytest.raises(FileFaults, match="may have 100 at most; split it"):
        _load(tmp_path, _text(JGB, UST))
    monkeypatch.undo()
    monkeypatch.setenv("UNWIND_CACHE", str(tmp_path))  # a book kept by an earlier run was within the limit then
    monkeypatch.setattr("engine.inputs.book.table.MAX_ROWS", 1)
    with pytest.raises(FileFaults, match="has more than 1 positions"):
        _load(tmp_path, _text(JGB, UST))


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + _text(JGB, UST).encode(),  # S006
        _text(JGB, UST).replace("\n", "\r\n"),  # S007
        _text(JGB, "", UST).rstrip("\n"),
        _text(JGB, "," * JGB.count(","), UST, " , ,\t,"),
        _text('"P1"' + JGB[2:], UST),
        _text(JGB, UST).replace(",", " , ").replace("\n", " \n "),
        _text(JGB, UST).encode("utf-16"),
        _text(JGB, UST).replace("1000000000", "1e9"),
    ],
    ids=[
        "byte-order mark",
        "CRLF",
        "blank line, no final newline",
        "a sheet's empty rows",
        "quotes",
        "spaces",
        "UTF-16",
        "exponent",
    ],
)
def test_these_read_as_the_plain_file(content, tmp_path):
    plain, other = _load(tmp_path, _text(JGB, UST)), _load(tmp_path, content)
    assert other.position_ids == plain.position_ids == ("P1", "P2")
    assert other.flows.amount.tobytes() == plain.flows.amount.tobytes()
    assert other.warnings == plain.warnings == ()


def test_a_negative_notional_is_a_short_position(tmp_path):  # S027
    book = _load(tmp_path, _text(_jgb(notional="-1000000000")))
    assert (book.flows.amount < 0.0).all()


@pytest.mark.parametrize(
    ("name", "hint"), [("maturty", ""), ("trader", ""), ("issued", "; did you mean 'issue_date'?")]
)
def test_an_unknown_column_is_warned_of(tmp_path, name, hint):  # S018; `maturity` itself is there
    book = _load(tmp_path, _text(JGB + ",2034-06-20", header=f"{HEADER},{name}"))
    assert book.warnings == (f"column {name!r} is unknown and was not read{hint}",)


def test_a_misspelt_column_is_a_fault_of_the_header_and_of_no_row(tmp_path):
    header = HEADER.replace("coupon", "cupon").replace("price", "PRISE")
    with pytest.raises(FileFaults) as refused:
        _load(tmp_path, _text(JGB, _jgb(position_id="P2", notional="x"), header=header))
    assert [str(fault) for fault in refused.value.faults] == [
        "line 1, column 'cupon': not known; did you mean 'coupon'?",
        "line 1, column 'PRISE': not known; did you mean 'price'?",
        "line 3, notional: must be a number in plain digits, got 'x'",
    ]


def test_a_misspelt_column_of_a_parquet_file_is_refused(tmp_path):
    fields = dict(zip(HEADER.split(","), JGB.split(","), strict=True))
    columns = {name.replace("coupon", "cupon"): [field] for name, field in fields.items()}
    pq.write_table(pa.table(columns), tmp_path / "b")
    with pytest.raises(FileFaults) as refused:
        load_book(tmp_path / "b", DATE)
    assert [str(fault) for fault in refused.value.faults] == ["column 'cupon': not known; did you mean 'coupon'?"]


def test_columns_missing_and_misspelt_are_said_at_once(tmp_path):
    header = HEADER.replace("notional", "notionl").replace("price", "prise")
    with pytest.raises(FileFaults, match=r"'notional' is missing.* rename 'notionl'[\s\S]*did you mean 'price'\?"):
        _load(tmp_path, _text(JGB, header=header))


def test_a_zero_notional_is_warned_of(tmp_path):  # S030
    book = _load(tmp_path, _text(_jgb(notional="0"), UST))
    assert book.warnings == ("1 position ('P1') with a notional of 0: worth exactly 0",)
    assert not book.flows.amount[book.flows.position == 0].any()


def test_a_bond_that_matures_on_the_valuation_date_is_warned_of(tmp_path):  # S036
    book = _load(tmp_path, _text(_jgb(maturity="2026-11-20"), UST))
    assert book.warnings == (
        "1 position ('P1') with its last payment on the valuation date 2026-11-20: counts as paid, worth 0",
    )
    assert (book.flows.position == 1).all()


def test_ids_are_kept_as_they_are(tmp_path):  # S044, S045: what shows them escapes them
    ids = ("=1+1", "@SUM(1)", "<script>alert(1)</script>", "東京 10年")
    rows = [_jgb(position_id=name) for name in ids]
    assert _load(tmp_path, _text(*rows)).position_ids == ids


def test_an_id_that_a_spreadsheet_shortened_is_refused(tmp_path):
    with pytest.raises(FileFaults, match=r"position_id: is a number that a spreadsheet shortened, 1\.23457E\+18"):
        _load(tmp_path, _text(JGB.replace("P1", "1.23457E+18")))


def test_missing_market_prices_are_counted_and_not_read_as_numbers(tmp_path):  # S059
    markers = (".", "-", "N/A", "#N/A", "-", "")
    rows = [_jgb(position_id=f"P{i}", price=marker) for i, marker in enumerate(markers)]
    book = _load(tmp_path, _text(*rows))
    assert book.marks.position.size == 0
    assert book.warnings == ("column 'price': 5 fields read as no price ('#N/A' x 1, '-' x 2, '.' x 1, 'N/A' x 1)",)


def test_many_books_in_one_file_and_one_without_the_column(tmp_path):
    rows = ("rates," + JGB, "fx," + UST)
    assert _load(tmp_path, _text(*rows, header="book," + HEADER)).books == ("rates", "fx")
    assert _load(tmp_path, _text(JGB)).books == ("book",)  # as its file, book.csv, is called


def _plain(value):
    return value.name if isinstance(value, Kind) else value


def test_a_parquet_book_is_the_same_as_its_csv(tmp_path):
    source, path = bundled_book_path(), tmp_path / "book.parquet"
    wanted = [(p, None) for p in parse_book(source.read_bytes(), source, date(2025, 5, 28)).positions]
    types = {"text": pa.string(), "number": pa.float64(), "date": pa.date32()}
    columns = {
        name: pa.array([_plain(getattr(position, name)) for position, _ in wanted], types[column.type])
        for name, column in COLUMNS.items()
    }
    for dates in (pa.date32(), pa.timestamp("us"), pa.string()):
        table = pa.table(columns | {name: columns[name].cast(dates) for name in ("maturity", "issue_date")})
        pq.write_table(table, path)
        left, right = load_book(source, date(2025, 5, 28)), load_book(path, date(2025, 5, 28))
        assert left.flows.amount.tobytes() == right.flows.amount.tobytes()
        assert left.marks.settlement_value.tobytes() == right.marks.settlement_value.tobytes()
        assert left.position_ids == right.position_ids


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"notional": [float("nan")]}, "line 1, notional: must be a number in plain digits, got 'nan'"),
        ({"notional": [True]}, "notional: has the type bool"),
        ({"maturity": [np.datetime64("2034-06-20T12:00", "us")]}, "maturity: must be a date, YYYY-MM-DD, got"),
        ({"currency": [None]}, "line 1, currency: is empty"),
        ({"kind": []}, "holds no positions"),
    ],
)
def test_a_bad_parquet_book_is_refused(change, words, tmp_path):
    fields = {"position_id": ["P1"], "kind": ["JGB"], "currency": ["JPY"], "notional": [1.0], "coupon": [0.01]}
    fields |= {"maturity": ["2034-06-20"]} | change
    rows = min(map(len, fields.values()))
    table = pa.table({name: pa.array(values[:rows]) for name, values in fields.items()})
    pq.write_table(table, tmp_path / "book.parquet")
    with pytest.raises(FileFaults) as refusal:
        load_book(tmp_path / "book.parquet", DATE)
    assert words in str(refusal.value)


def test_a_broken_parquet_file_is_refused(tmp_path):
    pq.write_table(pa.table({"position_id": ["P1"]}), tmp_path / "book.parquet")
    half = (tmp_path / "book.parquet").read_bytes()[:50]
    with pytest.raises(FileFaults, match="not a Parquet file that can be read"):
        _load(tmp_path, half)
    with pytest.raises(FileFaults, match="'kind' is missing"):
        load_book(tmp_path / "book.parquet", DATE)


FIELD = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "JGB", "UST", "FX_SPOT", "REPO", "JPY", "USD", "-5", "0.01", "1e9", "145", "2030-06-20", "-"]),
)


@given(st.lists(st.lists(FIELD, min_size=8, max_size=10), max_size=4), st.booleans())
@settings(max_examples=150, deadline=None)
def test_the_parser_never_fails_but_with_a_message(rows, quoted):
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL).writerows([HEADER.split(","), *rows])
    _parse_or_refuse(text.getvalue().encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=200), st.booleans())
@settings(max_examples=150, deadline=None)
def test_bytes_never_crash_the_parser(data, with_header):
    _parse_or_refuse(HEADER.encode() + b"\n" + data if with_header else data)


def _parse_or_refuse(data: bytes) -> None:
    with contextlib.suppress(FileFaults):
        rows = parse_book(data, "book.csv", DATE)
        assert all(np.isfinite(position.notional) for position in rows.positions)
        if not position_faults(rows.positions, DATE):
            compile_book(rows.positions, DATE, sha256="")


_SPREAD = {  # numbers that any position of a kind may have
    "coupon": (0.0, 0.0999), "rate": (0.0, 0.2), "price": (5.0, 299.0), "market_yield": (-0.01, 0.4),
    "spread": (-0.09, 0.09), "fixed_so_far": (-0.09, 0.4), "vol": (1e-5, 0.09), "premium": (0.0, 0.9),
    "break_even": (-0.1, 0.3),
}  # fmt: skip


@st.composite
def _positions(draw):
    """Examples with their numbers drawn anew; some columns left out or filled in as their kind allows."""
    kind = draw(st.sampled_from(list(KINDS.values())))
    rule, fields = kind.rule, dict(example_row(kind))
    for name in (*rule.at_most_one, *rule.one_of):
        fields.pop(name, None)
    choices = [*rule.one_of] or [*rule.at_most_one, None]
    chosen = draw(st.sampled_from(choices)) if choices != [None] else None
    if chosen:
        fields[chosen] = draw(st.floats(*_SPREAD[chosen]))
    ranges = {name: limits for name, limits, _ in column_ranges(rule, fields["currency"], None)}
    for name in fields.keys() & _SPREAD.keys() - {chosen}:
        low, high = ranges.get(name, _SPREAD[name])
        fields[name] = draw(st.floats(low, high * 0.999))
    return fields | {
        "position_id": draw(st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)),
        "book": draw(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,10}", fullmatch=True)),
        "notional": draw(st.floats(-9e14, 9e14)),
    }


@given(st.lists(_positions(), min_size=1, max_size=5, unique_by=lambda fields: fields["position_id"]))
@settings(max_examples=60, deadline=None)
def test_positions_written_as_csv_are_read_back(fields):
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(fields)  # floats as repr: the shortest text that gives the same bits
    rows = parse_book(text.getvalue().encode(), "book.csv", EXAMPLE_DATE)
    assert rows.faults == []
    for position, row in zip(rows.positions, fields, strict=True):
        for name, value in row.items():
            found = getattr(position, name)
            if isinstance(found, float):
                assert found == float(value)
            elif name != "deliverables":
                assert str(found) == str(value)
    book = compile_book(rows.positions, EXAMPLE_DATE, sha256="")
    assert (book.flows.day >= 0).all()
    assert np.isfinite(book.flows.amount).all()


def test_an_unknown_bundled_book_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match="no bundled book 'smaple'; there are: all-kinds, carry-fund"):
        bundled_book_path("smaple")


@pytest.mark.slow
def test_100_000_bonds_load_in_a_minute(tmp_path):
    rows = [_jgb(position_id=f"P{i}", maturity=str(DATE + timedelta(days=60 + i % 14_000))) for i in range(100_000)]
    assert len(_load(tmp_path, _text(*rows)).position_ids) == 100_000


@pytest.mark.slow
def test_100_000_positions_of_all_kinds_are_recalled_as_they_were_compiled(tmp_path, monkeypatch):
    monkeypatch.setenv("UNWIND_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "book.csv"
    write_book(path, 100_000, n_books=10)
    book, again = load_book(path, EXAMPLE_DATE), load_book(path, EXAMPLE_DATE)
    assert len(book.position_ids) == 100_000
    assert set(KINDS) - set(book.kinds) == {"BUND"}  # the bundled market, whose books these are, has no euro
    assert again.flows.amount.tobytes() == book.flows.amount.tobytes()
    assert again.options.strike.tobytes() == book.options.strike.tobytes()


def test_a_spreadsheet_gives_the_positions_that_its_csv_gives():
    text = (bundled_book_path("all-kinds")).read_text()
    header, *rows = csv.reader(text.splitlines())
    typed = [[_typed(COLUMNS[name], field) for name, field in zip(header, row, strict=True)] for row in rows]
    data = workbook_bytes([SheetTable(name="建玉", columns=header, rows=typed)])
    sheet, plain = parse_book(data, "book.xlsx", EXAMPLE_DATE), parse_book(text.encode(), "book.csv", EXAMPLE_DATE)
    assert sheet.positions == plain.positions  # to the last bit of each number, and by row
    assert not sheet.faults


def _typed(column, field):
    if not field or column.type == "text":
        return field or None
    return float(field) if column.type == "number" else date.fromisoformat(field)


def test_a_japanese_book_is_read_by_its_own_headings_and_errors_name_them():
    text = (
        "ポジション,ブック,種別,通貨,元本,利率,満期日\n"
        "国債10年,一般勘定・国債,JGB,JPY,△\uff11\uff10\uff10,0.8%,2034/12/20\n"
        "国債20年,一般勘定・国債,JGB,JPY,100,0.8%,令和26年12月20日\n"
    )
    first, second = parse_book(text.encode("cp932"), "book.csv", EXAMPLE_DATE).positions
    assert (first.position_id, first.book, first.notional, first.coupon) == (
        "国債10年",
        "一般勘定・国債",
        -100.0,
        0.008,
    )
    assert (first.maturity, second.maturity) == (date(2034, 12, 20), date(2044, 12, 20))
    (fault,) = parse_book(text.replace("100,0.8%", "100,80%").encode(), "book.csv", EXAMPLE_DATE).faults
    assert str(fault).startswith("line 3, coupon (利率): must be at least 0 and below 0.1, got 80%")
    same = "ポジション,kind,種別,通貨,元本\n"
    with pytest.raises(FileFaults, match="kind: this column name stands twice"):
        parse_book(same.encode(), "book.csv", EXAMPLE_DATE)


@pytest.mark.parametrize("name", ["#REF!", "#N/A"])
def test_an_error_of_a_spreadsheet_names_no_position(name):
    (fault,) = parse_book(_text(_jgb(position_id=name)).encode(), "book.csv", EXAMPLE_DATE).faults
    assert f"holds a spreadsheet's error, {name}" in str(fault)


def test_errors_of_a_sheet_name_file_sheet_row_and_column(tmp_path):
    rows = [("P1", "JGB", "JPY", "1,000", 0.008, 49298), ("P2", "JGB", "JPY", 5.0, 0.008, date(2034, 6, 20))]
    path = tmp_path / "book.xlsx"
    header = ("position_id", "kind", "currency", "notional", "coupon", "maturity")
    path.write_bytes(workbook_bytes([SheetTable(name="建玉", columns=header, rows=rows)]))
    with pytest.raises(FileFaults) as refused:
        load_book(path, EXAMPLE_DATE)
    assert str(refused.value).splitlines() == [
        f"{path}#建玉: row 2, notional: must be a number in plain digits, got '1,000'; write 1000000.5, without "
        "separators, with a point",
        f"{path}#建玉: row 2, maturity: must be a date, YYYY-MM-DD, got '49298'; if this is a spreadsheet's serial "
        "number of the 1900 system, 2034-12-20 is meant: format it as a date",
    ]
