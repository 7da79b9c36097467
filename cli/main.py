"""The `unwind` command: the list of its commands, each in a file of its own."""

import functools
import os
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

from cli import bench, demo, feedback, run, runs, schema, serve, simulate, streams, stress
from cli.analysis import explain, hedge, regulatory, reverse, whatif
from cli.analysis import replay as replay_path
from cli.backtest import commands as backtest
from cli.batch import commands as batch
from cli.batch import last_line
from cli.book import commands as book
from cli.book import show as book_show
from cli.data import calibrate, estimates, history, prices, spreads
from cli.errors import exit_code_of, exit_codes
from cli.machine import doctor, log, warm
from cli.machine.log_style import JSON, OPTION, TEXT, VARIABLE, asked_style
from cli.options import OnceCommand
from cli.record import ask, report, reproduce
from cli.scenario import commands as scenario
from cli.scenario import replay, sectors
from cli.setup import init
from engine.inputs.environment import check_spelling

HELP = """Monte Carlo market risk of the yen carry trade: JGBs, Treasuries and USD/JPY.

Results go to stdout, everything else to stderr. Exit codes: 0 complete, 1 failed, 2 bad input, 3 a
backtest's gate failed, 75 busy (try again), 130 or 143 interrupted.
"""

# Plain help: the pages of the reference hold it word for word, whatever the terminal's width.
SETTINGS: dict[str, Any] = {"no_args_is_help": True, "add_completion": False, "rich_markup_mode": None}

app = typer.Typer(name="unwind", help=HELP, pretty_exceptions_enable=False, **SETTINGS)


def _print_version(wanted: bool) -> None:
    if wanted:
        from unwind_risk import __version__

        typer.echo(f"unwind {__version__}")
        raise typer.Exit


@app.callback()
def unwind(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
    log_style: Annotated[
        str,
        typer.Option(
            OPTION,
            metavar="STYLE",
            envvar=VARIABLE,
            help="What stands on stderr: text, or json, an object a line with time, level, event and figures.",
        ),
    ] = TEXT,
) -> None:
    """Take the options that stand before a command."""
    with exit_codes():
        log.choose(log_style, f"{OPTION} or {VARIABLE}")
        check_spelling(os.environ)


def guarded(command: Callable[..., None], called: str = "") -> Callable[..., None]:
    """Return a command that ends with the exit code of whatever goes wrong in it; `called`: by its user."""
    name = called or command.__name__

    @functools.wraps(command)
    def run_guarded(*args: Any, **kwargs: Any) -> None:
        log.record("started", f"{name} begins", command=name)
        try:
            with exit_codes():
                command(*args, **kwargs)
        except SystemExit as ended:
            log.record("ended", f"{name} ends", command=name, exit_code=ended.code)
            raise
        log.record("ended", f"{name} ends", command=name, exit_code=0)

    return run_guarded


def _add_group(name: str, text: str, commands: dict[str, Callable[..., None]]) -> None:
    group = typer.Typer(help=text, **SETTINGS)
    for command_name, command in commands.items():
        group.command(command_name, cls=OnceCommand)(guarded(command, f"{name} {command_name}"))
    app.add_typer(group, name=name)


app.command("demo", cls=OnceCommand)(guarded(demo.demo))
app.command("init", cls=OnceCommand)(guarded(init.init))
app.command("run", cls=OnceCommand)(guarded(run.run))
app.command("stress", cls=OnceCommand)(guarded(stress.stress))
app.command("simulate", cls=OnceCommand)(guarded(simulate.simulate))
app.command("feedback", cls=OnceCommand)(guarded(feedback.feedback))
app.command("whatif", cls=OnceCommand)(guarded(whatif.whatif))
app.command("hedge", cls=OnceCommand)(guarded(hedge.hedge))
app.command("reverse", cls=OnceCommand)(guarded(reverse.reverse))
app.command("explain", cls=OnceCommand)(guarded(explain.explain))
app.command("replay", cls=OnceCommand)(guarded(replay_path.replay))
_add_group(
    "scenario",
    scenario.HELP,
    {
        "list": scenario.list_,
        "show": scenario.show,
        "check": scenario.check,
        "replay": replay.replay,
        "sectors": sectors.sectors,
    },
)
_add_group(
    "book",
    book.HELP,
    {"check": book.check, "show": book_show.show, "compile": book.compile_, "template": book_show.template},
)
_add_group(
    "batch",
    batch.HELP,
    {
        "run": batch.run,
        "plan": batch.plan,
        "night": batch.night,
        "status": batch.status,
        "resume": batch.resume,
        "merge": batch.merge,
        "verify": batch.verify,
        "example": batch.example,
    },
)
_add_group(
    "data",
    history.HELP,
    {
        "check": history.check,
        "build": history.build,
        "regimes": estimates.regimes,
        "rows": estimates.rows,
        "betas": estimates.betas,
        "prices": prices.prices,
        "spreads": spreads.spreads,
    },
)
_add_group(
    "runs",
    runs.HELP,
    {
        "list": runs.list_,
        "show": runs.show,
        "diff": runs.diff,
        "export": runs.export,
        "sql": ask.sql,
        "tables": ask.tables,
    },
)
app.command("regulatory", cls=OnceCommand)(guarded(regulatory.regulatory))
app.command("backtest", cls=OnceCommand)(guarded(backtest.backtest))
app.command("calibrate", cls=OnceCommand)(guarded(calibrate.calibrate))
app.command("report", cls=OnceCommand)(guarded(report.report))
app.command("serve", cls=OnceCommand)(guarded(serve.serve))
app.command("reproduce", cls=OnceCommand)(guarded(reproduce.reproduce))
app.command("bench", cls=OnceCommand)(guarded(bench.bench))
app.command("schema", cls=OnceCommand)(guarded(schema.schema))
app.command("warm", cls=OnceCommand)(guarded(warm.warm))
app.command("doctor", cls=OnceCommand)(guarded(doctor.doctor))


def main() -> None:
    """Run the command on the words of this process; `unwind_risk.main` calls it."""
    streams.forgive()
    words = sys.argv[1:]
    if asked_style(words, os.environ) == JSON:  # bad usage is told before the options are taken
        log.choose(JSON)
    try:
        with last_line.always(words):
            app(prog_name="unwind")
    except SystemExit as ended:
        raise SystemExit(_finished(ended.code)) from None


def _finished(code: Any) -> Any:
    """Write out what is left on both streams, and return the code: that of a success is lost with its results."""
    lost = streams.finish()
    if lost is None or code:
        return code
    log.error(f"stdout cannot be written: {lost.strerror}; what was to stand there is lost")
    return exit_code_of(lost)
