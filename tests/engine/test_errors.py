import pytest

from engine.errors import did_you_mean


@pytest.mark.parametrize(
    ("word", "meant"),
    [("usd", "; did you mean 'USD'?"), ("relativ", "; did you mean 'relative'?"), ("trader", ""), ("", "")],
)
def test_only_a_word_that_is_like_a_known_one_is_taken_for_it(word, meant):
    assert did_you_mean(word, ["JPY", "USD", "relative", "rate", "book"]) == meant
