"""Spreadsheets for tests: .xlsx by XlsxWriter, .ods as the parts that LibreOffice writes; both small."""

import io
from zipfile import ZIP_DEFLATED, ZipFile

import xlsxwriter

ODS_CONTENT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" office:version="1.3">
<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"""


def xlsx(*sheets, **options):
    """The bytes of an .xlsx file; each sheet is a name and a function that fills it."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, **options})
    for name, fill in sheets:
        fill(book, book.add_worksheet(name))
    book.close()
    return buffer.getvalue()


def rows(table, **formats):
    """A function that fills a sheet with rows; `formats` are number formats by the columns' letters."""

    def fill(book, sheet):
        made = {letter: book.add_format({"num_format": code}) for letter, code in formats.items()}
        for i, row in enumerate(table):
            for j, value in enumerate(row):
                sheet.write(i, j, value, made.get(chr(ord("A") + j)) if i else None)

    return fill


def with_part(data, name, change):
    """A zipped file in which the text of one part is changed."""
    buffer = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as old, ZipFile(buffer, "w", ZIP_DEFLATED) as new:
        for part in old.namelist():
            content = old.read(part)
            new.writestr(part, change(content.decode()).encode() if part == name else content)
    return buffer.getvalue()


def calculated(data):
    """A file as a program leaves it that calculates: XlsxWriter has it calculated when it is opened."""
    return with_part(data, "xl/workbook.xml", lambda text: text.replace(' fullCalcOnLoad="1"', ""))


def ods(**tables):
    """The bytes of an .ods file; each sheet by its name is the text of its rows."""
    buffer = io.BytesIO()
    parts = "".join(f'<table:table table:name="{name}">{text}</table:table>' for name, text in tables.items())
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    with ZipFile(buffer, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        file.writestr("content.xml", ODS_CONTENT.format(tables=parts))
        file.writestr("META-INF/manifest.xml", manifest)
    return buffer.getvalue()


def ods_field(text, kind="string", value=None, extra=""):
    """One field of an .ods file."""
    attribute = {"float": "office:value", "percentage": "office:value", "date": "office:date-value"}.get(kind)
    typed = f'{attribute}="{value}"' if attribute else ""
    return f'<table:table-cell office:value-type="{kind}" {typed} {extra}><text:p>{text}</text:p></table:table-cell>'
