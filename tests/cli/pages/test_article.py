"""docs/validation/article.md: each claim of the article stands there with commands, what they print, and a verdict."""

import re
import shlex
from dataclasses import replace

import pytest
import typer

from cli.main import app
from cli.pages.article import PAGE, VERDICTS, block, claims, output, page
from engine.errors import InputError
from engine.inputs.scenario.load import load_scenario

MOST_LINES = 18  # of what a command prints: a reader sees claim, output and verdict on one screen


@pytest.fixture(scope="module")
def written(root):
    return (root / PAGE).read_text(encoding="utf-8")


def commands(root):
    """Every command of the page, and of a pipe every part of it, as words."""
    for claim in claims(root):
        for command in claim.commands:
            words = shlex.split(command)
            while "|" in words:
                yield words[: words.index("|")]
                words = words[words.index("|") + 1 :]
            yield words


def parsed(words):
    """Return the names and options that a command line stands for; click refuses what the command does not have."""
    command = typer.main.get_command(app)
    context = command.make_context("unwind", words)
    while hasattr(command, "commands"):
        name, command, words = command.resolve_command(context, [*context._protected_args, *context.args])
        context = command.make_context(name, words, parent=context)
    return context.params


def test_the_claims_are_seventeen_each_with_all_its_parts(root):
    found = claims(root)
    assert [each.number for each in found] == list(range(1, 18))
    for each in found:
        assert all((each.title, each.claim, each.commands, each.record, each.because)), each.number
    assert {each.verdict for each in found} == set(VERDICTS)


def test_a_verdict_that_is_none_is_refused(root):
    with pytest.raises(InputError, match=r"claim 1: `verdict` must be one of holds, .*; got 'perhaps'"):
        replace(claims(root)[0], verdict="perhaps")


def test_a_verdict_quotes_no_figure_of_the_output(root):
    """Such a figure would be stale with the next change of a law, while the blocks are made anew."""
    for each in claims(root):
        assert not re.search(r"\d\.\d", each.because), each.number


def test_each_claim_stands_in_the_page_once_with_command_output_record_and_verdict(root, written):
    for each in claims(root):
        assert written.count(f"\n## {each.number}. {each.title}\n") == 1
        section = written.split(f"\n## {each.number}. ")[1].split("\n## ")[0]
        assert f"**The record.** {each.record}\n" in section
        assert f"**Verdict: {each.verdict}.** {each.because}\n" in section
        blocks = re.findall(r"```sh\n(.*?)\n```\n\n```\n(.*?)\n```\n", section, re.DOTALL)
        assert tuple(command for command, _ in blocks) == each.commands
        assert all(0 < len(printed.splitlines()) <= MOST_LINES for _, printed in blocks), each.number


def test_every_command_has_the_options_files_and_scenarios_that_it_names(root, monkeypatch):
    monkeypatch.chdir(root)  # files are looked for from there
    found = [words for words in commands(root) if words[0] not in ("grep", "cat")]
    assert len(found) >= 17
    for words in found:
        assert words[0] == "unwind"
        named = parsed(words[1:]).get("scenario") or []
        for name in [named] if isinstance(named, str) else named:
            assert load_scenario(name).name == name


def test_a_command_that_names_what_is_not_there_is_seen(root):
    with pytest.raises(Exception, match="No such option"):
        parsed(["stress", "--senario", "august-2024"])


def test_an_option_s_file_is_there(root):
    files = [word for words in commands(root) for word in words if re.fullmatch(r"[\w./-]+\.(csv|toml)", word)]
    assert len(files) >= 10
    assert all((root / file).is_file() for file in files)


def test_a_command_prints_what_the_page_says(root, written):
    short_treasuries = claims(root)[12].commands[0]
    assert block(short_treasuries, output(short_treasuries, root)) in written


def test_a_command_that_finds_nothing_is_refused(root):
    with pytest.raises(InputError, match="ended with 1: nothing printed"):
        output("grep -E 'a line that no file holds' pyproject.toml", root)


def test_the_readme_links_the_page(root):
    assert (root / "README.md").read_text("utf-8").count("(docs/validation/article.md)") == 1


@pytest.mark.slow  # some thirty commands, one after another
def test_the_page_is_what_its_commands_print_now(root, written):
    assert page(root) == written, "docs/validation/article.md is stale: run `python -m cli.pages.article`"
