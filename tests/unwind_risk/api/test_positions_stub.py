from unwind_risk.api.positions_stub import STUB, stub_text


def test_the_stub_is_that_of_the_registered_kinds():
    """`python -m unwind_risk.api.positions_stub` writes it."""
    assert STUB.read_text(encoding="utf-8") == stub_text()
