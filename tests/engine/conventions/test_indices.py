from engine.conventions.currencies import CURRENCIES, currency_of_factor
from engine.conventions.indices import INDICES


def test_an_index_counts_in_a_registered_currency_and_is_no_exchange_rate():
    for factor, index in INDICES.items():
        assert index.currency in CURRENCIES
        assert currency_of_factor(factor) is None
        assert factor == factor.upper()
    assert len({index.fred for index in INDICES.values() if index.fred}) == 3
