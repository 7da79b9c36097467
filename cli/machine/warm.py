"""`unwind warm`: compile the kernels before a run waits for them."""

from pathlib import Path
from typing import Annotated

import typer

from cli import options, progress, render

ALL = "all"


def warm(
    precision: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="float64 or float32; repeat for both. Default: both."),
    ] = None,
    processor: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="native, portable, x86-64-v4 or x86-64-v3, as UNWIND_CPU has them; repeat for several. all: every "
            "level that this machine can run, for an image. Default: as UNWIND_CPU.",
        ),
    ] = None,
    ship: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Also copy what runs call there, a fifth of the size, for a wheel or an image: where UNWIND_KERNELS "
            "names the folder, nothing of it is compiled.",
        ),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Compile the kernels of the CPU before a run waits for them.

    What is compiled already is left alone. Precisions and processors are shared out over the cores. Prints what was
    found and compiled, and the folder that keeps it (UNWIND_CACHE).
    """
    from dataclasses import asdict

    from engine.run.warm import PRECISIONS, host_processors, kept_kernels, warm

    processors = [each for name in processor or () for each in (host_processors() if name == ALL else (name,))]
    with progress.on_stderr("kernels") as report:
        found = warm(tuple(precision or PRECISIONS), tuple(dict.fromkeys(processors)), report, ship)
    kept = kept_kernels()
    if as_json:
        rows = [asdict(each) for each in found]
        render.show_json({"schema": 1, "warmed": rows, "kept": {**asdict(kept), "folder": str(kept.folder)}})
        return
    heads = [("processor", False), ("precision", False), ("found", True), ("compiled", True), ("time", True)]
    columns = tuple(render.Column(heading=name, is_number=is_number) for name, is_number in heads)
    entries = [
        [each.processor, each.precision, f"{each.n_found}", f"{each.n_compiled}", f"{each.seconds:.1f} s"]
        for each in found
    ]
    render.show(render.Table(title=f"Kernels in {kept.folder}", columns=columns, rows=entries))
    render.say(f"{kept.n_files} kernels kept, {kept.n_bytes / 1e6:.1f} MB")
    if not kept.is_written:
        render.warn(f"{kept.folder} cannot be written, so nothing stays; UNWIND_CACHE names another folder")
