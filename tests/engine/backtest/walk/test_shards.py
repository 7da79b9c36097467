"""Parts of a walk: what is whole is taken up, what was changed or is of another backtest never."""

from datetime import date

import pytest

from engine.backtest.walk.day_rows import rows_of
from engine.backtest.walk.shards import ShardFolder
from engine.errors import InputError

SETTINGS = {"schema": 1, "book_sha256": "ab", "laws": ["a", "b"], "seed": 1}
ROWS = rows_of([(date(2020, 1, 6), 1, "main", "a", -1.0, 2.0, 1.0, 2.0, 0.5, 10, "", 0.0)])


def test_a_part_is_taken_up_by_the_same_settings(tmp_path):
    ShardFolder(tmp_path / "out", SETTINGS).keep("2020-01", ROWS)
    again = ShardFolder(tmp_path / "out", dict(SETTINGS))
    assert again.kept("2020-01").pnl.tolist() == [-1.0]
    assert again.kept("2020-02") is None


@pytest.mark.parametrize("damage", ["rows", "cut", "seal", "no seal"])
def test_a_part_that_is_not_whole_is_walked_again(tmp_path, damage):
    folder = ShardFolder(tmp_path, SETTINGS)
    folder.keep("2020-01", ROWS)
    rows, seal = tmp_path / "2020-01.parquet", tmp_path / "2020-01.json"
    match damage:
        case "rows":
            data = bytearray(rows.read_bytes())
            data[40] ^= 1
            rows.write_bytes(data)
        case "cut":
            rows.write_bytes(rows.read_bytes()[:-3])
        case "seal":
            seal.write_text("{")
        case _:
            seal.unlink()  # killed between the two files
    assert folder.kept("2020-01") is None


def test_other_settings_are_refused_by_name(tmp_path):
    ShardFolder(tmp_path, SETTINGS)
    with pytest.raises(InputError, match=r"holds another backtest: seed was 1, now 2; give another folder by --out"):
        ShardFolder(tmp_path, {**SETTINGS, "seed": 2})


def test_a_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="holds files of something else"):
        ShardFolder(tmp_path, SETTINGS)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_folder_that_cannot_be_one_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="is a file; give a folder"):
        ShardFolder(tmp_path / "file", SETTINGS)


@pytest.mark.parametrize("text", ["", "[1]", "{"])
def test_settings_that_are_no_object_are_refused_with_the_way_out(tmp_path, text):
    (tmp_path / "backtest.json").write_text(text)
    with pytest.raises(InputError, match=r"backtest.json cannot be read: .*; remove the folder, or give another"):
        ShardFolder(tmp_path, SETTINGS)
