"""What sampled paths are worth, in words."""

from types import SimpleNamespace

from engine.risk.measures.value_at_risk import VALUE_AT_RISK as VAR
from engine.risk.sampling.sampled_words import sampled_words


def result(*worths):
    """A result as far as these words read it: a total for each number of plain paths."""
    rows = [
        SimpleNamespace(
            scope="total",
            measures=[SimpleNamespace(confidence=0.99, plain_paths={} if each is None else {VAR.key: each})],
        )
        for each in worths
    ]
    return SimpleNamespace(run=SimpleNamespace(n_paths=20_480, sampler="is_sobol"), results=rows)


def test_the_total_that_gains_least_is_named():
    words = sampled_words(result(3_456_789.0, 2_345_678.0, None))
    assert words == "20,480 paths by is_sobol (worth some 2,300,000 plain ones for VaR 99 % of the total)"


def test_a_book_that_nothing_moves_is_worth_no_number():
    assert sampled_words(result(None)) == "20,480 paths by is_sobol"
