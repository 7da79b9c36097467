"""Options that several commands share, worded once."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from engine.errors import InputError
from engine.words.language import ENGLISH, check_language

Market = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Market file (TOML). Default: the bundled one."),
]
Books = Annotated[
    list[Path] | None,
    typer.Option(
        "--book",
        metavar="FILE",
        help="Positions, a file or a bundled book; repeat for several. Default: sample.",
    ),
]
Scenarios = Annotated[
    list[str] | None,
    typer.Option("--scenario", metavar="NAME", help="A bundled name or a TOML file; repeatable."),
]
Paths = Annotated[str | None, typer.Option(metavar="N", help="Simulated futures, up to 10^9. Default: 1000000.")]
HorizonDays = Annotated[str | None, typer.Option(metavar="N", help="Business days to the P&L. Default: 10.")]
Confidences = Annotated[list[str] | None, typer.Option(metavar="LEVEL", help="Repeatable. Default: 0.975, 0.99.")]
Seed = Annotated[str | None, typer.Option(metavar="N", help="Same seed, same bits; below 2^64. Default: 1.")]
Backend = Annotated[str | None, typer.Option(metavar="NAME", help="auto, numba, numpy or cuda. Default: auto.")]
Precision = Annotated[str | None, typer.Option(metavar="NAME", help="float64 or float32. Default: float64.")]
Steps = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="daily; auto: one step if exact. Default: auto."),
]
Instantaneous = Annotated[
    bool | None,
    typer.Option("--instantaneous/--ageing", help="Today's book, or aged. Default: --ageing."),
]
Dask = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Compute on a dask cluster: its scheduler, tls://host:8786.")
]
Insecure = Annotated[bool, typer.Option("--insecure", help="Allow an unencrypted --dask address on another machine.")]
Currency = Annotated[str, typer.Option(metavar="CODE", help="Currency of the results: one that the market quotes.")]
RunCurrency = Annotated[
    str | None, typer.Option(metavar="CODE", help="Of results, as quoted. Default: JPY.")
]  # where a RUN.toml may say it too
Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="FORM",
        help="table, json, csv or parquet. Default: table.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Short for --format json.")]

LANGUAGE_VARIABLE = "UNWIND_LANGUAGE"
Language = Annotated[
    str | None,
    typer.Option(metavar="LANGUAGE", envvar=LANGUAGE_VARIABLE, help="Of tables: en, the default, or ja."),
]


def language_of(asked: str | None) -> str:
    """Return the language that --language or its variable names, English where neither does. Raises InputError."""
    return check_language(asked or ENGLISH)


class OnceCommand(TyperCommand):
    """A command that refuses an option given twice, unless it takes several."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Return what is left of the words after the options. Raises typer.BadParameter for one that comes again."""
        given: list[Any] = self.make_parser(ctx).parse_args(args=list(args))[2]  # every option as often as it comes
        for i, option in enumerate(given):
            if option in given[:i] and not getattr(option, "multiple", False):
                raise typer.BadParameter("is given twice, and takes one value; leave one out", ctx=ctx, param=option)
        return super().parse_args(ctx, args)


def whole(flag: str, text: str, low: int, high: int) -> int:
    """Return the whole number that `flag` was set to. Raises InputError where it is not one from `low` to `high`."""
    from engine.inputs.whole_numbers import whole_number, whole_number_hint

    number = whole_number(text)
    if number is not None and low <= number <= high:
        return number
    raise InputError(f"{flag}: must be a whole number from {low} to {high:,}, got {text!r}{whole_number_hint(text)}")


def day(flag: str, text: str) -> date:
    """Return the date that `flag` was set to. Raises InputError where it is none of the form 2025-05-28."""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text.strip()):
            return date.fromisoformat(text.strip())
    except ValueError:
        raise InputError(f"{flag}: there is no such day, got {text!r}") from None
    raise InputError(f"{flag}: must be a date, YYYY-MM-DD, such as 2025-05-28, got {text!r}")
