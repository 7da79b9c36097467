"""Columns of frames in docs/how-to/formats.md, from their schemas; `python -m cli.output.columns_page` writes them."""

from collections.abc import Iterator
from pathlib import Path

from cli.output import analysis_frames, batch_frames, book_frames, data_frames, machine_frames, record_frames
from cli.output import scenario_frames as scenario

PAGE = Path("docs") / "how-to" / "formats.md"
BEGIN = "<!-- columns: written by `python -m cli.output.columns_page` -->"
END = "<!-- end of columns -->"
SCHEMAS = {  # command -> the columns of its frame
    "scenario list": scenario.LIST,
    "scenario show": scenario.SHOW,
    "scenario check": scenario.CHECK,
    "scenario replay": scenario.REPLAY,
    "scenario sectors": scenario.SECTORS,
    "book check, book show": book_frames.FIGURES,
    "batch plan": batch_frames.PLAN,
    "batch status": batch_frames.STATUS,
    "data check": data_frames.SERIES,
    "data betas": data_frames.BETAS,
    "feedback": analysis_frames.FEEDBACK,
    "regulatory": analysis_frames.REGULATORY,
    "runs tables": record_frames.COLUMNS,
    "doctor": machine_frames.DOCTOR,
    "bench": machine_frames.BENCH,
}


def section() -> str:
    """Return the generated lines, markers included."""
    return "\n".join([BEGIN, *_lines(), END])


def with_section(page: str) -> str:
    """Return the page's text with the section between the markers replaced."""
    head, _, rest = page.partition(BEGIN)
    return head + section() + rest.partition(END)[2]


def _lines() -> Iterator[str]:
    for command, schema in SCHEMAS.items():
        yield from (f"\n### {command}\n", "| column | unit | meaning |", "|---|---|---|")
        for field in schema:
            unit, meaning = (field.metadata.get(key, b"").decode() for key in (b"unit", b"meaning"))
            yield f"| `{field.name}` | {unit} | {meaning} |"
    yield ""


def main() -> None:
    """Rewrite the section of docs/how-to/formats.md in the current folder."""
    PAGE.write_text(with_section(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
