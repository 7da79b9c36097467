"""`uw.reverse`: of a result and of its book alike, and as the command prints it."""

import pytest

import unwind_risk as uw
from cli.analysis.reverse import reverse as command

LOSS = 2e8
ASKED = {"solve": "USDJPY", "given": "USDJPY=138"}


@pytest.fixture(scope="module")
def found(result):
    return uw.reverse(result, LOSS, **ASKED)


def test_json_is_the_command_s(files, found, capsys):
    options = files.options(solve=["USDJPY"], given=["USDJPY=138"])
    del options["confidence"]
    command("2e8", **options, as_json=True)
    assert found.to_json() == capsys.readouterr().out.rstrip("\n")


def test_a_book_that_nothing_has_run_is_asked_the_same(files, found):
    settings = {"market": files.market, "scenarios": "base", "paths": 4096, "horizon_days": 1, "backend": "numba"}
    assert uw.reverse(uw.Book.read(files.book), LOSS, **ASKED, **settings).to_json() == found.to_json()


def test_ways_markets_levels_and_the_rest_are_frames(found):
    ways, markets = found.table(), found.markets()
    assert ways["way"].tolist() == list(range(1, len(ways) + 1))
    assert ways["share"].sum() == pytest.approx(1.0)
    assert set(markets["factor"]) >= {"USDJPY", "JGB_10Y"}
    assert len(found.required()) >= 1
    given = found.given().set_index("factor")
    assert given.loc["USDJPY", "mean_level"] == pytest.approx(138.0)
    assert found.table().attrs["loss"] == LOSS
    assert "ways to lose JPY 200,000,000" in found._repr_html_()


@pytest.mark.parametrize("loss", [-2e8, 0.0, float("inf"), "2e8", True])
def test_what_is_no_loss_is_refused(result, loss):
    with pytest.raises(uw.InputError, match="loss: must be an amount"):
        uw.reverse(result, loss)


def test_a_result_has_settings_of_its_own(result, night):
    with pytest.raises(uw.InputError, match="paths: the run has settings of its own"):
        uw.reverse(result, LOSS, paths=1000)
    with pytest.raises(uw.InputError, match="is taken for a recorded run, which this does not take"):
        uw.reverse(night, LOSS)
