"""Book files found by pattern, and joined without a bit of any value moving."""

from dataclasses import fields, replace
from datetime import date

import numpy as np
import pytest

from engine.batch.books import chosen, find_books, load_checked
from engine.book.compiled import CompiledBook
from engine.book.fit import fit
from engine.book.join import join_books as join
from engine.book.value import position_values
from engine.errors import InputError
from engine.inputs.batch import BookEntry
from engine.inputs.book.load import load_book
from engine.inputs.market.load import bundled_market_path, load_market
from engine.instruments.registry import KINDS
from engine.instruments.rows.template import example_row, template
from engine.market.factors import Factor, FactorKind
from engine.payoffs.registry import PAYOFFS
from engine.record.intact_files import MISSING
from tests.engine.five_currencies import five_currencies

DATE = date(2025, 5, 28)


@pytest.fixture(scope="module")
def market():
    """The bundled market and an equity index: figures of this test, not of a publisher."""
    market = load_market(bundled_market_path())
    n = len(market.factors)
    correlation = np.eye(n + 1)
    correlation[:n, :n] = market.correlation
    with_index = replace(
        market,
        factors=(*market.factors, Factor(name="SPX", kind=FactorKind.PRICE, currency="USD")),
        levels={**market.levels, "SPX": 5888.55},
        correlation=correlation,
        **{name: np.append(getattr(market, name), 0.0) for name in ("vols", "kappas", "thetas", "mus")},
    )
    return five_currencies(with_index)


def _expired(text: str, kind: str) -> str:
    """One more line of a book: the kind's example, expired on the valuation date."""
    row = example_row(KINDS[kind]) | {"position_id": f"{kind}-expired", "maturity": DATE.isoformat()}
    line = ",".join(row.get(column, "") for column in text.splitlines()[0].split(","))
    return line.replace(",example,", f",{text.splitlines()[1].split(',')[1]},") + "\n"


@pytest.fixture(scope="module")
def parts(tmp_path_factory) -> list[tuple[str, CompiledBook]]:
    """Every kind of position twice, in two files, and once in a third that leaves some kinds out."""
    folder = tmp_path_factory.mktemp("books")
    made, every = [], list(KINDS.values())
    for name, kinds in (("all", every), ("back", every[::-1]), ("odd", every[::2])):
        text = template(kinds).replace(",example,", f",{name},")
        text += "".join(_expired(text, kind) for kind in ("FX_PUT", "SWAPTION_PAYER"))
        (folder / f"{name}.csv").write_text(text)
        made.append((name, load_book(folder / f"{name}.csv", DATE)))
    return made


def test_joined_books_are_worth_what_each_is_alone(parts, market):
    alone = [position_values(book, market, fit(book, market)) for _, book in parts]
    book = join(parts)
    assert position_values(book, market, fit(book, market)).tobytes() == np.concatenate(alone).tobytes()
    assert book.position_ids[0] == f"all/{parts[0][1].position_ids[0]}"
    assert tuple(dict.fromkeys(book.books)) == ("all", "back", "odd")


def test_every_row_of_every_table_is_joined(parts):
    book = join(parts)
    for payoff in PAYOFFS:
        for column in fields(payoff.table):
            sizes = [getattr(part.table(payoff.table), column.name).size for _, part in parts]
            assert getattr(book.table(payoff.table), column.name).size == sum(sizes), (payoff.table, column.name)
            assert sum(sizes), f"no example fills {payoff.table.__name__}"


def test_one_book_alone_stays_as_it_is(parts):
    assert join(parts[:1]) is parts[0][1]


def test_two_files_with_a_book_of_one_name_are_refused(parts):
    with pytest.raises(
        InputError, match=r"called 'all', position .* of .*all.csv, line 2 and position .* of .*all.csv, line 2"
    ):
        join([parts[0], ("copy", parts[0][1])])


RATES = "position_id,kind,currency,notional,coupon,maturity\na,JGB,JPY,10000000000,0.014,2035-03-20\n"
HEDGE = "position_id,kind,currency,notional,coupon,maturity\nb,JGB,JPY,-9000000000,0.014,2035-03-20\n"


def written(folder, name, text):
    path = folder / f"{name}.csv"
    path.write_text(text)
    return path


def test_two_files_without_the_column_book_are_two_books_by_their_own_names(tmp_path, market):
    written(tmp_path, "rates", RATES)
    written(tmp_path, "hedge", HEDGE)
    files = find_books([BookEntry(path="*.csv")], tmp_path, DATE)
    joined = join([(file.name, load_checked(file, market)) for file in files])
    assert (joined.position_ids, joined.books) == (("hedge/b", "rates/a"), ("hedge", "rates"))


def test_a_name_of_the_batch_is_that_of_a_book_nobody_else_named(tmp_path, market):
    """A file called by its date would have another book every night."""
    path = written(tmp_path, "2025-05-28", RATES)
    (file,) = find_books([BookEntry(path="{date}.csv", name="rates.v2")], tmp_path, DATE)
    assert load_checked(file, market).books == ("rates.v2",)
    assert load_book(path, DATE).books == ("2025-05-28",)


def test_two_files_that_give_one_name_are_refused_with_both_lines(tmp_path):
    head, row = RATES.split("\n")[:2]
    paths = {
        "a": written(tmp_path, "a", f"book,{head}\nother,x,{row[2:]}\nrates,{row}\n"),
        "rates": written(tmp_path, "rates", RATES),  # by its own name
    }
    books = [(name, load_book(path, DATE)) for name, path in paths.items()]
    with pytest.raises(InputError, match=r"called 'rates', position 'a' of .*a.csv, line 3 and .*rates.csv, line 2"):
        join(books)


def test_what_the_batchs_folder_is_called_is_no_glob(tmp_path):
    for name in ("desk[1]", "desk1"):
        (tmp_path / name).mkdir()
        written(tmp_path / name, "rates", RATES)
    for pattern in ("*.csv", "rates.csv"):
        (file,) = find_books([BookEntry(path=pattern)], tmp_path / "desk[1]", DATE)
        assert file.path == tmp_path / "desk[1]" / "rates.csv"  # and not desk1's


def test_files_are_found_by_date_and_pattern(tmp_path, market):
    folder = tmp_path / "2025-05-28"
    folder.mkdir()
    for name in ("life-a", "life-b", "fund"):
        (folder / f"{name}.csv").write_text("position_id\n")
    entries = [BookEntry(path=f"{tmp_path}/{{date}}/life-*.csv"), BookEntry(path=f"{folder}/fund.csv", name="carry"),
               BookEntry(path=f"{folder}/fund.csv", name="carry-2"), BookEntry(path=f"{folder}/nothing-*.csv"),
               BookEntry(path=f"{folder}/life-a.csv"), BookEntry(path=f"{folder}/absent.csv")]  # fmt: skip
    found = find_books(entries, tmp_path, DATE)
    assert [file.name for file in found] == [
        "life-a", "life-b", "carry", "carry-2", "nothing-*", f"{folder}/life-a.csv", "absent"
    ]  # fmt: skip
    assert [file.sha256 == MISSING for file in found] == [False, False, False, False, True, False, True]
    for file, said in ((found[4], "no file has a name like"), (found[5], "a second book called 'life-a'"),
                       (found[6], "absent.csv")):  # fmt: skip
        with pytest.raises(InputError, match=said):
            load_checked(file, market)
    assert [file.name for file in chosen(found, ["life-*", "carry"])] == ["life-a", "life-b", "carry"]
