"""`unwind serve`: a record in a browser."""

from pathlib import Path
from typing import Annotated

import typer

from cli import options, render

DEFAULT_PORT = "8750"


def serve(
    record: Annotated[Path, typer.Argument(metavar="RECORD", help="The record's folder: `out` of the batch file.")],
    book: Annotated[
        list[Path] | None,
        typer.Option(
            "--book", metavar="FILE", help="Books that trades are tried beside; repeatable. Default: the night's own."
        ),
    ] = None,
    backtest: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Of `unwind backtest --out`. Default: the verdicts on the sample books."),
    ] = None,
    work: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where pages save trades and scenarios. Default: nothing is written."),
    ] = None,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Beyond this machine TLS and a token of your own are needed.")
    ] = "127.0.0.1",
    port: Annotated[str, typer.Option(metavar="N", help="1 to 65535.")] = DEFAULT_PORT,
    name: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="NAME", help="By which browsers reach it through a proxy with TLS; repeatable."),
    ] = None,
    token_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A token of your own. Default: a random one, printed.")
    ] = None,
    tls_certificate: Annotated[Path | None, typer.Option(metavar="FILE", help="Certificate chain (PEM).")] = None,
    tls_key: Annotated[Path | None, typer.Option(metavar="FILE", help="Its private key (PEM).")] = None,
) -> None:
    """Show a record in a browser (extra `serve`).

    Tonight, why, what trades would change, scenarios, backtest and records, with the commands' JSON under /api. On this
    machine alone, behind a token; nothing is loaded from elsewhere, and nothing written but under --work.
    """
    from dataclasses import replace

    from engine.errors import InputError

    try:
        from unwind_risk.serve.server import run_server
        from unwind_risk.serve.settings import ServeSettings, token_of
    except ImportError as error:
        raise InputError(f"serve needs the extra `serve`: {error}; pip install 'unwind-risk[serve]'") from None
    settings = ServeSettings(
        record=record,
        books=tuple(book or ()),
        backtest=backtest,
        work=work,
        host=host,
        port=options.whole("--port", port, 1, 65_535),
        names=tuple(name or ()),
        certificate=tls_certificate,
        key=tls_key,
    )
    token = token_of(token_file, is_local=settings.is_local)
    run_server(replace(settings, token=token), render.say, brought=token_file is not None)
