import pytest

from engine.inputs.sheets.marks import is_percent_format, place_name


@pytest.mark.parametrize(
    ("code", "is_percent"),
    [
        ("0.00%", True), ("0%;[Red]-0%", True), ("General", False), ('0.0" % p.a."', False), ("0.0\\%", False),
        ("[$%-411]0", False), ("0.0_%", False), ('"x"0%', True), ('0"%', False),
    ],
)  # fmt: skip
def test_a_percent_sign_scales_only_where_it_is_no_text(code, is_percent):
    """By Office Open XML 18.8.31: quotes, escapes, brackets and what makes room are text."""
    assert is_percent_format(code) == is_percent


def test_fields_are_named_as_spreadsheets_name_them():
    assert [place_name(0, j) for j in (0, 25, 26, 255, 701, 702)] == ["A1", "Z1", "AA1", "IV1", "ZZ1", "AAA1"]
