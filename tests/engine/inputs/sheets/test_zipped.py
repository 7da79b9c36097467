import io
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from engine.inputs.sheets import zipped
from engine.inputs.sheets.marks import SheetError
from engine.inputs.sheets.zipped import opened_zip


def zip_of(n_bytes):
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as file:
        file.writestr("xl/workbook.xml", bytes(n_bytes))
    return buffer.getvalue()


def test_what_unpacks_to_more_than_is_allowed_is_refused_by_what_it_states(monkeypatch):
    monkeypatch.setattr(zipped, "MOST_UNPACKED", 100_000)
    assert opened_zip(zip_of(100_000)).namelist() == ["xl/workbook.xml"]
    with pytest.raises(SheetError, match="unpacks to 100,001 bytes in 1 parts; a spreadsheet may have 100,000"):
        opened_zip(zip_of(100_001))


def test_a_part_that_states_less_than_it_holds_is_refused():
    data = zip_of(100_001)
    stated, less = (100_001).to_bytes(4, "little"), (10).to_bytes(4, "little")
    assert data.count(stated) == 2  # before the part, and in the list at the end
    with pytest.raises(SheetError, match="is damaged"):
        opened_zip(data.replace(stated, less))
