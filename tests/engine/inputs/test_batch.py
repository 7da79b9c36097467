"""Batch files: what they mean, and every fault of one at once."""

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from engine.batch.schedulers import example_names, example_text
from engine.errors import FileFaults, InputError
from engine.inputs.batch import BatchRun, read_batch, recorded, run_from_record

GOOD = """
out = "record"
market = "markets/{date}.toml"
date = "2025-05-28"
[[books]]
path = "books/*.csv"
[[runs]]
name = "ten-days"
scenario = ["base", "mine.toml"]
paths = 1000
"""


@pytest.fixture
def write(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "nightly.toml"
        path.write_text(text)
        return path

    return write


def faults(path: Path) -> list[str]:
    with pytest.raises(FileFaults) as refused:
        read_batch(path)
    return [str(fault) for fault in refused.value.faults]


def test_paths_are_relative_to_the_file(write, tmp_path):
    batch = read_batch(write(GOOD))
    assert batch.market == str(tmp_path / "markets" / "{date}.toml")
    assert batch.books[0].path == "books/*.csv"
    assert batch.out == tmp_path / "record"
    assert batch.runs[0].scenarios == ("base", str(tmp_path / "mine.toml"))
    assert (batch.dates, batch.runs[0].n_paths, batch.runs[0].books) == ((date(2025, 5, 28),), 1000, ("*",))


@pytest.mark.parametrize("given", ["2025-05-28", '"2025-05-28"', "[2025-05-28]"])
def test_a_date_may_be_written_in_three_ways(write, given):
    assert read_batch(write(GOOD.replace('"2025-05-28"', given))).dates == (date(2025, 5, 28),)


def test_dates_of_the_command_replace_those_of_the_file(write):
    path = write(GOOD)
    assert read_batch(path, ["2025-05-27", "2025-05-29"]).dates == (date(2025, 5, 27), date(2025, 5, 29))
    for text in ("28.5.2025", "20250528", "2025-W22-3", "2025-02-30"):
        with pytest.raises(InputError, match="--date must be a date such as 2025-05-28, got"):
            read_batch(path, [text])
    with pytest.raises(InputError, match="no valuation date"):
        read_batch(write(GOOD.replace('date = "2025-05-28"', "")))


def test_every_fault_is_told_at_once_with_its_line(write):
    text = GOOD.replace("paths = 1000", "paths = 10\nconfidnce = 99").replace('"2025-05-28"', '"yesterday"')
    found = faults(write(text))
    assert [fault.split(":")[0] for fault in found] == [
        "line 4, date",
        "line 10, runs[1].paths",
        "line 11, runs[1].confidnce",
    ]
    assert "did you mean 'confidence'?" in found[2]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("paths = 1000", 'market = "m.toml"', "`market` is no key of a batch's run"),
        ("paths = 1000", 'book = "b.csv"', "give `[[books]]` of the batch"),
        ('name = "ten-days"', 'name = "ten days"', "letters, digits"),
        ('name = "ten-days"', 'name = "../up"', "letters, digits"),
        ('name = "ten-days"', "", "this key is missing"),
        ("paths = 1000", 'paths = 1000\n[[runs]]\nname = "ten-days"', "two of `runs` are called 'ten-days'"),
        ('"2025-05-28"', "[2025-05-28, 2025-05-28]", "2025-05-28 is there twice"),
        ('"2025-05-28"', "2025-05-28T00:00:00", "must be a date"),
        ("{date}.toml", "one.toml", None),
        ('out = "record"', 'out = ""', "must be the path of a file"),
        ('out = "record"', 'out = "record"\nexplain = true', "`explain` is shown in the report: set report = true"),
        ('out = "record"', 'out = "record"\nlanguage = "ja"', "`language` is the report's: set report = true"),
        ('out = "record"', 'out = "record"\nlimits = 3', "`limits` must be a path or [[limits]] tables"),
    ],
)
def test_a_bad_key_is_refused_with_the_way_out(write, old, new, said):
    assert old in GOOD
    path = write(GOOD.replace(old, new))
    if said is None:
        assert read_batch(path).market.endswith("one.toml")  # one date: the same file is what is meant
    else:
        assert any(said in fault for fault in faults(path))


def test_several_dates_need_a_market_by_date(write):
    text = GOOD.replace("{date}.toml", "one.toml").replace('"2025-05-28"', "[2025-05-27, 2025-05-28]")
    assert any("needs {date}" in fault for fault in faults(write(text)))


LIMIT = '[[limits]]\nmeasure = "VaR"\nconfidence = 0.99\namount = 1e9\n'


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        (LIMIT.replace("VaR", "VAR"), "did you mean 'VaR'?"),
        (LIMIT.replace("confidence = 0.99\n", ""), "needs `confidence`"),
        (LIMIT.replace("1e9", "-1.0"), "must be a positive loss"),
        (LIMIT.replace("VaR", "DV01"), "a limit on DV01 has no `confidence`"),
        ('[[limits]]\nmeasure = "stress"\namount = 1\n', "needs `scenario`"),
        (LIMIT + 'curve = "JGB"\n', "has no `curve`"),
        (LIMIT + 'kind = "firm"\n', "'hard' or 'soft'"),
        (LIMIT + "amuont = 3\n", "unknown key"),
    ],
)
def test_a_bad_limit_is_told_and_costs_no_other(write, limit, said):
    batch = read_batch(write(GOOD + LIMIT + limit))
    assert [each.name for each in batch.limits] == ["limit 1"]
    assert said in str(batch.limit_faults[0])
    assert "nightly.toml: line 1" in str(batch.limit_faults[0])


def test_limits_may_stand_in_a_file_of_their_own(write, tmp_path):
    (tmp_path / "limits.toml").write_text(LIMIT)
    path = write(GOOD.replace('out = "record"', 'out = "record"\nlimits = "limits.toml"'))
    assert [limit.amount for limit in read_batch(path).limits] == [1e9]
    (tmp_path / "limits.toml").write_text("[[limits")
    assert "limits.toml: line 1: not TOML" in str(read_batch(path).limit_faults[0])
    (tmp_path / "limits.toml").unlink()
    assert "no such file" in str(read_batch(path).limit_faults[0])
    (tmp_path / "limits.toml").write_text("limit = 3")
    assert "unknown key 'limit'" in str(read_batch(path).limit_faults[0])


def test_a_run_comes_back_from_its_record(write):
    run = read_batch(write(GOOD)).runs[0]
    assert run_from_record(recorded(run)) == run
    with pytest.raises(InputError, match="is not a run's"):
        run_from_record({"name": "x", "paths": "many"})


def test_laws_of_a_run_are_named_and_come_back_from_its_record(write):
    run = read_batch(write(GOOD.replace('name = "', 'law = ["t", "gaussian"]\nname = "', 1))).runs[0]
    assert run.laws == ("t", "gaussian")
    assert run_from_record(recorded(run)) == run
    assert "law" not in recorded(read_batch(write(GOOD)).runs[0])  # a record from before there were laws is the same
    with pytest.raises(FileFaults, match=r"`law` of a batch's run names its laws, not 'all'"):
        read_batch(write(GOOD.replace('name = "', 'law = "all"\nname = "', 1)))


def test_runs_take_the_keys_of_a_run_file():
    assert {"paths", "horizon_days", "confidence", "until_se"} <= {
        field.alias or name for name, field in BatchRun.model_fields.items()
    }


def test_the_example_batch_is_read(write):
    batch = read_batch(write(example_text("batch")), ["2025-05-28"])
    assert [run.name for run in batch.runs] == ["ten-days", "one-day"]
    assert len(batch.limits) == 3
    assert batch.limit_faults == ()


def test_every_example_file_has_a_name():
    assert len(example_names()) == sum(1 for _ in (files("engine.batch") / "examples").iterdir())
    assert all(example_text(name) for name in example_names())
    with pytest.raises(InputError, match="did you mean 'slurm'"):
        example_text("slrum")


def test_permissions_are_octal_digits_as_text_and_leave_the_owner_alone(write):
    assert read_batch(write('umask = "027"\n' + GOOD)).umask == 0o027
    assert read_batch(write(GOOD)).umask is None
    for wrong in ("27", '"27"', '"700"', '"0o27"', '"089"', "true"):
        (said,) = faults(write(f"umask = {wrong}\n{GOOD}"))
        assert "three octal digits as text, the first 0 since the owner reads and writes, such as '027'" in said
