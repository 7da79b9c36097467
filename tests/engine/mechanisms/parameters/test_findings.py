"""Errors and notes with their places."""

import pytest

from engine.errors import FileFaults
from engine.mechanisms.parameters.findings import Findings, Origin, key_of, refuse_unmatched

ORIGIN = Origin(
    path="mine.toml", lines={"carry": 4, "carry.leverage": 6, "jumps[1]": 9}, files={"jumps[1]": "below.toml"}
)


def errors(findings):
    with pytest.raises(FileFaults) as refused:
        findings.notes()
    return [str(fault) for fault in refused.value.faults]


def test_an_error_has_the_line_of_its_key_or_of_the_nearest_above_and_comes_in_the_files_order():
    findings = Findings("unused", ORIGIN)
    findings.refuse("carry.leverage", "too much")
    findings.refuse("carry.stop_loss", "too little")
    assert errors(findings) == ["line 4, carry.stop_loss: too little", "line 6, carry.leverage: too much"]


def test_a_place_that_another_file_gave_names_that_file():
    findings = Findings("unused", ORIGIN)
    findings.refuse("jumps[1].mean.USDJPY", "far")
    assert errors(findings) == ["jumps[1].mean.USDJPY (below.toml, line 9): far"]


def test_without_a_file_the_scenario_itself_is_named():
    findings = Findings("scenario 'mine'")
    findings.note("carry", "worth knowing")
    assert findings.notes() == ("scenario 'mine': carry: worth knowing",)


def test_globs_without_a_match_are_refused_and_the_factors_listed_once():
    findings = Findings("scenario 'mine'")
    refuse_unmatched([("a", "JGB_9Y"), ("b", "UST_*"), ("c", "SPX")], ["JGB_7Y", "UST_2Y"], findings)
    assert errors(findings) == [
        "a: no factor matches 'JGB_9Y'; did you mean 'JGB_7Y'?; the market has JGB_7Y, UST_2Y",
        "c: no factor matches 'SPX'",
    ]


def test_keys_that_are_not_bare_are_quoted_as_in_the_file():
    assert key_of("drifts", "UST_10Y") == "drifts.UST_10Y"
    assert key_of("drifts", "JGB_*") == "drifts.'JGB_*'"
