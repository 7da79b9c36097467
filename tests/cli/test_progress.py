from cli import progress


def test_without_a_terminal_a_line_comes_every_thirty_seconds_on_stderr(capsys):
    times = iter([0.0, 5.0, 29.9, 30.0, 31.0, 59.9, 60.5])
    report = progress.heartbeat(lambda: next(times))
    for done in range(1, 7):
        report(done * 1_000_000, 10_000_000)
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "3,000,000 of 10,000,000 paths after 30 s\n6,000,000 of 10,000,000 paths after 60 s\n"


def test_a_first_block_that_holds_the_compiling_gives_no_rate(capsys):
    times = iter([0.0, 46.0, 76.0])
    report = progress.heartbeat(lambda: next(times))
    report(65_536, 1_000_000)
    report(900_000, 1_000_000)
    assert capsys.readouterr().err == (
        "65,536 of 1,000,000 paths; the first took 46 s, with loading or compiling kernels\n"
        "900,000 of 1,000,000 paths after 76 s\n"
    )


def test_a_terminal_gets_a_bar_on_stderr_and_nothing_on_stdout(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with progress.on_stderr() as report:
        report(5, 10)
    assert capsys.readouterr().out == ""
