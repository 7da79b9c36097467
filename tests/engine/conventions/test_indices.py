from engine.conventions.currencies import CURRENCIES, currency_of_factor
from engine.conventions.indices import INDICES, PriceIndex
from engine.inputs.history.load import parse_history


def test_an_index_counts_in_a_registered_currency_and_is_no_exchange_rate():
    for factor, index in INDICES.items():
        assert index.currency in CURRENCIES
        assert currency_of_factor(factor) is None
        assert factor == factor.upper()
    assert len({index.fred for index in INDICES.values() if index.fred}) == 3


def test_an_index_that_is_added_is_a_column_of_histories(monkeypatch):
    index = PriceIndex(
        name="Topix", currency="JPY", publisher="Japan Exchange Group", levels=(100.0, 10_000.0), fred="TOPIX_AT_FRED"
    )
    monkeypatch.setitem(INDICES, "TOPIX", index)
    tidy = parse_history(b"date,topix,usdjpy\n2025-05-28,2769.49,145.04\n", "history.csv")
    fred = parse_history(b"DATE,TOPIX_AT_FRED\n2025-05-28,2769.49\n", "fred.csv")
    assert tidy.values["TOPIX"].tolist() == fred.values["TOPIX"].tolist() == [2769.49]
