from engine.instruments.rows.columns import COLUMNS
from engine.instruments.rows.japanese_headings import JAPANESE_HEADINGS, column_name


def test_each_heading_means_one_column_that_there_is():
    assert set(JAPANESE_HEADINGS) <= set(COLUMNS)
    assert len(set(JAPANESE_HEADINGS.values())) == len(JAPANESE_HEADINGS)
    assert column_name("満期日") == "maturity"
    assert column_name("coupon") == "coupon"
