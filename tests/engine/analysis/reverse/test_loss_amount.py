"""The loss that is asked for, as a user writes it."""

import pytest

from engine.analysis.reverse.loss_amount import loss_amount
from engine.errors import InputError


def test_an_amount_is_a_number():
    assert [loss_amount(text) for text in ("30e9", "30_000_000_000", " 1.5e9 ")] == [30e9, 30e9, 1.5e9]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("-30e9", "which is a gain; is 30e9 meant?"),
        ("30bn", "is 30e9 meant?"),
        ("0", "must be 1 or more"),
        ("1e-300", "must be 1 or more"),
        ("1e999", "finite"),
        ("nan", "must be an amount"),
        ("lots", "must be an amount"),
    ],
)
def test_what_is_no_loss_is_refused_with_the_way_out(text, message):
    with pytest.raises(InputError) as error:
        loss_amount(text)
    assert message in str(error.value)
