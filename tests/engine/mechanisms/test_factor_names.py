"""Names of the factors that the unwind looks at."""

from engine.market.factors import parse_factor
from engine.mechanisms.factor_names import pickup_factors


def test_the_pickup_takes_the_shortest_treasury_where_there_is_no_3m():
    names = ("JGB_1Y", "JGB_30Y", "UST_2Y", "UST_1Y", "UST_10Y", "USDJPY")
    factors = [parse_factor(name) for name in names]
    assert pickup_factors(factors) == ("JGB_30Y", "UST_10Y", "UST_1Y", "JGB_1Y")
    assert pickup_factors([*factors, parse_factor("UST_3M")]) == ("JGB_30Y", "UST_10Y", "UST_3M", "JGB_1Y")
    assert pickup_factors(factors[1:]) is None
