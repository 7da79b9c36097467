"""What docs/how-to/api.md and the API's docstrings show is what they print."""

import doctest
import re
from importlib import import_module

import pytest

from tests.source_files import ROOT

PAGE = ROOT / "docs" / "how-to" / "api.md"
# A frame's columns are laid out with blanks, which a page does not keep at the ends of lines.
OPTIONS = doctest.NORMALIZE_WHITESPACE
WITH_EXAMPLES = ("book", "levels", "market", "run", "scenario", "stress")


def failures(test: doctest.DocTest) -> str:
    """Run the examples of a test, and return what they print in place of what they should."""
    said: list[str] = []
    doctest.DocTestRunner(optionflags=OPTIONS).run(test, out=said.append)
    return "".join(said)


def test_the_page_prints_what_it_shows(monkeypatch):
    monkeypatch.chdir(ROOT)  # a history is named from there
    code = "\n".join(re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL))
    assert failures(doctest.DocTestParser().get_doctest(code, {}, "docs/how-to/api.md", str(PAGE), 0)) == ""


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_a_docstrings_examples_print_what_they_show(name):
    tests = [each for each in doctest.DocTestFinder().find(import_module(f"unwind_risk.api.{name}")) if each.examples]
    assert tests
    assert "".join(map(failures, tests)) == ""
