"""Large books are refused where they do not fit, and small ones are never asked."""

from pathlib import Path

import pytest

from engine.errors import FileFaults
from engine.inputs.book.memory import check_memory, free_memory


def test_a_book_that_does_not_fit_is_refused_with_what_would():
    with pytest.raises(FileFaults) as refusal:
        check_memory("book.csv", 1_000_000, 2 * 2**30)
    text = str(refusal.value)
    assert "1,000,000 positions" in text
    assert "8.5 GiB" in text  # 450 MiB and 8,700 bytes each
    assert "192,600 positions at most" in text  # 2 GiB less 450 MiB, over 8,700 bytes


def test_what_fits_what_is_small_and_what_is_not_known_passes():
    check_memory("book.csv", 1_000_000, 2**34)
    check_memory("book.csv", 49_999, 0)
    check_memory("book.csv", 1_000_000, None)


def test_where_the_program_itself_does_not_fit_no_smaller_file_is_advised():
    with pytest.raises(FileFaults, match=r"0\.3 GiB are free: free memory") as refusal:
        check_memory("book.csv", 60_000, 300 * 2**20)
    assert "at most" not in str(refusal.value)


def test_a_container_has_what_its_limit_leaves(tmp_path: Path):
    file = tmp_path / "meminfo"
    file.write_text("MemAvailable:      1000 kB\n")
    (tmp_path / "memory.current").write_text("100\n")
    for limit, left in (("600", 500), ("50", 0), ("max", 1000 * 1024), ("9" * 18, 1000 * 1024)):
        (tmp_path / "memory.max").write_text(f"{limit}\n")
        assert free_memory(file, tmp_path) == left


def test_free_memory_is_what_the_system_says(tmp_path: Path):
    file = tmp_path / "meminfo"
    file.write_text("MemTotal: 100 kB\nMemAvailable:      12 kB\n")
    assert free_memory(file, tmp_path) == 12 * 1024
    file.write_text("MemTotal: 100 kB\n")
    assert free_memory(file, tmp_path) is None
    assert free_memory(tmp_path / "none", tmp_path) is None
