"""The reference of the API, read as it stands in a checkout: every public name, how it is called, what it does."""

import inspect

import pytest

import unwind_risk
from cli.pages import api
from engine.instruments.registry import KINDS


@pytest.fixture(scope="module")
def page():
    return api.page()


def test_every_public_name_has_its_place_without_a_build(page):
    for name in set(unwind_risk.__all__) - {"__version__", "positions"}:
        assert f"### `uw.{name}`\n" in page or f"* `uw.{name}`: " in page, name
    for kind in KINDS:
        assert f"\n| `uw.positions.{kind}` | `position_id` `notional` " in page, kind


def test_a_function_is_shown_with_every_keyword_and_its_default(page):
    shown = page.split("### `uw.run`\n")[1].split("### ")[0]
    for name in inspect.signature(unwind_risk.run).parameters:
        assert f"\n    {name}: " in shown, name
    assert "Simulate books in one or several scenarios on the same random numbers." in shown
    assert "laws: str | Sequence[str] = ('filtered', 'historical-500', 'gaussian')," in page  # no name of a constant


def test_a_class_shows_its_methods_and_plain_fields_and_nothing_of_the_engine(page):
    shown = page.split("### `uw.Market`\n")[1].split("### ")[0]
    for member in ("uw.Market.from_history(", ".factors`", ".sha256`", ".write("):
        assert f"| `{member}" in shown, member
    assert ".loaded" not in shown
    assert "| `.compiled" not in page
