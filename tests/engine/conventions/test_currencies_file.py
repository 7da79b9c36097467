from importlib.resources import files

import pytest

from engine.conventions.currencies import CURRENCIES, FX_CENTRE, HOME, STEP_CENTRES
from engine.conventions.currencies_file import read_currencies, read_registry
from engine.errors import InputError

TEXT = (files("engine.conventions") / "currencies.toml").read_text("utf-8")


def test_the_bundled_file_is_the_registry():
    file = read_registry(TEXT)
    assert (file.currencies, file.home) == (CURRENCIES, HOME)
    assert (file.step_centres, file.fx_centre) == (STEP_CENTRES, FX_CENTRE)
    assert read_currencies(TEXT) == CURRENCIES


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("year_days = 365", "year_days = 364", r"currencies.JPY.year_days: must be one of 360, 365, got 364"),
        ('unit = "yen"\n', "", r"currencies.JPY: the key 'unit' is missing"),
        ('unit = "yen"\n', 'unit = "yen"\nunits = 3\n', r"currencies.JPY: unknown key 'units'; did you mean 'unit'\?"),
        (
            'written = ["YEN", "¥", "EN"]',
            'written = "YEN"',
            r"JPY.written: must be a list of texts, got 'YEN'",
        ),
        ("coupons_per_year = 2", "coupons_per_year = 3", r"JPY.bonds.coupons_per_year: must be one of 1, 2, 4, got 3"),
        ('accrual = "actual/365"', 'accrual = "act/365"', r"JPY.bonds.accrual: .* actual/365, actual/actual-icma, got"),
        ("end_of_month = false", 'end_of_month = "no"', r"JPY.bonds.end_of_month: must be one of True, False"),
        ("settlement_days = 1", "settlement_days = 1.0", r"settlement_days: must be 0 to 10 business days, got 1.0"),
        ('bond = "Tokyo"', "bond = 9", r"currencies.JPY.calendars.bond: must be text in quotes, got 9"),
        (
            "level_range = [20.0, 1000.0]",
            "level_range = [1000.0, 20.0]",
            r"level_range: must be \[low, high\]",
        ),
        ("level_range = [20.0, 1000.0]", "level_range = [-1.0, 20.0]", r"level_range: an exchange rate is above 0"),
        ('fx_centre = "Federal Reserve"\n', "", r"fx_centre: must be text in quotes, got None"),
        ("waits = true # as", "waits = 2 # as", r"currencies.MXN.fx.waits: must be one of True, False, got 2"),
        ("small_move = 0.5", "small_move = 0", r"currencies.USD.fx.small_move: must be a number above 0, got 0"),
        ("yields = [-0.05, 0.30]", "yields = [-0.05]", r"currencies.JPY.interest.yields: must be \[low, high\]"),
        ("[currencies.USD.fx]", "[currencies.USD.fix]", r"currencies.USD: unknown key 'fix'"),
        ("[currencies.EUR]", "[currencies.EURO]", r"three capitals, such as EUR, got 'EURO'"),
        ('factor = "EURJPY"', 'factor = "USDJPY"', r"the factor 'USDJPY' is that of two currencies"),
        ('home = "JPY"', 'home = "USD"', r"the one currency without a table `fx` must be 'USD', got JPY"),
        ('business_days = ["Tokyo", "New York"]', "business_days = []", r"business_days: must name a centre"),
        (
            'business_days = ["Tokyo", "New York"]',
            "business_days = [1]",
            r"business_days: must be text in quotes, got 1",
        ),
        ('home = "JPY"', 'home = "JPY"\nhomes = "JPY"', r"the file: unknown key 'homes'; did you mean 'home'"),
        (', fx = "Tokyo" }', " }", r"currencies.JPY.calendars: the key 'fx' is missing"),
        (', fx = "XCCY_JPY" }', " }", r"currencies.JPY.curves: the key 'fx' is missing"),
        ('name = "Euro"', "name = Euro", r"currencies: not TOML"),
        ("swaps = { months = 6,", "swaps = { months = 5,", r"currencies.JPY.swaps.months: must be one of 3, 6, 12"),
    ],
)
def test_what_a_table_cannot_hold_is_refused_at_its_place(old, new, message):
    assert old in TEXT
    changed = TEXT.replace(old, new, 1)
    if old == "[currencies.EUR]":
        changed = changed.replace("[currencies.EUR.", "[currencies.EURO.")
    with pytest.raises(InputError, match=message):
        read_registry(changed)
