import json
import os

import pytest

from engine.inputs.book.load import bundled_book_path


def test_check_prices_each_position_and_adds_them_up(unwind):
    done = unwind("book", "check", bundled_book_path())
    assert done.returncode == 0, done.stderr
    assert "carry-fund" in done.stdout
    assert "life-insurer" in done.stdout
    total = next(line.split() for line in done.stdout.splitlines() if line.startswith("total"))
    books = [line.split() for line in done.stdout.splitlines() if line.startswith(("carry-fund", "life-insurer"))]
    assert abs(sum(float(cells[2]) for cells in books) - float(total[2])) < 0.16  # three figures, each rounded to 0.1


def test_a_compiled_book_gives_the_same_figures(unwind, tmp_path):
    compiled = tmp_path / "sample.parquet"
    done = unwind("book", "compile", bundled_book_path(), "--out", compiled)
    assert done.returncode == 0, done.stderr
    assert "as of 2025-05-28" in done.stdout
    source, again = (unwind("book", "check", path).stdout for path in (bundled_book_path(), compiled))
    assert source == again


def test_every_fault_of_a_book_is_said_at_once(unwind, tmp_path):
    path = tmp_path / "book.csv"
    path.write_text("position_id,kind,currency,notional\nA,CASH,YEN,1000\nB,CASH,JPY,nan\n")
    done = unwind("book", "check", path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "line 2" in done.stderr
    assert "line 3" in done.stderr


def test_show_prints_what_moves_a_book(unwind):
    done = unwind("book", "show", bundled_book_path(), "--top", 3)
    assert done.returncode == 0, done.stderr
    for words in ("DV01 by pillar", "JGB_10Y", "carry", "roll-down", "Largest positions"):
        assert words in done.stdout
    pillars = [line.split() for line in done.stdout.splitlines() if line.startswith(("JGB_", "UST_"))]
    assert all(abs(float(cells[1]) + float(cells[2]) - float(cells[3])) < 0.16 for cells in pillars)  # rounded figures


def test_show_says_the_unit_of_each_column_and_json_the_whole_figures(unwind):
    book = bundled_book_path("all-kinds")
    table, done = unwind("book", "show", book, "--top", 2).stdout, unwind("book", "show", book, "--top", 2, "--json")
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert (shown["schema"], shown["currency"], len(shown["largest"])) == (2, "JPY", 2)
    total = shown["total"]
    day, percent = total["roll_down_per_day"] / 1e3, total["gained_per_percent_down"]["USDJPY"] / 1e6
    for amount in (day, percent):  # thousands and millions beside a value of billions, to three digits
        assert any(f"{amount:,.{decimals}f}" in table for decimals in (1, 2))
    assert all(unit in table for unit in ("value, JPY bn", "USDJPY -1 %, JPY mn", "roll-down, JPY thousand"))
    names = {"lost_per_bp_up", "gained_per_vol_point_up", "gained_per_normal_vol_bp_up", "carry_per_day"}
    assert names < total.keys()
    by_expiry = total["gained_per_vol_point_up_by_expiry"]["USDJPY"]
    assert sum(by_expiry.values()) == pytest.approx(total["gained_per_vol_point_up"]["USDJPY"], rel=1e-9)
    assert "Vega of USDJPY by expiry" in table
    assert "gained when the vol at 1M rises by one point and all others in proportion" in " ".join(
        table.split()
    )  # what is simulated


def test_a_template_is_a_book_that_checks(unwind, tmp_path):
    path = tmp_path / "swap.csv"
    made = unwind("book", "template", "ois")
    assert made.returncode == 0, made.stderr
    assert "start_date: day on which" in made.stderr
    path.write_text(made.stdout)
    done = unwind("book", "check", path)
    assert done.returncode == 0, done.stderr
    assert "OIS-1" in done.stdout


def test_a_template_of_an_unknown_kind_names_the_nearest(unwind):
    done = unwind("book", "template", "SWAPTION")
    assert done.returncode == 2
    assert "did you mean SWAPTION_PAYER?" in done.stderr


def test_a_book_is_not_compiled_over_itself_or_into_a_pipe(unwind, tmp_path):
    source, pipe = tmp_path / "book.csv", tmp_path / "pipe"
    source.write_bytes(bundled_book_path().read_bytes())
    os.mkfifo(pipe)
    for out in (source, pipe):
        done = unwind("book", "compile", source, "--out", out)
        assert done.returncode == 2
        assert "--out" in done.stderr
    assert source.read_bytes() == bundled_book_path().read_bytes()
    assert pipe.is_fifo()
    assert sorted(tmp_path.iterdir()) == [source, pipe]
