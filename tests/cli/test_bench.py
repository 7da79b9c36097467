from bench.records import CaseResult, Row
from cli.bench import table

CASE = CaseResult(
    name="case",
    title="A case",
    clock="wall",
    rows=(
        Row(name="ours", unit="paths", work=3e6, median_s=2.0, best_s=1.0),
        Row(name="theirs", unit="paths", work=100.0, median_s=0.5, best_s=0.5, times_ours=7500.0, ours="ours"),
    ),
)


def test_a_row_shows_seconds_rate_and_how_much_slower_than_ours():
    assert [list(row) for row in table(CASE).rows] == [
        ["ours", "2 s", "1.5 M", "paths", "", ""],
        ["theirs", "0.5 s", "200.0", "paths", "7,500.00 x", "ours"],
    ]


def test_an_unknown_case_is_bad_input(unwind):
    done = unwind("bench", "walks")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no case 'walks'" in done.stderr
