"""A market file's [law]: read back to the bit, sealed with its rows, and refused by line where it does not fit."""

import re
from datetime import date
from hashlib import sha256

import numpy as np
import pytest

from engine.errors import FileFaults
from engine.inputs.market.law_table import rows_bytes
from engine.inputs.market.load import bundled_market_path, load_market, write_market

BUNDLED = load_market(bundled_market_path())
ROWS = BUNDLED.filtered.rows


@pytest.fixture
def written(tmp_path):
    """The bundled market in a folder of its own, with a change of its text."""

    def _written(change=lambda text: text, rows=None):
        path = tmp_path / "2025-05-28.toml"
        path.write_text(change(bundled_market_path().read_text("utf-8")), encoding="utf-8")
        (tmp_path / "2025-05-28.rows.npy").write_bytes(rows_bytes(ROWS) if rows is None else rows)
        (tmp_path / "2025-05-28.moves.npy").write_bytes(rows_bytes(BUNDLED.filtered.moves))
        (tmp_path / "2025-05-28.stressed.npy").write_bytes(rows_bytes(BUNDLED.filtered.stressed.moves))
        return path

    return _written


def resealed(content):
    """A change of the text to the digest of other rows."""
    return lambda text: re.sub(r'rows_sha256 = "\w+"', f'rows_sha256 = "{sha256(content).hexdigest()}"', text)


def test_a_law_is_written_and_read_back_to_the_bit(tmp_path):
    write_market(BUNDLED, tmp_path / "mine.toml")
    again = load_market(tmp_path / "mine.toml").filtered
    assert (tmp_path / "mine.rows.npy").read_bytes() == rows_bytes(ROWS)
    for name in ("factors", "leaders", "led", "clip", "cap", "n_dates", "description", "given", "first"):
        assert getattr(again, name) == getattr(BUNDLED.filtered, name)
    for name in ("decays", "weights", "averages", "gamma", "gamma_se", "last", "rows", "moves", "move_spans"):
        assert getattr(again, name).tobytes() == getattr(BUNDLED.filtered, name).tobytes()


def test_the_bundled_rows_are_a_thousand_dates_of_seventeen_factors():
    assert ROWS.shape == (1000, 17)
    assert np.abs(ROWS).max() <= 10.0
    assert len(rows_bytes(ROWS)) == 136_128


def test_a_market_without_a_law_is_as_it_was(written, tmp_path):
    path = written(lambda text: text[: text.index("\n[law]")])
    market = load_market(path)
    assert (market.filtered, market.no_filtered) == (None, "it has no [law] table")
    write_market(market, tmp_path / "again.toml")
    assert not [*tmp_path.glob("again.*.npy")]


def test_a_copy_without_its_rows_has_its_vols_and_says_why_it_has_no_law(written):
    path = written()
    path.with_name("2025-05-28.rows.npy").unlink()
    market = load_market(path)
    assert market.filtered is None
    assert market.no_filtered == "2025-05-28.rows.npy, which its [law] names, is not beside it"


def test_a_market_of_another_date_has_no_law_of_this_one(written):
    old, new = "valuation_date = 2025-05-28", "valuation_date = 2025-05-29"
    market = load_market(written(lambda text: text.replace(old, new)))
    assert market.no_filtered == "its [law] is as of 2025-05-28, not of 2025-05-29"


def test_rows_other_than_those_sealed_are_refused(written):
    other = ROWS.copy()
    other[500, 3] += 1e-9
    with pytest.raises(FileFaults, match=r"law.rows_file: 2025-05-28.rows.npy has the sha256 .* it is another table"):
        load_market(written(rows=rows_bytes(other)))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no array", "is no array in numpy's format"),
        (rows_bytes(ROWS[:, :5]), r"must hold \(n_rows, 17\) float64, got \(1000, 5\) float64"),
        (rows_bytes(ROWS[:0]), r"must hold \(n_rows, 17\) float64, got \(0, 17\) float64"),
        (rows_bytes(np.where(np.arange(17) == 2, np.nan, ROWS)), r"must be finite and within \+-10"),
        (rows_bytes(20.0 * ROWS), r"must be finite and within \+-10"),
    ],
)
def test_rows_that_are_no_table_of_residuals_are_refused(written, content, message):
    with pytest.raises(FileFaults, match=message):
        load_market(written(resealed(content), content))


def test_a_pickle_in_the_place_of_rows_is_never_opened(written, tmp_path):
    path = tmp_path / "objects.npy"
    np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    content = path.read_bytes()
    with pytest.raises(FileFaults, match="is no array in numpy's format"):
        load_market(written(resealed(content), content))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('kind = "filtered"', 'kind = "garch"', r"line \d+, law.kind"),
        ("weights = [0.25,", "weights = [0.35,", r"law.weights: must be 0 or more and add up to 1"),
        ("weights = [0.25, 0.5,", "weights = [0.75,", r"law.weights: needs 4 values, one per decay, got 3"),
        ("decays = [0.8,", "decays = [1.0,", r"law.decays: must lie in \[0, 1\)"),
        ("clip = 3.0", "clip = 0.0", r"law.clip"),
        ('leaders = ["JGB_10Y"', 'leaders = ["JGB_11Y"', r"law.leaders: JGB_11Y must be among `factors`"),
        ("last = [", "last = [9.0, ", r"law.last: needs 5 values within \+-3, one per leader"),
        ('rows_file = "2025', 'rows_file = "../2025', r"law.rows_file: must be the name of a file beside this one"),
        ("loadings = { USDJPY", "loadings = { SPX", r"law.given.USDJPY_VOL.loadings: SPX must be among `factors`"),
        ("[law.given.USDJPY_VOL]", "[law.given.UST_2Y]", r"law.given.UST_2Y: UST_2Y has a column of the rows"),
        ('"UST_30Y", "USDJPY"] # columns', '"USDJPY"] # columns', r"law.states: needs 16 rows of 4 values"),
    ],
)
def test_what_does_not_fit_is_refused_by_line(written, old, new, message):
    path = written(lambda text: text.replace(old, new, 1) if old in text else pytest.fail(old))
    with pytest.raises(FileFaults, match=message):
        load_market(path)


def test_standard_errors_are_read_back_and_those_of_what_is_given_are_0(tmp_path):
    write_market(BUNDLED, tmp_path / "mine.toml")
    again, first = load_market(tmp_path / "mine.toml").sampling, BUNDLED.sampling
    assert (again.first, again.last) == (first.first, first.last) == (date(2022, 1, 1), date(2025, 5, 28))
    assert again.vols.tolist() == first.vols.tolist()
    assert again.correlation.tolist() == first.correlation.tolist()
    names = [factor.name for factor in BUNDLED.factors]
    assert (first.vols > 0.0).tolist() == [name != "USDJPY_VOL" for name in names]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("window = [2022-01-01,", "window = [2026-01-01,", r"sampling.window: must start before it ends"),
        ('factors = [\n    "JGB_1Y"', 'factors = [\n    "JGB_3Y"', r"sampling.factors: must be among .*, got JGB_3Y"),
        ("vols_se = [\n    ", "vols_se = [\n    -", r"sampling.vols_se: needs 17 standard errors of 0 or more"),
        ("correlation_se = [\n  [0.0]", "correlation_se = [\n  [0.0, 0.0]", "correlation_se: needs 17 rows"),
        (" # their standard errors: sandwich by blocks of dates\n  [", "\n  [-", "gamma_se: standard errors must be 0"),
        ("first = 2002-01-07", "first = 2026-01-07", r"law.first: must be `as_of`, 2025-05-28, or before it"),
        ("[calibration]\n", '[calibration]\nno_law = "short"\n', r"calibration.no_law: the file has a \[law\]"),
    ],
)
def test_errors_that_do_not_fit_are_refused_by_their_key(written, old, new, message):
    path = written(lambda text: text.replace(old, new, 1))
    with pytest.raises(FileFaults, match=message):
        load_market(path)


def test_moves_are_sealed_too_and_may_be_left_out(written):
    path = written()
    path.with_name("2025-05-28.moves.npy").write_bytes(rows_bytes(2.0 * BUNDLED.filtered.moves))
    with pytest.raises(FileFaults, match=r"law.moves_file: 2025-05-28.moves.npy has the sha256"):
        load_market(path)
    path = written(lambda text: re.sub(r"moves_file = .*\nmoves_sha256 = .*\n", "", text, count=1))
    assert load_market(path).filtered.moves.shape == (0, 17)
    path = written(lambda text: re.sub(r"moves_sha256 = .*\n", "", text, count=1))
    with pytest.raises(FileFaults, match="`moves_file` and `moves_sha256` go together"):
        load_market(path)


def test_the_stressed_year_is_written_sealed_and_read_back(written, tmp_path):
    write_market(BUNDLED, tmp_path / "mine.toml")
    again, year = load_market(tmp_path / "mine.toml").filtered.stressed, BUNDLED.filtered.stressed
    assert again.moves.tobytes() == year.moves.tobytes()
    for name in ("first", "last", "book", "description"):
        assert getattr(again, name) == getattr(year, name)
    path = written()
    path.with_name("2025-05-28.stressed.npy").write_bytes(rows_bytes(2.0 * year.moves))
    with pytest.raises(FileFaults, match=r"line \d+, law.stressed.moves_file: 2025-05-28.stressed.npy has the sha256"):
        load_market(path)
    path.with_name("2025-05-28.stressed.npy").unlink()
    assert load_market(path).filtered.stressed is None


@pytest.mark.parametrize(
    ("pattern", "by", "message"),
    [
        (r"(move_spans = \[.*\n  )\d+, ", r"\1", "move_spans: needs one for each of the 1,009 changes, got 1,008"),
        (r"(move_spans = \[.*\n  )\d+, ", r"\g<1>0, ", "move_spans: must be whole weekdays from 1 to 30"),
        (r"\nto = .*", "\nto = 2001-01-01", "law.stressed.from: 2008-02-29 lies after `to`, 2001-01-01"),
        (r'"2025-05-28.stressed.npy"', '"../else.npy"', "law.stressed.moves_file: must be the name of a file beside"),
    ],
)
def test_spans_and_a_stressed_year_that_do_not_fit_are_refused_by_line(written, pattern, by, message):
    with pytest.raises(FileFaults, match=message):
        load_market(written(lambda text: re.sub(pattern, by, text)))


def test_a_stressed_year_that_is_too_short_is_refused(written):
    few = rows_bytes(BUNDLED.filtered.stressed.moves[:258])
    digest = sha256(few).hexdigest()
    path = written(lambda text: re.sub(r'(stressed.npy".*\nmoves_sha256 = ")\w+', rf"\g<1>{digest}", text))
    path.with_name("2025-05-28.stressed.npy").write_bytes(few)
    with pytest.raises(FileFaults, match="a stressed year has 259 joint changes or more, got 258"):
        load_market(path)
