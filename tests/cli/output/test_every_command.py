"""Every command prints its figures in every form, or stands here with the reason why it has none."""

import io
import json
from datetime import date

import pandas as pd
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from cli.pages.commands import commands
from tests.engine.batch.conftest import BatchFolder
from tests.source_files import ROOT

WITHOUT = {
    "init": "writes files",
    "warm": "compiles kernels, and says in a sentence or by --json what it did",
    "batch example": "prints a file for a scheduler",
    "batch merge": "its last line is one JSON object, which schedulers read",
    "batch night": "prints dates, one a line, for a scheduler",
    "batch resume": "its last line is one JSON object, which schedulers read",
    "batch run": "its last line is one JSON object, which schedulers read",
    "batch verify": "says in a sentence whether a record is as it was written",
    "serve": "answers browsers until it is stopped; its figures are JSON under /api",
    "book compile": "writes a file, and prints its name",
    "book template": "prints a book file (CSV)",
    "data build": "writes market files, and prints their names",
    "data prices": "writes a market file",
    "data regimes": "prints a scenario file",
    "data rows": "prints a scenario file",
    "data spreads": "writes a market file",
    "report": "writes a page",
    "reproduce": "says in a sentence whether figures came again",
    "runs export": "writes a file, by its end",
    "schema": "prints a JSON Schema",
}
ELSEWHERE = {
    "backtest": "ends with 3 where a law does not pass: tests/unwind_risk/api/analysis/test_backtest.py",
    "runs sql": "its columns are the question's: record/test_ask.py",
}
HISTORY = "date,JGB_10Y,UST_10Y,USDJPY\n" + "".join(f"2025-05-{d:02},1.5,4.{d:02},14{d % 10}.5\n" for d in (26, 27, 28))
NIGHTS = (date(2025, 5, 27), date(2025, 5, 28))
# The words of a command, which must print the same frame in both forms. {folder} holds a book, a history and a record.
QUICK = [
    "scenario show feedback-severe",
    "scenario check august-2024",
    "data check {folder}/history.csv",
    "batch status {folder}/nightly.toml",
    "runs list {folder}",
    "runs show {folder}",
    "runs diff {folder} 2025-05-27 2025-05-28 --all",
    "runs tables",
]
LONG = [
    "batch plan {folder}/nightly.toml",
    "book check {folder}/book.csv",
    "book show {folder}/book.csv --top 1",
    "doctor",
    "scenario list",
    "scenario replay flight-2024 {shared}/data/history.csv --event august-2024 --paths 1000",
    "scenario sectors --paths 1000 --betas theory",
    "data betas {folder}/closes.csv {shared}/data/history.csv",
    "feedback --paths 32000 --book {folder}/book.csv",
    "regulatory --paths 12800 --book {folder}/book.csv",
    "bench normals",
    "explain --scenario base --paths 2000",
    "hedge --scenario base --paths 1000",
    "replay 7 --scenario base --paths 1000",
    "reverse --scenario base --paths 2000 --loss 15e9",
    "whatif {folder}/book.csv --scenario base --paths 1000",
    "calibrate {notebooks}/history.csv --date 2025-05-28 --law-start 2016-01-04 --out {folder}/markets",
    "run --paths 4000 --scenario base --by book --book {folder}/book.csv",
    "demo --paths 1000",
    "stress --book {folder}/book.csv",
    "simulate --paths 200 --days 2",
]
DAYS = pd.bdate_range("2021-12-01", "2025-06-30")
CLOSES = "date,SPX\n" + "".join(f"{day:%Y-%m-%d},{5000 + i * i % 97}\n" for i, day in enumerate(DAYS))
TIMED = {"bench": ["case", "contender", "unit"]}  # commands that print other seconds each time: what stays
BOOK = """position_id,book,kind,currency,notional,coupon,maturity
国債10年,life,JGB,JPY,1e10,0.012,2034-12-20
"CASH, USD",carry,CASH,USD,5e6,,
"""


def options_of(command):
    return {word for option in command.params for word in option.opts}


def test_every_command_has_every_form_or_a_reason_why_not():
    leaves = {
        name.removeprefix("unwind "): command for name, command, _ in commands() if not hasattr(command, "commands")
    }
    without = {name for name, command in leaves.items() if "--format" not in options_of(command)}
    assert without == set(WITHOUT)
    assert all("--json" in options_of(command) for name, command in leaves.items() if name not in without)
    tried = [words.partition(" {")[0] for words in (*QUICK, *LONG)]
    theirs = {name for name in leaves if any(f"{words} ".startswith(f"{name} ") for words in tried)}
    assert theirs == set(leaves) - without - set(ELSEWHERE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A book, a history, closes, a batch that was not begun, and a record of two nights."""
    from tests.engine.report.conftest import Record

    home = tmp_path_factory.mktemp("forms")
    (home / "book.csv").write_text(BOOK, encoding="utf-8")
    (home / "history.csv").write_text(HISTORY, encoding="utf-8")
    (home / "closes.csv").write_text(CLOSES, encoding="utf-8")
    BatchFolder(home)
    record = Record(home)
    for i, night in enumerate(NIGHTS):
        record.run("ten-days", night, books={"carry": 3.1e9 + i * 1e9, "life": 4.7e9})
    return home


def printed(words, capfdbinary):
    from cli.main import app

    with pytest.raises(SystemExit) as ended:
        app(words, prog_name="unwind")
    out, err = capfdbinary.readouterr()
    assert ended.value.code == 0, err.decode()
    return out


def check_forms(words, capfdbinary):
    """CSV read by Parquet's columns is Parquet's frame, and JSON is one object."""
    table = pq.read_table(io.BytesIO(printed([*words, "--format", "parquet"], capfdbinary)))
    text = printed([*words, "--format", "csv"], capfdbinary)
    options = pacsv.ConvertOptions(
        column_types={field.name: field.type for field in table.schema},
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        null_values=[""],
    )
    read = pacsv.read_csv(
        io.BytesIO(text), convert_options=options, parse_options=pacsv.ParseOptions(newlines_in_values=True)
    )
    same = TIMED.get(words[0], table.schema.names)
    assert read.schema.equals(table.schema.remove_metadata())
    assert read.select(same).equals(table.select(same).replace_schema_metadata(None))
    assert table.num_rows > 0
    assert all(field.metadata and field.metadata[b"meaning"] for field in table.schema)
    assert isinstance(json.loads(printed([*words, "--format", "json"], capfdbinary)), dict)


@pytest.mark.parametrize("words", QUICK, ids=lambda words: words.partition(" {")[0])
def test_csv_and_parquet_of_a_command_are_one_frame(words, folder, capfdbinary):
    check_forms(words.format(folder=folder).split(), capfdbinary)


@pytest.mark.slow  # a minute and more of simulation, and the full history
@pytest.mark.parametrize("words", LONG, ids=lambda words: words.partition(" {")[0])
def test_csv_and_parquet_of_a_long_command_are_one_frame(words, folder, shared, capfdbinary):
    check_forms(words.format(folder=folder, shared=shared, notebooks=ROOT / "docs" / "notebooks").split(), capfdbinary)
