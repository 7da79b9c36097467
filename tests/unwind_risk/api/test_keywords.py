import pytest

import unwind_risk as uw
from unwind_risk.api.keywords import in_keywords


@pytest.mark.parametrize(("call", "keyword", "meant"), [
    (uw.run, "scenario", "scenarios"), (uw.stress, "curency", "currency"), (uw.simulate, "horizon_day", "horizon_days"),
])  # fmt: skip
def test_a_mistyped_keyword_is_refused_with_what_may_be_meant(call, keyword, meant):
    with pytest.raises(TypeError, match=rf"no keyword '{keyword}'; did you mean '{meant}'\?"):
        call(**{keyword: 1})


def test_a_program_reads_of_its_keywords():
    with pytest.raises(uw.InputError) as refusal:
        uw.reverse(uw.Book.bundled("carry-fund"), 1e9, given="USDJPY")
    assert str(refusal.value).startswith("given must be a factor")
    said = "--es-most is an amount, --other is none; `unwind hedge --es-most 1e9`"
    assert in_keywords(said, ["es_most"]) == "es_most is an amount, --other is none; `unwind hedge --es-most 1e9`"
