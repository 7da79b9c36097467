import signal

import pytest

from cli.errors import exit_codes
from engine.errors import BusyError, Fault, FileFaults, InputError, RiskError


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (RiskError("a"), 1, "error: a\n"),
        (InputError("b"), 2, "error: b\n"),
        (BusyError("c"), 75, "error: c\n"),
        (OSError(28, "No space left on device"), 75, "error: [Errno 28] No space left on device\n"),
        (BrokenPipeError(32, "Broken pipe"), 1, "error: [Errno 32] Broken pipe\n"),  # stdout's own: see cli/streams.py
        (KeyboardInterrupt(), 130, "interrupted\n"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_failure_has_its_code_and_one_message_on_stderr(raised, code, said, capsys):
    with pytest.raises(SystemExit) as ended, exit_codes():
        raise raised
    assert ended.value.code == code
    assert capsys.readouterr() == ("", said)


def test_all_faults_of_a_file_are_shown(capsys):
    faults = [Fault(message="first", line=2, where="notional"), Fault(message="second", line=7)]
    with pytest.raises(SystemExit), exit_codes():
        raise FileFaults("book.csv", faults)
    assert capsys.readouterr().err == "error: book.csv: line 2, notional: first\nbook.csv: line 7: second\n"


def test_lack_of_memory_is_a_failed_run_with_a_way_out(capsys):
    with pytest.raises(SystemExit) as ended, exit_codes():
        raise MemoryError("Unable to allocate 8 TiB")
    assert ended.value.code == 1
    assert "Unable to allocate 8 TiB" in capsys.readouterr().err


def test_sigterm_ends_with_143_and_its_handler_is_put_back():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as ended, exit_codes():
        signal.raise_signal(signal.SIGTERM)
    assert ended.value.code == 143
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_defect_in_the_program_is_not_dressed_up_as_a_user_error():
    with pytest.raises(ZeroDivisionError), exit_codes():
        raise ZeroDivisionError
