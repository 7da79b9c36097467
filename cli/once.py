"""Commands that take each option once: of one given twice the last would count alone, without a word."""

from typing import Any

import typer
from typer.core import TyperCommand


class OnceCommand(TyperCommand):
    """A command that refuses an option given twice, unless it takes several."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Return what is left of the words after the options. Raises typer.BadParameter for one that comes again."""
        given: list[Any] = self.make_parser(ctx).parse_args(args=list(args))[2]  # every option as often as it comes
        for i, option in enumerate(given):
            if option in given[:i] and not getattr(option, "multiple", False):
                raise typer.BadParameter("is given twice, and takes one value; leave one out", ctx=ctx, param=option)
        return super().parse_args(ctx, args)
