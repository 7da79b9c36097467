"""What is said of two nights: of a change made by hand, and of one that was run."""

from dataclasses import replace
from datetime import date

from engine.explain.nights.change_json import as_json
from engine.explain.nights.change_prose import headline_of, prose
from engine.explain.nights.pnl_explain import PnlExplain
from engine.explain.nights.tail_change import ChangePart, RecordedFigure

VALUES = {"ageing": -0.002e9, "curve:JGB": -0.283e9, "vols": -0.357e9, "lead": 1.773e9, "trades": -0.414e9}
SES = {"ageing": 0.0, "curve:JGB": 0.002e9, "vols": 0.004e9, "lead": 0.028e9, "trades": 0.008e9}


NIGHTS = date(2025, 5, 27), date(2025, 5, 28)


def told(change, simulation=(-0.034e9, 0.07e9), se=0.061e9, correlations=(0.0, 0.0), nights=NIGHTS, ageing=-0.002e9):
    """A change whose headline is of these figures: of 2025-05-28 in docs/how-to/change.md."""
    lead = headline_of(change)
    figures = {key: (value, SES[key]) for key, value in VALUES.items()}
    figures |= {"simulation": simulation, "correlations": correlations, "ageing": (ageing, 0.0)}
    pairs = [(part.key, *figures.get(part.key, (0.0, 0.0))) for part in lead.parts]
    parts = tuple(ChangePart(key=key, value=value, se=error) for key, value, error in pairs)
    whole = sum(part.value for part in parts)
    hand = replace(
        lead,
        before=RecordedFigure(value=22.302e9, se=5e7),
        after=RecordedFigure(value=22.302e9 + whole, se=5e7),
        change=whole,
        change_se=se,
        parts=parts,
    )
    quiet = PnlExplain(days=0, movers=change.pnl.movers, scopes=change.pnl.scopes)
    return prose(replace(change, changes=(hand,), nights=nights, pnl=quiet))


def test_parts_of_opposite_signs_have_shares_of_their_own_side(change):
    said = told(change)
    assert said == (
        "From 2025-05-27 to 2025-05-28 ES 90 % of base over 1 business day rose by 683 ±61 mn, from JPY 22.3 bn to"
        " 23.0 bn. What raised it, 1.77 bn in all: the New York close of 2025-05-28, which Tokyo follows on the next"
        " day, in place of that of 2025-05-27 (1.77 ±0.03 bn, 100 %). What lowered it, 1.06 bn in all: trades"
        " (414 ±8 mn, 39 %), vols (357 ±4 mn, 34 %) and the move of the JGB curve (283 ±2 mn, 27 %)."
    )


def test_a_change_within_two_errors_is_no_rise(change):
    assert "to 23.0 bn: 683 ±400 mn, which is within its error of no change. What" in told(change, se=4e8)


def test_the_simulation_is_said_where_it_matters_and_whether_it_is_noise(change):
    assert "Paths and settings make 100 ±70 mn of it, within its error of nothing." in told(change, (1e8, 0.7e8))
    assert told(change, (3e8, 0.7e8)).endswith("Paths and settings make 300 ±70 mn of it.")


def test_a_part_within_its_error_is_not_named(change):
    assert "correlations and the table of past days (1.00 ±0.40 bn, " in told(change, correlations=(1e9, 4e8))
    assert "correlations" not in told(change, correlations=(1e9, 6e8))


def test_ageing_says_where_a_holiday_lengthens_the_horizon_and_a_weekend_does_not(change):
    """Memorial Day, Monday 26 May 2025, is in the business day from Friday; from 29 to 30 May there is no holiday."""
    friday = told(change, ageing=1e9, nights=(date(2025, 5, 22), date(2025, 5, 23)))
    assert (
        "the passing of time, by which the horizon holds 2 weekdays in place of 1, holidays on weekdays among them ("
        in friday
    )
    assert "the passing of time (" in told(change, ageing=1e9, nights=(date(2025, 5, 29), date(2025, 5, 30)))


def test_the_days_gain_is_said_with_what_is_unexplained(change):
    said = prose(change)
    assert said == as_json(change)["text"]
    # the bills that came are worth 50 mn dollars at 145 yen and some; a realised loss of 30 mn was given
    assert (
        "By full revaluation the book gained 7.35 bn in the meantime: trades in and out 7.38 bn, JGB -35.5 mn, carry"
        in said
    )
    assert said.endswith(" Realised was -30.0 mn: -7.38 bn is unexplained.")
