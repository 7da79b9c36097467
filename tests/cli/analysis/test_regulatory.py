import json

import pytest
from typer.testing import CliRunner

from cli.main import app


def printed(*words):
    return CliRunner().invoke(app, ["regulatory", "--paths", "12800", "--backend", "numba", *words])


def test_tables_name_paragraphs_and_desks():
    found = printed("--book", "engine/book/data/carry-fund.csv")
    assert found.exit_code == 0, found.output
    for words in (
        "MAR33.4",
        "no insurer's solvency rule",
        "requirement, MAR33.15",
        "2008-02-29 to 2009-03-19",
        "carry-fund",
        "P&L attribution, MAR32",
    ):
        assert words in " ".join(found.stdout.split())
    assert "warning: stressed year 2008-02-29 to 2009-03-19: it is the worst for sample.csv" in found.stderr


def test_json_is_one_object_and_a_given_horizon_counts():
    found = printed("--book", "engine/book/data/carry-fund.csv", "--liquidity", "USDJPY=20", "--json")
    assert found.exit_code == 0, found.output
    views = json.loads(found.stdout)
    assert views["liquidity"]["USDJPY"] == 20
    assert [days for days, _ in views["current"]["by_scope"]["total"][0]["by_days"]] == [10, 20]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--liquidity", "USDJPY"), "must look like NIKKEI225=20, got 'USDJPY'"),
        (("--liquidity", "USDJPY=x"), "--liquidity USDJPY: must be a whole number"),
        (("--law", "filtred"), "filtered"),
    ],
)
def test_faults_name_the_option(words, message):
    found = printed(*words)
    assert found.exit_code == 2
    assert message in found.stderr
