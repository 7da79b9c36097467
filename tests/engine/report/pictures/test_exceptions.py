"""P&L against VaR: every loss is drawn, exceptions are dots, the two worst have their dates."""

from xml.etree import ElementTree

import numpy as np

from engine.report.pictures.exceptions import MOST_POINTS, VarLine, exceptions

N = 7 * MOST_POINTS
DATES = np.datetime64("2010-01-01") + np.arange(N)
PNL = np.where(np.arange(N) % 100 == 3, -5.0 - np.arange(N) / N, 1.0)
LINES = [VarLine(label=name, colour=1, value_at_risk=np.full(N, 4.0)) for name in ("a", "b")]


def drawn():
    failed = -PNL > 4.0
    figures = [f"{value:.3f}" for value in PNL]
    return ElementTree.fromstring(f"<p>{exceptions('alt', DATES, PNL, LINES, failed.tolist(), figures)}</p>")


def test_every_exception_is_a_dot_however_many_dates_there_are():
    for each in drawn():
        assert len(list(each.iter("circle"))) == int((-PNL > 4.0).sum()) == 35
        assert len(ElementTree.tostring(each)) < 60_000


def test_the_two_worst_have_their_dates_and_the_lines_their_names_apart():
    for each in drawn():
        named = [text.text for text in each.iter("text") if "exceeds" in text.get("class")]
        worst = sorted(range(N), key=lambda i: PNL[i])[:2]
        days = [DATES[i].item() for i in worst]
        assert named == [f"{d.day} {d:%b} {PNL[i]:.3f}" for d, i in zip(days, worst, strict=True)]
        names = {text.text: float(text.get("y")) for text in each.iter("text") if "label" in text.get("class")}
        assert abs(names["a"] - names["b"]) >= 13.0


def test_days_without_an_outcome_and_a_law_that_is_not_known_yet_leave_gaps():
    pnl = np.array([1.0, np.nan, -2.0])
    late = VarLine(label="late", colour=2, value_at_risk=np.array([np.nan, 1.0, 1.5]))
    found = exceptions("alt", DATES[:3], pnl, [late], [False, False, True], ["+1", "", "-2"])
    assert "nan" not in found.lower()
