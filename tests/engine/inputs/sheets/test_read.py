"""Which sheet is read, and what of it is no table."""

from datetime import date, datetime, time
from pathlib import Path

import pytest

from engine.errors import FileFaults
from engine.inputs.sheets.read import read_sheet
from tests.engine.inputs.sheets.workbooks import calculated, ods, ods_field, rows, with_part, xlsx

# Made by xlwt 1.3, which no test needs: the sheet 建玉, a book of two JGBs, coupons shown in percent, the third row
# hidden; and 誤り, with a formula that was never calculated, #N/A, 0.1 + 0.2 and two merged fields.
XLS = (Path(__file__).parents[3] / "data" / "book.xls").read_bytes()
TABLE = (("id", "x"), ("a", 1.5))
SHEET = "xl/worksheets/sheet1.xml"


def read(data, path="book.xlsx"):
    return read_sheet(data, path, lambda fields: "id" in fields, "the column id")


def texts(data, path="book.xlsx"):
    return [row for _, row in read(data, path).rows]


def refusal(data, path="book.xlsx"):
    with pytest.raises(FileFaults) as refused:
        read(data, path)
    return str(refused.value)


def test_a_typed_field_becomes_the_text_that_a_csv_has():
    day, noon = date(2034, 12, 20), datetime(2034, 12, 20, 12)

    def fill(book, sheet):
        formats = {code: book.add_format({"num_format": code}) for code in ("0.00%", "#,##0", "yyyy/m/d", "h:mm")}
        era = book.add_format({"num_format": "[$-411]ggge年m月d日"})
        sheet.write_row(0, 0, ["id", "percent", "amount", "day", "era", "with time", "time", "true", "long", "text"])
        sheet.write_string(1, 0, " 国債 ")
        sheet.write_number(1, 1, 0.0435, formats["0.00%"])
        sheet.write_number(1, 2, 5e12, formats["#,##0"])
        sheet.write_datetime(1, 3, day, formats["yyyy/m/d"])
        sheet.write_datetime(1, 4, day, era)
        sheet.write_datetime(1, 5, noon, book.add_format({"num_format": "yyyy/m/d h:mm"}))
        sheet.write_datetime(1, 6, time(9, 30), formats["h:mm"])
        sheet.write_boolean(1, 7, True)
        sheet.write_number(1, 8, 0.1)
        sheet.write_string(1, 9, "1,000")

    wanted = ("国債", "4.35%", "5000000000000", "2034-12-20", "2034-12-20", "2034-12-20 12:00:00", "09:30:00", "TRUE",
              "0.30000000000000004", "1,000")  # fmt: skip
    for options in ({}, {"date_1904": True}):  # the day of a number is another in files that Excel began on a Mac
        # As Excel writes it, to 17 digits: those of the float64 and no other.
        data = with_part(xlsx(("s", fill), **options), SHEET, lambda t: t.replace("<v>0.1<", "<v>0.30000000000000004<"))
        assert texts(data)[1] == wanted


def test_rows_are_numbered_as_the_sheet_does_and_empty_ones_do_not_count():
    def fill(book, sheet):
        sheet.write(1, 1, "Positions of 2025-05-28")  # a title above, a table from C4 on, empty rows and columns within
        sheet.write_row(3, 2, ["id", "", "x"])
        sheet.write_row(6, 2, ["a", "", 1])
        sheet.write_blank(40, 9, None, book.add_format({"bold": True}))
        sheet.set_row(6, None, None, {"hidden": True})

    sheet = read(xlsx(("s", fill)))
    assert sheet.rows == ((4, ("", "id", "x")), (7, ("", "a", "1")))  # B has the title
    assert sheet.notes == ("1 hidden row read like the others, the first is row 7",)
    assert sheet.path == "book.xlsx#s"


def test_the_sheet_is_the_only_one_or_the_one_that_fits_or_the_one_that_is_named():
    notes, hidden = ("notes", rows([("kinds", "of"), ("JGB", "bond")])), ("old", lambda _, sheet: sheet.hide())

    def old(book, sheet):
        rows(TABLE)(book, sheet)
        sheet.hide()

    assert read(xlsx(notes, ("s", rows(TABLE)), ("old", old), ("empty", lambda *_: None))).name == "s"
    assert read(xlsx(("s", rows(TABLE)), ("old", old)), "book.xlsx#old").name == "old"
    assert read(xlsx(notes)).name == "notes"  # the only one: its errors are listed by who wants another heading
    both = xlsx(("s", rows(TABLE)), ("国債#2", rows(TABLE)), hidden)
    assert refusal(both) == ("book.xlsx: has 2 sheets with the column id: 's', '国債#2'; name one: book.xlsx#s")
    assert read(both, "book.xlsx#国債#2").name == "国債#2"
    assert "has no sheet 'S'; did you mean 's'?; its sheets are 's', '国債#2', 'old'" in refusal(both, "book.xlsx#S")
    assert "no sheet has a heading with the column id in its first 20 rows; it has 'notes', 'more'" in refusal(
        xlsx(notes, ("more", rows([("a",)])))
    )
    assert "is empty: no sheet holds a value; hidden" in refusal(xlsx(("e", lambda *_: None), hidden))


def test_a_formula_that_was_never_calculated_is_no_number():
    def fill(_, sheet):
        sheet.write_row(0, 0, ["id", "x", "y"])
        sheet.write_formula(1, 0, '="a"', None, "a")
        sheet.write_formula(1, 1, "=1+1", None, 2)
        sheet.write_formula(1, 2, '=""', None, "")

    data = xlsx(("s", fill))
    assert "row 2: cell B2 holds a formula without a value" in refusal(data)  # its 2 is this program's, not a result
    data = calculated(data)
    assert "row 2: cell C2 holds a formula without a value" in refusal(data)
    assert refusal(data).count("cell") == 1
    as_text = with_part(data, SHEET, lambda text: text.replace('<c r="C2">', '<c r="C2" t="str">'))  # as Excel has it
    assert texts(as_text) == [("id", "x", "y"), ("a", "2", "")]


def test_an_error_is_its_text_and_merged_fields_are_refused():
    def fill(_, sheet):
        sheet.merge_range("A1:C1", "a title above may be merged")
        sheet.write_row(2, 0, ["id", "x", "y"])
        sheet.write_formula(3, 1, "=NA()", None, "#N/A")
        sheet.write_formula(3, 2, "=1/0", None, "#DIV/0!")

    def merged(book, sheet):
        fill(book, sheet)
        sheet.merge_range("A4:A5", "a")

    assert texts(calculated(xlsx(("s", fill)))) == [("id", "x", "y"), ("", "#N/A", "#DIV/0!")]
    assert "book.xlsx#s: row 4: cells A4:A5 are merged: only" in refusal(calculated(xlsx(("s", merged))))


def test_an_old_spreadsheet_says_the_same():
    found = read_sheet(XLS, "book.xls", lambda fields: "kind" in fields, "the column kind")
    assert found.rows[1:] == (
        (2, ("国債10年", "JGB", "JPY", "1000000000", "0.8%", "2034-06-20")),
        (3, ("国債20年", "JGB", "JPY", "2000000000", "1.9%", "2044-06-20")),
    )
    assert found.notes == ("1 hidden row read like the others, the first is row 3",)
    said = refusal(XLS, "book.xls#誤り")
    assert "row 2: cell A2 holds a formula without a value" in said
    assert "row 3: cells A3:B3 are merged" in said


def test_an_opendocument_sheet_says_the_same():
    head = f"<table:table-row>{ods_field('id')}{ods_field('x')}{ods_field('y')}</table:table-row>"
    good = (
        f"<table:table-row table:visibility='collapse'>{ods_field('国債')}{ods_field('4.35%', 'percentage', 0.0435)}"
        f"{ods_field('R16', 'date', '2034-12-20')}</table:table-row>"
    )
    error = ods_field("#N/A", extra='table:formula="of:=NA()" office:string-value="" calcext:value-type="error"')
    wide = '<table:table-cell table:number-columns-repeated="16384"/>'
    rest = f'<table:table-row table:number-rows-repeated="1048574">{wide}</table:table-row>'
    formula = '<table:table-cell table:formula="of:=1+1"/>'
    bad = f"<table:table-row>{error}{formula}{ods_field(1, 'float', 1)}</table:table-row>"
    sheet = read(ods(s=head + good + rest))
    assert sheet.rows == ((1, ("id", "x", "y")), (2, ("国債", "4.35%", "2034-12-20")))
    assert sheet.notes == ("1 hidden row read like the others, the first is row 2",)
    assert refusal(ods(s=head + bad)).startswith("book.xlsx#s: row 2: cell B2 holds a formula without a value")
    assert (
        texts(ods(s=head + bad.replace('<table:table-cell table:formula="of:=1+1"/>', ods_field("b"))))[1][0] == "#N/A"
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04" + bytes(100), "is damaged or cut short"),
        (xlsx(("s", rows(TABLE)))[:-200], "is damaged or cut short"),
        (XLS[:3000], "is damaged or cut short"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "is damaged or cut short"),
        (ods(s="<table:table-row>"), "is damaged or cut short"),
        (ods()[:0] + with_part(ods(), "content.xml", lambda t: t.replace("?>", "?><!DOCTYPE a [<!ENTITY b 'b'>]>")),
         "is damaged or cut short"),
        (with_part(ods(), "META-INF/manifest.xml", lambda t: t.replace("/>", "><a:encryption-data/></a>")),
         "is locked by a password"),
        (with_part(xlsx(("s", rows(TABLE))), SHEET, lambda t: t.replace('r="A1"', 'r="XFD1048576"')),
         "sheet 's' has a value in XFD1048576; a table may have 1,048,576 rows, 256 columns"),
        (with_part(xlsx(("s", rows(TABLE))), SHEET, lambda t: t.replace('r="A1"', 'r="a1"')), "cell at 'a1', which"),
        (with_part(xlsx(("s", rows(TABLE))), SHEET, lambda t: t.replace('t="s"><v>0', 't="s"><v>9')),
         "cannot be read as a spreadsheet: Cell string index not found"),
        (ods(s=f"<table:table-row table:number-rows-repeated='1000000'>{ods_field('id')}{ods_field('x')}"
               "</table:table-row>"), "repeats more than 1,000,000 cells"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_name_before_it_takes_memory(data, words):
    said = refusal(data)
    assert words in said
    assert said.startswith("book.xlsx: ")
