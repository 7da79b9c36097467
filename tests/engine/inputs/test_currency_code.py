import pytest
from pydantic import TypeAdapter, ValidationError

from engine.conventions.currencies import CURRENCIES
from engine.inputs.currency_code import CurrencyCode


def test_a_registered_code_is_one_and_others_are_refused_as_a_choice():
    code = TypeAdapter(CurrencyCode)
    assert [code.validate_python(each) for each in CURRENCIES] == list(CURRENCIES)
    with pytest.raises(ValidationError) as refused:
        code.validate_python("XXX")
    assert refused.value.errors()[0]["type"] == "literal_error"  # worded as every other choice is
    assert code.json_schema() == {"type": "string", "enum": list(CURRENCIES)}
