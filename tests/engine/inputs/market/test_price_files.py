"""Files of prices to be laid on a market."""

import pytest

from engine.errors import FileFaults
from engine.inputs.market.price_files import bundled_price_path, read_price_file

PRICE = """
[[prices]]
name = "SPX"
currency = "USD"
level = 5888.55
vol = 0.18
correlations = { USDJPY = 0.15 }
source = "S&P Dow Jones, 2025-05-28"
"""


def written(folder, text):
    path = folder / "prices.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_price_is_read_as_it_stands(tmp_path):
    (price,) = read_price_file(written(tmp_path, PRICE))
    assert (price.name, price.currency, price.level, price.vol) == ("SPX", "USD", 5888.55, 0.18)
    assert price.correlations == {"USDJPY": 0.15}


def test_the_example_has_six_prices_each_an_assumption():
    prices = read_price_file(bundled_price_path())
    assert [price.name for price in prices] == ["SPX", "NIKKEI225", "XLK", "XLU", "XLP", "MXNJPY"]
    assert all(price.source.startswith("assumption: ") for price in prices)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("0.18", "-0.18"), "vol"),
        (("5888.55", "0.0"), "level"),
        (('"SPX"', '"spx"'), "name"),
        (("vol =", "volatility ="), "volatility"),
        (("{ USDJPY = 0.15 }", "{}"), "correlations"),
    ],
)
def test_what_is_no_price_is_refused_with_its_key(tmp_path, change, named):
    with pytest.raises(FileFaults, match=named):
        read_price_file(written(tmp_path, PRICE.replace(*change)))
