"""A currency in a file: one of those registered."""

from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from engine.conventions.currencies import CURRENCIES


def _registered(code: str) -> str:
    if code not in CURRENCIES:
        *most, last = (repr(each) for each in CURRENCIES)
        raise PydanticCustomError("literal_error", "unknown currency", {"expected": f"{', '.join(most)} or {last}"})
    return code


CurrencyCode = Annotated[str, AfterValidator(_registered), WithJsonSchema({"type": "string", "enum": list(CURRENCIES)})]
