"""`uw.explain`: a result is explained as the command explains the same run."""

import json

import pandas as pd
import pytest

import unwind_risk as uw
from cli.analysis.explain import explain as command


@pytest.fixture(scope="module")
def found(result):
    return uw.explain(result)


def test_json_is_the_command_s(files, found, capsys):
    command(**files.options(), as_json=True)
    assert found.to_json() == capsys.readouterr().out.rstrip("\n")


def test_the_table_s_parts_add_up_to_the_total(found):
    table = found.table()
    es = table[table["measure"] == "expected_shortfall"].groupby("part")["value"].sum()
    # Euler's contributions add up to rounding
    assert es["factor"] == pytest.approx(es["total"], rel=1e-9)
    assert es["book"] == pytest.approx(es["total"], rel=1e-9)
    assert table.attrs["units"]["value"].startswith("JPY, losses positive")


def test_causes_name_paths_and_the_page_says_the_paragraph(found):
    causes = found.causes()
    assert causes["share"].sum() == pytest.approx(1.0)
    assert all(causes["typical"].map(len) > 0)
    assert found.text in found._repr_html_()
    assert found.text.startswith("In base the worst 10 % of paths lose ")


def test_books_in_memory_are_replayed_by_a_call_and_no_command(files, found):
    other = uw.explain(files.run(uw.Book.from_frame(frame_of(files), name="book")))
    assert other.replay == "uw.replay(result, PATH)"
    assert other.text == found.text


def frame_of(files):
    return pd.read_csv(files.book, dtype=str)


def test_a_recorded_run_is_explained_with_its_recorded_figures(night, result):
    explained, run = uw.explain(night), uw.explain(result)
    assert explained.replay == f"unwind replay PATH {night}"
    # the night has the confidences 0.8 and 0.9, the run 0.9 alone: the highest is explained
    assert explained.text == run.text


def test_a_night_against_itself_moves_by_nothing(night):
    change = uw.explain(night.parent, night.parent, confidence=0.9)
    table = change.table()
    assert set(table["confidence"]) == {0.9}
    assert not table.loc[~table["part"].isin(["before", "after"]), "value"].any()
    assert (change.pnl()["value"] == 0.0).all()
    assert json.loads(change.to_json())["n_runs"] == 1
    assert json.loads(change.to_json())["text"] == change.text


def test_what_is_of_two_nights_is_refused_of_one(result, night):
    with pytest.raises(uw.InputError, match="scenario, confidence, paths and realised are of two nights"):
        uw.explain(result, confidence=0.9)
    with pytest.raises(uw.InputError, match="a name chooses among the runs of a recorded night"):
        uw.explain(result, name="one-day")
    with pytest.raises(uw.InputError, match="give the folder of the earlier one too"):
        uw.explain(result, night)


@pytest.mark.slow  # matplotlib
def test_a_picture_has_a_bar_for_each_part(found):
    (axes,) = found.plot().figure.axes
    table = found.table()
    assert len(axes.patches) == len(table[table["measure"].eq("expected_shortfall") & table["part"].ne("total")])
    assert axes.get_xlabel() == "adds to ES 90 %, JPY mn"
