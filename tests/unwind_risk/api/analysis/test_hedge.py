"""`uw.hedge`: the mix for a result is the command's for the same run."""

import io

import pandas as pd
import pytest

import unwind_risk as uw
from cli.analysis.hedge import hedge as command

HEDGES = (
    "position_id,book,kind,currency,notional,coupon,maturity,cost,most\n"
    "BOND,SELL,UST,USD,-1000000,0.03875,2030-04-30,50,90\n"
)


@pytest.fixture(scope="module")
def found(files, result):
    (files.folder / "hedges.csv").write_text(HEDGES)
    return uw.hedge(result, files.folder / "hedges.csv")


def test_json_is_the_command_s(files, found, capsys):
    command([files.folder / "hedges.csv"], **files.options(confidence="0.9"), as_json=True)
    assert found.to_json() == capsys.readouterr().out.rstrip("\n")


def test_the_table_is_the_mix_and_scores_are_on_fresh_paths(found):
    (line,) = found.table().to_dict("records")
    assert (line["hedge"], line["most"]) == ("SELL", 90.0)
    assert line["lots"] > 0.0
    assert line["cost"] == pytest.approx(line["lots"] * line["lot_cost"])
    es = found.scores().set_index("measure").loc["expected_shortfall"]
    assert es["change"] < 0.0
    assert es["after"] - es["before"] == pytest.approx(es["change"])
    assert "On fresh paths" in found._repr_html_()


def test_a_frame_of_hedges_is_the_file(result, found):
    assert uw.hedge(result, pd.read_csv(io.StringIO(HEDGES))).table().equals(found.table())


def test_what_no_mix_keeps_to_is_refused(result, files, found):
    with pytest.raises(uw.InputError, match="score_seed"):
        uw.hedge(result, files.folder / "hedges.csv", score_seed=1)


@pytest.mark.parametrize(
    "wish", [{"budget": float("nan")}, {"es_most": "1e9"}, {"carry_least": True}, {"score_seed": 1.5}]
)
def test_a_wish_that_is_no_number_is_refused_by_its_keyword(result, wish):
    """A budget that is not a number would be kept by every mix."""
    with pytest.raises(uw.InputError, match=f"^{next(iter(wish))}: must be"):
        uw.hedge(result, **wish)
