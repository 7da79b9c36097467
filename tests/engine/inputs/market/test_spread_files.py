"""Files of factors that no history holds, to be laid on a market."""

import pytest

from engine.errors import FileFaults
from engine.inputs.market.spread_files import bundled_spread_path, read_spread_file

SPREAD = """
[[spreads]]
curve = "TONA"
vol = 0.0012
correlations = { JGB_10Y = -0.3 }
source = "a desk's swap spreads, 2024"
"""


def written(folder, text):
    path = folder / "spreads.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_spread_is_read_as_it_stands_and_reverts_only_if_it_says_so(tmp_path):
    (spread,) = read_spread_file(written(tmp_path, SPREAD)).spreads
    assert (spread.name, spread.vol, spread.kappa, spread.correlations) == (
        "SPREAD_TONA",
        0.0012,
        0.0,
        {"JGB_10Y": -0.3},
    )


def test_the_example_says_of_each_factor_that_it_is_an_assumption():
    found = read_spread_file(bundled_spread_path())
    assert [each.curve for each in found.spreads] == ["TONA", "SOFR", "XCCY_JPY", "JGB_REPO", "UST_REPO"]
    assert [each.name for each in (*found.swaption_vols, *found.skews)] == [
        "SWAPTION_JPY_VOL",
        "SWAPTION_USD_VOL",
        "USDJPY_SKEW",
    ]
    every = (*found.spreads, *found.swaption_vols, *found.skews)
    assert all(each.source.startswith("assumption: ") for each in every)


def test_a_file_of_nothing_is_refused(tmp_path):
    with pytest.raises(FileFaults, match="there is nothing to lay"):
        read_spread_file(written(tmp_path, "spreads = []\n"))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("0.0012", "12"), "vol"),
        (("vol =", "volatility ="), "volatility"),
        (("{ JGB_10Y = -0.3 }", "{}"), "correlations"),
        (("vol =", "kappa = -1.0\nvol ="), "kappa"),
    ],
)
def test_what_is_no_spread_is_refused_with_its_key(tmp_path, change, named):
    with pytest.raises(FileFaults, match=named):
        read_spread_file(written(tmp_path, SPREAD.replace(*change)))
