import json

import pytest

from engine.record.json_text import json_text


def test_half_a_letter_of_a_file_name_comes_back_and_every_byte_is_utf_8():
    text = json_text({"path": "books/\udcff債.csv"})
    assert text.encode("utf-8") == b'{"path": "books/\\udcff\xe5\x82\xb5.csv"}'
    assert json.loads(text) == {"path": "books/\udcff債.csv"}


def test_a_number_that_is_not_finite_is_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_text(float("nan"))
