import os

import pytest

from engine.errors import InputError
from engine.inputs.book.load import bundled_book_path
from engine.inputs.market.load import bundled_market_path
from engine.inputs.outputs import check_out, input_files
from engine.inputs.run import resolve


def test_a_new_file_and_one_that_is_there_may_be_written(tmp_path):
    assert check_out(tmp_path / "r.json", inputs=()) == (tmp_path / "r.json").resolve()
    (tmp_path / "r.json").write_text("old")
    assert check_out(tmp_path / "r.json", inputs=[tmp_path / "absent.toml"]) == (tmp_path / "r.json").resolve()
    assert (tmp_path / "r.json").read_text() == "old"


def test_a_file_that_cannot_be_written_is_refused(tmp_path, monkeypatch):  # BAD-S049, BAD-S071
    with pytest.raises(InputError, match="is a folder"):
        check_out(tmp_path, inputs=())
    with pytest.raises(InputError, match="there is no folder"):
        check_out(tmp_path / "none" / "r.json", inputs=())
    with pytest.raises(InputError, match=r"--plot .* cannot be written"):
        check_out(tmp_path / ("x" * 300), inputs=(), flag="--plot")  # 255 bytes is the most a name may have
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="there is no folder"):
        check_out(tmp_path / "file" / "r.json", inputs=())
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write everywhere, so by hand
    with pytest.raises(InputError, match="no permission"):
        check_out(tmp_path / "r.json", inputs=())


def test_a_folder_that_takes_no_new_file_is_found_out_before_anything_is_computed(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(30, "Read-only file system", "an internal name")

    check_out(tmp_path / "r.json", inputs=())
    assert list(tmp_path.iterdir()) == []  # trying leaves nothing
    monkeypatch.setattr("pathlib.Path.touch", refuse)
    with pytest.raises(InputError) as refused:
        check_out(tmp_path / "r.json", inputs=())
    assert str(refused.value) == f"--out {str(tmp_path / 'r.json')!r} cannot be written: Read-only file system"


def test_what_is_no_regular_file_is_not_replaced(tmp_path):
    (tmp_path / "link.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(InputError, match="is a symbolic link"):
        check_out(tmp_path / "link.json", inputs=())
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(InputError, match="is a device or a pipe"):
        check_out(tmp_path / "pipe.json", inputs=())


def test_a_file_in_a_linked_folder_gets_its_real_path(tmp_path):  # BAD-S049
    (tmp_path / "real").mkdir()
    (tmp_path / "linked").symlink_to(tmp_path / "real")
    assert check_out(tmp_path / "linked" / "r.json", inputs=()) == (tmp_path / "real" / "r.json").resolve()


@pytest.mark.parametrize("how", ["the same path", "another spelling", "a hard link", "a linked input", "not there yet"])
def test_what_the_command_reads_is_not_replaced(tmp_path, how):
    read = out = tmp_path / "book.csv"
    if how != "not there yet":
        read.touch()
    if how == "another spelling":
        (tmp_path / "folder").mkdir()
        out = tmp_path / "folder" / ".." / "book.csv"
    if how == "a hard link":
        out = tmp_path / "other.csv"
        out.hardlink_to(read)
    if how == "a linked input":
        read = tmp_path / "link.csv"
        read.symlink_to(out)
    with pytest.raises(InputError, match=r"would replace '.*csv', which this command reads; give another name"):
        check_out(out, inputs=[tmp_path / "market.toml", read])


def test_a_run_reads_its_settings_market_book_and_scenario_files(tmp_path):
    market, book, mine, settings = (tmp_path / name for name in ("m.toml", "b.csv", "mine.toml", "run.toml"))
    config = resolve({"market": market, "book": book, "scenario": ["base", str(mine)]}, {})
    assert set(input_files(config, settings)) == {settings, market, book, mine}
    assert set(input_files(resolve({}, {}), None)) == {bundled_market_path(), bundled_book_path()}


def test_a_file_of_which_a_sheet_is_read_is_not_written_over(tmp_path):
    (tmp_path / "a.xlsx").touch()
    with pytest.raises(InputError, match="would replace"):
        check_out(tmp_path / "a.xlsx", inputs=[tmp_path / "a.xlsx#s"])
