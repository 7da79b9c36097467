"""A question that is answered by a process of its own ends with its time, its memory and whoever asked it."""

import os
import signal
import subprocess
import sys
import threading
import time

import pyarrow as pa
import pytest

from engine.errors import InputError
from engine.record.asking.apart import answered

pytest.importorskip("duckdb", reason="needs the extra `store`")

SLOW = "SELECT count(*) FROM range(1000000000000) t(i) WHERE hash(i) = 3"
FOLDED = "SELECT len(list_sort(range(300000000))) AS n"  # constant: the database cannot be stopped in it


def asked(question, within_s=None, **tables):
    schemas = {name: table.schema for name, table in tables.items()}
    return answered(question, schemas, lambda names: {name: tables[name] for name in names}, within_s)


def is_alive(pid):
    """Whether a process runs. One that has ended and that nobody waited for does not."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_an_answer_comes_in_batches_and_may_be_left_early():
    table = pa.table({"i": pa.array(range(3_000_000))})
    with asked("SELECT i, i / 2 AS half FROM parts", parts=table, others=table) as found:
        first = found.read_next_batch()
    assert (first["i"][3].as_py(), first["half"][3].as_py()) == (3, 1.5)
    assert first.num_rows <= 1_000_000


def test_a_wrong_question_is_refused_before_a_table_is_read():
    def read(_):
        raise AssertionError("read")

    with pytest.raises(InputError, match="no column 'valu'; did you mean 'value'"):  # noqa: SIM117 it is refused at once
        with answered("SELECT valu FROM results", {"results": pa.schema([("value", pa.float64())])}, read):
            pass


@pytest.mark.parametrize("question", [FOLDED, pytest.param(SLOW, marks=pytest.mark.slow)])
def test_an_answer_that_is_not_there_in_time_is_given_up(question):
    began = time.monotonic()
    with pytest.raises(InputError, match="longer than it may"), asked(question, 1.0) as found:
        found.read_all()
    assert time.monotonic() - began < 10.0  # a second, and what a loaded machine needs to end a process


@pytest.mark.slow  # gigabytes
def test_what_the_database_does_not_count_is_bounded_too():
    """A string of 4 GiB, and copies: refused, or ended by the system, and told either way."""
    question = "SELECT concat_ws('', " + ", ".join(f"repeat('{c}', 4000000000)" for c in "abcdefghijklmnop") + ") AS s"
    with pytest.raises(InputError, match=r"more memory|longer than it may"), asked(question, 1.0) as found:
        found.read_all()


def test_a_signal_ends_a_question_that_would_take_days():
    timer = threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt), asked(SLOW) as found:
        found.read_all()
    timer.join()


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="asks /proc who runs")
@pytest.mark.parametrize("question", [FOLDED, pytest.param(SLOW, marks=pytest.mark.slow)])
def test_nobody_works_on_for_an_asker_that_was_killed(question, tmp_path):
    told = tmp_path / "pid"
    code = (
        "import subprocess, sys\n"
        "from engine.record.asking.apart import answered\n"
        "class Told(subprocess.Popen):\n"
        "    def __init__(self, *a, **k):\n"
        f"        super().__init__(*a, **k); open({str(told)!r}, 'w').write(f'{{self.pid}}\\n')\n"
        "subprocess.Popen = Told\n"
        f"with answered({question!r}, {{}}, lambda names: {{}}) as found: found.read_all()\n"
    )
    asker = subprocess.Popen([sys.executable, "-c", code])
    try:
        waited_until(lambda: told.exists() and told.read_text().endswith("\n"))
        pid = int(told.read_text())
        time.sleep(1.0)  # it is at work
        assert is_alive(pid)
    finally:
        asker.kill()
        asker.wait()
    waited_until(lambda: not is_alive(pid))


def waited_until(is_so, seconds=20.0):
    last = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < last
        time.sleep(0.05)


def test_what_the_reader_of_an_answer_does_wrong_is_not_laid_on_the_question():
    with pytest.raises(OSError, match="no room"), asked("SELECT 1 AS one"):
        raise OSError("no room")
