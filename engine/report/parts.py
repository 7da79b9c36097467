"""What a page is made of: tables, charts with the same numbers as a table, badges."""

import html
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from engine.report.numbers import Estimate, Figure
from engine.words.language import Text, Wording

_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn")  # Unicode's controls, formats, surrogates, private and unassigned characters
_MOST_ROWS = 400
_MORE_ROWS, _MORE_LETTERS = Text("{n:,} more rows are in the record."), Text("{n:,} more characters are in the record")


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """A word that catches the eye. Its meaning is in the word, never in the colour alone."""

    text: Wording
    kind: str  # "good", "warn" or "bad"

    def __html__(self) -> str:
        """The word as an element."""
        return f'<span class="badge {self.kind}">{html.escape(shown(str(self.text)))}</span>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaded:
    """A figure on a background between loss and gain."""

    figure: Figure
    shade: int  # -5 (gain) to 5 (loss)

    def __html__(self) -> str:
        """The figure; the table's entry takes the shade."""
        return self.figure.__html__()


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A digest or a path: of one width, may break anywhere."""

    text: str

    def __html__(self) -> str:
        """The text as an element."""
        return f"<code>{html.escape(shown(self.text))}</code>"


Entry = Wording | Figure | Badge | Shaded | Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    heading: Wording
    is_number: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of entries; the first entry of a row is its heading."""

    caption: Wording
    columns: Sequence[Column]
    rows: Sequence[Sequence[Entry]]
    left_out: str = ""  # what the table does not show, in a sentence
    is_heat: bool = False
    has_sum: bool = False  # its last row is what the others add up to

    @property
    def error_columns(self) -> tuple[bool, ...]:
        """Return in which columns an error is shown, so that figures without one keep its room."""
        return tuple(any(not is_bare(row[i]) for row in self.rows) for i in range(len(self.columns)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A sentence, a picture and its numbers."""

    key: str  # unique in the page
    title: Wording
    alt: str  # what the picture shows, in a sentence
    svg: str  # "" where there is none
    table: Table | None
    lead: Wording = ""  # the answer in words, above the picture
    note: Wording = ""  # how to read the picture, below it
    is_wide: bool = False  # it takes all of the page's width
    printed: str = ""  # a picture of fewer marks in its place on paper; "": the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One scenario of a part that has a panel for each; a reader chooses which is seen."""

    name: str
    colour: int
    is_printed: bool  # the others stand in the file alone
    charts: tuple[Chart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panels:
    """Panels of which one is seen."""

    key: str  # unique in the page
    label: Wording  # of the choice
    panels: tuple[Panel, ...]
    unprinted: Wording  # what of them a printed page lacks, in a sentence


def columns(*headings: Wording, words: int = 1) -> tuple[Column, ...]:
    """Make columns of which the first `words` hold words."""
    return tuple(Column(heading=heading, is_number=i >= words) for i, heading in enumerate(headings))


def table(
    caption: Wording,
    heads: Sequence[Column],
    rows: Sequence[Sequence[Entry]],
    *,
    is_heat: bool = False,
    has_sum: bool = False,
) -> Table:
    """Make a table of at most 400 rows; it says how many more there are."""
    rest = len(rows) - _MOST_ROWS
    left_out = _MORE_ROWS.format(n=rest) if rest > 0 else ""
    return Table(
        caption=caption,
        columns=heads,
        rows=rows[:_MOST_ROWS],
        left_out=left_out,
        is_heat=is_heat,
        has_sum=has_sum and rest <= 0,
    )


def is_bare(entry: Entry) -> bool:
    """Return whether an entry shows no error."""
    figure = entry.figure if isinstance(entry, Shaded) else entry
    return not isinstance(figure, Estimate) or figure.is_bare


def shown(text: str, most: int = 0) -> str:
    """Make text fit to be shown: what is invisible or turns the writing round becomes a sign, what is too long is cut.

    most   characters to keep; 0: all
    """
    plain = "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(each) in _HIDDEN and each != "\n" else each for each in text
    )
    if not most or len(plain) <= most:
        return plain
    return f"{plain[:most]} … ({_MORE_LETTERS.format(n=len(plain) - most)})"


def short(text: str, most: int) -> str:
    """Cut a name for a chart's axis."""
    plain = " ".join(shown(text).split())
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"
