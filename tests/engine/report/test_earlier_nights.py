"""What a night is compared with."""

from datetime import date

import pytest

from engine.record.read import night_folder, read_night
from engine.report.earlier_nights import carried_over, dated_tails, missing_dates, night_before, read_earlier_nights
from engine.risk.measures.value_at_risk import VALUE_AT_RISK

TODAY = date(2025, 5, 28)
YESTERDAY = date(2025, 5, 27)


def days(record, name):
    night = read_night(record.folder, TODAY)
    run = next(run for run in night.runs if run.name == name)
    past = read_earlier_nights(record.folder, night)
    main = run.results[0]
    return dated_tails(past, run, main, main.measures[0], TODAY)


def test_the_night_before_is_the_one_that_was_recorded(full):
    night = read_night(full.folder, TODAY)
    past = read_earlier_nights(full.folder, night)
    run = night.runs[1]
    found = night_before(past, run)
    assert past.last == YESTERDAY
    assert found.run is not None
    # 0.8 of 3.0 and 4.9 billion, as the fixture writes it
    assert found.tail(run.results[0], 0.99).of(VALUE_AT_RISK).value == pytest.approx(6.32e9)
    assert found.tail(run.results[0], 0.95) is None
    assert carried_over(run, found.run) == ("market", "book carry", "book life")


@pytest.mark.parametrize(
    ("yesterday", "reason"),
    [
        ({"name": "other"}, "not recorded on 2025-05-27"),
        ({"horizon": 1}, "another horizon_days on 2025-05-27"),
        ({"complete": False}, "books are missing, now or on 2025-05-27"),
    ],
)
def test_what_is_another_question_is_not_compared(record, yesterday, reason):
    record.run(night=YESTERDAY, **yesterday)
    record.close(YESTERDAY)
    record.run()
    record.close()
    night = read_night(record.folder, TODAY)
    found = night_before(read_earlier_nights(record.folder, night), night.runs[0])
    assert (found.run, found.reason) == (None, reason)
    assert found.tail(night.runs[0].results[0], 0.99) is None


def test_realised_pnl_is_held_against_the_var_of_the_night_before_it(full):
    first, last = days(full, "one-day")
    # A loss of 0.99 billion on the 28th; VaR of the 27th is 0.8 * 1.2 billion
    assert (first.night, first.realised.valuation_date, first.is_exception) == (YESTERDAY, TODAY, True)
    assert (last.night, last.realised, last.is_exception) == (TODAY, None, False)


def test_pnl_of_a_day_is_not_held_against_a_longer_horizon(full):
    assert [each.realised for each in days(full, "ten-days")] == [None, None]


def test_pnl_realised_more_than_a_week_after_a_night_is_of_other_days(record, tmp_path):
    realised = tmp_path / "realised.csv"
    realised.write_text("valuation_date,scope,pnl\n2025-05-28,total,-1\n")
    record.run(night=date(2025, 5, 20), horizon=1)
    record.close(date(2025, 5, 20))
    record.run(horizon=1)
    record.close(realised=realised)
    assert [each.realised for each in days(record, "ten-days")] == [None, None]


def test_what_cannot_be_read_is_said_and_the_rest_is_there(full):
    (night_folder(full.folder, YESTERDAY) / "run=one-day" / "results.parquet").write_bytes(b"no table")
    (full.folder / "realised.csv").write_text("valuation_date,scope,pnl\n2025-05-28,total,nan\n")
    past = read_earlier_nights(full.folder, read_night(full.folder, TODAY))
    assert len(past.faults) == 2
    assert past.faults[0].startswith("the night of 2025-05-27 cannot be read: ")
    assert past.faults[1].startswith("realised P&L cannot be read: ")
    assert past.runs["one-day"] == ()


def test_weekdays_without_a_night_are_missing():
    assert missing_dates([date(2025, 5, 22), date(2025, 5, 23), date(2025, 5, 28)]) == (
        date(2025, 5, 26),
        date(2025, 5, 27),
    )
    assert missing_dates([]) == ()
