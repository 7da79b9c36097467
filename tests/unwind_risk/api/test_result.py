"""What a result shows: tables with units, paths on demand, JSON as the command's."""

import json

import numpy as np
import pandas as pd
import pytest

import unwind_risk as uw
from engine.risk.measures.registry import MEASURES
from unwind_risk.api import frames, path_pnl


def test_a_table_has_a_row_for_each_scenario_scope_confidence_and_measure(result):
    table = result.table()
    assert not table.duplicated(["scenario", "scope", "confidence", "measure"]).any()
    assert len(table) == 2 * 3 * 2 * len(MEASURES)
    assert table.attrs["currency"] == "JPY"
    assert set(table.attrs["units"]) == set(table.columns)
    first = result.finished.result.results[0].measures[0]
    assert table.loc[0, "value"] == first.estimates[table.loc[0, "measure"]].value


def test_the_json_is_that_of_the_command(result):
    found = json.loads(result.to_json())
    assert found["schema"] == 1
    assert [row["pnl_sha256"] for row in found["results"]] == [row.pnl_sha256 for row in result.finished.result.results]
    assert {each["by"] for each in found["contributions"]} == {"book"}
    assert result.to_json().count("\n") == 0


def test_paths_have_the_moments_and_tails_of_the_run(result):
    pnl = result.pnl("filtered")
    assert pnl.shape == (2000, 3)
    assert list(pnl.columns) == ["total", "book:carry-fund", "book:life-insurer"]
    row = result.finished.result.results[0]
    # the run sums by cells, numpy in pairs: the last bits of a mean of 2000 differ
    assert pnl["total"].mean() == pytest.approx(row.mean, rel=1e-12)
    worst = np.sort(-pnl["total"].to_numpy())[::-1]
    value_at_risk = row.measures[0].estimates["value_at_risk"].value
    assert value_at_risk in worst  # an order statistic is one of the paths, to the bit
    books = pnl["book:carry-fund"] + pnl["book:life-insurer"]
    assert np.allclose(books, pnl["total"], rtol=1e-9, atol=1.0)  # JPY: sums in another order


def test_all_scenarios_side_by_side_share_their_paths(result):
    pnl = result.pnl()
    assert pnl.columns.names == ["scenario", "scope"]
    assert pnl[("filtered", "total")].equals(result.pnl("filtered")["total"].rename(("filtered", "total")))


def test_arrow_and_numpy_are_views_of_one_memory(result):
    found = result.paths("filtered")
    assert np.shares_memory(found.numpy(), found.pnl)
    assert not found.numpy().flags.writeable
    column = found.arrow().column("total").chunk(0)
    assert column.buffers()[1].address == found.pnl[0].ctypes.data
    assert np.shares_memory(found.frame().to_numpy(), found.pnl)


def test_half_the_precision_is_half_the_memory(result):
    assert result.pnl("filtered", dtype="float32").attrs["bytes"] == 2000 * 3 * 4


def test_too_much_memory_is_refused_with_the_way_out(result, monkeypatch):
    monkeypatch.setattr(frames, "MOST_BYTES", 2**16)
    with pytest.raises(uw.InputError, match=r"would take 0\.0 GiB .* dtype='float32' takes half"):
        result.pnl()


def test_an_exact_scenario_has_moves_in_place_of_paths():
    found = uw.run("carry-fund", law=["historical-250", "gaussian"], paths=200)
    assert found.pnl("historical-250").index.name == "move"
    with pytest.raises(uw.InputError, match=r"historical-250: exact, .* name one scenario"):
        found.pnl()


@pytest.mark.parametrize(("call", "message"), [
    (lambda found: found.pnl("filterd"), "no scenario of the run is called 'filterd'; did you mean 'filtered'"),
    (lambda found: found.pnl(dtype="f2"), "dtype must be 'float64' or 'float32', got 'f2'"),
    (lambda found: found.plot("book:x"), "no scope is called 'book:x'"),
    (lambda found: found.contributions("desk"), "by: nothing is taken apart by 'desk'"),
])  # fmt: skip
def test_what_is_not_there_is_refused(result, call, message):
    with pytest.raises(uw.InputError) as refusal:
        call(result)
    assert message in str(refusal.value)


def test_contributions_add_up_to_the_measure(result):
    parts = result.contributions()
    assert set(parts["by"]) == {"book"}
    total = result.table().query("scope == 'total'").set_index(["scenario", "confidence", "measure"])["value"]
    sums = parts.groupby(["scenario", "confidence", "measure"])["value"].sum()
    assert np.allclose(sums, total.reindex(sums.index), rtol=1e-9)  # Euler's rule, to rounding


@pytest.mark.slow
def test_contributions_are_made_on_demand_and_are_those_of_a_run_that_asked(result):
    asked = uw.run("sample", scenarios="filtered", paths=2_000, by="currency", confidence=[0.9, 0.95])
    made = result.contributions("currency").query("scenario == 'filtered'").reset_index(drop=True)
    pd.testing.assert_frame_equal(made, asked.contributions())


def test_a_notebook_shows_a_small_table_and_a_picture(result):
    assert "<table" in result._repr_html_()
    assert "VaR 95 %" in result._repr_html_()
    assert "sample books: passes" in result._repr_html_()
    assert "stress law: not a forecast" in result._repr_html_()
    assert result._repr_html_().count("rough") == 2 * 2 * 3 * 2  # two measures of each of 2 x 3 scopes at 2 confidences
    picture = result.plot()
    assert picture._repr_png_().startswith(b"\x89PNG")
    worst, unit = result.pnl()["filtered"]["total"].min(), 1e9
    assert picture.figure.axes[0].get_xlim()[0] <= worst / unit


def test_rough_tails_are_among_the_warnings(result):
    assert any("paths lie in the 0.95 tail" in warning for warning in result.warnings)


def test_the_limit_is_the_one_that_is_said():
    assert frames.MOST_BYTES == 2 * 2**30
    assert "2 GiB" in (path_pnl.path_pnl.__doc__ or "")
