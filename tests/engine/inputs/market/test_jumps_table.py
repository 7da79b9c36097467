"""A market file's [law.jumps]: read back to the bit, and refused by line where it does not fit."""

import shutil

import pytest

from engine.errors import FileFaults
from engine.inputs.market.load import bundled_market_path, load_market, write_market

BUNDLED = load_market(bundled_market_path())


def test_jumps_are_read_back_to_the_bit(tmp_path):
    write_market(BUNDLED, tmp_path / "mine.toml")
    again, first = load_market(tmp_path / "mine.toml").filtered.cap_jumps, BUNDLED.filtered.cap_jumps
    assert again.directions.tobytes() == first.directions.tobytes()
    names = [name for name in first.__dataclass_fields__ if name != "directions"]
    assert [getattr(again, name) for name in names] == [getattr(first, name) for name in names]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("days = [2011-08-09, ", "days = [", "law.jumps.directions: needs 2 rows of 17 values, got rows of"),
        (", 2022-12-20]", ", 2025-06-20]", "law.jumps.days: 2025-06-20 lies after `as_of`, 2025-05-28"),
        ("n_beyond = 3", "n_beyond = 2", "law.jumps.n_beyond: must be 0 or the number of `days`, 3, got 2"),
        (" -1.0, 0.0, -0.91", " -1.5, 0.0, -0.91", "law.jumps.directions: the largest of each row must be 1 or -1"),
        ("shape = 0.12", "shape = -0.12", "law.jumps.shape"),
    ],
)
def test_what_does_not_fit_is_refused_by_line(tmp_path, old, new, message):
    for file in bundled_market_path().parent.glob("2025-05-28.*.npy"):
        shutil.copy(file, tmp_path)
    path, text = tmp_path / "2025-05-28.toml", bundled_market_path().read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(FileFaults) as refusal:
        load_market(path)
    assert message in str(refusal.value)
