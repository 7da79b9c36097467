"""A week of nights on real dates, from the history to reports, with a night killed on the way: nobody can tell."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.inputs.scenario.load import bundled_scenario_names

pytestmark = pytest.mark.slow

DATES = [f"2025-05-{day}" for day in (19, 20, 21, 22, 23)]


@pytest.fixture(scope="module")
def week(shared, tmp_path_factory, root):
    """A folder with markets of five dates, both sample books and a batch of all bundled scenarios."""
    folder = tmp_path_factory.mktemp("week")
    command("data", "build", shared / "data" / "history.csv", "--from", DATES[0], "--to", DATES[-1], cwd=folder)
    (folder / "books").mkdir()
    for name in ("carry-fund", "life-insurer"):
        (folder / "books" / f"{name}.csv").write_bytes((root / "engine/book/data" / f"{name}.csv").read_bytes())
    names = bundled_scenario_names()
    (folder / "nightly.toml").write_text(
        f'out = "record"\nmarket = "markets/{{date}}.toml"\ndate = [{", ".join(DATES)}]\n[[books]]\n'
        f'path = "books/*.csv"\n[[runs]]\nname = "ten-days"\nscenario = {json.dumps(names)}\npaths = 131072\n',
        encoding="utf-8",
    )
    return folder


def start(*arguments, cwd):
    extra = ["--out", "markets"] if arguments[0] == "data" else []
    code = "from cli.main import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments), *extra],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def command(*arguments, cwd):
    child = start(*arguments, cwd=cwd)
    out, err = child.communicate(timeout=600)
    assert child.returncode == 0, err
    return out


def digests(record):
    manifests = sorted(record.glob("valuation_date=*/run=ten-days/manifest.json"))
    found = [json.loads(path.read_text(encoding="utf-8")) for path in manifests]
    return [(each["valuation_date"], each["pnl_sha256"], each["blocks"]) for each in found]


def test_a_week_with_a_killed_night_is_the_week_without(week):
    command("batch", "run", "nightly.toml", cwd=week)
    whole = week / "record"
    whole.rename(week / "uninterrupted")
    child = start("batch", "run", "nightly.toml", cwd=week)
    while not list(whole.glob(f"valuation_date={DATES[1]}/run=ten-days/manifest.json")):
        assert child.poll() is None, child.communicate()
        time.sleep(0.05)
    time.sleep(1.0)
    os.killpg(child.pid, signal.SIGKILL)
    child.communicate()
    assert len(digests(whole)) < len(DATES)
    done = json.loads(command("batch", "run", "nightly.toml", cwd=week).splitlines()[-1])
    assert [night["runs"]["ten-days"] for night in done["nights"]][:2] == ["recorded before"] * 2
    assert [date for date, *_ in digests(whole)] == DATES
    assert digests(whole) == digests(week / "uninterrupted")
    assert "every byte" in command("batch", "verify", "record", cwd=week)
    command("report", "record", "--date", DATES[-1], "--out", "report.html", cwd=week)
    assert (week / "report.html").stat().st_size < 500_000
