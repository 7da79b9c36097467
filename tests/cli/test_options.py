"""An option given twice is refused, unless it takes several: none is dropped without a word."""

import pytest

from cli.options import language_of
from cli.pages.commands import commands
from engine.errors import InputError


def test_every_option_of_every_command_given_twice_is_refused_or_taken_twice(capsys):
    from cli.main import app

    for name, command, _ in list(commands())[1:]:  # the first is `unwind` itself, whose --version is eager
        for option in command.params:
            if option.param_type_name != "option" or option.multiple:
                continue
            words = [*name.split()[1:], option.opts[0]]
            words += [] if option.is_flag else ["1"]
            with pytest.raises(SystemExit) as ended:
                app([*words, *words[len(name.split()) - 1 :]], prog_name="unwind")
            assert ended.value.code == 2
            assert "is given twice" in capsys.readouterr().err, (name, option.name)


def test_two_books_are_both_in_the_total(unwind, tmp_path):
    head = "position_id,kind,currency,notional\n"
    for name, amount in (("one", 100), ("two", 23)):
        (tmp_path / f"{name}.csv").write_text(f"{head}P,CASH,JPY,{amount}000000\n", encoding="utf-8")
    books = ["--book", str(tmp_path / "one.csv"), "--book", str(tmp_path / "two.csv")]
    done = unwind("stress", *books, "--scenario", "april-2025")
    assert done.returncode == 0, done.stderr
    total = next(line for line in done.stdout.splitlines() if line.startswith("total"))
    assert total.split()[1] == "123.0"  # JPY mn


def test_a_language_is_english_unless_asked_for_and_another_is_refused():
    assert (language_of(None), language_of(""), language_of("ja")) == ("en", "en", "ja")
    with pytest.raises(InputError, match="there is no language 'jp'; there are en, ja"):
        language_of("jp")


def test_a_table_is_in_the_language_of_the_variable_and_json_in_none(unwind, tmp_path):
    book = tmp_path / "one.csv"
    book.write_text("position_id,kind,currency,notional\nP,CASH,JPY,100000000\n", encoding="utf-8")
    words = ["stress", "--book", str(book), "--scenario", "april-2025"]
    shown = unwind(*words, env={"UNWIND_LANGUAGE": "ja"}).stdout
    assert "2025年5月28日のショック損益" in shown
    assert '"april-2025"' in unwind(*words, "--language", "ja", "--json").stdout
