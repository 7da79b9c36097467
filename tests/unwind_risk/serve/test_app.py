"""The application as a whole: what it describes of itself, and what it answers where nothing is."""

import re
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import unwind_risk.serve

STATIC = Path(unwind_risk.serve.__file__).parent / "static"
PAGES = ("/", "/explain", "/explain/tail", "/whatif", "/hedge", "/backtest", "/records")


def test_the_description_names_every_figure_and_no_page(asked):
    found = asked.get("/api/openapi.json").json()
    assert found["openapi"].startswith("3.")
    assert set(found["paths"]) == {
        "/api/night/{day}", "/api/explain", "/api/tail", "/api/replay", "/api/whatif", "/api/hedge",
        "/api/scenario/check", "/api/fan", "/api/backtest", "/api/runs", "/api/verify", "/api/diff", "/api/reproduce",
    }  # fmt: skip


def test_no_page_has_a_script_or_a_style_of_its_own_or_names_another_host(asked):
    for path in PAGES:
        text = asked.get(path, headers={"Accept": "text/html"}).text
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=|https?://", text), path
        assert "The same in a shell" in text


def test_what_is_vendored_is_what_its_table_says():
    table = (STATIC / "vendor" / "README.md").read_text()
    files = dict(re.findall(r"\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|", table))
    assert {path.name for path in (STATIC / "vendor").iterdir()} - {"README.md"} == set(files)
    for name, digest in files.items():
        assert sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == digest


def test_an_unknown_address_is_told_as_a_page_or_as_a_problem(asked):
    assert asked.get("/nothing").json() == {"title": "not found", "status": 404, "detail": ""}
    assert "<h2>" in asked.get("/nothing", headers={"Accept": "text/html"}).text


def test_its_colours_are_the_report_s(asked):
    found = asked.get("/palette.css")
    assert found.headers["content-type"].startswith("text/css")
    assert found.text == (files("engine.report") / "templates" / "palette.css").read_text(encoding="utf-8")
    assert "var(--loss)" in (STATIC / "style.css").read_text(encoding="utf-8")
