"""`unwind batch`: nights of runs that go on after any stop, and their record."""

import re
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from cli import render
from cli.batch import last_line
from cli.options import AsJson, Dask, Format, Insecure, Language, language_of
from cli.output import formats
from cli.render import Column, Table
from engine.errors import InputError, RiskError
from engine.words.language import ENGLISH, read_in

if TYPE_CHECKING:
    from datetime import date as date_of_night

    from cli.batch.log import Log
    from cli.output.frames import Frame
    from engine.batch.blocks.workers import AbstractWorkers
    from engine.batch.night import Outcome
    from engine.batch.plan import Planned
    from engine.explain.nights.changes_since import Changes
    from engine.sharing.stop import Stop

HELP = "Run every night's runs, resume after any stop, keep a record."

File = Annotated[Path, typer.Argument(metavar="BATCH.toml", help="What runs: see `unwind schema batch`.")]
Dates = Annotated[
    list[str] | None,
    typer.Option(
        "--date",
        metavar="DATE",
        help="Valuation date such as 2025-05-28; `last`: the newest that has all its files; `previous`: the business "
        "day before today in --tz. Repeat for several.",
    ),
]
Zone = Annotated[str, typer.Option("--tz", metavar="ZONE", help="Time zone of today, for `--date previous`.")]
TOKYO = "Asia/Tokyo"
FIGURE = re.compile(r"(?<![\w.-])[-+]?\d[\d,.]*(?!\w)")  # an amount or a share; no part of a name such as JGB_10Y
Folder = Annotated[Path, typer.Argument(metavar="OUT", help="The record's folder: `out` of the batch file.")]
LogJson = Annotated[bool, typer.Option("--log-json", help="As `unwind --log json`: a JSON object a line.")]
Again = Annotated[
    bool,
    typer.Option("--again", help="Replace records of other inputs and damaged ones; the old are kept beside."),
]
DaskGpu = Annotated[bool, typer.Option("--dask-gpu", help="Use the cluster's workers with the resource GPU, by CUDA.")]


class Nights(NamedTuple):
    """What --date and --tz say."""

    dates: tuple[str, ...]
    zone: str


class Cluster(NamedTuple):
    """What --dask and its companions say."""

    address: str | None
    gpu: bool
    insecure: bool


class Told(NamedTuple):
    """How it is told on stderr what goes on, and how it ended."""

    log_json: bool
    language: str  # of the summary for people


def run(
    file: File,
    date: Dates = None,
    tz: Zone = TOKYO,
    shard: Annotated[
        str | None, typer.Option(metavar="K/N", help="Compute the K-th of N shares only, K from 1; then `merge`.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Time one block of each run, print the need, and record nothing.")
    ] = False,
    dask: Dask = None,
    dask_gpu: DaskGpu = False,
    insecure: Insecure = False,
    again: Again = False,
    log_json: LogJson = False,
    language: Language = None,
) -> None:
    """Run every run of a batch on every date.

    What is recorded already is left alone, what was stopped goes on from its last block to the same bits. The last
    line on stdout is one JSON object. Ends with 0 complete, 3 a hard limit is breached, 4 incomplete (whatever is
    breached), 75 no room or another batch is writing, 130 or 143 stopped by a signal: start it again to go on.
    """
    if dry_run:
        _show_plan(file, Nights(dates=tuple(date or ()), zone=tz), probe=True, form=formats.Format.TABLE)
        return
    if shard and dask:
        raise InputError("--shard and --dask are two ways to share a batch out; take one")
    cluster = Cluster(address=dask, gpu=dask_gpu, insecure=insecure)
    told = Told(log_json=log_json, language=language_of(language))
    _run(file, Nights(dates=tuple(date or ()), zone=tz), shard=shard, again=again, told=told, cluster=cluster)


def resume(
    file: File,
    date: Dates = None,
    tz: Zone = TOKYO,
    dask: Dask = None,
    dask_gpu: DaskGpu = False,
    insecure: Insecure = False,
    again: Again = False,
    log_json: LogJson = False,
    language: Language = None,
) -> None:
    """Go on with a batch that was stopped.

    As `run`, but refuses when nothing of it was begun.
    """
    from engine.batch.status import is_begun
    from engine.inputs.batch import read_batch

    batch = read_batch(file, date or (), zone=tz)
    if not is_begun(batch):
        raise InputError(f"nothing of this batch was begun in {str(batch.out)!r}; `unwind batch run` begins it")
    cluster = Cluster(address=dask, gpu=dask_gpu, insecure=insecure)
    told = Told(log_json=log_json, language=language_of(language))
    _run(file, Nights(dates=tuple(date or ()), zone=tz), shard=None, again=again, told=told, cluster=cluster)


def merge(
    file: File,
    date: Dates = None,
    tz: Zone = TOKYO,
    again: Again = False,
    log_json: LogJson = False,
    language: Language = None,
) -> None:
    """Take the shares of all shards together into the record.

    Computes no block: ends with 4 and says which are missing.
    """
    told = Told(log_json=log_json, language=language_of(language))
    _run(file, Nights(dates=tuple(date or ()), zone=tz), shard=None, again=again, told=told, compute=False)


def plan(
    file: File, date: Dates = None, tz: Zone = TOKYO, output_format: Format = None, as_json: AsJson = False
) -> None:
    """Check a batch's files, and print what blocks and memory it takes."""
    form = formats.chosen(output_format, as_json=as_json)
    _show_plan(file, Nights(dates=tuple(date or ()), zone=tz), probe=False, form=form)


def night(file: File, date: Dates = None, tz: Zone = TOKYO) -> None:
    """Print the valuation dates that are due, one a line.

    On a holiday without a market: none.

    For schedulers that start shares: all of them, and `merge`, are then given the same date.
    """
    from engine.batch.sources import no_night
    from engine.inputs.batch import read_batch

    batch = read_batch(file, date or (), zone=tz)
    for each in batch.nights:
        if (why := no_night(batch, each)) is None:
            typer.echo(str(each.day))
        else:
            render.say(why)


def status(
    file: File, date: Dates = None, tz: Zone = TOKYO, output_format: Format = None, as_json: AsJson = False
) -> None:
    """Print how far each run is, and who is writing."""
    from engine.batch.record_lock import holder
    from engine.batch.status import statuses
    from engine.inputs.batch import read_batch

    form = formats.chosen(output_format, as_json=as_json)
    batch = read_batch(file, date or (), zone=tz)
    found, writer = statuses(batch), holder(batch.out)
    rows = [[str(each.valuation_date), each.run, each.state] for each in found]
    runs = [dict(zip(("valuation_date", "run", "state"), row, strict=True)) for row in rows]

    def frame() -> "Frame":
        from cli.output.batch_frames import status_frame

        return status_frame(found)

    columns = tuple(Column(heading=name, is_number=False) for name in ("date", "run", "state"))
    formats.show(
        form,
        table=lambda: render.show(Table(title=f"Runs in {batch.out}", columns=columns, rows=rows)),
        json=lambda: {"schema": 1, "out": str(batch.out), "runs": runs, "written_by": writer},
        frame=frame,
    )
    render.say(f"written now by {writer or 'nobody'}")


def verify(
    folder: Folder,
    expect: Annotated[
        list[str] | None,
        typer.Option("--expect", metavar="SHA256", help="A night's digest, as `run` printed it; repeatable."),
    ] = None,
) -> None:
    """Find any byte of a record that was changed since it was written.

    Ends with 1 if there is one, and names its file; also where no night has a digest that is expected.
    """
    from engine.record.intact_files import MEND_NIGHT, MEND_RUN
    from engine.record.verify import changed_files

    found = changed_files(folder, expect or ())
    if found:
        way_out = f"{MEND_RUN}; of a changed night.json, {MEND_NIGHT}"
        raise RiskError("\n".join(["the record is not as it was written", *found, way_out]))
    typer.echo(f"{folder}: every byte is as it was written")


def example(name: Annotated[str | None, typer.Argument(metavar="NAME", help="Leave out to list them.")] = None) -> None:
    """Print an example for a scheduler, a cluster or a dashboard."""
    from engine.batch.schedulers import example_names, example_text

    typer.echo("\n".join(example_names()) if name is None else example_text(name).rstrip())


def _run(
    file: Path,
    nights: Nights,
    *,
    shard: str | None,
    again: bool,
    told: Told,
    cluster: Cluster | None = None,
    compute: bool = True,
) -> None:
    from cli.batch.log import Log
    from cli.batch.night_files import metrics, reports
    from cli.batch.night_summary import show_batch
    from cli.machine import log as lines
    from cli.machine.log_style import JSON, OPTION_OF_BATCH
    from engine.batch.blocks.shares import parse_share
    from engine.batch.night import run_batch, summary, with_faults
    from engine.batch.one_run import How
    from engine.batch.unexpected import described
    from engine.inputs.batch import read_batch
    from engine.record.file_mode import written_with
    from engine.sharing.stop import stop_on_signals

    if told.log_json:
        lines.choose(JSON, OPTION_OF_BATCH)
    log = Log()
    try:
        batch = read_batch(file, nights.dates, zone=nights.zone)
        lines.record("batch_read", f"{file}: nights to do: {len(batch.nights)}, then the lock of {batch.out}")
        share = parse_share(shard) if shard else None
        with stop_on_signals() as stop:
            with _workers(cluster, stop, log, compute=compute) as workers:
                how = How(
                    workers=workers,
                    share=share,
                    again=again,
                    stop=stop,
                    say=log.say,
                    progress=log.progress,
                    about=log.about,
                )
                outcome = run_batch(batch, how)
            changes: dict[date_of_night, Changes] = {}
            if share is None:
                with written_with(batch.umask):
                    outcome = with_faults(outcome, [*reports(outcome, log, changes)])
                outcome = with_faults(outcome, [*metrics(outcome)])  # another user collects them: without that umask
            _say_what_matters(outcome, log)
            with read_in(ENGLISH if lines.is_json() else told.language):
                show_batch(outcome, changes)
            last_line.end(summary(outcome))  # a signal that comes now finds the work done
    except RiskError as error:
        log.error(error)
        last_line.end(last_line.ended_early(error.exit_code, str(error)))
    except Exception as error:
        log.error(traceback.format_exc())
        last_line.end(last_line.ended_early(last_line.FAILED, described(error)))


@contextmanager
def _workers(cluster: Cluster | None, stop: "Stop", log: "Log", *, compute: bool) -> Iterator["AbstractWorkers | None"]:
    """Choose who computes: nobody, this process, or a cluster."""
    from engine.batch.blocks.workers import ThisProcess

    if cluster is None or cluster.address is None:
        yield ThisProcess() if compute else None
        return
    from engine.batch.blocks.dask import dask_workers

    with dask_workers(
        cluster.address, insecure=cluster.insecure, gpu=cluster.gpu, check=stop.check, say=log.say
    ) as workers:
        yield workers


def once_a_text(nights: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield what nights warn of, without texts of later nights that differ from an earlier one's by figures alone."""
    told: set[str] = set()
    for night in nights:
        texts = {text: FIGURE.sub("#", text) for text in night}
        yield from (text for text, kind in texts.items() if kind not in told)
        told.update(texts.values())


def _say_what_matters(outcome: "Outcome", log: "Log") -> None:
    """Say on stderr what a person must know."""
    from engine.market.correlation import is_worth_saying

    for warning in once_a_text([filter(is_worth_saying, night.warnings) for night in outcome.nights]):
        log.warn(warning)
    for fault in outcome.faults:
        log.error(f"{fault.kind} {fault.subject}: {fault.message}")
    for night in outcome.nights:
        for fault in night.faults:
            log.error(f"{night.valuation_date} {fault.kind} {fault.subject}: {fault.message}")
    if outcome.message:
        log.error(outcome.message)


def _show_plan(file: Path, nights: Nights, *, probe: bool, form: formats.Format) -> None:
    from engine.batch.plan import planned
    from engine.inputs.batch import read_batch

    batch = read_batch(file, nights.dates, zone=nights.zone)
    found = planned(batch, render.say, probe=probe)

    def frame() -> "Frame":
        from cli.output.batch_frames import plan_frame

        return plan_frame(found.runs)

    runs = [{**asdict(each), "valuation_date": str(each.valuation_date)} for each in found.runs]
    notes = {"faults": found.faults, "warnings": found.warnings}
    formats.show(
        form,
        table=lambda: render.show(_plan_table(batch.out, found, probe=probe)),
        json=lambda: {"schema": 1, "out": str(batch.out), "runs": runs, **notes},
        frame=frame,
    )
    render.warn_of(found.warnings)
    if found.faults:
        raise InputError("\n".join(found.faults))


def _plan_table(out: Path, found: "Planned", *, probe: bool) -> Table:
    """Return a row for each run of each date: its paths, blocks, memory and disk."""
    headings = ("date", "run", "paths", "rows", "blocks", "kept", "memory", "disk", *(("time",) if probe else ()))
    has_exact = any(each.exact for each in found.runs)
    rows = [
        [
            str(each.valuation_date),
            each.run,
            f"{each.n_paths:,}" if each.n_paths else "none",
            f"{each.n_rows}",
            f"{each.n_blocks:,}",
            f"{each.n_kept:,}",
            f"{each.bytes / 2**20:,.0f} MiB",
            f"{each.disk_bytes / 2**20:,.0f} MiB",
            *([f"{each.seconds:,.1f} s"] if each.seconds is not None else []),
            *([", ".join(each.exact)] if has_exact else []),
        ]
        for each in found.runs
    ]
    columns = [Column(heading=name, is_number=i > 1) for i, name in enumerate(headings)]
    if has_exact:
        meaning = "scenarios whose every move is valued: no paths, no blocks, done in a moment."
        columns.append(Column(heading="exact", is_number=False, meaning=meaning))
    return Table(title=f"Planned for {out}", columns=tuple(columns), rows=rows)
