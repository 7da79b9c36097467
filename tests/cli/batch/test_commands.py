"""What `unwind batch verify` ends with."""

import pytest

from cli.batch.commands import once_a_text
from engine.record.atomic import write_json


@pytest.fixture
def record(tmp_path):
    """A record of one night without runs, and its digest."""
    night = {"schema": 1, "valuation_date": "2025-05-28", "runs": []}
    return tmp_path, write_json(tmp_path / "valuation_date=2025-05-28" / "night.json", night)


def test_a_digest_that_was_noted_is_asked_for(record, unwind):
    folder, digest = record
    done = unwind("batch", "verify", folder, "--expect", digest)
    assert (done.returncode, done.stderr) == (0, "")
    done = unwind("batch", "verify", folder, "--expect", digest, "--expect", "0" * 64)
    assert done.returncode == 1
    assert f"no night has the digest {'0' * 64}" in done.stderr
    assert unwind("batch", "verify", folder, "--expect", "0").returncode == 2


def test_a_text_that_a_later_night_repeats_with_other_figures_is_said_once():
    """Names with digits are no figures; what one night says twice, with two amounts, it means twice."""
    first = ["TONA: +1 bp is worth +91,376 JPY (9%)", "JGB_10Y: +1 bp", "limit 5 of VaR", "limit 6 of VaR"]
    second = ["TONA: +1 bp is worth -90,001 JPY (12%)", "JGB_20Y: +1 bp"]
    assert list(once_a_text([first, second])) == [*first, "JGB_20Y: +1 bp"]
