from engine.inputs.repeated import first_repeated


def test_the_first_value_that_was_there_before_is_found():
    assert first_repeated(["a", "b", "b", "a"]) == "b"
    assert first_repeated(range(100_000)) is None
