import pytest

from engine.errors import LONGEST_LINE, Fault, FileFaults, InputError, did_you_mean


@pytest.mark.parametrize(
    ("word", "meant"),
    [("usd", "; did you mean 'USD'?"), ("relativ", "; did you mean 'relative'?"), ("trader", ""), ("", "")],
)
def test_only_a_word_that_is_like_a_known_one_is_taken_for_it(word, meant):
    assert did_you_mean(word, ["JPY", "USD", "relative", "rate", "book"]) == meant


def test_a_message_is_as_long_as_a_person_reads():
    faults = [Fault(message="x" * 5000, line=i) for i in range(1000)] + [Fault(message="and 7 errors more")]
    message = str(FileFaults("book.csv", faults))
    assert len(message) < 20_000
    assert message.startswith("book.csv: xxx")
    assert message.endswith("lines more\nbook.csv: and 7 errors more")
    assert len(str(InputError("y" * 100_000))) == LONGEST_LINE


def test_a_word_longer_than_any_known_one_is_not_compared():
    assert did_you_mean("market" * 100_000, ["market"]) == ""
