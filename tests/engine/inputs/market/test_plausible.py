"""A market file that was typed: what lies beyond all markets is refused or pointed out, what was published is not."""

import re

import pytest

from engine.errors import FileFaults
from engine.inputs.history.load import read_history
from engine.inputs.market.load import bundled_market_path, load_market, market_warnings
from engine.inputs.market.plausible import LARGEST_OFF, WORTH_A_LOOK, implausible, off_neighbours

TEXT = bundled_market_path().read_text(encoding="utf-8")
CURVE = r"(?s)(\[curves\.{}\.par_yields\].*?\n\n)"


def scaled(pattern: str, number: str, by: float) -> str:
    """The bundled market with the numbers of one part of it multiplied."""
    found = re.search(pattern, TEXT)
    assert found is not None
    changed = re.sub(number, lambda match: f"= {float(match[1]) * by:.10g}", found[0])
    return TEXT.replace(found[0], changed)


def said_of(text: str, path) -> list[str]:
    path.write_text(text, encoding="utf-8")
    return [said.removeprefix("market: ") for said in market_warnings(load_market(path)) if said.startswith("market: ")]


def test_the_bundled_markets_are_plausible(tmp_path):
    assert said_of(TEXT, tmp_path / "market.toml") == []


@pytest.mark.parametrize("by", [0.1, -1.0])
def test_a_slip_in_one_tenor_is_refused_by_line_and_tenor(tmp_path, by):
    path = tmp_path / "market.toml"
    path.write_text(scaled(r"(?m)^10Y = 0\.0447.*$", r"= (\S+)", by))
    with pytest.raises(FileFaults) as refused:
        load_market(path)
    (said,) = str(refused.value).splitlines()  # neither of its neighbours, which lie off too, is blamed
    assert f"curves.UST.par_yields.10Y: par yield of 10Y is {4.47 * by:.10g} %, " in said
    assert "below what its neighbours on the curve give, more than any since 1974: is a point or a sign wrong?" in said


def test_a_tenor_off_its_neighbours_by_more_than_any_since_1990_is_pointed_out(tmp_path):
    (said,) = said_of(scaled(r"(?m)^10Y = 0\.01531.*$", r"= (\S+)", 0.1), tmp_path / "market.toml")
    assert re.fullmatch(r"JGB par yield 10Y is 0\.1531 %, \d{3} bp below what its neighbours .* give; check it", said)


@pytest.mark.parametrize(
    ("curve", "by", "said"),
    [
        ("UST", 0.01, "no par yield of UST is above 0.0499 %: write 0.0447 for 4.47 %, not 0.000447; check them"),
        ("JGB", -1.0, "JGB par yield 40Y is -3.107 %, lower than any was; check its sign"),
    ],
)
def test_a_curve_in_another_unit_or_with_its_sign_turned_is_pointed_out(tmp_path, curve, by, said):
    assert said_of(scaled(CURVE.format(curve), r"= (-?\d\S+)", by), tmp_path / "market.toml") == [said]


@pytest.mark.parametrize("by", [1.0 / 252**0.5, 0.01])
def test_vols_per_day_or_divided_by_100_are_pointed_out(tmp_path, by):
    """Sixteen times too low, as VaR would be, or a hundred times."""
    vols = re.search(r"(?s)\nvols = \[(.*?)\]", TEXT)
    assert vols is not None
    lower = ", ".join(f"{by * float(each):.8f}" for each in vols[1].replace("\n", " ").split(",") if each.strip())
    said = said_of(TEXT.replace(vols[1], lower), tmp_path / "market.toml")
    price = f"vol of USDJPY is {100.0 * by * 0.1123475:.3g} % a year; vols are per year: 0.11 is 11 %; check it"
    rates = ["no vol of JGB is above", *(["no vol of UST is above"] if by == 0.01 else [])]
    assert [price, *rates] == [each if "USDJPY" in each else each[:22] for each in said]
    assert all("bp; they are per year: 0.0062 is 62 bp; check them" in each for each in said if "USDJPY" not in each)


def test_a_vol_of_0_holds_a_factor_still_and_is_no_slip(tmp_path):
    vols = re.search(r"(?s)\nvols = \[(.*?)\]", TEXT)
    assert vols is not None
    none = re.sub(r"\d\.\d+", "0.0", vols[1])
    assert said_of(TEXT.replace(vols[1], none), tmp_path / "market.toml") == []


def test_a_point_misplaced_in_a_vol_of_an_option_is_pointed_out(tmp_path):
    (said,) = said_of(re.sub(r"(?m)^(1W = \{ atm = )0\.125", r"\g<1>0.0125", TEXT), tmp_path / "market.toml")
    assert said == "vols of USDJPY at the money are 1.25 % at 1W and 12.4 % at 1M; is a point misplaced?"


def test_no_curve_that_was_published_is_refused_and_none_since_1990_pointed_out(shared):
    history = read_history([shared / "data" / "history.csv"])
    for curve in ("JGB", "UST"):
        table = history[[name for name in history if name.startswith(curve)]].dropna(how="all")
        for day, row in table.iloc[::5].iterrows():
            yields = {str(name).rpartition("_")[2]: value for name, value in row.dropna().items()}
            if (found := off_neighbours(yields)) is not None:
                assert abs(found[1]) < (WORTH_A_LOOK if day.year >= 1990 else LARGEST_OFF), (day, found)


def test_few_tenors_have_no_neighbours():
    assert off_neighbours({"2Y": 0.01, "10Y": 0.2}) is None
    assert off_neighbours({"1M": 0.01, "3M": 0.05, "6M": 0.01}) is None  # bills near the end of a year


def test_a_market_made_in_memory_is_looked_at_too(make_market):
    assert list(implausible(make_market())) == []
