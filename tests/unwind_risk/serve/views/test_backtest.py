"""Backtest: the verdicts that come with the program, where no other is given."""


def test_the_bundled_verdicts_are_shown_with_what_they_rest_on(asked):
    text = asked.get("/backtest", headers={"Accept": "text/html"}).text
    assert "filtered" in text
    assert "passes" in text
    assert "sample books" in text
    found = asked.get("/api/backtest").json()
    assert found["laws"]["filtered"]["passes"] == {"1": True, "10": True}
